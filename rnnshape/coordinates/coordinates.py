"""Coordinates: for each axis of a tensor, which element of that axis every element of the tensor is.

A table is an integer tensor that broadcasts to the tensor it describes and has size 1 along every dim where it does not vary.
For ``x`` of sizes (6, 9, 4), batch-first, ``batch`` is ``arange(6)[:, None, None]``. An operation that moves elements is
replayed on the tables, so what it did is known and not guessed. Tables live on the CPU, hold no reference to the tensor, are
never written once they are made, and are bounded: an axis whose table would grow larger becomes unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, TypeVar

import torch
from torch import Tensor

from rnnshape.layout.axes import UNKNOWN, Axis, Factor, whole
from rnnshape.layout.layout import Layout
from rnnshape.report.location import Location

__all__ = [
    "LARGEST", "MADE", "NOWHERE", "ROWS", "SMALL", "UNNAMED", "Form", "Mark", "Site", "alone", "along", "at_sizes", "compress",
    "disagreement", "expand", "forget_tables", "interned", "layout_of", "lone", "piece_along", "separable", "varies", "widen",
]  # fmt: skip

P = TypeVar("P")
T = TypeVar("T")

NOWHERE = -1
"""The coordinate of an element that is no copy of any element of the axis: padding, zeros. It never counts as variation."""

MADE = "#"
"""How the origin of an axis begins that a call of a recurrent layer made; no argument has such a name."""

UNNAMED = "unnamed"
"""The name of a dim of an input that nobody has named."""

ROWS = "rows"
"""The name of an unnamed dim that a recurrent layer took whole for its batch. It need not be the samples: the words of
a document may be the batch of one layer and the steps of the next. So it may lie anywhere, but not be cut up in no order."""

LARGEST = 1 << 23
"""Elements of the largest table that is ever made; a larger one makes its axis unknown."""


_KNOWN_TO_ALL = ("batch", ROWS, "seq", "layers", "directions", "hidden", "feature")


class Site:
    """The operation that gave a table its present form.

    Attributes:
        location: the user's line.
        name: of the operation, such as "view".
        sizes: of its result.
    """

    __slots__ = ("_before", "_sizes_before", "_tables_before", "location", "name", "sizes")

    def __init__(self, location: Location | None, name: str, before: Mark, sizes: tuple[int, ...]) -> None:
        self.location = location
        self.name = name
        self.sizes = sizes
        self._sizes_before, self._tables_before = before.sizes, before.tables  # no Mark: one would hold all sites before it
        self._before: Layout | None = None

    @property
    def before(self) -> Layout | None:
        """The Layout of what it was applied to, of the axes that a person knows; None where that does not factor."""
        if self._tables_before:
            was = Mark(self._sizes_before, self._tables_before)
            self._before = layout_of(was, _KNOWN_TO_ALL) or layout_of(was)
            self._tables_before = {}
        return self._before


class Form:
    """What is known of a tensor, as far as an operation can tell. Two that are alike are one object.

    Attributes:
        tables: held, as they go by their ids; those of one element do not count.
        lone: whether there are any of one element.
    """

    __slots__ = ("lone", "tables")

    def __init__(self, tables: tuple[Tensor, ...], lone: bool) -> None:
        self.tables = tables
        self.lone = lone


@dataclass(slots=True, eq=False)
class Mark:
    """What is known of one tensor.

    Attributes:
        sizes: of the tensor.
        tables: for each known axis, its table.
        sites: for each axis, the last operation that moved it.
        lost: axes that were reduced away, with the place; they matter only if nothing brings them back.
        target: whether it comes from the target of a loss.
        single: the dim that a layer of one output feature made, while it is where it was made.
        made: where the tensor came from.
        form: found when it is first asked for. A mark is not changed any more once it is in a book.
    """

    sizes: tuple[int, ...]
    tables: dict[Axis, Tensor] = field(default_factory=dict[Axis, Tensor])
    sites: dict[Axis, Site] = field(default_factory=dict[Axis, Site])
    lost: dict[Axis, Site] = field(default_factory=dict[Axis, Site])
    target: bool = False
    single: int | None = None
    made: Location | None = None
    form: Form | None = field(default=None, init=False)

    def of(self, name: str) -> list[tuple[Axis, Tensor]]:
        """Return the tables of all axes of a name."""
        return [(axis, table) for axis, table in self.tables.items() if axis.name == name]


_tables: dict[tuple[tuple[int, ...], bytes], Tensor] = {}
_ranges: dict[tuple[int, ...], Tensor] = {}

SMALL = 1 << 10
"""Elements of the largest table that is kept to be shared."""

_MANY = 1 << 11
"""Tables that are kept to be shared."""


def interned(table: Tensor) -> Tensor:
    """Return one and the same object for small tables that are equal, so that most comparisons end before they begin."""
    if table.numel() > SMALL:
        return table
    if len(_tables) >= _MANY:
        forget_tables()
    key = (tuple(table.shape), table.numpy().tobytes())
    return _tables.setdefault(key, table)


def forget_tables() -> None:
    """Let go of the tables that are shared, and of what was found out about them."""
    _tables.clear()
    _ranges.clear()
    _facts.clear()


_facts: dict[tuple[str | int, ...], tuple[Any, ...]] = {}
"""What was found out about small tables, by their ids; each entry holds its tables, so no other can get their ids."""

_MANY_FACTS = 1 << 13


def _remembered(find: Callable[[Tensor, P], T]) -> Callable[[Tensor, P], T]:
    """Remember what a function says of small tables, which are never written: the same few are met again and again."""
    name = find.__name__

    @functools.wraps(find)
    def known(table: Tensor, other: P) -> T:
        key = (name, id(table), other if type(other) is int else id(other))
        fact = _facts.get(key)
        if fact is None:
            fact = (find(table, other), table, other)
            if table.numel() <= SMALL and not (isinstance(other, Tensor) and other.numel() > SMALL):
                if len(_facts) >= _MANY_FACTS:
                    _facts.clear()
                _facts[key] = fact
        return fact[0]

    return known


def along(size: int, dim: int, ndim: int) -> Tensor:
    """Return the table of an axis that lies along one dim."""
    return piece_along(size, dim, ndim, 1, size)


def piece_along(length: int, dim: int, ndim: int, stride: int, size: int) -> Tensor:
    """Return the table of an axis that is one of the factors of a dim: of element ``i`` it is ``(i // stride) % size``."""
    key = (length, dim, ndim, stride, size)
    table = _ranges.get(key)
    if table is None:
        sizes = [1] * ndim
        sizes[dim] = length
        table = interned((torch.arange(length) // stride % size).view(sizes))
        if len(_ranges) < _MANY and length <= SMALL:
            _ranges[key] = table
    return table


def alone(coordinate: int, ndim: int) -> Tensor:
    """Return the table of an axis of which a whole tensor has one coordinate."""
    key = (coordinate, ndim)
    table = _ranges.get(key)
    if table is None:
        table = interned(torch.tensor(coordinate).view([1] * ndim))
        if len(_ranges) < _MANY:
            _ranges[key] = table
    return table


def lone(table: Tensor) -> int | None:
    """Return the coordinate of a table of one element, None for any other table, or where it is unknown."""
    coordinate = table.item() if table.numel() == 1 else NOWHERE
    return None if coordinate == NOWHERE else int(coordinate)


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
    return bool((_added_up(table) == table).all())


def _added_up(table: Tensor) -> Tensor:
    """Return what the first elements along each dim add up to; a table that is separable is equal to it."""
    base = total = table[(slice(0, 1),) * table.dim()]
    for dim in range(table.dim()):
        total = total + (_first_along(table, dim) - base)
    return total


def _first_along(table: Tensor, dim: int) -> Tensor:
    """Return the first elements along a dim, in the place of all along the others."""
    for other in range(table.dim()):
        if other != dim:
            table = table.narrow(other, 0, 1)
    return table


def disagreement(a: Tensor, b: Tensor) -> tuple[int, ...] | None:
    """Return the index of the first element to which two tables give different coordinates, None where they agree."""
    return None if a is b else _disagreement(a, b)


@_remembered
def _disagreement(a: Tensor, b: Tensor) -> tuple[int, ...] | None:
    a, b = torch.broadcast_tensors(a, b)
    different = (a != b) & (a >= 0) & (b >= 0)
    if not bool(different.any()):
        return None
    return tuple(different.nonzero()[0].tolist())


def layout_of(mark: Mark, only: Iterable[str] = ()) -> Layout | None:
    """Read a Layout off the tables; dims that do not factor are unknown. None where nothing is known."""
    names = set(only)
    dims: list[list[tuple[int, Factor]]] = [[] for _ in mark.sizes]
    for axis, table in mark.tables.items():
        if (names and axis.name not in names) or not separable(table) or not _adds_up(table):
            continue
        for dim in (d for d in range(table.dim()) if table.size(d) > 1):
            if piece := _piece(axis, _first_along(table, dim).flatten()):
                dims[dim].append(piece)
    if not any(dims):
        return None
    return Layout(tuple(_dim(pieces, size) for pieces, size in zip(dims, mark.sizes, strict=True)))


def _adds_up(table: Tensor) -> bool:
    """Tell whether the known elements are what the first ones along each dim add up to; beside padding others may be known."""
    if not bool((table < 0).any()):
        return True
    return bool(((_added_up(table) == table) | (table < 0)).all())


def _piece(axis: Axis, line: Tensor) -> tuple[int, Factor] | None:
    """Return the stride within the dim and the factor of a profile ``0 0 1 1 2 2 0 0 ...``; None for any other form."""
    first, length = int(line[0]), line.numel()
    if length > 1 and first >= 0 and int(line[-1]) == first + length - 1 and torch.equal(line, torch.arange(length) + first):
        return 1, whole(Axis("batch" if axis.name == ROWS else axis.name), length)
    profile: list[int] = line.tolist()
    stride = next(i for i, v in enumerate(profile) if v != first) if len(set(profile)) > 1 else 0
    if not stride or first < 0:
        return None
    step = profile[stride] - first
    size = max(profile[::stride]) - first
    size = size // step + 1 if step > 0 else 0
    if size < 2 or any(v != first + (i // stride) % size * step for i, v in enumerate(profile)):
        return None
    return stride, whole(Axis("batch" if axis.name == ROWS else axis.name), size)


def _dim(pieces: list[tuple[int, Factor]], size: int) -> tuple[Factor, ...]:
    if size == 1:
        return ()
    factors: list[Factor] = []
    covered = 1
    for stride, factor in sorted(pieces, key=lambda p: p[0]):
        assert isinstance(factor.size, int)
        if stride < covered or stride % covered:
            return (whole(UNKNOWN, size),)
        if stride > covered:
            factors.insert(0, whole(UNKNOWN, stride // covered))
        factors.insert(0, factor)
        covered = stride * factor.size
    if size % covered:
        return (whole(UNKNOWN, size),)
    if covered != size:
        factors.insert(0, whole(UNKNOWN, size // covered))
    return tuple(factors)
