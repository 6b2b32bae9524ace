"""Every suggestion that names an edit, applied to the program that it is made for: its finding is gone, and none has come.

The programs are the cases of tests/cases and the wrong programs of the catalogue. How a form of suggestion becomes an edit
stands in edits.py; where a reader has to do more than the suggestion says word by word, it stands here.
"""

from __future__ import annotations

import functools
import pathlib
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from edits import Place, applied, form_of  # noqa: E402
from test_cases import FOLDERS, diagnose, wrong  # noqa: E402
from test_catalogue import PRELUDE, RULES, ran  # noqa: E402

import rnnshape  # noqa: E402

Change = tuple[str, str]

ADVICE: dict[str, str] = {}
"""Suggestions that name no edit, with the reason."""

BY_HAND: dict[tuple[str, str], tuple[Change, ...]] = {}
"""What a reader writes, for the code of a finding in a program: old text, which stands there once, and new."""

TWICE: dict[str, str] = {}
"""Programs with the same mistake at another place, which shows when the first is mended: then that is mended as well."""


def key(finding: rnnshape.Finding) -> tuple[Any, ...]:
    return finding.code, finding.module, finding.location and finding.location.line


def edited(source: str, finding: rnnshape.Finding, program: str) -> list[str]:
    """Return the programs that come of following a suggestion."""
    if changes := BY_HAND.get((program, finding.code)):
        for old, new in changes:
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        return [source]
    assert finding.suggestion is not None
    assert finding.location is not None
    place = Place(source, finding.location.line, finding.module or "", finding.kind)
    return applied(place, finding.suggestion)


@functools.cache
def report_of(folder: pathlib.Path) -> rnnshape.Report:
    return diagnose(folder / "buggy.py")


def suggested(folder: pathlib.Path) -> list[str]:
    """Return the suggestions that are expected of a case, in order."""
    said = (folder / "findings.txt").read_text(encoding="utf-8").partition("=== fixed.py")[0]
    return [line.removeprefix("suggests: ") for line in said.splitlines() if line.startswith("suggests: ")]


OF_CASES = [(folder, at, text) for folder in FOLDERS for at, text in enumerate(suggested(folder))]


@pytest.mark.parametrize(
    ("folder", "at", "text"),
    [pytest.param(*of, id=f"{of[0].name}-{of[1]}") for of in OF_CASES if of[2] not in ADVICE],
)
def test_a_suggestion_mends_its_case(folder: pathlib.Path, at: int, text: str, tmp_path: pathlib.Path) -> None:
    before = report_of(folder)
    finding = [f for f in before.findings if f.suggestion is not None][at]
    assert finding.suggestion == text
    known = {key(f) for f in wrong(before)} - {key(finding)}
    for number, source in enumerate(edited((folder / "buggy.py").read_text(encoding="utf-8"), finding, folder.name)):
        after = mended(folder.name, source, tmp_path / f"{number}.py")
        assert after.exception is None, source
        assert [f for f in after.findings if key(f) not in known and f.severity != "info" or key(f) == key(finding)] == [], source


def mended(name: str, source: str, file: pathlib.Path) -> rnnshape.Report:
    file.write_text("import rnnshape; " + source, encoding="utf-8")
    return diagnose(file)
