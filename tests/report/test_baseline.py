"""A baseline accepts what it holds, tells what is new, and what is gone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rnnshape.errors import SpecError
from rnnshape.report.baseline import compared_with, read_baseline, write_baseline
from rnnshape.report.finding import Finding
from rnnshape.report.fingerprints import fingerprints
from rnnshape.report.location import Location

LINE = Location("/a/train.py", 41, "Net.forward", "h_n.view(6, -1)")
MIXED = Finding("RNS203", "error", "samples mixed", "net.head", LINE, kind="Linear", subject="input")
WARNED = Finding("RNS112", "warning", "one sequence", "net.rnn")
NOTE = Finding("RNS217", "info", "whole steps are dropped", "net.drop")


@pytest.mark.parametrize(
    "same",
    [
        replace(MIXED, location=replace(LINE, line=7)),
        replace(MIXED, location=replace(LINE, file="/b/c/train.py")),
        replace(MIXED, location=replace(LINE, file="C:\\b\\train.py")),
        replace(MIXED, message="other sizes", suggestion="other", count=9, kind="Other"),
    ],
)
def test_what_moves_stays_known(same: Finding) -> None:
    assert fingerprints([same]) == fingerprints([MIXED])


@pytest.mark.parametrize(
    "other",
    [
        replace(MIXED, code="RNS201"),
        replace(MIXED, module="net.other"),
        replace(MIXED, subject="h_0"),
        replace(MIXED, location=replace(LINE, file="/a/test.py")),
        replace(MIXED, location=replace(LINE, function="Net.other")),
        replace(MIXED, location=replace(LINE, code="h_n.view(7, -1)")),
        replace(MIXED, location=None),
    ],
)
def test_what_differs_is_another(other: Finding) -> None:
    assert fingerprints([other]) != fingerprints([MIXED])


def test_a_fingerprint_is_the_same_in_every_version() -> None:
    assert fingerprints([MIXED, WARNED, MIXED]) == ("be2171f67a481c45:1", "03f2383e1591579a:1", "be2171f67a481c45:2")


def test_what_is_written_accepts_what_is_found_again(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    assert write_baseline(file, [WARNED, MIXED, NOTE, MIXED]) == 3
    known = compared_with(read_baseline(file), [replace(MIXED, location=replace(LINE, line=9)), MIXED, WARNED, NOTE], str(file))
    assert (len(known.accepted), known.new, known.stale) == (3, (NOTE,), ())


def test_one_more_on_the_same_line_is_new(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    write_baseline(file, [MIXED])
    known = compared_with(read_baseline(file), [MIXED, MIXED])
    assert (known.accepted, known.new) == ((MIXED,), (MIXED,))


def test_what_is_gone_is_stale(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    write_baseline(file, [MIXED, WARNED])
    known = compared_with(read_baseline(file), [MIXED])
    assert list(map(str, known.stale)) == ["RNS112 net.rnn: one sequence"]
    assert [str(e) for e in compared_with(read_baseline(file), [WARNED]).stale] == ["RNS203 train.py: h_n.view(6, -1)"]


def test_the_file_is_sorted_and_can_be_read_by_people(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    write_baseline(one, [MIXED, WARNED])
    write_baseline(other, [WARNED, MIXED])
    assert one.read_text() == other.read_text()
    assert one.read_text().endswith("}\n")
    data = json.loads(one.read_text())
    assert data["version"] == 1
    assert data["findings"][1] == {
        "fingerprint": fingerprints([MIXED])[0],
        "code": "RNS203",
        "file": "train.py",
        "function": "Net.forward",
        "line": "h_n.view(6, -1)",
        "message": "net.head (Linear): samples mixed",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "{}: there is no such baseline; --update-baseline makes it of what is found now"),
        ("{", "{}: the baseline cannot be read: Expecting property name enclosed in double quotes: line 1 column 2 (char 1); "
              "--update-baseline writes it anew"),
        ("[]", "{}: this is no baseline of rnnshape's, version 1; --update-baseline writes it anew"),
        ('{"version": 2}', "{}: this is no baseline of rnnshape's, version 1; --update-baseline writes it anew"),
        ('{"version": 1}', "{}: an entry of the baseline cannot be read: 'findings'; --update-baseline writes it anew"),
        ('{"version": 1, "findings": [{"a": 1}]}', "{}: an entry of the baseline cannot be read: Entry.__init__() got an "
         "unexpected keyword argument 'a'; --update-baseline writes it anew"),
    ],
)  # fmt: skip
def test_what_is_no_baseline(text: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SpecError) as raised:
        read_baseline(file)
    assert str(raised.value) == message.format(file)
