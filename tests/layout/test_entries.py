"""Several Layouts in one string: what is said of a tuple of tensors, and what is still one Layout."""

from __future__ import annotations

import pytest

from rnnshape.layout.entries import Entries, entries_in

STATE = "layers batch hidden"


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (f"({STATE}, {STATE})", (STATE, STATE)),
        (f" ( {STATE} ,{STATE}, ) ", (STATE, STATE)),
        (f"({STATE},)", (STATE,)),
        ("(batch seq feature, None)", ("batch seq feature", None)),
        ("(batch seq feature, _)", ("batch seq feature", None)),
        ("(batch seq feature, batch)", ("batch seq feature", "batch")),
        ("((layers directions) b hidden, b t)", ("(layers directions) b hidden", "b t")),
        (f"(b t d, ({STATE}, {STATE}))", ("b t d", (STATE, STATE))),
    ],
)
def test_what_is_said_of_a_tuple(text: str, entries: Entries) -> None:
    assert entries_in(text) == entries


@pytest.mark.parametrize(
    "text",
    [
        "batch seq feature", "batch, seq, feature", "(batch, seq)", "(batch, seq) feature", "(layers directions) batch hidden",
        "(layers batch hidden)", "(b t, d", "b t), (d", "(b t) (d, e f)", "",
    ],
)  # fmt: skip
def test_what_is_one_layout_or_none(text: str) -> None:
    assert entries_in(text) is None
