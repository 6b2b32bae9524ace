"""The judgements: where an axis is consumed, what must not be there. Every finding is proved by the coordinates."""

from __future__ import annotations

import torch

from rnnshape.coordinates.coordinates import Mark, separable, varies
from rnnshape.operations.registry import Operation
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.rules.meetings import Meetings
from rnnshape.rules.picks import picks
from rnnshape.rules.recurrences import Recurrences
from rnnshape.rules.verdict import anew, held, runs_along, steps_along

__all__ = ["Judge"]


class Judge(Meetings, Recurrences):
    """Judges the operations of one step, and what came out of it."""

    def contraction(self, op: Operation, mark: Mark, dims: tuple[int, ...], keeps_positions: bool = False) -> None:
        """Judge dims that are summed over with weights of the layer's own: no batch there, and nothing scrambled."""
        self.use(mark)
        for axis, table in mark.of("batch"):
            if found := [d for d in dims if varies(table, d)]:
                channels = "conv" in op.name or op.name == "batch_norm"
                self.mixed(op, mark, axis, found[-1], "channels" if channels else "features")
                return
        if not self.scrambled(op, mark, dims) and mark.of("directions"):
            self._halves(op, mark, dims)

    @anew
    def _halves(self, op: Operation, mark: Mark, dims: tuple[int, ...]) -> None:
        """Judge dims as long as one half of an output, in which both halves lie: it was cut as (hidden, 2)."""
        for axis, table in mark.of("directions"):
            record = self.usage.source(axis)
            for dim in dims:
                if record is None or mark.sizes[dim] != record.width or not varies(table, dim):
                    continue
                hidden = mark.tables.get(record.hidden)
                if hidden is not None and len(torch.unique(hidden)) == record.width:
                    continue  # every unit once: some of forward, some of reverse, chosen on purpose
                lies = f"the output is (directions=2 hidden={record.width}) and is taken for (hidden directions)"
                message = f"a dim as long as one direction, {record.width}, holds units of both: {lies}"
                fits = f"view(..., 2, {record.width}) has a dim of directions"
                self.find("RNS307", message, op, mark, mark.sites.get(axis), fits)
                return

    def reduction(self, op: Operation, mark: Mark, dims: tuple[int, ...]) -> None:
        """Judge a reduction: over the steps it must not count what stands in the padding."""
        self.use(mark)
        if len(dims) == 1 and mark.of("step"):
            if op.name == "mean":
                self.mean(op, mark, dims[0])
            elif op.name in ("max", "amax"):
                self.maximum(op, mark, dims[0])

    def scaling(self, op: Operation, mark: Mark, dims: tuple[int, ...]) -> None:
        """Judge F.normalize: each sample is scaled by itself."""
        self.use(mark)
        for _, table in mark.of("batch"):
            if runs_along(table) in ([d] for d in dims) and len(mark.sizes) > 1:
                message = f"{op.name} over dim {dims[0]} scales over the batch: what it makes of a sample depends on the others"
                last = len(mark.sizes) - 1
                fits = None if last in dims else f"dim={last} scales each vector by itself"
                self.find("RNS214", message, op, mark, None, fits)
                return

    def normalisation(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge a softmax: it must not run over the batch, nor over a single score."""
        for axis, table in mark.of("batch"):
            others = [n for n, t in mark.tables.items() if n != axis and any(varies(t, d) for d in range(t.dim()) if d != dim)]
            if varies(table, dim) and len(mark.sizes) > 1 and (others or runs_along(table) == [dim]):
                wrong = f"{op.name} over dim {dim} normalises over the batch, so the samples compete with each other"
                steps = steps_along(mark)
                self.find("RNS206", wrong, op, mark, None, None if steps is None else f"dim={steps} normalises over the steps")
                return
        if op.name == "log_softmax":
            self.log_softmax(op, mark, dim)
        if mark.single == dim:
            wrong = f"{op.name} over dim {dim}, which has one element, makes every weight 1, whatever the scores are"
            steps = steps_along(mark)
            self.find("RNS207", wrong, op, mark, None, None if steps is None else f"dim={steps} normalises over the steps")

    def outputs(self, marks: list[Mark], batch: int) -> None:
        """Judge what the model returns, and everything that was picked."""
        self.use(*marks)
        if not self.told & {"RNS201", "RNS203", "RNS401"}:  # what comes of them
            any(map(self.sorted_twice, marks))
            if marks and batch > 1 and not any(self._has_batch(m) for m in marks):
                self._lost_batch(marks)
            for mark in marks:
                for axis, table in mark.of("batch"):
                    if not separable(table):
                        wrong = f"the output holds mixed samples: {held(mark, axis, runs_along(table)[-1])}"
                        self.find("RNS203", wrong, None, mark, mark.sites.get(axis), None)
        for record, pick in picks(self.usage):
            mistake = Mistake(pick.code, pick.message, pick.suggestion, location=pick.location or record.location)
            self._tell(finding_of(mistake, record.module, record.kind, None))

    def _has_batch(self, mark: Mark) -> bool:
        return any(runs_along(t) or -1 in t for _, t in mark.of("batch"))

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
                    self.find("RNS301", wrong, None, mark, site, None)
                    return
            for site in mark.lost.values():
                self.find("RNS208", f"{site.name} takes the batch away, and the output has none", None, mark, site, None)
                return
