"""RNS203 and RNS209 of two axes that lie in one dim together: a reshape has cut it as if they lay the other way round.

Rows that were laid word by word, (word, take), and are viewed as (take, word), have along either dim pieces of both. Where the
two are as long as each other nothing tells that apart from what is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import ACROSS, DOWN, UNNAMED, Mark, Site, argument_of
from rnnshape.coordinates.reading import layout_before
from rnnshape.coordinates.tables import SMALL, broadcast_tensors, in_no_order, numbers_by_row, runs_along, separable, unique
from rnnshape.layout.axes import UNKNOWN, Axis
from rnnshape.operations.uses import Joining, Normalisation, RecurrentInput, Reduction
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data
from rnnshape.rules.wording import called, instead, mixed, word, wrong

__all__: list[str] = []

FEWEST_ROWS = 2
"""Sequences of which each must be in no order."""

_RESHAPES = frozenset(["view", "reshape", "unflatten", "view_as", "reshape_as"])


_IN_TURN = frozenset(["seq", "step", UNNAMED])
"""What may be cut into longer runs, and these reduced."""


_PLACES = frozenset([ACROSS, DOWN])
"""Places of a convolution."""

_SAID = {UNNAMED: "?", ACROSS: "places across", DOWN: "places down"}
"""How axes are called whose names nobody has given."""


class _Pair(NamedTuple):
    """Two axes, or products of some, that lay one behind the other and were cut as if they lay the other way round.

    Attributes:
        outer: what lay in front.
        inner: what lay behind.
        sizes: of the two.
        dim: the first of the two dims along which both lie now.
    """

    outer: tuple[Axis, ...]
    inner: tuple[Axis, ...]
    sizes: tuple[int, int]
    dim: int


class _Lying(NamedTuple):
    """An axis in a line of elements: the next coordinate comes every so many elements."""

    stride: int
    size: int
    axis: Axis


@rule(RecurrentInput)
def rows_drawn_from_two_dims(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A layer reads what was drawn in no order from two dims of an input: whichever has the samples, a sequence has several."""
    dims = [] if use.batch_dim is None or use.is_unbatched else [use.batch_dim, use.seq_dim]
    both = [(a, t) for a, t in use.mark.of(UNNAMED) if dims and runs_along(t) == sorted(dims) and not separable(t)]
    for (first, one), (second, other) in combinations(both, 2):
        if argument_of(first) == argument_of(second) and _are_shuffled(one, other, dims):
            message = "rows were drawn from two dims of a tensor together, in no order: whichever has the samples"
            reads = f"the steps of each sequence that {called(use.name)} reads are of several"
            yield wrong("RNS203", f"{message}, {reads}", site=use.mark.sites.get(first), seen=use.mark)
            return


def _are_shuffled(one: Tensor, other: Tensor, dims: list[int]) -> bool:
    """Tell whether two axes lie in no order along the steps of every sequence, each pair of their elements once."""
    one, other = broadcast_tensors(one, other)
    rows = (one * (int(other.max()) + 1) + other).movedim(dims, (0, 1)).flatten(1)
    if rows.numel() > SMALL or int(rows.min()) < 0 or len(unique(rows)) < rows.numel() or len(rows) < FEWEST_ROWS:
        return False
    return all(map(in_no_order, numbers_by_row(rows)))


@rule(Reduction, Normalisation)
def two_axes_taken_for_one(use: Reduction | Normalisation, step: Step) -> Iterator[Mistake]:
    """A mean, or a softmax, along one of two dims that were cut in another order than the axes in them lay."""
    dims = use.dims if isinstance(use, Reduction) else (use.dim,)
    for pair in _pairs(use.mark):
        along = [dim for dim in dims if dim in (pair.dim, pair.dim + 1)]
        may_be_runs = all(axis.name in _IN_TURN for axis in pair.inner)
        site = use.mark.sites.get(pair.outer[-1])
        is_told = site is not None and site.name not in _RESHAPES and {"RNS203", "RNS209"} & step.told
        if len(along) == 1 and not (along[0] > pair.dim and may_be_runs) and site is not None and not is_told:
            yield _mistake(use.mark, pair, f"{called(use.name)} over dim {along[0]} takes pieces of both for one of them")
            return


@rule(RecurrentInput)
def places_and_rows_taken_for_steps(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A layer reads rows, and what lies in each, as if that lay in front: for its steps and its samples.

    They are rows and the places of a convolution, or two dims of an input of which nobody has named either.
    """
    if use.batch_dim is None or {"RNS203", "RNS209"} & step.told:
        return
    for pair in _pairs(use.mark):
        axes = (*pair.outer, *pair.inner)
        may_be = any(axis.name in _PLACES for axis in axes) or all(axis.name == UNNAMED for axis in axes)
        if may_be and {pair.dim, pair.dim + 1} == {use.seq_dim, use.batch_dim} and pair.outer[-1] in use.mark.sites:
            yield _mistake(use.mark, pair, f"{called(use.name)} takes pieces of both for its steps and for its samples")
            return


@rule(Joining)
def two_axes_joined_as_one(use: Joining, step: Step) -> Iterator[Mistake]:
    """One of several parts has two dims that were cut in another order than the axes in them lay, and the others have not."""
    found = [next((p for p in _pairs(mark) if use.dim in (p.dim, p.dim + 1)), None) for mark in use.marks]
    for mark, pair in zip(use.marks, found, strict=True) if None in found else ():
        if pair is not None and pair.outer[-1] in mark.sites:
            yield _mistake(mark, pair, f"{use.name} along dim {use.dim} takes pieces of both for one of them")
            return


@rule(Joining)
def two_axes_beside_two_that_are_whole(use: Joining, step: Step) -> Iterator[Mistake]:
    """One part has two dims that were cut in another order than the axes in them lay, and another has an axis along each."""
    for at, mark in enumerate(use.marks):
        for pair in _pairs(mark) if len(mark.sizes) == len(use.marks[0].sizes) else ():
            dims = (pair.dim, pair.dim + 1)
            whole = any(_has_an_axis_along_each(other, dims) for other in (*use.marks[:at], *use.marks[at + 1 :]))
            if whole and use.dim not in dims and pair.outer[-1] in mark.sites:
                puts = f"{use.name} puts pieces of both beside a part that has one of them along dim {dims[0]}"
                yield _mistake(mark, pair, f"{puts}, the other along dim {dims[1]}")
                return


def _has_an_axis_along_each(mark: Mark, dims: tuple[int, int]) -> bool:
    """Tell whether an axis of the data that somebody has named lies along each of two dims, and none along both."""
    ran = [runs_along(t) for a, t in mark.tables.items() if is_data(a)]
    return all([dim] in ran for dim in dims) and not any({*dims} <= {*along} for along in ran)


@rule(Reduction)
def samples_that_lie_in_no_order(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A mean of some pieces of several samples, which a reshape has cut, and of other pieces of them beside it."""
    for axis, table in use.mark.of("batch"):
        site, along = use.mark.sites.get(axis), runs_along(table)
        among = [dim for dim in along if dim in use.dims]
        if among and len(among) < len(along) and site is not None and site.name in _RESHAPES and not separable(table):
            found = mixed(use.name, use.mark, axis, among[-1], "values of one sample")
            yield found if _is_known(site) else replace(found, suggestion=None)
            return


def _is_known(site: Site) -> bool:
    """Tell whether it is known of every dim before an operation what lies along it: else no table tells how it is to be cut."""
    before = layout_before(site)
    return before is not None and UNKNOWN.name not in before.names


def _mistake(mark: Mark, pair: _Pair, takes: str) -> Mistake:
    site = mark.sites[pair.outer[-1]]
    what = f"{text.sizes(site.sizes_before)} to {text.sizes(site.sizes)}" if site.name in _RESHAPES else "what it is given"
    outer, inner = _worded(pair.outer, pair.sizes[0]), _worded(pair.inner, pair.sizes[1])
    cuts = f"{site.name} of {what} cuts {outer} and {inner}"
    message = f"{cuts}, which lie in this order, as if they lay the other way round, and {takes}"
    code = "RNS203" if any(axis.name == "batch" for axis in (*pair.outer, *pair.inner)) else "RNS209"
    return wrong(code, message, _turned(mark, pair), site=site, seen=mark)


def _worded(axes: tuple[Axis, ...], size: int) -> str:
    return f"{' x '.join(_SAID.get(axis.name) or word(axis) for axis in axes)}={size}"


def _pairs(mark: Mark) -> Iterator[_Pair]:
    """Yield the pairs of axes that lie so."""
    known = {a: runs_along(table) for a, table in mark.tables.items() if is_data(a) or a.name in _SAID}
    for dim in sorted({dims[0] for dims in known.values() if len(dims) == 2 and dims[1] == dims[0] + 1}):
        tables = {a: mark.tables[a] for a, dims in known.items() if dims and {*dims} <= {dim, dim + 1}}
        sizes = (mark.sizes[dim], mark.sizes[dim + 1])
        yield from _of_two_dims(tables, dim, sizes)
        yield from _of_two_dims({a: t.transpose(dim, dim + 1) for a, t in tables.items()}, dim, (sizes[1], sizes[0]))


def _of_two_dims(tables: dict[Axis, Tensor], dim: int, sizes: tuple[int, int]) -> Iterator[_Pair]:
    """Yield the pairs that lie so along a dim and the next, of these sizes; which may have been transposed since."""
    lines = (_in_line(axis, table, dim, sizes) for axis, table in tables.items())
    yield from _cut_otherwise(_in_turn([line for line in lines if line], sizes[0] * sizes[1]), dim, sizes[1])


def _in_line(axis: Axis, table: Tensor, dim: int, sizes: tuple[int, int]) -> _Lying | None:
    """Return how an axis lies in the line of elements that two dims make; None where its coordinates do not come in turn."""
    if table.numel() != table.size(dim) * table.size(dim + 1):
        return None
    line = table.reshape(table.size(dim), table.size(dim + 1)).expand(sizes).flatten()
    stride, size = int(line.ne(0).long().argmax()), int(line.max()) + 1
    in_turn = stride > 0 and torch.equal(line, torch.arange(len(line)) // stride % size)
    return _Lying(stride, size, axis) if in_turn else None


def _in_turn(lying: list[_Lying], elements: int) -> list[_Lying]:
    """Return the axes by which elements are numbered, from the outermost to the innermost; none where that is not known."""
    found, stride = list[_Lying](), 1
    while (one := next((one for one in lying if one.stride == stride and one.size > 1), None)) is not None:
        found.insert(0, one)
        stride *= one.size
    return found if stride == elements else []


def _cut_otherwise(lying: list[_Lying], dim: int, columns: int) -> Iterator[_Pair]:
    """Yield what lay as (outer, inner) and is viewed as (inner, outer), where neither is a piece of the other.

    What lies in front of the two may be anything: the first dim has it as well.
    """
    for front, behind in combinations(range(len(lying)), 2):
        outer, inner = lying[front:behind], lying[behind:]
        length = prod(one.size for one in inner)
        if prod(one.size for one in outer) == columns and columns % length and length % columns:
            yield _Pair(tuple(one.axis for one in outer), tuple(one.axis for one in inner), (columns, length), dim)


def _turned(mark: Mark, pair: _Pair) -> str | None:
    """Return what to write in place of the reshape, where it cut one dim of the two, or two that were theirs, and no other."""
    site, at, (outer, inner) = mark.sites[pair.outer[-1]], pair.dim, pair.sizes
    if site.name not in _RESHAPES or site.location is None or site.name not in site.location.code:
        return None
    ahead, behind, before = site.sizes[:at], site.sizes[at + 2 :], site.sizes_before
    if at == 0 and site.sizes[1] == outer and before == (outer, inner * prod(behind)):
        return instead(site, f"unflatten(1, ({inner}, {', '.join(map(str, behind))})).transpose(0, 1)")
    if before[: len(ahead)] != ahead or before[len(before) - len(behind) :] != behind or site.sizes[at + 1] != outer:
        return None
    turn, dims = f"transpose({at}, {at + 1})", before[len(ahead) : len(before) - len(behind)]
    if dims == (outer * inner,):
        return instead(site, f"unflatten({at}, ({outer}, {inner})).{turn}")
    if dims == (outer, inner):
        return instead(site, turn)
    if dims[:1] == (outer,) and prod(dims[1:]) == inner:
        return instead(site, f"flatten({at + 1}, {at + len(dims) - 1}).{turn}")
    if dims[1:] == (outer, inner):
        return instead(site, f"transpose({at + 1}, {at + 2}).flatten({at}, {at + 1})")
    return None
