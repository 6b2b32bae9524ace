"""A packed input drawn: samples sorted by length, a staircase of the steps that are really there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnshape.drawing.palette import INK, LAYERS, MUTED, ON_SAMPLE, SEQ, sample_tint
from rnnshape.drawing.shapes import Box, Shape, Words

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["height_of", "staircase"]

_SIDE, _MOST_ROWS, _MOST_STEPS = 24, 8, 18


def height_of(p: Prediction) -> float:
    """Return how much room the staircase takes; 0 where nothing is packed."""
    return 0 if p.lengths is None else 96 + _SIDE * min(len(p.lengths), _MOST_ROWS)


def staircase(p: Prediction, x: float, y: float) -> Iterator[Shape]:
    """Draw the steps of a packed input: a row for each sample, the longest first, and the batch_sizes under them."""
    lengths, sizes = p.lengths or (), p.batch_sizes or ()
    order = sorted(range(len(lengths)), key=lambda sample: -lengths[sample])
    rows, steps = order[:_MOST_ROWS], sizes[:_MOST_STEPS]
    yield Words(x, y + 14, "packed: only the steps that are there, samples sorted by length", 12.5, INK, bold=True)
    left, top = x + 84, y + 28
    for place, sample in enumerate(rows):
        yield Words(left - 10, top + place * _SIDE + 16, f"sample {sample}", 11.5, INK, "end")
        for step in range(min(lengths[sample], len(steps))):
            at = left + step * _SIDE, top + place * _SIDE
            yield Box(*at, _SIDE - 2, _SIDE - 2, sample_tint(sample), radius=3, hint=f"sample {sample}, step {step}")
            number = sum(sizes[:step]) + place
            yield Words(at[0] + _SIDE / 2 - 1, at[1] + 15, str(number), 10, ON_SAMPLE, "middle", code=True)
        if lengths[sample] <= len(steps):
            end = left + (lengths[sample] - 1) * _SIDE, top + place * _SIDE
            yield Box(end[0] - 1, end[1] - 1, _SIDE, _SIDE, "none", LAYERS.ink, 2, radius=4, hint=f"h_n of sample {sample}")
    low = top + len(rows) * _SIDE
    yield Words(left - 10, low + 16, "batch_sizes", 11.5, SEQ.ink, "end")
    for step, size in enumerate(steps):
        yield Words(left + step * _SIDE + _SIDE / 2 - 1, low + 16, str(size), 11.5, SEQ.ink, "middle", code=True)
    more = [f"{len(order) - len(rows)} more samples"] * (len(rows) < len(order))
    more += [f"{len(sizes) - len(steps)} more steps"] * (len(steps) < len(sizes))
    words = f"numbers are rows of .data; frames are where {'forward ' * p.spec.bidirectional}h_n of each sample is"
    yield Words(left, low + 38, "; ".join([words, *more]), 11.5, MUTED)
