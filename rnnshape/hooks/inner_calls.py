"""Layers that are called inside something else: a function, or the ``forward`` of a module.

One watcher stands in the classes of the recurrent layers for all of them, from the first time on that anything is entered and
for as long as anything may be entered again: to come and leave at every call would have Python forget, each time, what it knows
of torch's classes.
"""

from __future__ import annotations

import functools
import threading
import weakref

from torch import nn

from rnnshape import _torch
from rnnshape.errors import ContractError
from rnnshape.hooks.class_call import AnyWatcher, Proceed, Watcher, leave_classes_soon, seen_by_several, stand_in_classes
from rnnshape.hooks.layer import Door
from rnnshape.hooks.observer import Observer
from rnnshape.report.reporter import Reporter

__all__ = ["InnerCalls"]


class InnerCalls:
    """Has an observer watch the recurrent layers that are called while this is entered, in the threads that have entered it.

    Of several that have one reporter the innermost counts: a layer that is called is seen once by each reporter.

    Args:
        observer: watches the layers.
    """

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        _stand.come()
        weakref.finalize(self, _stand.leave_for_good).atexit = False

    def enter(self, root: nn.Module | None) -> InnerCalls:
        """Begin to watch what this thread calls, under a module if one is called; what is returned leaves at its end."""
        _stand.stand()
        _stand.entered().append((self, root))
        return self

    def leave(self) -> None:
        """Watch no longer, unless it was entered before."""
        entered = _stand.entered()
        for at in range(len(entered) - 1, -1, -1):
            if entered[at][0] is self:
                del entered[at]
                break

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.leave()

    def path(self, module: nn.Module) -> str:
        """Return the path of a module in the outermost one that this reporter has entered; elsewhere in whatever holds it."""
        reporter = self.observer.reporter
        roots = (root for inner, root in _stand.entered() if inner.observer.reporter is reporter and root is not None)
        root = next(roots, None)
        for path, inner in _torch.named_modules(root) if root is not None else ():
            if inner is module:
                return path
        return _torch.path_from_stack(module)

    def meet(self, module: nn.Module) -> Door | None:
        """Return the observer's door of a layer, at its first call."""
        return self.observer.meet(module, self.path(module))


class _Here(threading.local):
    """What is entered in this thread, the outermost first, with the module that is called."""

    def __init__(self) -> None:
        self.entered: list[tuple[InnerCalls, nn.Module | None]] = []


class _Stand(Watcher[bool]):
    """Stands in the classes of the recurrent layers for everything that is entered.

    Attributes:
        doors: none; every observer has its own.
        everywhere: any layer matters to those who are entered.
        raises: one of them may.
    """

    def __init__(self) -> None:
        self.doors = {}
        self.everywhere = True
        self.raises = True
        self._here = _Here()
        self._guests = 0
        self._stands = False
        self._lock = threading.RLock()

    def entered(self) -> list[tuple[InnerCalls, nn.Module | None]]:
        """Return what is entered in this thread, the outermost first, with the module that is called."""
        return self._here.entered

    def come(self) -> None:
        """Count someone who may enter."""
        with self._lock:
            self._guests += 1

    @functools.partial(_torch.uncompiled, and_below=True)
    def leave_for_good(self) -> None:
        """Leave the classes when the last one has died who may enter."""
        with self._lock:
            self._guests -= 1
            if not self._guests:
                self.rest()

    def stand(self) -> None:
        """Stand in the classes."""
        if not self._stands:
            with self._lock:
                stand_in_classes(self, _torch.RECURRENT)
                self._stands = True

    def rest(self) -> None:
        """Leave the classes until somebody enters."""
        with self._lock:
            self._stands = False
            leave_classes_soon(self)

    # What a class calls

    def found_in_passing(self, module: nn.Module) -> bool | None:
        """Any layer matters where anyone is entered in this thread."""
        return True if self.entered() else None

    def reporters(self) -> tuple[Reporter, ...]:
        """Return who tells of what is seen in this thread."""
        return tuple(inner.observer.reporter for inner in self._innermost())

    def through(self, door: bool, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call a layer under everyone who is entered."""
        seen: list[tuple[AnyWatcher, object]] = []
        for inner in self._innermost():
            observer = inner.observer
            own = observer.doors.get(id(module)) or observer.guarded(inner.meet, module)
            if own is not None:
                proceed = functools.partial(observer.through, own, module, proceed)
                seen.append((observer, own))
        if len(seen) > 1:
            return seen_by_several(seen, module, proceed, *args, **kwargs)
        return proceed(*args, **kwargs)

    def hear(
        self, error: ContractError, door: bool, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        """Hear what another watcher raised."""
        for inner in self._innermost():
            if own := inner.observer.doors.get(id(module)):
                inner.observer.hear(error, own, module, args, kwargs)

    def _innermost(self) -> list[InnerCalls]:
        """Return the innermost of each reporter that is entered in this thread, those that raise last."""
        found = {inner.observer.reporter: inner for inner, _ in self.entered()}
        return sorted(found.values(), key=lambda inner: inner.observer.raises)


_stand = _Stand()
