"""The numbers that a model is given: a target may be what comes next in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from torch import Tensor

from rnnshape._torch import known_values, other_kind
from rnnshape.coordinates.room import LARGEST, SMALL
from rnnshape.rules.step import Numbers

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["learn_numbers"]


def learn_numbers(tracker: Tracker, values: Iterable[object]) -> None:
    """Remember the numbers that a model is given, until it is called again.

    Args:
        tracker: which remembers them, and which has labelled the tensors.
        values: what it is given.
    """
    for value in values:
        if not isinstance(value, Tensor) or not value.is_floating_point() or value.requires_grad or other_kind(value):
            continue
        known, mark = known_values(value), tracker.book.mark(value)
        is_small = value.dim() > 1 and value.numel() <= LARGEST and max(value.shape) <= SMALL
        if known is not None and mark is not None and is_small:
            tracker.telling.step.numbers.append(Numbers(known.detach().clone(), dict(mark.tables)))
