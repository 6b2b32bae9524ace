"""Parts of one softmax, each of which weighs another tensor, and what they make together: a mixture of these tensors.

A mixture that somebody spells part by part, as ``w[:, :, 0:1] * a + w[:, :, 1:2] * b``, sums over the dim along which the parts
lie. Along which dim the weights sum to one the softmax says, and a rule judges what is made of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rnnshape.coordinates.mark import COMPETING, MADE, MISSING, MIXTURE, OF_SCORES, PART, Mark
from rnnshape.coordinates.tables import alone, at_sizes, interned, lone, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.names import ADDS, MULTIPLIES

__all__ = ["mixed_parts", "parts_of"]

MOST = 12
"""Parts up to which somebody spells a mixture."""


def parts_of(mark: Mark, dim: int) -> dict[Axis, Tensor]:
    """Return the tables of parts of weights that a softmax over a dim makes: those along other dims, where only units lie."""
    found: dict[Axis, Tensor] = {}
    known = {axis: runs_along(table) for axis, table in mark.tables.items() if axis.name not in OF_SCORES}
    for other, size in enumerate(mark.sizes):
        along = [axis for axis, dims in known.items() if other in dims]
        if other != dim and 1 < size <= MOST and len(along) == 1 and along[0].name == "feature":
            sizes = [1] * len(mark.sizes)
            sizes[other] = size
            others = (1 << size) - 1 - (1 << torch.arange(size))
            found[Axis(MISSING, f"{MADE}{dim}/{other}/{along[0].of}")] = interned(others.view(sizes))
    return found


def mixed_parts(name: str, marks: Sequence[Mark], met: Mark) -> None:
    """Say of a product that it is a part of a mixture, and of a sum which parts are missing: a mixture is one that lacks none.

    Args:
        name: of the operation.
        marks: of its operands.
        met: of its result; changed.
    """
    if len(marks) != 2:
        return
    if name in MULTIPLIES:
        for weights, values in (marks, marks[::-1]):
            for axis, table in weights.of(MISSING):
                _weigh(axis, lone(table), weights, values, met)
    elif name in ADDS:
        for axis, table in marks[0].of(MISSING):
            other, part = marks[1].tables.get(axis), Axis(PART, axis.of)
            one, two = lone(table), None if other is None else lone(other)
            if one is not None and two is not None and all(part in mark.tables for mark in marks):
                _add(axis, one & two, marks[0], met)


def _add(axis: Axis, missing: int, part: Mark, met: Mark) -> None:
    """Say of a sum that it is a mixture, or a part of one which lacks others."""
    before = Axis(PART, axis.of)
    after = before if missing else Axis(MIXTURE, axis.of)
    met.tables[after], met.sites[after] = at_sizes(part.tables[before], met.sizes), part.sites[before]
    if missing:
        met.tables[axis], met.sites[axis] = alone(missing, len(met.sizes)), part.sites[axis]


def _weigh(axis: Axis, missing: int | None, weights: Mark, values: Mark, met: Mark) -> None:
    """Say of a product that it is a part, where each of the weights that sum to one has a value of its own to weigh."""
    over = Axis(PART, axis.of)
    if missing is None:
        return
    for _, competing in weights.of(COMPETING):
        dims = [d - len(weights.sizes) for d in runs_along(competing)]
        if len(dims) == 1 and -dims[0] <= len(values.sizes) and values.sizes[dims[0]] > 1 and axis in weights.sites:
            met.tables[over], met.tables[axis] = at_sizes(competing, met.sizes), alone(missing, len(met.sizes))
            met.sites[over] = met.sites[axis] = weights.sites[axis]
