"""`Entry` and `Passing`: a finding and the calls of a layer, as plain strings that a page shows."""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import hue_of
from rnnshape.layout.axes import Axis
from rnnshape.report.catalogue import rule
from rnnshape.report.pictures.drawn import has_body, picture_of

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.report.event import Event
    from rnnshape.report.finding import Finding
    from rnnshape.report.location import Location

__all__ = ["Chip", "Entry", "Line", "Passing", "Row", "counted", "entry_of", "passings_of"]

_AROUND = 3
"""Lines of source that are shown before and after the one that is to be mended."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source: its number, what stands there, and whether it is the one that is to be mended."""

    number: int
    code: str
    is_it: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding as a page shows it.

    Attributes:
        code: of the rule.
        severity: of the finding.
        title: of the rule.
        headline: what is wrong.
        place: file, line and function; empty where nobody knows.
        source: lines of source around it.
        details: what shows it, in letters.
        suggestion: an edit that fits, or an empty string.
        why: why it is wrong, from the catalogue.
        wrong: a program that has the mistake.
        right: the program without it.
        svg: the picture; empty where there is nothing to draw but words.
        count: how often it was met.
        remark: anything else, such as the test in which it was met.
    """

    code: str
    severity: str
    title: str
    headline: str
    place: str
    source: tuple[Line, ...]
    details: tuple[str, ...]
    suggestion: str
    why: str
    wrong: str
    right: str
    svg: str
    count: int = 1
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A factor of a Layout: its words, and the kind of axis that gives it its colour."""

    words: str
    axis: str


@dataclass(frozen=True, slots=True)
class Row:
    """A tensor that a layer was given, or returned."""

    name: str
    dims: tuple[tuple[Chip, ...], ...]
    sizes: str


@dataclass(frozen=True, slots=True)
class Passing:
    """The calls of one layer: the most frequent kind of them, and how many there were of other kinds."""

    module: str
    spec: str
    calls: int
    rows: tuple[Row, ...]
    others: int


def entry_of(finding: Finding, remark: str = "") -> Entry:
    """Return what a page shows of a finding."""
    of = rule(finding.code)
    return Entry(
        code=finding.code,
        severity=finding.severity,
        title=of.title,
        headline=finding.headline,
        place=str(finding.location) if finding.location else "",
        source=_source(finding.location),
        details=finding.details,
        suggestion=text.shown(finding.suggestion or ""),
        why=of.why,
        wrong=of.wrong,
        right=of.right,
        svg=picture_of(finding, headed=False).svg if has_body(finding) else "",
        count=finding.count,
        remark=text.shown(remark),
    )


def _source(location: Location | None) -> tuple[Line, ...]:
    """Return the lines around a place; only the line itself where its file cannot be read, or has another line there by now."""
    if location is None:
        return ()
    lines = linecache.getlines(location.file)
    at = location.line - 1
    if not 0 <= at < len(lines) or lines[at].strip() != location.code:
        return (Line(location.line, text.shown(location.code), True),) if location.code else ()
    shown = range(max(0, at - _AROUND), min(len(lines), at + _AROUND + 1))
    return tuple(Line(n + 1, text.shown(lines[n].rstrip().expandtabs(4)), n == at) for n in shown)


def passings_of(events: Sequence[Event]) -> tuple[Passing, ...]:
    """Return the calls of each layer, in the order in which layers were first called."""
    return tuple(_passing(list(group)) for _, group in groupby(events, key=lambda event: event.module))


def _passing(events: list[Event]) -> Passing:
    main = max((e for e in events if e.layouts), key=lambda e: e.calls, default=events[0])
    calls = sum(event.calls for event in events)
    rows = tuple(Row(text.shown(name), _dims(layout), text.sizes(layout.sizes)) for name, layout in main.layouts)
    return Passing(text.shown(main.module or main.kind), text.shown(main.spec), calls, rows, calls - main.calls)


def _dims(layout: Layout) -> tuple[tuple[Chip, ...], ...]:
    return tuple(tuple(Chip(text.shown(str(f)), _kind(f.axis)) for f in dim) or (Chip("1", "other"),) for dim in layout.dims)


def _kind(axis: object) -> str:
    name = axis.name if isinstance(axis, Axis) else "mixed"
    known = ("batch", "seq", "layers", "directions", "hidden", "mixed")
    return next((kind for kind in known if hue_of(kind) == hue_of(name)), "other")


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """Return how many entries there are of each severity, the worst first; none of those without any."""
    found = list(entries)
    numbers = {severity: sum(entry.severity == severity for entry in found) for severity in ("error", "warning", "info")}
    return {severity: number for severity, number in numbers.items() if number}
