"""Which states a model used: rows of h_n, steps and halves of output. Judged when the step is over, from what was consumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.axes import Axis
from rnnshape.coordinates import LARGEST, NOWHERE, Mark
from rnnshape.report import Location

__all__ = ["Pick", "Recurrence", "Usage"]


@dataclass(slots=True)
class Recurrence:
    """One call of a recurrent layer, and what was used of it.

    Attributes:
        number: of the call.
        layers: stacked layers.
        directions: 1 or 2.
        steps: of the longest sample.
        width: features of one direction of its output.
        packed: whether the input was packed.
        ragged: whether it was packed and some samples are shorter than others.
        module: path of the layer.
        kind: its class.
        location: of the call.
        seq: the axis of its steps, where it is known.
        lengths: real steps of each sample, where they are known.
        used: (direction, step) of the output, with the place that picked it; a step of -1 is padding.
        rows: (layer, direction) of the state.
    """

    number: int
    layers: int
    directions: int
    steps: int
    packed: bool
    module: str
    kind: str
    location: Location | None
    width: int = 0
    seq: Axis | None = None
    lengths: Tensor | None = None
    ragged: bool = False
    used: dict[tuple[int, int], Location | None] = field(default_factory=dict[tuple[int, int], "Location | None"])
    rows: dict[tuple[int, int], Location | None] = field(default_factory=dict[tuple[int, int], "Location | None"])

    @property
    def step(self) -> Axis:
        """The axis of the steps of its output."""
        return Axis("step", f"call{self.number}")

    @property
    def direction(self) -> Axis:
        """The axis of the halves of its output."""
        return Axis("directions", f"call{self.number}")

    @property
    def hidden(self) -> Axis:
        """The axis of its hidden features."""
        return Axis("hidden", f"call{self.number}")

    def layer(self, letter: str) -> Axis:
        """The axis of the layers of h_n or c_n."""
        return Axis("layers", f"call{self.number}{letter}")

    def row_direction(self, letter: str) -> Axis:
        """The axis of the directions of h_n or c_n."""
        return Axis("directions", f"call{self.number}{letter}")


@dataclass(frozen=True, slots=True)
class Pick:
    """A state that was picked and should not have been.

    Attributes:
        code: the rule.
        message: one sentence.
        suggestion: what to write.
        location: where it was picked.
    """

    code: str
    message: str
    suggestion: str
    location: Location | None


class Usage:
    """The recurrences of one step.

    Args:
        first: a number that no recurrence of an earlier step has.

    Attributes:
        calls: the recurrences, by number.
        after: the number of the next one.
    """

    def __init__(self, first: int = 0) -> None:
        self.after = first
        self.calls: dict[int, Recurrence] = {}

    def open(self, op: Any, layers: int, directions: int, steps: int, packed: bool) -> Recurrence:
        """Begin to account for a call."""
        module, kind = op.book.calling_module()
        record = Recurrence(self.after, layers, directions, steps, packed, module, kind, op.book.here())
        record.width = op.result[0].size(-1) // directions
        self.calls[self.after] = record
        self.after += 1
        return record

    def use(self, mark: Mark, here: Location | None) -> None:
        """Account for the consumption of a tensor."""
        for axis, table in mark.tables.items():
            if not axis.of.startswith("call"):
                continue
            site = mark.sites.get(axis)
            location = site.location if site and site.location else here
            if axis.name == "step":
                record = self.calls.get(int(axis.of[4:]))
                if record is None:
                    continue
                halves = mark.tables.get(record.direction)
                for pair in _pairs(halves, table, record.directions, record.steps):
                    record.used.setdefault(pair, location)
            elif axis.name == "layers" and axis.of.endswith("h"):
                record = self.calls.get(int(axis.of[4:-1]))
                if record is None:
                    continue
                halves = mark.tables.get(record.row_direction("h"))
                for way, layer in _pairs(halves, table, record.directions, record.layers):
                    record.rows.setdefault((layer, way), location)

    def picks(self) -> Iterator[tuple[Recurrence, Pick]]:
        """Yield what was picked wrongly, one for each call."""
        for record in self.calls.values():
            if pick := _output_pick(record) or _row_pick(record):
                yield record, pick


def _pairs(ways: Tensor | None, places: Tensor, directions: int, most: int) -> list[tuple[int, int]]:
    """Return the (direction, place) that occur; every direction where that is not known."""
    if ways is None:
        found = set(places.flatten().tolist())
        return [(way, place) for place in sorted(found) for way in range(directions)]
    if ways.dim() != places.dim() or torch.broadcast_shapes(ways.shape, places.shape).numel() > LARGEST:
        return [(way, place) for place in range(most) for way in range(directions)]
    code = torch.where((ways >= 0), (places + 1) * 2 + ways, NOWHERE)
    return [(c % 2, c // 2 - 1) for c in torch.unique(code).tolist() if c >= 0]


def _output_pick(record: Recurrence) -> Pick | None:
    if not record.used or record.steps < 2:
        return None
    last = record.steps - 1
    forward, reverse = ({step for way, step in record.used if way == d} for d in (0, 1))
    top = record.layers - 1
    shorter = record.lengths is not None and bool((record.lengths < record.steps).any())
    # Beside the output of another call there is no step either; it is padding only where some sample is shorter.
    padded = (-1 in forward and record.ragged) or (shorter and not record.packed)
    if forward - {-1} == {last} and padded and (top, 0) not in record.rows:
        return Pick(
            "RNS303",
            f"the last step of output is used for every sample, but shorter samples end before step {last}: theirs is padding",
            "pick each sample's own last step, output at lengths - 1, or pack the input and use h_n",
            record.used.get((0, last)),
        )
    if record.directions == 2 and reverse == {last} and (top, 1) not in record.rows:
        return Pick(
            "RNS302",
            f"of the reverse direction only step {last} is used, where it has read one step and no more",
            "the reverse direction ends at step 0: use h_n[-2] and h_n[-1], or the forward half of the last step and the "
            "reverse half of step 0",
            record.used.get((1, last)),
        )
    # Of two steps, output[:, ::2] takes the first as well, to halve them.
    if record.directions == 2 and forward == {0} and record.steps > 2 and (top, 0) not in record.rows:
        return Pick(
            "RNS302",
            "of the forward direction only step 0 is used, where it has read one step and no more",
            f"the forward direction ends at step {last}: use h_n[-2] and h_n[-1]",
            record.used.get((0, 0)),
        )
    return None


def _row_pick(record: Recurrence) -> Pick | None:
    """Judge the rows of h_n where the output, which is the top layer, is not used at all."""
    rows, top = set(record.rows), record.layers - 1
    if not rows or record.used:
        return None
    location = next(iter(record.rows.values()))
    if all(layer != top for layer, _ in rows):
        named = ", ".join(f"layer {layer} {('forward', 'reverse')[way]}" for layer, way in sorted(rows))
        return Pick(
            "RNS305",
            f"of h_n only {named} is used, never the last of {record.layers} layers",
            "rows are in the order of the layers: the last layer is h_n[-1]" + (", h_n[-2]" if record.directions == 2 else ""),
            location,
        )
    one_way = record.directions == 2 and len({way for _, way in rows}) == 1
    if one_way and (len(rows) < max(record.layers, 2) or (top, 0) not in rows):
        way, other = ("forward", "reverse") if next(iter(rows))[1] == 0 else ("reverse", "forward")
        named = text.listed([layer * 2 + (way == "reverse") for layer, _ in sorted(rows)])
        which = f"row {named} is" if len(rows) == 1 else f"rows {named} are"
        return Pick(
            "RNS304",
            f"of h_n only {which} used, which is {way}: the {other} direction reaches nothing",
            "rows are layer 0 forward, layer 0 reverse, ...: h_n[-2] is the last layer's forward state, h_n[-1] its reverse",
            location,
        )
    if record.directions == 2 and len({way for _, way in rows}) == 2:
        per_way = [{layer for layer, way in rows if way == d} for d in (0, 1)]
        if per_way[0] != per_way[1] and len(rows) == 2:
            (a, _), (b, _) = sorted(rows, key=lambda r: r[1])
            return Pick(
                "RNS306",
                f"forward is taken from layer {a} and reverse from layer {b}",
                "h_n unpacks as (layers, directions): h_n.view(num_layers, 2, batch, hidden)[-1] is the last layer",
                location,
            )
    return None
