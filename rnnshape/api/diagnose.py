"""`diagnose`: one forward pass (and loss) of a model, and everything that is wrong with its axes."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Literal

from torch import nn

from rnnshape import _torch
from rnnshape.calls import checked_input, checked_loss, checked_module, forwarded
from rnnshape.errors import RNNShapeError, SpecError
from rnnshape.experiments.aside import set_aside
from rnnshape.experiments.confirming import asks_what_turned_it, confirm, contradicted, needed
from rnnshape.experiments.making import copy_of, places_of
from rnnshape.experiments.measuring import labelled
from rnnshape.experiments.outside import model_writes_outside
from rnnshape.experiments.places import Given, Place, tensors_of
from rnnshape.experiments.study import Options, study
from rnnshape.experiments.subject import Subject, Unfit
from rnnshape.harmless import Guard, UsersCall
from rnnshape.layout.sizes import shown
from rnnshape.report.catalogue import checked_codes
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report
from rnnshape.report.settings import ignored_codes
from rnnshape.rules.failure import add_batch_of_one, add_failure
from rnnshape.session import Session, recording
from rnnshape.tracking.arguments import Axes, annotated, check_form
from rnnshape.tracking.batches import label_by_target, label_target
from rnnshape.tracking.inputs import ALONE
from rnnshape.tracking.labels import label, label_arguments
from rnnshape.tracking.track import Tracker

__all__ = ["diagnose"]

TWICE = "a batch of one: whether samples are mixed was judged on the same sample twice"
"""How a batch of one is judged."""

LONGEST_STEP = 10.0
"""Seconds of this thread that a run may take where nobody has asked for experiments: a busy machine changes no verdict."""


def diagnose(
    model: nn.Module,
    /,
    *args: object,
    axes: Axes = None,
    target: object = None,
    target_axes: Axes = None,
    loss: Callable[[Any, Any], object] | None = None,
    ignore: Iterable[str] = (),
    probe: bool | Literal["auto"] = "auto",
    **kwargs: object,
) -> Report:
    """Run a model once, follow every axis through it, and report what is wrong.

    Args:
        model: the model, in the mode (train or eval) that it is to be diagnosed in.
        args: what its ``forward`` takes.
        axes: what the axes of the arguments are. A Layout string such as ``"batch seq feature"`` for a single tensor argument,
            or one entry for each positional argument (a Layout string, a tuple of names, or None), or a dict by argument name.
            Where an argument is a dict or a tuple of tensors, its entry is nested likewise, be it in one string,
            ``"(layers batch hidden, layers batch hidden)"``. A name may be a product, ``"layers*directions"``. An entry that
            does not fit is told in ``report.blind``, and the others are used. Without it, jaxtyping annotations of
            ``forward`` are read.
        target: what the loss compares the output with.
        target_axes: what the axes of the target are.
        loss: called as ``loss(output, target)``.
        ignore: codes that are not reported.
        probe: whether what is found is held against experiments on a copy, as `rnnshape.probe` makes them: a finding about
            samples that they contradict is withdrawn, and where samples meet and no rule says why, that is a finding. "auto"
            makes them where the model can be copied and they take a few seconds at most; nothing is said where it can't.
        kwargs: keyword arguments of ``forward``. Where one of them is called as an option of ours is, or ``kwargs``, they are
            given as a dict: ``kwargs={"target": ["abc", "hello"]}``; options beside it are ours then.

    Returns:
        A `Report`. It never raises for what it finds: an exception of the model becomes a finding, and is kept in
        ``report.exception``.

    Raises:
        SpecError: where nothing is given that ``forward`` needs, nothing of ``axes`` fits the arguments, an option could be
            an argument of ``forward``, a name is nearly an option, or a loss of torch's has no target.
        SpecTypeError: for a model that is no module, or a loss that is no function.

    >>> import torch
    >>> class Last(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.rnn, self.fc = torch.nn.GRU(4, 8, num_layers=2), torch.nn.Linear(16, 3)
    ...     def forward(self, x):
    ...         return self.fc(self.rnn(x)[1].view(x.size(1), -1))
    >>> report = diagnose(Last(), torch.zeros(9, 6, 4), axes="seq batch feature")
    >>> [finding.code for finding in report.findings]
    ['RNS203']
    """
    report, given = Report(), Given(args, kwargs, target)
    run = UsersCall(_run)
    try:
        asked = _asked(model, given, axes, target_axes, loss, ignore, probe)
        given = asked.given
        _diagnose(report, run, asked)
        run.forget()
        return report
    except BaseException as error:
        if not run.outlives(error, functools.partial(report.could_not_follow, _MISTAKEN), meant=(RNNShapeError,)):
            raise
    try:
        run.outcome(model, given, loss)
    except Exception as error:
        report.exception = error
    return report


_MISTAKEN = "what came after a mistake of rnnshape's own, which is in the log"

Loss = Callable[[Any, Any], object] | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be diagnosed, every option looked at.

    Attributes:
        model: in its mode.
        given: what ``forward`` and the loss take.
        axes: of the arguments.
        target_axes: of the target.
        loss: called with output and target.
        codes: that are not reported.
        probe: whether what is found is held against experiments.
    """

    model: nn.Module
    given: Given
    axes: Axes
    target_axes: Axes
    loss: Loss
    codes: tuple[str, ...]
    probe: bool | Literal["auto"]


def _asked(
    model: nn.Module,
    given: Given,
    axes: Axes,
    target_axes: Axes,
    loss: Loss,
    ignore: Iterable[str],
    probe: bool | Literal["auto"],
) -> _Asked:
    """Look at every option.

    Raises:
        SpecError: as `diagnose` does.
    """
    checked_module(model, "diagnose", "diagnose(Classifier(), x)")
    codes = (*checked_codes(ignore), *ignored_codes())
    args, kwargs, target = given
    options = {"axes": axes, "target": target, "target_axes": target_axes, "loss": loss, "ignore": ignore or None}
    options["probe"] = None if probe == "auto" else probe
    kwargs = forwarded("diagnose", model, args, kwargs, {name: value is not None for name, value in options.items()})
    checked_loss("diagnose", loss, target)
    check_form(axes)
    check_form(target_axes, "target_axes")
    if axes and not args and not kwargs:
        raise SpecError(f"axes={shown(axes)}: there is no input; give what forward takes, as in diagnose(model, x, axes=...)")
    if not args and not kwargs:
        checked_input("diagnose", model)
    axes = annotated(model.forward, args, kwargs) or None if axes is None else axes
    return _Asked(model, Given(args, kwargs, target), axes, target_axes, loss, codes, probe)


def _diagnose(report: Report, run: UsersCall, asked: _Asked) -> None:
    session = recording(asked.model, asked.codes, named=asked.axes is not None, report=report)
    tracker = session.tracker()
    tracker.inputs.goes_on = True
    if not tracker.steps_aside():
        with _torch.unseen():
            _label(tracker, asked, asked.model, asked.given)
            label_by_target(tracker, (*asked.given.args, *asked.given.kwargs.values()), asked.given.target)
    copy = _copied(report, asked)
    began = time.thread_time()
    with session.watching():
        of_the_model: list[Finding] = []
        behind_it = functools.partial(_returned, tracker, asked.given, report, of_the_model)
        output, error = _followed(tracker, run, asked.model, asked.given, asked.loss, behind_it)
        took, told = time.thread_time() - began, tracker.telling.step.told
        if error is None:
            tracker.finish(output)
            if tracker.inputs.is_alone:
                told = {*told, *_judge_two(session, asked, tracker.inputs.doubled)}
        else:
            _failed(report, asked, tracker, error)
    if copy is None or error is not None or (asked.probe is not True and took >= LONGEST_STEP):
        return
    with Guard():
        places = places_of(tracker, asked.model, asked.given)
        if places or asked.probe is True or _is_plain(asked):
            with set_aside(Tracker):  # somebody may watch the user's own call, and has no part in ours
                _confirm(report, copy, asked, places, told, None if asked.loss is None else of_the_model)


def _is_plain(asked: _Asked) -> bool:
    """Tell whether a model may be run again of whose samples nothing is known.

    torch.compile would compile the copy too, and what tensors of another kind do nobody knows.
    """
    is_compiled = hasattr(asked.model, "_orig_mod")
    return not is_compiled and any(True for _ in tensors_of([asked.given.args, asked.given.kwargs]))


def _label(tracker: Tracker, asked: _Asked, model: nn.Module, given: Given) -> None:
    """Say what the axes of all that is given are."""
    label_arguments(tracker, model, given.args, given.kwargs, asked.axes)
    label(tracker, given.target, asked.target_axes, "target", "target_axes", target=True)


def _failed(report: Report, asked: _Asked, tracker: Tracker, error: Exception) -> None:
    """Say what the model raised means, and whether it does so with two samples too."""
    report.exception = error
    tracker.abandon()
    add_failure(report, tracker.book.mark, tracker.path, asked.codes, error, tracker.telling.took_part)
    if tracker.inputs.samples == 1:
        two, squeezed, raised = tracker.inputs.doubled, tracker.effects.squeezes.done, tracker.telling.raised
        add_batch_of_one(report, squeezed, lambda: _run(asked.model, Given(*map(two, asked.given)), asked.loss), raised)


def _copied(report: Report, asked: _Asked) -> Subject | None:
    """Copy a model before it is run, so that experiments begin where the run begins; None where none are to be made."""
    if asked.probe is False or (asked.probe == "auto" and model_writes_outside(asked.model)):
        return None
    try:
        with set_aside(Tracker):
            return copy_of(asked.model, watched=True)
    except Unfit as error:
        if asked.probe is True:
            report.did_not_look(f"no experiment was made: {error}")
        return None


def _confirm(
    report: Report,
    subject: Subject,
    asked: _Asked,
    places: list[Place],
    told: Collection[str],
    of_the_model: list[Finding] | None,
) -> None:
    """Hold what was found against experiments on a copy, and what was found in the loss only against those on the loss."""
    options = Options(asked=False, samples=6, patient=asked.probe is True)
    if not options.patient:
        options = replace(options, wanted=needed(report, told))
        if not options.wanted:
            return
        if asks_what_turned_it(report):
            options = replace(options, wanted=options.wanted | {"lines"})
    label_again = functools.partial(labelled, asked.model, asked.given, asked.axes, asked.target_axes)
    influence = study(subject, asked.given, places, asked.loss, options, label_again)
    if options.patient:
        for reason in influence.untried:
            report.did_not_look(f"an experiment was not made: {reason}")
    wrong = contradicted(report, influence, of_the_model)
    if wrong and asked.model.training:  # what a model does while it trains alone, only another copy shows
        subject.model.train()
        trained = study(subject, asked.given, places, asked.loss, replace(options, train=True), label_again)
        wrong = [finding for finding in wrong if finding in contradicted(report, trained, of_the_model)]
    confirm(report, influence, wrong, asked.codes, told)


def _followed(tracker: Tracker, run: UsersCall, /, *args: object) -> tuple[object, Exception | None]:
    """Run a model with a tracker that is on; return what came of it, an exception apart from a mistake of ours."""
    with ExitStack() as undo:
        tracker.start(undo)
        try:
            return run(*args), None
        except Exception as error:
            return None, error


def _judge_two(session: Session, asked: _Asked, doubled: Callable[[Any], Any]) -> Collection[str]:
    """Of one sample nothing is mixed: follow a copy of the model once more, with the same sample twice.

    Returns:
        Codes of what the rules have found then.
    """
    if any(any(_torch.has_hooks(module)) for _, module in _torch.named_modules(asked.model)):
        session.report.did_not_look(ALONE)  # a copy would call them once more
        return ()
    try:
        with _torch.untouched_randomness(), _torch.unseen():
            copy = deepcopy(asked.model)
            given = Given(*map(doubled, asked.given))
        paths = {id(module): path for path, module in _torch.named_modules(copy)}
        tracker = session.tracker(lambda module: paths.get(id(module), ""))
        _label(tracker, asked, copy, given)
        tracker.telling.step.is_doubled = True
        with _torch.untouched_randomness():
            with ExitStack() as undo:
                tracker.start(undo)
                output = _run(copy, given, asked.loss, functools.partial(_returned, tracker, given, session.report, []))
            tracker.finish(output)
    except Exception:  # a state of one sample that the model keeps, a size that is written down
        session.report.did_not_look(ALONE)
        return ()
    if not tracker.inputs.is_alone:
        session.report.assume(TWICE)
    return tracker.telling.step.told


def _run(model: nn.Module, given: Given, loss: Loss, returned: Callable[[], None] | None = None) -> object:
    output = model(*given.args, **given.kwargs)
    if loss is not None:
        if returned is not None:
            with Guard():
                returned()
        loss(output, given.target)
    return output


def _returned(tracker: Tracker, given: Given, report: Report, found: list[Finding]) -> None:
    """Hear that the model has returned, and that its loss comes now; note down what was found so far."""
    tracker.settle()
    tracker.guarded(label_target, tracker, given.target, tracker.inputs.samples)
    found.extend(report.findings)
