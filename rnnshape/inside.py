"""An observer of what is called inside something else: a function, or the ``forward`` of a module."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from rnnshape import _torch
from rnnshape.gates import close_gates, open_gates
from rnnshape.hooks import Action, Observer
from rnnshape.report import Report

__all__ = ["Inside"]


class Inside(Observer):
    """Watches the recurrent layers that are called during a visit, in its thread; it stands at the gates only meanwhile."""

    def __init__(self, report: Report, on: Action, ignore: Iterable[str]) -> None:
        super().__init__(report, on, ignore)
        self.everywhere = True
        self._here = threading.local()
        self._visits = 0
        self._lock = threading.Lock()

    def enter(self, root: nn.Module | None) -> None:
        """Begin to watch what this thread calls, under a module if one is called."""
        self._roots.append(root)
        with self._lock:
            self._visits += 1
            if self._visits == 1:
                open_gates(self, _torch.RECURRENT)

    def leave(self) -> None:
        """Watch no longer, unless another visit lasts."""
        self._roots.pop()
        with self._lock:
            self._visits -= 1
            if not self._visits:
                close_gates(self)

    @property
    def _roots(self) -> list[nn.Module | None]:
        try:
            return self._here.roots
        except AttributeError:
            self._here.roots = []
            return self._here.roots

    def found_in_passing(self, module: nn.Module) -> Any:
        """Return the door of a module that is called during a visit."""
        return super().found_in_passing(module) if self._roots else None

    def path_in_passing(self, module: nn.Module) -> str:
        """Return the path of a module in the one that is visited; elsewhere in whatever holds it."""
        root = next((root for root in self._roots if root is not None), None)
        for path, inner in root.named_modules() if root is not None else ():
            if inner is module:
                return path
        return _torch.path_from_stack(module)

    @_torch.uncompiled
    def through(self, door: Any, module: nn.Module, proceed: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a module, which is judged in the threads that visit."""
        if not self._roots:
            return proceed(*args, **kwargs)
        return super().through(door, module, proceed, *args, **kwargs)
