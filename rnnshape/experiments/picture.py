"""An `Influence` drawn: a grid for each experiment that has rows and columns, and what each of them says."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import BATCH, FAINT, INK, MUTED, OTHER, PAPER, RIGHT, SEQ, WRONG, Hue
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Box, Drawing, Shape, Words, at_most, width_of
from rnnshape.render.influence import influence_text

if TYPE_CHECKING:
    from rnnshape.experiments.influence import Experiment, Influence, Matrix

__all__ = ["is_allowed", "picture_of"]

_LEFT, _WIDTH = 24, 620
_SIDE, _GAP = 26, 3
_MOST = 16
"""Rows and columns of a matrix that are drawn."""

_HUES: dict[str, Hue] = {"apart": RIGHT, "together": WRONG, "fact": SEQ, "unknown": OTHER}


def picture_of(influence: Influence) -> Picture:
    """Draw an influence. The area of a square is the share that changed; what must not change is red where it did."""
    shapes: list[Shape] = [Words(_LEFT, 34, "Who influences whom", 15, INK, bold=True)]
    y = 52.0
    for experiment in influence.experiments:
        drawn = [*_experiment(experiment, y)]
        shapes += drawn
        y = max(_low(shape) for shape in drawn) + 26
    for line in [*_where(influence), *(f"not tried: {what}" for what in influence.untried)]:
        for part in textwrap.wrap(text.shown(line), 96):
            shapes.append(Words(_LEFT, y, part, 12, MUTED))
            y += 18
    width = max([_LEFT + _WIDTH, *(shape.x + shape.width for shape in shapes if isinstance(shape, Box))]) + 24
    drawing = Drawing(width, y + 6, tuple(shapes), "Who influences whom, as it was measured")
    return Picture(drawing, influence_text(influence))


def is_allowed(experiment: str, row: int, column: int) -> bool:
    """Tell whether a row may change with a column: a sample with itself; a step with itself and with earlier ones.

    >>> is_allowed("samples", 2, 1), is_allowed("future", 2, 1), is_allowed("future", 1, 2)
    (False, True, False)
    """
    return column <= row if experiment == "future" else row == column


def _experiment(experiment: Experiment, y: float) -> Iterator[Shape]:
    hue = _HUES[experiment.verdict]
    verdict = f"{experiment.name}: {experiment.verdict}"
    width = width_of(verdict, 12, code=True) + 18
    yield Box(_LEFT, y, width, 22, hue.tint, radius=6, hint=f"experiment {experiment.name}")
    yield Words(_LEFT + 9, y + 15, verdict, 12, hue.ink, bold=True, code=True)
    if experiment.by != "differences":
        yield Words(_LEFT + width + 10, y + 15, f"by {experiment.by}", 11.5, MUTED)
    y += 40
    for sentence in experiment.evidence:
        for part in textwrap.wrap(text.shown(sentence), 92):
            yield Words(_LEFT, y, part, 12.5, INK)
            y += 18
    if experiment.matrix is not None and experiment.matrix.values:
        yield from _matrix(experiment.name, experiment.matrix, y + 14)


def _matrix(name: str, matrix: Matrix, y: float) -> Iterator[Shape]:
    """Draw a matrix, its columns along the upper side: what was changed."""
    left = _LEFT + width_of(f"{matrix.rows} {_MOST}", 12) + 10
    yield Words(left, y, at_most(f"changed: {matrix.columns}", _WIDTH, 12), 12, MUTED)
    rows, columns = matrix.values[:_MOST], range(min(len(matrix.values[0]), _MOST))
    for column in columns:
        yield Words(_center(left, column), y + 18, str(column), 11, MUTED, "middle", code=True)
    y += 26
    for row, values in enumerate(rows):
        low = y + row * (_SIDE + _GAP)
        yield Words(left - 8, low + 17, f"{matrix.rows} {row}", 12, MUTED, "end")
        for column in columns:
            share = min(max(values[column], 0.0), 1.0)
            place, allowed = f"{name} [{row}, {column}]", is_allowed(name, row, column)
            yield from _cell(left + column * (_SIDE + _GAP), low, share, allowed, place)
    if len(matrix.values) > _MOST or len(matrix.values[0]) > _MOST:
        yield Words(left, y + len(rows) * (_SIDE + _GAP) + 14, f"the first {_MOST} of {len(matrix.values)}", 11.5, MUTED)


def _center(left: float, column: int) -> float:
    return left + column * (_SIDE + _GAP) + _SIDE / 2


def _cell(x: float, y: float, share: float, allowed: bool, place: str) -> Iterator[Shape]:
    hue = BATCH if allowed else WRONG
    yield Box(x, y, _SIDE, _SIDE, hue.tint if share else PAPER, FAINT, hint=f"{place}: {share:.0%}")
    if share:
        side = max(_SIDE * share**0.5, 4) - 2
        yield Box(x + (_SIDE - side) / 2, y + (_SIDE - side) / 2, side, side, hue.ink, radius=3, hint=f"share {place}")


def _where(influence: Influence) -> Iterator[str]:
    for finding in influence.findings:
        yield f"{finding.code} {finding.severity}: {finding.headline}"
        if finding.location is not None:
            place = finding.location
            yield f"  at {replace(place, file=place.file.replace(chr(92), '/').rpartition('/')[2])}:  {place.code}"


def _low(shape: Shape) -> float:
    if isinstance(shape, Box):
        return shape.y + shape.height
    return shape.y if isinstance(shape, Words) else max(y for _, y in shape.points)
