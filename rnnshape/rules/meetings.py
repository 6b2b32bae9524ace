"""RNS209 and RNS229: what meets element by element, and was cut up, or drawn, along another axis."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import DRAWN, Mark
from rnnshape.coordinates.reading import layout_before
from rnnshape.coordinates.tables import at_sizes, first_along, runs_along, unique
from rnnshape.operations.uses import Disagreement, Weighing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data
from rnnshape.rules.wording import word, wrong

__all__: list[str] = []

_RESHAPES = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel"])


@rule(Disagreement)
def pieces_meet_the_whole(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """A reshape has cut an axis into pieces, which lie along another dim too, and they meet the axis as it was.

    What is shifted, or compared with the first of its piece, differs by the same number all along.
    """
    if use.axis.name == "batch" or not is_data(use.axis):
        return
    for cut, whole in ((use.one, use.other), (use.other, use.one)):
        dims, pieces = runs_along(whole), runs_along(cut)
        if len(dims) != 1 or dims[0] not in pieces or len(pieces) < 2 or -1 in cut or -1 in whole:
            continue
        lines = first_along(cut, dims[0]).flatten(), first_along(whole, dims[0]).flatten()
        owner = _with_table(use, cut)
        site = owner.sites.get(use.axis) if owner is not None else None
        if site is None or site.name not in _RESHAPES or len(unique(lines[0] - lines[1])) == 1:
            continue
        at = int((lines[0] != lines[1]).nonzero()[0])
        meets = f"element {int(lines[0][at])} of {word(use.axis)} with element {int(lines[1][at])}"
        cuts = f"{site.name} of {layout_before(site) or text.sizes(site.sizes_before)} to {text.sizes(site.sizes)}"
        yield wrong("RNS209", f"{word(use.axis)} is scrambled: {cuts} cuts it up, and {use.name} meets {meets}", site=site)
        return


def _with_table(use: Disagreement, table: Tensor) -> Mark | None:
    """Return the operand that has a table."""
    for mark in use.marks:
        own = mark.tables.get(use.axis)
        if own is not None and torch.equal(at_sizes(own, table.shape), table):
            return mark
    return None


@rule(Weighing)
def one_draw_for_all_samples(use: Weighing, step: Step) -> Iterator[Mistake]:
    """What is drawn for a locked dropout is to be of one sample each, and the same at all its steps: here it is the reverse."""
    for drawn, other in (use.marks, use.marks[::-1]):
        if [axis.name for axis in drawn.tables] != [DRAWN] or len(other.sizes) != len(drawn.sizes):
            continue
        (table,) = drawn.tables.values()
        batch = [runs_along(t) for _, t in other.of("batch")]
        steps = [dims[0] for a, t in other.tables.items() if a.name in ("seq", "step") and len(dims := runs_along(t)) == 1]
        if len(batch) == 1 and len(batch[0]) == 1 and batch[0][0] not in runs_along(table) and _is_of_steps(table, steps):
            (dim,) = batch[0]
            message = f"{use.name} has all samples, along dim {dim}, meet the same random numbers, and each step others"
            yield wrong("RNS229", message, seen=other)
            return


def _is_of_steps(table: Tensor, steps: list[int]) -> bool:
    """Tell whether numbers were drawn for each step and each of something else."""
    return len(set(steps)) == 1 and steps[0] in runs_along(table) and len(runs_along(table)) == 2
