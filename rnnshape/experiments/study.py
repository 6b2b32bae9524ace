"""All experiments on one model, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rnnshape.experiments.ends import ends_said, measure_ends
from rnnshape.experiments.future import future_said, measure_future
from rnnshape.experiments.influence import Experiment, Influence, Meeting
from rnnshape.experiments.judging import (
    Judged,
    judge_ends,
    judge_future,
    judge_loss,
    judge_number,
    judge_order,
    judge_padding,
    judge_rows,
    judge_samples,
    judge_states,
    judge_steps,
    judge_targets,
    judge_use,
    meant_order,
)
from rnnshape.experiments.lockstep import Found, meeting_of, misreading_of, origin_of, place_of
from rnnshape.experiments.meaning import with_layouts
from rnnshape.experiments.mending import MOST_COUNTS, edit_of_count
from rnnshape.experiments.number import measure_number, number_said
from rnnshape.experiments.outside import sees_calls
from rnnshape.experiments.padding import counted_padding, measure_padding, padding_said
from rnnshape.experiments.places import Given, Place, tensors_of
from rnnshape.experiments.reading import losing, reading_padding
from rnnshape.experiments.rows import measure_rows, with_rows_that_differ
from rnnshape.experiments.samples import Samples, measure_samples, order_said, samples_said, shuffled
from rnnshape.experiments.states import measure_states, states_said
from rnnshape.experiments.steps import measure_steps, steps_said
from rnnshape.experiments.subject import Subject, Unfit
from rnnshape.experiments.targets import measure_targets, targets_said
from rnnshape.experiments.trial import RUNS, Trial
from rnnshape.experiments.use import Layers, heard_again, measure_use, use_said
from rnnshape.harmless import Guard
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["Options", "study"]


LONGEST = 20.0
"""Seconds that experiments may take where nobody has asked for them."""

RUNS_OF_STEPS = 40
"""How often steps are changed, at most about; where nobody has asked for it, only if there is time for that too."""

PICKS = frozenset(["index", "select", "gather", "index_select", "narrow", "take_along_dim", "unbind", "split", "chunk", "take"])
"""Operations that pick some elements and leave others."""


_Show = Callable[[Found | None], Found | None]
"""Adds the Layouts of what an operation was given."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be tried.

    Attributes:
        asked: whether somebody has asked for samples that are apart.
        in_no_order: whether the samples were drawn in no order, so that the place of one in its batch is an accident.
        train: whether the model is run as while it trains.
        causal: whether later steps must not reach earlier ones.
        samples: how many samples are changed where there are many.
        patient: whether it may take as long as it takes.
        longest: the seconds that it may take where it is not.
        wanted: the experiments that are made besides those on samples, and "lines", where it is looked for the operations.
    """

    asked: bool = True
    in_no_order: bool = False
    train: bool = False
    causal: bool = False
    samples: int = 4
    patient: bool = True
    longest: float = LONGEST
    wanted: frozenset[str] = frozenset(["ends", "number", "padding", "states", "steps", "targets", "use", "lines"])


@dataclass(slots=True)
class _Notes:
    """What becomes an `Influence`."""

    made: dict[str, Experiment] = field(default_factory=dict[str, Experiment])
    findings: list[Finding] = field(default_factory=list[Finding])
    untried: list[str] = field(default_factory=list[str])
    meeting: Meeting | None = None

    def influence(self) -> Influence:
        return Influence(**self.made, meeting=self.meeting, findings=tuple(self.findings), untried=tuple(self.untried))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `study` is asked; its arguments."""

    subject: Subject
    given: Given
    places: list[Place]
    loss: Callable[[Any, Any], Any] | None
    options: Options
    label_again: Callable[[], tuple[Tracker, Given]]

    @property
    def how(self) -> Judged:
        """What is judged of."""
        return Judged(self.options.asked, self.options.train)

    def shown(self, trial: Trial) -> _Show:
        """Return what adds the Layouts of what an operation was given in a trial."""
        return partial(with_layouts, trial=trial, label_again=self.label_again)


def study(
    subject: Subject,
    given: Given,
    places: Iterable[Place],
    loss: Callable[[Any, Any], Any] | None,
    options: Options,
    label_again: Callable[[], tuple[Tracker, Given]],
) -> Influence:
    """Make the experiments on a copy of a model.

    Those on samples take two of them. What a state is read as, and what never matters, a single one shows too.

    Args:
        subject: the copy.
        given: what it is given.
        places: where samples lie in that.
        loss: called with the output and the target, if there is one.
        options: what is to be tried.
        label_again: returns a copy of what the model is given, with a tracker that knows the axes of that.
    """
    asked = _Asked(subject, given, [*places], loss, options, label_again)
    notes, heard = _Notes(), Layers() if options.wanted & {"states", "use"} else None
    try:
        longest = None if options.patient else options.longest
        trial = Trial(subject, given, asked.places, options.samples, longest, heard)
        if trial.lacks:
            trial.settle()
            notes.untried.append(trial.lacks)
        else:
            _study_samples(notes, trial, asked, heard)
    except Unfit as error:
        notes.untried.append(str(error))
        return notes.influence()
    if heard is not None and "states" in options.wanted:
        _try(notes, "states", lambda: _say_states(notes, trial, asked.how, heard, asked.shown(trial)))
    if heard is not None and "use" in options.wanted:
        _try(notes, "use", lambda: _say_use(notes, trial, asked.how, heard))
    return notes.influence()


def _study_samples(notes: _Notes, trial: Trial, asked: _Asked, heard: Layers | None) -> None:
    """Make the experiments that take two samples.

    Raises:
        Unfit: where a run raises, or the model differs by itself.
    """
    given, loss, options, how, show = asked.given, asked.loss, asked.options, asked.how, asked.shown(trial)
    samples = measure_samples(trial, "lines" in options.wanted)
    _say_samples(notes, trial, samples, how, "lines" in options.wanted, show)
    if options.in_no_order:
        _try(notes, "order", lambda: _say_rows(notes, trial, samples, asked))
    if "number" in options.wanted:
        depends = partial(_depends_on_number, given=given, places=asked.places, most=options.samples)
        is_quick = options.patient or trial.seconds * RUNS * MOST_COUNTS < options.longest
        mend = partial(edit_of_count, asked.subject, depends=depends, label_again=asked.label_again) if is_quick else None
        _try(notes, "number", lambda: _say_number(notes, trial, samples, how, show, mend))
    if options.causal:
        _try(notes, "future", lambda: _say_future(notes, trial, samples, show))
    if "padding" in options.wanted:
        _try(notes, "padding", lambda: _say_padding(notes, trial, samples, how, show))
    reshapes = heard is None or heard.reshapes or not trial.is_light
    if "steps" in options.wanted and (options.patient or trial.seconds * RUNS_OF_STEPS < options.longest):
        _try(notes, "steps", lambda: _say_steps(notes, trial, samples, how, show, reshapes))
    if "ends" in options.wanted and not any(finding.code == "RNS609" for finding in notes.findings):
        _say_ends(notes, trial, samples, how, show)
    if "targets" in options.wanted and loss is not None and given.target is not None:
        if not options.patient and sees_calls(loss):
            notes.untried.append("targets: the loss keeps something that would see every call of it; rnnshape.probe calls it")
        else:
            _try(notes, "targets", lambda: _say_targets(notes, trial, samples, loss, given.target, how))


def _try(notes: _Notes, name: str, work: Callable[[], None]) -> None:
    """Make an experiment; where it can't be made, say why."""
    try:
        work()
    except Unfit as error:
        notes.untried.append(f"{name}: {error}")


def _say_samples(notes: _Notes, trial: Trial, samples: Samples, how: Judged, lines: bool, show: _Show) -> None:
    where = _where(trial, samples) if lines or samples.silent else None
    if samples.silent and (where is None or where.meeting.operation not in PICKS):
        samples.silent = []  # a rectifier, say, has made the same of whatever is in them
    said, ordered = samples_said(samples, trial), order_said(samples)
    notes.made |= {"samples": said, "order": ordered}
    is_met = where is not None
    if where is None and how.asked and ordered.verdict == "together":
        where = _place(trial, samples)
        samples.is_placed = where is not None
    where = show(where)
    notes.meeting = where.meeting if where and is_met else None
    notes.findings += judge_samples(said, samples, where, how)
    notes.findings += judge_order(ordered, samples, where, how)


def _where(trial: Trial, samples: Samples) -> Found | None:
    """Return where samples first meet, are scattered, lost, put into another order, or read with lengths of others."""
    leaves = [leaf for leaf in samples.leaves if not leaf.is_whole]
    bad = samples.mixed or [leaf for leaf in leaves if leaf.is_scattered]
    if not bad and (samples.silent or samples.misread or all(leaf.is_moved for leaf in leaves)):
        bad = leaves
    if not bad:
        return None
    worst = max(bad, key=lambda leaf: leaf.owners.share)
    try:
        if samples.misread and not samples.mixed:
            return misreading_of(trial, worst)
        return meeting_of(trial, worst, samples.met)
    except Unfit:
        return None


def _place(trial: Trial, samples: Samples) -> Found | None:
    """Return where the place of a sample in its batch begins to matter, where samples neither meet nor are moved."""
    leaf = next((leaf for leaf in samples.leaves if leaf.is_lost), None)
    try:
        return None if leaf is None else place_of(trial, leaf, shuffled(trial.count))
    except Unfit:
        return None


def _say_rows(notes: _Notes, trial: Trial, samples: Samples, asked: _Asked) -> None:
    found = measure_rows(trial, samples)
    where: Found | None = None
    if found:
        with suppress(Unfit), with_rows_that_differ(trial.subject.model, found):
            again = Trial(trial.subject, asked.given, asked.places)
            where = asked.shown(again)(place_of(again, found[0].leaf, shuffled(again.count)))
    notes.findings += judge_rows(found, where)


def _say_number(
    notes: _Notes,
    trial: Trial,
    samples: Samples,
    how: Judged,
    show: _Show,
    mend: Callable[[Location | None], str] | None,
) -> None:
    found = measure_number(trial, samples)
    if mend is not None and found.share and found.is_of_number and found.found is not None:
        with Guard():  # an edit that cannot be tried must not cost the finding
            found.edit = mend(found.found.meeting.location)
    found.found = show(found.found)
    said = number_said(found)
    notes.made["number"] = said
    notes.findings += judge_number(said, found, how)


def _depends_on_number(subject: Subject, given: Given, places: Iterable[Place], most: int) -> bool:
    """Tell whether a model, edited, still depends on the number of samples, or has no result of which that can be said."""
    try:
        trial = Trial(subject, given, places, most)
        return bool(measure_number(trial, measure_samples(trial, False)).share)
    except Unfit:
        return True


def _say_future(notes: _Notes, trial: Trial, samples: Samples, show: _Show) -> None:
    found = measure_future(trial, samples)
    found.found = show(found.found)
    said = future_said(found)
    notes.made["future"] = said
    notes.findings += judge_future(said, found)


def _say_padding(notes: _Notes, trial: Trial, samples: Samples, how: Judged, show: _Show) -> None:
    found = measure_padding(trial, samples)
    if found.changed is not None and (read := reading_padding(trial, *found.changed)) is not None:
        found.read = replace(read, found=show(read.found))
    said = padding_said(found)
    notes.made["padding"] = said
    notes.findings += judge_padding(said, found, how)


def _say_steps(notes: _Notes, trial: Trial, samples: Samples, how: Judged, show: _Show, reshapes: bool) -> None:
    found = measure_steps(trial, samples, reshapes)
    if found is None:
        return
    found.found = show(found.found)
    said = steps_said(found)
    notes.made["steps"] = said
    notes.findings += judge_steps(said, found, how)


def _say_states(notes: _Notes, trial: Trial, how: Judged, heard: Layers, show: _Show) -> None:
    heard, output = heard_again(trial, heard)
    found = measure_states(trial, heard.walks, [t for _, t in tensors_of(output)])
    if found is not None:
        found.found = show(found.found)
    said = states_said(found)
    notes.made["states"] = said
    notes.findings += judge_states(said, found, how)


def _say_ends(notes: _Notes, trial: Trial, samples: Samples, how: Judged, show: _Show) -> None:
    with suppress(Unfit):  # where the steps lie nobody has said, or nothing that is returned has any
        found = measure_ends(trial, samples)
        if found is not None:
            found.found = show(found.found)
            notes.made["steps"] = said = ends_said(found)
            notes.findings += judge_ends(said, found, how)


def _say_use(notes: _Notes, trial: Trial, how: Judged, heard: Layers) -> None:
    found = measure_use(trial, heard)
    while found.unused:
        first = found.unused[0]
        if first.is_whole:
            break
        found.lost = losing(trial, trial.base[0][0], first.weights, first.reading)
        if found.lost is not None and found.lost.found is not None:
            break
        del found.unused[0]  # nothing is lost: a cell that is never given a state, such as that of the leaves of a tree
    said = use_said(found)
    notes.made["use"] = said
    notes.findings += judge_use(said, found, how)


def _say_targets(
    notes: _Notes, trial: Trial, samples: Samples, loss: Callable[[Any, Any], Any], target: Any, how: Judged
) -> None:
    found = measure_targets(trial, samples, loss, target)
    if found.crossing is not None:
        made = origin_of(trial, next(leaf for leaf in samples.leaves if not leaf.is_whole))
        if found.found is None or found.found.meeting.location is None:
            found.found = made
        elif made is not None:
            found.found = replace(found.found, made_at=made.meeting.location)
    said = targets_said(found)
    notes.made["targets"] = said
    notes.findings += judge_targets(said, found, how)
    counted = counted_padding(trial, samples, loss, target) if how.asked else None
    if counted is not None:
        notes.findings += judge_loss(counted, how)
    if found.follows and not samples.misread:
        notes.findings = meant_order(notes.findings)
