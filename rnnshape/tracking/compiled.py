"""What torch.compile runs: nobody of ours is to be met there, and a report says what was not looked at for it.

Compiled code is made for the function modes that are on when it is made, and is made anew where there are others. So a thread
that comes into it leaves the modes of ours behind. While anybody listens, ``torch._dynamo`` has a function of ours where the
compiler is set, which happens whenever a thread comes into compiled code or leaves it. Before the first compilation there is
no ``torch._dynamo``; then its import is waited for. Whatever becomes of those who listen, torch's own function is called once.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, cast

from torch import nn

from rnnshape import _torch
from rnnshape.harmless import Guard

__all__ = ["COMPILED", "Listener", "Region", "hear_of_compiled", "leave_compiled"]

_MODULE = "torch._dynamo.eval_frame"
_SETTER = "_maybe_set_eval_frame"

COMPILED = (
    "compiled by torch.compile, so no axis is followed through it; torch.compiler.set_stance('force_eager') runs it in Python"
)
"""Why nothing was followed."""

Listener = Callable[[FrameType, ExitStack], None]
"""Hears that this thread comes into compiled code, by a frame of torch's, with no compiler below; what it registers is undone
when the thread leaves."""


class Region:
    """Compiled code that a thread comes into.

    Args:
        frame: of torch's function that calls what is compiled.
    """

    def __init__(self, frame: FrameType) -> None:
        values = frame.f_locals
        self._function: object = values.get("fn")
        self._args: Sequence[object] = (*values.get("args", ()), *values.get("kwargs", {}).values())

    @property
    def name(self) -> str:
        """What was compiled: the class of a module, or the name of a function."""
        owner = self._owner()
        return type(owner).__name__ if owner is not None else getattr(self._function, "__qualname__", "a function")

    def modules(self) -> list[nn.Module]:
        """Return the modules that are compiled: whose method it is, what is passed, and what the function knows by name."""
        found = [self._owner(), *self._args, *_known_to(self._function)]
        return [module for module in found if isinstance(module, nn.Module)]

    def _owner(self) -> nn.Module | None:
        owner = getattr(self._function, "__self__", None)
        if owner is None and getattr(self._function, "__module__", "").startswith("torch."):  # torch's, around a module
            owner = next((value for value in _known_to(self._function) if isinstance(value, nn.Module)), None)
        return owner if isinstance(owner, nn.Module) else None


def _known_to(function: object) -> Iterator[object]:
    if isinstance(function, FunctionType):
        for cell in function.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # nothing is in it yet
                continue
        code: CodeType = function.__code__
        for name in code.co_names:
            yield function.__globals__.get(name)


class _Here(threading.local):
    """Where this thread came into compiled code, and what is undone when it leaves."""

    def __init__(self) -> None:
        self.frame: FrameType | None = None
        self.undo = ExitStack()


class _Regions:
    """Who listens.

    Attributes:
        listeners: those who do. Replaced, never changed: other threads walk along them.
    """

    def __init__(self) -> None:
        self.listeners: tuple[Listener, ...] = ()
        self._here = _Here()
        self._lock = threading.RLock()
        self._ours: object = None
        self._before: object = None
        self._finder: _Finder | None = None
        self._inside = 0

    def open(self, listener: Listener) -> None:
        """Let someone hear of compiled code."""
        with self._lock:
            self.listeners = (*self.listeners, listener)
            if self._ours is None and self._finder is None:
                module = sys.modules.get(_MODULE)
                if module is not None and hasattr(module, _SETTER):
                    self.stand(module)
                else:
                    self._finder = _Finder(self)
                    sys.meta_path.insert(0, self._finder)

    def close(self, listener: Listener) -> None:
        """Forget a listener."""
        with self._lock:
            self.listeners = tuple(other for other in self.listeners if other != listener)
            self._rest()

    def _rest(self) -> None:
        """Leave nothing behind where nobody listens, and no thread is in compiled code, of which it has yet to hear the end."""
        if self.listeners or self._inside:
            return
        if self._finder is not None:
            self._finder.leave()
            self._finder = None
        module: Any = sys.modules.get(_MODULE)
        if self._ours is not None and getattr(module, _SETTER) is self._ours:
            setattr(module, _SETTER, self._before)
            self._ours = self._before = None

    def stand(self, module: ModuleType) -> None:
        """Put our function where torch sets the compiler."""
        with self._lock:
            self._finder = None
            before = getattr(module, _SETTER, None)
            if before is not None and self.listeners:
                self._before, self._ours = before, self._noticing(before)
                setattr(module, _SETTER, self._ours)

    def _noticing(self, before: Any) -> Callable[[object], object]:
        @_torch.uncompiled
        def set_compiler(compiler: object) -> object:
            here = self._here
            frame = sys._getframe(1)
            if here.frame is None and compiler is not None and self.listeners:
                here.frame = frame
                with Guard():
                    self._come_in(frame, here.undo)
            elif here.frame is frame:
                found = before(compiler)
                here.frame = None
                with Guard():
                    here.undo.close()
                return found
            return before(compiler)

        return set_compiler

    def _come_in(self, frame: FrameType, undo: ExitStack) -> None:
        with self._lock:
            self._inside += 1
        undo.callback(self._go_out)
        for hear in self.listeners:
            with Guard():
                hear(frame, undo)

    def _go_out(self) -> None:
        with self._lock:
            self._inside -= 1
            self._rest()


class _Finder(MetaPathFinder):
    """Waits for the import of the module in which torch sets the compiler."""

    def __init__(self, regions: _Regions) -> None:
        self._regions = regions

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find the module as Python does, and hear of it once it has been run."""
        if name != _MODULE:
            return None
        spec = None
        with Guard():
            self.leave()
            spec = PathFinder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _Loader(spec.loader, self._regions)
        return spec

    def leave(self) -> None:
        """Wait no longer."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _Loader(Loader):
    """Runs the module as its own loader does."""

    def __init__(self, loader: Loader, regions: _Regions) -> None:
        self._loader = loader
        self._regions = regions

    def exec_module(self, module: ModuleType) -> None:
        """Run it, with its own loader in its names, and stand in it."""
        module.__loader__ = self._loader
        cast("ModuleSpec", module.__spec__).loader = self._loader
        self._loader.exec_module(module)
        with Guard():
            self._regions.stand(module)


_regions = _Regions()
hear_of_compiled, leave_compiled = _regions.open, _regions.close
