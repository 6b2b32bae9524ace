"""What experiments say of every silent bug of tests/cases and of its corrected twin, as a table.

    python tests/influence_table.py [folder of cases]

A bug is found where a finding is a warning or an error; its line is right where the correction changes it. The last lines are
the shares of all.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import rnnshape

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Row:
    """What is said of one bug.

    Attributes:
        name: of the case.
        verdicts: of each experiment on the bug, by its name.
        twin_verdicts: likewise on the corrected twin.
        codes: of the findings on the bug that are no notes.
        twin_codes: likewise on the twin.
        line_is_right: whether one of them is at a line that the correction changes.
        by_rules: whether rules find the bug without experiments.
        together: whether `diagnose` finds it with both.
        untried: why experiments could not be made, of the bug.
    """

    name: str
    verdicts: dict[str, str]
    twin_verdicts: dict[str, str]
    codes: tuple[str, ...]
    twin_codes: tuple[str, ...]
    line_is_right: bool
    by_rules: bool
    together: bool
    untried: tuple[str, ...] = ()


def changed_lines(wrong: str, right: str) -> set[int]:
    """Return the numbers of the lines of a program that its correction changes; beside an insertion those next to it.

    >>> sorted(changed_lines("a\\nb\\nc", "a\\nB\\nc")), sorted(changed_lines("a\\nb\\nc", "a\\nx\\nb\\nc"))
    ([2], [1, 2])
    """
    found: set[int] = set()
    matcher = difflib.SequenceMatcher(None, wrong.splitlines(), right.splitlines(), autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind in ("replace", "delete"):
            found |= set(range(start + 1, end + 1))
        elif kind == "insert":
            found |= {start, start + 1}
    return found


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"table_{path.parent.name}_{path.stem}".replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def arguments(path: Path) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Return a model, what it is given, and the options that say what that is."""
    case = load(path)
    torch.manual_seed(1)
    options: dict[str, Any] = {"axes": case.INPUT_AXES}
    if hasattr(case, "make_target"):
        options |= {
            "target": case.make_target(),
            "target_axes": getattr(case, "TARGET_AXES", None),
            "loss": getattr(case, "loss_fn", None),
        }
    return case.make_model(), case.make_inputs(), options


def serious(findings: Iterable[rnnshape.Finding]) -> list[rnnshape.Finding]:
    return [finding for finding in findings if finding.severity != "info"]


def probed(path: Path) -> rnnshape.Influence:
    model, inputs, options = arguments(path)
    return rnnshape.probe(model, *inputs, **options)


def diagnosed(path: Path, probe: bool | str) -> bool:
    model, inputs, options = arguments(path)
    found = rnnshape.diagnose(model, *inputs, probe=probe, **options).findings  # type: ignore[arg-type]
    return any(finding.code != "RNS000" for finding in serious(found))


def row_of(folder: Path) -> Row:
    wrong, right = folder / "buggy.py", folder / "fixed.py"
    lines = changed_lines(wrong.read_text(encoding="utf-8"), right.read_text(encoding="utf-8"))
    bug, twin = probed(wrong), probed(right)
    found = serious(bug.findings)
    places = [place for finding in found for place in (finding.location, finding.made_at) if place is not None]
    return Row(
        folder.name,
        {made.name: made.verdict for made in bug.experiments},
        {made.name: made.verdict for made in twin.experiments},
        tuple(sorted({finding.code for finding in found})),
        tuple(sorted({finding.code for finding in serious(twin.findings)})),
        any(Path(place.file).name == wrong.name and place.line in lines for place in places),
        diagnosed(wrong, probe=False),
        diagnosed(wrong, probe="auto"),
        bug.untried,
    )


def silent(cases: Path) -> list[Path]:
    """Return the folders of bugs that no exception reports."""
    folders = sorted(file.parent for file in cases.glob("*/case.json"))
    return [f for f in folders if json.loads((f / "case.json").read_text(encoding="utf-8")).get("symptom") == "silent"]


def line_of(row: Row) -> str:
    told = " ".join(row.codes) + ("" if row.line_is_right or not row.codes else " (another line)")
    twin = " ".join(row.twin_codes)
    differs = [f"{name} {said}" for name, said in row.verdicts.items() if said not in ("apart", "unknown")]
    of_twin = [f"{name} {said}" for name, said in row.twin_verdicts.items() if said not in ("apart", "unknown")]
    return f"| {row.name} | {', '.join(differs) or '-'} | {', '.join(of_twin) or '-'} | {told or '-'} | {twin or '-'} |"


def summary(rows: list[Row]) -> list[str]:
    """Return the shares of all, in words."""

    def share(part: int, of_all: int) -> str:
        return f"{part} of {of_all} ({part / of_all:.0%})" if of_all else "0 of 0"

    found = [row for row in rows if row.codes]
    return [
        f"found by experiments alone: {share(len(found), len(rows))}",
        f"of these at a line that the correction changes: {share(sum(row.line_is_right for row in found), len(found))}",
        f"found by rules alone: {share(sum(row.by_rules for row in rows), len(rows))}",
        f"found by both together: {share(sum(row.together for row in rows), len(rows))}",
        f"corrected twins with a warning or an error: {share(sum(bool(row.twin_codes) for row in rows), len(rows))}",
    ]


def main(cases: Path) -> None:
    print("| case | the bug | the twin | findings on the bug | on the twin |\n|---|---|---|---|---|")
    rows: list[Row] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of the models' own code
        for folder in silent(cases):
            rows.append(row_of(folder))
            print(line_of(rows[-1]), flush=True)
    print("", *summary(rows), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CASES)
