"""How a finding is laid out: rows of Layouts, expected beside got, and the lines of code."""

from __future__ import annotations

from typing import Any

import pytest

from rnnshape import Layout
from rnnshape.report import words
from rnnshape.report.finding import Became, Comparison, Finding
from rnnshape.report.location import Location

H_N, FEATURES = Layout.parse("layers=2 batch=6 hidden=16"), Layout.parse("batch=6 feature=32")
MADE, HERE = Location("net.py", 5, "f", "h.view(6, -1)"), Location("net.py", 9, "f", "fc(h)")


def details(**data: Any) -> list[str]:
    return list(Finding("RNS203", "error", "mixed", **data).details)


def test_layouts_stand_in_one_column_behind_their_names() -> None:
    assert details(layouts=(("one", FEATURES), ("other", H_N))) == [
        "  one       batch=6 feature=32  (6, 32)",
        "  other     layers=2 batch=6 hidden=16  (2, 6, 16)",
    ]


def test_what_an_operation_made_stands_under_what_it_was_applied_to() -> None:
    rows = details(layouts=(("before", H_N), ("other", FEATURES)), became=Became("view", (6, 32)), used_at=HERE)
    assert rows == [
        "  before    layers=2 batch=6 hidden=16  (2, 6, 16)",
        "  view      (6, 32)",
        "  other     batch=6 feature=32  (6, 32)",
        "  used at   net.py:9, in f:  fc(h)",
    ]


def test_a_long_name_pushes_only_its_own_row() -> None:
    assert details(layouts=(("before", FEATURES),), became=Became("broadcast_to", (6, 32)))[1] == "  broadcast_to (6, 32)"


def test_the_line_that_raised_is_told() -> None:
    assert details(raised_at=Location("net.py", 9)) == ["  raised at net.py:9"]


def test_the_line_that_moved_samples_stands_before_the_one_that_used_them() -> None:
    rows = details(moved_at=Location("net.py", 7, "f", "x[order]"), used_at=HERE)
    assert rows == ["  moved at  net.py:7, in f:  x[order]", "  used at   net.py:9, in f:  fc(h)"]


def test_a_line_that_used_an_argument_stands_without_a_column() -> None:
    assert details(subject="h_0", used_at=HERE) == ["  used at net.py:9, in f:  fc(h)"]


def test_the_order_of_a_whole_finding() -> None:
    found = Finding("RNS203", "error", "mixed", "Net.fc", MADE, "write this", (("seen", FEATURES),), "Linear", used_at=HERE)
    assert str(found).split("\n") == [
        "RNS203 error: samples mixed    net.py:5, in f",
        "    h.view(6, -1)",
        "  Net.fc (Linear): mixed",
        "  seen      batch=6 feature=32  (6, 32)",
        "  used at   net.py:9, in f:  fc(h)",
        "  write this",
        "  see: rnnshape explain RNS203",
    ]


def test_the_head_says_how_often_and_where_and_a_finding_without_a_place_has_none() -> None:
    assert words.head(Finding("RNS112", "warning", "a matrix", location=MADE, count=1200)) == (
        "RNS112 warning: 2-D input read as one unbatched sequence, 1,200 times    net.py:5, in f"
    )
    assert str(Finding("RNS112", "warning", "a matrix", location=Location("net.py", 3))).split("\n") == [
        "RNS112 warning: 2-D input read as one unbatched sequence    net.py:3",
        "  a matrix",
        "  see: rnnshape explain RNS112",
    ]
    assert str(Finding("RNS000", "error", "it raised")).startswith("RNS000 error: the model raised\n  it raised\n")


def test_the_first_line_of_a_message_suffices_alone() -> None:
    first = Finding("RNS203", "error", "mixed", "Net.fc", MADE, "write this", (("seen", FEATURES),), "Linear", used_at=HERE)
    second = Finding("RNS112", "warning", "a matrix", no_edit="nobody knows", confirmed="it was tried")
    assert words.message_of([first, second]).split("\n") == [
        "RNS203 error: Net.fc (Linear): mixed",
        "  seen      batch=6 feature=32  (6, 32)",
        "  used at   net.py:9, in f:  fc(h)",
        "  write this",
        "  at net.py:5, in f:  h.view(6, -1)",
        "  see: rnnshape explain RNS203",
        "",
        "RNS112 warning: a matrix",
        "  no edit: nobody knows",
        "  confirmed: it was tried",
        "  see: rnnshape explain RNS112",
    ]
    assert words.message_of([]) == ""


def test_sentences_are_broken_where_the_terminal_is_narrow_and_what_is_to_be_copied_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "rows of the state are taken for samples"
    found = Finding("RNS203", "error", said, "Net.fc", MADE, "write " + "x" * 40, (("seen", FEATURES),), confirmed=said)
    without = Finding("RNS203", "error", "mixed", no_edit=said)
    assert words.fitted(found) == words.written(found)
    monkeypatch.setenv("COLUMNS", "30")
    assert words.fitted(found) == [
        "RNS203 error: samples mixed    net.py:5, in f",
        "    h.view(6, -1)",
        "  Net.fc: rows of the state",
        "      are taken for samples",
        "  seen      batch=6 feature=32  (6, 32)",
        "  write " + "x" * 40,
        "  confirmed: rows of the state",
        "      are taken for samples",
        "  see: rnnshape explain RNS203",
    ]
    assert words.fitted(without)[2:4] == ["  no edit: rows of the state", "      are taken for samples"]


@pytest.mark.parametrize(
    ("comparison", "written"),
    [
        (
            Comparison(Layout.parse("batch seq feature=4"), (6, 4, 9), (2,), remark="batch_first=True"),
            "  expected  (batch, seq, feature=4)   batch_first=True\n"
            "  got       (    6,   4,         9)\n"
            "                                 ^",
        ),
        (
            Comparison(H_N, (6, 1, 16), (0, 1), ("layers=2 from num_layers=2", "batch=6 from dim 1 of the input")),
            "  expected  (layers=2, batch=6, hidden=16)\n"
            "  got       (       6,       1,        16)\n"
            "                    ^        ^\n"
            "  layers=2  from num_layers=2\n"
            "  batch=6   from dim 1 of the input",
        ),
        (Comparison(Layout.parse("feature=4"), (5,)), "  expected  (feature=4,)\n  got       (        5,)"),
        (Comparison(H_N, (6, 16), (0,)), "  expected  (layers=2, batch=6, hidden=16)\n  got       (6, 16)"),
        (Comparison(Layout.parse("1 ?=4 7"), (1, 4, 7)), "  expected  (1, 4, 7)\n  got       (1, 4, 7)"),
        (
            Comparison(Layout.parse("batch=6 seq=9 4"), Layout.parse("seq=6 batch=9 4"), (1,), said="annotated", found="known"),
            "  annotated  batch=6  seq=9    ?=4\n"
            "  known      seq=6    batch=9  ?=4\n"
            "                      ^",
        ),
    ],
)  # fmt: skip
def test_expected_and_got_lie_under_each_other(comparison: Comparison, written: str) -> None:
    assert str(comparison) == written


def test_a_comparison_stands_in_place_of_its_layouts() -> None:
    comparison = Comparison(FEATURES, (6, 31), (1,))
    assert details(layouts=(("expected", FEATURES),), comparison=comparison) == str(comparison).split("\n")
