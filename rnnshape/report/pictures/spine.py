"""One spine of modules: what goes into each, what comes out, and a ribbon for each axis from one to the next.

A transpose is a crossing, an axis that ends has no ribbon, and an operation that mixes axes frays them. A ribbon says where an
axis is found again, not which operations were between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rnnshape import text
from rnnshape.drawing.palette import FAINT, INK, LAYERS, MUTED, PAPER, SEQ, WRONG, hue_of
from rnnshape.drawing.shapes import Box, Curve, Drawing, Line, Shape, Words, at_most, width_of
from rnnshape.layout.axes import Axis
from rnnshape.layout.chips import CHIP, chips

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.report.finding import Finding

__all__ = ["Fray", "Spine", "Stop", "Tensor", "drawn", "fray_of", "tag_of"]

_LEFT, _WIDTH, _RIBBON = 24, 620, 34
_MOST = 24
"""Modules that are drawn."""

_STRANDS = 6
"""Into how many each ribbon frays."""

_STATES = ("h_n", "c_n", "h_1", "c_1")


class Tensor(NamedTuple):
    """A tensor that goes into a module or comes out of it."""

    name: str
    layout: Layout


class Fray(NamedTuple):
    """An operation that mixes the axes of a tensor, on its way into a module.

    Attributes:
        before: the tensor that it is given.
        became: what it makes of it, such as "view (6, 64)".
    """

    before: Tensor
    became: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A module of the spine.

    Attributes:
        name: its path, or its class.
        spec: its configuration.
        inputs: what goes in.
        outputs: what comes out; of the states the first alone is drawn.
        times: how many calls it stands for.
        tags: the findings that concern it, a code and a line each.
        fray: what became of its input before, where that is a finding.
    """

    name: str
    spec: str
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    times: int = 1
    tags: tuple[str, ...] = ()
    fray: Fray | None = None


class Spine(NamedTuple):
    """All that is drawn.

    Attributes:
        title: whose modules these are; where it is empty, the first module is the first thing that is drawn.
        counts: what stands below it.
        stops: the modules, in the order of their calls.
        stopped: why the last of them is where the model ended; empty where it did not.
    """

    title: str
    counts: str
    stops: Sequence[Stop]
    stopped: str = ""


class _Piece(NamedTuple):
    """A factor where it is drawn: its axis, and the chip."""

    axis: Axis | None
    chip: Box


def tag_of(finding: Finding) -> str:
    """Name a finding in a few letters."""
    return f"{finding.code} line {finding.location.line}" if finding.location else finding.code


def fray_of(finding: Finding) -> Fray | None:
    """Return what an operation made of a tensor, where that is what was found."""
    if finding.became is None or not finding.layouts:
        return None
    return Fray(Tensor(*finding.layouts[0]), f"{finding.became.operation}  {text.sizes(finding.became.sizes)}")


def drawn(spine: Spine) -> Drawing:
    """Draw modules from above to below."""
    shapes = [*_head(spine)]
    ribbons: list[Shape] = []
    y, before = 78.0 if shapes else 24.0, ()
    for stop in spine.stops[:_MOST]:
        if stop.fray:
            top, inputs = _row([stop.fray.before], y, named=True)
            strands, box, y = _frayed(inputs, stop.fray.became, y + CHIP)
            shapes += [*top, *box]
            ribbons += [*_ribbons(before, inputs), *strands]
        else:
            top, inputs = _row(stop.inputs, y)
            shapes += top
            ribbons += _ribbons(before, inputs)
            y += CHIP + 6 if inputs else 0
        shapes += _module(stop, y)
        low, before = _row(stop.outputs, y + 44, states=True)
        shapes += low
        y += 44 + (len({piece.chip.y for piece in before}) * (CHIP + 6)) + _RIBBON
    shapes += _end(spine.stopped, len(spine.stops) - _MOST, y - 10)
    ends = [s.x + s.width for s in shapes if isinstance(s, Box)]
    ends += [s.x + width_of(s.words, s.size, s.code) for s in shapes if isinstance(s, Words)]
    bottoms = [s.y + s.height for s in shapes if isinstance(s, Box)] + [s.y for s in shapes if isinstance(s, Words)]
    size = max([*ends, _LEFT + _WIDTH]) + 24, max(bottoms, default=y) + 20
    return Drawing(*size, (*ribbons, *shapes), spine.title or spine.counts)


def _head(spine: Spine) -> Iterator[Shape]:
    if spine.title:
        yield Words(_LEFT, 36, at_most(text.shown(spine.title), _WIDTH, 17), 17, INK, bold=True)
        yield Words(_LEFT, 58, spine.counts, 12, MUTED)


def _row(
    tensors: Sequence[Tensor], y: float, *, states: bool = False, named: bool = False
) -> tuple[list[Shape], tuple[_Piece, ...]]:
    """Draw the chips of tensors: one row of those that go in or come out, and one for the states."""
    shapes: list[Shape] = []
    pieces: list[_Piece] = []
    rows = [[*tensors]]
    if not named:
        rows = [[v for v in tensors if v.name not in _STATES], [v for v in tensors if v.name in _STATES][:1] if states else []]
    for row in filter(None, rows):
        x = _LEFT + 12.0
        for tensor in row[:3]:
            if named or len(row) > 1 or tensor.name in _STATES:
                name = at_most(text.shown(tensor.name), 110, 11.5)
                shapes.append(Words(x, y + 15, name, 11.5, LAYERS.ink if tensor.name in _STATES else MUTED, bold=True))
                x += width_of(name, 11.5) + 10
            row_of = chips(tensor.layout, x, y)
            shapes += row_of.shapes
            boxes = [s for s in row_of.shapes if isinstance(s, Box) and s.hint]
            axes = [f.axis if isinstance(f.axis, Axis) else None for dim in tensor.layout.dims for f in dim]
            factors = [box for box in boxes if box.hint != "1"]
            pieces += [_Piece(axis, box) for axis, box in zip(axes, factors, strict=False)]
            x = row_of.right + 16
        y += CHIP + 6
    return shapes, tuple(pieces)


def _ribbons(before: Sequence[_Piece], after: Sequence[_Piece]) -> Iterator[Shape]:
    """Draw a ribbon from each axis to where the next module is given it: from the tensor that has most of its axes."""
    wanted = {piece.axis for piece in after}
    shared = Counter(piece.chip.y for piece in before if piece.axis in wanted)
    left = sorted(before, key=lambda piece: -shared[piece.chip.y])
    for piece in after:
        axis = piece.axis
        found = next((old for old in left if old.axis == axis), None)
        if found is None or axis is None:
            continue
        left.remove(found)
        old = found.chip
        start, end = (old.x + 3, old.x + old.width - 3), (piece.chip.x + 3, piece.chip.x + piece.chip.width - 3)
        yield _ribbon(start, old.y + old.height, end, piece.chip.y, hue_of(axis.name).tint)


def _ribbon(start: tuple[float, float], top: float, end: tuple[float, float], low: float, colour: str) -> Curve:
    """Draw a band from a left and a right end above to those below."""
    (a, b), (c, d) = start, end
    middle = (top + low) / 2
    down = (a, top), (a, middle), (c, middle), (c, low)
    return Curve((*down, (c, low), (d, low), (d, low), (d, middle), (b, middle), (b, top)), fill=colour, faint=True)


def _frayed(pieces: Sequence[_Piece], became: str, top: float) -> tuple[list[Shape], list[Shape], float]:
    """Fray ribbons into strands that lie between one another in what an operation made; return where that ends, too."""
    words = at_most(text.shown(became), _WIDTH - 60, 11.5, code=True)
    left = min((piece.chip.x for piece in pieces), default=_LEFT + 12.0)
    right = max([left + width_of(words, 11.5, code=True) + 14, *(p.chip.x + p.chip.width for p in pieces)])
    low = top + _RIBBON
    wide = (right - left) / max(len(pieces) * _STRANDS, 1)
    strands: list[Shape] = []
    for number, (axis, chip) in enumerate(pieces):
        own = chip.width / _STRANDS
        for strand in range(_STRANDS):
            at, to = chip.x + strand * own, left + (strand * len(pieces) + number) * wide
            colour = hue_of(axis.name if axis else "mixed").ink
            strands.append(_ribbon((at + own / 4, at + own * 3 / 4), top, (to + wide / 4, to + wide * 3 / 4), low, colour))
    box = Box(left, low, right - left, CHIP, WRONG.tint, WRONG.ink, radius=5, hint=f"mixed {text.shown(became)}")
    return strands, [box, Words(left + 7, low + 15, words, 11.5, WRONG.ink, code=True)], low + CHIP + 6


def _module(stop: Stop, y: float) -> Iterator[Shape]:
    ink = WRONG.ink if stop.tags else FAINT
    named = text.shown(stop.name)
    yield Box(_LEFT, y, _WIDTH, 36, PAPER, ink, 2 if stop.tags else 1.2, radius=8, hint=f"module {named}")
    name = at_most(named, 200, 13)
    yield Words(_LEFT + 12, y + 23, name, 13, INK, bold=True)
    start = _LEFT + 22 + width_of(name, 13) * 1.08
    end = _LEFT + _WIDTH - 10.0
    for tag in reversed([f"x {stop.times:,}"] * (stop.times > 1) + [*stop.tags[:2]]):
        width = width_of(tag, 11.5, code=True) + 14
        hue = SEQ if tag.startswith("x ") else WRONG
        yield Box(end - width, y + 8, width, 20, hue.tint, radius=6, hint=tag)
        yield Words(end - width + 7, y + 22, tag, 11.5, hue.ink, code=True)
        end -= width + 6
    yield Words(start, y + 23, at_most(text.shown(stop.spec), end - start - 6, 12, code=True), 12, MUTED, code=True)


def _end(stopped: str, more: int, y: float) -> Iterator[Shape]:
    if stopped:
        yield Line(((_LEFT, y), (_LEFT + _WIDTH, y)), WRONG.ink, 3)
        yield Words(_LEFT, y + 20, at_most(text.shown(f"stopped: {stopped}"), _WIDTH, 12), 12, WRONG.ink, bold=True)
    elif more > 0:
        yield Words(_LEFT, y + 8, f"and {text.count(more, 'more module')}", 12, MUTED)
