"""The shapes that pictures are made of. They are frozen, and know their place in pixels, their colours and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Box", "Curve", "Drawing", "Line", "Point", "Shape", "Words", "arrow", "at_most", "width_of"]

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

_INK = "#1b2733"
"""The palette's colour of words. It stands here too, as a shape knows its colours and nothing of the palette."""

_WIDTH = {True: 0.62, False: 0.56}
"""The width of a letter in ems, for code and for prose: a little more than most fonts take."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle.

    Attributes:
        x: of its left side.
        y: of its upper side.
        width: in pixels.
        height: in pixels.
        fill: a colour of the palette, or "none".
        stroke: likewise.
        thick: width of the stroke.
        dashed: whether the stroke is.
        radius: of its corners.
        hint: shown where a pointer rests on it.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str = "none"
    stroke: str = "none"
    thick: float = 1
    dashed: bool = False
    radius: float = 4
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text.

    Attributes:
        x: of its anchor.
        y: of its base line.
        words: what it says, as plain text.
        size: of its letters.
        fill: a colour of the palette.
        anchor: which end of it stands at x.
        bold: whether it is.
        code: whether its letters are all of one width.
    """

    x: float
    y: float
    words: str
    size: float = 12
    fill: str = _INK
    anchor: Anchor = "start"
    bold: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Straight lines through points, with an arrow's head at the last one where that is asked for."""

    points: tuple[Point, ...]
    stroke: str = _INK
    thick: float = 1.5
    dashed: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic curve: its start, then two controls and an end for each piece; filled where a colour is given."""

    points: tuple[Point, ...]
    stroke: str = "none"
    fill: str = "none"
    thick: float = 1.5
    dashed: bool = False
    head: bool = False
    faint: bool = False


Shape = Box | Words | Line | Curve


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on paper, in the order in which they are painted.

    Attributes:
        width: of the paper.
        height: of the paper.
        shapes: what is on it.
        title: what a reader is told who cannot see it.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str = ""

    def boxes(self, hint: str) -> tuple[Box, ...]:
        """Return the boxes whose hint begins so."""
        return tuple(s for s in self.shapes if isinstance(s, Box) and s.hint.startswith(hint))


def arrow(*points: Point, stroke: str = _INK, dashed: bool = False, thick: float = 1.5) -> Line:
    """Return a line with a head."""
    return Line(points, stroke, thick, dashed, head=True)


def width_of(words: str, size: float = 12, code: bool = False) -> float:
    """Return about how wide a line of text is, in pixels; rather too much than too little."""
    return len(words) * size * _WIDTH[code]


def at_most(words: str, width: float, size: float = 12, code: bool = False) -> str:
    """Cut a line of text that is wider than there is room.

    >>> at_most("encoder.layers.0.rnn", 60)
    'encoder...'
    """
    if width_of(words, size, code) <= width:
        return words
    letters = int(width / size / _WIDTH[code])
    return words[: max(letters - 1, 1)].rstrip(".") + "..." if letters > 0 else ""
