"""Tables of coordinates: what is known of an axis, and where nothing is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import layout_of
from rnnshape.coordinates.tables import (
    LARGEST,
    NOWHERE,
    along,
    broadcast_shapes,
    compress,
    disagreement,
    piece_along,
    separable,
    varies,
)
from rnnshape.layout.axes import Axis


def test_a_table_says_of_each_element_which_of_the_axis_it_is() -> None:
    assert along(6, 0, 3).tolist() == [[[n]] for n in range(6)]
    assert piece_along(12, 0, 1, 4, 3).tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]


def test_of_an_axis_that_is_too_long_nothing_is_known() -> None:
    table = along(LARGEST + 1, 1, 2)
    assert table.tolist() == [[NOWHERE]]
    assert not varies(table, 1)
    assert along(LARGEST, 0, 1).numel() == LARGEST


def test_a_view_as_a_transpose_is_not_separable_and_stacked_frames_are() -> None:
    batch = along(6, 0, 2).expand(6, 9)
    assert not separable(compress(batch.reshape(9, 6)))
    frames = torch.arange(8).view(4, 2)
    assert separable(frames)


def test_elements_without_a_coordinate_disagree_with_nothing() -> None:
    a, b = torch.tensor([0, 1, NOWHERE]), torch.tensor([0, NOWHERE, 2])
    assert disagreement(a, b) is None
    assert disagreement(a, torch.tensor([0, 2, 2])) == (1,)


def test_a_layout_is_read_off_the_tables() -> None:
    mark = Mark((6, 8), {Axis("batch"): along(6, 0, 2), Axis("hidden"): piece_along(8, 1, 2, 1, 4)})
    assert str(layout_of(mark)) == "batch=6 (?=2 hidden=4)"
    mixed = Mark((9, 6), {Axis("batch"): compress(along(6, 0, 2).expand(6, 9).reshape(9, 6))})
    assert layout_of(mixed) is None


SIZES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@given(st.lists(SIZES, max_size=4))
def test_sizes_are_broadcast_as_torch_does(shapes: list[tuple[int, ...]]) -> None:
    try:
        expected = torch.broadcast_shapes(*shapes)
    except RuntimeError:
        with pytest.raises(RuntimeError):
            broadcast_shapes(*shapes)
    else:
        assert broadcast_shapes(*shapes) == expected


def test_sizes_that_cannot_be_broadcast() -> None:
    with pytest.raises(RuntimeError, match=r"^sizes \(2, 4\) cannot be broadcast with 3 at dim -1$"):
        broadcast_shapes((3,), (2, 4))
