"""A Layout drawn: its chips, and its sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import MUTED
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Drawing, Words, width_of
from rnnshape.layout.chips import chips

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout

__all__ = ["picture_of"]


def picture_of(layout: Layout) -> Picture:
    """Draw a Layout with its sizes."""
    shapes, right = chips(layout, 12, 12)
    sizes = text.sizes(layout.sizes)
    shapes = (*shapes, Words(right + 6, 27, sizes, 12, MUTED, code=True))
    title = f"{layout}  {sizes}"
    return Picture(Drawing(right + 18 + width_of(sizes, 12, code=True), 46, shapes, title), title)
