"""A layer drawn: cells over steps, output and h_n framed where they lie, and what each tensor's dims are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.calculator.pictures.frames import STACK, frames, stack
from rnnshape.calculator.pictures.letters import lanes_in_letters
from rnnshape.calculator.pictures.meetings import meetings
from rnnshape.calculator.pictures.packed import height_of, staircase
from rnnshape.calculator.pictures.places import Places, places_of
from rnnshape.calculator.pictures.recurrence import rolled_up, sheets, unrolled
from rnnshape.calculator.tables import table, title
from rnnshape.drawing.palette import INK, LAYERS, MUTED, SEQ
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Drawing, Shape, Words, at_most, width_of
from rnnshape.layout.chips import chips

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction
    from rnnshape.layout.layout import Layout

__all__ = ["picture_of"]

_TOP = 86
_LEFT = 24


def picture_of(p: Prediction) -> Picture:
    """Draw a layer."""
    places = places_of(p, _TOP)
    beside = places.last_x + 156
    steps_at = places.bottom + 22
    below = steps_at + height_of(p)
    shapes = [*_head(p, max(beside + STACK, 700) - _LEFT)]
    shapes += [*sheets(p, places), *unrolled(p, places), *frames(p, places), *stack(p, places, beside)]
    if p.lengths is not None:
        shapes += staircase(p, _LEFT, steps_at)
    shapes += [*_loop(p, below), *_tensors(p, below)]
    ends = [s.x + width_of(s.words, s.size, s.code) for s in shapes if isinstance(s, Words) and s.anchor == "start"]
    right = max(beside + STACK, *ends)
    lines = len(_named(p)) * 30 + len(meetings(p)) * 20 + 60
    return Picture(Drawing(right + 24, below + max(lines, 168), tuple(shapes), title(p)), _letters(p, places))


def _head(p: Prediction, width: float) -> Iterator[Shape]:
    name, _, rest = title(p).partition("    ")
    yield Words(_LEFT, 34, name, 16, INK, bold=True, code=True)
    parts = [rest, *([f"batch={p.batch}"] if p.batch is not None else []), *([f"seq={p.seq}"] if p.seq is not None else [])]
    yield Words(_LEFT, 56, at_most("   ".join(filter(None, parts)), width, code=True), 12, MUTED, code=True)


def _loop(p: Prediction, y: float) -> Iterator[Shape]:
    yield from rolled_up(p, _LEFT + 52, y + 64)
    yield Words(_LEFT, y + 136, "rolled up: one cell,", 11.5, MUTED)
    yield Words(_LEFT, y + 152, "the same weights each step", 11.5, MUTED)


def _named(p: Prediction) -> list[tuple[str, Layout]]:
    final = ("h_1", "c_1") if p.spec.cell else ("h_n", "c_n")
    output = None if p.spec.cell else p.output
    found = {"input": p.input, "output": output, final[0]: p.h_n, final[1]: p.c_n, "padded": p.padded}
    return [(name, layout) for name, layout in found.items() if layout is not None]


def _tensors(p: Prediction, y: float) -> Iterator[Shape]:
    """Draw the dims of each tensor, and say where output and h_n are the same."""
    left, y = _LEFT + 220, y + 14
    named = _named(p)
    rows = [chips(layout, left + 64, y + 30 * place) for place, (_, layout) in enumerate(named)]
    column = max(row.right for row in rows) + 8
    for place, ((name, layout), row) in enumerate(zip(named, rows, strict=True)):
        base = y + 30 * place + 15
        yield Words(left, base, name, 12, INK, bold=True, code=True)
        yield from row.shapes
        yield Words(column, base, text.sizes(layout.sizes), 12, MUTED, code=True)
    y += 30 * len(named) + 18
    for output, state in meetings(p):
        yield Words(left, y, output, 12, SEQ.ink, code=True)
        at = left + width_of(output, 12, code=True) + 8
        yield Words(at, y, "==", 12, MUTED, code=True)
        yield Words(at + 26, y, state, 12, LAYERS.ink, code=True)
        if p.lengths is not None:
            yield Words(at + 92, y, "of the padded output", 11.5, MUTED)
        y += 20


def _letters(p: Prediction, places: Places) -> str:
    same = [f"  {output} == {state}" for output, state in meetings(p)]
    return "\n".join([*lanes_in_letters(p, places), *same, "", *table(p)])
