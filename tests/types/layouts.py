"""`Layout` and `Axis`."""

# pyright: strict

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

import numpy
from torch import Tensor

import rnnshape as rs
from rnnshape import Axis, Layout
from rnnshape.layout.axes import Crop, Dim, Factor
from rnnshape.layout.sizes import Size


def made(annotation: object) -> None:
    assert_type(Layout.parse("batch=6 seq=9"), Layout)
    assert_type(Layout.of(("batch", 6), [("layers", 2), ("directions", 2)]), Layout)
    assert_type(Layout.from_jaxtyping(annotation), Layout)
    assert_type(Layout.cat([Layout.parse("batch=6")], 0), Layout)
    assert_type(Layout.stack([Layout.parse("batch=6")], 0, "seq"), Layout)


def told(layout: Layout) -> None:
    assert_type(layout.dims, tuple[Dim, ...])
    assert_type(layout.dims[0][0], Factor)
    assert_type(layout.sizes, tuple[Size, ...])
    assert_type(layout.shape, tuple[Size, ...])
    assert_type(layout.names, tuple[str, ...])
    assert_type(layout.ndim, int)
    assert_type(layout.axes, tuple[Axis, ...])
    assert_type(layout.numel(), Size)
    assert_type(layout.is_mixed(0), bool)
    assert_type(layout.to_jaxtyping(), str)
    assert_type(str(layout), str)


def moved(layout: Layout) -> None:
    assert_type(layout.bind((6, 9)), Layout)
    assert_type(layout.bind(B=6), Layout)
    assert_type(layout.rename(seq="time"), Layout)
    assert_type(layout.permute(1, 0), Layout)
    assert_type(layout.permute([1, 0]), Layout)
    assert_type(layout.transpose(0, 1), Layout)
    assert_type(layout.movedim(0, 1), Layout)
    assert_type(layout.t(), Layout)
    assert_type(layout.T, Layout)
    assert_type(layout.mT, Layout)
    assert_type(layout.reshape(6, -1), Layout)
    assert_type(layout.reshape((6, "B"), allow_mixing=True), Layout)
    assert_type(layout.view(6, -1), Layout)
    assert_type(layout.flatten(1), Layout)
    assert_type(layout.unflatten(0, (2, 3)), Layout)
    assert_type(layout.merge_axes("layers", "directions"), Layout)
    assert_type(layout.split_axes("layers"), Layout)
    assert_type(layout.squeeze(0), Layout)
    assert_type(layout.unsqueeze(0), Layout)
    assert_type(layout.expand(3, -1), Layout)
    assert_type(layout.select(0, 1), Layout)
    assert_type(layout.narrow(0, 1, 2), Layout)
    assert_type(layout.split(2, 0), tuple[Layout, ...])
    assert_type(layout.chunk(2, 0), tuple[Layout, ...])
    assert_type(layout.unbind(0), tuple[Layout, ...])
    assert_type(layout.align(layout), Layout)
    assert_type(layout.written, tuple[str, ...])
    assert_type(layout[:, -1], Layout)


def axes(axis: Axis) -> None:
    assert_type(Axis("batch"), Axis)
    assert_type(axis.name, str)
    assert_type(axis.of, str)
    assert_type(axis.crop, Crop | None)
    assert_type(axis.counts_steps, bool)
    assert_type(axis.counts_features, bool)


def asserted(x: Tensor, array: numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]) -> None:
    assert_type(rs.assert_layout(x, "batch seq feature=4", batch=6), Tensor)
    rs.assert_layout(array, Layout.parse("batch=6"))
    with rs.layouts(batch=6) as known:
        assert_type(known, Mapping[str, int])
    assert_type(rs.layouts().__enter__(), Mapping[str, int])
