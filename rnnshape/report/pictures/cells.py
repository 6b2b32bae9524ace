"""A grid drawn: cells in the colours of their samples, the way memory runs through them, and what each row holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rnnshape import text
from rnnshape.drawing.palette import (
    DIRECTIONS,
    FAINT,
    INK,
    LAYERS,
    MUTED,
    ON_SAMPLE,
    PADDING,
    PLAIN,
    RIGHT,
    WRONG,
    sample_tint,
)
from rnnshape.drawing.shapes import Box, Line, Shape, Words, width_of
from rnnshape.report.grid import Cell, Grid

__all__ = ["SIDE", "Drawn", "Manner", "draw_grid", "small_words"]

SIDE = 36
"""Of a cell."""

_GAP = 4


class Drawn(NamedTuple):
    """Shapes, and the room that they took."""

    shapes: tuple[Shape, ...]
    right: float
    bottom: float


class Manner(NamedTuple):
    """How a grid is drawn.

    Attributes:
        numbers: the place in memory of each cell, where that is shown.
        thread: whether to draw the way of memory.
        judged: whether rows say which samples they hold; where True, those of several are called wrong, and others right.
    """

    numbers: Mapping[Cell, int]
    thread: bool = False
    judged: bool | None = None


def draw_grid(grid: Grid, x: float, y: float, manner: Manner) -> Drawn:
    """Draw a grid.

    Args:
        grid: what is drawn.
        x: of its upper left corner.
        y: likewise.
        manner: how.
    """
    numbers, thread, judged = manner
    shapes: list[Shape] = [*_thread(grid, x, y)] if thread else []
    for row, cells in enumerate(grid.rows):
        for column, cell in enumerate(cells):
            place = x + column * (SIDE + _GAP), y + row * (SIDE + _GAP)
            shapes += _cell(grid, cell, *place, (row, column), 4 if cell in numbers else 0)
            if cell in numbers:
                shapes.append(Words(place[0] + 4, place[1] + 9, str(numbers[cell]), 7, ON_SAMPLE))
    right = x + max(map(len, grid.rows)) * (SIDE + _GAP)
    if grid.is_cut:
        shapes.append(Words(right + 2, y + SIDE / 2 + 4, "...", 14, MUTED, bold=True))
        right += 20
    end = right
    for row in range(len(grid.rows)):
        held = _held(grid, row)
        if held and judged is not None and len(grid.rows) > 1:
            shapes += _bracket(grid, row, held, right + 6, y + row * (SIDE + _GAP), judged)
            end = max(end, right + 24 + width_of(held, 12))
    return Drawn(tuple(shapes), end, y + len(grid.rows) * (SIDE + _GAP))


def small_words(grid: Grid, cell: Cell) -> str:
    """Return what stands small in a cell: all but the sample, such as "t3" or "l0 rev".

    >>> small_words(Grid("a", (2,), ("batch", "layers", "directions"), ()), (4, 1, 0))
    'l1 fwd'
    """
    words: list[str] = []
    for place, (axis, at) in enumerate(zip(grid.axes, cell, strict=True)):
        if place == _large(grid):
            continue
        if at < 0:
            words.append("pad")
        elif axis == "directions":
            words.append(("fwd", "rev")[at] if at < 2 else str(at))
        elif axis == "other":
            words.append(f"with {at}")
        else:
            words.append(f"{_LETTERS.get(axis, axis[:1])}{at}")
    return " ".join(dict.fromkeys(words))


_SAMPLED = frozenset(["batch", "one"])
"""What is coloured by its number; anything else is all of one colour."""

_LETTERS = {"layers": "l", "seq": "t", "step": "t", "feature": "f", "hidden": "h"}


def _cell(grid: Grid, cell: Cell, x: float, y: float, at: tuple[int, int], shift: float) -> Iterator[Shape]:
    fill, big = _look(grid, cell)
    stroke, dashed, thick = _outline(grid, cell)
    words = small_words(grid, cell)
    spoken = [f"{axis} {c}" if c >= 0 else f"no {axis}" for axis, c in zip(grid.axes, cell, strict=True)]
    hint = text.shown(f"{grid.label} [{at[0]}, {at[1]}]: {', '.join(spoken)}")
    yield Box(x, y, SIDE, SIDE, fill, stroke, thick, dashed, radius=5, hint=hint)
    if at in grid.wrong or at in grid.right:
        ink = WRONG.ink if at in grid.wrong else RIGHT.ink
        verdict = "wrong" if at in grid.wrong else "right"
        yield Box(x - 2, y - 2, SIDE + 4, SIDE + 4, "none", ink, 3, radius=7, hint=f"{verdict} {list(at)}")
    size = 14 if len(big) < 4 else 10
    yield Words(x + SIDE / 2 + shift, y + (18 if words else 23), big, size, ON_SAMPLE, "middle", bold=True)
    if words:
        yield Words(x + SIDE / 2, y + 30, words, min(9.5, 33 / (0.56 * len(words))), ON_SAMPLE, "middle")


def _look(grid: Grid, cell: Cell) -> tuple[str, str]:
    """Return the colour and the large word of a cell: the sample, or the first of its coordinates."""
    first = cell[_large(grid)]
    if first < 0:
        return PADDING, "-"
    return sample_tint(first) if grid.axes[_large(grid)] in _SAMPLED else PLAIN, str(first)


def _large(grid: Grid) -> int:
    """Return the place of the coordinate that is written large: the sample's, or else the first."""
    return grid.axes.index("batch") if "batch" in grid.axes else 0


def _outline(grid: Grid, cell: Cell) -> tuple[str, bool, float]:
    """Return stroke, dashes and width: teal where there are directions, dashed the reverse one, thicker each higher layer."""
    where = dict(zip(grid.axes, cell, strict=True))
    if "directions" in where:
        return DIRECTIONS.ink, where["directions"] == 1, 1.2 + 0.8 * min(max(where.get("layers", 0), 0), 3)
    if "layers" in where:
        return LAYERS.ink, False, 1.2 + 0.8 * min(max(where["layers"], 0), 3)
    return ("none", False, 1)


def _thread(grid: Grid, x: float, y: float) -> Iterator[Shape]:
    """Draw the way of memory: along each row, and on to the next."""
    points: list[tuple[float, float]] = []
    for row, cells in enumerate(grid.rows):
        low = y + row * (SIDE + _GAP) + SIDE / 2
        points += [(x - 10, low), (x + len(cells) * (SIDE + _GAP) + 1, low)]
        if row < len(grid.rows) - 1:
            points += [(x + len(cells) * (SIDE + _GAP) + 1, low + SIDE / 2 + 2), (x - 10, low + SIDE / 2 + 2)]
    yield Line(tuple(points), FAINT, 2, head=True)


def _held(grid: Grid, row: int) -> str:
    found = grid.held(row, "batch")
    if not found:
        return ""
    few = text.listed(found) if len(found) <= 4 else f"{found[0]} to {found[-1]}"
    return f"row {row}: sample{'s' if len(found) > 1 else ''} {few}"


def _bracket(grid: Grid, row: int, words: str, x: float, y: float, judged: bool) -> Iterator[Shape]:
    several = len(grid.held(row, "batch")) > 1
    ink = (WRONG.ink if several else RIGHT.ink) if judged else MUTED
    yield Line(((x, y + 3), (x + 5, y + 3), (x + 5, y + SIDE - 3), (x, y + SIDE - 3)), ink, 1.5)
    yield Words(x + 13, y + SIDE / 2 + 4, words, 12, ink if judged else INK, bold=judged and several)
