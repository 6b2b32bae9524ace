"""A finding's grids in letters, for terminals and for viewers that show no pictures."""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape import text
from rnnshape.report.grid import Grid
from rnnshape.report.pictures.cells import small_words

__all__ = ["in_letters"]


def in_letters(grid: Grid) -> Iterator[str]:
    """Write a grid: a line for each row, with the sample of each cell and what else is known of it.

    >>> print(*in_letters(Grid("view", (2, 4), ("batch", "seq"), (((0, 0), (1, 0)), ((0, 1), (1, 1))), 2)), sep=chr(10))
      view (2, 4)  each cell is 2 elements; sample, then seq
        row 0 | 0 t0  1 t0 |  samples 0 and 1
        row 1 | 0 t1  1 t1 |  samples 0 and 1
    """
    parts = [f"each cell is {text.count(grid.elements, 'element')}"] if grid.elements > 1 else []
    names = ["sample" if axis == "batch" else axis for axis in grid.axes]
    parts.append(f"{names[0]}, then {text.listed(names[1:])}" if len(names) > 1 else names[0])
    yield f"  {grid.label} {text.sizes(grid.sizes)}  {'; '.join([*parts, *([grid.remark] if grid.remark else [])])}"
    shown = [[_cell(grid, (row, column)) for column in range(len(cells))] for row, cells in enumerate(grid.rows)]
    width = max((len(cell) for row in shown for cell in row), default=0)
    for row, cells in enumerate(shown):
        found = grid.held(row, "batch")
        held = f"  sample{'s' if len(found) > 1 else ''} {text.listed(found)}" if found else ""
        more = " ..." if grid.is_cut else ""
        yield f"    row {row} | {'  '.join(cell.ljust(width) for cell in cells)} |{more}{held}"
    if grid.wrong or grid.right:
        yield "    [ ] is wrong" + ("; ( ) is what should be taken" if grid.right else "")


def _cell(grid: Grid, at: tuple[int, int]) -> str:
    cell = grid.rows[at[0]][at[1]]
    first = cell[grid.axes.index("batch")] if "batch" in grid.axes else cell[0]
    words = f"{first if first >= 0 else '-'} {small_words(grid, cell) if len(cell) > 1 else ''}".strip()
    return f"[{words}]" if at in grid.wrong else f"({words})" if at in grid.right else words
