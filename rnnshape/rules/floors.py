"""Which layers of one step go on from the state of one below or above them. Accounted for while they are called."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnnshape.layout.axes import Axis

__all__ = ["Floors"]

FEWEST = 2
"""Steps at which a layer is given the state of the one below it, before it is no beginning."""


@dataclass(slots=True)
class Floors:
    """Who is given the state of whom, and reads what that one has made.

    A layer is known by its path, a cell by the axis of the units that it makes.

    Attributes:
        below: of a layer that is given the state of the one which it reads, all that lie below it.
        given: how often it was.
        round: of a layer, the one above it whose state it goes on from.
        names: what a layer is called.
        read: the number of the call that is beginning, and the axes of the units that it reads at its one step.
    """

    below: dict[str | Axis, frozenset[str | Axis]] = field(default_factory=dict[str | Axis, frozenset[str | Axis]])
    given: dict[str | Axis, int] = field(default_factory=dict[str | Axis, int])
    round: dict[str | Axis, str | Axis] = field(default_factory=dict[str | Axis, str | Axis])
    names: dict[str | Axis, str] = field(default_factory=dict[str | Axis, str])
    read: tuple[int, frozenset[Axis]] | None = None

    def goes_on(self, who: str | Axis, whose: str | Axis, reads_it: bool) -> None:
        """Account for a layer that goes on from the state of another."""
        if reads_it and who not in self.below.get(whose, frozenset()):
            self.below[who] = self.below.get(whose, frozenset()) | {whose}
            self.given[who] = self.given.get(who, 0) + 1
        elif who in self.below.get(whose, frozenset()):
            self.round[who] = whose

    def told(self, who: str | Axis, whose: str | Axis) -> str | None:
        """Say that one state runs from the lowest layer up, and back to it from the highest; None where it does not."""
        if whose not in self.round or whose not in self.below.get(who, frozenset()) or self.given[who] < FEWEST:
            return None
        low, high = self.names[whose], self.names[self.round[whose]]
        given = f"at each step it is given the state of {low}, which it reads"
        return f"{given}, and {low} goes on from that of {high}: one state runs through all of them, and none keeps its own"
