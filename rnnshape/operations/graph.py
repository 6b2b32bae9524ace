"""What autograd does with the graph of a step."""

from __future__ import annotations

from torch import Tensor

from rnnshape.operations.registry import Operation, operation

__all__ = ["backward"]


@operation("backward", always=True)
def backward(op: Operation) -> None:
    """A backward that went through: its graph is used up."""
    if isinstance(op.args[0], Tensor):
        op.book.judge.carrying.backward(op.args[0])
