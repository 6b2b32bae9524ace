"""`Recurrence`: one call of a recurrent layer, with the axes that it makes, and what was used of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from rnnshape.coordinates.mark import MADE, Site
from rnnshape.coordinates.padding import Padding
from rnnshape.coordinates.tables import SMALL, broadcast_shapes
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location

__all__ = ["MOST_UNITS", "Picked", "Places", "Recurrence"]

MOST_UNITS = 1 << 18
"""Elements up to which single units are accounted for."""

MOST_SEEN = 1 << 10
"""Tables of one call of which it is remembered that they were accounted for."""


Places = dict[tuple[int, int], "Location | None"]
"""Of a direction and a step, or a layer and a direction, where it was picked."""


@dataclass(slots=True)
class Picked:
    """What one kind of consumer picked, apart from uses of every step or of every row.

    Attributes:
        used: (direction, step) of the output.
        rows: (layer, direction) of the state.
    """

    used: Places = field(default_factory=Places)
    rows: Places = field(default_factory=Places)


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
        weight: the id of one of its weights, which the graph of its output ends in; None where it has no such graph.
        order: which step of that axis it reads at each of its own.
        unpacked: steps of its packed output where that is padded again; 0 as long as it is not.
        sites: of its input, the places that gave axes their form.
        reads: the axis of its samples, and which of them each row is, where it reads each from its first step on.
        padding: where its rows begin and end, where that is known and they were not packed.
        sample: the axis of its samples, where the length of each is known and they are not all the same.
        ends: the step at which each sample has had as many as it has real ones: its last, unless there is padding before it.
        is_carried: whether it was given a state of which something is known.
        returned: rows of the state that nothing uses, and the model returns.
        returns_output: whether the model returns output as it is.
        used: (direction, step) of the output, with the place that picked it. A step of -1 is padding, `end` each sample's own
            last, `past` the padding after it.
        rows: (layer, direction) of the state.
        cell_state: where c_n was used as something else than the c of an LSTM.
        units: whether each unit was used, by direction, step + 1 and unit; None where single units never were picked.
        whole: (direction, step) of the output of which every unit was used.
        picked: what was picked by "layer", a layer with weights, by "input", a recurrent layer's input of one step, as the
            first context of a decoder, and by "state", the initial state of another.
        is_query: whether some of its states were held against all steps of its output.
        is_bridged: whether a layer's function of some of its states was an initial state.
        seen: tables that were accounted for, by their ids, held so that no others get these.
        step: the axis of the steps of its output.
        direction: the axis of the halves of its output.
        hidden: the axis of its hidden features.
        ways: the axis of the directions of h_n.
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
    weight: int | None = None
    order: Tensor | None = None
    unpacked: int = 0
    sites: Mapping[Axis, Site] = field(default_factory=dict[Axis, Site])
    reads: tuple[Axis, Tensor] | None = None
    padding: Padding | None = None
    ragged: bool = False
    sample: Axis | None = None
    ends: Tensor | None = None
    is_carried: bool = False
    returned: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    returns_output: bool = False
    used: Places = field(default_factory=Places)
    rows: Places = field(default_factory=Places)
    cell_state: Location | None = None
    units: Tensor | None = None
    whole: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    picked: dict[str, Picked] = field(default_factory=dict[str, Picked])
    is_query: bool = False
    is_bridged: bool = False
    seen: dict[tuple[int | str, ...], tuple[Tensor | None, ...]] = field(
        default_factory=dict[tuple["int | str", ...], tuple["Tensor | None", ...]]
    )
    step: Axis = field(init=False)
    direction: Axis = field(init=False)
    hidden: Axis = field(init=False)
    ways: Axis = field(init=False)

    def __post_init__(self) -> None:
        call = f"{MADE}{self.number}"
        self.step = Axis("step", call)
        self.direction = Axis("directions", call)
        self.hidden = Axis("hidden", call)
        self.ways = self.row_direction("h")

    @property
    def end(self) -> int:
        """Stands for the last real step of each sample, where they differ."""
        return self.steps

    @property
    def past(self) -> int:
        """Stands for steps after that."""
        return self.steps + 1

    def is_padded(self, padding: Padding) -> None:
        """Remember where the samples that it reads begin and end; of a part of their steps nothing is known."""
        if self.packed or self.reads is None:
            return
        axis, rows = self.reads
        known = padding.of_rows(rows)
        self.padding = known.of_steps(self.steps) if known is not None else None
        if self.padding is not None:
            self.ends_at(axis, rows, self.padding.lengths - 1)

    def ends_at(self, sample: Axis, rows: Tensor, last: Tensor) -> None:
        """Remember the last real step of each sample.

        Args:
            sample: the axis.
            rows: the sample of each row.
            last: the step at which each row has had as many as it has real ones.
        """
        if rows.numel() == last.numel() and int(rows.min()) >= 0 and len(torch.unique(last)) > 1:
            self.sample, self.ends = sample, torch.full((int(rows.max()) + 1,), self.past)
            self.ends[rows] = last

    def rename(self, names: Mapping[Axis, Axis]) -> None:
        """Give the axes of its input other names."""
        self.seq = names.get(self.seq, self.seq) if self.seq is not None else None
        self.sample = names.get(self.sample, self.sample) if self.sample is not None else None
        if self.reads is not None:
            self.reads = names.get(self.reads[0], self.reads[0]), self.reads[1]

    def places(self, steps: Tensor, samples: Tensor | None) -> Tensor:
        """Return the steps of a tensor; one element where each is its sample's last, or lies after it."""
        if self.ends is None or samples is None or steps.dim() != samples.dim():
            return steps
        if broadcast_shapes(steps.shape, samples.shape).numel() > MOST_UNITS or len(torch.unique(samples)) < 2:
            return steps
        sample, step = torch.broadcast_tensors(samples, steps)
        known = (sample >= 0) & (sample < len(self.ends)) & (step >= 0)
        if not bool(known.all()):
            return steps
        after = step - self.ends[sample]
        place = self.end if bool((after == 0).all()) else None
        is_left = self.padding is not None and self.padding.is_left
        if (
            place is None
            and not is_left
            and len(torch.unique(steps)) > 1
            and bool(((after > 0) | (step == self.steps - 1)).all())
        ):
            place = self.past  # the longest sample has no step after its last
        return steps if place is None else torch.full([1] * steps.dim(), place)

    def layer(self, letter: str) -> Axis:
        """The axis of the layers of h_n or c_n."""
        return Axis("layers", f"{MADE}{self.number}{letter}")

    def row_direction(self, letter: str) -> Axis:
        """The axis of the directions of h_n or c_n."""
        return Axis("directions", f"{MADE}{self.number}{letter}")

    def sees(self, by: str, *tables: Tensor | None) -> bool:
        """Tell whether this consumer was not accounted for with these tables. The same few objects come again and again."""
        key = (by, *map(id, tables))
        if key in self.seen:
            return False
        if len(self.seen) < MOST_SEEN and all(t is None or t.numel() <= SMALL for t in tables):
            self.seen[key] = tables
        return True
