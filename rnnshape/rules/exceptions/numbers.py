"""A tensor of many elements where one number is due, and elements that are picked one by one."""

from __future__ import annotations

from torch import Tensor

from rnnshape import text
from rnnshape.operations.registry import Operation
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.ranks import dim_out_of_range
from rnnshape.rules.exceptions.seen import because, described, described_dim, layout

__all__ = ["backward", "gathered", "one_number"]


def one_number(op: Operation, error: Exception) -> Mistake | None:
    """``item``, ``float``, ``int``, or a condition."""
    source = op.args[0] if op.args else None
    if not isinstance(source, Tensor) or source.numel() == 1 or op.book.mark(source) is None:
        return None
    elements = text.count(source.numel(), "element")
    name = {"__bool__": "a condition", "__int__": "int()", "__float__": "float()", "__index__": "an index"}.get(op.name, "item()")
    message = f"{name} takes one number, and {described(op, source)} has {elements}"
    fits = "`is not None`, or .any() or .all() of it, is a condition" if op.name == "__bool__" else None
    return because("RNS213", message, fits, layout(op, source))


def backward(op: Operation) -> Mistake | None:
    """A backward that begins at more than one number."""
    source = op.args[0] if op.args else None
    if not isinstance(source, Tensor) or source.numel() == 1 or op.argument(1, "gradient") is not None or not source.requires_grad:
        return None
    message = f"backward begins at one number, the loss, and {described(op, source)} has {text.count(source.numel(), 'element')}"
    return because("RNS213", message, ".mean() or .sum() of it in front of .backward() fits", layout(op, source))


def gathered(op: Operation, error: Exception) -> Mistake | None:
    """`gather`, `scatter` and `index_select` with an index of another rank, or beyond the dim."""
    source, dim, at = op.argument(0, "input"), op.argument(1, "dim"), op.argument(2, "index")
    if not isinstance(source, Tensor) or not isinstance(at, Tensor) or type(dim) is not int:
        return None
    if not -source.dim() <= dim < source.dim():
        return dim_out_of_range(op, error)
    if op.name != "index_select" and at.dim() != source.dim():
        message = f"{op.name} needs an index with the dims of {described(op, source)}, and gets {text.sizes(at.shape)}"
        return because("RNS213", message, _as_many(op, source, at, dim), layout(op, source))
    if at.numel() and "bound" in str(error).lower() and bool(((at < 0) | (at >= source.size(dim))).any()):
        dim %= source.dim()
        message = f"{op.name} is asked for an element that dim {dim} of {described(op, source)} does not have: it has 0 to "
        message += f"{source.size(dim) - 1}, {described_dim(op, source, dim)}"
        return because("RNS119", message, None, layout(op, source))
    return None


def _as_many(op: Operation, source: Tensor, at: Tensor, dim: int) -> str | None:
    """Return the edit of an index of one row for each sample that picks a step with all of its features."""
    if source.dim() != 3 or op.name != "gather" or dim % 3 != 1 or not at.dim() or at.size(0) != source.size(0):
        return None
    if at.dim() == 1:
        return f"index.view(-1, 1, 1).expand(-1, 1, {source.size(2)}) fits"
    return f"index.unsqueeze(-1).expand(-1, -1, {source.size(2)}) fits"
