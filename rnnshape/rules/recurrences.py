"""Judgements at the door of a recurrent layer, of a cell, of attention, and of packing."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape import text
from rnnshape._torch import known_values
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import disagreement, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Operation
from rnnshape.rules.orders import Orders
from rnnshape.rules.usage import Recurrence
from rnnshape.rules.verdict import anew, called, is_data, runs_along

__all__ = ["Recurrences"]


class Recurrences(Orders):
    """Judges what recurrent layers, attention and packing are given."""

    def recurrence(self, op: Operation, mark: Mark, batch_dim: int | None, seq_dim: int) -> None:
        """Judge the input of a recurrent layer: batch along its batch dim, and along no other."""
        self.use(mark)
        ndim = len(mark.sizes)
        for axis, table in mark.of("batch"):
            dims = runs_along(table)
            if batch_dim is None:
                if varies(table, ndim - 1):
                    self.mixed(op, mark, axis, ndim - 1, "features")
                continue
            if dims == [seq_dim]:
                wanted = "(batch, seq, feature)" if batch_dim == 0 else "(seq, batch, feature)"
                lie = f"the samples lie along dim {seq_dim}, its steps"
                shown = f"{called(op)} runs along the batch: it reads {wanted}, and {lie}"
                if len(torch.unique(table)) < table.numel():  # a view for a transpose: each sample for several steps
                    self.mixed(op, mark, axis, seq_dim, "steps")
                    return
                fits = f"batch_first={batch_dim != 0} of the layer, or transpose(0, 1) of its input, fits"
                fits = "transpose(0, 1) of the scores fits" if op.name == "ctc_loss" else fits
                self.find("RNS201", shown, op, mark, None, fits)
                return
            if any(d != batch_dim for d in dims):
                other = next(d for d in dims if d != batch_dim)
                self.mixed(op, mark, axis, other, "steps" if other == seq_dim else "features")
                return
        if not self.scrambled(op, mark, (ndim - 1, seq_dim)) and batch_dim is not None:
            self._dealt_out(op, mark, seq_dim, ndim - 1)

    def _dealt_out(self, op: Operation, mark: Mark, steps: int, features: int) -> None:
        """Judge steps that hold pieces of a long run each, while something else than steps lies along them too.

        Frames that were stacked lie side by side in the features, ``t = 2 * i + j``; here it is the other way round.
        """
        for axis, table in mark.tables.items():
            if axis.name in ("batch", "step") or not is_data(axis) or {steps, features} - set(runs_along(table)) or -1 in table:
                continue
            others = [a for a, t in mark.tables.items() if a != axis and a.name != "batch" and is_data(a) and varies(t, steps)]
            far, near = (table.movedim(d, 0).flatten(1)[:, 0] for d in (features, steps))
            if others and int((far[1:] - far[:-1]).abs().min()) > int(near.max() - near.min()):
                names = text.listed(sorted({axis.name, *(a.name for a in others)}))
                held = f"elements {int(far[0])}, {int(far[1])}, ... of {axis.name}"
                message = f"each step holds {held}, and {names} run along the steps together"
                self.find("RNS209", message, op, mark, mark.sites.get(axis), None)
                return

    @anew
    def given(self, states: list[Tensor]) -> None:
        """Look at the initial states of a layer or cell, whatever is known of them."""
        self.carrying.given(states, self._scene)

    def pair(self, op: Operation, first: Mark, second: Mark) -> None:
        """Judge the (h_0, c_0) of an LSTM: the c_n and h_n of another, the other way round."""
        for axis, _ in first.of("layers"):
            source = self.usage.source(axis, "c")
            if source is not None and source.layer("h") in second.tables:
                whose = source.module or source.kind
                message = f"h_0 is the cell state c_n of {whose}, and c_0 is its h_n: they changed places"
                self.find("RNS309", message, op, first, None, "the state of an LSTM is (h, c), in this order")

    def state(self, op: Operation, mark: Mark, batch: dict[Axis, Tensor], record: Recurrence) -> None:
        """Judge an initial state: rows are layers, dim 1 is the batch of the input."""
        self.use(mark)
        for axis, table in mark.of("batch"):
            if found := [d for d in (0, 2) if varies(table, d)]:
                meaning = "features" if found[-1] else "layers"
                self.mixed(op, mark, axis, found[-1], f"the {meaning} of its state")
                return
            rows = batch.get(axis)
            line = table[0, :, 0] if table.dim() == 3 else None
            if rows is None or line is None:
                continue
            if (where := disagreement(line, rows)) is not None:
                if self.is_negative(mark, axis, line, rows):
                    return
                both = [int(t[where[0]] if t.numel() > 1 else t[0]) for t in (line, rows)]
                self.find(
                    "RNS501",
                    f"row {where[0]} of the state belongs to sample {both[0]}, and that of the input to sample {both[1]}",
                    op, mark, mark.sites.get(axis), None,
                )  # fmt: skip
                return
        self._rows_of_layers(op, mark, record)

    def _rows_of_layers(self, op: Operation, mark: Mark, record: Recurrence) -> None:
        for axis, table in mark.of("layers"):
            source = self.usage.source(axis, "h")
            if source is None:
                continue
            halves = mark.tables.get(source.row_direction("h"))
            if not any(varies(table, d) for d in (1, 2)):
                self._order_of_layers(op, mark, record, source, table, halves)
            elif varies(table, 2) and halves is not None and (
                (varies(halves, 0) and not varies(halves, 2)) or _crosses(table, halves)
            ):
                self._layers_for_directions(op, mark, axis, table)

    def _layers_for_directions(self, op: Operation, mark: Mark, axis: Axis, table: Tensor) -> None:
        """A bridge put two layers of one direction side by side where two directions of one layer were meant."""
        held = sorted(set(table[0].flatten().tolist()) - {-1})
        started = f"layer 0 starts from one direction of layers {text.listed(held)}"
        message = f"{started}, side by side, and not from both directions of one layer"
        hint = "rows are layer 0 forward, layer 0 reverse, ...: torch.cat([h_n[0::2], h_n[1::2]], 2) joins the directions"
        self.find("RNS306", message, op, mark, mark.sites.get(axis), hint)

    def _order_of_layers(
        self, op: Operation, mark: Mark, record: Recurrence, source: Recurrence, table: Tensor, halves: Tensor | None
    ) -> None:
        got = table[:, 0, 0].tolist()
        got = got * record.layers * record.directions if len(got) == 1 else got
        wanted = [row // record.directions for row in range(record.layers * record.directions)]
        if source.layers != record.layers or record.layers < 2 or len(got) != len(wanted) or got == wanted or -1 in got:
            return
        row = next(i for i in range(len(got)) if got[i] != wanted[i])
        site = mark.sites.get(next(a for a, t in mark.of("layers") if t is table))
        ways = halves[:, 0, 0].tolist() if halves is not None and halves.size(0) > 1 else [0] * len(got)
        if len(set(zip(got, ways, strict=True))) < len(got):
            return  # one state for several layers, such as h_n[-1:].repeat(2, 1, 1), was chosen and not miscounted
        if site is not None and site.name == "flip":
            return  # the last layer first, as in a decoder that undoes the layers one by one
        if set(got) == {source.layers - 1}:
            return  # both directions of the last layer, h_n[-2:], are chosen for their meaning, for two layers of another kind
        name = f"layer {got[row]} {('forward', 'reverse')[ways[row]]}"
        axis = next(a for a, t in mark.of("layers") if t is table)
        self.find(
            "RNS305",
            f"layer {wanted[row]} starts from the state of {name}: rows are layer 0 forward, layer 0 reverse, ...",
            op, mark, mark.sites.get(axis), "h_n[0::2] has the forward state of each layer" if source.directions == 2 else None,
        )  # fmt: skip

    def cell(self, op: Operation, mark: Mark, states: list[Mark]) -> None:
        """Judge one step of a cell: each row of its state is the same sample as that row of the input."""
        self.use(mark, *states)
        for axis, table in mark.of("batch"):
            for state in states:
                before = state.tables.get(axis)
                if before is None or before.dim() != 2 or table.dim() != 2 or varies(before, 1) or varies(table, 1):
                    continue
                where = disagreement(before[:, 0], table[:, 0])
                if where is None:
                    continue
                was, now = (int(t[where[0] if t.size(0) > 1 else 0, 0]) for t in (before, table))
                if before.size(0) == 1 and table.size(0) == 1:
                    message = f"{called(op)} takes the state of sample {was} on to sample {now}: the loop runs over the batch"
                    fits = "loop over the steps: x.unbind(1) of (batch, seq, feature)"
                    self.find("RNS201", message, op, mark, mark.sites.get(axis), fits)
                else:
                    message = f"row {where[0]} of the state belongs to sample {was}, and that of the input to sample {now}"
                    self.find("RNS501", message, op, state, state.sites.get(axis), None)
                return

    def attention(self, op: Operation, name: str, mark: Mark) -> None:
        """Judge query, key or value of multi-head attention: (steps, batch, features)."""
        self.use(mark)
        for axis, table in mark.of("batch"):
            if runs_along(table) == [0]:
                wrong = f"attention runs over the batch: without batch_first, dim 0 of {name} is for steps, and holds samples"
                self.find("RNS204", wrong, op, mark, mark.sites.get(axis), "nn.MultiheadAttention(..., batch_first=True) fits")
            elif any(d != 1 for d in runs_along(table)):
                other = next(d for d in runs_along(table) if d != 1)
                self.mixed(op, mark, axis, other, f"the {'features' if other else 'steps'} of {name}")

    def packing(self, op: Operation, source: Tensor, batch_first: bool) -> None:
        """Judge what goes into a PackedSequence."""
        mark = op.book.mark(source)
        if mark is None:
            return
        wanted = 0 if batch_first else 1
        for axis, table in mark.of("batch"):
            if runs_along(table) == [1 - wanted]:
                reads = f"pack_padded_sequence with batch_first={bool(batch_first)}"
                wrong = f"{reads} takes dim {wanted} for the batch, which is dim {1 - wanted}"
                self.find("RNS401", wrong, op, mark, None, f"batch_first={not batch_first} fits")
                return
            lengths = op.book.mark(op.args[1])
            if runs_along(table) == [wanted]:
                self.packed_in(table.flatten().tolist())
            other = lengths.tables.get(axis) if lengths else None
            if other is None or other.dim() != 1 or runs_along(table) not in ([], [wanted]):
                continue
            rows = table.amax([d for d in range(table.dim()) if d != wanted])
            if lengths is not None and (where := disagreement(rows, other)) is not None:
                both = [int(t[where[0] if t.numel() > 1 else 0]) for t in (rows, other)]
                message = f"row {where[0]} is sample {both[0]} and is packed with the length of sample {both[1]}"
                self.find("RNS403", message, op, mark, mark.sites.get(axis) or lengths.sites.get(axis), None)
                return

    @anew
    def token_ids(self, op: Operation, ids: Tensor, mark: Mark, padding_idx: int | None) -> None:
        """Learn the real lengths from ids that end in padding."""
        known = known_values(ids)
        if padding_idx is None or known is None or known.dim() != 2:
            return
        ids = known
        for axis, table in mark.of("seq"):
            dims = runs_along(table)
            if len(dims) == 1 and torch.equal(table.flatten(), torch.arange(ids.size(dims[0]))):
                real = (ids != padding_idx).movedim(dims[0], 1).long()
                steps = torch.arange(1, real.size(1) + 1, device=real.device)
                lengths = (real * steps).amax(1).cpu()
                if bool((lengths > 0).all()) and bool((lengths < real.size(1)).any()):
                    self.lengths[axis] = lengths


def _crosses(layers: Tensor, ways: Tensor) -> bool:
    """Tell whether a row has one direction of a layer beside the other direction of another, and nothing else."""
    if layers.dim() != 3 or ways.dim() != 3:
        return False
    layers, ways = (t.select(1, 0) for t in torch.broadcast_tensors(layers, ways))
    rows = [set(zip(*pair, strict=True)) for pair in zip(layers.tolist(), ways.tolist(), strict=True)]
    return any(len(row) == 2 and len({a for a, _ in row}) == 2 and len({w for _, w in row}) == 2 for row in rows)
