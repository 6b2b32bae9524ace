"""What rules read off tables: orders of samples, steps, and axes of the data."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import DRAW, GUESSED, MADE, OF_SCORES, ROWS, TURNED, UNNAMED, Mark
from rnnshape.coordinates.tables import at_sizes, disagreement, line_along, numbers, runs_along, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import CellStep, Normalisation

if TYPE_CHECKING:
    from rnnshape.rules.step import Step

__all__ = [
    "REORDERS", "OtherRow", "are_alike", "beside_units", "but_states", "data_along", "every_pair", "exchanged", "is_data",
    "is_in_order", "is_order", "lies_along", "lost_batch", "made_by_layers", "may_be_steps", "once_each", "only_sample",
    "other_row", "over_the_batch", "repeated_otherwise", "steps_along",
]  # fmt: skip

REORDERS = frozenset(["index", "index_select", "gather", "take_along_dim", "flip", "roll", "sort"])
"""What may have brought samples in an order on purpose, such as that of negatives."""


_NO_DATA = OF_SCORES | {"places", "layers", "directions", DRAW, ROWS, TURNED, UNNAMED}


def is_data(axis: Axis) -> bool:
    """Tell whether an axis is known to be of the data, and not rows of a state or halves of an output."""
    return axis.name not in _NO_DATA


def data_along(mark: Mark, dim: int) -> list[Axis]:
    """Return the axes of the data that vary along a dim."""
    return [axis for axis, table in mark.tables.items() if is_data(axis) and varies(table, dim)]


def made_by_layers(mark: Mark) -> set[Axis]:
    """Return the axes of features that layers made; those of an argument have its name."""
    return {axis for axis in mark.tables if axis.counts_features and (axis.of.isdecimal() or axis.of.startswith(MADE))}


def is_order(table: Tensor) -> bool:
    """Tell whether a table lists every sample once, along one dim: a permutation."""
    dims = runs_along(table)
    values = numbers(line_along(table, dims[0])) if len(dims) == 1 else []
    return bool(values) and sorted(values) == list(range(len(values)))


def is_in_order(table: Tensor) -> bool:
    """Tell whether a table lists every sample once, along one dim, as they came."""
    dims = runs_along(table)
    return len(dims) == 1 and torch.equal(line_along(table, dims[0]), torch.arange(table.size(dims[0])))


def once_each(table: Tensor) -> bool:
    """Tell whether samples lie along one dim, each of them once."""
    return len(runs_along(table)) == 1 and len(unique(table)) == table.numel()


def steps_along(mark: Mark) -> int | None:
    """Return the dim of the steps, None where that is not one dim that all axes of steps agree on."""
    dims = {tuple(runs_along(table)) for axis, table in mark.tables.items() if axis.counts_steps} - {()}
    found = dims.pop() if len(dims) == 1 else ()
    return found[0] if len(found) == 1 else None


def are_alike(one: Mark, other: Mark) -> bool:
    """Tell whether the same is known of two tensors: each is made of the other, or both of one, element by element."""
    if one is other:
        return True
    a, b = one.tables, other.tables
    return one.sizes == other.sizes and a.keys() == b.keys() and all(torch.equal(a[axis], b[axis]) for axis in a)


def lies_along(mark: Mark, axis: Axis, dims: set[int]) -> bool:
    """Tell whether any other axis of a tensor lies along one of these dims."""
    others = [t for name, t in mark.tables.items() if name != axis and t.dim() == len(mark.sizes)]
    return any(not dims.isdisjoint(runs_along(t)) for t in others)


def exchanged(marks: tuple[Mark, ...], axis: Axis, ndim: int) -> bool:
    """Tell whether one operand has its steps where another has its samples."""
    for mark in marks:
        steps = [at_sizes(t, [1] * ndim) for a, t in mark.tables.items() if a.counts_steps]
        own = at_sizes(mark.tables[axis], [1] * ndim) if axis in mark.tables else None
        for other in marks:
            if own is None or axis not in other.tables or len(runs_along(own)) != 1:
                continue
            dims = runs_along(at_sizes(other.tables[axis], [1] * ndim))
            if len(dims) == 1 and dims != runs_along(own) and any(runs_along(t) == dims for t in steps):
                return True
    return False


def beside_units(marks: tuple[Mark, ...], samples: Axis, ndim: int) -> bool:
    """Tell whether one number for each sample lies along the dim of the units of another operand, and along no other."""
    for one, other in (marks, marks[::-1]) if len(marks) == 2 else ():
        dims = runs_along(at_sizes(one.tables[samples], (1,) * ndim))
        made = made_by_layers(other)
        along = {a for a, t in other.tables.items() if is_data(a) and {*dims} & {*runs_along(at_sizes(t, (1,) * ndim))}}
        if dims and prod(one.sizes) == one.tables[samples].numel() and along and along <= made:
            return True
    return False


def repeated_otherwise(a: Tensor, b: Tensor) -> bool:
    """Tell whether one operand has each sample several times in a row, and the other all samples several times in turn.

    So do a (batch seq) and a (seq batch). As many times as there are samples may be every pair of them; `every_pair` tells.
    """
    if runs_along(a) != runs_along(b) or len(runs_along(a)) != 1 or a.numel() != b.numel():
        return False
    rows, others = a.flatten(), b.flatten()
    samples = unique(rows)
    times, left = divmod(rows.numel(), samples.numel())
    if left or times == 1 or -1 in samples:
        return False
    orders = samples.repeat_interleave(times), samples.repeat(times)
    return any(torch.equal(rows, x) and torch.equal(others, y) for x, y in (orders, orders[::-1]))


def every_pair(one: Mark, other: Mark, dim: int) -> bool:
    """Tell whether two tensors hold rows that are repeated so that each of one meets each of the other: comparing all is meant.

    The rows of four speakers with five sentences each are twenty, and meet those of four speakers in eighty pairs.
    """
    same = len(one.sizes) == len(other.sizes) and one.sizes[dim] == other.sizes[dim]
    return same and _count_of_rows(one, dim) * _count_of_rows(other, dim) == one.sizes[dim]


def _count_of_rows(mark: Mark, dim: int) -> int:
    """Return how many rows along a dim are told apart by what is known of them."""
    lines = [table.movedim(dim, 0).reshape(table.size(dim), -1) for table in mark.tables.values() if table.size(dim) > 1]
    rows = [tuple(numbers(row)) for row in torch.cat(lines, 1)] if lines else [()]
    return len({*rows})


def only_sample(mark: Mark) -> tuple[Axis, int] | None:
    """Return the one sample that a tensor has elements of; None where there are several, or none is known."""
    for axis, table in mark.of("batch"):
        values = set(numbers(table.flatten())) - {-1}
        if len(values) == 1:
            return axis, values.pop()
    return None


class OtherRow(NamedTuple):
    """A row of a state that belongs to another sample than the row of the input that it meets.

    Attributes:
        axis: of the samples.
        state: the state.
        row: which row.
        was: the sample of the state.
        now: that of the input.
        is_alone: whether there is one row of each: then the loop that calls the cell runs over the samples.
    """

    axis: Axis
    state: Mark
    row: int
    was: int
    now: int
    is_alone: bool


def may_be_steps(axis: Axis, state: Tensor, rows: Tensor) -> bool:
    """Tell whether rows that nobody has named may be steps of the samples that a state is of, folded into one dim with them.

    A layer that is called once for each step reads some of those rows a call, and none of the rows before.
    """
    before, now = (set(numbers(unique(table))) for table in (state, rows))
    return axis.of.startswith(GUESSED) and len(before) > 1 and before.isdisjoint(now)


def other_row(use: CellStep) -> OtherRow | None:
    """Return the first row in which a cell meets the state of another sample."""
    for axis, table in use.mark.of("batch"):
        for state in use.states:
            before = state.tables.get(axis)
            if before is None or before.dim() != 2 or table.dim() != 2 or varies(before, 1) or varies(table, 1):
                continue
            where = disagreement(before[:, 0], table[:, 0])
            if where is not None and not may_be_steps(axis, before, table):
                was, now = (int(t[where[0] if t.size(0) > 1 else 0, 0]) for t in (before, table))
                return OtherRow(axis, state, where[0], was, now, before.size(0) == 1 and table.size(0) == 1)
    return None


def over_the_batch(use: Normalisation) -> bool:
    """Tell whether samples lie along the dim of a softmax, and are not all that there is.

    A square of which nothing is known along the other dim may hold the scores of every sample with what belongs to each.
    """
    sizes = use.mark.sizes
    for axis, table in use.mark.of("batch"):
        others = [t for name, t in use.mark.tables.items() if name != axis]
        beside = any(varies(t, d) for t in others for d in range(t.dim()) if d != use.dim)
        is_square = len(sizes) == 2 and len({*sizes}) == 1
        if varies(table, use.dim) and len(sizes) > 1 and (beside or (runs_along(table) == [use.dim] and not is_square)):
            return True
    return False


def lost_batch(marks: Sequence[Mark], samples: int, step: Step) -> bool:
    """Tell whether several samples went in, and nothing that came out runs along them; a scalar is a loss, which may be."""
    if not marks or samples < 2 or any(runs_along(t) or -1 in t for m in marks for _, t in m.of("batch")):
        return False
    return all(len(mark.sizes) for mark in marks) and not step.explains_the_output


def but_states(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Return what a model made, without the states of layers that it returns as they are, to be carried on."""
    return [m for m in marks if not (len(m.sizes) == 3 and any(a not in m.sites for a, _ in m.of("layers")))]
