"""`Memory`: what one family of rules writes down of a step, to ask for it later in the same step.

A family declares what it needs where its rules are, and asks the `Step` for it: ``step.of(_ROLLED)``. What several families ask
for is an attribute of the `Step`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["MOST_SEEN", "Memory"]

M = TypeVar("M")

MOST_SEEN = 1 << 7
"""Of what outlives a call of the model, for a loss behind it, the last so many are known."""


class Memory(Generic[M]):
    """A memory of each step.

    Args:
        make: makes an empty one.

    Attributes:
        make: as it was given.
        outlives: whether it outlives a call of the model, for what comes behind it; it is bounded then.
        is_same_at_one_place: whether what a note writes into it, of the same marks at the same line, is the same again.
    """

    def __init__(self, make: Callable[[], M], *, outlives: bool = False, is_same_at_one_place: bool = False) -> None:
        self.make, self.outlives, self.is_same_at_one_place = make, outlives, is_same_at_one_place
