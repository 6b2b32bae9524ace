"""Which states a model used: rows of h_n, steps and halves of output. Accounted for while they are consumed."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import MADE, Mark
from rnnshape.coordinates.tables import LARGEST, NOWHERE, broadcast_shapes, broadcast_tensors, numbers, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import MOST_UNITS, Picked, Recurrence
from rnnshape.report.location import Location
from rnnshape.rules.floors import Floors
from rnnshape.rules.loops import Loops, Place
from rnnshape.rules.readers import Readers

__all__ = ["Begun", "Usage", "holds_states"]


class Begun(NamedTuple):
    """A call of one step that begins with a known state.

    Attributes:
        call: the record of it.
        state: what is known of the state.
        reads: for axes of steps, which of them it reads.
    """

    call: Recurrence
    state: Mark
    reads: dict[Axis, int]


class Usage:
    """The recurrences of one step.

    Attributes:
        calls: the recurrences, by number.
        miscounted: those of which it was told that rows of h_n were taken for others.
        loops: those that run a cell.
        floors: those that go on from the state of another layer.
        readers: those that read steps which nobody has named, in this order or from the end.
        reads: by the number of a call of one step, which it reads.
        walks: by the number of a call of one step, or of several in a loop, the steps that it has read of each axis.
        begun: by the layer and the line, the calls of one step that begin with a known state.
    """

    def __init__(self) -> None:
        self.calls: dict[int, Recurrence] = {}
        self.miscounted: set[int] = set()
        self.loops = Loops()
        self.floors = Floors()
        self.readers = Readers()
        self.reads: dict[int, dict[Axis, int]] = {}
        self.walks: dict[int, dict[Axis, list[int]]] = {}
        self.begun: dict[tuple[str, str, Location | None], list[Begun]] = {}
        self._outputs: dict[Axis, Recurrence] = {}
        self._states: dict[Axis, Recurrence] = {}
        self._cell_states: dict[Axis, Recurrence] = {}

    def open(self, call: Recurrence) -> None:
        """Begin to account for a call."""
        self.calls[call.number] = self._outputs[call.step] = self._states[call.layer("h")] = call
        self._cell_states[call.layer("c")] = call

    def source(self, axis: Axis, letter: str = "") -> Recurrence | None:
        """Return the call in this step that made an axis of its output, or with a letter of its state h or c."""
        if not axis.of.startswith(MADE):  # of most axes
            return None
        number = axis.of.removeprefix(MADE).removesuffix(letter)
        return self.calls.get(int(number)) if axis.of == f"{MADE}{number}{letter}" and number.isdecimal() else None

    def use(self, mark: Mark, here: Place, by: str = "", goes_on: Recurrence | None = None) -> None:
        """Account for the consumption of a tensor.

        Args:
            mark: of the tensor.
            here: returns the user's line.
            by: "layer", "input" or "state" where it may be picked from, as in `Recurrence.picked`; "c" where it is taken for
                the c of an LSTM; "caller" where the model returns it.
            goes_on: the layer whose initial state it is; that a loop goes on from its own state is no use of a row.
        """
        for axis, table in mark.tables.items():
            if record := self._outputs.get(axis):
                _use_output(record, mark, axis, table, here, by)
            elif record := self._states.get(axis):
                if record is not goes_on:
                    _use_rows(record, mark, axis, table, here, by)
            elif (record := self._cell_states.get(axis)) and by != "c" and record.cell_state is None:
                record.cell_state = _place(mark, axis, here) or record.location

    def hold(self, one: Mark, other: Mark) -> None:
        """Account for two tensors that meet: one may be picked from what the other has all steps of, as a query is."""
        for axis, table in other.tables.items():
            record = self._outputs.get(axis)
            if record is not None and table.numel() > 1 and not record.is_query:
                own = [one.tables.get(axis), one.tables.get(record.layer("h"))]
                record.is_query = any(t is not None and len(unique(t)) < record.steps for t in own)


def _use_output(record: Recurrence, mark: Mark, axis: Axis, table: Tensor, here: Place, by: str) -> None:
    halves = mark.tables.get(record.direction)
    samples = mark.tables.get(record.sample) if record.sample else None
    record.returns_output |= by == "caller" and record.hidden in mark.tables
    if not record.sees(by, table, halves, mark.tables.get(record.hidden), samples) and by != "input":
        return
    location = _place(mark, axis, here)
    table = record.places(table, samples)
    pairs = _pairs(halves, table, record.directions, record.steps)
    for pair in pairs:
        record.used.setdefault(pair, location)
    if not _some_units(record, mark, halves, table):
        record.whole.update(pairs)
    every = any(sum(w == way for w, _ in pairs) >= record.steps for way in (0, 1))
    beside_all = any(step < 0 for _, step in pairs)  # what was pooled over the steps is of no step
    if not every and not beside_all and _picks(record, mark, by):
        if by == "input" and by in record.picked and record.picked[by].used.keys() >= set(pairs):
            by = "layer"  # another step reads it again
        for pair in pairs:
            record.picked.setdefault(by, Picked()).used.setdefault(pair, location)


def _use_rows(record: Recurrence, mark: Mark, axis: Axis, table: Tensor, here: Place, by: str) -> None:
    by = "layer" if by == "input" else by
    halves = mark.tables.get(record.ways)
    if not record.sees(by, table, halves):
        return
    location = _place(mark, axis, here)
    pairs = [(way, layer) for way, layer in _pairs(halves, table, record.directions, record.layers) if layer >= 0]
    some = len(pairs) < record.layers * record.directions and record.direction not in mark.tables
    picks = some and _picks(record, mark, by)
    for way, layer in pairs:
        if by == "caller" and (layer, way) not in record.rows:
            record.returned.add((layer, way))
        record.rows.setdefault((layer, way), location)
        if picks:
            record.picked.setdefault(by, Picked()).rows.setdefault((layer, way), location)


def _picks(record: Recurrence, mark: Mark, by: str) -> bool:
    """Tell whether a consumer takes states as they are: what a layer has made of them was accounted for then."""
    if by in ("layer", "input", "state") and record.hidden in mark.tables:
        return True
    record.is_bridged |= by == "state"
    return False


def holds_states(mark: Mark) -> bool:
    """Tell whether a tensor holds steps of an output, or rows of a state."""
    return any(name in ("step", "layers") and of.startswith(MADE) for name, of, _ in mark.tables)


def _place(mark: Mark, axis: Axis, here: Place) -> Location | None:
    """Return the place that gave an axis its form, else the present one."""
    site = mark.sites.get(axis)
    return site.location if site and site.location else here()


def _pairs(ways: Tensor | None, places: Tensor, directions: int, most: int) -> list[tuple[int, int]]:
    """Return the (direction, place) that occur; every direction where that is not known."""
    if ways is None:
        found = set(numbers(places.flatten()))
        return [(way, place) for place in sorted(found) for way in range(directions)]
    if ways.dim() != places.dim() or broadcast_shapes(ways.shape, places.shape).numel() > LARGEST:
        return [(way, place) for place in range(most) for way in range(directions)]
    code = torch.where((ways >= 0), (places + 1) * 2 + ways, NOWHERE)
    return [(c % 2, c // 2 - 1) for c in numbers(unique(code)) if c >= 0]


def _some_units(record: Recurrence, mark: Mark, ways: Tensor | None, places: Tensor) -> bool:
    """Account for single units of the output; return False where all of them are used, or too many to tell."""
    units = mark.tables.get(record.hidden)
    if units is None or ways is None or (record.steps + 3) * record.width > MOST_UNITS:
        return False
    if not ways.dim() == places.dim() == units.dim():
        return False
    apart = all(1 in (p, max(w, u)) for p, w, u in zip(places.shape, ways.shape, units.shape, strict=True))
    if apart and len(unique(ways * record.width + units)) == len(unique(ways)) * record.width:
        return False
    if broadcast_shapes(ways.shape, places.shape, units.shape).numel() > MOST_UNITS:
        return False
    way, place, unit = broadcast_tensors(ways, places, units)
    known = (way >= 0) & (unit >= 0)
    if record.units is None:
        record.units = torch.zeros(2, record.steps + 3, record.width, dtype=torch.bool)
    record.units[way[known], place[known] + 1, unit[known]] = True
    return True
