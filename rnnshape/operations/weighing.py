"""Two tensors that are multiplied: element by element, or in a product of matrices. One of them may weigh the other."""

from __future__ import annotations

from torch import Tensor

from rnnshape.operations.names import MULTIPLIES
from rnnshape.operations.registry import Operation
from rnnshape.operations.uses import Pairing, Weighing

__all__ = ["weigh"]


def weigh(op: Operation) -> None:
    """Tell of two known tensors that are multiplied."""
    tensors = [t for t in op.args if isinstance(t, Tensor)]
    if len(tensors) == 2:
        a, b = tensors
        left, right = op.book.mark(a), op.book.mark(b)
        if left is not None and right is not None:
            op.emit(Weighing(op.name, (a, b), (left, right)))
            if op.name in MULTIPLIES:
                both = zip(range(a.dim() - 1, -1, -1), range(b.dim() - 1, -1, -1), strict=False)
                op.emit(Pairing(op.name, (a, b), (left, right), (), tuple(both)))
