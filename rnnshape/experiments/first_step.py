"""The first training step of a process: its models are probed before they are called, or once the step is over, on copies."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Protocol

import torch
from torch import nn

from rnnshape import _torch
from rnnshape.calls import has_layers
from rnnshape.harmless import Guard
from rnnshape.hooks.class_call import Proceed, Watcher, leave_classes, stand_in_classes
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.arguments import Axes
from rnnshape.tracking.by_hand import may_be_by_hand
from rnnshape.tracking.track import Tracker

__all__ = ["FirstStep", "Probing"]

MOST_OTHERS = 8
"""Modules that turn out to be no recurrent model, after which those of a script's own that have no layer are left alone."""

NO_STEP = "no experiment was made: no model with a recurrent layer was called while it trains"


class Probing(Protocol):
    """Probes models that are about to be called, or once the step is over."""

    def prepare(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes) -> bool:
        """Probe a model now, or return that it is to be done once the step is over."""
        ...

    def conclude(self) -> bool:
        """Do what was to be done once the step is over, and tell whether any of its models was one to be probed."""
        ...

    def forget(self) -> None:
        """Do nothing of it."""


class FirstStep(Watcher[nn.Module]):
    """Waits for the first step of a process, while it trains and gradients are on, and has the models that it calls probed.

    A step is over where backward was called, or, where nothing waits for that, its first model is called again. Where nobody
    has asked, a module of the user's own without a layer of torch's may be a recurrent model made by hand: what its step has
    shown tells, and where it was none the wait goes on.

    Args:
        reporter: is asked whether it goes on.
        axes: of the arguments.
        probe: probes the models.
        model: the model; None for all outermost ones that have a recurrent layer.
        asked: whether somebody has asked for it, and is told where there was no such call.
    """

    def __init__(
        self, reporter: Reporter, axes: Axes, probe: Probing, model: nn.Module | None, *, asked: bool = True
    ) -> None:
        self.doors: dict[int, nn.Module] = {} if model is None else {id(model): model}
        self.everywhere = model is None
        self.in_compiled = False
        self._reporter = reporter
        self._axes = axes
        self._probe = probe
        self._model = model
        self._asked = asked
        self._waits = self._is_later = self._is_over = False
        self._others: list[weakref.ref[nn.Module]] = []
        self._called: list[weakref.ref[nn.Module]] = []
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
            if self._asked and not self._called:
                self._reporter.report.did_not_look(NO_STEP)
        self._conclude()
        leave_classes(self)

    def forget(self) -> None:
        """Make none of the experiments that wait: the script has ended early, and by itself says why."""
        self._is_later = False
        self._probe.forget()

    def _conclude(self) -> bool:
        """Make the experiments that have waited for the end of the step, and tell whether there was any model."""
        is_later, self._is_later, self._is_over = self._is_later, False, True
        was_one = any(model is not None and has_layers(model) for model in (ref() for ref in self._called))
        if is_later and not self._reporter.stepped_aside:
            with Guard(self._reporter.step_aside):
                was_one |= self._probe.conclude()
        return was_one

    def _step_ends(self) -> None:
        """Look at no more calls, unless the step was of no recurrent model."""
        if self._conclude() or len(self._others) > MOST_OTHERS:
            self._leave()
        else:
            self._others += self._called
            self._called.clear()
            self._is_over = False

    def found_in_passing(self, module: nn.Module) -> nn.Module | None:
        """Any module that trains and may be a recurrent model is one; once one is known, any call may be of another step."""
        if self._called:
            return module if not self._inside and self._trains(module) else None
        return module if self._waits and self._trains(module) and self._may_be_one(module) else None

    def _may_be_one(self, module: nn.Module) -> bool:
        """Tell whether a module has a recurrent layer, or may be a recurrent model made by hand."""
        if has_layers(module):
            return True
        known = any(other() is module for other in self._others)
        return not self._asked and not known and may_be_by_hand(module)

    def guarded(self, work: Callable[..., object], *args: object) -> Any:
        """Run our own work."""
        return self._reporter.guarded(work, *args)

    def through(self, door: nn.Module, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call a model; before its first step, or once that is over, it is probed."""
        if self._inside or not self._trains(module) or self._reporter.stepped_aside or self._is_over:
            return proceed(*args, **kwargs)
        if self._called and _backwards() > self._backwards:
            self._step_ends()
        elif self._called and not self._is_later and module is self._called[0]():
            self._leave()
        if self._is_new(module):
            self._first(module, args, kwargs)
        self._inside = True
        try:
            return proceed(*args, **kwargs)
        except BaseException:
            self.forget()  # what a model raises says what is wrong, and no experiment has to
            raise
        finally:
            self._inside = False

    def _is_new(self, module: nn.Module) -> bool:
        """Tell whether a module is a model of this step that was not called before."""
        known = any(model() is module for model in self._called)
        return self._waits and not known and (not self._called or self._may_be_one(module))

    def _first(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Have a model probed that is about to be called for the first time."""
        if not self._called:
            self._backwards = _backwards()
        self._called.append(weakref.ref(module))
        with Guard(self._reporter.step_aside):
            self._is_later |= self._probe.prepare(module, args, kwargs, self._axes)
        if self._model is not None:
            self._waits = False
            if not self._is_later:
                self._leave()

    def _leave(self) -> None:
        """Look at no more calls."""
        self._waits, self._is_over = False, True
        self.guarded(leave_classes, self)

    def _trains(self, module: nn.Module) -> bool:
        return module.training and torch.is_grad_enabled() and threading.get_ident() == self._thread


def _backwards() -> int:
    """Return how often backward was called, as far as trackers that are on in this thread know."""
    trackers = [mode for mode in _torch.function_modes() if isinstance(mode, Tracker)]
    return max((tracker.telling.step.carrying.backwards for tracker in trackers), default=0)
