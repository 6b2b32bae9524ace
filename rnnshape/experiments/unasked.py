"""Experiments that nobody has asked for: after the first training step of a script, on a copy that was made before it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from torch import nn

from rnnshape import text
from rnnshape.errors import SpecError
from rnnshape.experiments.aside import set_aside
from rnnshape.experiments.confirming import needed, unexplained
from rnnshape.experiments.influence import Influence
from rnnshape.experiments.judging import said_in_a_line
from rnnshape.experiments.making import axes_of, copy_of, places_of
from rnnshape.experiments.places import Given, Place, may_have_samples, tensors_of
from rnnshape.experiments.reach import reaches_outside
from rnnshape.experiments.study import Options, study
from rnnshape.experiments.subject import Subject, Unfit
from rnnshape.report.finding import Finding
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.labels import Argument, Axes, arguments_of
from rnnshape.tracking.track import Tracker

__all__ = ["probe_unasked"]

LONGEST = 5.0
"""Seconds of this thread that the experiments may take together."""

MOST_PARAMETERS = 20_000_000
"""Numbers in the parameters and buffers of a model that is copied."""


Label = Callable[[nn.Module, Given, Axes, Axes], tuple[Tracker, Given]]
"""Labels a copy of what a model is given: with the axes of the arguments, and of the target."""


def probe_unasked(
    label: Label, reporter: Reporter, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes
) -> Callable[[], None] | None:
    """Copy a model that is about to be called, so that it can be probed once what the rules say of the step is known.

    Args:
        label: labels what it is given once more, for the runs of the copy.
        reporter: is told.
        model: which is called.
        args: with which.
        kwargs: likewise.
        axes: of the arguments; None where nobody has said.

    Returns:
        What makes the experiments, to be called when the step is over; None where none are made, and that is said.
    """
    name = type(model).__name__
    try:
        with set_aside(Tracker) as trackers:
            if not trackers:
                raise Unfit("no call is followed, so nobody says which dims are the batch")
            subject = _copied(model)
    except Unfit as error:
        reporter.report.probed = f"{name} was not probed: {error}"
        return None
    return partial(_probe, label, reporter, subject, weakref.ref(model), Given(args, kwargs), axes)


def _copied(model: nn.Module) -> Subject:
    """Copy a model of which runs can be made that nobody sees.

    Raises:
        Unfit: where that cannot be.
    """
    size = sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers()))
    if size > MOST_PARAMETERS:
        raise Unfit(f"a copy of its {size:,} numbers takes too much memory; --probe makes it")
    if why := reaches_outside(model):
        raise Unfit(f"{why}, which every run of a copy would reach; --probe makes them")
    return copy_of(model, watched=True)


def _probe(
    label: Label, reporter: Reporter, subject: Subject, known: weakref.ref[nn.Module], given: Given, axes: Axes
) -> None:
    model = known()
    if model is None:
        return  # it was gone before its second step, and nothing of ours keeps it
    report, name = reporter.report, type(model).__name__
    with set_aside(Tracker) as trackers:
        if not trackers or trackers[0].inputs.is_alone:
            return  # the report says what a batch of one leaves open
        tracker = trackers[0]
        told = tracker.telling.step.told
        wanted = needed(report, told)
        places = places_of(tracker, model, given)
        if "lines" not in wanted:
            return  # what the rules have found is to be mended first
        arguments = arguments_of(model.forward, given.args, given.kwargs)
        if unplaced := _unplaced(places, arguments):
            report.probed = f"{name} was not probed: nobody has said which dim of {text.listed(unplaced)} is the batch"
            return
        axes = axes if axes is not None else axes_of(places, arguments)
        options = Options(asked=False, samples=6, patient=False, longest=LONGEST, wanted=wanted)
        try:
            influence = study(subject, given, places, None, options, partial(label, model, given, axes, None))
        except SpecError as error:
            influence = Influence(untried=(str(error).partition("\n")[0],))
    found = [f for f in unexplained(report, influence, told) if _says_where(f) and reporter.keeps(f)]
    report.probed = said_in_a_line(influence, name, found)
    reporter.tell(found, model)


def _says_where(finding: Finding) -> bool:
    """Tell whether a finding is more than a fact: a note without a line, and one on the order, are said in few words."""
    return finding.severity != "info" or (finding.location is not None and finding.code != "RNS602")


def _unplaced(places: Iterable[Place], arguments: Iterable[Argument]) -> list[str]:
    """Return the names of the arguments that may have samples of which nobody knows where."""
    known = {id(place.tensor) for place in places}
    count = max((place.count for place in places), default=1)
    tensors = ((argument.name, tensor) for argument in arguments for _, tensor in tensors_of(argument.value))
    return list(dict.fromkeys(name for name, t in tensors if id(t) not in known and t.dim() and may_have_samples(t, count)))
