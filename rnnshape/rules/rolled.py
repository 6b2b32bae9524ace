"""RNS236: a roll without dims, which moves elements on in memory, from row to row."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from rnnshape import text
from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.uses import Rolling
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import steps_along
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@rule(Rolling)
def elements_that_go_on_to_the_next_row(use: Rolling, step: Step) -> Iterator[Mistake]:
    """Samples or steps lie along a dim of several, and a roll moves what is last in one row to the front of the next.

    Whole rows of the first dim are rolled as they are, as where negatives are the next samples; and so is a single dim.
    """
    sizes = use.mark.sizes
    dims = [d for d, size in enumerate(sizes) if size > 1]
    known = any((axis.name == "batch" or axis.counts_steps) and runs_along(t) for axis, t in use.mark.tables.items())
    if len(dims) < 2 or not known or use.shift % prod(sizes[dims[0] + 1 :]) == 0:
        return
    steps = steps_along(use.mark)
    moves = f"roll without dims moves every element on by {abs(use.shift)} in memory"
    message = f"{moves}, so that what is at the end of a row of {text.sizes(sizes)} goes to another row"
    fits = None if steps is None else f"dims={steps} rolls the steps of each sample"
    yield wrong("RNS236", message, fits, seen=use.mark)
