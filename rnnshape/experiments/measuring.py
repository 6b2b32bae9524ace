"""All experiments on a model that somebody has asked about: its axes are found out, a copy is made, and measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor, nn

from rnnshape import _torch
from rnnshape.errors import SpecError
from rnnshape.experiments.aside import set_aside
from rnnshape.experiments.influence import Influence
from rnnshape.experiments.initial import with_states
from rnnshape.experiments.judging import said_in_a_line
from rnnshape.experiments.making import axes_of, copy_of, places_of
from rnnshape.experiments.padding import NOT_PADDED
from rnnshape.experiments.places import Given, put_in
from rnnshape.experiments.study import Options, study
from rnnshape.experiments.subject import Subject, Unfit
from rnnshape.hooks.class_call import reporters
from rnnshape.render.waiting import waiting
from rnnshape.report.report import Report
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.arguments import Axes, arguments_of
from rnnshape.tracking.batches import label_by_target, label_target
from rnnshape.tracking.labels import Tell, label, label_arguments
from rnnshape.tracking.padding import learn_padding
from rnnshape.tracking.track import Tracker

__all__ = ["Asked", "labelled", "measured", "probe_call"]


def measured(
    model: nn.Module,
    given: Given,
    options: Options,
    axes: Axes = None,
    target_axes: Axes = None,
    lengths: Tensor | None = None,
    loss: Callable[[Any, Any], Any] | None = None,
    watched: bool = False,
    tell: Tell | None = None,
) -> Influence:
    """Make the experiments on a copy of a model and of what it is given.

    Args:
        model: the user's, which is only read.
        given: what it is given.
        options: what is to be tried.
        axes: of the arguments; None where layers have to say which dims are the batch.
        target_axes: of the target.
        lengths: of the samples.
        loss: called with output and target.
        watched: whether it is known that somebody watches this thread, and seen to that the runs pass by.
        tell: is told of an entry of ``axes`` that does not fit, and of which nothing was used.

    Raises:
        SpecError: where nothing of ``axes`` fits.
    """
    label_again = partial(labelled, model, given, axes, target_axes)
    tracker, given = labelled(model, given, axes, target_axes, tell)
    try:
        subject = copy_of(model, options.train, watched)
    except Unfit as error:
        return Influence(untried=(str(error),))
    with waiting("probing") as subject.after_run:
        if not tracker.naming.is_named:
            _hear_of_batches(tracker, subject, given)
        if lengths is not None:
            arguments = arguments_of(model.forward, given.args, given.kwargs)
            learn_padding(tracker, [*((a.name, a.value) for a in arguments), ("lengths", lengths)])
        label_target(tracker, given.target, tracker.inputs.samples)
        places = with_states(places_of(tracker, model, given), subject, given)
        return study(subject, given, places, loss, options, label_again)


def labelled(
    model: nn.Module, given: Given, axes: Axes, target_axes: Axes, tell: Tell | None = None
) -> tuple[Tracker, Given]:
    """Return a copy of what a model is given, and a tracker that knows its axes and tells nobody what it finds.

    Args:
        model: the user's, which is only read.
        given: what it is given.
        axes: of the arguments; None where layers have to say which dims are the batch.
        target_axes: of the target.
        tell: is told of an entry of ``axes`` that does not fit.

    Raises:
        SpecError: where nothing of ``axes`` fits.
    """
    given = Given(*put_in((given.args, given.kwargs, given.target), {}))
    tracker = Tracker(Reporter(Report(), "record", (), unseen=_torch.unseen, others=reporters), lambda module: "")
    label_arguments(tracker, model, given.args, given.kwargs, axes, tell)
    label(tracker, given.target, target_axes, "target", "target_axes", target=True)
    label_by_target(tracker, (*given.args, *given.kwargs.values()), given.target)
    return tracker, given


def probe_call(reporter: Reporter, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes) -> None:
    """Probe a model that is about to be called under a watch, on a copy, and tell what is found.

    Args:
        reporter: is told.
        model: which is called.
        args: with which.
        kwargs: likewise.
        axes: of the arguments; None where nobody has said.
    """
    trackers = [mode for mode in reversed(_torch.function_modes()) if isinstance(mode, Tracker)]
    if axes is None and trackers:  # it may be known before the call, such as of what a DataLoader gave
        places = places_of(trackers[0], model, Given(args, kwargs))
        axes = axes_of(places, arguments_of(model.forward, args, kwargs))
    try:
        with set_aside(Tracker):
            influence = measured(model, Given(args, kwargs), Options(), axes, watched=True)
    except SpecError as error:
        influence = Influence(untried=(str(error).partition("\n")[0],))
    for reason in influence.untried:
        why = reason.partition(";")[0] if reason.endswith(NOT_PADDED) else reason  # nobody can give lengths to a script's call
        reporter.report.did_not_look(f"an experiment was not made: {why}")
    found = [finding for finding in influence.findings if reporter.keeps(finding)]
    if influence.experiments:
        reporter.report.add_probed(said_in_a_line(influence, type(model).__name__, found))
    reporter.tell(found, model)


class Asked:
    """Probes the models of a first step before they are called, as somebody has asked for it.

    Args:
        reporter: is told what is found.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def prepare(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes) -> bool:
        """Probe a model now; nothing is left for later."""
        probe_call(self._reporter, model, args, kwargs, axes)
        return False

    def conclude(self) -> bool:
        """Do nothing more: they were the models to be probed."""
        return True

    def forget(self) -> None:
        """Forget nothing: all is told."""


def _hear_of_batches(tracker: Tracker, subject: Subject, given: Given) -> None:
    """Have the layers of a copy say which dims are the batch, where nobody else has."""
    try:
        subject.follow(given, tracker)
    except Exception:  # the experiments will say so
        tracker.abandon()
    else:
        tracker.settle()
