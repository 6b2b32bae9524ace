"""When a model is put into evaluation mode: while anybody waits for that, ``nn.Module`` has an ``eval`` of ours."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, Protocol

from torch import nn

from rnnshape.harmless import Guard

__all__ = ["Waiting", "hear_of_evaluations", "leave_evaluations"]


class Waiting(Protocol):
    """Hears of evaluations, in the thread that begins one."""

    def evaluation_begins(self, module: nn.Module) -> None:
        """Hear which module is put into evaluation mode."""


class _Evaluations:
    """Who waits for an evaluation.

    Attributes:
        listeners: those who do. Replaced, never changed: other threads walk along them.
    """

    def __init__(self) -> None:
        self.listeners: tuple[Waiting, ...] = ()
        self._lock = threading.Lock()
        self._ours: Any = None
        self._before: Any = None

    def open(self, listener: Waiting) -> None:
        """Let someone hear of the next evaluation; once more is no different from once."""
        with self._lock:
            if listener not in self.listeners:
                self.listeners = (*self.listeners, listener)
            if self._ours is None or nn.Module.eval is self._before:  # whoever stood before ours may have taken it away
                self._before = nn.Module.eval
                self._ours = _listening(self._before)
                nn.Module.eval = self._ours

    def close(self, listener: Waiting) -> None:
        """Forget a listener, and give the class its own ``eval`` back where nobody else listens."""
        with self._lock:
            self.listeners = tuple(other for other in self.listeners if other is not listener)
            # Where somebody has put another in its place, theirs calls ours, which then calls nobody.
            if not self.listeners and nn.Module.eval is self._ours:
                nn.Module.eval = self._before
                self._ours = self._before = None


def _listening(before: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(before)
    def eval(self: nn.Module) -> nn.Module:
        with Guard():
            for listener in _evaluations.listeners:
                listener.evaluation_begins(self)
        return before(self)

    return eval


_evaluations = _Evaluations()
hear_of_evaluations, leave_evaluations = _evaluations.open, _evaluations.close
