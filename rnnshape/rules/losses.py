"""RNS5xx: state and loss across the step.

The rows of a loss are those of its target (torch's documentation of `CrossEntropyLoss`, `NLLLoss`, `MSELoss`, "Shape"), and a
state belongs to the samples that it is given with.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import DRAW, ROWS, UNNAMED, Mark, Site
from rnnshape.coordinates.tables import disagreement, interned, lone, numbers, piece_along, runs_along, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import (
    Backward,
    CellStep,
    Classes,
    Comparison,
    FlattenedTarget,
    Gathering,
    InitialState,
    Lengths,
    Levelling,
    LogProbabilities,
    Normalisation,
    Reduction,
    StatesGiven,
)
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import REORDERS, is_order, may_be_steps, once_each, other_row, over_the_batch
from rnnshape.rules.wording import element, mixed, scrambled, word, wrong

__all__: list[str] = []

_LEVELS = Memory(dict[Axis, dict[int, set[float]]])
"""Of axes of steps, by the step that was picked, the fractions by which what became of it was multiplied."""

# States


@note(StatesGiven, where=lambda step: step.carrying.looks)
def states_come_with_a_graph(use: StatesGiven, step: Step) -> None:
    """A state may keep the graph of the step before."""
    step.carrying.given(use.tensors, step.scene)


@note(Backward)
def the_graph_is_used_up(use: Backward, step: Step) -> None:
    """What is made from now on is of another graph."""
    step.carrying.backward(use.loss)


@rule(InitialState)
def state_of_other_samples(use: InitialState, step: Step) -> Iterator[Mistake]:
    """Samples lie along another dim of a state than the second, or are others than those of the input."""
    for axis, table in use.mark.of("batch"):
        if found := [d for d in (0, 2) if varies(table, d)]:
            meaning = "features" if found[-1] else "layers"
            yield mixed(use.name, use.mark, axis, found[-1], f"the {meaning} of its state")
            return
        rows = use.rows.get(axis)
        line = interned(table[0, :, 0]) if table.dim() == 3 else None
        where = None if rows is None or line is None else disagreement(line, rows)
        if rows is None or line is None or where is None or may_be_steps(axis, line, rows):
            continue
        if len(unique(line)) == 1 and rows.numel() > 1:
            yield _one_for_all(int(line[0]), use.mark, axis)
        elif not _is_negative(use.mark, axis, line, rows, step):
            was, now = (int(t[where[0]] if t.numel() > 1 else t[0]) for t in (line, rows))
            yield _other_sample(where[0], was, now, use.mark, axis, use.call.sites.get(axis))
        return


@rule(InitialState, CellStep)
def state_of_another_batch(use: InitialState | CellStep, step: Step) -> Iterator[Mistake]:
    """A state was carried on from one batch to the next, and their samples were drawn in random order."""
    states, rows = ((use.mark,), use.rows) if isinstance(use, InitialState) else (use.states, use.mark.tables)
    for state in states:
        for axis, table in state.of(DRAW):
            now = rows.get(axis)
            if now is not None and disagreement(_of_rows(table), _of_rows(now)) is not None:
                drawn = "the DataLoader draws its samples in random order"
                message = f"the state is that of the batch before, and {drawn}: no row of it goes on with what it has read"
                yield wrong("RNS501", message, seen=state)
                return


def _of_rows(table: Tensor) -> Tensor:
    """Return what each row of a state or of an input has, where some of its elements, such as zeros, have none."""
    rows = 1 if table.dim() == 3 else 0
    others = [dim for dim in range(table.dim()) if dim != rows]
    return table.amax(others) if others else table


@rule(CellStep)
def state_of_another_row(use: CellStep, step: Step) -> Iterator[Mistake]:
    """A row of a cell's state belongs to another sample than that row of its input."""
    found = other_row(use)
    if found is not None and not found.is_alone and len(unique(found.state.tables[found.axis])) == 1:
        yield _one_for_all(found.was, found.state, found.axis)
    elif found is not None and not found.is_alone:
        yield _other_sample(found.row, found.was, found.now, found.state, found.axis, use.mark.sites.get(found.axis))


def _one_for_all(sample: int, state: Mark, axis: Axis) -> Mistake:
    message = f"every row of the state belongs to sample {sample}, and the rows of the input to samples of their own"
    return wrong("RNS501", message, site=state.sites.get(axis), seen=state)


def _other_sample(row: int, was: int, now: int, state: Mark, axis: Axis, of_input: Site | None) -> Mistake:
    message = f"row {row} of the state belongs to sample {was}, and that of the input to sample {now}"
    return wrong("RNS501", message, site=state.sites.get(axis) or of_input, seen=state)


def _is_negative(state: Mark, axis: Axis, line: Tensor, rows: Tensor, step: Step) -> bool:
    """Tell whether whole states may have been given to other samples on purpose: they were moved, and not for packing."""
    site = state.sites.get(axis)
    moved = site is not None and site.name in REORDERS
    once = all(len(unique(t)) == t.numel() for t in (line, rows))
    return moved and once and not any(tuple(numbers(t)) in step.orders for t in (line, rows))


# Rows of a loss


@rule(Comparison)
def rows_of_other_samples(use: Comparison, step: Step) -> Iterator[Mistake]:
    """A row of the scores is another sample than that row of the target."""
    for axis, table in use.scores.of("batch"):
        other = use.target.tables.get(axis)
        where = None if other is None or table.dim() != other.dim() else disagreement(table, other)
        if other is None or where is None or _is_meant(use, table, other, step):
            continue
        seen = [element(m, axis, where) for m in (use.scores, use.target)]
        row = where[0] if len(where) == 1 else list(where)
        message = f"row {row} of the scores is {seen[0]}, of the target {seen[1]}"
        shown = (("scores", use.scores), ("target", use.target))
        if runs_along(table) == runs_along(other) and all(is_order(t) for t in (table, other)):
            packed = [o for t in (table, other) if (o := tuple(numbers(t.flatten()))) in step.orders]
            said = f"{message}: samples were sorted for packing, and not put back" if packed else message
            yield wrong("RNS402", said, shown=shown, at=use.made, moved_at=_moved_at(use, axis, packed, step))
        else:
            sites = [m.sites.get(axis) for m in (use.scores, use.target)]
            yield wrong("RNS502", message, site=next((s for s in sites if s), None), shown=shown)


def _moved_at(use: Comparison, axis: Axis, packed: list[tuple[int, ...]], step: Step) -> Location | None:
    """Return the line that gave rows their order: that of a packing, or what has moved the samples of one of both last."""
    sites = [m.sites.get(axis) for m in (use.scores, use.target)]
    moved = [site.location for site in sites if site is not None and site.name in REORDERS and _had_another_order(site, axis)]
    return next((line for line in (*(step.orders[order] for order in packed), *moved) if line is not None), None)


def _had_another_order(site: Site, axis: Axis) -> bool:
    """Tell whether samples lay one behind the other where an operation took them."""
    before = site.tables_before.get(axis)
    return before is not None and is_order(before)


@rule(Comparison)
def rows_that_lie_across(use: Comparison, step: Step) -> Iterator[Mistake]:
    """What lies along one dim of the scores lies along another one of the target, whatever it is."""
    for axis, table in use.scores.tables.items():
        other = use.target.tables.get(axis)
        if axis.name not in (UNNAMED, ROWS, "seq") or other is None or table.dim() != other.dim():
            continue
        dims, wanted = runs_along(table), runs_along(other)
        if dims != wanted and is_order(table) and is_order(other):
            lie = f"what lies along dim {wanted[0]} of the target lies along dim {dims[0]} of the scores"
            message = f"row 0 of the scores is not row 0 of the target: {lie}"
            yield wrong("RNS502", message, shown=(("scores", use.scores), ("target", use.target)), at=use.made)


@rule(Comparison)
def rows_drawn_apart(use: Comparison, step: Step) -> Iterator[Mistake]:
    """Scores and target come from two DataLoaders, each of which draws the same samples in an order of its own."""
    drawn = [{axis.of for axis, _ in mark.of(DRAW)} for mark in (use.scores, use.target)]
    if not use.target.target or use.scores.target or any(len(of) != 1 for of in drawn) or drawn[0] == drawn[1]:
        return
    sizes = {of.partition("/")[2] for of in drawn[0] | drawn[1]}
    if len(sizes) == 1:
        message = f"scores and target come from two DataLoaders that draw {sizes.pop()} samples each in an order of their own"
        yield wrong("RNS502", message, "one DataLoader of both, such as of a TensorDataset, keeps them together", at=use.made)


@rule(FlattenedTarget)
def target_flattened_the_other_way(use: FlattenedTarget, step: Step) -> Iterator[Mistake]:
    """The rows of the scores are steps by samples, and those of the target were as many samples by as many steps.

    What a target's dims mean its sizes tell: they are those of the scores, and not in their order.
    """
    first, second = use.sizes
    if first == second or 1 in use.sizes or use.rows.sizes[0] != first * second:
        return
    slow, fast = (_lies_as(use.rows, stride, size) for stride, size in ((first, second), (1, first)))
    if {slow, fast} == {"samples", "steps"}:
        order = f"the rows of the scores are {second} {slow} of {first} {fast} each"
        message = f"{order}, and the target was flattened from ({first}, {second}), {fast} first"
        yield wrong("RNS502", message, seen=use.rows, at=use.location)


_OF_ROWS = {"batch": "samples", ROWS: "samples", "seq": "steps", "step": "steps"}
"""What rows are that lie along an axis of this name."""


def _lies_as(rows: Mark, stride: int, size: int) -> str:
    """Return what of the rows changes with every so many of them; empty where that is not known."""
    table = piece_along(rows.sizes[0], 0, len(rows.sizes), stride, size)
    return next((_OF_ROWS[a.name] for a, t in rows.tables.items() if a.name in _OF_ROWS and torch.equal(t, table)), "")


def _is_meant(use: Comparison, table: Tensor, other: Tensor, step: Step) -> bool:
    """Tell whether whole samples may be compared with others on purpose: negatives, halves of a batch, neighbours.

    The target that a caller gave is none of these as long as it is as it was given, and rows that were sorted for packing
    are not.
    """
    if not (once_each(table) and once_each(other)):
        return False
    lines = [t.flatten() for t in (table, other)]
    if any(tuple(numbers(line)) in step.orders for line in lines):
        return False
    given = [line for mark, line in ((use.scores, lines[0]), (use.target, lines[1])) if mark.target]
    return len(given) != 1 or not torch.equal(given[0], torch.arange(len(given[0])))


# Classes


@rule(Classes)
def classes_along_another_axis(use: Classes, step: Step) -> Iterator[Mistake]:
    """A loss takes an axis of the data for the classes where the scores that a layer made lie along another dim.

    Without these, steps may well be the classes: a pointer or the end of a span is one of the steps.
    """
    mark, dim = use.mark, use.dim
    if len(mark.sizes) < 2:
        return
    made = [t for axis, t in mark.tables.items() if axis.counts_features]
    classes = any(len(runs_along(t)) == 1 and not varies(t, dim) for t in made)
    for axis, table in mark.tables.items():
        if classes and axis.name in ("batch", "seq", "step") and runs_along(table) == [dim]:
            message = f"{use.name} takes dim {dim} of the scores for the classes, and that is {word(axis)}"
            turned = f"scores.transpose(1, {len(mark.sizes) - 1}) has the classes at dim 1"
            fits = turned if len(mark.sizes) == 3 and dim == 1 else None
            yield wrong("RNS503", message, fits, seen=mark)


@rule(Classes)
def scrambled_classes(use: Classes, step: Step) -> Iterator[Mistake]:
    """A loss takes pieces of an axis that lie in no order for the classes."""
    if len(use.mark.sizes) > 1 and (found := scrambled(use.name, use.mark, (use.dim,))):
        yield found


FEWEST = 3
"""Levels from which on steps were picked in the place of quantiles: of two it may be chance."""


@rule(Levelling)
def steps_taken_for_quantiles(use: Levelling, step: Step) -> Iterator[Mistake]:
    """The errors of each step get a quantile of their own, and all units that a layer has made meet the target's steps.

    An error is multiplied by the level of its quantile where it is positive, and by that less one where it is not.
    """
    mark = use.mark
    made = [(a, runs_along(t)) for a, t in mark.tables.items() if a.counts_features and a not in step.laid]
    units = [dims for _, dims in made if len(dims) == 1]
    along = [runs_along(table) for axis, table in mark.tables.items() if axis.counts_steps and runs_along(table)]
    if len(units) != 1 or along != units:
        return
    for axis, table in mark.tables.items():
        at = lone(table) if axis.counts_steps else None
        if at is None or step.usage.source(axis) is None:
            continue
        levels = step.of(_LEVELS).setdefault(axis, {})
        levels.setdefault(at, set()).add(use.fraction)
        known = {q for q in map(_level, levels.values()) if q is not None}
        if len(known) == len(levels) >= FEWEST:
            takes = f"the loss takes steps {text.listed(sorted(levels))} of the scores for a quantile each"
            message = f"{takes}, and what a layer has made for each of them meets the steps of the target"
            yield wrong("RNS503", message, "scores[..., i] has quantile i of every step", seen=mark, site=mark.sites.get(axis))
            return


def _level(fractions: set[float]) -> float | None:
    """Return the level of a quantile by which errors were multiplied, and by that less one; None where that is not so."""
    found = [q for q in fractions if q > 0 and any(abs(q - 1 - other) < 1e-6 for other in fractions)]
    return found[0] if len(fractions) == 2 and found else None


@note(Normalisation)
def log_probabilities(use: Normalisation, step: Step) -> None:
    """A log_softmax normalises over some axes, and not over those beside them: a loss will take one for the classes."""
    along = {axis for axis, table in use.mark.tables.items() if varies(table, use.dim)}
    if use.name != "log_softmax" or not along or over_the_batch(use):
        return
    known = sorted({word(a) for a in along if a.name in ("seq", "step", "batch")})
    for axis in (axis for axis in use.mark.tables if axis in along):
        step.normalised.keep(axis, None)
    for axis in use.mark.tables.keys() - along:
        dims = runs_along(use.mark.tables[axis])
        right = f"dim={dims[0]} of log_softmax has the classes" if len(dims) == 1 else ""
        step.beside.keep(axis, (text.listed(known) or f"dim {use.dim}", right, step.here()))


@rule(Lengths)
def lengths_of_another_axis(use: Lengths, step: Step) -> Iterator[Mistake]:
    """No sample is as long as the dim, and the longest, or all of them, are as long as there are samples or classes."""
    longest, shortest = max(use.values), min(use.values)
    samples, classes = use.others
    is_one = longest == shortest
    named = "classes" if longest == classes and is_one else ""
    if longest == samples and (is_one or use.argument == "input_lengths") and not step.is_doubled:
        named = "samples"
    if named and 1 < longest < use.size:
        counts = f"{longest}, as many as there are {named}, and the scores have {use.size} steps"
        if use.argument == "target_lengths":
            counts = f"{longest}, as many as there are {named}, and the targets have {use.size} letters"
        are = "are all" if is_one else "are at most"
        message = f"the {use.argument} of {use.name} {are} {counts}: a size of another axis was taken"
        yield wrong("RNS509", message, at=use.made)


@rule(Classes, LogProbabilities)
def normalised_over_another_axis(use: Classes | LogProbabilities, step: Step) -> Iterator[Mistake]:
    """Log-probabilities that a loss takes were normalised over another axis than the classes."""
    takes_logarithms = use.name in ("nll_loss", "ctc_loss") and len(use.mark.sizes) > 1
    for axis, table in use.mark.tables.items() if takes_logarithms else ():
        if runs_along(table) == [use.dim] and axis in step.beside and axis not in step.normalised:
            names, right, location = step.beside[axis]
            why = f"{use.name} takes another axis for the classes: no row of scores sums to one"
            message = f"log_softmax normalises over {names}, and {why}"
            yield wrong("RNS506", message, right or None, seen=use.mark, at=location)


@rule(Gathering)
def one_picked_of_another_axis(use: Gathering, step: Step) -> Iterator[Mistake]:
    """Of log-probabilities one is picked along another axis than the one over which they were normalised."""
    others = [(size, whole) for at, (size, whole) in enumerate(zip(use.sizes, use.mark.sizes, strict=True)) if at != use.dim]
    if use.sizes[use.dim] != 1 or any(size != whole for size, whole in others):
        return
    for axis, table in use.mark.tables.items():
        if runs_along(table) == [use.dim] and axis in step.beside and axis not in step.normalised:
            names, right, location = step.beside[axis]
            picks = f"{use.name} picks one along dim {use.dim}: the probabilities there do not sum to one"
            message = f"log_softmax normalises over {names}, and {picks}"
            yield wrong("RNS506", message, right or None, seen=use.mark, at=location)
            return


@rule(Reduction)
def a_mixture_of_what_competes_elsewhere(use: Reduction, step: Step) -> Iterator[Mistake]:
    """Logarithms of weights are added up over the units that a layer has made, and compete over the steps or the samples."""
    if use.name != "logsumexp" or len(use.dims) != 1:
        return
    for axis, table in use.mark.tables.items():
        if axis.name != "feature" or axis in step.laid or runs_along(table) != [*use.dims] or axis in step.normalised:
            continue
        names, right, location = step.beside.get(axis, ("", "", None))
        if names and not names.startswith("dim "):
            sums = f"{use.name} adds up what lies along dim {use.dims[0]}: those weights do not sum to one"
            yield wrong("RNS220", f"log_softmax normalises over {names}, and {sums}", right or None, seen=use.mark, at=location)
            return
