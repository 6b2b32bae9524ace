"""RNS513: a mask that counts the steps of each sample is laid along another axis."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from rnnshape.coordinates.mark import COUNTED
from rnnshape.coordinates.tables import at_sizes, runs_along
from rnnshape.operations.uses import Counting, Masking
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_COUNTED = Memory(dict[int, int], outlives=True)
"""By the number of places that a mask has, the longest length that it was made of; 0 where it is not known."""


@note(Counting)
def lengths_that_a_mask_counts(use: Counting, step: Step) -> None:
    """A mask is made of lengths: the longest of them says how many places there are."""
    lengths, places = (step.values(tensor) for tensor in use.tensors)
    if lengths is None or places is None or not lengths.numel():
        return
    line = places[tuple(slice(None) if stride else slice(1) for stride in places.stride())].flatten().cpu()
    number, longest = len(line), int(lengths.max())
    counts = torch.equal(line, torch.arange(number, dtype=line.dtype))
    is_one = step.of(_COUNTED).setdefault(number, longest) == longest
    if not counts or not is_one:
        step.of(_COUNTED)[number] = 0


@rule(Masking, where=lambda step: step.of(_COUNTED))
def lengths_of_steps_count_features(use: Masking, step: Step) -> Iterator[Mistake]:
    """The longest length is the number of the steps, and is more than there are places along the dim where the mask counts.

    Who counts variables or nodes has no sample with more of them than there are.
    """
    sizes = use.values.sizes
    for _, table in use.mask.of(COUNTED) if len(use.mask.sizes) <= len(sizes) else ():
        dims = runs_along(at_sizes(table, sizes))
        longest = step.of(_COUNTED).get(table.numel(), 0)
        along = {axis: found for axis, t in use.values.tables.items() if len(found := runs_along(t)) == 1}
        steps = [found[0] for axis, found in along.items() if axis.counts_steps and found != dims]
        is_of_steps = any(axis.counts_steps and found == dims for axis, found in along.items())
        if longest > table.numel() and not is_of_steps and any(sizes[dim] == longest for dim in steps):
            dim = next(dim for dim in steps if sizes[dim] == longest)
            counts = f"the mask counts the {table.numel()} places along dim {dims[0]} of {use.name}"
            message = f"{counts}, and the longest of the lengths that it was made of is {longest}, the steps along dim {dim}"
            yield wrong("RNS513", message, seen=use.values)
            return
