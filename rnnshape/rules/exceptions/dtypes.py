"""Values of a dtype, on a device or beyond a bound that an operation does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from rnnshape import text
from rnnshape._torch import known_values
from rnnshape.operations.registry import leaves
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because, called_by_user
from rnnshape.rules.names import called

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["device", "dtype", "embedded"]

_WHOLE = (torch.int64, torch.int32)
_OF_CLASSES = frozenset(["cross_entropy", "nll_loss"])
_WORDS = (
    "dtype",
    "scalar type",
    "Long",
    "ByteTensor",
    "not implemented for",
    "type (",
    "Found dtype",
    "integer",
    "floating point",
)


def _name(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")


def embedded(op: Raised, error: Exception) -> Mistake | None:
    """An Embedding that gets features, or tokens that it has no row for."""
    tokens, weight = op.argument(0, "input"), op.argument(1, "weight")
    if not isinstance(tokens, Tensor) or not isinstance(weight, Tensor):
        return None
    if tokens.dtype not in _WHOLE:
        what = f"{op.described(tokens)} of {_name(tokens.dtype)}"
        message = f"Embedding looks rows up by whole numbers, and gets {what}"
        words = op.words_of_dim(tokens, tokens.dim() - 1) if tokens.dim() else ""
        if words.startswith(("feature=", "hidden=")) and tokens.is_floating_point():
            hint = f"features need nn.Linear({tokens.size(-1)}, {weight.size(1)}) in place of the Embedding"
            return because("RNS118", f"{message}: these are features", hint, op.layout(tokens))
        return because("RNS118", message, _long(tokens), op.layout(tokens))
    values = known_values(tokens)
    if values is None or not values.numel():
        return None
    low, high = bool((values < 0).any()), bool((values >= weight.size(0)).any())
    if not low and not high:
        return None
    beyond = "a number below 0" if low and not high else f"a number beyond {weight.size(0) - 1}"
    message = f"Embedding has {text.count(weight.size(0), 'row')}, 0 to {weight.size(0) - 1}, and is asked for {beyond}"
    if high and op.mark(tokens) is None:  # numbers of which nothing is known, such as those of an argmax over all of a batch
        return because("RNS119", message, None, op.layout(tokens))
    fits = (
        "num_embeddings has to be larger than the largest token"
        if high
        else "a padding token is 0 or more, as in padding_idx=0"
    )
    return because("RNS119", message, fits, op.layout(tokens))


def _long(tensor: Tensor) -> str:
    name = called_by_user(tensor)
    return f"{name}.long() in place of {name} fits" if name else ".long() behind it fits"


def dtype(op: Raised, error: Exception) -> Mistake | None:
    """An operation that does not take the dtype of what it gets, or gets two of them."""
    if not any(word in str(error) for word in _WORDS):
        return None
    tensors = [*leaves([op.args, op.kwargs])]
    if not tensors:
        return None
    if op.name == "one_hot":
        message = (
            f"one_hot takes the numbers of classes, int64, and gets {op.described(tensors[0])} of {_name(tensors[0].dtype)}"
        )
        return because("RNS118", message, _long(tensors[0]), op.layout(*tensors))
    if op.name in _OF_CLASSES:
        return _classes(op)
    kinds = list(dict.fromkeys(t.dtype for t in tensors))
    name = called(op.name.strip("_"))
    if len(kinds) == 1:
        whole = not kinds[0].is_floating_point and not kinds[0].is_complex
        if not whole or not any(w in str(error) for w in ("not implemented for", "floating point", "dtype")):
            return None
        message = f"{name} does not take whole numbers, and {op.described(tensors[0])} is {_name(kinds[0])}"
        return because("RNS118", message, ".float() behind it fits", op.layout(*tensors))
    source, rest = tensors[0], tensors[1:]
    other = next((t for t in rest if t.dtype != source.dtype), None)
    if other is None:
        return None
    of = "its weight" if isinstance(other, torch.nn.Parameter) else op.described(other)
    message = f"{name} gets {op.described(source)} of {_name(source.dtype)} and {of} of {_name(other.dtype)}"
    return because("RNS110", message, _alike(source, other), op.layout(*tensors))


def _alike(source: Tensor, other: Tensor) -> str | None:
    """Return what makes two operands alike: the one that computes in floats stays, and of two it is the weight."""
    if isinstance(other, torch.nn.Parameter) or (other.is_floating_point() and not source.is_floating_point()):
        changed, kept, place = source, other, "the input"
    elif source.is_floating_point():
        changed, kept, place = other, source, "the other operand"
    else:
        return None
    code = ".float()" if kept.dtype == torch.float32 else f".to(torch.{_name(kept.dtype)})"
    name = called_by_user(changed)
    return f"{name}{code} in place of {name} fits" if name else f"{code} behind {place} fits"


def _classes(op: Raised) -> Mistake | None:
    """A loss over classes, whose targets are whole numbers of 64 bits, or probabilities."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    if not isinstance(scores, Tensor) or not isinstance(target, Tensor):
        return None
    if not scores.is_floating_point():
        message = (
            f"{op.name} reads scores of classes, and {op.described(scores)} is {_name(scores.dtype)}: classes that were picked"
        )
        return because("RNS118", message, None, op.layout(scores, target))
    if target.dtype == torch.int64 or target.shape == scores.shape:
        return None
    message = f"{op.name} takes the numbers of classes, int64, and the target {op.described(target)} is {_name(target.dtype)}"
    fits = "target.long() in place of target fits" if tuple(target.shape) == _rows(scores) else None
    return because("RNS118", message, fits, op.layout(scores, target))


def _rows(scores: Tensor) -> tuple[int, ...]:
    return tuple(s for d, s in enumerate(scores.shape) if d != 1 or scores.dim() == 1)


def device(op: Raised, error: Exception) -> Mistake | None:
    """Operands that lie on two devices."""
    if "device" not in str(error):
        return None
    tensors = [*leaves([op.args, op.kwargs])]
    devices = list(dict.fromkeys(str(t.device) for t in tensors if t.dim()))
    if len(devices) != 2 or not any(op.mark(t) for t in tensors):
        return None
    one, two = (next(t for t in tensors if str(t.device) == d) for d in devices)
    name = called(op.name.strip("_"))
    of = [f"{'its weight' if isinstance(t, torch.nn.Parameter) else op.described(t)} on {t.device}" for t in (one, two)]
    moved, kept = (one, two) if isinstance(two, torch.nn.Parameter) else (two, one)
    what = called_by_user(moved) or "what"
    fits = "the layer is moved with .to(device)" if isinstance(moved, torch.nn.Parameter) else f"{what}.to({_place(kept)}) fits"
    return because("RNS111", f"{name} gets {of[0]} and {of[1]}", fits if what != "what" else None, op.layout(*tensors))


def _place(tensor: Tensor) -> str:
    name = called_by_user(tensor)
    return f"{name}.device" if name else repr(str(tensor.device))
