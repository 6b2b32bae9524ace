"""RNS4xx: padding and packing.

The coordinates tell where padding is. Whether a maximum picked it, or weights fell on it, the model's own numbers tell: a mask
that somebody applied shows in them, in whatever way it was applied.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import LARGEST, disagreement, numbers, runs_along, varies
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import Joining, Meeting, Packing, Reduction, Returned, TokenIds, Weighing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import REORDERS, is_order
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_UNPACKS = frozenset(["_pad_packed_sequence", "index_select", "index"])
"""What leaves padding as it is: the rows of samples that were sorted by length are put back after they are unpacked."""

SHARE = 0.001
"""The least share of the weights of a sample that is worth a finding."""

Order = tuple[int, ...]

# Packing, and the order that it asks for


@rule(Packing)
def packed_the_other_way_round(use: Packing, step: Step) -> Iterator[Mistake]:
    """Packing takes the steps for the batch."""
    wanted = 0 if use.batch_first else 1
    for _, table in use.mark.of("batch"):
        if runs_along(table) == [1 - wanted]:
            reads = f"pack_padded_sequence with batch_first={bool(use.batch_first)}"
            message = f"{reads} takes dim {wanted} for the batch, which is dim {1 - wanted}"
            fits, samples = f"batch_first={not use.batch_first} fits", use.mark.sizes[1 - wanted]
            if samples != use.mark.sizes[wanted]:  # there are as many lengths as packing took for samples
                fits += f", with the lengths of the {samples} samples"
            yield wrong("RNS401", message, fits, seen=use.mark)


@note(Packing)
def the_order_of_packed_samples(use: Packing, step: Step) -> None:
    """Samples are packed in this order."""
    for _, table in use.mark.of("batch"):
        rows = numbers(table.flatten()) if runs_along(table) == [0 if use.batch_first else 1] else []
        if sorted(rows) == list(range(len(rows))) and rows != sorted(rows):
            step.orders.keep(tuple(rows), None)


@rule(Packing)
def lengths_of_other_samples(use: Packing, step: Step) -> Iterator[Mistake]:
    """A row is packed with the length of another sample."""
    wanted = 0 if use.batch_first else 1
    for axis, table in use.mark.of("batch"):
        other = use.lengths.tables.get(axis) if use.lengths else None
        if use.lengths is None or other is None or other.dim() != 1 or runs_along(table) not in ([], [wanted]):
            continue
        rows = table.amax([d for d in range(table.dim()) if d != wanted])
        if (where := disagreement(rows, other)) is not None:
            both = [int(t[where[0] if t.numel() > 1 else 0]) for t in (rows, other)]
            message = f"row {where[0]} is sample {both[0]} and is packed with the length of sample {both[1]}"
            site = use.mark.sites.get(axis) or use.lengths.sites.get(axis)
            yield wrong("RNS403", message, site=site, seen=use.mark)


@rule(Joining, Meeting)
def sorted_and_not_put_back(use: Joining | Meeting, step: Step) -> Iterator[Mistake]:
    """Tensors that meet row by row have their samples in two orders, one of them that of a packing."""
    found = [(mark, order) for mark in use.marks if (order := _order(mark))] if step.orders else []
    for mark, (dim, order, _) in found:
        if order not in step.orders:
            continue
        for other, (at, another, moved) in found:
            apart = dim - len(mark.sizes) == at - len(other.sizes) and len(order) == len(another) and another != order
            if apart and (another in step.orders or (not moved and another == tuple(sorted(another)))):
                row = next(i for i in range(len(order)) if order[i] != another[i])
                what = "which was sorted by length for packing and not put back"
                rows = f"row {row} of one operand of {use.name}, {what}, is sample {order[row]}"
                message = f"{rows}, and of another {another[row]}"
                yield wrong("RNS402", message, shown=(("sorted", mark), ("other", other)))


@rule(Returned)
def sorted_twice(use: Returned, step: Step) -> Iterator[Mistake]:
    """Samples were brought in the order of a packing two times, in place of back from it."""
    found = _order(use.mark) if step.orders and not step.explains_the_output else None
    for order in sorted(step.orders) if found else ():
        twice = tuple(order[i] for i in order)
        if found and found[1] == twice and twice not in (order, tuple(sorted(order))):
            message = "rows that were sorted by length are sorted by the same indices again, which does not put them back"
            axis = next(axis for axis, _ in use.mark.of("batch"))
            fits = "the inverse is order.argsort()"
            yield wrong("RNS402", message, fits, site=use.mark.sites.get(axis), seen=use.mark)


def _order(mark: Mark) -> tuple[int, Order, bool] | None:
    """Return the dim of the samples, their order along it, and whether that may be on purpose."""
    for axis, table in mark.of("batch"):
        if table.dim() == len(mark.sizes) and is_order(table):
            site = mark.sites.get(axis)
            return runs_along(table)[0], tuple(numbers(table.flatten())), site is not None and site.name in REORDERS
    return None


# Padding behind the end of a shorter sample


@note(TokenIds)
def lengths_of_padded_ids(use: TokenIds, step: Step) -> None:
    """Ids that end in padding tell the real lengths."""
    ids = step.values(use.ids) if use.padding_idx is not None else None
    if ids is None or ids.dim() != 2:
        return
    for axis, table in use.mark.of("seq"):
        dims = runs_along(table)
        if len(dims) == 1 and torch.equal(table.flatten(), torch.arange(ids.size(dims[0]))):
            real = (ids != use.padding_idx).movedim(dims[0], 1).long()
            steps = torch.arange(1, real.size(1) + 1, device=real.device)
            lengths = (real * steps).amax(1).cpu()
            if bool((lengths > 0).all()) and bool((lengths < real.size(1)).any()):
                step.lengths[axis] = lengths


@rule(Reduction)
def a_mean_counts_padding(use: Reduction, step: Step) -> Iterator[Mistake]:
    """Zeros behind a shorter sample's end do not add to a mean over the steps, but they are counted."""
    if use.name != "mean" or len(use.dims) != 1:
        return
    for axis, table in use.mark.of("step"):
        site = use.mark.sites.get(axis)
        untouched = site is not None and site.name in _UNPACKS and step.is_one_line(site.location, use.mark.made)
        if untouched and -1 in table and varies(table, use.dims[0]):
            message = "the mean over the steps counts the padding of shorter samples: it divides by the longest length"
            fits = "sum over the steps, and divide by lengths.unsqueeze(-1)"
            yield wrong("RNS404", message, fits, seen=use.mark)


@rule(Reduction)
def a_maximum_picks_padding(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A maximum over the steps has picked what lies behind a shorter sample's end."""
    if use.name not in ("max", "amax") or len(use.dims) != 1 or not use.mark.of("step"):
        return
    dim, values, padding = use.dims[0], step.values(use.tensor), _padding(use.mark, use.dims[0], step)
    if padding is None or values is None or not values.is_floating_point() or values.numel() > LARGEST:
        return
    padding = padding.to(values.device)
    least = torch.finfo(values.dtype).min
    real, behind = values.masked_fill(padding, least).amax(dim), values.masked_fill(~padding, least).amax(dim)
    if bool(((behind > real) & (real > least)).any()):
        message = "the maximum over the steps picks the padding of shorter samples"
        fits = "out.masked_fill(padding, float('-inf')) before it leaves the padding out"
        yield wrong("RNS405", message, fits, seen=use.mark)


@rule(Weighing)
def weights_on_padding(use: Weighing, step: Step) -> Iterator[Mistake]:
    """Weights that steps are multiplied with, and summed over: those of a sample sum to one, and none is for its padding."""
    pairs = list(zip(use.tensors, use.marks, strict=True))
    for (weights, mark), (steps, other) in (pairs, pairs[::-1]):
        for axis, table in mark.of("step"):
            dims = runs_along(table)
            if axis in other.tables and weights.numel() < steps.numel() and dims:
                if _weighs_padding(weights, mark, dims[-1], step):
                    fits = "scores.masked_fill(padding, float('-inf')) before the softmax leaves the padding out"
                    message = "the attention weighs the padding of shorter samples too"
                    yield wrong("RNS405", message, fits, seen=mark)
                break


def _weighs_padding(weights: Tensor, mark: Mark, dim: int, step: Step) -> bool:
    if not any(call.ragged or call.ends is not None for call in step.usage.calls.values()):
        return False
    values, padding = step.values(weights), _padding(mark, dim, step)
    if padding is None or values is None or not values.is_floating_point() or values.numel() > LARGEST:
        return False
    values, padding = values.detach().float(), padding.to(values.device)
    if bool((values < 0).any()) or not torch.allclose(values.sum(dim), values.new_ones(()), atol=SHARE):
        return False
    return bool((values.masked_fill(~padding, 0.0).sum(dim) > SHARE).any())


def _padding(mark: Mark, dim: int, step: Step) -> Tensor | None:
    """Return which elements are padding, None where none is known to be, or all of a sample would be."""
    for axis, table in mark.of("step"):
        call = step.usage.source(axis)
        if call is None or not varies(table, dim) or table.numel() > LARGEST:
            continue
        found = _behind(call, table, mark)
        if found is not None and bool(found.any()) and not bool(found.all(dim).any()):
            return found
    return None


def _behind(call: Recurrence, steps: Tensor, mark: Mark) -> Tensor | None:
    """Return which elements of an output lie behind the end of their sample."""
    if call.packed:
        return steps < 0 if call.ragged else None
    samples = mark.tables.get(call.sample) if call.sample else None
    if call.ends is None or samples is None or int(samples.min()) < 0 or int(samples.max()) >= len(call.ends):
        return None
    return steps > call.ends[samples]
