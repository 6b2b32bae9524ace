"""`Grid`: some cells of a tensor as they lie in memory, and which sample, step or row of a state each is.

It is all that a picture needs, and holds no tensor.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "Cell", "Grid"]

MOST_ROWS, MOST_COLUMNS = 6, 16
"""Cells that are kept; a reader counts no more."""

Cell = tuple[int, ...]
"""A coordinate for each axis of the grid; -1 where an element is no copy of any, such as padding."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a tensor.

    Attributes:
        label: what the tensor is, such as "before", "view" or "target".
        sizes: of the tensor.
        axes: the names of the coordinates: "batch", "seq", "layers", ...
        rows: the cells, as memory has them: the first dim down, all others across.
        elements: of the tensor in each cell, side by side in memory.
        wrong: cells, each a row and a column, that the finding is about.
        right: cells that should have been taken instead.
        remark: what the picture says beside the label.
        is_cut: whether the tensor has more cells.
    """

    label: str
    sizes: tuple[int, ...]
    axes: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    elements: int = 1
    wrong: tuple[tuple[int, int], ...] = ()
    right: tuple[tuple[int, int], ...] = ()
    remark: str = ""
    is_cut: bool = False

    def __post_init__(self) -> None:
        assert len(self.rows) <= MOST_ROWS
        assert all(len(row) <= MOST_COLUMNS for row in self.rows)

    def held(self, row: int, axis: str) -> tuple[int, ...]:
        """Return the coordinates of an axis that a row has, each once, in order."""
        if axis not in self.axes:
            return ()
        at = self.axes.index(axis)
        return tuple(sorted({cell[at] for cell in self.rows[row]} - {-1}))
