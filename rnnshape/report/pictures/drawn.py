"""A finding drawn: its grids one under the other with the code that made each, or the Layouts that prove it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import HIDDEN, INK, MUTED, PAPER, RIGHT, SEQ, WRONG, Hue
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Box, Drawing, Shape, Words, at_most, width_of
from rnnshape.layout.chips import chips
from rnnshape.report.pictures.cells import Manner, draw_grid
from rnnshape.report.pictures.letters import in_letters
from rnnshape.report.pictures.rereading import grids_of

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.report.finding import Comparison, Finding
    from rnnshape.report.grid import Cell, Grid

__all__ = ["has_body", "picture_of"]

_LEFT, _WIDTH = 24, 760
_COLUMN = 96
_WIDEST = 1160
_BY_SEVERITY: dict[str, Hue] = {"error": WRONG, "warning": SEQ, "info": HIDDEN}


def picture_of(finding: Finding, *, headed: bool = True) -> Picture:
    """Draw a finding.

    Args:
        finding: what is drawn.
        headed: whether its message, its line of source and what fits stand beside it; where a page has them, they need not.
    """
    grids = grids_of(finding)
    shapes: list[Shape] = [*_head(finding)] if headed else []
    y = max((s.y for s in shapes if isinstance(s, Words)), default=-8) + 30
    for shape_or_end in _body(finding, grids, y):
        if isinstance(shape_or_end, int | float):
            y = shape_or_end
        else:
            shapes.append(shape_or_end)
    if finding.suggestion and headed:
        lines = textwrap.wrap(text.shown(finding.suggestion), 100)
        shapes.append(Box(_LEFT, y - 2, _WIDTH, 14 + 18 * len(lines), RIGHT.tint, radius=6))
        for line in lines:
            shapes.append(Words(_LEFT + 12, y + 18, line, 12.5, RIGHT.ink, bold=True))
            y += 18
        y += 26
    width = max([_LEFT + _WIDTH * headed, *map(_right, shapes)]) + 24
    drawing = Drawing(width, y + 2, tuple(shapes), f"{finding.code} {finding.severity}: {finding.headline}")
    return Picture(drawing, "\n".join([str(finding), *(_lines(grids))]))


def has_body(finding: Finding) -> bool:
    """Tell whether there is anything to draw of a finding but its words."""
    return bool(finding.layouts or finding.comparison or grids_of(finding))


def _lines(grids: tuple[Grid, ...]) -> Iterator[str]:
    for grid in grids:
        yield ""
        yield from map(text.shown, in_letters(grid))


def _right(shape: Shape) -> float:
    if isinstance(shape, Box):
        return shape.x + shape.width
    if isinstance(shape, Words):
        return shape.x + (width_of(shape.words, shape.size, shape.code) if shape.anchor == "start" else 0)
    return max(x for x, _ in shape.points)


def _head(finding: Finding) -> Iterator[Shape]:
    """Draw the code and the message, and the line of source."""
    hue = _BY_SEVERITY[finding.severity]
    width = width_of(finding.code, 13, code=True) + 18
    yield Box(_LEFT, 20, width, 24, hue.ink, radius=6)
    yield Words(_LEFT + 9, 37, finding.code, 13, PAPER, bold=True, code=True)
    first, *rest = textwrap.wrap(finding.headline, 92) or [""]
    yield Words(_LEFT + width + 12, 37, first, 14, INK, bold=True)
    y = 37
    for line in rest:
        y += 20
        yield Words(_LEFT + width + 12, y, line, 14, INK, bold=True)
    place = finding.location
    if place is not None:
        yield Words(_LEFT, y + 28, at_most(text.shown(place.code) or " ", _WIDTH - 150, 13, code=True), 13, hue.ink, code=True)
        where = str(replace(place, file=place.file.replace("\\", "/").rpartition("/")[2], function=""))
        yield Words(_LEFT + _WIDTH, y + 28, at_most(text.shown(where), 150, 11.5), 11.5, MUTED, "end")


def _body(finding: Finding, grids: tuple[Grid, ...], y: float) -> Iterator[Shape | float]:
    """Draw the grids, or else the Layouts; yields the shapes, and last how far down they reach."""
    if grids:
        yield from _grids(finding, grids, y)
    elif finding.comparison is not None:
        yield from _compared(finding.comparison, y)
        yield y + 76.0
    else:
        for name, layout in finding.layouts:
            yield Words(_LEFT, y + 15, at_most(text.shown(name), _COLUMN - 8, 12), 12, INK, bold=True)
            yield from _chips(layout, _LEFT + _COLUMN, y)
            y += 32
        yield y + 12.0


def _grids(finding: Finding, grids: tuple[Grid, ...], y: float) -> Iterator[Shape | float]:
    """Draw the grids side by side, as far as there is room."""
    is_reread = finding.became is not None and not finding.grids
    numbers = _numbers(grids[0]) if is_reread else {}
    mended = grids[-1] if grids[-1].label == "instead" else None
    is_judged = mended is not None and all(len(mended.held(row, "batch")) == 1 for row in range(len(mended.rows)))
    x, low = float(_LEFT), y
    for grid in grids:
        judged = None if is_reread and grid.label == "before" else is_judged
        manner = Manner(numbers, is_reread and grid.label != "instead", judged)
        drawn = draw_grid(grid, x + 12, y + 48, manner)
        right = max(drawn.right, x + width_of(_said(finding, grid), 12, code=True))
        if x > _LEFT and right > _WIDEST:
            x, y = float(_LEFT), low + 22
            drawn = draw_grid(grid, x + 12, y + 48, manner)
            right = drawn.right
        yield from _caption(finding, grid, x, y)
        yield from drawn.shapes
        x, low = max(right, x + 130) + 30, max(low, drawn.bottom)
    yield Words(_LEFT, low + 18, _legend(grids, bool(numbers)), 11.5, MUTED)
    yield low + 38.0


def _numbers(before: Grid) -> dict[Cell, int]:
    """Return the place in memory of each cell before; nothing where some are left out."""
    cells = [cell for row in before.rows for cell in row]
    return {} if before.is_cut or len({*cells}) < len(cells) else {cell: at for at, cell in enumerate(cells)}


def _caption(finding: Finding, grid: Grid, x: float, y: float) -> Iterator[Shape]:
    """Write above a grid what it is: its label and sizes, and the code or the Layout that belongs to it."""
    ink = RIGHT.ink if grid.label == "instead" else INK
    label = at_most(text.shown(grid.label), 160, 13)
    yield Words(x, y + 10, label, 13, ink, bold=True)
    yield Words(x + width_of(label, 13) * 1.1 + 8, y + 10, text.sizes(grid.sizes), 12, MUTED, code=True)
    yield Words(x, y + 30, _said(finding, grid), 12, ink if grid.label == "instead" else MUTED, code=True)


def _said(finding: Finding, grid: Grid) -> str:
    said = grid.remark
    if grid.label == "instead" and finding.suggestion:
        said = finding.suggestion.partition(": ")[2]
    elif grid.label == "before" and finding.layouts:
        said = str(finding.layouts[0][1])
    elif finding.became is not None and grid.label == finding.became.operation and not finding.grids:
        said = "the same memory, read in rows"
    return at_most(text.shown(said), 520, 12, code=True)


def _legend(grids: tuple[Grid, ...], is_numbered: bool) -> str:
    first = grids[0]
    large = "batch" if "batch" in first.axes else first.axes[0]
    small = [_AXES.get(axis, axis) for axis in first.axes if axis != large]
    parts = [f"large: {_AXES.get(large, large)}", *([f"small: {text.listed(small)}"] if small else [])]
    parts += ["in the corner: the place in memory before"] if is_numbered else []
    if first.elements > 1:
        parts.append(f"a cell is {first.elements} elements")
    return text.shown("; ".join(parts))


_AXES = {
    "batch": "the sample", "layers": "layer", "directions": "direction", "seq": "step", "read": "how many steps it has read",
    "one": "the element of the one", "other": "of the other", "row": "the row of h_n",
}  # fmt: skip


def _compared(comparison: Comparison, y: float) -> Iterator[Shape]:
    """Draw what was expected above what came, with a frame around each dim that is wrong."""
    got = comparison.got
    yield Words(_LEFT, y + 15, comparison.said, 12, INK, bold=True)
    yield from _chips(comparison.expected, _LEFT + _COLUMN, y)
    yield Words(_LEFT, y + 49, comparison.found, 12, WRONG.ink, bold=True)
    if not isinstance(got, tuple):
        yield from _chips(got, _LEFT + _COLUMN, y + 34)
        return
    x = float(_LEFT + _COLUMN)
    for dim, size in enumerate(got):
        width = width_of(str(size), 12, code=True) + 20
        is_wrong = dim in comparison.wrong
        hue = WRONG if is_wrong else HIDDEN
        yield Box(x, y + 34, width, 22, hue.tint, hue.ink if is_wrong else "none", 1.5, radius=5, hint=f"dim {dim}")
        yield Words(x + width / 2, y + 49, str(size), 12, hue.ink, "middle", bold=is_wrong, code=True)
        x += width + 8


def _chips(layout: Layout, x: float, y: float) -> Iterator[Shape]:
    drawn = chips(layout, x, y)
    yield from drawn.shapes
    yield Words(drawn.right + 6, y + 15, text.sizes(layout.sizes), 12, MUTED, code=True)
