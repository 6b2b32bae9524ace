"""Rows that a script draws, in each step others in no order: ``X[perm[i:i + B]]``, ``stack([text[i:i + T] for i in at])``.

Steps would be in order, or in one that stays. What is drawn anew in each step, and of inputs and targets alike, are samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnshape._torch import other_kind
from rnnshape.coordinates.mark import UNNAMED
from rnnshape.coordinates.room import SMALL
from rnnshape.coordinates.tables import are_in_no_order, in_no_order
from rnnshape.layout.axes import Axis

__all__ = ["Draws", "Numbers", "are_a_grid", "numbers_of"]

MOST = 1 << 8
"""Sources, and axes, that are remembered."""

FEWEST = 4
"""Pieces of one tensor from which on they may have been drawn."""

FEW = 8
"""Draws of a tensor of which it is remembered what they list."""

FEWEST_OF_A_GRID = 6
"""Rows of which can be told that they are those of a grid, and not by chance."""


class Numbers(NamedTuple):
    """The rows that an index lists.

    Attributes:
        key: what two indices have in common that list the same.
        dim: along which they are.
        listed: their numbers.
    """

    key: str
    dim: int
    listed: tuple[int, ...]


def numbers_of(name: str, args: tuple[Any, ...]) -> Numbers | None:
    """Return the rows that an index lists; None where it lists none, or more than one dim of them.

    Args:
        name: of the operation.
        args: of it.
    """
    if name == "index_select":
        dim, index = (args[1], args[2]) if len(args) > 2 and type(args[1]) is int and args[1] >= 0 else (0, None)
    else:
        dim, index = _listing(args[1]) if len(args) > 1 else (0, None)
    line = _line(index)
    return None if line is None or dim > 1 else Numbers(line.numpy().tobytes().hex(), dim, tuple(line.tolist()))


def _listing(index: object) -> tuple[int, object]:
    """Return the one part of an index that lists rows, and the dim along which it does."""
    parts: tuple[Any, ...] = index if isinstance(index, tuple) else (index,)
    whole = [dim for dim, part in enumerate(parts) if not (type(part) in (int, slice) or part is Ellipsis)]
    if len(whole) != 1 or not all(type(part) is slice for part in parts[: whole[0]]):
        return 0, None
    return whole[0], parts[whole[0]]


def _line(index: object) -> Tensor | None:
    """Return a list of numbers as a tensor; None of anything else."""
    if type(index).__module__ == "numpy" and getattr(index, "ndim", 0) == 1 and getattr(index, "dtype", None) == "int64":
        index = torch.as_tensor(index)
    if isinstance(index, Tensor):
        is_line = index.dim() == 1 and index.dtype == torch.int64 and index.device.type == "cpu" and index.numel() <= SMALL
        return index if is_line and not other_kind(index) else None
    if type(index) is list and index and len(index) <= SMALL and all(type(i) is int for i in index):
        return torch.tensor(index)
    return None


class Draws:
    """Knows which rows were drawn of which tensors."""

    def __init__(self) -> None:
        self._often: dict[int, set[Axis]] = {}
        self._listed: dict[int, dict[Axis, tuple[int, ...]]] = {}
        self._first: dict[Axis, tuple[int, int, int]] = {}
        self._alike: set[int] = set()
        self._inside: set[int] = set()
        self._crossed: set[int] = set()
        self._whole: set[Axis] = set()
        self._parts: set[Axis] = set()

    def clear(self) -> None:
        """Forget everything."""
        rows = (self._first, self._alike, self._inside, self._crossed, self._whole, self._parts)
        for known in (self._often, self._listed, *rows):
            known.clear()

    def picked(self, axis: Axis, args: tuple[Any, ...], dim: int, of: Axis | None = None) -> None:
        """Hear of rows that were picked from a tensor.

        Args:
            axis: theirs.
            args: of the operation that has picked them, the tensor first.
            dim: along which.
            of: the axis of the rows among which they were.
        """
        source, found = args[0], numbers_of("__getitem__", args) if len(args) == 2 else numbers_of("index_select", args)
        storage = source.untyped_storage().data_ptr()
        if of is not None and of in self._whole:
            self._hear(axis, storage, 0, dim)
            self._parts.add(axis)
        elif found is not None and 2 * len(found.listed) <= source.size(dim):
            self._some(axis, found.listed, storage, dim)
        elif found is not None and len(found.listed) == source.size(dim) and in_no_order(found.listed):
            self._whole.add(axis)

    def _some(self, axis: Axis, listed: tuple[int, ...], storage: int, dim: int) -> None:
        """Hear of some rows: a few may be in order by chance; then all that were drawn are in none."""
        before = self._listed.setdefault(storage, {})
        if len(before) < FEW:
            before[axis] = listed
        if in_no_order(listed):
            self._hear(axis, storage, 0, dim)
            self._often.setdefault(storage, set()).add(axis)
        elif len(before) > 1 and are_in_no_order([*before.values()]):
            for other in before:
                self._hear(other, storage, 0, dim)
            self._often.setdefault(storage, set()).update(before)

    def stacked(self, pieces: Any, prefix: str) -> Axis | None:
        """Hear of pieces that were stacked, and return their axis; None where they are no views of one tensor in no order.

        Args:
            pieces: that were stacked.
            prefix: how the origin of the axis begins.
        """
        if not isinstance(pieces, (list, tuple)) or not FEWEST <= len(pieces) <= SMALL:
            return None
        places = _places(pieces)
        if places is None or not in_no_order(places):
            return None
        axis = Axis(UNNAMED, f"{prefix}{torch.tensor(places).sub(places[0]).numpy().tobytes().hex()}/stacked")
        storage = pieces[0].untyped_storage().data_ptr()
        self._hear(axis, storage, places[0], 0)
        self._often.setdefault(storage, set()).add(axis)
        return axis

    def _hear(self, axis: Axis, storage: int, place: int, dim: int) -> None:
        if len(self._first) > MOST or len(self._often) > MOST:
            self.clear()
        first = self._first.setdefault(axis, (storage, place, dim))
        if dim:
            self._inside.add(storage)
        if first[:2] != (storage, place):
            self._alike |= {first[0], storage}
            self._crossed |= {first[0], storage} if first[2] != dim else set()

    def are_all(self, axis: Axis) -> bool:
        """Tell whether rows are all of a tensor, in no order."""
        return axis in self._whole

    def are_samples(self, axis: Axis) -> bool:
        """Tell whether rows were drawn, of several tensors the same, and others before, or all in no order before.

        What is drawn along another dim than the first may be places of each row, which are a set: not where it is along the
        first of another tensor.
        """
        storage = self._first.get(axis, (0, 0, 0))[0]
        often = self._often.get(storage, set())
        if storage not in (self._crossed if storage in self._inside else self._alike):
            return False
        return axis in self._parts or (axis in often and len(often) > 1)


def _places(pieces: Sequence[Any]) -> tuple[int, ...] | None:
    """Return where in one tensor pieces lie that are views of it, in rows; None where they are no such views."""
    if not all(type(piece) is Tensor and piece._base is not None and not other_kind(piece) for piece in pieces):
        return None
    first, base = pieces[0], pieces[0]._base
    alike = all(p._base is base and p.shape == first.shape and p.stride() == first.stride() for p in pieces)
    if not alike or base is None or not base.dim() or not (step := base.stride(0)):
        return None
    places = [divmod(piece.storage_offset() - base.storage_offset(), step) for piece in pieces]
    return tuple(row for row, _ in places) if len({rest for _, rest in places}) == 1 else None


def are_a_grid(listed: Sequence[int]) -> bool:
    """Tell whether numbers are those of several rows in each of several others: the same shift from any to the next ones.

    So are the places of some columns of a table that was flattened, ``table[:, some].flatten()``: steps of some environments,
    say. They are of two axes, and none of them has as many.
    """
    strides = [after - before for before, after in pairwise(listed)]
    if len(listed) < FEWEST_OF_A_GRID or len({*strides}) == 1:
        return False
    widths = [width for width in range(2, len(listed) // 2 + 1) if len(listed) % width == 0]
    return any(strides[:width - 1] * (len(listed) // width) == _within(strides, width) for width in widths)


def _within(strides: list[int], width: int) -> list[int]:
    """Return the strides from one number to the next of the same row, where a row has so many numbers."""
    return [stride for at, stride in enumerate(strides, 1) if at % width]
