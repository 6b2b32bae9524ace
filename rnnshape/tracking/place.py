"""`Place`: where the model is at the moment, in the user's code and among its modules."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType

from torch import nn

from rnnshape import _torch
from rnnshape.report.location import Location

__all__ = ["Place"]


class Place:
    """Where the present operation was called.

    The user's line is looked for when somebody asks, and once for each operation: most are never asked for theirs.

    Args:
        path: tells the path of a module.
    """

    def __init__(self, path: Callable[[nn.Module], str]) -> None:
        self.path = path
        self._frame: FrameType | None = None
        self._line: Location | None = None

    def move(self, frame: FrameType | None = None, line: Location | None = None) -> None:
        """Be at another operation: the one that this frame has called, or whatever runs when somebody asks.

        Args:
            frame: which has called it.
            line: the user's, where it is known already.
        """
        self._frame, self._line = frame, line

    def here(self) -> Location | None:
        """Return the user's line."""
        if self._line is None:
            self._line = _torch.user_location(self._frame)
        return self._line

    def calling_module(self) -> tuple[str, str]:
        """Return path and class of the innermost module that is being called."""
        module = _torch.calling_module()
        return ("", "") if module is None else (self.path(module), type(module).__name__)

    def scene(self) -> tuple[Location | None, str, str]:
        """Return the user's line, and path and class of the innermost module that is being called."""
        return (self.here(), *self.calling_module())
