"""Files of expected words can fail: whatever changes of a finding, its file does not hold it any more."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from expected import Expected, finding_text, portable, prediction_text, report_text, sections
from torch import nn

import rnnshape as rs
from rnnshape.report.finding import Became

HERE = pathlib.Path(__file__).parent


class Pool(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        h_0 = torch.zeros(1, 5, 8)
        output, _ = self.rnn(x, h_0)
        return self.fc(output.softmax(0))


def judged() -> rs.Report:
    return rs.diagnose(Pool(), torch.zeros(6, 9, 4), axes="batch seq feature")


@pytest.fixture(scope="module")
def finding() -> rs.Finding:
    """Return one with something in every field, but for what has a comparison or a suggestion in its place."""
    [found] = judged().findings
    found = replace(found, raised_at=found.used_at, made_at=found.used_at, moved_at=found.used_at)
    found = replace(found, confirmed="changing sample 1 changes 41% of sample 0's output")
    assert [f.name for f in fields(found) if f.compare and getattr(found, f.name) in (None, "", ())] == ["became", "no_edit"]
    return found


def moved(finding: rs.Finding, **where: Any) -> rs.Finding:
    assert finding.location is not None
    return replace(finding, location=replace(finding.location, **where))


def of(**sizes: int) -> rs.Layout:
    return rs.Layout.of(*sizes.items())


def compared(finding: rs.Finding, **what: Any) -> rs.Finding:
    assert finding.comparison is not None
    return replace(finding, comparison=replace(finding.comparison, **what))


CHANGES: dict[str, Callable[[rs.Finding], rs.Finding]] = {
    "code": lambda f: replace(f, code="RNS103"),
    "severity": lambda f: replace(f, severity="warning"),
    "message": lambda f: replace(f, message="x"),
    "no message": lambda f: replace(f, message=""),
    "module": lambda f: replace(f, module="fc"),
    "no module": lambda f: replace(f, module=None),
    "location: line": lambda f: moved(f, line=1),
    "location: file": lambda f: moved(f, file="tests/conftest.py"),
    "location: another folder": lambda f: moved(f, file="tests/cases/test_expected.py"),
    "location: function": lambda f: moved(f, function="x"),
    "location: code": lambda f: moved(f, code="x"),
    "no location": lambda f: replace(f, location=None),
    "suggestion": lambda f: replace(f, suggestion="x"),
    "no suggestion": lambda f: replace(f, suggestion=None),
    "confirmed": lambda f: replace(f, confirmed="x"),
    "no confirmed": lambda f: replace(f, confirmed=""),
    "layouts: axes": lambda f: replace(f, layouts=(("expected", of(layers=1, seq=6, hidden=8)),)),
    "layouts: sizes": lambda f: replace(f, layouts=(("expected", of(layers=1, batch=7, hidden=8)),)),
    "layouts: name": lambda f: replace(f, layouts=(("got", f.layouts[0][1]),)),
    "no layouts": lambda f: replace(f, layouts=()),
    "kind": lambda f: replace(f, kind="LSTM"),
    "became": lambda f: replace(f, became=Became("view", (5, 4)), comparison=None),
    "comparison: expected": lambda f: compared(f, expected=of(layers=1, seq=6, hidden=8)),
    "comparison: got": lambda f: compared(f, got=(1, 5, 9)),
    "comparison: wrong": lambda f: compared(f, wrong=(0,)),
    "comparison: reasons": lambda f: compared(f, reasons=("batch=6 from dim 1 of the input",)),
    "comparison: remark": lambda f: compared(f, remark="x"),
    "comparison: said": lambda f: compared(f, said="annotated"),
    "comparison: found": lambda f: compared(f, found="known"),
    "no comparison": lambda f: replace(f, comparison=None),
    "used_at": lambda f: replace(f, used_at=f.location),
    "no used_at": lambda f: replace(f, used_at=None),
    "raised_at": lambda f: replace(f, raised_at=f.location),
    "no raised_at": lambda f: replace(f, raised_at=None),
    "made_at": lambda f: replace(f, made_at=f.location),
    "no made_at": lambda f: replace(f, made_at=None),
    "moved_at": lambda f: replace(f, moved_at=f.location),
    "no moved_at": lambda f: replace(f, moved_at=None),
    "count": lambda f: replace(f, count=2),
    "subject": lambda f: replace(f, subject="c_0"),
    "no_edit": lambda f: replace(f, no_edit="x"),
}


def test_every_field_of_a_finding_is_changed_here() -> None:
    changed = {name.removeprefix("no ").split(":")[0] for name in CHANGES}
    assert changed == {field.name for field in fields(rs.Finding) if field.compare}


@pytest.mark.parametrize("change", CHANGES)
def test_a_finding_that_changes_is_not_what_is_expected(change: str, finding: rs.Finding, tmp_path: pathlib.Path) -> None:
    file, said, changed = tmp_path / "findings.txt", finding_text(finding, HERE), finding_text(CHANGES[change](finding), HERE)
    Expected(True, "")(file, said)
    Expected(False, "")(file, said)
    with pytest.raises(AssertionError, match=r"^--- findings\.txt, expected\n"):
        Expected(False, "")(file, changed)


def test_two_findings_that_are_exchanged_or_one_that_is_gone(finding: rs.Finding) -> None:
    class Said:
        exception = None
        unfollowed = ()

        def __init__(self, *findings: rs.Finding) -> None:
            self.findings = findings

    other = replace(finding, code="RNS103")
    texts = {report_text(Said(*these), HERE) for these in [(finding, other), (other, finding), (finding,), ()]}  # type: ignore[arg-type]
    assert len(texts) == 4


def test_what_else_a_report_says() -> None:
    report = judged()
    assert report_text(report, HERE).endswith("\n\nraised: RuntimeError")
    report.exception = None
    assert "raised" not in report_text(report, HERE)
    report.could_not_follow("roll has no rule")
    assert report_text(report, HERE).endswith("\n\ncould not follow: roll has no rule")


def test_what_else_a_prediction_says() -> None:
    prediction = rs.predict(nn.Sequential(nn.Linear(4, 2)), "batch=6 feature=4")
    assert prediction_text(prediction, HERE) == ""
    changed = replace(prediction, unfollowed=("a",), notes=("b",), stopped="at tests/test_expected.py:3: c")
    assert prediction_text(changed, HERE) == "could not follow: a\n\nnote: b\n\nstopped: at test_expected.py:3: c"


def test_a_failure_shows_the_difference_and_says_how_to_rewrite(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "findings.txt"
    file.write_text("one\ntwo\nthree\n")
    with pytest.raises(AssertionError) as caught:
        Expected(False, "tests/test_cases.py")(file, "one\n2\nthree\n")
    assert str(caught.value) == (
        "--- findings.txt, expected\n+++ findings.txt, said\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n\n"
        "if the new words are meant, rewrite the file with:  pytest tests/test_cases.py --update"
    )
    assert file.read_text() == "one\ntwo\nthree\n"


def test_a_missing_file_is_a_failure_and_is_not_written(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AssertionError, match=r"^findings.txt is missing in "):
        Expected(False, "")(tmp_path / "findings.txt", "one")
    assert list(tmp_path.iterdir()) == []


def test_nothing_has_no_file(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "right.txt"
    Expected(False, "")(file, "")
    Expected(True, "")(file, "")
    file.write_text("one\n")
    with pytest.raises(AssertionError, match="-one"):
        Expected(False, "")(file, "")
    Expected(True, "")(file, "")
    assert not file.exists()


def test_files_that_nobody_compares(tmp_path: pathlib.Path) -> None:
    known, gone = tmp_path / "a.txt", tmp_path / "b.txt"
    for file in (known, gone):
        file.write_text("one\n")
    Expected(False, "").no_others([known], [known, gone])
    with pytest.raises(AssertionError, match=r"no test compares:\n.*/b\.txt\n"):
        Expected(False, "").no_others([known, gone], [known])
    Expected(True, "").no_others([known, gone], [known])
    assert list(tmp_path.iterdir()) == [known]


def test_a_heading_without_words() -> None:
    assert sections({"buggy.py": "", "fixed.py": ""}) == "=== buggy.py\n\nnothing"
    assert sections({"buggy.py": "", "fixed.py": "a"}) == "=== buggy.py\n\nnothing\n\n\n=== fixed.py\n\na"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"  used at   {HERE}/model.py:3, in f:  y = a / b.c", "  used at   model.py:3, in f:  y = a / b.c"),
        ("at tests/model.py:3:  x", "at model.py:3:  x"),
        ("at ../tests/model.py:3:  x", "at <elsewhere>/model.py"),
        ("at /usr/lib/torch/functional.py:99, in einsum:  return 1\nnext", "at <elsewhere>/functional.py, in einsum\nnext"),
        ("view(a / b.py, 3) of x/y", "view(a / b.py, 3) of x/y"),
    ],
)
def test_paths_are_those_of_the_case(text: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE.parent)
    assert portable(text, HERE) == shown


def test_the_option_rewrites(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((HERE / "conftest.py").read_text())
    pytester.makepyfile("import pathlib\n\n\ndef test_words(expected):\n    expected(pathlib.Path('words.txt'), 'one')\n")
    failed = pytester.runpytest()
    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(["*words.txt is missing*", "*+one", "*pytest test_the_option_rewrites.py --update"])
    pytester.runpytest("--update").assert_outcomes(passed=1)
    assert pathlib.Path("words.txt").read_text() == "one\n"
    pytester.runpytest().assert_outcomes(passed=1)
