"""Maps: what a convolution over two dims has made has places, in lines, and these are known although their number changes."""

from __future__ import annotations

from torch import Tensor

from rnnshape.coordinates.mark import ACROSS, DOWN, Mark
from rnnshape.coordinates.tables import broadcast_tensors, numbers, runs_along, separable

__all__ = ["torn_along"]


def torn_along(mark: Mark) -> int | None:
    """Return the dim whose elements hold the end of one line of a map and the beginning of the next; None where there is none.

    There are as many of them as the map has lines along one of its dims, for which they are taken. Whole lines, places one by
    one and patches are no such pieces: all their lines have the same places.
    """
    found = [table for name in (DOWN, ACROSS) for _, table in mark.of(name)]
    last = len(mark.sizes) - 1
    if len(found) != 2 or all(map(separable, found)) or any(bool((table < 0).any()) for table in found):
        return None
    dims = {dim for table in found for dim in runs_along(table)} - {last}
    if len(dims) != 1 or not any(last in runs_along(table) for table in found):
        return None
    dim = dims.pop()
    is_torn = mark.sizes[dim] in [int(table.max()) + 1 for table in found] and _has_a_torn_piece(found, dim)
    return dim if is_torn else None


def _has_a_torn_piece(tables: list[Tensor], dim: int) -> bool:
    """Tell whether the places of one element along a dim are not some lines by some columns."""
    down, across = (table.movedim(dim, 0).flatten(1) for table in broadcast_tensors(*tables))
    for rows, columns in zip(down, across, strict=True):
        places = {*zip(numbers(rows), numbers(columns), strict=True)}
        if len(places) != len({row for row, _ in places}) * len({column for _, column in places}):
            return True
    return False
