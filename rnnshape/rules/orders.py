"""RNS312: steps that lie from the last to the first, where they meet others in their order or are read in it.

A reader of the flipped steps gives back its states in the opposite order, and a list that grows on the left holds the newest
first. Neither is a mistake by itself: the last state has read everything, a mean knows no order, and a layer may read backwards
on purpose, behind a flip.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch

from rnnshape.coordinates.mark import COMPETING, KEYS, TURNED, UNNAMED, Mark, Site, of_scores
from rnnshape.coordinates.tables import at_sizes, broadcast_shapes, broadcast_tensors, line_along, numbers, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.turned import FEWEST, OF_STEPS
from rnnshape.operations.uses import (
    Attending,
    Comparison,
    Normalisation,
    Pairing,
    RecurrentCall,
    RecurrentInput,
    Returned,
    Turning,
)
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.weights import dim_before
from rnnshape.rules.wording import called, wrong

__all__: list[str] = []


@note(Turning)
def a_tensor_is_turned(use: Turning, step: Step) -> None:
    """Remember what is turned round, for layers that read both."""
    step.usage.readers.turns(use.mark, use.after, use.dim)


@note(RecurrentCall)
def a_layer_reads(use: RecurrentCall, step: Step) -> None:
    """Remember what a layer reads along which dim, where nothing tells which steps these are."""
    mark, dim = use.mark, use.seq_dim
    if mark is None or use.batch_dim is None or use.call.steps < FEWEST:
        return
    if not any(axis.name in OF_STEPS and dim in runs_along(table) for axis, table in mark.tables.items()):
        step.usage.readers.reads(use.call, mark, dim)


@rule(Returned, RecurrentInput, Comparison)
def states_of_two_steps_in_one_place(use: Returned | RecurrentInput | Comparison, step: Step) -> Iterator[Mistake]:
    """States of one reader stand beside those of another that has read from the end, which nobody has turned back."""
    mark = use.scores if isinstance(use, Comparison) else use.mark
    yield from _told_of(mark, step)


@rule(Normalisation, Attending)
def numbers_of_two_steps_that_compete(use: Normalisation | Attending, step: Step) -> Iterator[Mistake]:
    """A softmax over all steps is of numbers that were each made of such states of two steps, as attention makes them.

    States side by side, of which each goes its own way, know no order there, and neither does a sum or the largest.
    """
    if isinstance(use, Normalisation):
        yield from _told_of(use.mark, step, use.dim, are_mixed=True)
    else:
        yield from _told_of(use.key, step, 0 if use.heads else len(use.key.sizes) - 2)


@rule(Pairing)
def states_of_two_steps_weighed_by_one_number(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Such states are summed over with weights that are each of one step: those of the neighbours in a graph, say.

    Weights that were made of the states are of both steps, and those that are the same from the end know no order.
    """
    for at, dims in ((at, dims) for dims in use.summed if len(use.summed) == 1 for at in (0, 1)):
        mark, weights = use.marks[at], use.marks[1 - at]
        if not mark.of(TURNED) or weights.of(TURNED):
            continue
        competes, values = _compete_along(weights, dims[1 - at]), step.values(use.tensors[1 - at])
        if not (competes or _are_of_steps(weights, dims[1 - at])):
            continue
        if (competes and values is None) or (values is not None and not torch.equal(values, values.flip(dims[1 - at]))):
            yield from _told_of(mark, step, dims[at])


def _compete_along(mark: Mark, dim: int) -> bool:
    """Tell whether a softmax over a dim has made weights, and these are not of the pairs of a product with the states."""
    of_pairs = any(dim in runs_along(table) for _, table in mark.of(KEYS))
    return not of_pairs and any(runs_along(table) == [dim] for _, table in mark.of(COMPETING))


def _are_of_steps(mark: Mark, dim: int) -> bool:
    """Tell whether the steps of an input lie along a dim, each of them once."""
    along = [t for axis, t in mark.tables.items() if axis.name in OF_STEPS and runs_along(t) == [dim]]
    return any(torch.equal(line_along(t, dim), torch.arange(mark.sizes[dim])) for t in along)


def _told_of(mark: Mark, step: Step, along: int | None = None, *, are_mixed: bool = False) -> Iterator[Mistake]:
    """Yield that two steps stand in one place of a tensor, where they do along this dim, or along any where there is none.

    Args:
        mark: of the tensor.
        step: what was seen of the model.
        along: the dim.
        are_mixed: whether that counts only where the same elements are of both.
    """
    for turned in [axis for axis, _ in mark.of(TURNED)]:
        if "RNS312" in step.told:
            return
        own = next((axis for axis in mark.tables if of_scores(TURNED, axis) == turned), None)
        if own is None or (along is not None and runs_along(mark.tables[own]) != [along]):
            continue
        both, site = _first_pair(mark, own, turned, are_mixed=are_mixed), mark.sites.get(turned)
        if both is not None and site is not None:
            apart = f"{called(site.name)} joins the state of step {both[0]} with that of step {both[1]}"
            message = f"{apart}: one reader goes from the end, and its states were not turned back"
            yield wrong("RNS312", message, _turned_back(site, turned, both), site=site, seen=mark)
            return


def _turned_back(site: Site, turned: Axis, both: tuple[int, int]) -> str | None:
    """Return what turns the one of two operands that goes from the last step to the first; the axis is that of the second."""
    dim = dim_before(site, turned)
    is_joined = any(size == 2 * before for size, before in zip(site.sizes, site.sizes_before, strict=False))
    if dim is None or len(site.sizes) != len(site.sizes_before) or (site.sizes != site.sizes_before and not is_joined):
        return None
    return f".flip({dim}) behind the {'second' if both[0] < both[1] else 'first'} operand fits"


def _first_pair(mark: Mark, own: Axis, turned: Axis, *, are_mixed: bool) -> tuple[int, int] | None:
    """Return two steps that stand in one place, where all do so from the one end to the other."""
    a, b = mark.tables[own], mark.tables[turned]
    dims = {d for t in (a, b) for d in runs_along(t)}
    of_samples = {d for _, t in mark.of("batch") for d in runs_along(t)} or {*range(len(mark.sizes) - 1)}
    features = [d for d in range(len(mark.sizes)) if d not in dims | of_samples]
    if len(dims) != 1:
        return None
    if features and not are_mixed:  # each is of one half of them, and of none in the other
        a, b = (t.amax(features, keepdim=True) for t in (a, b))
    a, b = broadcast_tensors(a, b)
    (dim,) = dims
    known = ((a >= 0) & (b >= 0)).movedim(dim, -1).reshape(-1, a.size(dim))
    row = next((at for at, whole in enumerate(numbers(known.all(1))) if whole), None)
    if row is None:
        return None
    one, other = (numbers(t.movedim(dim, -1).reshape(-1, a.size(dim))[row]) for t in (a, b))
    return (one[0], other[0]) if len(one) >= FEWEST and (one == other[::-1] or _go_apart(one, other)) else None


def _go_apart(one: list[int], other: list[int]) -> bool:
    """Tell whether one goes on step by step, and the other back: they are pieces of two orders of which each is the reverse."""
    ways = [{b - a for a, b in pairwise(steps)} for steps in (one, other)]
    return ways in ([{1}, {-1}], [{-1}, {1}])


@rule(RecurrentInput)
def a_list_that_grew_on_the_left(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A layer reads the states of a loop from the newest to the oldest, since each was put in front of those before."""
    mark, dim = use.mark, use.seq_dim
    for axis, table in mark.tables.items():
        if axis.name not in ("seq", UNNAMED) or runs_along(table) != [dim] or table.numel() != mark.sizes[dim]:
            continue
        steps = numbers(line_along(table, dim))
        where = next((at for units, at in step.usage.loops.prepended.items() if units in mark.tables), None)
        if where is not None and len(steps) >= FEWEST and steps == sorted(steps, reverse=True) and steps[-1] >= 0:
            reads = f"{called(use.name)} reads the states of a loop from step {steps[0]} to step {steps[-1]}"
            message = f"{reads}: each was put in front of those before"
            fits = "torch.cat([states, h], dim), with the new state behind the earlier ones, has them in the order of the steps"
            yield wrong("RNS312", message, fits, seen=mark, at=where)
            return


@rule(Comparison)
def scores_in_the_opposite_order_of_the_target(use: Comparison, step: Step) -> Iterator[Mistake]:
    """The scores of a sequence lie from its last step to its first, and the target as it was given."""
    if use.scores.target or not use.target.target:
        return
    for axis, table in use.scores.of("seq"):
        for wanted, given in use.target.of("seq"):
            if wanted == axis or given.dim() != table.dim() or not runs_along(given) or int(given.flatten()[0]):
                continue  # a target that begins with its last step was turned on purpose
            total = at_sizes(table, given.shape) + given
            steps = int(given.max()) + 1
            is_whole = steps >= FEWEST and int(table.max()) == steps - 1 and min(int(table.min()), int(given.min())) == 0
            if is_whole and runs_along(table) == runs_along(given) and bool((total == steps - 1).all()):
                if broadcast_shapes(table.shape, given.shape) != total.shape:
                    continue
                last = steps - 1
                message = f"the scores go from step {last} of the sequence to step 0, and the target from step 0 to step {last}"
                site = use.scores.sites.get(axis)
                yield wrong("RNS312", message, site=site, shown=(("scores", use.scores), ("target", use.target)))
                return
