"""What all samples make together, and what becomes of it: it meets what each of them has, and is a part of that from there on.

A sum may be added to what each sample has; a mean may be subtracted from the values of each; weights may be divided by the sum
of those of all. What is divided later on is normalised by all samples on purpose, or by each as it should be: it is forgotten.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from torch import Tensor

from rnnshape.coordinates.mark import (
    CENTRED,
    CHARGED,
    DEALT,
    LEVELLED,
    MEAN,
    OF_EVERYONE,
    OF_SCORES,
    POOLED,
    SHARE,
    SUMS,
    TOTAL,
    Mark,
    Site,
    of_scores,
)
from rnnshape.coordinates.tables import alone, along, at_sizes, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.names import ADDS, DIVIDES, MULTIPLIES, SUBTRACTS, SUBTRACTS_FROM
from rnnshape.operations.uses import Sharing

if TYPE_CHECKING:
    from rnnshape.operations.registry import Operation

__all__ = ["meets_a_total", "passed_on", "pooled", "samples_alone", "summed_samples", "unit_samples"]

_TAKES_A_SHARE = DIVIDES | {"__rtruediv__", "reciprocal"}

_COPIES = frozenset([
    "contiguous", "clone", "detach", "to", "type_as", "float", "double", "half", "bfloat16", "cpu", "cuda", "alias", "dropout",
    "masked_fill", "masked_fill_", "nan_to_num",
])  # fmt: skip

_OF_ONE_SAMPLE = frozenset([CHARGED, POOLED])
"""What stays what it is in a function of each element, and beside other values."""

_ENDS = SUBTRACTS_FROM | {"exp", "exp_", "expm1", "softplus", "log"}
"""What a softmax, or a ratio, by hand begins with."""


def summed_samples(mark: Mark, dims: tuple[int, ...]) -> Axis | None:
    """Return the samples that a reduction takes together with all else that there is, None where it does not."""
    if len(dims) < 2 or len(dims) < len(mark.sizes):
        return None
    for axis, table in mark.of("batch"):
        if len(runs_along(table)) == 1 and any(a != axis and _is_own(a) and runs_along(t) for a, t in mark.tables.items()):
            return axis
    return None


def samples_alone(mark: Mark, dims: tuple[int, ...]) -> Axis | None:
    """Return the samples, where a reduction runs along them, and along nothing else; None where it does not."""
    return next((axis for axis, table in mark.of("batch") if len(dims) == 1 and runs_along(table) == [*dims]), None)


def unit_samples(mark: Mark, dims: tuple[int, ...]) -> Axis | None:
    """Return the samples over which a mean runs, where there are features: None where it leaves each its own."""
    for axis, table in mark.of("batch"):
        if runs_along(table) and {*runs_along(table)} <= {*dims} and _units(mark.tables):
            return axis
    return None


def _units(tables: dict[Axis, Tensor]) -> list[Axis]:
    """Return the features of a tensor."""
    return [axis for axis, table in tables.items() if axis.name == "feature" and runs_along(table)]


def _is_own(axis: Axis) -> bool:
    return axis.name not in OF_SCORES


def meets_a_total(op: Operation, marks: list[Mark], met: Mark) -> None:
    """Say what comes of it where operands meet of which one is of all samples, or has a part of them."""
    if not any(axis.name in (TOTAL, SUMS, MEAN) or axis.name in OF_EVERYONE for mark in marks for axis in mark.tables):
        return
    is_inside = len(marks) == 1 or op.book.calling_module()[1]  # what comes of two is of this call alone
    _carry(op, marks, met)
    tensors = [t for t in op.args if isinstance(t, Tensor)]
    if len(marks) != 2 or len(tensors) != 2 or not is_inside:
        return
    first, second = (op.book.mark(tensor) for tensor in tensors)
    if first is None or second is None:
        return
    for own, total, is_first in ((first, second, True), (second, first, False)):
        for samples, table in own.of("batch"):
            if runs_along(table) and samples not in total.tables:
                _meet(op, (own, total), is_first, samples, tensors, met)


def _meet(op: Operation, both: tuple[Mark, Mark], is_first: bool, samples: Axis, tensors: list[Tensor], met: Mark) -> None:
    """Say what comes of it where each sample's own meets a number of all."""
    own, total = both
    ordered = (tensors[0], tensors[1]) if is_first else (tensors[1], tensors[0])
    number = of_scores(TOTAL, samples)
    if number in total.tables and prod(total.sizes) == 1 and not own.of(TOTAL):
        site = total.sites[number]
        without_itself = op.name in SUBTRACTS and not is_first and _are_alike(own, site)
        if (op.name in ADDS or op.name in SUBTRACTS) and not without_itself:
            _put(op, met, CHARGED, samples, site)
            op.emit(Sharing(op.name, ordered, both, divides=False))
    for sums in (number, of_scores(SUMS, samples)):
        site = total.sites[sums] if sums in total.tables and op.name in _TAKES_A_SHARE and is_first else None
        dim = _steps(own, samples)
        if site is not None and dim is not None and _are_alike(own, site):
            _put(op, met, SHARE, samples, site, dim)
            op.emit(Sharing(op.name, ordered, both, divides=True))
            break
    level = of_scores(MEAN, samples)
    if level in total.tables and op.name in SUBTRACTS and is_first:
        site = total.sites[level]
        units = _units(site.tables_before)
        are_there = all(axis in own.tables and runs_along(own.tables[axis]) for axis in units)
        if units and are_there and all(axis.of.isdigit() for axis in units):
            _put(op, met, LEVELLED if _has_a_value(own, site.tables_before) else CENTRED, samples, site)


def _put(op: Operation, met: Mark, name: str, samples: Axis, site: Site, dim: int | None = None) -> None:
    axis = op.book.part_of(name, samples)
    met.tables[axis] = alone(0, len(met.sizes)) if dim is None else along(met.sizes[dim], dim, len(met.sizes))
    met.sites[axis] = site


def _are_alike(own: Mark, site: Site) -> bool:
    """Tell whether a number was made of a tensor that has the sizes and the axes of another."""
    return own.sizes == site.sizes_before and {*filter(_is_own, own.tables)} == {*filter(_is_own, site.tables_before)}


def _steps(own: Mark, samples: Axis) -> int | None:
    """Return along which dim the weights of one sample lie, None where they are no weights of steps."""
    found = {
        tuple(runs_along(table)) for axis, table in own.tables.items()
        if _is_own(axis) and not axis.counts_features and axis.name not in ("batch", "layers", "directions")
    } - {()}  # fmt: skip
    dims = found.pop() if len(found) == 1 else ()
    return dims[0] if len(dims) == 1 and dims[0] not in runs_along(own.tables[samples]) else None


def _has_a_value(own: Mark, beside: dict[Axis, Tensor]) -> bool:
    """Tell whether there is a layer's one value in a tensor, which is none of what lies beside."""
    values = [axis for axis, table in own.tables.items() if axis.name == "feature" and axis.of.isdigit() and table.numel() == 1]
    return any(axis not in beside for axis in values)


def _carry(op: Operation, marks: list[Mark], met: Mark) -> None:
    """Keep what operands have of all samples, where the operation leaves it in the result."""
    is_sum = op.name in ADDS or op.name in SUBTRACTS
    for mark in marks:
        others = [other for other in marks if other is not mark]
        for axis, table in mark.tables.items():
            if axis.name not in OF_EVERYONE or op.name in _TAKES_A_SHARE or op.name in _ENDS:
                continue
            met_by = {a for other in others for a in other.tables}
            if op.name in SUBTRACTS and (axis in met_by or {TOTAL, SUMS, MEAN} & {a.name for a in met_by}):
                continue  # what came in goes out again
            kept: Axis | None = axis
            if axis.name == CENTRED and others:
                is_beside = op.name in ADDS and any(_has_a_value(other, mark.tables) for other in others)
                kept = _levelled(op, axis, mark) if is_beside else None
            elif axis.name in (SHARE, DEALT) and others:
                kept = _dealt(op, axis, mark, table, others) if op.name in MULTIPLIES else None
            elif axis.name in (CENTRED, LEVELLED, SHARE, DEALT):
                kept = axis if op.name in _COPIES or op.name in MULTIPLIES or (is_sum and axis.name == LEVELLED) else None
            if kept is not None:
                met.tables[kept], met.sites[kept] = at_sizes(table, met.sizes), mark.sites[axis]


def _samples_of(axis: Axis, mark: Mark) -> Axis | None:
    """Return the samples that stand in the origin of an axis."""
    return next((samples for samples, _ in mark.of("batch") if of_scores(axis.name, samples) == axis), None)


def _levelled(op: Operation, axis: Axis, mark: Mark) -> Axis | None:
    samples = _samples_of(axis, mark)
    return op.book.part_of(LEVELLED, samples) if samples is not None else None


def _dealt(op: Operation, axis: Axis, mark: Mark, weights: Tensor, others: list[Mark]) -> Axis | None:
    """Return the axis of weights that meet others: of what they weigh, where that has elements for each of them."""
    samples = _samples_of(axis, mark)
    if samples is None or axis.name == DEALT:
        return axis if axis.name == DEALT else None
    dims = [d - len(mark.sizes) for d in runs_along(weights)]
    is_met = any(len(other.sizes) >= -d and other.sizes[d] > 1 for other in others for d in dims)
    return op.book.part_of(DEALT, samples) if is_met else axis


def passed_on(op: Operation, mark: Mark, dims: tuple[int, ...], tables: dict[Axis, Tensor], ndim: int) -> dict[Axis, Site]:
    """Give a result, of which dims were reduced, what its source has of all samples, as long as it has samples of its own.

    Args:
        op: the operation.
        mark: of the source.
        dims: that are gone, or of size one.
        tables: of the result; changed.
        ndim: of the result.

    Returns:
        The places of what was added.
    """
    found: dict[Axis, Site] = {}
    for axis in mark.tables:
        samples = _samples_of(axis, mark) if axis.name in OF_EVERYONE else None
        if samples is None or samples not in tables:
            continue
        if axis.name in _OF_ONE_SAMPLE:
            tables[axis], found[axis] = alone(0, ndim), mark.sites[axis]
        elif axis.name == DEALT and op.name in ("sum", "mean") and {*runs_along(mark.tables[axis])} & {*dims}:
            found |= pooled(op, mark, dims, tables, ndim)
    return found


def pooled(op: Operation, mark: Mark, dims: tuple[int, ...], tables: dict[Axis, Tensor], ndim: int) -> dict[Axis, Site]:
    """Give a result what becomes of weights of all samples that were summed up, or put in places, for each of them.

    Args:
        op: the operation.
        mark: of the weights, or of what was multiplied with them.
        dims: along which it sums.
        tables: of the result; changed.
        ndim: of the result.

    Returns:
        The places of what was added.
    """
    found: dict[Axis, Site] = {}
    for axis, table in mark.tables.items():
        samples = _samples_of(axis, mark) if axis.name in (SHARE, DEALT) else None
        if samples is not None and samples in tables and {*runs_along(table)} & {*dims}:
            part = op.book.part_of(POOLED, samples)
            tables[part], found[part] = alone(0, ndim), mark.sites[axis]
    return found
