"""Which elements of what a recurrent layer returned lie behind the end of their sample."""

from __future__ import annotations

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import LARGEST, varies
from rnnshape.operations.recurrence import Recurrence
from rnnshape.rules.step import Step

__all__ = ["at_the_end", "behind_the_end"]


def behind_the_end(mark: Mark, dim: int, step: Step) -> Tensor | None:
    """Return which elements are padding, None where none is known to be, or all of a sample would be.

    Args:
        mark: of what came of an output.
        dim: along which the steps lie.
        step: which knows the layer's call.
    """
    for axis, table in mark.of("step"):
        call = step.usage.source(axis)
        if call is None or not varies(table, dim) or table.numel() > LARGEST:
            continue
        found = _behind(call, table, mark)
        if found is not None and bool(found.any()) and not bool(found.all(dim).any()):
            return found
    return None


def _behind(call: Recurrence, steps: Tensor, mark: Mark) -> Tensor | None:
    if call.packed:
        return steps < 0 if call.ragged else None
    samples = mark.tables.get(call.sample) if call.sample else None
    if call.padding is not None and call.padding.is_left:
        return None
    if call.ends is None or samples is None or int(samples.min()) < 0 or int(samples.max()) >= len(call.ends):
        return None
    return steps > call.ends[samples]


def at_the_end(mark: Mark, step: Step) -> Tensor | None:
    """Return which elements are the last real step of their sample, None where that is not known."""
    for axis, table in mark.of("step"):
        call = step.usage.source(axis)
        samples = mark.tables.get(call.sample) if call is not None and call.sample else None
        if call is not None and call.ends is not None and samples is not None and int(samples.max()) < len(call.ends):
            return (table == call.ends[samples.clamp(min=0)]) & (table >= 0)
    return None
