"""The programs of the catalogue: the wrong one has this mistake at the line that is marked and no other, the right one none."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Literal

import pytest

from rnnshape import Report
from rnnshape.report.catalogue import PRELUDE, RULES, Rule


def ran(program: str, file: Path, warned: Literal["error", "ignore"]) -> tuple[Report, Exception | None]:
    """Run a program from a file; return its report, and the exception that it ended in."""
    text = f"{PRELUDE}\n{program}"
    file.write_text(text, encoding="utf-8")
    names: dict[str, Any] = {"__name__": file.stem}
    raised = None
    with warnings.catch_warnings():
        warnings.simplefilter(warned)
        try:
            exec(compile(text, file, "exec"), names)
        except Exception as error:
            raised = error
    assert isinstance(names.get("report"), Report), f"{file.name} leaves no report: {raised!r}"
    return names["report"], raised


def complaints(rule: Rule, folder: Path) -> list[str]:
    """Return everything that an entry's programs do otherwise than is said of them."""
    wrong, right = folder / f"{rule.code}_wrong.py", folder / f"{rule.code}_right.py"
    report, _ = ran(rule.wrong, wrong, "ignore")
    lines = wrong.read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, 1) if line.endswith(f"  # {rule.code}")]
    found = [(f.code, f.severity, f.location and (Path(f.location.file).name, f.location.line)) for f in report.findings]
    wanted = [(rule.code, rule.severity, (wrong.name, number)) for number in marked]
    told = [] if len(marked) == 1 else [f"{len(marked)} lines of wrong are marked"]
    told += [] if found == wanted else [f"wrong gives {found}, not {wanted}"]
    told += [f"wrong: {what}" for what in report.unfollowed]
    report, raised = ran(rule.right, right, "error")
    told += [f"right gives {finding.code}: {finding.message}" for finding in report.findings]
    told += [f"right: {what}" for what in report.unfollowed]
    told += [f"right raises {error!r}" for error in (raised, report.exception) if error is not None]
    told += [] if rule.code not in rule.right else ["a line of right is marked"]
    return told


@pytest.mark.parametrize("code", RULES)
def test_the_wrong_program_has_this_mistake_at_the_marked_line_and_the_right_one_has_none(code: str, tmp_path: Path) -> None:
    assert complaints(RULES[code], tmp_path) == []
