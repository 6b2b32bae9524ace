"""Experiments that nobody has asked for: after the first training step of a script, on copies that were made before it."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from torch import nn
from torch.nn.parameter import is_lazy

from rnnshape import text
from rnnshape.calls import has_layers
from rnnshape.coordinates.mark import DRAW
from rnnshape.errors import SpecError
from rnnshape.experiments.aside import set_aside
from rnnshape.experiments.confirming import OF_SAMPLES, needed, unexplained
from rnnshape.experiments.influence import Influence
from rnnshape.experiments.initial import with_states
from rnnshape.experiments.judging import said_in_a_line
from rnnshape.experiments.making import axes_of, copy_of, places_of
from rnnshape.experiments.places import Given, unplaced
from rnnshape.experiments.reach import reaches_outside
from rnnshape.experiments.study import Options, study
from rnnshape.experiments.subject import Subject, Unfit
from rnnshape.experiments.trial import ONE
from rnnshape.report.event import Event
from rnnshape.report.finding import Finding
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.arguments import Axes, arguments_of
from rnnshape.tracking.track import Tracker

__all__ = ["Unasked"]

LONGEST = 5.0
"""Seconds of this thread that the experiments may take together."""

MOST_PARAMETERS = 20_000_000
"""Numbers in the parameters and buffers of a model that is copied."""


MOST_MODELS = 4
"""Models of one step that are copied."""


NOT_FOLLOWED = "its first training step came after those that are followed; --probe probes it"
"""Why a model is not probed of which nobody has told which dims are the batch."""

Label = Callable[[nn.Module, Given, Axes, Axes], tuple[Tracker, Given]]
"""Labels a copy of what a model is given: with the axes of the arguments, and of the target."""


class _Waiting(NamedTuple):
    """A model that is probed once the step is over: a copy, or why there is none, itself, what it was given, with its axes.

    It may be no recurrent model, where it has no layer of torch's: then what the step has shown tells.
    """

    subject: Subject | None
    why: str
    model: weakref.ref[nn.Module]
    given: Given
    axes: Axes
    has_layers: bool

    def walked(self, names: Collection[str]) -> bool:
        """Tell whether it is of a class of which a loop has walked along its input's steps."""
        return type(self.model()).__name__ in names


class Unasked:
    """Copies models that are about to be called, so that they can be probed once what the rules say of the step is known.

    Args:
        label: labels what a model is given once more, for the runs of the copy.
        reporter: is told.
        named: tells models of one class apart, once they were called.
        of_any: whether any module is copied that may be a recurrent model.
    """

    def __init__(self, label: Label, reporter: Reporter, named: Callable[[nn.Module], str], of_any: bool) -> None:
        self._label = label
        self._of_any = of_any
        self._named = named
        self._reporter = reporter
        self._waiting: list[_Waiting] = []
        self._left: list[weakref.ref[nn.Module]] = []

    def prepare(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes) -> bool:
        """Copy a model.

        Args:
            model: which is called.
            args: with which.
            kwargs: likewise.
            axes: of the arguments; None where nobody has said.

        Returns:
            Whether there is something to be done once the step is over.
        """
        is_known, why = not self._of_any or has_layers(model), ""
        if len(self._waiting) == MOST_MODELS:
            self._left.append(weakref.ref(model))
            return True
        try:
            with set_aside(Tracker):
                subject = _copied(model)
        except Unfit as error:
            subject, why = None, str(error)
            if is_known:
                self._reporter.report.add_probed(f"{self._named(model)} was not probed: {why}")
                return False
        self._waiting.append(_Waiting(subject, why, weakref.ref(model), Given(args, kwargs), axes, is_known))
        return True

    def forget(self) -> None:
        """Probe none of them."""
        self._waiting.clear()
        self._left.clear()

    def conclude(self) -> bool:
        """Make the experiments, of all models within the same time, and tell whether there was any recurrent model."""
        waiting, left = [*self._waiting], [*self._left]
        self.forget()
        report = self._reporter.report
        with set_aside(Tracker) as trackers:
            walked = trackers[0].inputs.by_hand.walked if trackers else set[str]()
            waiting = [one for one in waiting if one.has_layers or one.walked(walked)]
            if not waiting and not left:
                return False
            if not trackers:
                self._say_why([one.model for one in waiting], NOT_FOLLOWED)
                return True
            told = trackers[0].telling.step.told
            wanted = needed(report, told)
            if not wanted & {"lines", "states"}:
                return True  # what the rules have found is to be mended first
            for one in [one for one in waiting if one.subject is None]:
                self._say_why([one.model], one.why)
                waiting.remove(one)
            began = time.thread_time()
            made = [self._probed(one, trackers[0], wanted, began) for one in waiting]
        found = [[f for f in unexplained(report, i, told) if _says_where(f) and self._reporter.keeps(f)] for i in made]
        for one, influence, those in zip(waiting, made, found, strict=True):
            model = one.model()
            if model is not None:
                report.add_probed(said_in_a_line(influence, self._named(model), those))
                self._reporter.tell(those, model)
                if not one.has_layers:
                    self._take_back_once_explained([f for f in those if f.code == "RNS601"])
        others = f"{text.count(MOST_MODELS, 'model')} of the step {'was' if MOST_MODELS == 1 else 'were'}"
        self._say_why(left, f"{others}; --probe probes all")
        return True

    def _take_back_once_explained(self, found: Sequence[Finding]) -> None:
        """Take findings back once a rule says why samples meet: where a loop by hand walks it knows from the next step on."""
        report = self._reporter.report

        def hear(record: Event | Finding) -> None:
            if isinstance(record, Finding) and record.code in OF_SAMPLES:
                for finding in found:
                    report.withdraw(finding)

        if found:
            report.sinks.append(hear)

    def _say_why(self, models: Iterable[weakref.ref[nn.Module]], why: str) -> None:
        """Say why models were not probed."""
        names = [self._named(model) for one in models if (model := one()) is not None]
        for name in dict.fromkeys(names):
            self._reporter.report.add_probed(f"{name} was not probed: {why}")

    def _probed(self, one: _Waiting, tracker: Tracker, wanted: frozenset[str], began: float) -> Influence:
        """Probe one model; return what was measured, and why it was not."""
        model = one.model()
        if model is None or one.subject is None:
            return Influence()  # it was gone before its second step, and nothing of ours keeps it
        places = with_states(places_of(tracker, model, one.given), one.subject, one.given)
        arguments = arguments_of(model.forward, one.given.args, one.given.kwargs)
        known, count = {id(place.tensor) for place in places}, max((place.count for place in places), default=1)
        missing = unplaced([(a.name, a.value) for a in arguments], known, count, lists=False)
        places = [] if missing else places
        axes = one.axes if one.axes is not None else axes_of(places, arguments)
        longest = LONGEST - (time.thread_time() - began)
        drawn = any(mark.of(DRAW) for place in places if (mark := tracker.book.mark(place.tensor)) is not None)
        options = Options(False, drawn, samples=6, patient=False, longest=longest, wanted=wanted - {"steps"})
        label_again = partial(self._label, model, one.given, axes, None)
        try:
            influence = study(one.subject, one.given, places, None, options, label_again)
        except SpecError as error:
            return Influence(untried=(str(error).partition("\n")[0],))
        if not missing or not influence.experiments:
            return influence
        unnamed = f"nobody has said which dim of {text.listed(missing)} is the batch; axes= says it"
        return replace(influence, untried=(ONE if tracker.inputs.is_alone else unnamed, *influence.untried[1:]))


def _copied(model: nn.Module) -> Subject:
    """Copy a model of which runs can be made that nobody sees.

    Raises:
        Unfit: where that cannot be.
    """
    size = sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers()) if not is_lazy(tensor))
    if size > MOST_PARAMETERS:
        raise Unfit(f"a copy of its {size:,} numbers takes too much memory; --probe makes it")
    if why := reaches_outside(model):
        raise Unfit(f"{why}, which every run of a copy would reach; --probe makes them")
    return copy_of(model, watched=True)


def _says_where(finding: Finding) -> bool:
    """Tell whether a finding is more than a fact: a note without a line, and one on the order, are said in few words."""
    return finding.severity != "info" or (finding.location is not None and finding.code != "RNS602")
