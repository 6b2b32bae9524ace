"""Where watchers stand: the classes of modules that have a ``__call__`` of ours for as long as somebody watches."""

from __future__ import annotations

import functools
import threading
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any, Generic, TypeVar

import torch
from torch import nn

from rnnshape import _torch
from rnnshape.errors import ContractError
from rnnshape.harmless import UsersCall
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.compiled import COMPILED, Region, hear_of_compiled, leave_compiled

__all__ = [
    "TRACED",
    "Proceed",
    "Watcher",
    "leave_classes",
    "leave_classes_soon",
    "reporters",
    "seen_by_several",
    "stand_in_classes",
    "unwatched",
]

TRACED = "a tracer runs it on placeholders, so its calls are not looked at; run a step without it"
"""Why nothing was looked at."""

Proceed = Callable[..., object]
"""Goes on with a call, and returns what it returns."""

D = TypeVar("D")
"""What a watcher has for a module."""


class Watcher(Generic[D]):
    """What may stand in a class: it has a door for some modules, and takes their calls through it.

    Most of this is what a watcher does that only looks; a watcher overrides what it does otherwise.

    Attributes:
        doors: what it has for each module that it watches, by the id of the module.
        everywhere: whether it looks at modules as well that nobody named.
        raises: whether it may raise: then it is called before those that do not, so that what is raised is not warned of too.
        in_compiled: whether it takes calls in what torch.compile runs as well, of the layers that this leaves to Python.
    """

    doors: dict[int, D]
    everywhere: bool = False
    raises: bool = False
    in_compiled: bool = True

    def found_in_passing(self, module: nn.Module) -> D | None:
        """Return the door of a module that nobody named; None for one that does not matter."""
        return None

    def reporters(self) -> tuple[Reporter, ...]:
        """Return who tells of what is seen here, in this thread."""
        return ()

    def guarded(self, work: Callable[..., object], *args: object) -> Any:
        """Run work of ours without harm to the model."""
        return work(*args)

    def step_aside(self) -> None:
        """End this watch, after a mistake of ours."""
        for reporter in self.reporters():
            reporter.step_aside()

    def through(self, door: D, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call a module."""
        return proceed(*args, **kwargs)

    def miss(self, modules: Iterable[nn.Module], why: str) -> None:
        """Hear that calls of these modules are not looked at, and tell of those that would have been."""

    def hear(
        self, error: ContractError, door: D, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        """Hear what another watcher raised about a call that this one sees as well."""


AnyWatcher = Watcher[Any]
"""One of those that see a call: of what its doors are, only it knows."""


class _Place:
    """What stands in one class.

    Attributes:
        watchers: those who watch it, in the order in which they began, and those that raise last: the last is called first.
            Replaced, never changed: other threads walk along them.
        before: the ``__call__`` that the class itself had, or None.
        stands: whether it has ours at the moment.
    """

    __slots__ = ("__weakref__", "before", "stands", "watchers")

    def __init__(self, before: Proceed | None) -> None:
        self.watchers: tuple[AnyWatcher, ...] = ()
        self.before = before
        self.stands = False

    def put(self, owner: type[nn.Module]) -> None:
        """Stand in a class."""
        if not self.stands:
            ours = _call_past(owner, self)
            self.stands = True
            owner.__call__ = ours

    def take(self, owner: type[nn.Module]) -> None:
        """Give a class its own ``__call__`` back."""
        if self.stands:
            self.stands = False
            if self.before is None:
                del owner.__call__
            else:
                owner.__call__ = self.before

    def __reduce__(self) -> tuple[type[_Place], tuple[None]]:
        return _Place, (None,)  # a class may be pickled by value, with our __call__, by those who do that


class _Classes:
    """The classes that have our ``__call__`` at present, and the watchers that need it. It keeps no class alive."""

    def __init__(self) -> None:
        self._places: weakref.WeakKeyDictionary[type[nn.Module], _Place] = weakref.WeakKeyDictionary()
        self._owners: dict[AnyWatcher, tuple[weakref.ref[type[nn.Module]], ...]] = {}
        self._lock = threading.Lock()
        self._dead: deque[AnyWatcher] = deque()
        self._compiled = 0

    def reporters(self) -> tuple[Reporter, ...]:
        """Return the reporters of everyone who watches at present."""
        return tuple(reporter for watcher in tuple(self._owners) for reporter in watcher.reporters())

    def stand(self, watcher: AnyWatcher, owners: Iterable[type[nn.Module]]) -> None:
        """Let a watcher see the calls of these classes."""
        with self._lock:
            self._bury()
            self._owners[watcher] = tuple(map(weakref.ref, owners))
            try:
                for reference in self._owners[watcher]:
                    owner = reference()
                    if owner is not None and owner not in self._places:
                        if not self._places:
                            hear_of_compiled(self._hear_of_compiled)
                        self._places[owner] = _Place(owner.__dict__.get("__call__"))
                self._line_up()
                self._stand()
            except BaseException:
                self._leave(watcher)
                raise

    def leave(self, watcher: AnyWatcher) -> None:
        """Forget a watcher, and give the classes that nobody else watches their own ``__call__`` back."""
        with self._lock:
            self._bury()
            self._leave(watcher)

    def leave_soon(self, watcher: AnyWatcher) -> None:
        """Forget a watcher of which the module has died; that may happen anywhere, even while others come and leave."""
        if not self._lock.acquire(blocking=False):
            self._dead.append(watcher)
            return
        try:
            self._leave(watcher)
        finally:
            self._lock.release()

    def _bury(self) -> None:
        while self._dead:
            self._leave(self._dead.popleft())

    def _leave(self, watcher: AnyWatcher) -> None:
        self._owners.pop(watcher, None)
        self._line_up()
        for owner, place in [*self._places.items()]:
            if not place.watchers:
                del self._places[owner]
                place.take(owner)
        if not self._places:
            leave_compiled(self._hear_of_compiled)

    def _hear_of_compiled(self, frame: FrameType, undo: ExitStack) -> None:
        """Leave the classes that are compiled while any thread is in compiled code: it is made anew where they have changed."""
        for watcher in tuple(self._owners):
            if not watcher.in_compiled:
                watcher.guarded(watcher.miss, Region(frame).modules(), COMPILED)
        with self._lock:
            self._compiled += 1
            undo.callback(self._come_back)
            self._stand()

    def _come_back(self) -> None:
        with self._lock:
            self._compiled -= 1
            self._stand()

    def _stand(self) -> None:
        for owner, place in self._places.items():
            if self._compiled and not _torch.is_left_to_python(owner):
                place.take(owner)
            else:
                place.put(owner)

    def _line_up(self) -> None:
        at: dict[_Place, list[AnyWatcher]] = {place: [] for place in self._places.values()}
        for watcher, owners in sorted(self._owners.items(), key=lambda item: item[0].raises):
            for owner in (reference() for reference in owners):
                if owner is not None and owner in self._places:
                    at[self._places[owner]].append(watcher)
        for place, watchers in at.items():
            place.watchers = tuple(watchers)


_unwatched: set[int] = set()
"""The threads in which nobody watches for the moment."""


@contextmanager
def unwatched() -> Generator[None]:
    """Call modules of ours, copies of the user's, past everyone who watches in this thread."""
    thread = threading.get_ident()
    if thread in _unwatched:
        yield
        return
    _unwatched.add(thread)
    try:
        yield
    finally:
        _unwatched.discard(thread)


def _call_past(owner: Any, place: _Place) -> Callable[..., object]:
    """Return a ``__call__`` for a class, which takes every call of its instances past the watchers that have a door for it."""

    @_torch.uncompiled
    @functools.wraps(nn.Module.__call__)
    def __call__(self: nn.Module, *args: object, **kwargs: object) -> object:  # noqa: N807
        if _unwatched and threading.get_ident() in _unwatched:
            return _further(owner, place, self, *args, **kwargs)
        # What comes after is looked up when it comes: a watcher may have others stand further on.
        proceed: Proceed = functools.partial(_further, owner, place, self)
        if not _torch.is_judged_here():
            _miss(place.watchers, self)
            return proceed(*args, **kwargs)
        compiler = _torch.compiler_below()
        if compiler is None:
            return _past(place.watchers, False, self, proceed, *args, **kwargs)
        # The compiler takes up every Python function that is called: ours are called without it, what comes after with it.
        proceed = functools.partial(_torch.compiled_with, compiler, proceed)
        return _torch.compiled_with(None, _past, place.watchers, True, self, proceed, *args, **kwargs)

    return __call__


def _miss(watchers: Iterable[AnyWatcher], module: nn.Module) -> None:
    """Let watchers tell that somebody traces a module, with placeholders for tensors."""
    if not torch.compiler.is_compiling():
        for watcher in watchers:
            watcher.guarded(watcher.miss, (module,), TRACED)


def _past(
    watchers: Iterable[AnyWatcher],
    in_compiled: bool,
    module: nn.Module,
    proceed: Proceed,
    /,
    *args: object,
    **kwargs: object,
) -> object:
    """Take a call past the watchers that have a door for the module."""
    seen: list[tuple[AnyWatcher, object]] = []
    proceed = users = UsersCall(proceed)
    try:
        for watcher in watchers:
            if in_compiled and not watcher.in_compiled:
                continue
            door = watcher.doors.get(id(module))
            if door is None and watcher.everywhere:
                door = watcher.guarded(watcher.found_in_passing, module)
            if door is not None:
                proceed = functools.partial(watcher.through, door, module, proceed)
                seen.append((watcher, door))
        if len(seen) > 1:
            return seen_by_several(seen, module, proceed, *args, **kwargs)
        return proceed(*args, **kwargs)
    except BaseException as error:
        if not users.outlives(error, functools.partial(_step_aside, seen)):
            raise
    return users.outcome(*args, **kwargs)


@_torch.uncompiled
def _further(owner: Any, place: _Place, module: nn.Module, /, *args: object, **kwargs: object) -> object:
    """Call a module as if the ``__call__`` that we gave to a class were not there."""
    if place.before is not None:
        return place.before(module, *args, **kwargs)
    return super(owner, module).__call__(*args, **kwargs)


def _step_aside(seen: list[tuple[AnyWatcher, object]]) -> None:
    for watcher, _ in seen:
        watcher.step_aside()


def seen_by_several(
    seen: list[tuple[AnyWatcher, object]], module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object
) -> object:
    """Call a module under several watches: what one raises, the others record."""
    try:
        return proceed(*args, **kwargs)
    except ContractError as error:
        for watcher, door in seen:
            watcher.hear(error, door, module, args, kwargs)
        raise


_classes = _Classes()
stand_in_classes, leave_classes, leave_classes_soon = _classes.stand, _classes.leave, _classes.leave_soon
reporters = _classes.reporters
