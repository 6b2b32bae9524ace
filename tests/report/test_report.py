"""Records: what they say, what is counted together, and that their number is bounded."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from typing import Any

import pytest

from rnnshape import Layout
from rnnshape.report.event import Event
from rnnshape.report.finding import Comparison, Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import MOST_FINDINGS, MOST_PASSAGES, Concern, Report

LINE = Location("train.py", 41, "Classifier.forward", "output, h_n = self.rnn(x)")
X, H = Layout.parse("seq=9 batch=6 feature=4"), Layout.parse("(layers=2 directions=2) batch=6 hidden=8")
EVENT = Event("encoder.rnn", "GRU", "GRU(4, 8)", (("input", X), ("h_n", H)))
FINDING = Finding(
    "RNS103",
    "error",
    "h_0 axis 'layers' is 1, expected 2",
    "encoder.rnn",
    LINE,
    "torch.zeros(2, 6, 8) fits",
    (("expected", H),),
    "GRU",
    comparison=Comparison(Layout.parse("layers=2"), (1,)),
)


# Locations


@pytest.mark.parametrize(
    ("location", "written"),
    [
        (LINE, "train.py:41, in Classifier.forward"),
        (Location("train.py", 41, "<module>"), "train.py:41"),
        (Location("<stdin>", 1), "<stdin>:1"),
    ],
)
def test_a_location_is_written_as_a_traceback_has_it(location: Location, written: str) -> None:
    assert str(location) == written


@pytest.mark.parametrize(
    ("code", "silenced"),
    [
        ("rnn(x)  # rnnshape: ignore", True),
        ("rnn(x)  # rnnshape: ignore[RNS112]", True),
        ("rnn(x)  # rnnshape:ignore[rns103, rns112]", True),
        ("rnn(x)  # noqa: E501 # rnnshape: ignore[ RNS112 ]", True),
        ("rnn(x)  # rnnshape: ignore[RNS103]", False),
        ("rnn(x)  # rnnshape: ignore[]", False),
        ("rnn(x)  # ignore", False),
        ("rnn(x)", False),
        ("rnn('rnnshape: ignore')", False),
        ("", False),
    ],
)
def test_a_comment_silences_a_rule_on_its_line(code: str, silenced: bool) -> None:
    assert Location("train.py", 1, code=code).silences("RNS112") is silenced


# Events


def test_an_event_is_one_line() -> None:
    assert str(EVENT) == (
        "encoder.rnn (GRU): input seq=9 batch=6 feature=4 (9, 6, 4), h_n (layers=2 directions=2) batch=6 hidden=8 (4, 6, 8)"
    )
    assert str(replace(EVENT, module="", layouts=())) == "GRU: other sizes"


def test_a_layout_of_an_event_is_found_by_its_name() -> None:
    assert EVENT.layout("h_n") is H
    assert EVENT.layout("c_n") is None


def test_records_become_json_and_pickles() -> None:
    assert json.loads(json.dumps(replace(EVENT, packed=(6, 9), given=("h_0",)).to_dict())) == {
        "module": "encoder.rnn",
        "kind": "GRU",
        "spec": "GRU(4, 8)",
        "layouts": {
            "input": {"layout": "seq=9 batch=6 feature=4", "sizes": [9, 6, 4]},
            "h_n": {"layout": "(layers=2 directions=2) batch=6 hidden=8", "sizes": [4, 6, 8]},
        },
        "batch_first": False,
        "packed": [6, 9],
        "given": ["h_0"],
        "calls": 1,
    }
    assert json.loads(json.dumps(replace(FINDING, layouts=(("expected", Layout.parse("seq batch=6")),)).to_dict())) == {
        "code": "RNS103",
        "severity": "error",
        "message": "h_0 axis 'layers' is 1, expected 2",
        "module": "encoder.rnn",
        "location": {"file": "train.py", "line": 41, "function": "Classifier.forward", "code": "output, h_n = self.rnn(x)"},
        "suggestion": "torch.zeros(2, 6, 8) fits",
        "no_edit": None,
        "layouts": {"expected": {"layout": "seq batch=6", "sizes": ["seq", 6]}},
        "kind": "GRU",
        "details": ["  expected  (layers=2,)", "  got       (       1,)"],
        "count": 1,
        "subject": "",
    }
    assert json.loads(json.dumps(Finding("RNS000", "error", "it raised").to_dict()))["location"] is None
    for record in (EVENT, FINDING):
        assert pickle.loads(pickle.dumps(record)) == record


def test_a_finding_without_an_edit_says_why_there_is_none() -> None:
    bare = finding_of(Mistake("RNS205", "it is wrong"), None, "", None)
    why = "which of the operands lies as it is meant, no table tells"
    assert bare.no_edit == bare.to_dict()["no_edit"] == why
    assert str(bare).splitlines() == [
        "RNS205 error: different samples meet",
        "  it is wrong",
        f"  no edit: {why}",
        "  see: rnnshape explain RNS205",
    ]
    mended = finding_of(Mistake("RNS205", "it is wrong", "repeat_interleave on both fits"), None, "", None)
    assert mended.no_edit is None
    assert "no edit" not in str(mended)
    assert finding_of(Mistake("RNS000", "it raised"), None, "", None).no_edit is None


# Findings


@pytest.mark.parametrize(
    ("module", "kind", "headline"),
    [
        ("encoder.rnn", "GRU", "encoder.rnn (GRU): it is wrong"),
        ("encoder.rnn", "", "encoder.rnn: it is wrong"),
        ("", "GRU", "GRU: it is wrong"),
        (None, "GRU", "GRU: it is wrong"),
        (None, "", "it is wrong"),
    ],
)
def test_the_headline_says_where(module: str | None, kind: str, headline: str) -> None:
    assert Finding("RNS103", "error", "it is wrong", module, kind=kind).headline == headline


def test_a_finding_is_written_whole() -> None:
    assert str(FINDING) == (
        "RNS103 error: state with another number of rows    train.py:41, in Classifier.forward\n"
        "    output, h_n = self.rnn(x)\n"
        "  encoder.rnn (GRU): h_0 axis 'layers' is 1, expected 2\n"
        "  expected  (layers=2,)\n"
        "  got       (       1,)\n"
        "  torch.zeros(2, 6, 8) fits\n"
        "  see: rnnshape explain RNS103"
    )
    bare = replace(FINDING, location=Location("<stdin>", 3), suggestion=None, comparison=None, layouts=())
    assert str(bare) == (
        "RNS103 error: state with another number of rows    <stdin>:3\n"
        "  encoder.rnn (GRU): h_0 axis 'layers' is 1, expected 2\n  see: rnnshape explain RNS103"
    )
    assert str(replace(bare, location=None)).count("\n") == 2


# Reports


def test_an_empty_report() -> None:
    report = Report()
    assert (report.events, report.findings, report.unfollowed, report.blind, report.ok) == ((), (), (), (), True)
    assert str(report) == repr(report) == "0 recurrent layers, 0 calls, 0 findings"


def test_a_report_is_written_whole() -> None:
    report = Report()
    report.passage(EVENT).calls += 1200
    report.passage(replace(EVENT, module="decoder")).calls += 1
    report.add(Finding("RNS000", "error", "it raised"))
    report.add(Finding("RNS112", "warning", "a matrix"))
    assert repr(report) == (
        "2 recurrent layers, 1,201 calls, 2 findings\n\n"
        "RNS000 error: the model raised\n  it raised\n  see: rnnshape explain RNS000\n\n"
        "RNS112 warning: 2-D input read as one unbatched sequence\n  a matrix\n  see: rnnshape explain RNS112"
    )


def test_calls_are_counted_by_kind_and_grouped_by_module() -> None:
    report = Report()
    other = replace(EVENT, layouts=(("input", X),))
    for event in (EVENT, replace(EVENT, module="decoder"), other, EVENT):
        report.passage(event).calls += 1
    assert [(e.module, len(e.layouts), e.calls) for e in report.events] == [
        ("encoder.rnn", 2, 2),
        ("encoder.rnn", 1, 1),
        ("decoder", 2, 1),
    ]
    assert report.passage(EVENT) is report.passage(replace(EVENT))


def test_a_kind_of_call_that_never_came_to_its_end_is_no_event() -> None:
    report = Report()
    report.passage(EVENT)
    assert report.events == ()


@pytest.mark.parametrize(("severity", "ok"), [("error", False), ("warning", False), ("info", True)])
def test_a_note_leaves_a_report_in_order(severity: Any, ok: bool) -> None:
    report = Report()
    assert report.add(replace(FINDING, severity=severity))
    assert report.ok is ok


def test_a_finding_that_repeats_is_counted() -> None:
    report = Report()
    again = replace(FINDING, message="h_0 axis 'layers' is 1, expected 4")
    assert [report.add(FINDING), report.add(again), report.add(FINDING)] == [True, False, False]
    assert report.findings == (replace(FINDING, count=3),)


@pytest.mark.parametrize(
    "change",
    [
        {"code": "RNS104"},
        {"module": "decoder"},
        {"subject": "c_0"},
        {"location": replace(LINE, line=42)},
        {"location": replace(LINE, file="other.py")},
        {"location": None},
    ],
)
def test_findings_that_are_told_apart(change: dict[str, Any]) -> None:
    report = Report()
    assert report.add(FINDING)
    assert report.add(replace(FINDING, **change))
    assert [finding.count for finding in report.findings] == [1, 1]


def test_without_a_line_the_words_tell_findings_apart() -> None:
    report = Report()
    nowhere = replace(FINDING, location=None)
    assert [report.add(nowhere), report.add(replace(nowhere, message="other")), report.add(nowhere)] == [True, True, False]


def test_a_finding_takes_the_place_of_those_that_it_explains() -> None:
    report = Report()
    report.add(FINDING)
    for line in (1, 2):
        report.add(Finding("RNS000", "error", "it raised", location=Location("train.py", line)))
    report.replace("RNS000", replace(FINDING, code="RNS503"))
    assert [finding.code for finding in report.findings] == ["RNS103", "RNS503"]


def test_a_finding_is_silent_unless_an_exception_told_of_it_each_time() -> None:
    report = Report()
    report.raised(FINDING)
    assert report.silent == ()
    report.add(FINDING)
    assert report.silent == (FINDING,)
    report.raised(FINDING)
    assert (report.silent, report.findings) == ((), (FINDING,))
    report.add(FINDING)
    assert report.silent == report.findings == (replace(FINDING, count=2),)


def test_sinks_get_every_new_record_once() -> None:
    told: list[Any] = []
    report = Report(sinks=[told.append])
    for _ in range(3):
        report.passage(EVENT).calls += 1
        report.add(FINDING)
    assert told == [EVENT, FINDING]


# Bounds


def test_kinds_of_calls_are_bounded_for_each_module() -> None:
    told: list[Any] = []
    report = Report(sinks=[told.append])
    kinds = [replace(EVENT, spec=str(i), given=("h_0",), packed=(1, 1)) for i in range(5 * MOST_PASSAGES)]
    for event in kinds:
        report.passage(replace(event, spec="GRU(4, 8)", layouts=((event.spec, X),))).calls += 1
    *kept, rest = report.events
    assert len(kept) == MOST_PASSAGES - 1
    assert all(event.calls == 1 for event in kept)
    assert rest == Event("encoder.rnn", "GRU", "GRU(4, 8)", (), calls=4 * MOST_PASSAGES + 1)
    assert len(told) == MOST_PASSAGES
    report.passage(replace(EVENT, module="decoder", layouts=(("input", X),))).calls += 1
    assert report.events[-1].layouts == (("input", X),)


def test_findings_and_what_nobody_followed_are_bounded() -> None:
    told: list[Any] = []
    report = Report(sinks=[told.append])
    for line in range(2 * MOST_FINDINGS):
        report.add(replace(FINDING, location=replace(LINE, line=line)))
        report.could_not_follow(f"number {line}")
        report.could_not_follow("number 0")
    assert len(report.findings) == len(told) == len(report.unfollowed) == MOST_FINDINGS
    assert report.unfollowed[:2] == ("number 0", "number 1")
    assert not report.add(replace(FINDING, location=replace(LINE, line=0)))
    assert report.findings[0].count == 2


def test_what_was_not_looked_at_is_one_sentence_for_each_reason() -> None:
    report = Report()
    report.did_not_look("compiled, so not followed; run it uncompiled", "encoder.rnn")
    report.did_not_look("another process has run it; watch there")
    report.did_not_look("compiled, so not followed; run it uncompiled", "decoder.rnn")
    report.did_not_look("compiled, so not followed; run it uncompiled", "encoder.rnn")
    assert report.blind == (
        "encoder.rnn and decoder.rnn: compiled, so not followed; run it uncompiled",
        "another process has run it; watch there",
    )
    assert report.ok
    assert str(report) == (
        "0 recurrent layers, 0 calls, 0 findings\n\n"
        "not looked at:\n"
        "  encoder.rnn and decoder.rnn: compiled, so not followed; run it uncompiled\n"
        "  another process has run it; watch there"
    )


def test_what_concerns_any_module_is_told_apart() -> None:
    report = Report()
    report.did_not_look("no layer is in it", "Scratch", Concern.ANY_MODULE)
    report.did_not_look("another process has run it; watch there")
    assert report.blind_of(Concern.ANY_MODULE) == ("Scratch: no layer is in it",)
    assert report.blind_of(Concern.RECURRENT) == ("another process has run it; watch there",)
    assert report.blind == report.blind_of(Concern.ANY_MODULE) + report.blind_of(Concern.RECURRENT)


def test_what_was_not_looked_at_is_bounded() -> None:
    report = Report()
    for number in range(2 * MOST_FINDINGS):
        report.did_not_look(f"number {number}")
        report.did_not_look("number 0", f"rnn{number}")
    assert len(report.blind) == MOST_FINDINGS
    assert report.blind[:2] == ("rnn0, rnn1, rnn2, rnn3, rnn4 and 995 more: number 0", "number 1")


UNNAMED = Event("conv.rnn", "GRU", "GRU(4, 8)", (("input", Layout.parse("batch=6 ?=9 ?=4")),))


def test_what_was_assumed_has_a_heading_of_its_own_and_a_dim_without_a_name_is_explained_once() -> None:
    report = Report()
    for event in (UNNAMED, replace(UNNAMED, module="other")):
        report.passage(event).calls += 1
    report.assume("samples were judged on dim 0; axes= names it otherwise", "x")
    report.did_not_look("compiled; run it uncompiled", "rnn")
    assert report.assumed == ("x: samples were judged on dim 0; axes= names it otherwise",)
    assert report.blind == ("rnn: compiled; run it uncompiled",)
    legend = "? is a dim that nobody has named, that could not be followed, or that has no part in the finding"
    assert str(report).partition("other")[2] == (
        "  GRU(4, 8)  1 call\n"
        "  input  batch=6 ?=9 ?=4  (6, 9, 4)\n"
        "  batch  6 in every call\n"
        "\n"
        f"{legend}\n"
        "\n"
        "assumed:\n"
        "  x: samples were judged on dim 0; axes= names it otherwise\n"
        "\n"
        "not looked at:\n"
        "  rnn: compiled; run it uncompiled"
    )
    html = report._repr_html_()
    assert f"<p>{legend}</p>" in html
    assert "<li>assumed: x: samples were judged" in html


def test_without_such_a_dim_there_is_no_legend() -> None:
    report = Report()
    report.passage(EVENT).calls += 1
    assert "? is" not in str(report)
    assert "? is" not in report._repr_html_()
    asks = replace(FINDING, location=Location("train.py", 41, "", 'load("page?id=3")'))
    report.add(asks)
    assert "? is" not in str(report)


def test_calls_that_failed_are_counted_with_their_layer() -> None:
    report = Report()
    report.count_failed(replace(EVENT, module="decoder"))
    assert str(report) == "1 recurrent layer, 1 call failed, 0 findings"
    report.passage(EVENT).calls += 2
    assert report.counts == "2 recurrent layers, 2 calls, 1 call failed"
