"""What autograd does with the graph of a step."""

from __future__ import annotations

from torch import nn

from rnnshape.operations.registry import Operation, leaves, operation
from rnnshape.operations.uses import Backward

__all__ = ["backward", "gradients"]


@operation("backward", always=True)
def backward(op: Operation) -> None:
    """A backward that went through, of a loss or of several: its graph is used up."""
    losses = [*leaves(op.argument(0, "tensors"))]
    if losses:
        op.emit(Backward(op.name, losses[-1]))


@operation("grad", always=True)
def gradients(op: Operation) -> None:
    """Gradients of all that a model learns are a backward, unless they are differentiated again; of an input they are none."""
    losses, wanted = [*leaves(op.argument(0, "outputs"))], [*leaves(op.argument(1, "inputs"))]
    is_kept = op.kwargs.get("create_graph") or op.kwargs.get("retain_graph")
    if losses and wanted and not is_kept and all(isinstance(tensor, nn.Parameter) for tensor in wanted):
        op.emit(Backward(op.name, losses[-1]))
