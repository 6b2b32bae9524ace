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
        found = _behind(call, table, mark, dim)
        if found is not None and bool(found.any()) and not bool(found.all(dim).any()):
            return found
    return None


def _behind(call: Recurrence, steps: Tensor, mark: Mark, dim: int) -> Tensor | None:
    if call.packed:
        return steps < 0 if call.ragged else None
    samples = _samples(call, mark, dim)
    if samples is None or call.ends is None or (call.padding is not None and call.padding.is_left):
        return None
    return steps > call.ends[samples] if int(samples.max()) < len(call.ends) else None


def _samples(call: Recurrence, mark: Mark, dim: int) -> Tensor | None:
    """Return which sample each row of steps is; what ``pad_sequence`` has filled up is of nobody, and belongs to its row."""
    found = mark.tables.get(call.sample) if call.sample else None
    if found is None or int(found.min()) >= 0:
        return found
    rows = found.amax(dim, keepdim=True)
    is_one = bool(((found == rows) | (found < 0)).all()) and int(rows.min()) >= 0
    return rows if is_one else None


def at_the_end(mark: Mark, step: Step) -> Tensor | None:
    """Return which elements are the last real step of their sample, None where that is not known."""
    for axis, table in mark.of("step"):
        call = step.usage.source(axis)
        samples = mark.tables.get(call.sample) if call is not None and call.sample else None
        if call is not None and call.ends is not None and samples is not None and int(samples.max()) < len(call.ends):
            return (table == call.ends[samples.clamp(min=0)]) & (table >= 0)
    return None
