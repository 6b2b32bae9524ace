"""An observer of what is called inside something else: a function, or the ``forward`` of a module.

One watcher stands at the gates of the recurrent layers for all of them, from the first visit on and for as long as somebody may
visit again: to open and close the gates at every call would have Python forget, each time, what it knows of torch's classes.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from rnnshape import _torch
from rnnshape.errors import ContractError
from rnnshape.hooks.class_call import Proceed, forget_gates, open_gates, seen_by_several
from rnnshape.hooks.observer import Observer
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action, Reporter

__all__ = ["Inside"]


class Inside(Observer):
    """Watches the recurrent layers that are called while it is entered, in the threads that have entered it."""

    def __init__(self, report: Report, on: Action, ignore: Iterable[str]) -> None:
        super().__init__(report, on, ignore)
        weakref.finalize(self, _hall.leave_for_good).atexit = False
        _hall.come()

    def enter(self, root: nn.Module | None) -> None:
        """Begin to watch what this thread calls, under a module if one is called."""
        _hall.entered().append((self, root))
        _hall.stand()

    def leave(self) -> None:
        """Watch no longer, unless it was entered before."""
        entered = _hall.entered()
        for at in range(len(entered) - 1, -1, -1):
            if entered[at][0] is self:
                del entered[at]
                break

    def path_in_passing(self, module: nn.Module) -> str:
        """Return the path of a module in the outermost one that was entered; elsewhere in whatever holds it."""
        roots = (root for observer, root in _hall.entered() if observer is self and root is not None)
        root = next(roots, None)
        for path, inner in root.named_modules() if root is not None else ():
            if inner is module:
                return path
        return _torch.path_from_stack(module)


class _Hall:
    """The watcher that stands at the gates for every observer that is entered.

    Attributes:
        doors: none; every observer has its own.
        on: it is called before those that only warn.
    """

    def __init__(self) -> None:
        self.doors: dict[int, Any] = {}
        self.on = "raise"
        self._here = threading.local()
        self._guests = 0
        self._stands = False
        self._lock = threading.RLock()

    def entered(self) -> list[tuple[Inside, nn.Module | None]]:
        """Return who is entered in this thread, the outermost first, with the module that is called."""
        try:
            return self._here.entered
        except AttributeError:
            self._here.entered = []
            return self._here.entered

    def observers(self) -> list[Observer]:
        """Return each observer that is entered in this thread, those that raise last."""
        return sorted(dict.fromkeys(observer for observer, _ in self.entered()), key=lambda o: o.on == "raise")

    def reporters(self) -> tuple[Reporter, ...]:
        """Return who tells of what is seen in this thread."""
        return tuple(observer.reporter for observer in self.observers())

    def come(self) -> None:
        """Count an observer that may be entered."""
        with self._lock:
            self._guests += 1

    def leave_for_good(self) -> None:
        """Leave the gates when the last observer has died."""
        with self._lock:
            self._guests -= 1
            if not self._guests:
                self.rest()

    def stand(self) -> None:
        """Stand at the gates."""
        if not self._stands:
            with self._lock:
                self._stands = True
                open_gates(self, _torch.RECURRENT)

    def rest(self) -> None:
        """Leave the gates until somebody enters."""
        with self._lock:
            self._stands = False
            forget_gates(self)

    # What a gate calls

    @property
    def everywhere(self) -> bool:
        """Whether anybody is entered in this thread."""
        return bool(self.entered())

    def found_in_passing(self, module: nn.Module) -> bool:
        """Any layer matters to those who are entered."""
        return True

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Do what each observer guards by itself."""
        return work(*args)

    @_torch.uncompiled
    def through(self, door: bool, module: nn.Module, proceed: Proceed, /, *args: Any, **kwargs: Any) -> Any:
        """Call a layer under everyone who is entered."""
        seen: list[tuple[Any, Any]] = []
        for observer in self.observers():
            own = observer.doors.get(id(module)) or observer.guarded(observer.found_in_passing, module)
            if own is not None:
                proceed = functools.partial(observer.through, own, module, proceed)
                seen.append((observer, own))
        if len(seen) > 1:
            return seen_by_several(seen, module, proceed, *args, **kwargs)
        return proceed(*args, **kwargs)

    def hear(self, error: ContractError, door: bool, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Hear what another watch raised."""
        for observer in self.observers():
            if own := observer.doors.get(id(module)):
                observer.hear(error, own, module, args, kwargs)


_hall = _Hall()
