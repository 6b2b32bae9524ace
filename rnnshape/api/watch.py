"""What a user calls: `watch`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from os import PathLike
from types import TracebackType
from typing import Literal

from torch import nn

from rnnshape.calls import checked_module, has_layers
from rnnshape.errors import RNNShapeError, SpecError
from rnnshape.experiments.first_step import FirstStep
from rnnshape.experiments.measuring import Asked, labelled
from rnnshape.experiments.unasked import Unasked
from rnnshape.harmless import Guard
from rnnshape.hooks.steps import Steps
from rnnshape.layout.sizes import shown
from rnnshape.render.jsonl import JsonLines, of_this_rank
from rnnshape.report.event import Event
from rnnshape.report.finding import Finding
from rnnshape.report.options import checked_options
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action
from rnnshape.report.settings import switch
from rnnshape.session import Session
from rnnshape.tracking.arguments import Axes, check_axes

__all__ = ["Watch", "watch"]


def watch(
    model: nn.Module | None = None,
    /,
    *,
    on: Action = "raise",
    ignore: Iterable[str] = (),
    axes: Axes = None,
    track: bool | int = False,
    jsonl: str | PathLike[str] | None = None,
    probe: bool | Literal["auto"] = False,
) -> Watch:
    """Check every call of every recurrent layer in a model against its contract, before torch runs it.

    A call whose sizes were seen before costs a few microseconds. Outputs, gradients, random numbers, ``state_dict``, pickles
    and the hooks of others are what they are without the watch, and nothing is left behind when it ends. A layer that is called
    by compiled code is not watched. With ``RNNSHAPE=off`` in the environment nothing is; ``log``, ``warn`` or ``raise`` there
    stand in for ``on``.

    Args:
        model: the model, or None for every recurrent layer of torch's in the process.
        on: what to do about an error: "raise" a `ContractError` instead of torch's own exception, "warn" with
            `RNNShapeWarning`, or "log" to ``logging.getLogger("rnnshape")``. A mere warning is never raised. With
            "record" it is only kept in the report, and neither the log nor torch's own exception gets anything.
        ignore: codes that are not reported, such as ``["RNS112"]``. On one line: ``# rnnshape: ignore[RNS112]``;
            for the project, ``ignore`` under ``[tool.rnnshape]`` in pyproject.toml.
        axes: what the axes of the model's arguments are, as `diagnose` takes them, for the calls that are followed: a Layout
            string such as ``"batch seq feature"`` for the first tensor, or an entry for each argument, or a dict by name.
            Without a model they are those of every outermost module that has such arguments. A call that they do not fit is
            named in ``report.blind``.
        track: for how many training steps every axis is followed as well, as `diagnose` does; True for all, False for none. A
            step ends with its backward, however many calls lead up to it, or after 512 calls. Before the first call that trains
            as many calls that do not are followed, and the others are no steps; so are the first calls of an evaluation behind
            them. Axes then come from ``axes``, from DataLoaders,
            from jaxtyping annotations of ``forward``, and from the layers.
        jsonl: a file that gets every new kind of call and every finding as a line of JSON, and at the end the number of calls.
            In a distributed run each process has its own: "calls.rank0.jsonl", "calls.rank1.jsonl", ...
        probe: whether the model is probed before its first call that trains, on a copy, as `rnnshape.probe` does: samples that
            meet are a finding. Without a model it is each outermost module with a recurrent layer that the first step calls,
            and with "auto" a recurrent model made by hand.
            "auto" makes the experiments once that step is over and only where no rule explains what samples do, the model can
            be copied, its runs reach nothing outside of it, and they take a few seconds at most; where samples meet as they may
            be meant to, that is a note. ``report.probed`` says what came of it, or why none was made.

    Returns:
        A `Watch`. As a context manager it gives the `Report`; otherwise use ``attach()`` and ``remove()``.

    Raises:
        RNNShapeError: where the model has no recurrent layer, and is neither followed nor probed.
        SpecError: for an unknown ``on`` or code, and for ``axes`` that cannot be read, that the model does not take, or that
            are given where no call is followed.
        SpecTypeError: for a model that is no module.

    >>> import torch
    >>> rnn = torch.nn.GRU(4, 8)
    >>> with watch(rnn) as report:
    ...     output, h_n = rnn(torch.zeros(9, 6, 4))
    >>> print(report.events[0])
    GRU: input seq=9 batch=6 feature=4 (9, 6, 4),
         output seq=9 batch=6 hidden=8 (9, 6, 8), h_n layers=1 batch=6 hidden=8 (1, 6, 8)
    """
    with Guard(meant=(RNNShapeError,)):
        return _watch(model, on, ignore, track, jsonl, axes, probe)
    return Watch(None, "record", (), None, 0, is_off=True)


def _watch(
    model: nn.Module | None,
    on: Action,
    ignore: Iterable[str],
    track: bool | int,
    jsonl: str | PathLike[str] | None,
    axes: Axes,
    probe: bool | Literal["auto"],
) -> Watch:
    if switch() == "off":
        return Watch(None, "record", (), None, 0, is_off=True)
    checked, codes, limit = checked_options(on, ignore, track)
    if model is not None:
        checked_module(model, "watch", "watch(Classifier()), or none for every layer of the process")
    if model is not None and limit == 0 and probe is not True and not has_layers(model):
        nothing = f"{type(model).__name__} has no recurrent layer, so there is nothing to watch in it"
        raise RNNShapeError(f"{nothing}; of a recurrent model made by hand, track=3 follows the axes")
    check_axes(axes, None if model is None else model.forward)
    if axes is not None and limit == 0 and probe is not True:
        raise SpecError(f"axes={shown(axes)}: track=0 follows no call, so nobody would read them; write track=3, say, or True")
    return Watch(model, checked, codes, jsonl, limit, axes, probe=probe)


NO_AXES = "axes were not followed, so mixed samples cannot be seen; track=3 follows them in the first three training steps"
"""What a report of contracts alone says of itself."""


class Watch:
    """A watch over a model; see `watch`.

    Attributes:
        report: what was seen up to now.
    """

    def __init__(
        self,
        model: nn.Module | None,
        on: Action,
        ignore: tuple[str, ...],
        jsonl: str | PathLike[str] | None,
        limit: int | None,
        axes: Axes = None,
        *,
        probe: bool | Literal["auto"] = False,
        is_off: bool = False,
    ) -> None:
        self._jsonl = jsonl
        self._lines: JsonLines | None = None
        self._session: Session | None = None
        self._model = model if probe else None  # a model may die during a watch
        with Guard():
            self._session = Session(model, on, ignore)
        self.report: Report = self._session.report if self._session else Report()
        self._undo = ExitStack()
        self._attached = False
        self._is_off = is_off
        self._probe = probe
        self._limit = limit
        self._axes = axes
        self._steps: Steps | None = None
        self._unasked: FirstStep | None = None

    def attach(self) -> Report:
        """Begin to watch, and return the report; once more is no different from once."""
        if not self._attached and not self._is_off:
            if self._jsonl is not None:
                self._lines = JsonLines(of_this_rank(self._jsonl))
                self.report.sinks.append(self._lines.write)
            self._attached = True
            try:
                with Guard(self._step_aside), ExitStack() as undo:
                    self._begin(undo)
                    self._undo = undo.pop_all()
            except BaseException:
                self.remove()
                raise
        return self.report

    def _begin(self, undo: ExitStack) -> None:
        if self._session is not None:
            self._session.begin(undo)
            if self._probe is True:
                FirstStep(self._session.reporter, self._axes, Asked(self._session.reporter), self._model).start(undo)
            if self._limit != 0:
                self._steps = self._session.steps(self._limit, self._axes)
                self._steps.start(undo)
                if self._probe == "auto":  # outside of the steps: it looks at one that is over before the next one begins
                    probe = Unasked(labelled, self._session.reporter, self._session.observer.named, self._model is None)
                    self._unasked = FirstStep(self._session.reporter, self._axes, probe, self._model, asked=False)
                    self._unasked.start(undo)
            elif self._probe is not True:
                self.report.sinks.append(self._tell_of_axes)
                undo.callback(self._tell_no_more)

    def _step_aside(self) -> None:
        if self._session is not None:
            self._session.reporter.step_aside()

    def _tell_of_axes(self, record: Event | Finding) -> None:
        if isinstance(record, Event):
            self.report.did_not_look(NO_AXES)

    def _tell_no_more(self) -> None:
        if self._tell_of_axes in self.report.sinks:
            self.report.sinks.remove(self._tell_of_axes)

    def forget_axes(self) -> None:
        """Have nothing said of the axes of later calls any more."""
        self._axes = None
        if self._steps:
            self._steps.axes = None

    def remove(self) -> None:
        """Stop watching; the report stays."""
        if self._attached:
            self._attached = False
            with Guard(self._step_aside):
                self._undo.close()
            if self._lines:
                self.report.sinks.remove(self._lines.write)
                with Guard(self._step_aside):
                    self._lines.write_totals(self.report)
                self._lines.close()
                self._lines = None

    def explain(self, error: BaseException) -> None:
        """Add to an exception that has left what is watched, with a note, what earlier calls say of it."""
        if self._unasked is not None:
            self._unasked.forget()
        if self._session is not None and self._steps is not None:
            with Guard(self._step_aside):
                self._session.explain(error, self._steps)

    def __repr__(self) -> str:
        return str(self.report)

    def __enter__(self) -> Report:
        return self.attach()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self.explain(error)
        self.remove()
