"""Judgements where two tensors meet: products, elementwise operations, and losses with their targets."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.axes import Axis
from rnnshape.coordinates import Mark, disagreement, varies
from rnnshape.ops.registry import Operation
from rnnshape.verdict import Verdicts, element, is_data, is_order, runs_along

__all__ = ["Meetings"]


class Meetings(Verdicts):
    """Judges two operands by what meets what."""

    def product(self, op: Operation, left: Mark, a: int, right: Mark, b: int) -> None:
        """Judge a product of two known tensors: what meets must not be the batch of one and another axis of the other."""
        self.use(left, right)
        for mark, dim, other, at in ((left, a, right, b), (right, b, left, a)):
            for axis, table in mark.of("batch"):
                if not varies(table, dim):
                    continue
                if any(name != axis and varies(t, at) and is_data(name) for name, t in other.tables.items()) and not any(
                    varies(t, at) for _, t in other.of("batch")
                ):
                    self.mixed(op, mark, axis, table, f"{op.name} sums over it")
                    return
        self.scrambled(op, left, (a,))
        self.scrambled(op, right, (b,))

    def disagreement(self, op: Operation, marks: list[Mark], axis: Axis, a: Tensor, b: Tensor, where: tuple[int, ...]) -> None:
        """Judge two operands that give an element different coordinates."""
        self.use(*marks)
        crossed = runs_along(a) != runs_along(b) and a.dim() == b.dim() and all(a.size(d) > 1 or b.size(d) == 1 or runs_along(a) for d in range(a.dim()))
        outer = any(m.target for m in marks) and not all(m.target for m in marks)
        full = all(len(m.sizes) == len(marks[0].sizes) and m.sizes == marks[0].sizes for m in marks)
        if axis.name == "batch" and runs_along(a) and runs_along(b) and ((crossed and full) or (outer and not full and crossed)):
            at = [int(t.broadcast_to(torch.broadcast_shapes(a.shape, b.shape))[where]) for t in (a, b)]
            self.find(
                "RNS205",
                f"{op.name} meets sample {at[0]} of one operand with sample {at[1]} of the other, at element {list(where)}",
                op, marks[0], None, None, [("one", marks[0]), ("other", marks[-1])],
            )  # fmt: skip

    def class_axis(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge the class axis of a loss: it must not be an axis of the data."""
        for axis, table in mark.tables.items():
            if axis.name in ("batch", "seq", "step") and runs_along(table) == [dim] and len(mark.sizes) > 1:
                name = "seq" if axis.name == "step" else axis.name
                wrong = f"{op.name} takes dim {dim} of the scores for the classes, and that is {name}"
                self.find("RNS503", wrong, op, mark, None, f"scores.transpose(1, {len(mark.sizes) - 1}) has the classes at dim 1"
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
            seen = [element(m, axis, where) for m in (scores, target)]
            turned = all(is_order(t) for t in (table, other))
            row = where[0] if len(where) == 1 else list(where)
            message = f"row {row} of the scores is {seen[0]}, of the target {seen[1]}"
            shown = [("scores", scores), ("target", target)]
            if turned:
                made = op.book.mark(op.argument(0, "input"))
                self.find("RNS402", message, op, scores, None, None, shown, at=made and made.made)
            else:
                self.find("RNS502", message, op, scores, next((s for s in sites if s), None), None, shown)
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
        self.find("RNS504", wrong, op, None, None, f"output.squeeze({extra[-1]}) fits" if fits else None, at=made and made.made)
        return True
