"""RNS236 and RNS237: what meets the next row of a batch, by a roll without dims or by two slices of one tensor."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, line_along, runs_along
from rnnshape.operations.uses import Disagreement, Rolling
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import steps_along
from rnnshape.rules.wording import wrong

__all__: list[str] = []

FEWEST = 3
"""Pairs of neighbours from which on they are no two samples that somebody wants to compare."""

_ARE_EQUAL = frozenset(["eq", "ne", "not_equal"])


@rule(Rolling)
def elements_that_go_on_to_the_next_row(use: Rolling, step: Step) -> Iterator[Mistake]:
    """Samples or steps lie along a dim of several, and a roll moves what is last in one row to the front of the next.

    Whole rows of the first dim are rolled as they are, as where negatives are the next samples; and so is a single dim.
    """
    sizes = use.mark.sizes
    dims = [d for d, size in enumerate(sizes) if size > 1] if use.dim is None else []
    known = any((axis.name == "batch" or axis.counts_steps) and runs_along(t) for axis, t in use.mark.tables.items())
    if len(dims) < 2 or not known or use.shift % prod(sizes[dims[0] + 1 :]) == 0:
        return
    steps = steps_along(use.mark)
    moves = f"roll without dims moves every element on by {abs(use.shift)} in memory"
    message = f"{moves}, so that what is at the end of a row of {text.sizes(sizes)} goes to another row"
    fits = None if steps is None else f"dims={steps} rolls the steps of each sample"
    yield wrong("RNS236", message, fits, seen=use.mark)


@rule(Disagreement)
def labels_equal_to_those_of_the_next_sample(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """What a sample has at each step is held against what the next one in the batch has there: repeats lie along the steps.

    Whoever compares all pairs, rolls a batch, or has sorted it, has other rows than one and the next, as they came.
    """
    dims, name = runs_along(use.one), use.name.strip("_")
    if use.axis.name != "batch" or name not in _ARE_EQUAL or len(dims) != 1 or runs_along(use.other) != dims:
        return
    one, other = (line_along(table, dims[0]) for table in (use.one, use.other))
    shift = int(other[0] - one[0])
    are_neighbours = abs(shift) == 1 and bool((other - one == shift).all())
    if not are_neighbours or len(one) < FEWEST or -1 in one or -1 in other or not bool((one.diff() == 1).all()):
        return
    steps = _same_steps(use.marks, dims[0])
    if steps is not None:
        at = f"sample {int(one[0])} with sample {int(other[0])}, its neighbour in the batch"
        message = f"{name} compares {at}, at the same step: neighbouring steps lie along dim {steps}"
        yield wrong("RNS237", message, shown=(("one", use.marks[0]), ("other", use.marks[-1])))


def _same_steps(marks: tuple[Mark, ...], batch: int) -> int | None:
    """Return the dim along which both operands have the same steps, beside the batch; None where there is none."""
    first, last = marks[0], marks[-1]
    for axis in first.tables:
        if not axis.counts_steps or axis not in last.tables or len(first.sizes) != len(last.sizes):
            continue
        dims = runs_along(first.tables[axis])
        if len(dims) == 1 and dims[0] != batch and first.tables[axis].equal(at_sizes(last.tables[axis], last.sizes)):
            return dims[0]
    return None
