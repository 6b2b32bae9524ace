"""`Steps`: the first training steps of a run, and its first evaluation, through which every axis is followed."""

from __future__ import annotations

import inspect
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from rnnshape import _torch
from rnnshape.hooks.class_call import Proceed, Watcher, leave_classes, stand_in_classes
from rnnshape.hooks.dataloader import Batch, forget_batches, hear_of_batches
from rnnshape.hooks.evaluating import hear_of_evaluations, leave_evaluations
from rnnshape.report.finding import Finding
from rnnshape.report.report import UNUSED_AXES
from rnnshape.report.reporter import Reporter
from rnnshape.rules.exceptions import Squeeze
from rnnshape.text import nearest
from rnnshape.tracking.arguments import Axes, annotated
from rnnshape.tracking.batches import label_batch, label_samples, label_slice, label_source, tensors_in
from rnnshape.tracking.by_hand import is_recurrent
from rnnshape.tracking.counting import MOST_CALLS, StepCount, has_parameters, trains
from rnnshape.tracking.cuts import is_cut
from rnnshape.tracking.labels import label, label_call
from rnnshape.tracking.nesting import single_or_nested
from rnnshape.tracking.numbers import learn_numbers
from rnnshape.tracking.padding import learn_padding

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["Steps"]

BEFORE_TRAINING = (
    "calls that train nothing, before the first training step, were followed only at first: what a rollout does with their "
    "results was not looked at; track=True follows every call"
)
"""Why of most calls before the first training step nothing is known."""

EVALUATES = (
    "an evaluation gave it a tensor of which no DataLoader has told the batch since eval() was called: mixed samples cannot be "
    "seen there; axes= tells it"
)
"""Why of an evaluation behind the training steps little is known."""

PREDICTS = (
    f"{MOST_CALLS} calls with gradients, and nobody has called backward: what came after them was not followed; "
    "call eval(), or predict under torch.no_grad()"
)
"""Why a run that only predicts is not followed to its end."""


class Steps(Watcher[nn.Module]):
    """The first training steps of a run, through which every axis is followed: the tracker is gone after them.

    It comes back once, where a model is put into evaluation mode behind them, for the first calls that train nothing.

    Followed are calls of the model that is watched, or of any outermost module with parameters where the whole process is, and
    what is done with their results; `StepCount` says which. Between the first calls that train nothing and the first that does
    the tracker rests.

    Args:
        reporter: runs our own work.
        tracker: is on from `start` to `stop`, but where it rests.
        model: the model, or None.
        limit: how many training steps are followed, and how many calls before them; None for all.
        axes: of the arguments of a call.

    Attributes:
        axes: likewise, for the calls that come.
    """

    def __init__(
        self, reporter: Reporter, tracker: Tracker, model: nn.Module | None, limit: int | None, axes: Axes = None
    ) -> None:
        self.doors: dict[int, nn.Module] = {}
        self.everywhere = False
        self.in_compiled = False
        self._reporter = reporter
        self._tracker = tracker
        self._model = model
        tracker.inputs.of_any = model is None
        self._count = StepCount(limit)
        self.axes = axes
        self._named: set[str] = set()
        self._arguments: set[str] = set()
        self._has_begun = False
        self._inside = False
        self._thread = threading.get_ident()
        self._on = False
        self._samples: list[Tensor] = []
        self._waits = False
        self._undo: ExitStack | None = None
        self._trained: weakref.WeakSet[nn.Module] = weakref.WeakSet()

    def start(self, undo: ExitStack) -> None:
        """Begin to follow.

        Args:
            undo: ends it when it is closed, also where this has only half begun.
        """
        undo.callback(self._leave_classes)
        undo.callback(forget_batches, self)
        undo.callback(leave_evaluations, self)
        undo.callback(self.stop)
        self._undo = undo
        self._follow()

    def _follow(self) -> None:
        """Stand in classes, and have the tracker on."""
        assert self._undo is not None
        model = self._model
        if model is None:
            self.everywhere = True
        else:
            self.doors[id(model)] = model
        stand_in_classes(self, (nn.Module if model is None else type(model),))
        hear_of_batches(self)
        self._on = True
        self._tracker.book.cuts.open()
        self._tracker.start(self._undo)

    def stop(self) -> None:
        """Follow no longer, and leave nothing behind; once more takes away what could not be reached before.

        Where the tracker cannot be reached, inside a backward or from another thread, the next call of a module takes it away.
        """
        if self._on:
            self._on = False
            self._tell_of_names()
            forget_batches(self)
            self.doors.clear()
            self._tracker.forget()
        leave_evaluations(self)
        self._leave()

    def _tell_of_names(self) -> None:
        """Tell which names of arguments no call has had."""
        if self._has_begun and isinstance(self.axes, Mapping):
            for name in self.axes:
                if name not in self._named:
                    near = nearest(name, sorted(self._arguments - self._named - {name})).removeprefix("; ")
                    self._tracker.book.did_not_look(UNUSED_AXES, f"{name} ({near})" if near else name)

    def _leave(self) -> None:
        self._waits = self.everywhere = not self._tracker.standing.leave()
        if self._waits:
            stand_in_classes(self, (nn.Module,))
        else:
            leave_classes(self)

    @property
    def would_squeeze(self) -> list[Squeeze]:
        """Where a batch would have been taken away in one of the steps, had it been one."""
        return self._tracker.effects.squeezes.would_be

    @property
    def raised(self) -> list[Finding]:
        """What was said of exceptions since the last step began."""
        return self._tracker.telling.raised

    def _leave_classes(self) -> None:
        if not self._waits:
            leave_classes(self)

    # What the class of a module calls

    def found_in_passing(self, module: nn.Module) -> nn.Module | None:
        """Any module is a step, where it is the outermost; once all are over, it is a chance to take away what is left."""
        if self._on:
            return None if self._inside else module
        self._leave()
        return None

    def step_aside(self) -> None:
        """Follow no longer, after a mistake of ours."""
        self._reporter.step_aside()

    def guarded(self, work: Callable[..., object], *args: object) -> Any:
        """Run our own work."""
        return self._reporter.guarded(work, *args)

    def through(self, door: nn.Module, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call the model, as one step."""
        if self._inside or self._reporter.stepped_aside or threading.get_ident() != self._thread:
            return proceed(*args, **kwargs)
        if not has_parameters(module) or self._tracker.steps_aside() or not self._is_followed(module):
            return self._past(proceed, *args, **kwargs)
        self._has_begun = self._inside = True
        self._tracker.book.cuts.close(self._tracker.telling.step.carrying.backwards)
        given: list[tuple[str, Tensor]] = []
        try:
            given = self.guarded(self._begin, module, args, kwargs) or given
            result = proceed(*args, **kwargs)
        except Exception as error:
            self._tracker.abandon()
            self.guarded(self._tracker.explain_call, error)
            raise
        finally:
            self._inside = False
            self._tracker.book.cuts.open()
        self._tracker.finish(result)
        for _, tensor in given:
            self._tracker.guarded(label_source, self._tracker, tensor)
        return result

    def _past(self, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call a module that is no step: a loss, or a model while nothing is followed."""
        self._inside = True
        try:
            return proceed(*args, **kwargs)
        finally:
            self._inside = False

    def _is_followed(self, module: nn.Module) -> bool:
        """Tell whether a call is followed, and have the tracker on or off accordingly."""
        does_train, backwards = trains(module), self._tracker.telling.step.carrying.backwards
        if does_train:
            self._trained.add(module)
        of_part = module not in self._trained
        verdict = self._count.call(trains=does_train, backwards=backwards, of_part=of_part)
        if verdict == "stop" and not does_train and self._count.has_trained:  # it was put into that mode before this was known
            self._count.evaluate()
            verdict = self._count.call(trains=does_train, backwards=backwards, of_part=of_part)
        if does_train and self._count.waited:
            self._tracker.book.did_not_look(BEFORE_TRAINING, type(module).__name__)
        if verdict == "stop":
            if does_train and not backwards and not self._count.evaluates:
                self._tracker.book.did_not_look(PREDICTS, type(module).__name__)
            self.stop()
            if self._count.has_trained and backwards and not self._waits:
                hear_of_evaluations(self)
        elif verdict == "wait":
            self._tracker.standing.rest()
        else:
            self._tracker.standing.go_on()
        return verdict == "follow"

    def _do_without(self, module: nn.Module) -> None:
        """Guess nothing of an input of an evaluation: rows that a search makes may be as many guesses of one sample."""
        self._tracker.inputs.is_unnamed = True
        self._tracker.book.did_not_look(EVALUATES, type(module).__name__)

    def _begin(
        self, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> list[tuple[str, Tensor]]:
        """Label the tensors that a model is given, and return them with their names."""
        given = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
        cut = [(value, mark) for value in given if (mark := self._tracker.book.mark(value)) is not None and is_cut(mark)]
        if self.axes is not None:
            self._named |= label_call(self._tracker, module, args, kwargs, self.axes, of_any=self._model is None)
        names = annotated(module.forward, args, kwargs)
        try:
            arguments = inspect.signature(module.forward).bind_partial(*args, **kwargs).arguments
        except (TypeError, ValueError):  # torch will say so, or the function has no signature
            arguments = {}
        if isinstance(self.axes, Mapping):
            self._arguments |= {*arguments}
        for name, value in single_or_nested(arguments):
            of = name if name in names else self._tracker.naming.argument_of(module, name)
            if self._count.evaluates and name not in names and self._tracker.book.mark(value) is None:
                self._do_without(module)
                continue
            if (mark := self._tracker.book.mark(value)) is None or is_cut(mark):
                label(self._tracker, value, names.get(name), of, f"axes of {name!r}")
            else:
                label_slice(self._tracker, value, of)
        for value, mark in cut:
            self._tracker.inputs.label_cut(value, mark)
        named = [*tensors_in(arguments or [args, kwargs])]
        known = [mark for _, tensor in named if (mark := self._tracker.book.taken(tensor))]
        self._tracker.begin(known, type(module).__name__)
        has_layers = is_recurrent(module)
        self._tracker.inputs.by_hand.begin(module, has_layers)
        for value, mark in cut:
            self._tracker.inputs.suppose(value, mark, by_slices=has_layers)
        for value in given if has_layers else ():
            self._tracker.inputs.suppose_columns(value)
        learn_padding(self._tracker, named)
        learn_numbers(self._tracker, [value for _, value in named])
        return named

    # What a model calls that is put into evaluation mode

    def evaluation_begins(self, module: nn.Module) -> None:
        """Follow the first calls of the first evaluation behind the training steps."""
        if threading.get_ident() != self._thread or self._on or self._reporter.stepped_aside or _torch.is_in_backward():
            return
        if has_parameters(module) and (self._model is None or module is self._model):
            leave_evaluations(self)
            self._count.evaluate()
            self.guarded(self._follow)

    # What DataLoaders call

    def samples_come(self, samples: Sequence[object]) -> None:
        """Number the samples that a collate function in the thread that is followed is going to put together."""
        if threading.get_ident() == self._thread:
            self._samples = self.guarded(label_samples, self._tracker, samples) or []

    def batch_comes(self, batch: Batch) -> None:
        """Label what a DataLoader yields in that thread; the samples are none of a batch any more."""
        if threading.get_ident() == self._thread:
            if torch.is_grad_enabled():  # it may be the first that is trained on
                self._tracker.standing.go_on()
            self.guarded(label_batch, self._tracker, batch)
            for tensor in self._samples:
                self._tracker.book.drop(tensor)
            self._samples = []
