"""RNS208, RNS209, RNS229: what meets element by element, or side by side, and was reduced, cut or drawn along another axis."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import DRAWN, UNNAMED, Mark, argument_of
from rnnshape.coordinates.reading import layout_before
from rnnshape.coordinates.roles import GATE, PRODUCTS
from rnnshape.coordinates.tables import at_sizes, first_along, numbers, runs_along, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Broadcast, Disagreement, Joining, Numbering, Packing, Weighing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data, steps_along
from rnnshape.rules.wording import another_dim, in_order, word, wrong

__all__: list[str] = []

_UNNAMED = "a dim that nobody has named"

_RESHAPES = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel"])


@rule(Disagreement)
def pieces_meet_the_whole(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """A reshape has cut an axis into pieces, which lie along another dim too, and they meet the axis as it was.

    What is shifted, or compared with the first of its piece, differs by the same number all along. Of two parts of one axis, as
    a projection that makes several things at once is split into, neither is the other; and a row of a matrix that was cut out
    of it, such as the moves from one tag to every other, is not the whole.
    """
    if use.axis.name == "batch" or not (is_data(use.axis) or use.axis.name == UNNAMED):
        return
    named = _UNNAMED if use.axis.name == UNNAMED else word(use.axis)
    for cut, whole in ((use.one, use.other), (use.other, use.one)):
        dims, pieces = runs_along(whole), runs_along(cut)
        if len(dims) != 1 or dims[0] not in pieces or len(pieces) < 2 or -1 in cut or -1 in whole or _are_apart(cut, whole):
            continue
        lines = first_along(cut, dims[0]).flatten(), first_along(whole, dims[0]).flatten()
        owner = _with_table(use, cut)
        site = owner.sites.get(use.axis) if owner is not None else None
        if site is None or site.name not in _RESHAPES or len(unique(lines[0] - lines[1])) == 1:
            continue
        if 2 * len(unique(whole)) <= len(unique(cut)):
            continue
        at = int((lines[0] != lines[1]).nonzero()[0])
        meets = f"element {int(lines[0][at])} of {named} with element {int(lines[1][at])}"
        cuts = f"{site.name} of {layout_before(site) or text.sizes(site.sizes_before)} to {text.sizes(site.sizes)}"
        yield wrong("RNS209", f"{named} is scrambled: {cuts} cuts it up, and {use.name} meets {meets}", site=site)
        return


def _is_beside(axis: Axis, steps: Axis) -> bool:
    """Tell whether an axis is a dim that nobody has named of the very input that these steps are a dim of."""
    return axis.name == UNNAMED and argument_of(axis) == argument_of(steps) != ""


def _are_apart(one: Tensor, other: Tensor) -> bool:
    """Tell whether two tables have no element in common."""
    return not {*numbers(unique(one))} & {*numbers(unique(other))}


@rule(Disagreement)
def pieces_meet_steps_along_another_dim(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """A reshape has cut steps into pieces along several dims, along which other axes lie in the other operand.

    Dims that nobody has named are others where they lie beside these very steps in what was put in.
    """
    if not use.axis.counts_steps or len({mark.sizes for mark in use.marks}) > 1:
        return
    for cut, whole in ((use.one, use.other), (use.other, use.one)):
        dims, pieces = runs_along(whole), runs_along(cut)
        owner, other = _with_table(use, cut), _with_table(use, whole)
        if len(dims) != 1 or dims[0] in pieces or len(pieces) < 2 or -1 in cut or -1 in whole or owner is None or other is None:
            continue
        others = [a for a, t in other.tables.items() if len(runs_along(t)) == 1 and (is_data(a) or _is_beside(a, use.axis))]
        there = {runs_along(other.tables[a])[0]: word(a) if is_data(a) else "dims that nobody has named" for a in others}
        if use.axis in owner.sites and all(dim in there for dim in pieces):
            lie = text.listed([*dict.fromkeys(there[d] for d in pieces)])
            cut_up = f"the steps of one operand are cut up: they lie along dims {text.listed(pieces)}"
            there_lie = f"where {lie} of the other lie, whose steps lie along dim {dims[0]}"
            message = f"{cut_up}, {there_lie}, and {use.name} meets them element by element"
            yield wrong("RNS209", message, in_order(owner.sites[use.axis]), site=owner.sites[use.axis])
            return


@rule(Joining)
def steps_of_all_samples_beside_samples(use: Joining, step: Step) -> Iterator[Mistake]:
    """A reduction has taken the samples and left the steps, and these are put beside samples: there are as many of them."""
    for own in use.marks:
        along = [(axis, runs_along(table)) for axis, table in own.of("batch") if axis not in own.lost]
        for axis, dims in along:
            for other in use.marks:
                site = other.lost.get(axis) if axis not in other.tables else None
                if site is None or dims == [use.dim] or len(dims) != 1 or len(own.sizes) != len(other.sizes):
                    continue
                if steps_along(other) == dims[0] != steps_along(own):
                    message = f"{site.name} takes the batch away, and {use.name} puts the steps that it leaves beside samples"
                    yield wrong("RNS208", message, another_dim(site), site=site, seen=other)
                    return


@rule(Packing)
def lengths_of_steps(use: Packing, step: Step) -> Iterator[Mistake]:
    """A reduction has left a number for each step of all samples, and they are lengths: ``(ids != 0).sum(0)``, batch first.

    Lengths that are all the same may be one number that all samples made.
    """
    lengths = use.lengths
    for axis, table in use.mark.of("batch") if lengths is not None and len(set(use.given)) > 1 else ():
        site = lengths.lost.get(axis) if lengths is not None and axis not in lengths.tables else None
        if site is not None and runs_along(table) == [use.batch_dim]:
            message = f"{site.name} takes the batch away and leaves a number for each step, and packing takes it for a length"
            yield wrong("RNS208", message, another_dim(site), site=site, seen=use.mark)
            return


@rule(Broadcast, Numbering)
def numbers_of_steps_for_samples(use: Broadcast | Numbering, step: Step) -> Iterator[Mistake]:
    """A reduction has left one number for each step of all samples, and it is taken for one of each sample: a length, a sum."""
    for own, other, tables, is_picked in _beside(use):
        for axis, table in own.of("batch"):
            site = other.lost.get(axis) if axis not in {*other.tables, *own.lost} else None
            dims = _from_the_right(table)
            own_steps = [_from_the_right(t) for a, t in own.tables.items() if a.counts_steps and not is_picked]
            if site is None or len(dims) != 1 or dims in own_steps:
                continue
            if any(_from_the_right(t) == dims for a, t in tables.items() if a.counts_steps):
                does = "an index" if use.name == "__getitem__" else use.name
                leaves = f"{site.name} takes the batch away and leaves a number for each step"
                message = f"{leaves}, and {does} takes them for numbers of samples, of which there are as many"
                fits = another_dim(site) if len(site.sizes) < len(site.sizes_before) else None  # else its dims are others too
                yield wrong("RNS208", message, fits, site=site, seen=other)
                return


@rule(Disagreement)
def units_meet_samples(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """A reduction has taken the samples and left units, in the place of whom these meet the units of each sample."""
    for own, other in (use.marks, use.marks[::-1]) if use.axis.counts_features and len(use.marks) == 2 else ():
        units = runs_along(at_sizes(other.tables[use.axis], own.sizes)) if use.axis in other.tables else []
        for axis, table in own.of("batch"):
            site = other.lost.get(axis) if axis not in {*other.tables, *own.lost} else None
            if site is not None and units and runs_along(table) == units and runs_along(own.tables[use.axis]) != units:
                message = f"{site.name} takes the batch away, and {use.name} has what it leaves of each unit meet a sample"
                yield wrong("RNS208", f"{message}: there are as many", another_dim(site), site=site, seen=other)
                return


def _beside(use: Broadcast | Numbering) -> Iterator[tuple[Mark, Mark, dict[Axis, Tensor], bool]]:
    """Yield what is known of something, and what lies beside it, with the tables of that at the same dims from the right.

    What was picked at numbers has the steps that they say.
    """
    if isinstance(use, Broadcast):
        yield from ((own, other, other.tables, False) for own in use.marks for other in use.marks if own is not other)
    else:
        yield use.result, use.numbers, use.tables, True


def _from_the_right(table: Tensor) -> list[int]:
    return [dim - table.dim() for dim in runs_along(table)]


def _with_table(use: Disagreement, table: Tensor) -> Mark | None:
    """Return the operand that has a table."""
    for mark in use.marks:
        own = mark.tables.get(use.axis)
        if own is not None and torch.equal(at_sizes(own, table.shape), table):
            return mark
    return None


@rule(Disagreement, Joining)
def units_cut_along_places(use: Disagreement | Joining, step: Step) -> Iterator[Mistake]:
    """Units of one place, such as a node of a graph, lie along several of them: gates that were cut along the nodes.

    What is shifted by some places has all units of each still behind it.
    """
    pairs = list(pairwise(use.marks)) if isinstance(use, Joining) else [(use.marks[0], use.marks[-1])]
    is_gated = use.name.strip("_") in PRODUCTS and any(GATE in mark.roles for mark in use.marks)
    for one, other in [*pairs, *(pair[::-1] for pair in pairs)]:
        for axis in [axis for axis in one.tables if axis in other.tables]:
            is_asked = axis == use.axis if isinstance(use, Disagreement) else axis.name != "batch"
            may_be_places = axis.name == UNNAMED or (axis.name != "batch" and is_data(axis))
            found = _cut_along(one, other, axis, is_gated) if is_asked and may_be_places else None
            if found is None or (isinstance(use, Joining) and found[0] == use.dim % len(one.sizes)):
                continue
            dim, at = found
            here, there = (int(first_along(at_sizes(m.tables[axis], m.sizes), dim).flatten()[at]) for m in (one, other))
            site = one.sites.get(axis) or other.sites.get(axis)
            place, named = ("element", _UNNAMED) if axis.name == UNNAMED else (word(axis), word(axis))
            lie = f"units of one {place} lie along dim {dim} beside those of others"
            meets = f"{use.name} meets {place} {here} with {place} {there}"
            yield wrong("RNS209", f"{named} is scrambled: {lie}, and {meets}", site=site, seen=one)
            return


def _cut_along(one: Mark, other: Mark, axis: Axis, is_gated: bool) -> tuple[int, int] | None:
    """Return the dim along which units of one place in the one meet several of the other, and where; None where none do."""
    a, b = one.tables[axis], other.tables[axis]
    dims = runs_along(a)
    if len(one.sizes) != len(other.sizes) or len(dims) != 1 or runs_along(b) != dims or -1 in a or -1 in b:
        return None
    lines = [first_along(table, dims[0]).flatten() for table in (a, b)]
    units = [first_along(table, dims[0]).flatten() for _, table in _units(one) if dims[0] in runs_along(table)]
    if a.size(dims[0]) != b.size(dims[0]) or not units:
        return None
    (row, met), (unit, *_) = lines, units
    apart = (row[1:] == row[:-1]) & (unit[1:] != unit[:-1])
    across = (apart & (met[1:] != met[:-1])).nonzero().flatten()
    is_shift = not is_gated or len({*numbers(row)} & {*numbers(met)}) > 1
    if len(across) and (not is_shift or len(unique(row)) < len(unique(met)) - 1):
        return dims[0], int((row != met).nonzero()[0])
    several = any(len(runs_along(table)) > 1 for _, table in _units(one) if dims[0] in runs_along(table))
    return (dims[0], 0) if several and not is_shift and bool(apart.any()) and bool((row != met).all()) else None


def _units(mark: Mark) -> list[tuple[Axis, Tensor]]:
    return [(axis, table) for axis, table in mark.tables.items() if axis.counts_features]


@rule(Weighing)
def one_draw_for_all_samples(use: Weighing, step: Step) -> Iterator[Mistake]:
    """What is drawn for a locked dropout is to be of one sample each, and the same at all its steps: here it is the reverse."""
    for drawn, other in (use.marks, use.marks[::-1]):
        if [axis.name for axis in drawn.tables] != [DRAWN] or len(other.sizes) != len(drawn.sizes):
            continue
        (table,) = drawn.tables.values()
        batch = [runs_along(t) for _, t in other.of("batch")]
        steps = [dims[0] for a, t in other.tables.items() if a.counts_steps and len(dims := runs_along(t)) == 1]
        if len(batch) == 1 and len(batch[0]) == 1 and batch[0][0] not in runs_along(table) and _is_of_steps(table, steps):
            (dim,) = batch[0]
            message = f"{use.name} has all samples, along dim {dim}, meet the same random numbers, and each step others"
            yield wrong("RNS229", message, seen=other)
            return


def _is_of_steps(table: Tensor, steps: list[int]) -> bool:
    """Tell whether numbers were drawn for each step and each of something else."""
    return len(set(steps)) == 1 and steps[0] in runs_along(table) and len(runs_along(table)) == 2
