"""Grids for the picture of a mistake, read off the tables that prove it. They are made only where there is a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod

import torch
from torch import Tensor

from rnnshape.coordinates.mark import OF_SCORES, ROWS, UNNAMED, Mark
from rnnshape.coordinates.tables import numbers, numbers_by_row, runs_along, unique
from rnnshape.operations.recurrence import Recurrence
from rnnshape.report.grid import MOST_COLUMNS, MOST_ROWS, Cell, Grid

__all__ = ["apart", "crossing", "grids_of_call", "sketch"]

_LATER = frozenset(["feature", "hidden", "proj"])
_LONGEST = 1 << 12
"""Elements of a row that are looked at."""


def sketch(label: str, mark: Mark, marked: Tensor | None = None, remark: str = "") -> Grid | None:
    """Return the first cells of a tensor, None where nothing is known of it.

    Args:
        label: what it is called.
        mark: what is known of it.
        marked: of which elements the mistake tells, as a table that broadcasts to it.
        remark: stands beside the label.
    """
    axes = _axes(mark)
    if not axes or 0 in mark.sizes:
        return None
    tables = [*axes.values(), *([] if marked is None else [marked.cpu().long()])]
    tables = [table.reshape((1,) * (len(mark.sizes) - table.dim()) + tuple(table.shape)) for table in tables]
    ndim = max((d + 1 for table in tables for d in range(table.dim()) if table.size(d) > 1), default=1)
    sizes, inner = mark.sizes[:ndim], prod(mark.sizes[ndim:])
    rows, width = sizes[0], prod(sizes[1:])
    shown, wide = min(rows, MOST_ROWS if width > 1 else MOST_COLUMNS), min(width, _LONGEST)
    lines = [_lines(table, sizes, shown, wide) for table in tables]
    unit = _unit(lines, width)
    if width == 1:
        lines, rows, width = [line.reshape(1, -1) for line in lines], 1, rows
    columns = min(width // unit, MOST_COLUMNS, max(wide // unit, 1) if rows > 1 else MOST_COLUMNS)
    found = torch.stack([line[:, : columns * unit : unit] for line in lines], -1)
    cells = tuple(tuple(tuple(cell) for cell in numbers_by_row(row)) for row in found)
    names = tuple(axes)
    wrong: tuple[tuple[int, int], ...] = ()
    if marked is not None:
        wrong = tuple((r, c) for r, row in enumerate(cells) for c, cell in enumerate(row) if cell[-1])
        cells = tuple(tuple(cell[:-1] for cell in row) for row in cells)
    is_cut = rows > len(cells) or width // unit > columns
    return Grid(label, mark.sizes, names, cells, unit * inner, wrong, remark=remark, is_cut=is_cut)


def _axes(mark: Mark) -> dict[str, Tensor]:
    """Return the axes that a picture shows, by the words for them: no features where there is anything else."""
    found: dict[str, Tensor] = {}
    late: dict[str, Tensor] = {}
    for axis, table in mark.tables.items():
        if axis.name in OF_SCORES or axis.name == UNNAMED or table.dim() > len(mark.sizes):
            continue
        name = {"step": "seq", ROWS: "batch"}.get(axis.name, axis.name)
        known = late if axis.name in _LATER else found
        if name not in known or axis.name != "step":
            known[name] = table
    return {name: table for name, table in found.items() if name == "batch" or runs_along(table)} or late


def _lines(table: Tensor, sizes: Sequence[int], rows: int, width: int) -> Tensor:
    """Return the first rows of a table as a matrix."""
    table = table.reshape(table.shape[: len(sizes)])
    table = table[:rows].expand(min(rows, sizes[0]), *sizes[1:])
    return table.flatten(1)[:, :width] if len(sizes) > 1 else table.reshape(-1, 1)


def _unit(lines: Sequence[Tensor], width: int) -> int:
    """Return how many elements side by side are the same in all of these rows."""
    unit = width
    for line in lines:
        changes = (line[:, 1:] != line[:, :-1]).any(0).nonzero().flatten() + 1
        for place in numbers(unique(changes)) if len(changes) < 512 else [1]:
            unit = gcd(unit, place)
    return max(unit, 1)


def apart(one: Grid, other: Grid) -> Grid:
    """Return the second of two grids of tensors that meet, with the cells marked that are not what they meet."""
    common = [(one.axes.index(axis), at) for at, axis in enumerate(other.axes) if axis in one.axes]
    wrong = [
        (r, c)
        for r, (row, met) in enumerate(zip(other.rows, one.rows, strict=False))
        for c, (cell, meets) in enumerate(zip(row, met, strict=False))
        if any(meets[a] != cell[b] for a, b in common)
    ]
    return Grid(
        other.label, other.sizes, other.axes, other.rows, other.elements, tuple(wrong), other.right, other.remark, other.is_cut
    )


def crossing(given: tuple[Sequence[int], Sequence[int]], sizes: Sequence[int]) -> Grid | None:
    """Return what a broadcast makes of two operands: which element of each meets which, the pairs marked that are none."""
    if len(sizes) < 2 or prod(sizes) == 0:
        return None
    shown = [min(size, MOST_COLUMNS) for size in sizes]
    places: list[Tensor] = []
    for own in given:
        place = torch.arange(prod(own)).view(tuple(own)).expand(tuple(sizes))
        places.append(place[tuple(slice(0, size) for size in shown)].flatten(1)[:MOST_ROWS, :MOST_COLUMNS])
    cells: list[tuple[Cell, ...]] = [tuple(tuple(c) for c in numbers_by_row(row)) for row in torch.stack(places, -1)]
    wrong = tuple((r, c) for r, row in enumerate(cells) for c, (a, b) in enumerate(row) if a != b)
    is_cut = sizes[0] > MOST_ROWS or prod(sizes[1:]) > MOST_COLUMNS
    remark = "which element of the one meets which of the other"
    return Grid("result", tuple(sizes), ("one", "other"), tuple(cells), 1, wrong, remark=remark, is_cut=is_cut)


def grids_of_call(call: Recurrence) -> tuple[Grid, ...]:
    """Return the steps of a call's output, or else the rows of its state, those marked that were picked."""
    if call.used and call.steps > 1:
        return (_steps(call),)
    return (_rows(call),) if call.rows else ()


def _steps(call: Recurrence) -> Grid:
    """Return how many steps the top layer has read where, with the step that was picked and those at which it has read all."""
    half = MOST_COLUMNS // 2
    steps = list(range(call.steps))
    shown = steps if len(steps) <= MOST_COLUMNS else [*steps[:half], *steps[-half:]]
    rows: list[tuple[Cell, ...]] = []
    wrong: list[tuple[int, int]] = []
    right: list[tuple[int, int]] = []
    for way in range(call.directions):
        rows.append(tuple((call.steps - step if way else step + 1, way, step) for step in shown))
        right.append((way, 0 if way else len(shown) - 1))
        used = {call.steps - 1 if step == call.end else step for w, step in call.used if w == way}
        wrong += [(way, shown.index(step)) for step in sorted(used) if step in shown]
    fits = tuple(at for at in right if at not in wrong)
    bad = tuple(at for at in wrong if at not in right or call.padding is not None or call.ragged)
    remark = f"output of {call.module or call.kind}, the top layer"
    sizes = (call.directions, call.steps)
    return Grid("output", sizes, ("read", "directions", "seq"), tuple(rows), 1, bad, fits, remark, len(shown) < len(steps))


def _rows(call: Recurrence) -> Grid:
    """Return the rows of h_n, with those that were picked and those of the top layer."""
    places = [(layer, way) for layer in range(call.layers) for way in range(call.directions)]
    shown = places[-MOST_COLUMNS:]
    first = len(places) - len(shown)
    cells = tuple((first + at, *place) for at, place in enumerate(shown))
    top = [(0, at) for at, (layer, _) in enumerate(shown) if layer == call.layers - 1]
    used = [(0, at) for at, place in enumerate(shown) if place in call.rows]
    wrong, right = (tuple(at for at in of if at not in other) for of, other in ((used, top), (top, used)))
    remark = f"h_n of {call.module or call.kind}, a cell for each row"
    return Grid("h_n", (len(places),), ("row", "layers", "directions"), (cells,), 1, wrong, right, remark, first > 0)

