"""The `Report`, which collects what was seen: calls and findings.

Only strings, numbers and Layouts are kept, never a tensor, and the number of records is bounded, so a report of a million
steps is as small as one of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rnnshape import text
from rnnshape.drawing.pictured import Pictured
from rnnshape.report import words
from rnnshape.report.event import Event, Passage
from rnnshape.report.finding import Finding
from rnnshape.report.passing import LEGEND, has_unknown, lines_of, passed

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture

__all__ = ["UNUSED_AXES", "Concern", "Report", "Withdrawn"]

UNUSED_AXES = "axes= names it, and no call that was followed had a tensor for it that fits"
"""Why nothing came of what somebody has said of an argument."""

MOST_PASSAGES = 256
"""Different calls that are kept for each module; what comes after is counted together."""

MOST_FINDINGS = 1000
"""Findings that are kept."""

MOST_NAMED = 5
"""Layers that are named in one sentence."""


def _key(finding: Finding) -> tuple[object, ...]:
    """Return what two findings have in common that are the same mistake."""
    where = finding.location
    line = (where.file, where.line) if where else finding.message
    return finding.code, finding.module, finding.subject, line


def _some(names: Iterable[str]) -> str:
    """Name the first few."""
    first = list(names)
    more = len(first) - MOST_NAMED
    return text.listed([*first[:MOST_NAMED], f"{more:,} more"] if more > 0 else first)


def _sentences(told: Mapping[str, Mapping[str, None]]) -> tuple[str, ...]:
    return tuple(f"{_some(names)}: {reason}" if names else reason for reason, names in told.items())


def _take_back(noted: dict[str, dict[str, None]], reason: str, name: str) -> None:
    names = noted.get(reason, {})
    if names.pop(text.shown(name), "") is None and not names:
        del noted[reason]


def _note(told: dict[str, dict[str, None]], reason: str, name: str) -> None:
    """Keep a reason, and the name of what it concerns, up to a bound."""
    if reason in told or len(told) < MOST_FINDINGS:
        names = told.setdefault(reason, {})
        if name and len(names) < MOST_FINDINGS:
            names[text.shown(name)] = None


_LOST = {
    "has no rule": (
        "no rule says where axes go in it, so nothing is judged on what it returns; "
        "rnnshape.check(axes=...) around a function that takes this names them"
    ),
    "reads values that are not there": "it reads values that are not there, so nothing is judged on what it returns",
}
"""Why what is known of tensors ends at an operation, in few words and in more."""

_UNKNOWN = ", so what it returns is unknown"


@dataclass(slots=True)
class _Tally:
    finding: Finding
    count: int = 1
    raised: int = 0

    def counted(self) -> Finding:
        return self.finding if self.count == 1 else replace(self.finding, count=self.count)


class Concern(Enum):
    """What something concerns that was not looked at."""

    RECURRENT = "a recurrent model, or a call of rnnshape's"
    ANY_MODULE = "a module that may be of another kind, as every script and suite has some"


class Withdrawn(NamedTuple):
    """A finding that an experiment has contradicted.

    Attributes:
        finding: as it was made.
        reason: what was measured.
    """

    finding: Finding
    reason: str


Sink = Callable[[Event | Finding], None]


@dataclass(eq=False)
class Report(Pictured):
    """What a watch saw, up to now.

    Attributes:
        sinks: called with every new event and finding.
        exception: what the model raised, where a function that never raises caught it.
        unfollowed: calls that nobody could judge, with the reason.
        withdrawn: findings that an experiment has contradicted, each with the reason.
        probed: what came of the experiments on each model of a first step, or why none was made; empty where none was to be.
    """

    sinks: list[Sink] = field(default_factory=list[Sink], repr=False)
    exception: BaseException | None = None
    withdrawn: tuple[Withdrawn, ...] = ()
    probed: str = ""
    _passages: dict[str, dict[Event, Passage]] = field(default_factory=dict[str, dict[Event, Passage]], repr=False)
    _tallies: dict[tuple[object, ...], _Tally] = field(default_factory=dict[tuple[object, ...], _Tally], repr=False)
    _failed: dict[Event, int] = field(default_factory=dict[Event, int], repr=False)
    _unfollowed: dict[str, None] = field(default_factory=dict[str, None], repr=False)
    _blind: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]], repr=False)
    _of_any_module: set[str] = field(default_factory=set[str], repr=False)
    _assumed: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]], repr=False)

    @property
    def picture(self) -> Picture:
        """One spine of layers, with a ribbon for each axis from one to the next, frayed where a finding says that they mix."""
        from rnnshape.report.pictures.run import picture_of

        return picture_of(self)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding once, in the order in which they were met; ``count`` tells how often."""
        return tuple(t.counted() for t in self._tallies.values())

    @property
    def silent(self) -> tuple[Finding, ...]:
        """The findings that no exception told of, ours or torch's own: the model ran on, as if nothing were wrong."""
        return tuple(t.counted() for t in self._tallies.values() if t.count > t.raised)

    @property
    def events(self) -> tuple[Event, ...]:
        """Every kind of call once, grouped by module; ``calls`` tells how often."""
        return tuple(replace(p.event, calls=p.calls) for group in self._passages.values() for p in group.values() if p.calls)

    @property
    def failed(self) -> tuple[Event, ...]:
        """Every kind of call that ended in an exception; ``calls`` tells how often. They are not among the events."""
        return tuple(replace(event, calls=calls) for event, calls in self._failed.items())

    @property
    def unfollowed(self) -> tuple[str, ...]:
        """What could not be judged, and why."""
        return tuple(self._unfollowed)

    @property
    def blind(self) -> tuple[str, ...]:
        """What was not looked at, and what can be done about it: a sentence for each reason, which names those it concerns."""
        return _sentences(self._blind)

    def blind_of(self, concern: Concern) -> tuple[str, ...]:
        """Return those of `blind` that concern such a module."""
        is_wanted = concern is Concern.ANY_MODULE
        return _sentences({why: names for why, names in self._blind.items() if (why in self._of_any_module) == is_wanted})

    @property
    def assumed(self) -> tuple[str, ...]:
        """On what assumptions it was judged, likewise: such as which dim is the batch, where nobody has named it."""
        return _sentences(self._assumed)

    @property
    def unjudged(self) -> tuple[str, ...]:
        """What is in ``unfollowed`` and of which ``blind`` says no more."""
        return tuple(what for what in self._unfollowed if not what.endswith(_UNKNOWN))

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error or warning."""
        return not any(t.finding.severity in ("error", "warning") for t in self._tallies.values())

    def save(self, path: str | PathLike[str], title: str = "report") -> None:
        """Write the report to a file: a page that needs no network where its name ends in .html, text where it ends in .txt.

        Args:
            path: the file; it is begun anew. Where its name ends in .svg, or .png, it has the picture alone.
            title: what was run, for the page.

        Raises:
            RNNShapeError: for another ending.
        """
        file = Path(path)
        match file.suffix.lower():
            case ".html" | ".htm":
                from rnnshape.report.page.contents import contents_of, rendered

                written = rendered(contents_of(self, title))
            case ".txt":
                written = f"{self._written(self._layers(), words.written)}\n"
            case _:
                self.picture.save(path)
                return
        file.write_text(written, encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        from rnnshape.report.page.inline import inline

        return inline(self)

    def passage(self, event: Event) -> Passage:
        """Return the counter for a kind of call; beyond the bound, the counter of "other sizes"."""
        group = self._passages.setdefault(event.module, {})
        if event not in group and len(group) >= MOST_PASSAGES - 1:
            event = replace(event, layouts=(), packed=None, given=())
        if event not in group:
            group[event] = Passage(event)
            self._tell(event)
        return group[event]

    def calls_of(self, module: str) -> int:
        """Return how often a module was called, by its path."""
        failed = sum(calls for event, calls in self._failed.items() if event.module == module)
        return failed + sum(passage.calls for passage in self._passages.get(module, {}).values())

    def count_failed(self, event: Event) -> None:
        """Count a call that ended in an exception, of a kind that is described without its results."""
        if event not in self._failed and len(self._failed) >= MOST_PASSAGES:
            event = replace(event, layouts=(), packed=None, given=())
        if event in self._failed or len(self._failed) < MOST_FINDINGS:
            self._failed[event] = self._failed.get(event, 0) + 1

    def add(self, finding: Finding) -> bool:
        """Record a finding; return False where it only repeats one."""
        key = _key(finding)
        if tally := self._tallies.get(key):
            tally.count += 1
            return False
        if len(self._tallies) >= MOST_FINDINGS:
            return False
        self._tallies[key] = _Tally(finding)
        self._tell(finding)
        return True

    def raised(self, finding: Finding) -> None:
        """Record that an exception told of a finding, for once."""
        if tally := self._tallies.get(_key(finding)):
            tally.raised += 1

    def withdraw(self, finding: Finding) -> None:
        """Forget a finding: whoever said so knows better by now."""
        self._tallies.pop(_key(finding), None)

    def replace(self, code: str, finding: Finding) -> None:
        """Put a finding in the place of those with a code, which it explains."""
        for key in [k for k, t in self._tallies.items() if t.finding.code == code]:
            del self._tallies[key]
        self.add(finding)

    def change(self, finding: Finding, other: Finding) -> None:
        """Put another finding in the place of one; it is the same mistake, told otherwise."""
        if tally := self._tallies.get(_key(finding)):
            tally.finding = replace(other, count=tally.finding.count)

    def contradict(self, finding: Finding, reason: str) -> None:
        """Take a finding back.

        Args:
            finding: which is contradicted.
            reason: what was measured.
        """
        if self._tallies.pop(_key(finding), None):
            self.withdrawn += (Withdrawn(finding, reason),)

    def could_not_follow(self, what: str) -> None:
        """Record something that nobody could judge."""
        if len(self._unfollowed) < MOST_FINDINGS:
            self._unfollowed[text.shown(what)] = None

    def lost_track(self, operation: str, line: str, has_values: bool = True) -> None:
        """Record that what is known of tensors ends at an operation.

        Args:
            operation: which nobody can follow.
            line: where it was called.
            has_values: whether what it was given has any; then it has no rule.
        """
        why = "has no rule" if has_values else "reads values that are not there"
        self.could_not_follow(f"{operation} {why}{_UNKNOWN}")
        self.did_not_look(_LOST[why], f"{operation} at {line}" if line else operation)

    def did_not_look(self, reason: str, name: str = "", concern: Concern = Concern.RECURRENT) -> None:
        """Record that something is not looked at.

        Args:
            reason: why, and what can be done about it, such as "compiled, so not followed; run it uncompiled".
            name: of what it concerns, such as the path of a layer. Those of one reason are named together.
            concern: what that is; the same for each name of one reason.
        """
        if concern is Concern.ANY_MODULE:
            self._of_any_module.add(reason)
        _note(self._blind, reason, name)

    def assume(self, reason: str, name: str = "") -> None:
        """Record that something is judged on an assumption.

        Args:
            reason: which, and what can be done about it.
            name: of what it concerns, as in `did_not_look`.
        """
        _note(self._assumed, reason, name)

    def does_not_assume(self, reason: str, name: str) -> None:
        """Take back what `assume` has recorded: something better is known."""
        _take_back(self._assumed, reason, name)

    @property
    def unused_axes(self) -> tuple[str, ...]:
        """The arguments that ``axes=`` names, and of which no call that was followed had a tensor that fits."""
        return tuple(self._blind.get(UNUSED_AXES, ()))

    def looked_at(self, reason: str, name: str) -> None:
        """Take back what `did_not_look` has recorded: what it concerns was looked at after all.

        Args:
            reason: as it was recorded.
            name: likewise.
        """
        _take_back(self._blind, reason, name)

    def add_probed(self, line: str) -> None:
        """Say what came of the experiments on one more model."""
        self.probed = f"{self.probed}; {line}" if self.probed else line

    def _tell(self, record: Event | Finding) -> None:
        for sink in self.sinks:
            sink(record)

    @property
    def counts(self) -> str:
        """How many layers were called, how often, and how many of the calls ended in an exception."""
        layers = text.count(len({e.module for e in (*self.events, *self.failed)}), "recurrent layer")
        calls, failed = (sum(e.calls for e in events) for events in (self.events, self.failed))
        words = [layers, *([text.count(calls, "call")] if calls or not failed else [])]
        return ", ".join([*words, *([f"{text.count(failed, 'call')} failed"] if failed else [])])

    def __str__(self) -> str:
        """What passed through each layer, then the findings, and what was not looked at."""
        return text.fitted(self._written(self._layers(), words.fitted))

    def __repr__(self) -> str:
        """The same without the layers."""
        return text.fitted(self._written([], words.fitted))

    def _layers(self) -> list[str]:
        return ["\n".join(lines_of(layer)) for layer in passed(self.events)]

    def _written(self, layers: list[str], lines: Callable[[Finding], list[str]]) -> str:
        told = (("assumed:", self.assumed), ("not looked at:", self.blind))
        unseen = ["\n".join([heading, *(f"  {what}" for what in those)]) for heading, those in told if those]
        probed = [self.probed] if self.probed else []
        head = f"{self.counts}, {text.count(len(self.findings), 'finding')}"
        parts = [*layers, *("\n".join(lines(finding)) for finding in self.findings)]
        legend = [LEGEND] if has_unknown(parts) else []
        return "\n\n".join([head, *parts, *legend, *unseen, *probed])
