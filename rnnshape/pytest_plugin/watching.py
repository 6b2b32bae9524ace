"""What the watches of one test saw, and what that means for the test.

A finding turns a test that would pass into one that fails; any other outcome stays. Where an exception told of it, ours or
torch's own, a test that passes nevertheless has expected that exception, so the finding is none of its faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

import pytest
from torch import nn

import rnnshape
from rnnshape import text
from rnnshape.errors import ContractError, SpecError
from rnnshape.harmless import Guard
from rnnshape.pytest_plugin.options import Options, settings
from rnnshape.report.catalogue import Severity, counts
from rnnshape.report.finding import Finding
from rnnshape.report.report import Concern, Report
from rnnshape.report.words import message_of
from rnnshape.tracking.arguments import check_axes

if TYPE_CHECKING:
    from rnnshape.api.watch import Watch
    from rnnshape.experiments.influence import Influence

__all__ = ["MOST_SHOWN", "Watched"]

MOST_SHOWN = 20
"""Findings that are printed for one test."""


class Watched:
    """One test, and the watches over it.

    Args:
        item: the test.
        options: of the run.
    """

    def __init__(self, item: pytest.Item, options: Options) -> None:
        try:
            self._settings = settings(item.iter_markers("rnnshape"), options)
            check_axes(self._settings.axes, None)
        except SpecError as error:
            pytest.fail(f"@pytest.mark.rnnshape: {error}", pytrace=False)
        self._waits, self._accepted = options.waits, options.accepted
        self._watches: list[Watch] = []
        self._everything: Watch | None = None
        self._diagnosed: list[Report] = []
        self._probed: list[Finding] = []
        self.failure: BaseException | None = None

    def begin(self) -> None:
        """Watch every recurrent layer in the process, without touching anything."""
        try:
            self._everything = self.watch(on="record")
        except SpecError as error:  # in pyproject.toml
            pytest.fail(str(error), pytrace=False)

    def watch(self, model: nn.Module | None = None, /, *, ignore: Iterable[str] = (), **options: Any) -> Watch:
        """Begin to watch a model as the settings of the test say."""
        wanted = self._settings
        raises = wanted.fail_on != "never" and self._accepted is None  # what is accepted is no reason to stop a model
        given: dict[str, Any] = {"on": "raise" if raises else "record", "track": wanted.track} | options
        if wanted.axes is not None and given["track"]:
            given = {"axes": wanted.axes} | given
        self._hear_of_axes(options)
        way = rnnshape.watch(model, ignore=_together(wanted.ignore, ignore), **given)
        way.attach()
        self._watches.append(way)
        return way

    def diagnose(self, model: nn.Module, /, *args: object, ignore: Iterable[str] = (), **options: Any) -> Report:
        """Diagnose a model as the settings of the test say."""
        given: dict[str, Any] = {"axes": self._settings.axes} | options
        self._hear_of_axes(options)
        report = rnnshape.diagnose(model, *args, ignore=_together(self._settings.ignore, ignore), **given)
        self._diagnosed.append(report)
        return report

    def probe(
        self, model: nn.Module, /, *args: object, allow: Iterable[str] = (), ignore: Iterable[str] = (), **options: Any
    ) -> Influence:
        """Probe a model; samples that meet in a layer that is allowed to mix them, by its class or path, are no failure."""
        given: dict[str, Any] = {"axes": self._settings.axes} | options
        self._hear_of_axes(options)
        influence = rnnshape.probe(model, *args, **given)
        if not influence.experiments and self._settings.fail_on != "never":
            pytest.fail(f"rnn_probe has measured nothing: {'; '.join(influence.untried)}", pytrace=False)
        allowed, ignored = {*allow}, {*_together(self._settings.ignore, ignore)}
        report = Report()
        for finding in influence.findings:
            if not allowed & {finding.kind, finding.module or ""} and finding.code not in ignored:
                report.add(finding)
        if self._settings.fail_on != "never":
            self._probed += [finding for finding in report.findings if finding.severity != "info"]
        open_ones = (f"{made.name}: {'; '.join(made.evidence)}" for made in influence.experiments if made.verdict == "unknown")
        for reason in (*influence.untried, *open_ones):
            report.did_not_look(reason)
        self._diagnosed.append(report)
        return influence

    def _hear_of_axes(self, options: dict[str, Any]) -> None:
        """What a test says itself holds, and no more what its marker says of every model."""
        if options.get("axes") is not None and self._everything is not None:
            self._everything.forget_axes()

    def end(self) -> None:
        """Stop watching; once more does nothing."""
        for way in reversed(self._watches):
            way.remove()

    def judge(self) -> None:
        """Fail a test that would pass, where something was found."""
        found: list[Finding] = []
        with Guard():
            every = [f for f in self._findings(every=False) if not self._accepts(f)]
            found = [f for f in every if counts(f.severity, self._settings.fail_on) or f in self._probed]
        if found:
            self.failure = pytest.fail.Exception(_shown(found), pytrace=False)
            raise self.failure

    def tell(self, report: pytest.TestReport, error: BaseException | None) -> None:
        """Add to the report of a test what was found: as plain data, and as text where it failed for a reason of its own."""
        broken = error is not self.failure and (report.failed or hasattr(report, "wasxfail"))
        found = self._findings(every=broken)
        calls = sum(event.calls for event in self._everything.report.events) if self._everything else 0
        shown = [{**f.to_dict(), "headline": f.headline, "accepted": self._accepts(f)} for f in found]
        vars(report)["rnnshape"] = {"calls": calls, "findings": shown, "blind": self._blind(), "assumed": self._assumed()}
        if self._waits:
            from rnnshape.pytest_plugin.whole import packed

            vars(report)["rnnshape"]["packed"] = packed(found)
        said = {_line(f) for f in error.findings} if isinstance(error, ContractError) else set[_Line]()
        new = [f for f in found if _line(f) not in said]
        if new and broken:
            report.sections.append(("rnnshape", _shown(new)))

    def _accepts(self, finding: Finding) -> bool:
        return self._accepted is not None and self._accepted.accepts(finding)

    def _blind(self) -> list[str]:
        """Return what was not looked at, each sentence once; not of modules of other kinds, which every suite has."""
        return list(dict.fromkeys(sentence for report in self._reports() for sentence in report.blind_of(Concern.RECURRENT)))

    def _assumed(self) -> list[str]:
        """Return on what assumptions it was judged, each sentence once."""
        return list(dict.fromkeys(sentence for report in self._reports() for sentence in report.assumed))

    def _reports(self) -> list[Report]:
        return [*(way.report for way in self._watches), *self._diagnosed]

    def _findings(self, every: bool) -> list[Finding]:
        """Return what was found, the worst first; only what counts for a test that passes, or everything."""
        reports = [way.report for way in self._watches]
        told = set[_Line]().union(*map(_told, reports))
        watched = [f for report in reports for f in report.findings if every or _line(f) not in told]
        diagnosed = [f for report in self._diagnosed for f in report.findings]
        once: dict[_Line, Finding] = {}
        for finding in [*watched, *diagnosed]:
            once.setdefault(_line(finding), finding)
        return sorted(once.values(), key=lambda f: get_args(Severity).index(f.severity))


_Line = tuple[str, ...]


def _told(report: Report) -> set[_Line]:
    """Return the lines of which exceptions told, each time."""
    return {_line(f) for f in report.findings} - {_line(f) for f in report.silent}


def _line(finding: Finding) -> _Line:
    """Return what is the same of a mistake however many watches have seen it: they know its module by different paths."""
    where = finding.location
    return (finding.code, where.file, str(where.line)) if where else (finding.code, finding.message)


def _together(ignore: tuple[str, ...], more: Iterable[str]) -> Iterable[str]:
    return more if isinstance(more, str) else (*ignore, *more)


def _shown(findings: Sequence[Finding]) -> str:
    more = len(findings) - MOST_SHOWN
    rest = [f"and {text.count(more, 'more finding')}"] if more > 0 else []
    return "\n\n".join([message_of(findings[:MOST_SHOWN]), *rest])
