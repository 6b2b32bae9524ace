"""RNS4xx: padding and packing.

The coordinates tell where padding is, and so do lengths, and ids of padding. That a mean, a maximum or a loss counts it
`pooling` tells, that weights fall on it `attention`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from rnnshape.coordinates.mark import UNNAMED, Mark, Site
from rnnshape.coordinates.padding import Padding, of_real
from rnnshape.coordinates.tables import LARGEST, disagreement, line_along, numbers, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Disagreement, Joining, Meeting, Output, Packing, Pairing, Reduction, Returned, TokenIds
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import REORDERS, is_in_order, is_order
from rnnshape.rules.wording import wrong

__all__: list[str] = []

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


@rule(Packing)
def lengths_of_the_other_dim(use: Packing, step: Step) -> Iterator[Mistake]:
    """The lengths are those of the rows along the other dim, by the ids that are real in each: nobody need have named a dim."""
    for samples, table in use.mark.of("batch"):
        other = step.across.get(samples) if runs_along(table) == [use.batch_dim] else None
        own = [step.padding.get(axis.of) for axis, t in use.mark.of("seq") if runs_along(t) == [use.seq_dim]]
        if other is None:
            continue
        order = line_along(table, use.batch_dim)  # where they were sorted for packing
        if _are_lengths(use.given, other, order) and not any(_are_lengths(use.given, found, order) for found in own if found):
            reads = f"pack_padded_sequence with batch_first={bool(use.batch_first)} takes dim {use.batch_dim} for the batch"
            message = f"{reads}, and the lengths are those of the rows of dim {use.seq_dim}: the padding in each shows it"
            yield wrong("RNS401", message, f"batch_first={not use.batch_first} fits", seen=use.mark)


def _are_lengths(given: tuple[int, ...], padding: Padding, order: Tensor) -> bool:
    """Tell whether lengths are those of rows of which it is known what is real."""
    rows = padding.of_rows(order)
    return rows is not None and numbers(rows.lengths) == [*given]


@note(Packing)
def the_order_of_packed_samples(use: Packing, step: Step) -> None:
    """Samples are packed in this order."""
    for axis, table in use.mark.of("batch"):
        dim = 0 if use.batch_first else 1
        rows = numbers(line_along(table, dim)) if runs_along(table) == [dim] else []
        if sorted(rows) == list(range(len(rows))) and rows != sorted(rows):
            site = use.mark.sites.get(axis)
            step.orders.keep(tuple(rows), site.location if site is not None and site.name in REORDERS else None)


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


@rule(Joining, Meeting, Pairing)
def sorted_and_not_put_back(use: Joining | Meeting | Pairing, step: Step) -> Iterator[Mistake]:
    """Tensors that meet row by row have their samples in two orders, one of them that of a packing.

    What was brought into an order may have been so on purpose, but not what was put back from that of a packing.
    """
    tables = [table for mark in use.marks for _, table in mark.of("batch")]
    if all(table is tables[0] for table in tables):  # in one order
        return
    found = [(mark, order) for mark in use.marks if (order := _order(mark, step))] if step.orders else []
    for mark, (dim, order, _) in found:
        if order not in step.orders:
            continue
        for other, (at, another, moved) in found:
            apart = _lie_beside(use, (mark, dim), (other, at)) and len(order) == len(another) and another != order
            if apart and (another in step.orders or (not moved and another == tuple(sorted(another)))):
                row = next(i for i in range(len(order)) if order[i] != another[i])
                what = "which was sorted by length for packing and not put back"
                rows = f"row {row} of one operand of {use.name}, {what}, is sample {order[row]}"
                message = f"{rows}, and of another {another[row]}"
                yield wrong("RNS402", message, shown=(("sorted", mark), ("other", other)), moved_at=step.orders[order])


def _lie_beside(use: Joining | Meeting | Pairing, one: tuple[Mark, int], other: tuple[Mark, int]) -> bool:
    """Tell whether a dim of one operand meets a dim of another element by element; what a Meeting tells, a Pairing need not."""
    if isinstance(use, Pairing):
        if not use.summed or (use.name != "einsum" and len(one[0].sizes) == len(other[0].sizes)):
            return False
        return (one[1], other[1]) in [pair if one[0] is use.marks[0] else pair[::-1] for pair in use.beside]
    if isinstance(use, Joining) and use.dim % len(one[0].sizes) == one[1]:
        return False  # batches that are put behind one another have no rows in common
    return one[1] - len(one[0].sizes) == other[1] - len(other[0].sizes)


@rule(Disagreement)
def rows_in_the_order_of_packing(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """One operand lies in the order in which samples were packed, and the other as they came: lengths that were sorted."""
    a, b = use.one, use.other
    if use.axis.name != "batch" or runs_along(a) != runs_along(b) or not (is_order(a) and is_order(b)):
        return
    if any(sorted_and_not_put_back(Meeting(use.name, use.marks), step)):
        return  # the same is told of their meeting
    for packed, other in ((a, b), (b, a)):
        order = numbers(packed.flatten())
        if tuple(order) in step.orders and is_in_order(other):
            row = int((packed.flatten() != torch.arange(len(order))).nonzero()[0])
            lie = "one lies in the order in which the samples were packed, the other as they came"
            message = f"{use.name} meets sample {order[row]} of one operand with sample {row} of the other: {lie}"
            shown = (("one", use.marks[0]), ("other", use.marks[-1]))
            yield wrong("RNS402", message, shown=shown, moved_at=step.orders[tuple(order)])
            return


@rule(Returned)
def sorted_twice(use: Returned, step: Step) -> Iterator[Mistake]:
    """Samples were brought in the order of a packing two times, in place of back from it."""
    found = _order(use.mark, step) if step.orders and not step.explains_the_output else None
    for order in sorted(step.orders) if found else ():
        twice = tuple(order[i] for i in order)
        if found and found[1] == twice and twice not in (order, tuple(sorted(order))):
            message = "rows that were sorted by length are sorted by the same indices again, which does not put them back"
            axis = next(axis for axis, _ in use.mark.of("batch"))
            fits = "the inverse is order.argsort()"
            site, sorted_at = use.mark.sites.get(axis), step.orders[order]
            yield wrong("RNS402", message, fits, site=site, seen=use.mark, moved_at=sorted_at)


@rule(Output)
def returned_in_two_orders(use: Output, step: Step) -> Iterator[Mistake]:
    """One tensor that is returned has its samples as they came, another in the order of a packing, and none tells which."""
    found = [(mark, order) for mark in use.marks if (order := _order(mark, step))] if step.orders else []
    tells = any(t.dim() == 1 and not t.is_floating_point() and len(t) == use.samples for t in use.tensors)
    in_place = [mark for mark, (_, order, _) in found if order == tuple(sorted(order))]
    for mark, (_, order, _) in found if in_place and not tells else ():
        if order in step.orders and order != tuple(sorted(order)):
            row = next(i for i, sample in enumerate(order) if i != sample)
            rows = f"row {row} of one tensor that is returned is sample {order[row]}, and of another sample {row}"
            message = f"{rows}: it was sorted by length for packing and not put back"
            shown, back = (("sorted", mark), ("other", in_place[0])), in_place[0].of("batch")
            site = in_place[0].sites.get(back[0][0])
            at, moved_at = None if site is None else site.location, step.orders[order]
            yield wrong("RNS402", message, shown=shown, at=at or moved_at, moved_at=moved_at if at else None)
            return


def _order(mark: Mark, step: Step) -> tuple[int, Order, bool] | None:
    """Return the dim of the samples, their order along it, and whether that may be on purpose."""
    for axis, table in mark.of("batch"):
        if table.dim() == len(mark.sizes) and is_order(table):
            site = mark.sites.get(axis)
            (dim,) = runs_along(table)
            moved = site is not None and site.name in REORDERS and not _is_put_back(axis, site, step)
            return dim, tuple(numbers(line_along(table, dim))), moved
    return None


def _is_put_back(axis: Axis, site: Site, step: Step) -> bool:
    """Tell whether an operation has found the samples in the order of a packing."""
    before = site.tables_before.get(axis)
    return before is not None and is_order(before) and tuple(numbers(line_along(before, *runs_along(before)))) in step.orders


# Padding behind the end of a shorter sample


@note(TokenIds)
def ids_that_are_padding(use: TokenIds, step: Step) -> None:
    """Ids of padding tell where samples begin and end."""
    ids = step.values(use.ids) if use.padding_idx is not None else None
    if ids is not None and ids.dim() == 2 and ids.numel() <= LARGEST:
        for dim in (0, 1):
            _learn(step, use.mark, ids != use.padding_idx, dim, has_lengths=False)


@note(Reduction)
def real_steps_are_counted(use: Reduction, step: Step) -> None:
    """What is one where a step is real and zero elsewhere, summed over the steps, are the lengths."""
    counts = use.name == "count_nonzero"
    if (
        (use.name != "sum" and not counts)
        or len(use.dims) != 1
        or len(use.mark.sizes) != 2
        or not _steps(use.mark, use.dims[0], step)
    ):
        return
    values = step.values(use.tensor)
    if values is not None and values.numel() <= LARGEST and (counts or bool(((values == 0) | (values == 1)).all())):
        _learn(step, use.mark, values != 0, use.dims[0], has_lengths=True)


def _steps(mark: Mark, dim: int, step: Step) -> Axis | None:
    """Return the axis along a dim that may be one of steps, where the tensor has it from its beginning on."""
    for axis, table in mark.tables.items():
        if step.is_sequence(axis) and runs_along(table) == [dim]:
            return axis if torch.equal(line_along(table, dim), torch.arange(mark.sizes[dim])) else None
    return None


def _learn(step: Step, mark: Mark, real: Tensor, seq_dim: int, *, has_lengths: bool) -> None:
    """Remember which elements of (steps, samples), or the other way round, are real."""
    axis = _steps(mark, seq_dim, step)
    found = of_real(real.movedim(seq_dim, 1), has_lengths=has_lengths) if axis is not None else None
    if axis is None or found is None or not torch.equal(found.lengths, real.sum(seq_dim).cpu()):
        return  # what stands between the real ones too is no padding
    before = step.padding.get(axis.of)
    if before is not None and before.steps > found.steps:
        return  # the last steps were left out
    found = replace(found, has_lengths=has_lengths or (before is not None and before.has_lengths))
    rows = next((t for a, t in mark.tables.items() if a.name in ("batch", UNNAMED) and runs_along(t) == [1 - seq_dim]), None)
    if rows is not None:
        found = found.numbered(line_along(rows, 1 - seq_dim))
    if found is not None:
        step.is_padded(axis, found)
    elif not has_lengths:
        step.folded[axis.of] = real.movedim(seq_dim, 1)  # words of several sentences, each with its letters
