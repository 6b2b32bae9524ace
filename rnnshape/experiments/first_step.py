"""The first training step of a process: its model is probed before it is called, on a copy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn

from rnnshape.calls import spec_of
from rnnshape.harmless import Guard
from rnnshape.hooks.class_call import Proceed, Watcher, leave_classes, stand_in_classes
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.labels import Axes

__all__ = ["FirstStep"]

ProbeCall = Callable[[Reporter, nn.Module, tuple[Any, ...], dict[str, Any], Axes], None]

NO_STEP = "no experiment was made: no model with a recurrent layer was called while it trains"


class FirstStep(Watcher[nn.Module]):
    """Waits for the first call of a model, while it trains and gradients are on, and probes it.

    Args:
        reporter: is told what is found.
        axes: of the arguments.
        probe: is called with these two and the call, and tells the reporter.
        model: the model; None for the outermost one of the process that has a recurrent layer.
    """

    def __init__(self, reporter: Reporter, axes: Axes, probe: ProbeCall, model: nn.Module | None) -> None:
        self.doors: dict[int, nn.Module] = {} if model is None else {id(model): model}
        self.everywhere = model is None
        self.in_compiled = False
        self._reporter = reporter
        self._axes = axes
        self._probe = probe
        self._model = model
        self._waits = False
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
            self._reporter.report.did_not_look(NO_STEP)
        leave_classes(self)

    def found_in_passing(self, module: nn.Module) -> nn.Module | None:
        """Any module that trains and has a recurrent layer is the model."""
        return module if self._trains(module) and any(map(spec_of, module.modules())) else None

    def guarded(self, work: Callable[..., object], *args: object) -> Any:
        """Run our own work."""
        return self._reporter.guarded(work, *args)

    def through(self, door: nn.Module, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call the model; before its first step it is probed."""
        if self._trains(module) and not self._reporter.stepped_aside:
            self._waits = False
            self.guarded(leave_classes, self)
            with Guard(self._reporter.step_aside):
                self._probe(self._reporter, module, args, kwargs, self._axes)
        return proceed(*args, **kwargs)

    def _trains(self, module: nn.Module) -> bool:
        return self._waits and module.training and torch.is_grad_enabled() and threading.get_ident() == self._thread
