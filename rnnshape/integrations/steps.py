"""What every trainer's callback does: it watches the first steps of a stage, says what was found, and then is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, get_args

import rnnshape
from rnnshape.errors import ContractError, SpecError
from rnnshape.harmless import Guard
from rnnshape.report.catalogue import FailOn, Severity, counts
from rnnshape.report.options import checked_options
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action
from rnnshape.report.words import message_of
from rnnshape.text import count, nearest, shown

if TYPE_CHECKING:
    from torch import nn

    from rnnshape.api.watch import Watch
    from rnnshape.tracking.arguments import Axes

__all__ = ["Stages"]


class Stages:
    """The stages of a training, each watched for its first steps.

    Args:
        track: for how many steps of a stage every axis is followed. After them nothing of rnnshape's is left.
        on: what is done about an error when it is met, as `rnnshape.watch` has it.
        fail_on: the least severity that ends the training, after the steps of its stage; "never" for none.
        axes: what the axes of the model's arguments are, as `rnnshape.diagnose` takes them.
        ignore: codes that are not reported.
        say: where the sentence at the end of a stage goes, and what was not looked at.

    Raises:
        SpecError: for an option that does not exist.

    Attributes:
        reports: by stage, what was seen.
    """

    def __init__(
        self,
        track: int,
        on: Action,
        fail_on: FailOn,
        axes: Axes,
        ignore: Iterable[str],
        say: Callable[[str], object],
    ) -> None:
        if isinstance(track, bool) or not isinstance(track, int) or track < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise SpecError(f"track={track!r}: a number of steps is needed, such as 3")
        codes = tuple(ignore)
        checked_options(on, codes, track)
        if fail_on not in get_args(FailOn):
            known = get_args(FailOn)
            raise SpecError(f"fail_on={fail_on!r}: use one of {', '.join(known)}{nearest(str(fail_on), known)}")
        self.reports: dict[str, Report] = {}
        self._options: dict[str, Any] = {"on": on, "ignore": codes, "axes": axes, "track": True}
        self._fail_on: FailOn = fail_on
        self._track, self._say = track, say
        self._watch: Watch | None = None
        self._stage = ""
        self._left = self._beside = 0

    @property
    def told(self) -> frozenset[str]:
        """The stages that are over."""
        return frozenset(self.reports) - ({self._stage} if self._watch else set())

    def numbers(self, stage: str) -> dict[Severity, int]:
        """Return how many findings of each severity there are in a stage."""
        found = [finding.severity for finding in self.reports[stage].findings]
        return {severity: found.count(severity) for severity in get_args(Severity)}

    def begin(self, stage: str, model: nn.Module) -> None:
        """Begin to watch a stage; of one that was watched before there is no more to see."""
        self.end()
        if stage not in self.reports:
            self._watch = rnnshape.watch(model, **self._options)
            self._stage, self._left, self._beside = stage, self._track, 0
            self.reports[stage] = self._watch.attach()

    def step(self) -> None:
        """Count a step that has ended; after the last one to be followed the stage is told of.

        Raises:
            ContractError: for what ends the training.
        """
        if self._watch is not None:
            self._left -= 1
            if self._left <= 0:
                self.end()

    def beside(self) -> None:
        """Count a batch of a validation within a training: it is watched, and is no step of it."""
        self._beside += 1

    def end(self) -> None:
        """Stop watching, and say what was found; once more does nothing.

        Raises:
            ContractError: for what ends the training.
        """
        if self._watch is None:
            return
        self.leave()
        report = self.reports[self._stage]
        with Guard():
            self._say(_sentence(report, self._stage, self._track - max(self._left, 0), self._beside))
        worst = tuple(finding for finding in report.findings if counts(finding.severity, self._fail_on))
        if worst:
            raise ContractError(message_of(worst), worst)

    def leave(self) -> None:
        """Stop watching, and say nothing: the training has ended in an exception."""
        if self._watch is not None:
            self._watch.remove()
            self._watch = None


def _sentence(report: Report, stage: str, steps: int, beside: int) -> str:
    """Say what was seen of a stage, in a line, and below it what was not looked at."""
    found = count(len(report.findings), "finding") if report.findings else "no findings"
    if steps == 0:
        where = f"before the first step of {stage}"
    else:
        where = f"in the first {'step' if steps == 1 else count(steps, 'step')} of {stage}"
    validated = f", and in {count(beside, 'batch', 'batches')} of validation" if beside else ""
    lines = [f"rnnshape: {report.counts}, {found} {where}{validated}"]
    lines += [f"  assumed: {shown(what)}" for what in report.assumed]
    return "\n".join([*lines, *(f"  not looked at: {shown(what)}" for what in (*report.unfollowed, *report.blind))])
