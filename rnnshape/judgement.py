"""The judgements: where an axis is consumed, what must not be there. Every finding is proved by the coordinates and shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.axes import Axis
from rnnshape.coordinates import Mark, Site, disagreement, layout_of, separable, varies
from rnnshape.interleaving import repair
from rnnshape.layout import Layout
from rnnshape.ops.registry import Operation
from rnnshape.report import Finding, Location
from rnnshape.rules import rule
from rnnshape.usage import Recurrence, Usage

__all__ = ["Judge"]

Scene = Callable[[], tuple[Location | None, str, str]]
"""Tells where the model is: the user's line, and the path and class of the innermost module."""


class Judge:
    """Judges the operations of one step.

    Args:
        tell: takes a finding.
        scene: tells where the model is at the moment.
    """

    def __init__(self, tell: Callable[[Finding], None], scene: Scene) -> None:
        self._tell = tell
        self._scene = scene
        self.usage = Usage()
        self.lengths: dict[Axis, Tensor] = {}

    # What the operations call

    def use(self, *marks: Mark) -> None:
        """Account for the use of states."""
        if self.usage.calls:
            for mark in marks:
                if any(axis.of.startswith("call") for axis in mark.tables):
                    self.usage.use(mark, self._scene()[0])

    def contraction(self, op: Operation, mark: Mark, dims: tuple[int, ...], keeps_positions: bool = False) -> None:
        """Judge dims that are summed over with weights of the layer's own: no batch there, and nothing scrambled."""
        self.use(mark)
        for axis, table in mark.of("batch"):
            if any(varies(table, d) for d in dims):
                self._mixed(op, mark, axis, table, f"{_called(op)} takes the axis for features")
                return
        self._scrambled(op, mark, dims)

    def product(self, op: Operation, left: Mark, a: int, right: Mark, b: int) -> None:
        """Judge a product of two known tensors: what meets must not be the batch of one and another axis of the other."""
        self.use(left, right)
        for mark, dim, other, at in ((left, a, right, b), (right, b, left, a)):
            for axis, table in mark.of("batch"):
                if not varies(table, dim):
                    continue
                if any(name != axis and varies(t, at) and _is_data(name) for name, t in other.tables.items()) and not any(
                    varies(t, at) for _, t in other.of("batch")
                ):
                    self._mixed(op, mark, axis, table, f"{op.name} sums over it")
                    return
        self._scrambled(op, left, (a,))
        self._scrambled(op, right, (b,))

    def normalisation(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge a softmax: it must not run over the batch, nor over a single score."""
        for axis, table in mark.of("batch"):
            others = [n for n, t in mark.tables.items() if n != axis and any(varies(t, d) for d in range(t.dim()) if d != dim)]
            if varies(table, dim) and len(mark.sizes) > 1 and (others or _along(table) == [dim]):
                wrong = f"{op.name} over dim {dim} normalises over the batch, so the samples compete with each other"
                self._find("RNS206", wrong, op, mark, mark.sites.get(axis), None)
                return
        if mark.single == dim:
            self._find("RNS207", f"{op.name} over dim {dim}, which has one element, makes every weight 1", op, mark, None, None)

    def disagreement(self, op: Operation, marks: list[Mark], axis: Axis, a: Tensor, b: Tensor, where: tuple[int, ...]) -> None:
        """Judge two operands that give an element different coordinates."""
        self.use(*marks)
        crossed = _along(a) != _along(b) and a.dim() == b.dim() and all(a.size(d) > 1 or b.size(d) == 1 or _along(a) for d in range(a.dim()))
        outer = any(m.target for m in marks) and not all(m.target for m in marks)
        full = all(len(m.sizes) == len(marks[0].sizes) and m.sizes == marks[0].sizes for m in marks)
        if axis.name == "batch" and _along(a) and _along(b) and ((crossed and full) or (outer and not full and crossed)):
            at = [int(t.broadcast_to(torch.broadcast_shapes(a.shape, b.shape))[where]) for t in (a, b)]
            self._find(
                "RNS205",
                f"{op.name} meets sample {at[0]} of one operand with sample {at[1]} of the other, at element {list(where)}",
                op, marks[0], None, None, [("one", marks[0]), ("other", marks[-1])],
            )  # fmt: skip

    def recurrence(self, op: Operation, mark: Mark, batch_dim: int | None, seq_dim: int) -> None:
        """Judge the input of a recurrent layer: batch along its batch dim, and along no other."""
        self.use(mark)
        ndim = len(mark.sizes)
        for axis, table in mark.of("batch"):
            dims = _along(table)
            if batch_dim is None:
                if varies(table, ndim - 1):
                    self._mixed(op, mark, axis, table, f"{_called(op)} takes the last dim for features")
                continue
            if dims == [seq_dim]:
                wanted = "(batch, seq, feature)" if batch_dim == 0 else "(seq, batch, feature)"
                shown = f"{_called(op)} runs along the batch: it reads {wanted}, and the samples lie along dim {seq_dim}, its steps"
                self._find("RNS201", shown, op, mark, mark.sites.get(axis), "transpose(0, 1) of the input fits")
                return
            if any(d != batch_dim for d in dims):
                self._mixed(op, mark, axis, table, f"{_called(op)} takes dim {next(d for d in dims if d != batch_dim)} for something else")
                return
        self._scrambled(op, mark, (ndim - 1, seq_dim))

    def state(self, op: Operation, mark: Mark, batch: dict[Axis, Tensor], record: Recurrence) -> None:
        """Judge an initial state: rows are layers, dim 1 is the batch of the input."""
        self.use(mark)
        for axis, table in mark.of("batch"):
            if any(varies(table, d) for d in (0, 2)):
                self._mixed(op, mark, axis, table, f"{_called(op)} takes dim 1 of its state for the batch")
                return
            rows = batch.get(axis)
            line = table[0, :, 0] if table.dim() == 3 else None
            if rows is None or line is None:
                continue
            if (where := disagreement(line, rows)) is not None:
                both = [int(t[where[0]] if t.numel() > 1 else t[0]) for t in (line, rows)]
                self._find(
                    "RNS501",
                    f"row {where[0]} of the state belongs to sample {both[0]}, and that of the input to sample {both[1]}",
                    op, mark, mark.sites.get(axis), None,
                )  # fmt: skip
                return
        self._rows_of_layers(op, mark, record)

    def _rows_of_layers(self, op: Operation, mark: Mark, record: Recurrence) -> None:
        for axis, table in mark.of("layers"):
            if not axis.of.endswith("h") or any(varies(table, d) for d in (1, 2)):
                continue
            source = self.usage.calls.get(int(axis.of[4:-1]))
            if source is None:
                continue
            got = table[:, 0, 0].tolist()
            got = got * record.layers * record.directions if len(got) == 1 else got
            wanted = [row // record.directions for row in range(record.layers * record.directions)]
            if source.layers == record.layers > 1 and len(got) == len(wanted) and got != wanted and -1 not in got:
                row = next(i for i in range(len(got)) if got[i] != wanted[i])
                halves = mark.tables.get(source.row_direction("h"))
                ways = halves[:, 0, 0].tolist() if halves is not None and halves.size(0) > 1 else [0] * len(got)
                if len(set(zip(got, ways, strict=True))) < len(got):
                    return  # one state for several layers, such as h_n[-1:].repeat(2, 1, 1), was chosen and not miscounted
                way = ways[row]
                name = f"layer {got[row]} {('forward', 'reverse')[way]}"
                self._find(
                    "RNS305",
                    f"layer {wanted[row]} starts from the state of {name}: rows are layer 0 forward, layer 0 reverse, layer 1 forward, ...",
                    op, mark, mark.sites.get(axis), "h_n[0::2] has the forward state of each layer",
                )  # fmt: skip

    def attention(self, op: Operation, name: str, mark: Mark) -> None:
        """Judge query, key or value of multi-head attention: (steps, batch, features)."""
        self.use(mark)
        for axis, table in mark.of("batch"):
            if _along(table) == [0]:
                wrong = f"attention runs over the batch: dim 0 of {name} is its steps here, and holds the samples; batch_first=True fits"
                self._find("RNS204", wrong, op, mark, mark.sites.get(axis), None)
            elif any(d != 1 for d in _along(table)):
                self._mixed(op, mark, axis, table, f"attention takes dim 1 of {name} for the batch")

    def class_axis(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge the class axis of a loss: it must not be an axis of the data."""
        for axis, table in mark.tables.items():
            if axis.name in ("batch", "seq", "step") and _along(table) == [dim] and len(mark.sizes) > 1:
                name = "seq" if axis.name == "step" else axis.name
                wrong = f"{op.name} takes dim {dim} of the scores for the classes, and that is {name}"
                self._find("RNS503", wrong, op, mark, None, f"scores.transpose(1, {len(mark.sizes) - 1}) has the classes at dim 1"
                           if len(mark.sizes) == 3 and dim == 1 else None)  # fmt: skip
                return

    def rows(self, op: Operation, scores: Mark, target: Mark) -> None:
        """Judge whether the rows of scores and target are the same samples."""
        for axis, table in scores.of("batch"):
            other = target.tables.get(axis)
            if other is None or table.dim() != other.dim():
                continue
            where = disagreement(table, other)
            if where is None:
                if not any(varies(table, d) for d in range(table.dim())) and any(varies(other, d) for d in range(other.dim())):
                    continue
                continue
            sites = [m.sites.get(axis) for m in (scores, target)]
            seen = [_element(m, axis, where) for m in (scores, target)]
            turned = all(_is_order(t) for t in (table, other))
            row = where[0] if len(where) == 1 else list(where)
            message = f"row {row} of the scores is {seen[0]}, of the target {seen[1]}"
            shown = [("scores", scores), ("target", target)]
            if turned:
                made = op.book.mark(op.argument(0, "input"))
                self._find("RNS402", message, op, scores, None, None, shown, at=made and made.made)
            else:
                self._find("RNS502", message, op, scores, next((s for s in sites if s), None), None, shown)
            return

    def outer_product(self, op: Operation, scores: Tensor, target: Tensor) -> bool:
        """Judge sizes that broadcast to more than either has: every prediction would meet every target."""
        try:
            sizes = torch.broadcast_shapes(scores.shape, target.shape)
        except RuntimeError:
            return False
        if scores.numel() != target.numel() or sizes.numel() <= scores.numel():
            return False
        shown = [text.sizes(tuple(t.shape)) for t in (scores, target)]
        wrong = f"{op.name} of {shown[0]} and {shown[1]} broadcasts to {text.sizes(tuple(sizes))}: every row meets every target"
        extra = [d for d, s in enumerate(scores.shape) if s == 1]
        fits = scores.dim() == target.dim() + 1 and bool(extra) and scores.squeeze(extra[-1]).shape == target.shape
        made = op.book.mark(scores)
        self._find("RNS504", wrong, op, None, None, f"output.squeeze({extra[-1]}) fits" if fits else None, at=made and made.made)
        return True

    def packing(self, op: Operation, source: Tensor, batch_first: bool) -> None:
        """Judge what goes into a PackedSequence."""
        mark = op.book.mark(source)
        if mark is None:
            return
        wanted = 0 if batch_first else 1
        for axis, table in mark.of("batch"):
            if _along(table) == [1 - wanted]:
                wrong = f"pack_padded_sequence with batch_first={bool(batch_first)} takes dim {wanted} for the batch; it is dim {1 - wanted}"
                self._find("RNS401", wrong, op, mark, None, f"batch_first={not batch_first} fits")

    def token_ids(self, op: Operation, ids: Tensor, mark: Mark, padding_idx: int | None) -> None:
        """Learn the real lengths from ids that end in padding."""
        if padding_idx is None or ids.dim() != 2:
            return
        for axis, table in mark.of("seq"):
            dims = _along(table)
            if len(dims) == 1 and torch.equal(table.flatten(), torch.arange(ids.size(dims[0]))):
                real = (ids != padding_idx).movedim(dims[0], 1).long()
                steps = torch.arange(1, real.size(1) + 1, device=real.device)
                lengths = (real * steps).amax(1).cpu()
                if bool((lengths > 0).all()) and bool((lengths < real.size(1)).any()):
                    self.lengths[axis] = lengths

    # What the tracker calls

    def outputs(self, marks: list[Mark], batch: int) -> None:
        """Judge what the model returns, and everything that was picked."""
        self.use(*marks)
        if marks and batch > 1 and not any(self._has_batch(m) for m in marks):
            self._lost_batch(marks)
        for mark in marks:
            for axis, table in mark.of("batch"):
                if not separable(table):
                    self._find("RNS203", f"the output holds mixed samples: {_held(mark, axis, table)}", None, mark, mark.sites.get(axis), None)
        for record, pick in self.usage.picks():
            self._tell(Finding(
                pick.code, rule(pick.code).severity, pick.message, record.module, pick.location or record.location, pick.suggestion,
                kind=record.kind,
            ))  # fmt: skip

    def _has_batch(self, mark: Mark) -> bool:
        return any(any(varies(t, d) for d in range(t.dim())) for _, t in mark.of("batch"))

    def _lost_batch(self, marks: list[Mark]) -> None:
        for mark in marks:
            if len(mark.sizes) == 0:
                return
        for mark in marks:
            for axis, table in mark.of("batch"):
                values = set(table.flatten().tolist()) - {-1}
                if len(values) == 1:
                    site = mark.sites.get(axis)
                    wrong = f"only sample {values.pop()} reaches the output: an index took a sample where a step was meant"
                    self._find("RNS301", wrong, None, mark, site, None)
                    return
            for site in mark.lost.values():
                self._find("RNS208", f"{site.name} takes the batch away, and the output has none", None, mark, site, None)
                return

    # How a finding is made

    def _mixed(self, op: Operation, mark: Mark, axis: Axis, table: Tensor, taken: str) -> None:
        site = mark.sites.get(axis)
        fixed = None
        if site and site.before is not None:
            found = repair(site.before.dims, site.sizes)
            fixed = f"instead of {site.name}: {found[0]}" if found else None
        self._find("RNS203", f"samples are mixed: {_held(mark, axis, table)}; {taken}", op, mark, site, fixed)

    def _scrambled(self, op: Operation, mark: Mark, dims: tuple[int, ...]) -> None:
        for axis, table in mark.tables.items():
            if axis.name in ("step", "layers", "directions") or not any(varies(table, d) for d in dims) or separable(table):
                continue
            site = mark.sites.get(axis)
            others = sorted({a.name for a in mark.tables if a != axis and _is_data(a) and a.name not in ("step", "batch")})
            among = f" with {text.listed(o for o in others if o != axis.name)}" if len(others) > 1 else ""
            before = f" of {site.before}" if site and site.before else ""
            name = site.name if site else op.name
            self._find(
                "RNS209", f"{axis.name} is scrambled{among}: {name}{before} cuts it across dims, and {_called(op)} uses it so", op, mark, site, None
            )
            return

    def _find(
        self,
        code: str,
        message: str,
        op: Operation | None,
        mark: Mark | None,
        site: Site | None,
        suggestion: str | None,
        shown: Iterable[tuple[str, Mark]] = (),
        at: Location | None = None,
    ) -> None:
        here, module, kind = self._scene()
        location = at or (site.location if site and site.location else here)
        details: list[str] = []
        layouts: list[tuple[str, Layout]] = []
        if site and site.before is not None:
            layouts.append(("before", site.before))
            details.append(f"  before    {site.before}  {text.sizes(site.before.sizes)}")
            details.append(f"  {site.name:<9} {text.sizes(site.sizes)}")
        for name, one in shown or ((("seen", mark),) if mark is not None and not site else ()):
            layout = layout_of(one, ("batch", "seq", "layers", "directions"))
            if layout is not None:
                layouts.append((name, layout))
                details.append(f"  {name:<9} {layout}  {text.sizes(one.sizes)}")
        if op is not None and here is not None and location is not None and (here.file, here.line) != (location.file, location.line):
            details.append(f"  used at   {here}" + (f":  {here.code}" if here.code else ""))
        self._tell(Finding(
            code, rule(code).severity, message, module, location, suggestion, tuple(layouts), kind, tuple(details)
        ))  # fmt: skip


def _called(op: Operation) -> str:
    return {"linear": "Linear", "lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN", "ctc_loss": "ctc_loss"}.get(op.name, op.name)


def _is_data(axis: Axis) -> bool:
    return axis.name not in ("layers", "directions")


def _along(table: Tensor) -> list[int]:
    return [d for d in range(table.dim()) if varies(table, d)]


def _is_order(table: Tensor) -> bool:
    """Tell whether a table lists every sample once, along one dim: a permutation."""
    values = table.flatten().tolist()
    return len(_along(table)) == 1 and sorted(values) == list(range(len(values)))


def _held(mark: Mark, axis: Axis, table: Tensor) -> str:
    """Say which samples the first row holds."""
    values = sorted(set(table[0].flatten().tolist()) - {-1}) if table.dim() > 1 else []
    if len(values) < 2:
        values = sorted(set(table.flatten().tolist()) - {-1})
        shown = text.listed(values[:4]) if len(values) <= 4 else f"{values[0]} to {values[-1]}"
        return f"one dim of {text.sizes(mark.sizes)} runs through samples {shown}"
    shown = text.listed(values) if len(values) <= 4 else f"{values[0]} to {values[-1]}"
    return f"row 0 of {text.sizes(mark.sizes)} holds samples {shown}"


def _element(mark: Mark, axis: Axis, where: tuple[int, ...]) -> str:
    """Name an element by its coordinates."""

    def coordinate(table: Tensor) -> int:
        return int(table[tuple(min(i, s - 1) for i, s in zip(where, table.shape, strict=False))])

    words = [f"sample {coordinate(mark.tables[axis])}"]
    for name in ("seq", "step"):
        for _, table in mark.of(name):
            if table.dim() == len(where) and _along(table):
                words.append(f"step {coordinate(table)}")
                return " ".join(words)
    return " ".join(words)
