"""The recurrence drawn: cells over steps, what they hand on, what they read, and the same rolled up into one cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnshape.calculator.pictures.places import CELL, Lane, Places
from rnnshape.drawing.palette import BATCH, DIRECTIONS, FAINT, HIDDEN, INK, LAYERS, MUTED, PAPER, SEQ
from rnnshape.drawing.shapes import Box, Curve, Shape, Words, arrow

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["rolled_up", "sheets", "unrolled"]

_LEFT, _TAG = 24, 62


def sheets(p: Prediction, places: Places) -> Iterator[Shape]:
    """Draw the panel, and behind it, for a batch, the sheets of other samples."""
    width = places.last_x + 112 - _LEFT
    height = places.bottom - places.top
    if p.batch is not None:
        for off in (12, 6):
            yield Box(_LEFT + off, places.top - off, width, height, BATCH.tint, BATCH.ink, radius=10)
    yield Box(_LEFT, places.top, width, height, PAPER, FAINT if p.batch is None else BATCH.ink, radius=10)
    if p.batch is not None:
        words = "each sheet is one sample" if p.batch == 1 else f"{p.batch} sheets, one for each sample"
        yield Words(_LEFT + width - 12, places.bottom - 12, words, 11.5, BATCH.ink, "end")


def unrolled(p: Prediction, places: Places) -> Iterator[Shape]:
    """Draw every layer over the steps: lanes, states that are handed on, and the inputs below."""
    for layer in places.layers:
        yield from _band(p, places, layer)
    for lane in places.lanes:
        yield from _lane(p, places, lane)
    yield from _inputs(p, places)


def _band(p: Prediction, places: Places, layer: int) -> Iterator[Shape]:
    top, bottom = places.band(layer)
    yield Box(_LEFT + 10, top, places.last_x + 92 - _LEFT, bottom - top, LAYERS.tint, radius=8, hint=f"layer {layer}")
    name = p.spec.kind if p.spec.cell else f"layer {layer}"
    yield Words(_LEFT + 20, top + 19, name, 12.5, LAYERS.ink, bold=True)
    for column, step in enumerate(places.steps):
        x = places.x(column)
        if step is None:
            yield Words(x, bottom + 20, "...", 13, MUTED, "middle", bold=True)
        else:
            yield arrow((x, bottom + 27), (x, bottom + 2), stroke=HIDDEN.ink)
    if places.left_out and layer == 1:
        words = f"layers {places.left_out[0]} to {places.left_out[-1]} are alike"
        yield Words(_LEFT + 20, top - 12, words, 11.5, LAYERS.ink)


def _lane(p: Prediction, places: Places, lane: Lane) -> Iterator[Shape]:
    width, height = CELL
    ink, y = DIRECTIONS.ink, lane.y
    if not p.spec.cell:
        yield Words(_LEFT + 20, y + (17 if not lane.reverse and p.spec.bidirectional else 15), _way(p, lane), 11.5, ink)
    for column, step in enumerate(places.steps):
        x = places.x(column)
        if step is None:
            yield Words(x, y + 5, "...", 15, MUTED, "middle", bold=True)
            continue
        hint = f"{lane.name}, step {step}"
        yield Box(x - width / 2, y - height / 2, width, height, HIDDEN.tint, ink, 1.5, lane.reverse, 6, hint)
        words = "cell" if p.spec.cell else f"h[{step}]"
        yield Words(x, y + 4, words, _fit(words), INK, "middle", code=True)
    for column in range(places.last_column):
        ends = places.x(column) + width / 2 + 3, places.x(column + 1) - width / 2 - 3
        points = [(end, y) for end in (reversed(ends) if lane.reverse else ends)]
        yield arrow(*points, stroke=ink, dashed=lane.reverse)
    yield from _tags(p, places, lane)


def _way(p: Prediction, lane: Lane) -> str:
    return "reverse" if lane.reverse else "forward"


def _tags(p: Prediction, places: Places, lane: Lane) -> Iterator[Shape]:
    """Draw where the lane's state comes from, and where the final one goes."""
    first, last = ("h_0", "h_1") if p.spec.cell else (f"h_0[{lane.row}]", f"h_n[{lane.row}]")
    left, right = places.first_x - 28 - _TAG, places.last_x + 28
    begin, end = (right, left) if lane.reverse else (left, right)
    for x, words, is_final in ((begin, first, False), (end, last, True)):
        fill = LAYERS.ink if is_final else PAPER
        yield Box(x, lane.y - 11, _TAG, 22, fill, LAYERS.ink, 1.2, radius=11, hint=words)
        yield Words(x + _TAG / 2, lane.y + 4, words, _fit(words), PAPER if is_final else LAYERS.ink, "middle", code=True)
    ends = ((left + _TAG + 2, places.first_x - 3), (places.last_x + 3, right - 2))
    for pair in ends:
        points = [(x, lane.y) for x in (reversed(pair) if lane.reverse else pair)]
        yield arrow(*points, stroke=LAYERS.ink, dashed=lane.reverse)


def _inputs(p: Prediction, places: Places) -> Iterator[Shape]:
    width, height = CELL
    y = places.input_y
    yield Words(_LEFT + 20, y + 4, "input", 12.5, HIDDEN.ink, bold=True)
    for column, step in enumerate(places.steps):
        x = places.x(column)
        if step is None:
            yield Words(x, y + 5, "...", 15, MUTED, "middle", bold=True)
            continue
        words = "x[t]" if p.spec.cell else f"x[{step}]"
        hint = f"input, step {step}"
        yield Box(x - width / 2, y - height / 2 + 2, width, height - 4, PAPER, HIDDEN.ink, 1.2, radius=6, hint=hint)
        yield Words(x, y + 4, words, _fit(words), INK, "middle", code=True)
    if not p.spec.cell:
        line = y + 30
        yield arrow((places.first_x, line), (places.last_x + 34, line), stroke=SEQ.ink, thick=2)
        yield Words(_LEFT + 20, line + 4, "time", 12.5, SEQ.ink, bold=True)
        words = f"{p.seq} steps" if p.seq != 1 else "1 step"
        yield Words(places.first_x, line + 16, words, 11.5, SEQ.ink)


def _fit(words: str) -> float:
    """Return the size at which words fit a cell."""
    return min(11.5, (CELL[0] - 6) / (0.62 * max(len(words), 1)))


def rolled_up(p: Prediction, x: float, y: float) -> Iterator[Shape]:
    """Draw the loop: one cell that reads its own state. The place is the middle of the cell."""
    width, height = CELL
    ink = DIRECTIONS.ink
    yield arrow((x, y + 48), (x, y + height / 2 + 2), stroke=HIDDEN.ink)
    yield Words(x + 8, y + 46, "x[t]", 11, HIDDEN.ink, code=True)
    yield arrow((x, y - height / 2), (x, y - 46), stroke=SEQ.ink)
    yield Words(x + 8, y - 38, "h[t]", 11, SEQ.ink, code=True)
    side = x + width / 2
    yield Curve(((side, y - 8), (side + 62, y - 46), (side + 62, y + 46), (side + 2, y + 8)), ink, thick=2, head=True)
    yield Words(side + 50, y + 4, "h[t-1]", 11, ink, code=True)
    yield Box(x - width / 2, y - height / 2, width, height, HIDDEN.tint, ink, 1.5, radius=6, hint="the same cell at every step")
    yield Words(x, y + 4, "cell", 11.5, INK, "middle", code=True)
