"""A tensor of many elements where one number is due, and elements that are picked one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from rnnshape import text
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["backward", "gathered", "one_number", "taken_along", "windowed"]


def one_number(op: Raised, error: Exception) -> Mistake | None:
    """``item``, ``float``, ``int``, or a condition."""
    source = op.args[0] if op.args else None
    if not isinstance(source, Tensor) or source.numel() == 1 or op.mark(source) is None:
        return None
    elements = text.count(source.numel(), "element")
    name = {"__bool__": "a condition", "__int__": "int()", "__float__": "float()", "__index__": "an index"}.get(
        op.name, "item()"
    )
    message = f"{name} takes one number, and {op.described(source)} has {elements}"
    fits = "`is not None`, or .any() or .all() of it, is a condition" if op.name == "__bool__" else None
    return because("RNS213", message, fits, op.layout(source))


def backward(op: Raised) -> Mistake | None:
    """A backward that begins at more than one number."""
    source = op.args[0] if op.args else None
    if (
        not isinstance(source, Tensor)
        or source.numel() == 1
        or op.argument(1, "gradient") is not None
        or not source.requires_grad
    ):
        return None
    message = f"backward begins at one number, the loss, and {op.described(source)} has {text.count(source.numel(), 'element')}"
    return because("RNS213", message, ".mean() or .sum() of it in front of .backward() fits", op.layout(source))


def gathered(op: Raised, error: Exception) -> Mistake | None:
    """`gather`, `scatter` and `index_select` with an index of another rank or another size, or beyond the dim."""
    source, dim, at = op.argument(0, "input"), op.argument(1, "dim"), op.argument(2, "index")
    if not isinstance(source, Tensor) or not isinstance(at, Tensor) or type(dim) is not int:
        return None
    if not -source.dim() <= dim < source.dim():
        return None
    if op.name != "index_select" and at.dim() != source.dim():
        message = f"{op.name} needs an index with the dims of {op.described(source)}, and gets {text.sizes(at.shape)}"
        return because("RNS213", message, _as_many(op, source, at, dim), op.layout(source))
    wide = [d for d in range(at.dim()) if d != dim % source.dim() and at.size(d) > source.size(d)]
    if op.name == "gather" and wide:
        d, has = wide[0], op.words_of_dim(source, wide[0]) or str(source.size(wide[0]))
        longer = f"its index {text.sizes(at.shape)} is longer along dim {d}, which is {has}"
        message = f"gather picks along dim {dim % source.dim()} of {op.described(source)}, and {longer}"
        return because("RNS213", message, None, op.layout(source))
    if at.numel() and _is_beyond(error) and bool(((at < 0) | (at >= source.size(dim))).any()):
        dim %= source.dim()
        message = f"{op.name} is asked for an element that dim {dim} of {op.described(source)} does not have: it has 0 to "
        message += f"{source.size(dim) - 1}, {op.described_dim(source, dim)}"
        return because("RNS119", message, None, op.layout(source))
    return None


def _is_beyond(error: Exception) -> bool:
    return any(word in str(error).lower() for word in ("bound", "out of range"))


def taken_along(op: Raised, error: Exception) -> Mistake | None:
    """`take_along_dim` with an index of another number of dims."""
    source, at, dim = op.argument(0, "input"), op.argument(1, "indices"), op.argument(2, "dim")
    if not isinstance(source, Tensor) or not isinstance(at, Tensor) or at.dim() == source.dim() or type(dim) is not int:
        return None
    message = f"take_along_dim needs an index with the dims of {op.described(source)}, and gets {text.sizes(at.shape)}"
    picks_steps = source.dim() == 3 and dim % 3 == 1 and at.dim() == 1 and at.size(0) == source.size(0)
    return because("RNS213", message, "index.view(-1, 1, 1) fits" if picks_steps else None, op.layout(source))


def windowed(op: Raised, error: Exception) -> Mistake | None:
    """`Tensor.unfold` with windows that are longer than what they run over."""
    source, dim, size = op.argument(0, "input"), op.argument(1, "dimension"), op.argument(2, "size")
    if not isinstance(source, Tensor) or type(dim) is not int or type(size) is not int or not source.dim():
        return None
    dim %= source.dim()
    if size <= source.size(dim):
        return None
    has = op.words_of_dim(source, dim) or text.count(source.size(dim), "element")
    message = f"unfold takes windows of {size} along dim {dim} of {op.described(source)}, which has {has}"
    return because("RNS213", message, None, op.layout(source))


def _as_many(op: Raised, source: Tensor, at: Tensor, dim: int) -> str | None:
    """Return the edit of an index of one row for each sample that picks a step with all of its features."""
    if source.dim() != 3 or op.name != "gather" or dim % 3 != 1 or not at.dim() or at.size(0) != source.size(0):
        return None
    if at.dim() == 1:
        return f"index.view(-1, 1, 1).expand(-1, 1, {source.size(2)}) fits"
    return f"index.unsqueeze(-1).expand(-1, -1, {source.size(2)}) fits"
