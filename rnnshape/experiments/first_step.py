"""The first training step of a process: its model is probed before it is called, or once the step is over, on a copy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn

from rnnshape import _torch
from rnnshape.calls import spec_of
from rnnshape.harmless import Guard
from rnnshape.hooks.class_call import Proceed, Watcher, leave_classes, stand_in_classes
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.labels import Axes
from rnnshape.tracking.track import Tracker

__all__ = ["FirstStep"]

ProbeCall = Callable[[Reporter, nn.Module, tuple[Any, ...], dict[str, Any], Axes], Callable[[], None] | None]
"""Probes a model that is about to be called, or returns what does so once the step is over."""

NO_STEP = "no experiment was made: no model with a recurrent layer was called while it trains"


class FirstStep(Watcher[nn.Module]):
    """Waits for the first call of a model, while it trains and gradients are on, and probes it.

    Args:
        reporter: is told what is found.
        axes: of the arguments.
        probe: is called with these two and the call, and tells the reporter.
        model: the model; None for the outermost one of the process that has a recurrent layer.
        asked: whether somebody has asked for it, and is told where there was no such call.
    """

    def __init__(
        self, reporter: Reporter, axes: Axes, probe: ProbeCall, model: nn.Module | None, *, asked: bool = True
    ) -> None:
        self.doors: dict[int, nn.Module] = {} if model is None else {id(model): model}
        self.everywhere = model is None
        self.in_compiled = False
        self._reporter = reporter
        self._axes = axes
        self._probe = probe
        self._model = model
        self._asked = asked
        self._waits = False
        self._then: Callable[[], None] | None = None
        self._inside = False
        self._backwards = 0
        self._thread = threading.get_ident()

    def start(self, undo: ExitStack) -> None:
        """Begin to wait.

        Args:
            undo: ends it when it is closed.
        """
        self._waits = True
        undo.callback(self._end)
        stand_in_classes(self, (nn.Module if self._model is None else type(self._model),))

    def _end(self) -> None:
        if self._waits:
            self._waits = False
            if self._asked:
                self._reporter.report.did_not_look(NO_STEP)
        self._conclude()
        leave_classes(self)

    def forget(self) -> None:
        """Make none of the experiments that wait: the script has ended early, and by itself says why."""
        self._then = None

    def _conclude(self) -> None:
        """Make the experiments that have waited for the end of the step."""
        then, self._then = self._then, None
        if then is not None and not self._reporter.stepped_aside:
            with Guard(self._reporter.step_aside):
                then()

    def found_in_passing(self, module: nn.Module) -> nn.Module | None:
        """Any module that trains and has a recurrent layer is the model; once it is known, any call may be of another step."""
        if self._then is not None:
            return module if not self._inside and self._trains(module) else None
        return module if self._waits and self._trains(module) and any(map(spec_of, module.modules())) else None

    def guarded(self, work: Callable[..., object], *args: object) -> Any:
        """Run our own work."""
        return self._reporter.guarded(work, *args)

    def through(self, door: nn.Module, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call the model; before its first step, or once that is over, it is probed."""
        if self._then is not None:
            if not self._inside and _backwards() > self._backwards and self._trains(module):
                self._conclude()
                self.guarded(leave_classes, self)
            return proceed(*args, **kwargs)
        if self._waits and self._trains(module) and not self._reporter.stepped_aside:
            self._waits = False
            with Guard(self._reporter.step_aside):
                self._then = self._probe(self._reporter, module, args, kwargs, self._axes)
            if self._then is None:
                self.guarded(leave_classes, self)
            else:
                return self._first(proceed, *args, **kwargs)
        return proceed(*args, **kwargs)

    def _first(self, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call the model for the first time; what it raises says what is wrong, and no experiment has to."""
        self._backwards, self._inside = _backwards(), True
        try:
            return proceed(*args, **kwargs)
        except BaseException:
            self._then = None
            raise
        finally:
            self._inside = False

    def _trains(self, module: nn.Module) -> bool:
        return module.training and torch.is_grad_enabled() and threading.get_ident() == self._thread


def _backwards() -> int:
    """Return how often backward was called, as far as trackers that are on in this thread know."""
    trackers = [mode for mode in _torch.function_modes() if isinstance(mode, Tracker)]
    return max((tracker.telling.step.carrying.backwards for tracker in trackers), default=0)
