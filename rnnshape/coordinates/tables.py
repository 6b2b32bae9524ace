"""Tables of coordinates: for one axis of a tensor, which element of that axis every element of the tensor is.

A table is an integer tensor that broadcasts to the tensor it describes and has size 1 along every dim where it does not vary.
For ``x`` of sizes (6, 9, 4), batch-first, ``batch`` is ``arange(6)[:, None, None]``. An operation that moves elements is
replayed on the tables, so what it did is known and not guessed. Tables live on the CPU, hold no reference to the tensor, are
never written once they are made, and are bounded (`room`): an axis whose table would grow larger becomes unknown.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from math import prod
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from rnnshape.coordinates.room import LARGEST, MOST_RANGES, MOST_SHARED, MOST_TABLES, SMALL, Beside, Kept, forget

__all__ = [
    "LARGEST", "NOWHERE", "SMALL", "added_up", "alone", "along", "are_in_no_order", "at_sizes", "broadcast_shapes",
    "broadcast_tensors", "compress", "disagreement", "expand", "first_along", "in_no_order", "interned", "lone", "numbers",
    "numbers_by_row", "only", "piece_along", "pieces_of", "runs_along", "same_form", "separable", "unique", "varies", "widen",
]  # fmt: skip

P = TypeVar("P")

T = TypeVar("T")

# Functions that torch leaves untyped

unique = cast("Callable[[Tensor], Tensor]", torch.unique)  # pyright: ignore[reportUnknownMemberType]
broadcast_tensors = cast("Callable[..., list[Tensor]]", torch.broadcast_tensors)  # pyright: ignore[reportUnknownMemberType]
numbers = cast("Callable[[Tensor], list[int]]", Tensor.tolist)  # pyright: ignore[reportUnknownMemberType]
"""The elements of a tensor of one dim."""

numbers_by_row = cast("Callable[[Tensor], list[list[int]]]", Tensor.tolist)  # pyright: ignore[reportUnknownMemberType]

FEWEST_IN_NO_ORDER = 4
"""Numbers of which can be told that they are in no order."""

NOWHERE = -1
"""The coordinate of an element that is no copy of any element of the axis: padding, zeros. It never counts as variation."""

def broadcast_shapes(*shapes: Sequence[int]) -> torch.Size:
    """Return the sizes that tensors of these sizes have once they are broadcast to one another.

    ``torch.broadcast_shapes`` says the same, but imports an algebra system at its first call, in half a second, and after that
    Python forgets which warnings it has told.

    Raises:
        RuntimeError: where they cannot be.
    """
    sizes = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for dim, size in enumerate(shape, len(sizes) - len(shape)):
            if size != 1 and sizes[dim] not in (1, size):
                raise RuntimeError(f"sizes {tuple(shape)} cannot be broadcast with {sizes[dim]} at dim {dim - len(sizes)}")
            sizes[dim] = size if size != 1 else sizes[dim]
    return torch.Size(sizes)


_tables: Kept[tuple[tuple[int, ...], bytes], Tensor] = Kept()

_ranges: Kept[tuple[int, ...], Tensor] = Kept(MOST_RANGES)
"""Some of the same, and all of one element, by what they are made of: a long sequence has one for each of its steps."""


class _Shared(Kept[int, int]):
    """The elements of shared tables, by their ids.

    Attributes:
        elements: of all of them together.
    """

    elements = 0

    def count(self, table: Tensor) -> None:
        """Count one more."""
        self[id(table)] = number = table.numel()
        self.elements += number

    def clear(self) -> None:
        """Count none any more."""
        super().clear()
        self.elements = 0


_shared = _Shared()


def interned(table: Tensor) -> Tensor:
    """Return one and the same object for small tables that are equal, so that most comparisons end before they begin."""
    number = table.numel()
    if number > SMALL:
        return table
    if number == 1:
        return alone(int(table), table.dim())
    key = (tuple(table.shape), table.numpy().tobytes())
    known = _tables.get(key)
    if known is not None:
        return known
    if len(_tables) >= MOST_TABLES or _shared.elements + number > MOST_SHARED:
        forget()
    if table.untyped_storage().nbytes() > number * table.element_size():  # a piece of a larger one, which it would hold
        table = table.clone()
    known = _tables.setdefault(key, table)
    _shared.count(known)
    return known


_facts: Kept[tuple[str | int, ...], tuple[Any, Tensor, object]] = Kept(1 << 13)
"""What was found out about shared tables, by their ids; each entry holds its tables, so no other can get their ids."""


_large: Beside[dict[tuple[str, int], Any]] = Beside()
"""What was found out about a large table along a dim, for as long as it lives."""


def _remembered(find: Callable[[Tensor, P], T]) -> Callable[[Tensor, P], T]:
    """Remember what a function says of tables, which are never written: the same few are met again and again."""
    name = find.__name__

    @functools.wraps(find)
    def known(table: Tensor, other: P) -> T:
        if type(other) is int and table.numel() > SMALL:
            facts = _large.get(table) or _large.put(table, {})
            if (name, other) not in facts:
                facts[name, other] = find(table, other)
            return facts[name, other]
        key = (name, id(table), other if type(other) is int else id(other))
        fact = _facts.get(key)
        if fact is None:
            fact = (find(table, other), table, other)
            if _is_shared(table) and (not isinstance(other, Tensor) or _is_shared(other)):
                _facts.keep(key, fact)
        return fact[0]

    return known


def _is_shared(table: Tensor) -> bool:
    return id(table) in _shared or (table.numel() == 1 and alone(int(table), table.dim()) is table)


def along(size: int, dim: int, ndim: int) -> Tensor:
    """Return the table of an axis that lies along one dim."""
    return piece_along(size, dim, ndim, 1, size)


def piece_along(length: int, dim: int, ndim: int, stride: int, size: int) -> Tensor:
    """Return the table of an axis that is one of the factors of a dim: of element ``i`` it is ``(i // stride) % size``.

    Of an axis that is longer than any table may be, nothing is known.
    """
    if length > LARGEST:
        return alone(NOWHERE, ndim)
    key = (length, dim, ndim, stride, size)
    table = _ranges.get(key)
    if table is None:
        sizes = [1] * ndim
        sizes[dim] = length
        table = interned((torch.arange(length) // stride % size).view(sizes))
        if length <= SMALL:
            _ranges.keep(key, table)
    return table


def alone(coordinate: int, ndim: int) -> Tensor:
    """Return the table of an axis of which a whole tensor has one coordinate."""
    key = (coordinate, ndim)
    table = _ranges.get(key)
    if table is None:
        table = _ranges.keep(key, torch.tensor(coordinate).view([1] * ndim))
    return table


def lone(table: Tensor) -> int | None:
    """Return the coordinate of a table of one element, None for any other table, or where it is unknown."""
    coordinate = table.item() if table.numel() == 1 else NOWHERE
    return None if coordinate == NOWHERE else int(coordinate)


def only(table: Tensor) -> int | None:
    """Return the one coordinate that elements of a table have, beside those without one; None where there are several."""
    highest = int(table.max()) if table.numel() else NOWHERE
    return highest if highest >= 0 and bool(((table == highest) | (table < 0)).all()) else None


def expand(table: Tensor, sizes: Sequence[int]) -> Tensor | None:
    """Return a table at the full sizes of its tensor, as a view; None where anything replayed on it would be too large."""
    return table.expand(tuple(sizes)) if prod(sizes) <= LARGEST else None


def widen(table: Tensor, sizes: Sequence[int], dims: Collection[int]) -> Tensor | None:
    """Expand a table along some dims only, for an operation that leaves the others as they are."""
    return expand(table, [size if dim in dims else table.size(dim) for dim, size in enumerate(sizes)])


def at_sizes(table: Tensor, sizes: Sequence[int]) -> Tensor:
    """Give a table leading dims of size 1, as broadcasting does."""
    missing = len(sizes) - table.dim()
    return table[(None,) * missing] if missing > 0 else table


def compress(table: Tensor) -> Tensor:
    """Reduce a table to size 1 along every dim where it does not vary."""
    if table.numel() == 1:
        return alone(int(table), table.dim())
    shape = table.shape
    for dim in range(len(shape)):
        if shape[dim] > 1:
            first = table.narrow(dim, 0, 1)
            if torch.equal(table.narrow(dim, 1, 1), first) and bool((table == first).all()):
                table = first
    if table.numel() <= SMALL:
        return interned(table.contiguous().clone() if table._is_view() else table)
    return table.clone() if table._is_view() else table


def varies(table: Tensor, dim: int) -> bool:
    """Tell whether two elements along a dim have different coordinates; those without one do not count."""
    return table.size(dim) > 1 and _varies(table, dim)


@_remembered
def _varies(table: Tensor, dim: int) -> bool:
    known = table >= 0
    low = torch.where(known, table, LARGEST).amin(dim)
    high = table.amax(dim)
    return bool(((high > low) & (high >= 0)).any())


def separable(table: Tensor) -> bool:
    """Tell whether a table is a sum of one function for each dim, as after stacking frames (``t = 2 * i + j``).

    A scrambled axis is not. Where elements without a coordinate leave it open, it counts as separable.
    """
    return sum(s > 1 for s in table.shape) < 2 or _separable(table, 0)


@_remembered
def _separable(table: Tensor, _: int) -> bool:
    if bool((table < 0).any()):
        return True
    return bool((added_up(table) == table).all())


def added_up(table: Tensor) -> Tensor:
    """Return what the first elements along each dim add up to; a table that is separable is equal to it."""
    base = total = table[(slice(0, 1),) * table.dim()]
    for dim in range(table.dim()):
        total = total + (first_along(table, dim) - base)
    return total


def first_along(table: Tensor, dim: int) -> Tensor:
    """Return the first elements along a dim, in the place of all along the others."""
    for other in range(table.dim()):
        if other != dim:
            table = table.narrow(other, 0, 1)
    return table


def pieces_of(table: Tensor) -> tuple[tuple[int, int, int], ...]:
    """Return each dim along which an axis lies, the stride within it and the size of the piece; none where it is scrambled."""
    return _pieces_of(table, 0)


@_remembered
def _pieces_of(table: Tensor, _: int) -> tuple[tuple[int, int, int], ...]:
    if not (separable(table) and _adds_up(table)):
        return ()
    lines = {dim: first_along(table, dim).flatten() for dim in range(table.dim()) if table.size(dim) > 1}
    return tuple((dim, *piece) for dim, line in lines.items() if (piece := _piece(line)))


def _adds_up(table: Tensor) -> bool:
    """Tell whether the known elements are what the first ones along each dim add up to; beside padding others may be known."""
    if not bool((table < 0).any()):
        return True
    return bool(((added_up(table) == table) | (table < 0)).all())


def _piece(line: Tensor) -> tuple[int, int] | None:
    """Return the stride within the dim and the size of a profile ``0 0 1 1 2 2 0 0 ...``; None for any other form."""
    first, length = int(line[0]), line.numel()
    if length > 1 and first >= 0 and int(line[-1]) == first + length - 1 and torch.equal(line, torch.arange(length) + first):
        return 1, length
    profile = numbers(line)
    stride = next(i for i, v in enumerate(profile) if v != first) if len(set(profile)) > 1 else 0
    if not stride or first < 0:
        return None
    step = profile[stride] - first
    size = max(profile[::stride]) - first
    size = size // step + 1 if step > 0 else 0
    if size < 2 or any(v != first + (i // stride) % size * step for i, v in enumerate(profile)):
        return None
    return stride, size


def disagreement(a: Tensor, b: Tensor) -> tuple[int, ...] | None:
    """Return the index of the first element to which two tables give different coordinates, None where they agree."""
    return None if a is b else _disagreement(a, b)


@_remembered
def _disagreement(a: Tensor, b: Tensor) -> tuple[int, ...] | None:
    a, b = broadcast_tensors(a, b)
    different = (a != b) & (a >= 0) & (b >= 0)
    if not bool(different.any()):
        return None
    return tuple(numbers(different.nonzero()[0]))


def same_form(before: Tensor, after: Tensor) -> bool:
    """Tell whether a table has its old values in their old order along no more dims, or was out of order and still is.

    So the place that is shown is where an axis was cut or moved, and not where its pieces were merged or passed on.
    """
    if before is after:
        return True
    if before.numel() == after.numel() and _same_values(before, after):
        fewer = sum(size > 1 for size in after.shape) < sum(size > 1 for size in before.shape)
        return fewer or [s for s in before.shape if s > 1] == [s for s in after.shape if s > 1]
    return not separable(before) and not separable(after)


@_remembered
def _same_values(before: Tensor, after: Tensor) -> bool:
    return torch.equal(before.flatten(), after.flatten())


def line_along(table: Tensor, dim: int) -> Tensor:
    """Return the coordinates along the one dim along which a table varies; beside padding others may tell of it."""
    others = [d for d in range(table.dim()) if d != dim and table.size(d) > 1]
    return (table.amax(others, keepdim=True) if others else table).flatten()


def runs_along(table: Tensor) -> list[int]:
    """Return the dims along which an axis varies."""
    return [d for d in range(table.dim()) if varies(table, d)]


def in_no_order(listed: Sequence[int]) -> bool:
    """Tell whether numbers go up and down, and no stride comes again and again, as in runs behind one another."""
    return are_in_no_order([listed])


def are_in_no_order(lists: Sequence[Sequence[int]]) -> bool:
    """Tell that of several lists: each of a few numbers may go up or down, and all of them do not."""
    strides = [after - before for listed in lists for before, after in pairwise(listed)]
    turns = min(sum(s > 0 for s in strides), sum(s < 0 for s in strides))
    if len(strides) < FEWEST_IN_NO_ORDER - 1 or turns < (2 if len(strides) > 4 else 1):
        return False
    return 3 * max(Counter(strides).values()) <= len(strides) or len({*strides}) == len(strides)
