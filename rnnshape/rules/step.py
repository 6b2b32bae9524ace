"""`Step`: what has been seen of a model since it was called, for rules that a single use tells too little."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.room import Recent
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location
from rnnshape.rules.carrying import Carrying
from rnnshape.rules.usage import Usage

__all__ = ["Normalised", "Scene", "Step"]

Scene = Callable[[], tuple[Location | None, str, str]]
"""Tells where the model is: the user's line, and the path and class of the innermost module."""

Normalised = tuple[str, str, Location | None]
"""Of scores that were normalised along other axes: which these are, what to write instead, and where."""

MOST_SEEN = 1 << 7
"""Of what outlives a call of the model, for a loss behind it, the last so many are known."""


class Step:
    """What has been seen of a model's call.

    Args:
        scene: tells where the model is at the moment.

    Attributes:
        usage: the recurrent layers that were called, and what was used of their states.
        carrying: the states that came with a graph, and how far backward went.
        lengths: for each axis of steps, the real length of each sample, where that is known.
        orders: in which samples were packed, where that is not the order in which they came.
        normalised: axes over which a log_softmax normalised.
        beside: axes along which it did not, with what it did instead.
        told: the codes of what was found.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.usage = Usage()
        self.carrying = Carrying()
        self.lengths: dict[Axis, Tensor] = {}
        self.orders: Recent[tuple[int, ...], None] = Recent(MOST_SEEN)
        self.normalised: Recent[Axis, None] = Recent(MOST_SEEN)
        self.beside: Recent[Axis, Normalised] = Recent(MOST_SEEN)
        self.told: set[str] = set()

    def begin(self) -> None:
        """Begin with the next call of the model: what earlier ones used of their states is no longer asked for."""
        self.usage = Usage()

    def here(self) -> Location | None:
        """Return the user's line."""
        return self.scene()[0]

    def values(self, tensor: Tensor) -> Tensor | None:
        """Return a tensor whose numbers may be looked at; None where it has none, as in a dry run."""
        return known_values(tensor)

    def is_one_line(self, a: Location | None, b: Location | None) -> bool:
        """Tell whether two places are the same line. Places are asked for here, since a repeated operation has others."""
        return a == b

    @property
    def explains_the_output(self) -> bool:
        """Whether something was told of which comes whatever is wrong with the output."""
        return bool(self.told & {"RNS201", "RNS203", "RNS401"})
