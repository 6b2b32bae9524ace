"""A report drawn: its spine has every layer that was called, then what a finding concerns that is none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.picture import Picture
from rnnshape.report.pictures.spine import Spine, Stop, Tensor, drawn, fray_of, tag_of

if TYPE_CHECKING:
    from rnnshape.drawing.shapes import Drawing
    from rnnshape.report.event import Event
    from rnnshape.report.finding import Finding
    from rnnshape.report.report import Report

__all__ = ["drawing_of", "picture_of", "way_of"]

_RESULTS = ("output", "h_n", "c_n", "h_1", "c_1")


def picture_of(report: Report) -> Picture:
    """Draw what a watch saw."""
    return Picture(drawing_of(report, "from layer to layer"), str(report))


def drawing_of(report: Report, title: str = "") -> Drawing:
    """Draw the same as shapes; without a title, where a page has one."""
    return way_of(report.counts, (*report.events, *report.failed), report.findings, _stopped(report), title)


def way_of(counts: str, events: Sequence[Event], findings: Sequence[Finding], stopped: str = "", title: str = "") -> Drawing:
    """Draw the way through layers that were called, and what was found.

    Args:
        counts: how much was seen, in words.
        events: the calls, those of each layer together.
        findings: what was found.
        stopped: why the model ended where the picture does; empty where it did not.
        title: what stands above.
    """
    counted = f"{counts}, {text.count(len(findings), 'finding')}"
    return drawn(Spine(title, counted, (*_stops(events, findings),), stopped))


def _stops(events: Sequence[Event], findings: Sequence[Finding]) -> Iterator[Stop]:
    seen: set[str] = set()
    for name, calls in groupby(events, key=lambda event: event.module or event.kind):
        if name not in seen:
            yield _layer(name, [*calls], [f for f in findings if (f.module or f.kind) == name])
        seen.add(name)
    for finding in findings:
        if (finding.module or finding.kind) not in seen:
            yield _concerned(finding)


def _layer(name: str, events: Sequence[Event], findings: Sequence[Finding]) -> Stop:
    main = max(events, key=lambda event: (bool(event.layouts), event.calls))
    given = tuple(Tensor(*t) for t in main.layouts if t[0] == "input" or t[0] in main.given)
    made = tuple(Tensor(*t) for t in main.layouts if t[0] in _RESULTS)
    frays = [fray for finding in findings if (fray := fray_of(finding))]
    times = sum(event.calls for event in events)
    return Stop(name, main.spec, given, made, times, tuple(map(tag_of, findings)), frays[0] if frays else None)


def _concerned(finding: Finding) -> Stop:
    """Return a stop for a layer that is not recurrent, or an operation."""
    shown = tuple(Tensor(*t) for t in finding.layouts[:2])
    kind = finding.kind if finding.module else finding.subject
    return Stop(finding.module or finding.kind or "the model", kind, shown, tags=(tag_of(finding),), fray=fray_of(finding))


def _stopped(report: Report) -> str:
    if report.exception is not None:
        return f"{type(report.exception).__name__}: {str(report.exception).partition(chr(10))[0]}"
    return f"a call of {report.failed[-1].module or report.failed[-1].kind} raised" if report.failed else ""
