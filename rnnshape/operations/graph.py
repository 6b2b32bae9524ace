"""What autograd does with the graph of a step."""

from __future__ import annotations

from torch import Tensor

from rnnshape.operations.registry import Operation, operation
from rnnshape.operations.uses import Backward

__all__ = ["backward"]


@operation("backward", always=True)
def backward(op: Operation) -> None:
    """A backward that went through: its graph is used up."""
    if isinstance(op.args[0], Tensor):
        op.emit(Backward(op.name, op.args[0]))
