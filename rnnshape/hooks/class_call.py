"""Where watchers stand: the classes of modules that have a ``__call__`` of ours for as long as somebody watches."""

from __future__ import annotations

import functools
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from torch import nn

from rnnshape import _torch
from rnnshape.errors import ContractError
from rnnshape.report.reporter import Reporter

__all__ = ["Proceed", "Watcher", "close_gates", "forget_gates", "open_gates", "reporters", "seen_by_several"]

Proceed = Callable[..., Any]


class Watcher(Protocol):
    """What stands at a gate: it has a door for some modules, and takes their calls through it."""

    doors: dict[int, Any]

    @property
    def everywhere(self) -> bool:
        """Whether it looks at modules that nobody named."""
        ...

    def found_in_passing(self, module: nn.Module) -> Any:
        """Return the door of a module that nobody named; None for one that does not matter."""

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run work of ours without harm to the model."""

    def reporters(self) -> Iterable[Reporter]:
        """Return who tells of what is seen here, in this thread."""
        ...

    def through(self, door: Any, module: nn.Module, proceed: Proceed, /, *args: Any, **kwargs: Any) -> Any:
        """Call a module."""


class _Seat:
    """What is at the gate of one class.

    Attributes:
        watchers: those who watch it, in the order in which they began, and those that raise last: they are called first, so
            that what is raised is not warned of as well. Replaced, never changed: other threads walk along them.
        before: the ``__call__`` that the class itself had, or None.
    """

    __slots__ = ("__weakref__", "before", "watchers")

    def __init__(self, before: Any) -> None:
        self.watchers: tuple[Watcher, ...] = ()
        self.before = before

    def __reduce__(self) -> tuple[type[_Seat], tuple[None]]:
        return _Seat, (None,)  # a class may be pickled by value, with our __call__, by those who do that


class _Gates:
    """The classes that have our ``__call__`` at present, and the observers that need it. It keeps no class alive."""

    def __init__(self) -> None:
        self._seats: weakref.WeakKeyDictionary[type[nn.Module], _Seat] = weakref.WeakKeyDictionary()
        self._owners: dict[Watcher, tuple[weakref.ref[type[nn.Module]], ...]] = {}
        self._lock = threading.Lock()
        self._dead: deque[Watcher] = deque()

    def reporters(self) -> tuple[Reporter, ...]:
        """Return the reporters of everyone who watches at present."""
        return tuple(reporter for watcher in tuple(self._owners) for reporter in watcher.reporters())

    def open(self, observer: Watcher, owners: Iterable[type[nn.Module]]) -> None:
        """Let an observer see the calls of these classes."""
        with self._lock:
            self._bury()
            self._owners[observer] = tuple(map(weakref.ref, owners))
            for reference in self._owners[observer]:
                owner = reference()
                if owner is not None and owner not in self._seats:
                    seat = self._seats[owner] = _Seat(owner.__dict__.get("__call__"))
                    owner.__call__ = _gate(owner, seat)
            self._line_up()

    def close(self, observer: Watcher) -> None:
        """Forget an observer, and give the classes that nobody else watches their own ``__call__`` back."""
        with self._lock:
            self._bury()
            self._close(observer)

    def forget(self, observer: Watcher) -> None:
        """Forget an observer of which the module has died; that may happen anywhere, even while the gates are moved."""
        if not self._lock.acquire(blocking=False):
            self._dead.append(observer)
            return
        try:
            self._close(observer)
        finally:
            self._lock.release()

    def _bury(self) -> None:
        while self._dead:
            self._close(self._dead.popleft())

    def _close(self, observer: Watcher) -> None:
        self._owners.pop(observer, None)
        self._line_up()
        for owner, seat in [*self._seats.items()]:
            if not seat.watchers:
                del self._seats[owner]
                if seat.before is None:
                    del owner.__call__
                else:
                    owner.__call__ = seat.before

    def _line_up(self) -> None:
        at: dict[_Seat, list[Watcher]] = {seat: [] for seat in self._seats.values()}
        for watcher, owners in sorted(self._owners.items(), key=lambda item: getattr(item[0], "on", "") == "raise"):
            for owner in (reference() for reference in owners):
                if owner is not None:
                    at[self._seats[owner]].append(watcher)
        for seat, watchers in at.items():
            seat.watchers = tuple(watchers)


def _gate(owner: Any, seat: _Seat) -> Callable[..., Any]:
    """Return a ``__call__`` for a class, which takes every call of its instances past the observers that have a door for it."""

    @_torch.uncompiled
    @functools.wraps(nn.Module.__call__)
    def __call__(self: nn.Module, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        seen: list[tuple[Watcher, Any]] = []
        # What comes after is looked up when it comes: a watcher may open gates further on.
        proceed: Proceed = functools.partial(_further, owner, seat, self)
        if _torch.is_judged_here():
            for observer in seat.watchers:
                door = observer.doors.get(id(self))
                if door is None and observer.everywhere:
                    door = observer.guarded(observer.found_in_passing, self)
                if door is not None:
                    proceed = functools.partial(observer.through, door, self, proceed)
                    seen.append((observer, door))
            if len(seen) > 1:
                return seen_by_several(seen, self, proceed, *args, **kwargs)
        return proceed(*args, **kwargs)

    return __call__


@_torch.uncompiled
def _further(owner: Any, seat: _Seat, module: nn.Module, /, *args: Any, **kwargs: Any) -> Any:
    """Call a module as if the gate of a class were not there."""
    if seat.before is not None:
        return seat.before(module, *args, **kwargs)
    return super(owner, module).__call__(*args, **kwargs)


@_torch.uncompiled
def seen_by_several(seen: list[tuple[Watcher, Any]], module: nn.Module, proceed: Proceed, /, *args: Any, **kwargs: Any) -> Any:
    """Call a module under several watches: what one raises, the others record."""
    try:
        return proceed(*args, **kwargs)
    except ContractError as error:
        for watcher, door in seen:
            hear = getattr(watcher, "hear", None)
            if hear is not None:
                hear(error, door, module, args, kwargs)
        raise


_gates = _Gates()
open_gates, close_gates, forget_gates, reporters = _gates.open, _gates.close, _gates.forget, _gates.reporters
