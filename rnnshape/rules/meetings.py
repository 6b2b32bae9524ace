"""Judgements where two tensors meet: products, elementwise operations, and losses with their targets."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, disagreement, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Operation
from rnnshape.rules.orders import Orders
from rnnshape.rules.padded import Padded
from rnnshape.rules.verdict import anew, element, is_data, is_order, runs_along

__all__ = ["Meetings"]


class Meetings(Orders, Padded):
    """Judges two operands by what meets what."""

    def product(self, op: Operation, left: Mark, a: int, right: Mark, b: int) -> None:
        """Judge a product of two known tensors: what meets must not be the batch of one and another axis of the other."""
        self.use(left, right)
        self.multiplied(op)
        for mark, dim, other, at in ((left, a, right, b), (right, b, left, a)):
            for axis, table in mark.of("batch"):
                if not varies(table, dim):
                    continue
                if any(name != axis and varies(t, at) and is_data(name) for name, t in other.tables.items()) and not any(
                    varies(t, at) for _, t in other.of("batch")
                ):
                    self.mixed(op, mark, axis, dim, "the one that it sums over")
                    return
        if not self.scrambled(op, left, (a,)) and not self.scrambled(op, right, (b,)):
            self._repeated_otherwise(op, left, right)

    def _repeated_otherwise(self, op: Operation, left: Mark, right: Mark) -> None:
        """Judge the leading dim of a batched product: both operands repeat each sample, one in turn and one in a row."""
        if len(left.sizes) < 3 or len(left.sizes) != len(right.sizes):
            return
        for axis, table in left.of("batch"):
            other = right.tables.get(axis)
            if other is None or runs_along(table) != [0] or not _repeated_otherwise(table, other):
                continue
            where = disagreement(table.flatten(), other.flatten()) or (0,)
            both = [int(t.flatten()[where[0]]) for t in (table, other)]
            message = (f"{op.name} meets sample {both[0]} of one operand with sample {both[1]} of the other at row {where[0]}: "
                       f"one has each sample several times in a row, the other all samples in turn")  # fmt: skip
            site = left.sites.get(axis) or right.sites.get(axis)
            self.find("RNS205", message, op, left, site, "repeat_interleave on both fits", [("one", left), ("other", right)])
            return

    def disagreement(self, op: Operation, marks: list[Mark], axis: Axis, a: Tensor, b: Tensor, where: tuple[int, ...]) -> None:
        """Judge two operands that give an element different coordinates."""
        if axis.name not in ("directions", "hidden"):  # the sum of both halves is still at its steps
            self.use(*marks)
        if axis.name != "batch" or not runs_along(a) or not runs_along(b):
            return
        self.together(op)
        crossed = runs_along(a) != runs_along(b) and a.dim() == b.dim()
        full = all(m.sizes == marks[0].sizes for m in marks)
        if crossed and full and not any(_lies_along(m, axis, {*runs_along(a), *runs_along(b)}) for m in marks):
            return  # samples against samples, as in dist.expand(n, n) + dist.expand(n, n).t()
        # An operand that was given a dim for it, scores[:, None] against target[None], meets every sample of the other.
        mixed = any(m.target for m in marks) and not all(m.target for m in marks)
        outer = mixed and len({len(m.sizes) for m in marks}) > 1
        exchanged = crossed and self._exchanged(marks, axis, a.dim())
        if not (crossed and (full or outer or exchanged)) and not (full and _repeated_otherwise(a, b)):
            return
        at = [int(t.broadcast_to(torch.broadcast_shapes(a.shape, b.shape))[where]) for t in (a, b)]
        dims = runs_along(a)
        place = f"row {where[0]}" if dims == runs_along(b) == [0] else f"element {list(where)}"
        shown = [("one", marks[0]), ("other", marks[-1])]
        message = f"{op.name} meets sample {at[0]} of one operand with sample {at[1]} of the other, at {place}"
        self.find("RNS205", message, op, marks[0], None, None, shown)

    def joined(self, op: Operation, marks: list[Mark], dim: int) -> None:
        """Judge parts that are put side by side: in all but one dim they must be of the same samples and steps."""
        ndim = len(marks[0].sizes)
        for axis in {a for m in marks for a, _ in m.of("batch")}:
            ways = {tuple(runs_along(m.tables[axis])) for m in marks if axis in m.tables} - {()}
            if len(ways) > 1 and (dim,) not in ways and self._exchanged(marks, axis, ndim):
                message = f"{op.name} puts samples of one part beside steps of another: their batch lies along different dims"
                self.find("RNS205", message, op, marks[0], None, None, [("one", marks[0]), ("other", marks[-1])])
                return
            first, *rest = [m for m in marks if axis in m.tables]
            for mark in rest:
                a, b = first.tables[axis], mark.tables[axis]
                if runs_along(a) != [dim] and _repeated_otherwise(a, b):
                    ways = "one part has each several times in a row, the other all in turn"
                    message, shown = f"{op.name} puts different samples side by side: {ways}", [("one", first), ("other", mark)]
                    self.find("RNS205", message, op, mark, None, "repeat_interleave on both fits", shown)
                    return
        self.together(op)

    def _exchanged(self, marks: list[Mark], axis: Axis, ndim: int) -> bool:
        """Tell whether one operand has its steps where another has its samples."""
        for mark in marks:
            steps = [at_sizes(t, [1] * ndim) for a, t in mark.tables.items() if a.name in ("seq", "step")]
            own = at_sizes(mark.tables[axis], [1] * ndim) if axis in mark.tables else None
            for other in marks:
                if own is None or axis not in other.tables or len(runs_along(own)) != 1:
                    continue
                dims = runs_along(at_sizes(other.tables[axis], [1] * ndim))
                if len(dims) == 1 and dims != runs_along(own) and any(runs_along(t) == dims for t in steps):
                    return True
        return False

    def predictions(self, op: Operation, marks: list[Mark], sizes: tuple[int, ...]) -> None:
        """Judge predictions of one feature each, (batch, 1), that meet plain numbers of the samples, (batch,)."""
        if len(marks) != 2 or len(sizes) != 2 or sizes[0] != sizes[1]:
            return
        for made, plain in (marks, marks[::-1]):
            column = made.single == 1 and made.sizes == (sizes[0], 1) and plain.sizes == (sizes[0],)
            for axis, table in made.of("batch") if column else ():
                other = plain.tables.get(axis)
                if other is not None and all(a == axis for a in plain.tables) and runs_along(table) == runs_along(other) == [0]:
                    shown = [text.sizes(m.sizes) for m in (made, plain)]
                    wide = f"broadcasts to {text.sizes(sizes)}: every prediction meets every sample"
                    message = f"{op.name} of {shown[0]} and {shown[1]} {wide}"
                    self.find("RNS504", message, op, None, None, "squeeze(1) of the prediction fits", at=made.made)
                    return

    def class_axis(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge the class axis of a loss: not an axis of the data where the scores that a layer made lie along another dim.

        Without these, steps may well be the classes: a pointer or the end of a span is one of the steps.
        """
        if len(mark.sizes) < 2:
            return
        made = [t for axis, t in mark.tables.items() if axis.name in ("feature", "hidden")]
        classes = any(len(runs_along(t)) == 1 and not varies(t, dim) for t in made)
        for axis, table in mark.tables.items():
            if classes and axis.name in ("batch", "seq", "step") and runs_along(table) == [dim]:
                name = "seq" if axis.name == "step" else axis.name
                wrong = f"{op.name} takes dim {dim} of the scores for the classes, and that is {name}"
                turned = f"scores.transpose(1, {len(mark.sizes) - 1}) has the classes at dim 1"
                self.find("RNS503", wrong, op, mark, None, turned if len(mark.sizes) == 3 and dim == 1 else None)
                return
        if not self.scrambled(op, mark, (dim,)) and op.name == "nll_loss":
            self.normalised_over(op, mark, dim)

    def normalised_over(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge log-probabilities that a loss takes: they were normalised over the classes."""
        for axis, table in mark.tables.items():
            if runs_along(table) == [dim] and axis in self.beside and axis not in self.normalised:
                names, right, location = self.beside[axis]
                why = f"{op.name} takes another axis for the classes: no row of scores sums to one"
                message = f"log_softmax normalises over {names}, and {why}"
                self.find("RNS506", message, op, mark, None, right or None, at=location)
                return

    @anew
    def log_softmax(self, op: Operation, mark: Mark, dim: int) -> None:
        """Remember what log-probabilities were normalised over, until a loss takes some axis for the classes."""
        along = {axis for axis, table in mark.tables.items() if varies(table, dim)}
        known = sorted({"seq" if a.name == "step" else a.name for a in along if a.name in ("seq", "step", "batch")})
        if along:
            self.normalised |= along
            for axis in mark.tables.keys() - along:
                dims = runs_along(mark.tables[axis])
                right = f"dim={dims[0]} of log_softmax has the classes" if len(dims) == 1 else ""
                self.beside[axis] = (text.listed(known) or f"dim {dim}", right, self._scene()[0])

    def rows(self, op: Operation, scores: Mark, target: Mark) -> None:
        """Judge whether the rows of scores and target are the same samples."""
        for axis, table in scores.of("batch"):
            other = target.tables.get(axis)
            if other is None or table.dim() != other.dim():
                continue
            where = disagreement(table, other)
            if where is None:
                continue
            sites = [m.sites.get(axis) for m in (scores, target)]
            seen = [element(m, axis, where) for m in (scores, target)]
            if self._is_meant(scores, target, table, other):
                continue
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

    def _is_meant(self, scores: Mark, target: Mark, table: Tensor, other: Tensor) -> bool:
        """Tell whether whole samples may be compared with others on purpose: negatives, halves of a batch, neighbours.

        The target that a caller gave is none of these as long as it is as it was given, and rows that were sorted for packing
        are not.
        """
        if not (_once_each(table) and _once_each(other)):
            return False
        lines = [t.flatten() for t in (table, other)]
        if any(tuple(line.tolist()) in self.packed_orders for line in lines):
            return False
        given = [line for mark, line in ((scores, lines[0]), (target, lines[1])) if mark.target]
        return len(given) != 1 or not torch.equal(given[0], torch.arange(len(given[0])))

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


def _once_each(table: Tensor) -> bool:
    """Tell whether samples lie along one dim, each of them once."""
    return len(runs_along(table)) == 1 and len(torch.unique(table)) == table.numel()


def _lies_along(mark: Mark, axis: Axis, dims: set[int]) -> bool:
    """Tell whether any other axis of a tensor lies along one of these dims."""
    others = [t for name, t in mark.tables.items() if name != axis and t.dim() == len(mark.sizes)]
    return any(not dims.isdisjoint(runs_along(t)) for t in others)


def _repeated_otherwise(a: Tensor, b: Tensor) -> bool:
    """Tell whether one operand has each sample several times in a row, and the other all samples several times in turn.

    So do a (batch seq) and a (seq batch). As many times as there are samples would be every pair of them, which is meant.
    """
    if runs_along(a) != runs_along(b) or len(runs_along(a)) != 1 or a.numel() != b.numel():
        return False
    rows, others = a.flatten(), b.flatten()
    samples = torch.unique(rows)
    times, left = divmod(rows.numel(), samples.numel())
    if left or times in (1, samples.numel()) or -1 in samples:
        return False
    orders = samples.repeat_interleave(times), samples.repeat(times)
    return any(torch.equal(rows, x) and torch.equal(others, y) for x, y in (orders, orders[::-1]))
