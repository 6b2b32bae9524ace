"""Operands that meet element by element, and what is known of their result: what each of them knows, where they agree.

Three questions, in this order: whether what an operand knows of an axis *goes on* in the result, by what the operation does to
it; whether it *becomes* something else there; how what goes on is *joined* with what the operands before know of the same axis.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape.coordinates.mark import (
    AHEAD,
    AVERAGE,
    CHAIN,
    CHOICE,
    COMPETING,
    COUNTED,
    DRAWN,
    FLAGS,
    LATEST,
    MEAN,
    MISSING,
    MIXTURE,
    NORM,
    OF_EVERYONE,
    ONES,
    PART,
    POSITIONS,
    RANKED,
    RUNNING,
    SCALED,
    SQUEEZED,
    SUMS,
    TOTAL,
    TURNED,
    WEIGHED,
    Mark,
    spread,
)
from rnnshape.coordinates.tables import alone, at_sizes, compress, disagreement, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.chains import linked
from rnnshape.operations.mixtures import mixed_parts
from rnnshape.operations.names import DIVIDES, IDENTITIES, MULTIPLIES, WHOLE
from rnnshape.operations.registry import Operation
from rnnshape.operations.turned import OF_STEPS, are_turned, holds_states_of_steps, renamed
from rnnshape.operations.uses import Disagreement, Meeting

__all__ = ["meet"]

_KEEP_WEIGHTS = IDENTITIES | {"dropout", "masked_fill", "masked_fill_", "where", "nan_to_num", "exp"}
"""What leaves weights as they are, or makes them of their logarithms."""

_NEGATE = frozenset(["neg", "__neg__", "negative"])

_KEEP_DIRECTIONS = (_KEEP_WEIGHTS - {"exp"}) | MULTIPLIES | DIVIDES | _NEGATE
"""What leaves the direction of a vector as it is, where all its elements meet the same."""

_KEEP_TOTALS = IDENTITIES | _NEGATE | {"mul", "__mul__", "__rmul__", "multiply"}
"""What leaves a sum one, of all samples."""

_LIMIT = frozenset(["add", "__add__", "__radd__", "clamp", "clamp_min", "clip"])
"""What keeps a sum or a norm from being zero, with a number beside it."""

_KEEP_NORMS = IDENTITIES | _LIMIT
"""What leaves a norm one, of which the least is limited."""

_OF_WEIGHTS = frozenset([COMPETING, MISSING, ONES, PART, POSITIONS, WEIGHED])


def meet(op: Operation, marks: list[Mark], sizes: tuple[int, ...]) -> Mark:
    """Join marks under broadcasting. An axis on which two disagree is unknown from there on."""
    met = Mark(sizes)
    disagreed: set[Axis] = set()
    for mark in marks:
        for axis in mark.tables:
            if _goes_on(op, axis, mark, marks):
                _join(op, met, axis, mark, marks, disagreed)
            elif axis.name in (ONES, COMPETING):
                _become_weighed(op, met, axis, mark, marks)
    linked(op, marks, met)
    mixed_parts(op.name, marks, met)
    met.single = next((m.single for m in marks if m.sizes == sizes), None)
    for mark in marks:
        met.lost |= mark.lost
        met.target |= mark.target
        met.widened |= mark.widened
    met.widened &= 1 in sizes
    met.spread = spread(marks, met.tables)
    met.lost = {a: s for a, s in met.lost.items() if a not in met.tables}
    return met


# What goes on


def _goes_on(op: Operation, axis: Axis, mark: Mark, marks: list[Mark]) -> bool:
    """Tell whether the result of an operation has what one of its operands knows of an axis."""
    name, is_alone = axis.name, len(marks) == 1
    if name in (COUNTED, DRAWN, RUNNING):
        return is_alone
    if name == FLAGS:
        return is_alone and op.name in IDENTITIES and isinstance(op.result, Tensor) and op.result.dtype in WHOLE
    if name == RANKED:
        return isinstance(op.result, Tensor) and op.result.dtype in WHOLE
    if name == CHOICE:
        return not (isinstance(op.result, Tensor) and op.result.dtype == torch.bool)
    if name in (TOTAL, SUMS, MEAN, AVERAGE):
        return is_alone and _stays_a_total(op)
    if name == NORM:
        return is_alone and op.name in _KEEP_NORMS
    if name == SCALED:
        return op.name in _KEEP_DIRECTIONS and _is_alike_along(axis, mark.tables[axis], mark, marks)
    if name == MIXTURE:
        return op.name not in DIVIDES
    if name in _OF_WEIGHTS:
        return is_alone and op.name in _KEEP_WEIGHTS
    return name != SQUEEZED and name not in OF_EVERYONE  # of these ``totals`` decides


def _stays_a_total(op: Operation) -> bool:
    is_alone = sum(isinstance(value, Tensor) for value in op.args) == 1
    return op.name in _KEEP_TOTALS or (is_alone and op.name in _LIMIT)


def _is_alike_along(axis: Axis, table: Tensor, mark: Mark, marks: list[Mark]) -> bool:
    """Tell whether vectors only meet what is alike for all their elements, such as a mask of steps."""
    dims = [d - len(mark.sizes) for d in runs_along(table)]
    others = [other for other in marks if other is not mark]
    return all(axis not in other.tables and all(-d > len(other.sizes) or other.sizes[d] == 1 for d in dims) for other in others)


# What becomes something else


def _become_weighed(op: Operation, met: Mark, axis: Axis, mark: Mark, marks: list[Mark]) -> None:
    """Remember of weights that are multiplied with values that the result is weighed by them."""
    if axis.name == ONES and op.name in MULTIPLIES:
        table, own = alone(0, len(met.sizes)), None
    elif axis.name == COMPETING and len(marks) == 2 and axis in mark.sites and _weighs(op, mark, mark.tables[axis], marks):
        table, own = at_sizes(mark.tables[axis], met.sizes), _its_own(mark, mark.tables[axis], marks)
    else:
        return
    weighed = op.book.part_of(WEIGHED, own)
    met.tables[weighed], met.sites[weighed] = table, mark.sites[axis]


def _weighs(op: Operation, weights: Mark, competing: Tensor, marks: list[Mark]) -> bool:
    """Tell whether weights are multiplied with what they share an axis with."""
    values = marks[1] if weights is marks[0] else marks[0]
    if op.name not in MULTIPLIES or len(runs_along(competing)) != 1 or len(values.sizes) != len(weights.sizes):
        return False
    both = [axis for axis in weights.tables if axis in values.tables and axis.name != "batch"]
    return any(len(d := runs_along(values.tables[a])) == 1 and runs_along(weights.tables[a]) == d for a in both)


def _its_own(weights: Mark, competing: Tensor, marks: list[Mark]) -> Axis | None:
    """Return the axis of the values each of which has a weight of its own, None where all that compete weigh the same."""
    values = marks[1] if weights is marks[0] else marks[0]
    dims = runs_along(competing)
    lie = (a for a, table in values.tables.items() if a.name != "batch" and runs_along(table) == dims)
    return next(lie, None) if values.sizes[dims[0]] > 1 else None


# How it is joined


def _join(op: Operation, met: Mark, axis: Axis, mark: Mark, marks: list[Mark], disagreed: set[Axis]) -> None:
    """Add what an operand knows of an axis to what is known of the result by the operands before it.

    Args:
        op: the operation.
        met: of its result, so far; changed.
        axis: the axis.
        mark: of the operand.
        marks: of all operands.
        disagreed: the axes of which nothing is known any more, as operands did not agree; changed.
    """
    if axis in disagreed:
        return
    table, before = at_sizes(mark.tables[axis], met.sizes), met.tables.get(axis)
    if before is None:
        met.tables[axis] = table
        if axis.name == "batch" and len(mark.sizes) == 1 < len(met.sizes) and runs_along(table):
            met.sites[axis] = op.book.site(op.name, mark, met.sizes)  # torch aligns the last dims: now it lies along that
        elif axis in mark.sites:
            met.sites[axis] = mark.sites[axis]
    elif (where := disagreement(before, table)) is None:
        if before is not table:
            met.tables[axis] = _known(before, table)
    elif axis.name == LATEST:
        met.tables[axis] = compress(torch.maximum(before, table))
    elif axis.name in OF_STEPS and holds_states_of_steps(met) and holds_states_of_steps(mark) and are_turned(before, table):
        turned = op.book.part_of(TURNED, axis)
        met.tables[turned] = table
        met.sites[turned] = op.book.site(op.name, renamed(mark, axis, turned), met.sizes)
    else:
        if axis.name not in (AHEAD, CHOICE, CHAIN, RANKED):
            _tell(op, marks, Disagreement(op.name, tuple(marks), axis, before, table, where))
        disagreed.add(axis)
        del met.tables[axis]


def _tell(op: Operation, marks: list[Mark], use: Disagreement) -> None:
    """Tell of operands that do not agree on an axis."""
    if use.axis.name not in ("directions", "hidden"):  # the sum of both halves is still at its steps
        op.consume(*marks)
    if use.axis.name == "batch" and runs_along(use.one) and runs_along(use.other):
        op.emit(Meeting(op.name, tuple(marks)))
    op.emit(use)


def _known(a: Tensor, b: Tensor) -> Tensor:
    """Join two tables that agree: what one of them leaves open the other may know."""
    if torch.equal(a, b) or bool((a >= 0).all()):
        return a
    a, b = torch.broadcast_tensors(a, b)
    return compress(torch.where(a >= 0, a, b))  # padding beside one coordinate varied, and does not any more
