"""What of the recurrence is `output` and what is `h_n`: frames where they lie, and h_n as a stack beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.calculator.pictures.places import CELL, Places
from rnnshape.drawing.palette import LAYERS, MUTED, SEQ
from rnnshape.drawing.shapes import Box, Shape, Words, width_of

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["STACK", "frames", "stack"]

STACK = 190
"""Width of the stack."""


def frames(p: Prediction, places: Places) -> Iterator[Shape]:
    """Draw the frames: orange around the top layer over all steps, violet around the final cell of each lane."""
    width, height = CELL
    top = [lane for lane in places.lanes if lane.layer == places.layers[-1]]
    high, low = min(lane.y for lane in top) - height / 2 - 9, max(lane.y for lane in top) + height / 2 + 9
    if not p.spec.cell:
        words = f"output  {text.sizes(p.output.sizes)}"
        left, wide = places.first_x - 9, places.last_x - places.first_x + 18
        yield Box(left, high, wide, low - high, "none", SEQ.ink, 2.5, radius=9, hint="output")
        tab = width_of(words, 11.5, code=True) + 18
        yield Box(left, high - 25, tab, 21, SEQ.tint, radius=6)
        yield Words(places.first_x, high - 10, words, 11.5, SEQ.ink, bold=True, code=True)
        what = "both directions of the top layer" if p.spec.bidirectional else "the top layer"
        yield Words(places.first_x + tab, high - 10, f"{what}, every step", 11.5, SEQ.ink)
    for lane in places.lanes:
        x = places.x(places.final_column(lane))
        name = "h_1" if p.spec.cell else f"h_n[{lane.row}]"
        left, high = x - width / 2 - 3.5, lane.y - height / 2 - 3.5
        yield Box(left, high, width + 7, height + 7, "none", LAYERS.ink, 3, radius=9, hint=f"{name} is {lane.name}")


def stack(p: Prediction, places: Places, x: float) -> Iterator[Shape]:
    """Draw h_n as the stack of rows that it is, each beside its lane."""
    final = "h_1" if p.spec.cell else "h_n"
    head = places.lanes[-1].y - 42
    yield Words(x, head, final, 13, LAYERS.ink, bold=True, code=True)
    yield Words(x + 34, head, text.sizes(p.h_n.sizes), 12, MUTED, code=True)
    for lane in places.lanes:
        name = final if p.spec.cell else f"h_n[{lane.row}]"
        yield Box(x, lane.y - 17, STACK, 34, LAYERS.tint, LAYERS.ink, 1.5, radius=5, hint=f"row {lane.row}")
        yield Words(x + 10, lane.y + 4, name, 12, LAYERS.ink, bold=True, code=True)
        what = "the new state" if p.spec.cell else lane.name
        yield Words(x + 24 + width_of(name, 12, code=True), lane.y + 4, what, 12)
    low = places.lanes[0].y + 38
    for line in _remarks(p):
        yield Words(x, low, line, 11.5, LAYERS.ink)
        low += 16


def _remarks(p: Prediction) -> Iterator[str]:
    if p.c_n is not None:
        yield "c_1 is like it" if p.spec.cell else "c_n has the same rows;"
    if p.batch is not None and not p.spec.cell:
        yield "dim 1 is the batch, dim 2 the state;"
        yield "h_n is never batch-first" if p.spec.batch_first else "and is so with batch_first=True too"
