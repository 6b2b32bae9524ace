"""Chips: a factor of a Layout each, in the colour of its axis, those of one dimension without a gap between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rnnshape import text
from rnnshape.drawing.palette import FAINT, MUTED, hue_of
from rnnshape.drawing.shapes import Box, Shape, Words, at_most, width_of
from rnnshape.layout.axes import Axis

if TYPE_CHECKING:
    from rnnshape.layout.axes import Factor
    from rnnshape.layout.layout import Layout

__all__ = ["CHIP", "Chips", "chips"]

CHIP = 22
"""Height of a chip."""

_LONGEST = 260
"""Width of the widest chip; longer names are cut."""


class Chips(NamedTuple):
    """Chips, and where they end."""

    shapes: tuple[Shape, ...]
    right: float


def chips(layout: Layout, x: float, y: float) -> Chips:
    """Draw the factors of a Layout in one row that begins at a place, its upper left corner."""
    shapes: list[Shape] = []
    for dim in layout.dims:
        start = x
        for factor in dim:
            name, words = _name(factor), at_most(text.shown(str(factor)), _LONGEST, 11.5, code=True)
            width, hue = width_of(words, 11.5, code=True) + 14, hue_of(name)
            shapes.append(Box(x, y, width, CHIP, hue.tint, radius=5, hint=text.shown(str(factor))))
            shapes.append(Words(x + 7, y + 15, words, 11.5, hue.ink, code=True))
            x += width
        if not dim:
            shapes.append(Box(x, y, 22, CHIP, FAINT, radius=5, hint="1"))
            shapes.append(Words(x + 11, y + 15, "1", 11.5, anchor="middle", code=True))
            x += 22
        if len(dim) > 1:
            shapes.append(Box(start - 1, y - 1, x - start + 2, CHIP + 2, stroke=MUTED, radius=6))
        x += 8
    return Chips(tuple(shapes), x)


def _name(factor: Factor) -> str:
    return factor.axis.name if isinstance(factor.axis, Axis) else "mixed"
