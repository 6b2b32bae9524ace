"""States that are carried from step to step together with their graph, which the backward of the step before has freed.

It is no mistake by itself: several chunks may have one backward. So it is told only where torch's own backward raises for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from torch import Tensor

from rnnshape.report.location import Location

__all__ = ["Carried", "Carrying"]

MOST_NODES = 512
"""Nodes of a graph that are looked at; one that is farther away is not found."""

MOST_FRESH = 1 << 12
"""Nodes that are looked at between two backwards. A graph of thousands of steps of which each node was looked at from Python is
more than torch can free: it calls itself for each, until the stack is full."""

_OF_A_PARAMETER = (1 << 64) - 1
"""What torch has in the place of an age for nodes that gather the gradient of a parameter."""

_FREED = ("backward through the graph a second time", "modified by an inplace operation")


class Carried(NamedTuple):
    """A state that came with a graph of an earlier step.

    Attributes:
        module: path of the layer that it was given to.
        kind: its class.
        location: of that call.
        pair: whether it is the (h_0, c_0) of an LSTM.
    """

    module: str
    kind: str
    location: Location | None
    pair: bool


class Carrying:
    """Knows how far backward went, and which states were given to a layer with a graph from before.

    Attributes:
        found: the first such state since the last backward.
        backwards: how many backwards there were.
    """

    def __init__(self) -> None:
        self.backwards = 0
        self._spent: int | None = None
        self._fresh: set[int] = set()
        self.found: Carried | None = None

    @property
    def looks(self) -> bool:
        """Whether a state may come from before the last backward: there was one, and nothing is found since."""
        return self._spent is not None and self.found is None and len(self._fresh) < MOST_FRESH

    def given(self, states: Iterable[Tensor], scene: Callable[[], tuple[Location | None, str, str]]) -> None:
        """Look at the states that a layer is given."""
        states, spent = list(states), self._spent
        if self.looks and spent is not None and any(_reaches(state.grad_fn, spent, self._fresh) for state in states):
            location, module, kind = scene()
            self.found = Carried(module, kind, location, len(states) > 1)

    def backward(self, loss: Tensor) -> None:
        """Remember that the graph of a loss was used; what is made from now on has higher numbers."""
        self.found = None
        self._fresh.clear()
        self.backwards += 1
        if loss.grad_fn is not None:
            self._spent = loss.grad_fn._sequence_nr()  # pyright: ignore[reportPrivateUsage]

    def explains(self, error: Exception) -> Carried | None:
        """Return the state for which a backward raised, None where it raised for another reason."""
        return self.found if any(words in str(error) for words in _FREED) else None


def _reaches(node: Any, spent: int, fresh: set[int]) -> bool:
    """Tell whether a graph has a node that is as old as the last backward. Parameters have none of their own age.

    Args:
        node: where the graph begins.
        spent: the age of the last backward.
        fresh: the ages of nodes from which none was reached; a step of a loop begins where the one before has ended.
    """
    seen: set[int] = set()
    waiting = [node]
    while waiting and len(seen) < MOST_NODES:
        node = waiting.pop()
        if node is None:
            continue
        age = node._sequence_nr()
        if age <= spent:
            return True
        if age not in seen and age not in fresh and age != _OF_A_PARAMETER:
            seen.add(age)
            for parent, _ in node.next_functions:
                waiting.append(parent)
    fresh |= seen
    return False
