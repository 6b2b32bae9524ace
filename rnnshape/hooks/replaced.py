"""A method of a class of torch's that is replaced by ours while anybody listens, and given back behind the last who does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Replaced"]

L = TypeVar("L")
"""Who listens."""


class Replaced(Generic[L]):
    """The listeners to the calls of one method.

    Args:
        owner: the class that has it.
        name: of the method.
        listening: makes ours of what stands there: it calls that, and tells ``listeners``.

    Attributes:
        listeners: those who listen. Replaced, never changed: other threads walk along them.
    """

    def __init__(self, owner: type, name: str, listening: Callable[[Any], Any]) -> None:
        self.listeners: tuple[L, ...] = ()
        self._owner, self._name, self._listening = owner, name, listening
        self._lock = threading.Lock()
        self._ours: Any = None
        self._before: Any = None

    def open(self, listener: L) -> None:
        """Let someone hear of calls; once more is no different from once."""
        with self._lock:
            if listener not in self.listeners:
                self.listeners = (*self.listeners, listener)
            stands: Any = getattr(self._owner, self._name)
            if self._ours is None or stands is self._before:  # whoever stood there before ours may have taken it away
                self._before, self._ours = stands, self._listening(stands)
                setattr(self._owner, self._name, self._ours)

    def close(self, listener: L) -> None:
        """Forget a listener, and give the class its own method back where nobody else listens."""
        with self._lock:
            self.listeners = tuple(other for other in self.listeners if other != listener)
            # Where somebody has put another in its place, theirs calls ours, which then calls nobody.
            if not self.listeners and getattr(self._owner, self._name) is self._ours:
                setattr(self._owner, self._name, self._before)
                self._ours = self._before = None
