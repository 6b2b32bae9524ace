"""Provenance over the first steps of a run: the tracker is on while they last, and gone afterwards.

A step is one call of the model that is watched, or of any outermost module where the whole process is.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from rnnshape import _torch
from rnnshape.contracts.annotations import annotated_axes
from rnnshape.hooks.class_call import close_gates, open_gates
from rnnshape.hooks.dataloader import batch_first, forget_batches, hear_of_batches
from rnnshape.hooks.observer import Observer
from rnnshape.operations.registry import leaves
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.labels import label
from rnnshape.tracking.track import Tracker

__all__ = ["Stepper"]


class Stepper:
    """Turns the tracker on for a number of steps.

    Args:
        observer: what is done about findings.
        path: tells the path of a module.
        limit: how many steps are followed; None for all.

    Attributes:
        doors: the model that is watched, by its id.
        everywhere: whether any outermost module counts.
    """

    def __init__(self, observer: Observer, path: Callable[[nn.Module], str], limit: int | None) -> None:
        self.doors: dict[int, nn.Module] = {}
        self.everywhere = False
        self._limit = limit
        self._steps = 0
        self._inside = False
        self._thread = threading.get_ident()
        self._tracker = Tracker(observer.reporter, path)
        self._observer = observer
        self._on = False

    def start(self, model: nn.Module | None) -> None:
        """Begin to follow."""
        if model is None:
            self.everywhere = True
        else:
            self.doors[id(model)] = model
        open_gates(self, (nn.Module if model is None else type(model),))
        hear_of_batches(self._hear)
        self._on = True
        self._tracker.__enter__()

    def stop(self) -> None:
        """Follow no longer, and leave nothing behind; once more does nothing."""
        if not self._on:
            return
        self._on = False
        close_gates(self)
        forget_batches(self._hear)
        self.everywhere = False
        self.doors.clear()
        _torch.pop_mode(self._tracker)

    # What a gate calls

    def found_in_passing(self, module: nn.Module) -> nn.Module:
        """Any module is a step, where it is the outermost."""
        return module

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run our own work."""
        return self._observer.guarded(work, *args)

    def reporters(self) -> tuple[Reporter, ...]:
        """Return nobody: the observer stands by itself."""
        return ()

    def through(self, door: nn.Module, module: nn.Module, proceed: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call the model, as one step."""
        if self._inside or threading.get_ident() != self._thread:
            return proceed(*args, **kwargs)
        if self._steps == self._limit:
            self.stop()
            return proceed(*args, **kwargs)
        self._steps += 1
        self._inside = True
        try:
            self.guarded(self._begin, module, args, kwargs)
            result = proceed(*args, **kwargs)
        finally:
            self._inside = False
        self._tracker.finish(result)
        return result

    def _begin(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        names = annotated_axes(module.forward)
        try:
            arguments = inspect.signature(module.forward).bind_partial(*args, **kwargs).arguments
        except (TypeError, ValueError):  # torch will say so, or the function has no signature
            arguments = {}
        for name, value in arguments.items():
            if isinstance(value, Tensor) and self._tracker.mark(value) is None:
                label(self._tracker, value, names.get(name), name, f"axes of {name!r}")
        self._tracker.begin([m for t in leaves([args, kwargs]) if (m := self._tracker.mark(t))])

    def _hear(self, tensor: Tensor) -> None:
        """Label what a DataLoader yields in the thread that is followed."""
        if threading.get_ident() == self._thread:
            self.guarded(self._tracker.label, tensor, batch_first(tensor))
