"""RNS312 where two readers have no axis in common: their steps are unnamed, or those of two texts that are the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import TYPE_CHECKING

import torch

from rnnshape.coordinates.mark import UNNAMED, Mark
from rnnshape.coordinates.tables import at_sizes, numbers, runs_along, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.names import MAXIMA
from rnnshape.operations.turned import FEWEST
from rnnshape.operations.uses import Attending, Comparison, Normalisation, RecurrentInput, Reduction, Returned
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.wording import wrong

if TYPE_CHECKING:
    from rnnshape.rules.step import Step, Words

__all__: list[str] = []

FARTHEST = 2
"""Words by which one of two texts may be shifted against the other, as the words to the left and to the right of each are."""

DIFFERENT = 5
"""How many words there must be among those that are the same."""


@rule(Returned, RecurrentInput, Comparison, Attending)
def states_of_two_readers_in_one_place(
    use: Returned | RecurrentInput | Comparison | Attending, step: Step
) -> Iterator[Mistake]:
    """States of two readers stand side by side, or were added, and one goes from the end."""
    mark = use.scores if isinstance(use, Comparison) else use.key if isinstance(use, Attending) else use.mark
    yield from _of_unnamed_steps(mark, step)
    if step.words:
        yield from _of_two_texts(mark, step)


@rule(Normalisation)
def states_of_two_readers_that_compete(use: Normalisation, step: Step) -> Iterator[Mistake]:
    """A softmax over all steps is of numbers that were each made of states of two readers, one of which goes from the end."""
    yield from _of_unnamed_steps(use.mark, step, use.dim)
    if step.words:
        yield from _of_two_texts(use.mark, step, use.dim)


@rule(Reduction)
def the_largest_of_two_words_in_one_place(use: Reduction, step: Step) -> Iterator[Mistake]:
    """The largest over all words is taken of what each has made with the context of another one."""
    if step.words and use.name in MAXIMA and len(use.dims) == 1:
        yield from _of_two_texts(use.mark, step, use.dims[0])


def _of_unnamed_steps(mark: Mark, step: Step, mixed_along: int | None = None) -> Iterator[Mistake]:
    """Yield it of two layers of which one has read a tensor of unnamed steps, and the other the same turned round."""
    reads = step.usage.readers.read
    known = {axis: call for axis, _ in mark.of("step") if (call := step.usage.source(axis)) and call.number in reads}
    for one, other in permutations(known, 2):
        first, second = reads[known[one].number], reads[known[other].number]
        if "RNS312" in step.told or not step.usage.readers.are_opposite(first, second):
            continue
        if _lines(mark, one, other, mixed_along) == 1:
            call, whose = second.call, first.call.module or first.call.kind
            last = call.steps - 1
            ends = f"it reads from the end what {whose} reads from the beginning, and its states were not turned back"
            message = f"{ends}: that of step {last} stands beside that of step 0"
            fits = f"its output, turned back by .flip({second.seq_dim}), fits"
            yield Mistake("RNS312", message, fits, location=call.location, module=call.module, kind=call.kind)
            return


def _of_two_texts(mark: Mark, step: Step, mixed_along: int | None = None) -> Iterator[Mistake]:
    """Yield it of two texts of the same words, one of which may be shifted, where one lies from its last word to its first.

    Args:
        mark: of the tensor.
        step: what was seen of the model.
        mixed_along: the dim along which the words of both have to lie, each element being of both; None where they may lie
            side by side.
    """
    texts = [axis for axis in mark.tables if axis.name in ("seq", UNNAMED) and axis.of in step.words]
    for one, other in permutations(texts, 2):
        found = _whole_line(mark, other, mixed_along)
        first = found[1][0] if found is not None else 0
        if "RNS312" in step.told or first == 0 or _lines(mark, one, other, mixed_along) != -1:
            continue
        if _are_the_same(step.words[one.of], step.words[other.of]):
            words = "two texts have the same words, and lie beside one another in opposite orders"
            message = f"{words}: one was turned round, and not back, so that its step {first} stands beside step 0 of the other"
            yield wrong("RNS312", message, site=mark.sites.get(other), seen=mark)
            return


def _are_the_same(one: Words, other: Words) -> bool:
    """Tell whether two texts of the same samples have the same words, but for some at their ends."""
    if one.rows != other.rows or one.ids.size(0) != other.ids.size(0):
        return False
    steps = min(one.ids.size(1), other.ids.size(1))
    for shift in range(-FARTHEST, FARTHEST + 1) if steps > FARTHEST + FEWEST else ():
        ahead, behind = max(shift, 0), max(-shift, 0)
        a, b = (words.ids[:, at : at + steps - abs(shift)] for words, at in ((one, ahead), (other, behind)))
        if torch.equal(a, b) and bool((a >= 0).all()) and len(unique(a)) >= DIFFERENT:
            return True
    return False


def _are_mixed(mark: Mark, one: Axis, other: Axis) -> bool:
    """Tell whether every element is of a step of both axes: side by side, each would be of one."""
    return all(bool((at_sizes(mark.tables[axis], mark.sizes) >= 0).all()) for axis in (one, other))


def _lines(mark: Mark, one: Axis, other: Axis, mixed_along: int | None = None) -> int:
    """Return 1 where all steps of two axes lie along one dim in the same order, -1 in the opposite one, else 0."""
    if mixed_along is not None and not _are_mixed(mark, one, other):
        return 0
    a, b = _whole_line(mark, one, mixed_along), _whole_line(mark, other, mixed_along)
    if a is None or b is None or a[0] != b[0]:
        return 0
    return 1 if a[1] == b[1] else -1 if a[1] == b[1][::-1] else 0


def _whole_line(mark: Mark, axis: Axis, along: int | None) -> tuple[int, list[int]] | None:
    """Return the dim along which the steps of an axis lie, all of them in order, and their order; beside others or not."""
    dims = [d for d in runs_along(mark.tables[axis]) if d < len(mark.sizes) - 1 or d == along]
    if len(dims) != 1 or (along is not None and dims[0] != along):
        return None
    table = mark.tables[axis].movedim(dims[0], 0)
    line = numbers(table.reshape(table.size(0), -1).amax(1))
    is_whole = len(line) >= FEWEST and sorted(line) == [*range(len(line))] and line in (sorted(line), sorted(line)[::-1])
    return (dims[0], line) if is_whole else None
