"""A comparison of two layers drawn: what was changed, the tensors of both side by side, and bars for what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import FAINT, HIDDEN, INK, MUTED, SEQ
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Box, Drawing, Shape, Words, arrow, at_most, width_of
from rnnshape.layout.chips import CHIP, chips

if TYPE_CHECKING:
    from rnnshape.calculator.comparison import Change, Difference
    from rnnshape.layout.layout import Layout

__all__ = ["picture_of"]

_LEFT, _TOP, _GAP, _BAR = 24, 86, 34, 220


def picture_of(d: Difference) -> Picture:
    """Draw what differs between two layers; of layers that are alike, that they are."""
    names = max((width_of(c.name, 12, code=True) for c in (*d.configuration, *d.merged, *d.costs)), default=0.0)
    x = _LEFT + names + 20
    shapes: list[Shape] = [*_head(d)]
    y = float(_TOP)
    for change in d.configuration:
        shapes += [*_words(change, x, y)]
        y += 24
    y += 10
    wide = max((chips(c.before, 0, 0).right if c.before is not None else 40 for c in d.merged), default=0.0)
    for change in d.merged:
        shapes += [*_tensor(change, x, y, wide)]
        y += _GAP
    y += 10
    for change in d.costs:
        shapes += [*_cost(change, x, y)]
        y += 38
    ends = [s.x + width_of(s.words, s.size, s.code) for s in shapes if isinstance(s, Words) and s.anchor == "start"]
    ends += [s.x + s.width for s in shapes if isinstance(s, Box)]
    return Picture(Drawing(max(ends) + 24, y + 16, tuple(shapes), " and ".join(dict.fromkeys(d.titles))), repr(d))


def _head(d: Difference) -> Iterator[Shape]:
    before, after = d.titles
    yield Words(_LEFT, 34, before, 15, INK if d and before != after else MUTED, bold=True, code=True)
    second = "no difference" if not d else after if before != after else "the same layer, called otherwise"
    yield Words(_LEFT, 58, second, 15, INK, bold=True, code=before != after)


def _words(change: Change, x: float, y: float) -> Iterator[Shape]:
    """Write a change of the configuration in one line."""
    yield Words(_LEFT, y + 14, change.name, 12, code=True)
    before = "none" if change.before is None else str(change.before)
    yield Words(x, y + 14, before, 12, MUTED, code=True)
    at = x + width_of(before, 12, code=True) + 8
    yield arrow((at, y + 10), (at + 26, y + 10), stroke=MUTED)
    yield Words(at + 36, y + 14, "none" if change.after is None else str(change.after), 12, INK, bold=True, code=True)


def _tensor(change: Change, x: float, y: float, wide: float) -> Iterator[Shape]:
    """Draw the Layouts of a tensor before and after."""
    yield Words(_LEFT, y + 16, change.name, 12, code=True)
    yield from _layout(change.before, x, y)
    yield arrow((x + wide + 2, y + CHIP / 2), (x + wide + 30, y + CHIP / 2), stroke=MUTED)
    yield from _layout(change.after, x + wide + 42, y)


def _layout(layout: Layout | None, x: float, y: float) -> Iterator[Shape]:
    if layout is None:
        yield Words(x, y + 16, "none", 12, MUTED)
    else:
        yield from chips(layout, x, y).shapes


def _cost(change: Change, x: float, y: float) -> Iterator[Shape]:
    """Draw a bar for what something costs before and after; where one is no number there is nothing to compare."""
    yield Words(_LEFT, y + 19, change.name, 12, code=True)
    are_numbers = isinstance(change.before, int) and isinstance(change.after, int)
    most = max(change.before, change.after, 1) if are_numbers else 1
    bars = (("before", change.before, FAINT, MUTED, y), ("after", change.after, HIDDEN.tint, HIDDEN.ink, y + 17))
    for when, of, tint, ink, low in bars:
        long = _BAR * of / most if are_numbers else 0.0
        if long:
            yield Box(x, low, max(long, 1), 14, tint, ink, radius=2, hint=f"{change.name} {when}")
        said = "unknown" if of is None else at_most(text.number(of), 300, 11, code=True)
        yield Words(x + long + 8, low + 11, said, 11, INK, code=True)
    if are_numbers and change.before:
        yield Words(x + _BAR + 120, y + 21, f"x {change.after / change.before:.4g}", 13, SEQ.ink, bold=True, code=True)
