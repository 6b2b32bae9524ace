"""How the costs of a layer grow, drawn: for each cost and each size a bar for what doubling it makes of the cost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import FAINT, INK, MUTED, Hue, hue_of
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Box, Drawing, Shape, Words, at_most, width_of

if TYPE_CHECKING:
    from rnnshape.calculator.scaling import Growth, Scaling

__all__ = ["picture_of"]

_LEFT, _TOP, _ROW, _COLUMN, _BAR, _MOST = 24, 112, 38, 104, 88, 4
_AXES = {"T": "seq", "R": "seq", "B": "batch", "H": "hidden", "P": "hidden", "L": "layers", "D": "directions"}


def picture_of(s: Scaling) -> Picture:
    """Draw how the costs of a layer grow."""
    letters = list(s.rows[0].factors)
    names = max(width_of(row.name, 12, code=True) for row in s.rows)
    now = max(width_of(text.number(row.now), 12, code=True) for row in s.rows)
    numbers, first = _LEFT + names + 24 + now, _LEFT + names + now + 54
    formulas = first + len(letters) * _COLUMN + 6
    shapes: list[Shape] = [*_head(s, letters, first, formulas)]
    for at, row in enumerate(s.rows):
        y = _TOP + at * _ROW
        shapes.append(Words(_LEFT, y + 15, row.name, 12, code=True))
        shapes.append(Words(numbers, y + 15, text.number(row.now), 12, MUTED, "end", code=True))
        for column, letter in enumerate(letters):
            shapes += [*_cell(row, letter, first + column * _COLUMN, y)]
        shapes.append(Words(formulas, y + 15, at_most(str(row.formula), 460, 11, code=True), 11, MUTED, code=True))
    ends = [w.x + width_of(w.words, w.size, w.code) for w in shapes if isinstance(w, Words) and w.anchor == "start"]
    return Picture(Drawing(max(ends) + 24, _TOP + len(s.rows) * _ROW + 12, tuple(shapes), f"growth of {s.title}"), repr(s))


def _head(s: Scaling, letters: list[str], first: float, formulas: float) -> Iterator[Shape]:
    yield Words(_LEFT, 34, s.title.partition("    ")[0], 15, INK, bold=True, code=True)
    sizes = [f"{letter}={size} {s.means(letter)}" for letter, size in s.sizes.items()]
    yield Words(_LEFT, 56, ", ".join(sizes), 12, MUTED, code=True)
    for column, letter in enumerate(letters):
        said = "D 1 to 2" if letter == "D" else f"2 x {letter}"
        yield Words(first + column * _COLUMN, _TOP - 14, said, 12, _hue(letter).ink, bold=True, code=True)
    yield Words(formulas, _TOP - 14, "formula", 12, MUTED)


def _cell(row: Growth, letter: str, x: float, y: float) -> Iterator[Shape]:
    """Draw what doubling one size makes of a cost: a bar of up to four times as much, with a mark at what it was."""
    factor, hue = row.factors[letter], _hue(letter)
    is_same = factor in (1, None)
    yield Words(x, y + 12, _said(factor), 12, MUTED if is_same else hue.ink, bold=not is_same, code=True)
    if factor is not None:
        long = _BAR * min(float(factor), _MOST) / _MOST
        colour = (FAINT, MUTED) if is_same else (hue.tint, hue.ink)
        yield Box(x, y + 17, long, 8, *colour, radius=2, hint=f"{row.name} {letter} {_said(factor)}")
        yield Box(x + _BAR / _MOST, y + 15, 1, 12, MUTED, radius=0)


def _said(factor: Fraction | None) -> str:
    if factor is None:
        return "varies"
    return "same" if factor == 1 else f"x {float(factor):.4g}"


def _hue(letter: str) -> Hue:
    return hue_of(_AXES.get(letter, ""))
