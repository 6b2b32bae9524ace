"""A model drawn as one spine of modules: what goes into each, what comes out, and a ribbon for each axis from one to the next.

A transpose is a crossing, and an axis that ends has no ribbon. A ribbon says where an axis is found again, not which operations
were between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from rnnshape import text
from rnnshape.drawing.palette import FAINT, INK, LAYERS, MUTED, PAPER, SEQ, WRONG, hue_of
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Box, Curve, Drawing, Line, Shape, Words, at_most, width_of
from rnnshape.layout.axes import Axis
from rnnshape.layout.chips import CHIP, chips

if TYPE_CHECKING:
    from rnnshape.calculator.model import ModelPrediction, ModuleCall, Value
    from rnnshape.report.finding import Finding

__all__ = ["Stop", "picture_of", "stops_of"]

_LEFT, _WIDTH, _RIBBON = 24, 620, 34
_MOST = 24
"""Modules that are drawn."""

_STATES = ("h_n", "c_n", "h_1", "c_1")


@dataclass(frozen=True, slots=True)
class Stop:
    """A module of the spine: one that calls no other, with the calls of it that follow one another and are alike."""

    call: ModuleCall
    times: int = 1


class _Piece(NamedTuple):
    """A factor where it is drawn: its axis, the chip, and whether it is of a state."""

    axis: Axis | None
    chip: Box


def stops_of(calls: Sequence[ModuleCall]) -> tuple[Stop, ...]:
    """Return the spine of a model, calls that repeat taken together."""
    found: list[Stop] = []
    for at, call in enumerate(calls):
        has_inner = at + 1 < len(calls) and calls[at + 1].depth > call.depth
        if has_inner:
            continue
        last = found[-1] if found else None
        if last is not None and replace(last.call, number=0) == replace(call, number=0):
            found[-1] = Stop(last.call, last.times + 1)
        else:
            found.append(Stop(call))
    return tuple(found)


def picture_of(p: ModelPrediction) -> Picture:
    """Draw a model."""
    stops = stops_of(p.calls)
    shapes: list[Shape] = [Words(_LEFT, 36, at_most(text.shown(p.title), _WIDTH, 17), 17, INK, bold=True)]
    counts = f"{text.count(p.parameters, 'parameter')}, {text.count(len(p.findings), 'finding')}"
    shapes.append(Words(_LEFT, 58, counts, 12, MUTED))
    ribbons: list[Shape] = []
    y, before = 78.0, ()
    for stop in stops[:_MOST]:
        top, inputs = _row(stop.call.inputs, y)
        shapes += top
        ribbons += _ribbons(before, inputs)
        y += CHIP + 6 if inputs else 0
        shapes += _module(stop, _findings(p, stop), y)
        low, before = _row(stop.call.outputs, y + 44, states=True)
        shapes += low
        y += 44 + (len({piece.chip.y for piece in before}) * (CHIP + 6)) + _RIBBON
    shapes += _end(p, len(stops) - _MOST, y - 10)
    everything = [*ribbons, *shapes]
    ends = [s.x + s.width for s in shapes if isinstance(s, Box)]
    ends += [s.x + width_of(s.words, s.size, s.code) for s in shapes if isinstance(s, Words)]
    return Picture(Drawing(max([*ends, _LEFT + _WIDTH]) + 24, y + 26, tuple(everything), p.title), repr(p))


def _row(values: Sequence[Value], y: float, *, states: bool = False) -> tuple[list[Shape], tuple[_Piece, ...]]:
    """Draw the chips of tensors: one row of those that go in or come out, and one for the states."""
    shapes: list[Shape] = []
    pieces: list[_Piece] = []
    rows = [[v for v in values if v.name not in _STATES], [v for v in values if v.name in _STATES][:1] if states else []]
    for row in filter(None, rows):
        x = _LEFT + 12.0
        for value in row[:3]:
            if len(row) > 1 or value.name in _STATES:
                name = at_most(text.shown(value.name), 110, 11.5)
                shapes.append(Words(x, y + 15, name, 11.5, LAYERS.ink if value.name in _STATES else MUTED, bold=True))
                x += width_of(name, 11.5) + 10
            drawn = chips(value.layout, x, y)
            shapes += drawn.shapes
            boxes = [s for s in drawn.shapes if isinstance(s, Box) and s.hint]
            axes = [f.axis if isinstance(f.axis, Axis) else None for dim in value.layout.dims for f in dim]
            named = [box for box in boxes if box.hint != "1"]
            pieces += [_Piece(axis, box) for axis, box in zip(axes, named, strict=False)]
            x = drawn.right + 16
        y += CHIP + 6
    return shapes, tuple(pieces)


def _ribbons(before: Sequence[_Piece], after: Sequence[_Piece]) -> Iterator[Shape]:
    """Draw a ribbon from each axis to where the next module is given it: from the output, if it is there, or from a state."""
    used: set[int] = set()
    for piece in after:
        axis = piece.axis
        found = next((n for n, old in enumerate(before) if n not in used and old.axis == axis), None)
        if found is None or axis is None:
            continue
        used.add(found)
        old = before[found].chip
        top, low = old.y + old.height, piece.chip.y
        a, b, c, d = old.x + 3, old.x + old.width - 3, piece.chip.x + 3, piece.chip.x + piece.chip.width - 3
        middle = (top + low) / 2
        down = (a, top), (a, middle), (c, middle), (c, low)
        points = (*down, (c, low), (d, low), (d, low), (d, middle), (b, middle), (b, top))
        yield Curve(points, fill=hue_of(axis.name).tint, faint=True)


def _module(stop: Stop, findings: Sequence[Finding], y: float) -> Iterator[Shape]:
    call = stop.call
    ink = WRONG.ink if findings else FAINT
    hint = text.shown(f"module {call.path or call.kind}")
    yield Box(_LEFT, y, _WIDTH, 36, PAPER, ink, 2 if findings else 1.2, radius=8, hint=hint)
    name = at_most(text.shown(call.path or call.kind), 200, 13)
    yield Words(_LEFT + 12, y + 23, name, 13, INK, bold=True)
    start = _LEFT + 22 + width_of(name, 13) * 1.08
    tags = [f"x {stop.times:,}"] * (stop.times > 1)
    tags += [f"{f.code} line {f.location.line}" if f.location else f.code for f in findings[:2]]
    end = _LEFT + _WIDTH - 10.0
    for tag in reversed(tags):
        width = width_of(tag, 11.5, code=True) + 14
        hue = SEQ if tag.startswith("x ") else WRONG
        yield Box(end - width, y + 8, width, 20, hue.tint, radius=6, hint=tag)
        yield Words(end - width + 7, y + 22, tag, 11.5, hue.ink, code=True)
        end -= width + 6
    spec = at_most(text.shown(call.spec or call.kind), end - start - 6, 12, code=True)
    yield Words(start, y + 23, spec, 12, MUTED, code=True)


def _findings(p: ModelPrediction, stop: Stop) -> list[Finding]:
    return [finding for finding in p.findings if finding.module == stop.call.path]


def _end(p: ModelPrediction, more: int, y: float) -> Iterator[Shape]:
    if p.stopped:
        yield Line(((_LEFT, y), (_LEFT + _WIDTH, y)), WRONG.ink, 3)
        yield Words(_LEFT, y + 20, at_most(text.shown(f"stopped: {p.stopped}"), _WIDTH, 12), 12, WRONG.ink, bold=True)
    elif more > 0:
        yield Words(_LEFT, y + 8, f"and {text.count(more, 'more module')}", 12, MUTED)
