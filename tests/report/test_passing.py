"""What passed through each layer, in words: the most frequent kind of call in full, and how the others differ."""

from __future__ import annotations

from dataclasses import replace

from rnnshape.layout.layout import Layout
from rnnshape.report.event import Event
from rnnshape.report.passing import lines_of, passed

EVENT = Event(
    "encoder.rnn", "GRU", "GRU(4, 8, batch_first=True)",
    (("input", Layout.parse("batch=6 seq=9 feature=4")), ("h_n", Layout.parse("layers=1 batch=6 hidden=8"))),
    batch_first=True, calls=3,
)  # fmt: skip


def smaller(event: Event, batch: int) -> Event:
    layouts = tuple((name, Layout.parse(str(layout).replace("batch=6", f"batch={batch}"))) for name, layout in event.layouts)
    return replace(event, layouts=layouts, calls=1)


def test_the_most_frequent_call_is_shown_whole_and_others_by_what_differs() -> None:
    [layer] = passed([smaller(EVENT, 2), EVENT, replace(smaller(EVENT, 2), given=("h_0",))])
    assert [*lines_of(layer)] == [
        "encoder.rnn  GRU(4, 8, batch_first=True)  5 calls",
        "  input  batch=6 seq=9 feature=4    (6, 9, 4)",
        "  h_n    layers=1 batch=6 hidden=8  (1, 6, 8)  never batch-first",
        "  batch  6 in 3 calls and 2 in 2 calls",
        "  seq    9 in every call",
        "  state  h_0 passed in 1 of 5 calls, else zeros",
    ]


def test_each_layer_stands_for_itself() -> None:
    layers = passed([EVENT, replace(EVENT, module="decoder")])
    assert [layer.module for layer in layers] == ["encoder.rnn", "decoder"]
    assert passed([]) == ()


def test_more_than_four_sizes_are_a_range() -> None:
    [layer] = passed([smaller(EVENT, batch) for batch in (1, 2, 3, 4, 5)])
    assert dict(layer.changes)["batch"] == "1 to 5, 5 different sizes in 5 calls"


def test_a_packed_call_says_what_is_in_it() -> None:
    [layer] = passed([replace(EVENT, packed=(6, 9), batch_first=False)])
    assert layer.tensors[0][3] == "packed: 6 samples, the longest of 9 steps"


def test_calls_without_known_sizes_are_counted() -> None:
    [layer] = passed([EVENT, replace(EVENT, layouts=(), calls=7)])
    assert dict(layer.changes)["other"] == "7 calls of still other sizes, not counted here"
    [unknown] = passed([replace(EVENT, layouts=())])
    assert dict(unknown.changes) == {"sizes": "not known, as nobody can say what these calls take"}


def test_names_from_user_code_do_not_steer_a_terminal() -> None:
    [layer] = passed([replace(EVENT, module="a\x1b[31mb")])
    assert next(lines_of(layer)) == "a\\x1b[31mb  GRU(4, 8, batch_first=True)  3 calls"
