"""Reports built by hand, as a person reads them: whole texts, and nothing that steers the terminal."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any

import pytest
from rich.console import Console

from rnnshape import Event, Layout, Report, predict
from rnnshape.render.terminal import console, print_report
from rnnshape.report.finding import Comparison, Finding
from rnnshape.report.location import Location

ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def _no_wishes_about_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "TERM"):
        monkeypatch.delenv(name, raising=False)


def printed(report: Report, title: str = "train.py", **options: Any) -> str:
    to = console()
    to.file = io.StringIO()
    for name, value in options.items():
        setattr(to, name, value)
    print_report(report, title, to)
    return to.file.getvalue()


def coloured(report: Report, title: str = "train.py") -> str:
    to = Console(file=io.StringIO(), force_terminal=True, color_system="standard", soft_wrap=True, highlight=False, width=80)
    print_report(report, title, to)
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


def report_of(*calls: tuple[Event, int], findings: tuple[Finding, ...] = (), unfollowed: tuple[str, ...] = ()) -> Report:
    report = Report()
    for event, number in calls:
        report.passage(event).calls += number
    for finding in findings:
        report.add(finding)
    for what in unfollowed:
        report.could_not_follow(what)
    return report


def event(
    module: str = "Net.rnn", kind: str = "GRU", batch: int | None = 6, seq: int = 9, given: bool = False, **config: Any
) -> Event:
    """Return what a watch records of a call with these sizes."""
    p = predict(kind, 4, 8, batch=batch, seq=seq, **config)
    names = ("input", *(("h_0", "c_0") if given else ()), *(("h_1", "c_1") if p.spec.cell else ("output", "h_n", "c_n")))
    layouts = [(name, getattr(p, name.replace("_1", "_n"))) for name in names]
    return Event(
        module,
        kind,
        repr(p.spec),
        tuple((name, layout) for name, layout in layouts if layout is not None),
        p.spec.batch_first,
        given=(("h_0", "c_0") if p.spec.has_cell_state else ("h_0",)) if given else (),
    )


def packed(samples: int, steps: int, rows: int) -> Event:
    layouts = {"input": f"packed={rows} feature=4", "output": f"packed={rows} hidden=8"}
    layouts["h_n"] = f"layers=1 batch={samples} hidden=8"
    pairs = tuple((name, Layout.parse(words)) for name, words in layouts.items())
    return Event("Net.rnn", "GRU", "GRU(4, 8)", pairs, packed=(samples, steps))


WRONG = Finding(
    "RNS102",
    "error",
    "input axis 'feature' is 5, expected input_size=4",
    "Net.rnn",
    Location("train.py", 9, "Net.forward", "self.rnn(x)"),
    "input.transpose(1, 2) fits",
    kind="GRU",
    comparison=Comparison(Layout.parse("seq batch feature=4"), (9, 6, 5)),
)
UNBATCHED = Finding("RNS112", "warning", "input of 2 dims is read as one unbatched sequence of 6 steps", "", None, kind="LSTM")


# Whole texts


def test_nothing_was_seen() -> None:
    assert (
        printed(Report())
        == """
rnnshape: train.py  0 recurrent layers, 0 calls, no findings
  no nn.RNN, nn.LSTM, nn.GRU or cell has returned anything
"""
    )


def test_one_call() -> None:
    assert (
        printed(report_of((event(), 1)))
        == """
rnnshape: train.py  1 recurrent layer, 1 call, no findings

Net.rnn  GRU(4, 8)  1 call
  input   seq=9 batch=6 feature=4    (9, 6, 4)
  output  seq=9 batch=6 hidden=8     (9, 6, 8)
  h_n     layers=1 batch=6 hidden=8  (1, 6, 8)
  batch  6 in every call
  seq    9 in every call
  state  h_0 never passed, so zeros
"""
    )


def test_an_lstm_with_everything() -> None:
    config = {"num_layers": 2, "bidirectional": True, "batch_first": True, "proj_size": 3, "kind": "LSTM", "given": True}
    report = report_of((event("Tagger.encoder", **config), 1200), (event("Tagger.encoder", batch=2, **config), 1))
    assert (
        printed(report)
        == """
rnnshape: train.py  1 recurrent layer, 1,201 calls, no findings

Tagger.encoder  LSTM(4, 8, num_layers=2, batch_first=True, bidirectional=True, proj_size=3)  1,201 calls
  input   batch=6 seq=9 feature=4                   (6, 9, 4)
  h_0     (layers=2 directions=2) batch=6 proj=3    (4, 6, 3)
  c_0     (layers=2 directions=2) batch=6 hidden=8  (4, 6, 8)
  output  batch=6 seq=9 (directions=2 proj=3)       (6, 9, 6)
  h_n     (layers=2 directions=2) batch=6 proj=3    (4, 6, 3)  never batch-first
  c_n     (layers=2 directions=2) batch=6 hidden=8  (4, 6, 8)  never batch-first
  batch  6 in 1,200 calls and 2 in 1 call
  seq    9 in every call
  state  h_0 and c_0 passed in every call
"""
    )


def test_a_cell_in_a_loop() -> None:
    report = report_of((event("Net.cell", "GRUCell"), 2), (event("Net.cell", "GRUCell", given=True), 16))
    assert (
        printed(report)
        == """
rnnshape: train.py  1 recurrent layer, 18 calls, no findings

Net.cell  GRUCell(4, 8)  18 calls
  input  batch=6 feature=4  (6, 4)
  h_0    batch=6 hidden=8   (6, 8)
  h_1    batch=6 hidden=8   (6, 8)
  batch  6 in every call
  state  h_0 passed in 16 of 18 calls, else zeros
"""
    )


def test_packed_sequences() -> None:
    assert (
        printed(report_of((packed(3, 9, 19), 4), (packed(2, 7, 12), 1)))
        == """
rnnshape: train.py  1 recurrent layer, 5 calls, no findings

Net.rnn  GRU(4, 8)  5 calls
  input   packed=19 feature=4        (19, 4)    packed: 3 samples, the longest of 9 steps
  output  packed=19 hidden=8         (19, 8)    packed: 3 samples, the longest of 9 steps
  h_n     layers=1 batch=3 hidden=8  (1, 3, 8)
  batch  3 in 4 calls and 2 in 1 call
  seq    9 in 4 calls and 7 in 1 call
  state  h_0 never passed, so zeros
"""
    )


def test_several_layers_findings_and_what_was_not_judged() -> None:
    report = report_of(
        (event("Net.a"), 2),
        (event("Net.b", "RNN"), 1),
        findings=(WRONG, WRONG, UNBATCHED),
        unfollowed=("Net.c: its forward accepts what torch's would not",),
    )
    assert (
        printed(report, "-m package.train (rank 1)")
        == """
rnnshape: -m package.train (rank 1)  2 recurrent layers, 3 calls, 2 findings

Net.a  GRU(4, 8)  2 calls
  input   seq=9 batch=6 feature=4    (9, 6, 4)
  output  seq=9 batch=6 hidden=8     (9, 6, 8)
  h_n     layers=1 batch=6 hidden=8  (1, 6, 8)
  batch  6 in every call
  seq    9 in every call
  state  h_0 never passed, so zeros

Net.b  RNN(4, 8)  1 call
  input   seq=9 batch=6 feature=4    (9, 6, 4)
  output  seq=9 batch=6 hidden=8     (9, 6, 8)
  h_n     layers=1 batch=6 hidden=8  (1, 6, 8)
  batch  6 in every call
  seq    9 in every call
  state  h_0 never passed, so zeros

RNS102 error: input of another width, 2 times    train.py:9, in Net.forward
    self.rnn(x)
  Net.rnn (GRU): input axis 'feature' is 5, expected input_size=4
  expected  (seq, batch, feature=4)
  got       (  9,     6,         5)
  input.transpose(1, 2) fits
  see: rnnshape explain RNS102

RNS112 warning: 2-D input read as one unbatched sequence
  LSTM: input of 2 dims is read as one unbatched sequence of 6 steps
  see: rnnshape explain RNS112

not judged:
  Net.c: its forward accepts what torch's would not
"""
    )


def test_an_operation_without_a_rule_is_told_once() -> None:
    report = report_of()
    report.lost_track("polar", "train.py:41, in Net.forward")
    report.lost_track("sort", "train.py:42, in Net.forward", has_values=False)
    assert report.unfollowed == (
        "polar has no rule, so what it returns is unknown",
        "sort reads values that are not there, so what it returns is unknown",
    )
    assert (
        printed(report)
        == """
rnnshape: train.py  0 recurrent layers, 0 calls, no findings

not looked at:
  polar at train.py:41, in Net.forward: no rule says where axes go in it, so nothing is judged on what it returns; rnnshape.check(axes=...) around a function that takes this names them
  sort at train.py:42, in Net.forward: it reads values that are not there, so nothing is judged on what it returns
"""  # noqa: E501
    )


def test_what_was_not_looked_at() -> None:
    report = report_of(unfollowed=("a",))
    report.did_not_look("compiled", "Net.rnn")
    report.did_not_look("compiled", "Net.cell")
    assert (
        printed(report)
        == """
rnnshape: train.py  0 recurrent layers, 0 calls, no findings

not judged:
  a

not looked at:
  Net.rnn and Net.cell: compiled
"""
    )


def test_a_finding_without_a_call_that_came_to_its_end() -> None:
    text = printed(report_of(findings=(WRONG,)))
    assert text.startswith("\nrnnshape: train.py  0 recurrent layers, 0 calls, 1 finding\n\nRNS102 error: ")
    assert "no nn.RNN" not in text


# What changed between calls


def changes(*calls: tuple[Event, int]) -> list[str]:
    lines = printed(report_of(*calls)).splitlines()
    return [line for line in lines if re.match("  (batch|seq|state|other) ", line)]


def test_up_to_four_sizes_are_listed_by_frequency() -> None:
    calls = [(event(batch=b, seq=s), n) for b, s, n in ((1, 9, 1), (2, 9, 5), (3, 8, 2), (4, 8, 1))]
    assert changes(*calls)[:2] == [
        "  batch  2 in 5 calls, 3 in 2 calls, 1 in 1 call and 4 in 1 call",
        "  seq    9 in 6 calls and 8 in 3 calls",
    ]


def test_more_sizes_are_a_range() -> None:
    calls = [(event(seq=s), s) for s in (30, 7, 12, 9, 11)]
    assert changes(*calls) == [
        "  batch  6 in every call",
        "  seq    7 to 30, 5 different sizes in 69 calls",
        "  state  h_0 never passed, so zeros",
    ]


def test_the_most_frequent_kind_of_call_is_shown() -> None:
    text = printed(report_of((event(batch=6), 1), (event(batch=32), 7), (event(batch=5), 1)))
    assert "(9, 32, 4)" in text
    assert "(9, 6, 4)" not in text


def test_calls_without_a_batch_are_no_calls_of_a_batch() -> None:
    assert changes((event(), 3), (event(batch=None, given=True), 2)) == [
        "  batch  6 in 3 calls",
        "  seq    9 in every call",
        "  state  h_0 passed in 2 of 5 calls, else zeros",
    ]


def test_packed_and_padded_calls_are_counted_together() -> None:
    assert changes((packed(6, 9, 40), 3), (event(), 2), (packed(6, 8, 40), 1)) == [
        "  batch  6 in every call",
        "  seq    9 in 5 calls and 8 in 1 call",
        "  state  h_0 never passed, so zeros",
    ]


def test_what_is_beyond_the_bound_is_said_not_to_be_counted() -> None:
    report = report_of(*((event(seq=s, given=True), 1) for s in range(1, 301)))
    text = printed(report)
    assert "Net.rnn  GRU(4, 8)  300 calls\n" in text
    assert text.splitlines()[-4:] == [
        "  batch  6 in every call",
        "  seq    1 to 255, 255 different sizes in 255 calls",
        "  state  h_0 passed in every call",
        "  other  45 calls of still other sizes, not counted here",
    ]


def test_only_other_sizes() -> None:
    unknown = Event("Net.rnn", "GRU", "GRU(4, 8)", ())
    assert (
        printed(report_of((unknown, 2)))
        == """
rnnshape: train.py  1 recurrent layer, 2 calls, no findings

Net.rnn  GRU(4, 8)  2 calls
  sizes  not known, as nobody can say what these calls take
"""
    )


def test_a_layer_without_a_path_goes_by_its_class() -> None:
    assert "\nGRU  GRU(4, 8)  1 call\n" in printed(report_of((event(module=""), 1)))


# Names are the user's, the terminal is not

HOSTILE = [
    "[red]x[/red]",
    "[link=http://a.b]x[/link]",
    ":smile:",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "a\rb",
    "a\bb",
    "a\nb",
    "a\x00b",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "a\u2028b",
    "\x7f",
]


def everywhere(name: str) -> Report:
    """Put a name wherever a name of the user's can be."""
    location = Location(f"{name}.py", 9, name, f"self.{name}(x)")
    shown = Comparison(Layout.parse("batch=6"), (5,), reasons=(f"batch=6 from {name}",), remark=name)
    finding = Finding("RNS102", "error", f"wrong {name}", name, location, f"use {name}", kind=name, comparison=shown)
    report = report_of((event(module=name), 1), (event(module="", kind="GRU"), 1), findings=(finding,), unfollowed=(name,))
    report.did_not_look(name, name)
    return report


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_does_not_steer_the_terminal(name: str) -> None:
    text = printed(everywhere(name), title=name)
    steering = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
    assert steering == []


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_sends_no_escape_of_its_own_in_colour(name: str) -> None:
    harmless = coloured(everywhere("harmless"), title="harmless")
    sequences = re.compile(f"{ESCAPE}[^m]*m?")
    assert ESCAPE in harmless
    assert set(sequences.findall(coloured(everywhere(name), title=name))) <= set(sequences.findall(harmless))


@pytest.mark.parametrize("name", ["[red]x[/red]", "[link=http://a.b]x[/link]", ":smile:", "[/]", "[bold", "\\[x]"])
def test_markup_is_shown_as_it_is(name: str) -> None:
    assert printed(everywhere(name), title=name) == printed(everywhere("NAME"), title="NAME").replace("NAME", name)


def test_an_escape_is_shown_as_it_is_written_in_python() -> None:
    text = printed(everywhere("\x1b[31m\u202e"), title="a\rb\nc")
    assert text.startswith("\nrnnshape: a\\rb\\nc  ")
    assert "\n\\x1b[31m\\u202e  GRU(4, 8)  1 call\n" in text
    assert "\n  \\x1b[31m\\u202e\n" in text


def test_letters_of_any_language_are_left_alone() -> None:
    assert "\nСеть.слой_é_層  GRU(4, 8)  1 call\n" in printed(report_of((event(module="Сеть.слой_é_層"), 1)))


# Lines


@pytest.mark.parametrize("width", [1, 20, 80])
def test_no_line_is_wrapped_or_cut(width: int) -> None:
    long = "Net." + ".".join(f"block{i}" for i in range(60))
    wide = printed(everywhere(long), title=long, width=5000)
    assert printed(everywhere(long), title=long, width=width) == wide
    assert max(map(len, wide.splitlines())) > 400


def test_no_line_ends_in_a_space() -> None:
    text = printed(report_of((event(), 1), (packed(3, 9, 19), 1), findings=(WRONG,), unfollowed=("a",)))
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_a_file_gets_no_colours() -> None:
    report = report_of((event(), 1), findings=(WRONG, UNBATCHED), unfollowed=("a",))
    assert ESCAPE not in printed(report)
    assert re.sub(f"{ESCAPE}[^m]*m", "", coloured(report)) == printed(report)


def test_colours_tell_severities_and_the_suggestion() -> None:
    note = Finding("RNS114", "info", "a note")
    text = coloured(report_of(findings=(WRONG, UNBATCHED, note)))
    assert f"{ESCAPE}[1;31mRNS102 error:" in text
    assert f"{ESCAPE}[1;33mRNS112 warning:" in text
    assert f"{ESCAPE}[1;36mRNS114 info:" in text
    assert f"{ESCAPE}[32m  input.transpose(1, 2) fits" in text
    assert f"{ESCAPE}[1;31m  0 recurrent layers, 0 calls, 3 findings" in text
    assert f"{ESCAPE}[1;31m  0 recurrent layers" not in coloured(report_of(findings=(note,)))


def test_the_console_writes_to_the_stream_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report(), "a", console(stderr=True))
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[1]) == ("", "rnnshape: a  0 recurrent layers, 0 calls, no findings")
    print_report(Report(), "a", console())
    assert capsys.readouterr() == (err, "")


def test_the_report_itself_is_not_changed() -> None:
    report = everywhere("\x1b[31m")
    before = (report.events, report.findings, report.unfollowed)
    printed(report)
    assert (report.events, report.findings, report.unfollowed) == before
    assert report.events[0].module == "\x1b[31m"


def test_what_was_assumed_and_dims_without_a_name() -> None:
    unnamed = Event("Net.rnn", "GRU", "GRU(4, 8)", (("input", Layout.parse("batch=6 ?=9 ?=4")),))
    report = report_of((unnamed, 2))
    report.assume("samples were judged on dim 0; axes= names it otherwise", "x")
    assert printed(report).partition("2 calls\n")[2] == (
        "  input  batch=6 ?=9 ?=4  (6, 9, 4)\n"
        "  batch  6 in every call\n"
        "\n"
        "? is a dim that nobody has named, that could not be followed, or that has no part in the finding\n"
        "\n"
        "assumed:\n"
        "  x: samples were judged on dim 0; axes= names it otherwise\n"
    )
    assert "? is" not in printed(report_of((event(), 1)))
