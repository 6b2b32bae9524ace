"""Judgements of the order of samples: rows that were sorted for packing, and what they meet before they are put back."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Operation, leaves
from rnnshape.rules.verdict import Verdicts, anew, is_order, runs_along

__all__ = ["Orders"]

_REORDERS = frozenset(["index", "index_select", "gather", "take_along_dim", "flip", "roll", "sort"])
"""What may have brought samples in an order on purpose, such as that of negatives."""

Order = tuple[int, ...]


class Orders(Verdicts):
    """Judges whether two tensors have their samples in one order, where one of them has that of a PackedSequence."""

    def packed_in(self, rows: list[int]) -> None:
        """Remember the order in which samples were packed."""
        if sorted(rows) == list(range(len(rows))) and rows != sorted(rows):
            self.packed_orders.add(tuple(rows))

    @anew
    def together(self, op: Operation) -> None:
        """Judge tensors that are joined or combined row by row."""
        if not self.packed_orders:
            return
        marks = [mark for tensor in leaves([op.args, op.kwargs]) if (mark := op.book.mark(tensor))]
        orders = [(mark, found) for mark in marks if (found := _order(mark))]
        for mark, (dim, order, _) in orders:
            if order not in self.packed_orders:
                continue
            for other, (at, another, moved) in orders:
                apart = dim - len(mark.sizes) == at - len(other.sizes) and len(order) == len(another) and another != order
                if apart and (another in self.packed_orders or (not moved and another == tuple(sorted(another)))):
                    row = next(i for i in range(len(order)) if order[i] != another[i])
                    what = "which was sorted by length for packing and not put back"
                    rows = f"row {row} of one operand of {op.name}, {what}, is sample {order[row]}"
                    message = f"{rows}, and of another {another[row]}"
                    self.find("RNS402", message, op, mark, None, None, [("sorted", mark), ("other", other)])
                    return

    def is_negative(self, state: Mark, axis: Axis, line: Tensor, rows: Tensor) -> bool:
        """Tell whether whole states may have been given to other samples on purpose: they were moved, and not for packing."""
        site = state.sites.get(axis)
        moved = site is not None and site.name in _REORDERS
        once = all(len(torch.unique(t)) == t.numel() for t in (line, rows))
        return moved and once and not any(tuple(t.tolist()) in self.packed_orders for t in (line, rows))

    def sorted_twice(self, mark: Mark) -> bool:
        """Report an output whose samples were brought in the order of a packing two times, in place of back from it."""
        found = _order(mark)
        for order in self.packed_orders if found else ():
            twice = tuple(order[i] for i in order)
            if found and found[1] == twice and twice not in (order, tuple(sorted(order))):
                message = "rows that were sorted by length are sorted by the same indices again, which does not put them back"
                axis = next(axis for axis, _ in mark.of("batch"))
                fits = "the inverse is order.argsort()"
                self.find("RNS402", message, None, mark, mark.sites.get(axis), fits)
                return True
        return False


def _order(mark: Mark) -> tuple[int, Order, bool] | None:
    """Return the dim of the samples, their order along it, and whether that may be on purpose."""
    for axis, table in mark.of("batch"):
        if table.dim() == len(mark.sizes) and is_order(table):
            site = mark.sites.get(axis)
            return runs_along(table)[0], tuple(table.flatten().tolist()), site is not None and site.name in _REORDERS
    return None
