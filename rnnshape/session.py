"""`Session`: what follows and watches a call. Reporter, observer, trackers and the origin of tensors are put together here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from types import FrameType

from torch import nn

from rnnshape import _torch
from rnnshape.hooks.class_call import leave_classes, reporters
from rnnshape.hooks.observer import Observer
from rnnshape.hooks.steps import Steps
from rnnshape.report.location import Location
from rnnshape.report.report import Report
from rnnshape.report.reporter import NOTE, Action, Reporter
from rnnshape.report.words import message_of
from rnnshape.rules.failure import explained_squeeze
from rnnshape.tracking.arguments import Axes
from rnnshape.tracking.compiled import Region, hear_of_compiled, leave_compiled
from rnnshape.tracking.track import Tracker

__all__ = ["UNBATCHED", "Session", "recording", "trackers"]

COMPILED_LAYERS = (
    "compiled by torch.compile, so calls are neither checked nor followed; "
    "torch.compiler.set_stance('force_eager') runs them in Python"
)

UNBATCHED = "RNS112"
"""The rule on inputs without a batch: whoever has named the axes has meant them so."""


def trackers() -> tuple[Tracker, ...]:
    """Return the trackers that are on in this thread, the outermost first."""
    return tuple(mode for mode in _torch.function_modes() if isinstance(mode, Tracker))


def recording(model: nn.Module, ignore: Iterable[str], *, named: bool = True, report: Report | None = None) -> Session:
    """Return a session that records and does no more, for one call of a model.

    Args:
        model: whose layers are watched.
        ignore: codes that are not reported.
        named: whether the caller has named the axes: then a sequence without a batch is meant.
        report: where it is recorded; a new one if it is None.
    """
    return Session(model, "record", (*ignore, UNBATCHED) if named else ignore, report)


def _origin(value: object) -> Location | None:
    """Return the line that made a tensor from nothing, such as ``torch.zeros``, where a tracker that is on has seen it."""
    return next((line for tracker in trackers() if (line := tracker.book.origin(value))), None)


class Session:
    """What `rnnshape.diagnose`, ``watch``, ``check``, the dry run and the pytest plugin follow and watch calls with.

    A finding goes the same way whoever makes it: the observer, which checks the calls of recurrent layers, and the trackers,
    which follow every axis, tell the one reporter. A wrong state is wrong at the line that made it, where a tracker that is on
    has seen that.

    Args:
        model: whose layers are watched, and named by their paths in it; None for any layer in the process.
        on: what to do about an error besides recording it.
        ignore: codes that are not reported.
        report: where it is recorded; a new one if it is None.

    Attributes:
        report: what was seen up to now.
        reporter: records a finding, and raises, warns or logs.
        observer: of the recurrent layers.
    """

    def __init__(self, model: nn.Module | None, on: Action, ignore: Iterable[str] = (), report: Report | None = None) -> None:
        self._model = model
        self.report = report if report is not None else Report()
        self.reporter = Reporter(self.report, on, ignore, unseen=_torch.unseen, others=reporters)
        self.observer = self.observing()

    def observing(self, ignore: Iterable[str] = ()) -> Observer:
        """Return another observer, which ignores more."""
        return Observer(self.reporter, _origin, ignore)

    def begin(self, undo: ExitStack) -> None:
        """Begin to watch the layers.

        Args:
            undo: ends it when it is closed, also where this has only half begun.
        """
        undo.callback(leave_classes, self.observer)
        undo.callback(self.observer.remove)
        undo.callback(leave_compiled, self._hear_of_compiled)
        hear_of_compiled(self._hear_of_compiled)
        if self._model is None:
            self.observer.watch_everything(undo)
        else:
            self.observer.watch(_torch.named_modules(self._model))

    def _hear_of_compiled(self, frame: FrameType, undo: ExitStack) -> None:
        self.reporter.guarded(self._begin_compiled, frame, undo)

    def _begin_compiled(self, frame: FrameType, undo: ExitStack) -> None:
        """Have the layers recorded that are compiled: those that will not have been called in Python meanwhile."""
        before: dict[str, tuple[nn.Module, int]] = {}
        for root in Region(frame).modules():
            for path, layer in _torch.named_modules(root):
                door = self.observer.doors.get(id(layer))
                if isinstance(layer, _torch.RECURRENT) and (door or self.observer.everywhere):
                    known = door.path if door else self.observer.path(layer)
                    name = known if door or "." in known else f"{type(root).__name__}.{path}".rstrip(".")
                    before[name] = layer, self.report.calls_of(name)

        if before:
            undo.callback(self.reporter.guarded, self._end_compiled, before)

    def _end_compiled(self, before: dict[str, tuple[nn.Module, int]]) -> None:
        for name, (layer, calls) in before.items():
            door = self.observer.doors.get(id(layer))
            if self.report.calls_of(door.path if door else name) == calls:
                self.report.did_not_look(COMPILED_LAYERS, name)

    @contextmanager
    def watching(self) -> Generator[None, None, None]:
        """Watch the layers while this is entered."""
        with ExitStack() as undo:
            self.begin(undo)
            yield

    def explain(self, error: BaseException, steps: Steps) -> None:
        """Tell why an exception came where a larger batch had passed: it was a batch of one, and a squeeze took that away."""
        if self.observer.samples != 1 or not isinstance(error, Exception):
            return
        finding = explained_squeeze(error, steps.would_squeeze)
        if finding is not None and self.reporter.keeps(finding):
            for other in steps.raised:
                self.report.withdraw(other)
            self.report.add(finding)
            self.report.raised(finding)
            if self.reporter.on != "record":
                error.add_note(NOTE + message_of([finding]))

    def tracker(self, path: Callable[[nn.Module], str] | None = None) -> Tracker:
        """Return a tracker, which is off.

        Args:
            path: tells the path of a module; without it, modules have the paths that they have for the observer.
        """
        if path is None:
            path = self.observer.path if self._model is None else _paths_in(self._model)
        return Tracker(self.reporter, path)

    def steps(self, limit: int | None, axes: Axes = None) -> Steps:
        """Return what follows the first training steps, and the first calls before them.

        Args:
            limit: how many; None for all.
            axes: of their arguments.
        """
        return Steps(self.reporter, self.tracker(), self._model, limit, axes)


def _paths_in(model: nn.Module) -> Callable[[nn.Module], str]:
    paths = {id(module): path for path, module in _torch.named_modules(model)}
    return lambda module: paths.get(id(module), "")
