"""What stands in a line where a tensor is due, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard, cast

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import readable
from rnnshape.operations.registry import leaves
from rnnshape.rules.exceptions.failing import Part, Returned

__all__ = ["UNPACK", "UNPAD", "Marks", "Told", "is_result", "shown", "sizes_of", "what_is"]

Marks = Callable[[object], Mark | None]
"""Tells what is known of a value."""

Told = tuple[str, str, str | None, tuple[Any, ...]]
"""What is told of an exception: the code, the message, what to write instead, and what is shown of tensors."""

UNPACK = "unpack it first: output, state = rnn(x)"
_UNPACK_LSTM = "unpack it first: output, (h_n, c_n) = rnn(x)"
UNPAD = "output, lengths = pad_packed_sequence(packed, batch_first=...) first"


def what_is(value: object, mark: Marks) -> tuple[str, str, str] | None:
    """Say what stands in the place of a tensor; None where nobody knows."""
    if isinstance(value, PackedSequence):
        return "a PackedSequence", "RNS117", UNPAD
    if isinstance(value, Returned):
        return _of_module(value.module)
    if isinstance(value, Part):
        is_pair = value.at in (1, -1) and isinstance(value.module, nn.LSTM)
        return ("the tuple (h_n, c_n) of an LSTM", "RNS116", _UNPACK_LSTM) if is_pair else None
    if is_result(value, mark):
        if all(isinstance(v, Tensor) and v.dim() < 3 for v in value):
            return "the tuple (h, c) of a cell", "RNS116", "unpack it first: h, c = cell(x, state)"
        if isinstance(value[1], Tensor) and _is_state(value[0], mark) and _is_state(value[1], mark):
            return "the tuple (h_n, c_n) of an LSTM", "RNS116", _UNPACK_LSTM
        return "the tuple (output, state) of a recurrent layer", "RNS116", UNPACK
    returned: type[object] = type(value)
    if isinstance(value, tuple) and returned.__module__ == "torch.return_types":
        kind = returned.__name__
        return f"(values, indices) of {kind}", "RNS116", f"{kind}(...).values, or [0], is the tensor"
    if isinstance(value, list) and value and all(isinstance(v, Tensor) for v in cast("list[object]", value)):
        sizes = {tuple(v.shape) for v in cast("list[Tensor]", value)}
        if len(sizes) == 1:
            return f"a list of {len(cast('list[object]', value))} tensors", "RNS116", "torch.stack(...) of the list is a tensor"
    if isinstance(value, list) and value and type(cast("list[object]", value)[0]) is tuple:
        return what_is(cast("list[object]", value)[0], mark)
    return None


def _of_module(module: nn.Module) -> tuple[str, str, str] | None:
    if isinstance(module, nn.RNNBase):
        return "the tuple (output, state) of a recurrent layer", "RNS116", UNPACK
    if isinstance(module, nn.LSTMCell):
        return "the tuple (h, c) of a cell", "RNS116", "unpack it first: h, c = cell(x, state)"
    if isinstance(module, nn.MultiheadAttention):
        return "the tuple (output, weights) of MultiheadAttention", "RNS116", "output, weights = attention(q, k, v) first"
    return None


def _is_state(value: object, mark: Marks) -> bool:
    found = mark(value)
    return found is not None and not any(a.name == "step" for a in found.tables) and len(found.sizes) == 3


def is_result(value: object, mark: Marks) -> TypeGuard[tuple[object, object]]:
    """Tell whether a value is what a recurrent layer returned, or the states in it."""
    if type(value) is not tuple or len(cast("tuple[object, ...]", value)) != 2:
        return False
    marks = [m for t in leaves(cast("object", value)) if (m := mark(t))]
    if not marks:
        return False
    of_a_cell = len(marks) == 2 and bool(marks[0].of("hidden") and marks[1].of("cell"))
    return of_a_cell or any(a.name == "layers" for m in marks for a in m.tables)


def sizes_of(tensor: Tensor, mark: Marks) -> str:
    """Return the Layout of a tensor as far as it is known, else its sizes."""
    known = mark(tensor)
    layout = readable(known) if known is not None else None
    return f"({layout})" if layout is not None else text.sizes(tensor.shape)


def shown(tensor: Tensor, mark: Marks) -> tuple[Any, ...]:
    """Return what is shown of a tensor below a message: its Layout, where it is known."""
    known = mark(tensor)
    layout = readable(known) if known is not None else None
    return (("seen", layout),) if layout is not None else ()
