"""Where everything of a layer's picture lies: a column for each step, a lane for each layer and direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["CELL", "Lane", "Places", "places_of"]

CELL = (54, 30)
"""Width and height of a cell."""

_COLUMN, _LANE, _GAP = 84, 50, 32
_FIRST_COLUMN = 208
_ALL_SHOWN = 5
"""Steps that are all drawn; of more there are the first three and the last."""

_MOST_LAYERS = 4
"""Layers that are all drawn; of more there are the first two and the last."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One direction of one layer.

    Attributes:
        row: of h_n.
        layer: from 0 at the bottom.
        reverse: whether it reads from the last step to the first.
        y: the middle of its cells.
    """

    row: int
    layer: int
    reverse: bool
    y: float

    @property
    def name(self) -> str:
        """Which it is, in the words of `Prediction.rows`."""
        return f"layer {self.layer} {'reverse' if self.reverse else 'forward'}"


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a layer's picture.

    Attributes:
        steps: the step of each column; None for those that are left out. A symbol's last step is "T-1".
        lanes: from the bottom up.
        left_out: layers that are not drawn.
        top: of the panel.
        bottom: of the panel.
    """

    steps: tuple[int | str | None, ...]
    lanes: tuple[Lane, ...]
    left_out: tuple[int, ...]
    top: float
    bottom: float

    def x(self, column: int) -> float:
        """Return the middle of a column."""
        return _FIRST_COLUMN + column * _COLUMN + CELL[0] / 2

    @property
    def last_column(self) -> int:
        """The column of the last step."""
        return len(self.steps) - 1

    @property
    def first_x(self) -> float:
        """The left side of the first cells."""
        return self.x(0) - CELL[0] / 2

    @property
    def last_x(self) -> float:
        """The right side of the last cells."""
        return self.x(self.last_column) + CELL[0] / 2

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers that are drawn, from the bottom up."""
        return tuple(dict.fromkeys(lane.layer for lane in self.lanes))

    @property
    def input_y(self) -> float:
        """The middle of the row of inputs."""
        return self.bottom - 58

    def final_column(self, lane: Lane) -> int:
        """Return the column in which a lane ends: the last, and where it reads in reverse, the first."""
        return 0 if lane.reverse else self.last_column

    def band(self, layer: int) -> tuple[float, float]:
        """Return the top and the bottom of a layer."""
        heights = [lane.y for lane in self.lanes if lane.layer == layer]
        return min(heights) - _LANE / 2, max(heights) + _LANE / 2


def places_of(p: Prediction, top: float) -> Places:
    """Lay out a layer's picture.

    Args:
        p: the layer.
        top: of its panel.
    """
    layers = tuple(range(p.spec.num_layers))
    left_out = layers[2:-1] if len(layers) > _MOST_LAYERS else ()
    drawn = [layer for layer in layers if layer not in left_out]
    y = top + 44 + _LANE / 2
    places: list[Lane] = []
    for layer in reversed(drawn):
        for way in reversed(range(p.spec.directions)):
            places.append(Lane(layer * p.spec.directions + way, layer, way == 1, y))
            y += _LANE
        y += _GAP
    return Places(_steps(p), tuple(reversed(places)), left_out, top, y + 64)


def _steps(p: Prediction) -> tuple[int | str | None, ...]:
    if p.spec.cell:
        return ("t",)
    if not isinstance(p.seq, int):
        return (0, 1, 2, None, f"{p.seq}-1")
    return tuple(range(p.seq)) if p.seq <= _ALL_SHOWN else (0, 1, 2, None, p.seq - 1)
