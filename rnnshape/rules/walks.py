"""`Walks`: the unnamed dims along which loops of a step walk as recurrent layers do."""

from __future__ import annotations

from rnnshape.layout.axes import Axis
from rnnshape.rules.memory import Memory

__all__ = ["WALKS", "Walks"]

FEWEST = 2
"""Slices that must meet what was made of the ones before, one after the other; a sum of two slices is no recurrence."""

MOST_APART = 2
"""Slices that these may be apart: of a state that a sum has made, it is known at every other turn which slice it has read."""


MOST_HEARD = 32
"""Meetings of a step that are heard of: they name the steps of its first loop, and those of the next step another one's."""


class Walks:
    """What was seen of loops by hand.

    Attributes:
        steps: the axes along which they walk, with the axis of the samples and how many there are; None where it is not known.
    """

    def __init__(self) -> None:
        self.steps: dict[Axis, tuple[Axis, int] | None] = {}
        self._heard = 0
        self._seen: dict[tuple[Axis, frozenset[Axis], bool], set[int]] = {}

    @property
    def are_heard(self) -> bool:
        """Whether there is something to be learned yet in this step."""
        return self._heard < MOST_HEARD

    def goes(self, axis: Axis, now: int, before: int | None, units: frozenset[Axis], rows: tuple[Axis, int] | None) -> None:
        """Hear that a slice of an axis meets what an earlier one was read for, or a later one.

        Args:
            axis: which nobody has named.
            now: the number of the slice.
            before: of the other one; None where a cell goes on from its own state, so that it is one before.
            units: of the slice: they are the same at each turn of a loop.
            rows: the axis of the samples of both, and how many there are, as far as that is seen.
        """
        self._heard += 1
        if now == before or axis in self.steps:
            return
        forward = before is None or now > before
        seen = self._seen.setdefault((axis, units, forward), set())
        seen.add(now)
        if (axis, units, not forward) in self._seen:
            return  # each meets each, as pairs of objects do
        if len(seen) == FEWEST:
            if max(seen) - min(seen) <= MOST_APART:
                self.steps[axis] = rows
            else:
                seen.clear()


WALKS = Memory(Walks)
"""Asked for by the rule that writes it, and by whoever names the dims of inputs once the step is over."""
