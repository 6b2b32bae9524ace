"""RNS203 and RNS205 of products, and RNS226: samples, and positions, that lie beside one another or are counted."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import runs_along, separable, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.names import WHOLE
from rnnshape.operations.uses import Addition, Broadcast, Cumulation, Pairing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import repeated_otherwise
from rnnshape.rules.wording import mixed, wrong

__all__: list[str] = []

_REGROUPS = frozenset(["view", "reshape", "view_as", "reshape_as", "flatten", "unflatten"])

FEWEST = 3
"""Different numbers of places that are no accident."""


@rule(Pairing)
def rows_in_two_orders(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Both operands of a batched product have each sample several times along a dim, in two orders."""
    left, right = use.marks
    for axis, table in left.of("batch") if use.summed else ():
        other = right.tables.get(axis)
        for dim, at in use.beside if other is not None else ():
            assert other is not None
            if runs_along(table) != [dim] or runs_along(other) != [at] or not _in_two_orders(use, axis, dim, at):
                continue
            rows, others = table.flatten(), other.flatten()
            where = int((rows != others).nonzero()[0])
            both = [int(t[where]) for t in (rows, others)]
            message = (f"{use.name} meets sample {both[0]} of one operand with sample {both[1]} of the other at row {where}: "
                       f"one has each sample several times in a row, the other all samples in turn")  # fmt: skip
            sites = {mark.sites[axis].name: mark.sites[axis] for mark in reversed(use.marks) if axis in mark.sites}
            site = sites.get("repeat") or left.sites.get(axis) or right.sites.get(axis)
            fits = "repeat_interleave on both fits" if "repeat" in sites else None
            yield wrong("RNS205", message, fits, site=site, shown=(("one", left), ("other", right)))


def _in_two_orders(use: Pairing, axis: Axis, dim: int, at: int) -> bool:
    """Tell whether one has each sample several times in a row and the other all in turn, and not every pair of samples."""
    left, right = use.marks
    rows, others = left.tables[axis].flatten(), right.tables[axis].flatten()
    if repeated_otherwise(rows, others) and len(unique(rows)) ** 2 != rows.numel():
        return True
    if rows.numel() != others.numel() or torch.equal(rows, others):
        return False
    for name, table in left.tables.items():  # (batch seq) against (seq batch), of as many steps as samples
        other = right.tables.get(name)
        if name.counts_steps and other is not None and runs_along(table) == [dim] and runs_along(other) == [at]:
            return torch.equal(table.flatten(), others) and torch.equal(other.flatten(), rows)
    return False


@rule(Pairing)
def rows_of_several_samples(use: Pairing, step: Step) -> Iterator[Mistake]:
    """A reshape has cut the samples of one operand into pieces, and the other has one sample in each row."""
    for one in (0, 1) if use.summed else ():
        mark, other = use.marks[one], use.marks[1 - one]
        beside = [(pair[one], pair[1 - one]) for pair in use.beside]
        for axis, table in mark.of("batch"):
            rows, site = other.tables.get(axis), mark.sites.get(axis)
            if rows is None or site is None or site.name not in _REGROUPS or separable(table):
                continue
            along = [d for d, _ in beside if varies(table, d)]
            within = [d for d in runs_along(table) if d not in along and d not in {pair[one] for pair in use.summed}]
            if along and within and runs_along(rows) in [[e] for d, e in beside if d in along]:
                yield mixed(use.name, mark, axis, within[0], "rows of one sample")


# Positions


@rule(Addition)
def a_table_of_positions_along_the_batch(use: Addition, step: Step) -> Iterator[Mistake]:
    """The first rows of a longer table, as many as there are samples, are added to one sample each, for all their steps."""
    rows, ndim = tuple(use.tensor.shape), len(use.mark.sizes)
    dim = _sample_dim(use.mark, (1,) * (ndim - len(rows)) + rows)
    whole = step.table_of(use.tensor) if dim is not None else None
    if dim is None or whole is None or whole.numel() * use.mark.sizes[dim] != use.tensor.numel() * whole.size(0):
        return
    if whole.size(0) > use.mark.sizes[dim]:
        fits = None
        if dim == 0 and whole.dim() == 3 and whole.size(0) >= use.mark.sizes[1]:
            fits = "[:x.size(1)].transpose(0, 1) of the table fits"
        yield _of_the_batch(use.mark, dim, f"the first {use.mark.sizes[dim]} rows of a table of {whole.size(0)}", fits)


@rule(Broadcast)
def embedded_positions_along_the_batch(use: Broadcast, step: Step) -> Iterator[Mistake]:
    """Embeddings of 0, 1, 2, ... are added to one sample each, for all their steps."""
    for mark in use.marks if "add" in use.name else ():
        for _, table in mark.of("places"):
            for other in use.marks:
                if other is mark or len(other.sizes) < table.dim() or other.of("places"):
                    continue
                sizes = (1,) * (len(other.sizes) - len(mark.sizes)) + mark.sizes
                dim = _sample_dim(other, sizes)
                if dim is not None and runs_along(table) == [dim - len(other.sizes) + table.dim()]:
                    yield _of_the_batch(other, dim, f"embeddings of 0 to {table.numel() - 1}")


def _sample_dim(mark: Mark, added: tuple[int, ...]) -> int | None:
    """Return the dim of the samples where something is added that runs along it, and not along the steps."""
    if len(added) != len(mark.sizes):
        return None
    samples = [runs_along(table) for _, table in mark.of("batch")]
    steps = [runs_along(table) for axis, table in mark.tables.items() if axis.counts_steps]
    if len(samples) != 1 or len(samples[0]) != 1 or not steps or any(len(dims) != 1 or added[dims[0]] > 1 for dims in steps):
        return None
    dim = samples[0][0]
    return dim if added[dim] == mark.sizes[dim] and [dim] not in steps else None


def _of_the_batch(mark: Mark, dim: int, what: str, fits: str | None = None) -> Mistake:
    message = f"{what} are added along dim {dim}, the batch: all steps of a sample have the same position, its own number"
    return wrong("RNS226", message, fits, seen=mark)


@rule(Cumulation)
def numbers_of_steps_filled_from_beside(use: Cumulation, step: Step) -> Iterator[Mistake]:
    """Numbers of steps where something was read, and 0 or less in between, are filled along another dim than that of the steps.

    The values tell it: each number above 0 is that of its own place along one dim, and the largest so far is that of another.
    """
    values = step.values(use.tensor) if use.name == "cummax" and len(use.mark.sizes) > 1 else None
    of_samples = any(runs_along(table) == [use.dim] for _, table in use.mark.of("batch"))  # which RNS232 is about
    if values is None or values.dtype not in WHOLE or use.mark.sizes[use.dim] == 1 or of_samples:
        return
    read = values > 0
    counted = [dim for dim in range(values.dim()) if _counts_places(values, read, dim)]
    if len(counted) != 1 or counted[0] == use.dim:
        return
    dim = counted[0]
    fills = f"cummax fills the gaps between them along dim {use.dim}"
    message = f"these are numbers of places along dim {dim}, and {fills}: none is filled with what was read before it"
    yield wrong("RNS226", message, f"dim={dim} fills each gap with the last number before it", seen=use.mark)


def _counts_places(values: Tensor, read: Tensor, dim: int) -> bool:
    """Tell whether numbers are those of their places along a dim wherever something was read, which is not everywhere."""
    places = torch.arange(values.size(dim), device=values.device).view([-1 if d == dim else 1 for d in range(values.dim())])
    has_gaps = bool((~read & (places > 0)).any())
    return has_gaps and bool((values == places)[read].all()) and len(unique(values[read])) >= FEWEST
