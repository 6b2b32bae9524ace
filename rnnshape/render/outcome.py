"""`Outcome`: what a command has seen and found, which every form of output for machines is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rnnshape import text
from rnnshape.report.baseline import Known
from rnnshape.report.fingerprints import fingerprints

if TYPE_CHECKING:
    from rnnshape.report.event import Event
    from rnnshape.report.finding import Finding
    from rnnshape.report.location import Location
    from rnnshape.report.report import Report

__all__ = ["MOST_TESTS", "Outcome", "Result", "file_of", "outcome_of"]

MOST_TESTS = 5
"""Tests that are named for one finding."""


class Result(NamedTuple):
    """A finding, how it is recognised in another run, whether a baseline accepts it, and the tests in which it was met."""

    finding: Finding
    fingerprint: str
    is_accepted: bool
    tests: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """Whether it is accepted, and in which tests it was met, in words; empty where there is neither."""
        accepted = ["accepted in the baseline"] if self.is_accepted else []
        shown, more = self.tests[:MOST_TESTS], len(self.tests) - MOST_TESTS
        return "; ".join([*accepted, *shown, *([f"and {text.count(more, 'more test')}"] if more > 0 else [])])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command has seen and found.

    Attributes:
        title: what was run, or predicted.
        findings: every one, accepted or not, in the order in which they were met.
        known: the same beside a baseline.
        counts: how much was seen, in words.
        events: every kind of call.
        unfollowed: calls that nobody could judge, and of which ``blind`` does not say more.
        blind: what was not looked at.
        assumed: on what assumptions it was judged.
        ranks: what other ranks of a distributed run saw, a line each.
        tests: for each of the findings the tests in which it was met; nothing where there are no tests.
        drawn: a picture of what was measured, as SVG; empty where there is none.
        probed: what came of experiments that nobody has asked for, or why none was made; empty where none was to be.
        is_whole: whether what was run came to its end, and well.
    """

    title: str
    findings: tuple[Finding, ...]
    known: Known
    counts: str = ""
    events: tuple[Event, ...] = ()
    unfollowed: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    tests: tuple[tuple[str, ...], ...] = ()
    drawn: str = ""
    probed: str = ""
    is_whole: bool = True
    assumed: tuple[str, ...] = ()

    @property
    def unseen(self) -> tuple[tuple[str, str], ...]:
        """What could not be judged, or only on an assumption: each sentence behind the heading that it stands under."""
        lost = tuple(("not looked at", what) for what in (*self.unfollowed, *self.blind))
        return (*(("assumed", what) for what in self.assumed), *lost)

    @property
    def results(self) -> tuple[Result, ...]:
        """Every finding with its fingerprint, and whether it is accepted."""
        accepted = {id(finding) for finding in self.known.accepted}
        tests = self.tests or ((),) * len(self.findings)
        named = zip(self.findings, fingerprints(self.findings), tests, strict=True)
        return tuple(Result(finding, mark, id(finding) in accepted, met_in) for finding, mark, met_in in named)


def outcome_of(report: Report, title: str, known: Known, ranks: tuple[str, ...] = (), is_whole: bool = True) -> Outcome:
    """Return what a report says, beside what is known of it."""
    found = (*known.new, *known.accepted)
    seen = (report.counts, report.events, report.unjudged, report.blind)
    assumed, probed = report.assumed, report.probed
    return Outcome(title, found, known, *seen, ranks, probed=probed, is_whole=is_whole, assumed=assumed)


def file_of(location: Location) -> str:
    """Return a file as it is found from the working directory, with slashes, wherever that is above it; else as it is.

    >>> from rnnshape.report.location import Location
    >>> file_of(Location("/elsewhere/train.py", 3))
    '/elsewhere/train.py'
    """
    path = Path(location.file)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()
