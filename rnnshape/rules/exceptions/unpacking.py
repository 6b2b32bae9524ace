"""Values that are unpacked into too many names, or too few."""

from __future__ import annotations

import ast
from types import FrameType
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape.coordinates.reading import readable
from rnnshape.rules.exceptions.failing import UNKNOWN, Failed, Part, Returned, index_of, shape_of, value_of
from rnnshape.rules.exceptions.values import UNPAD, Marks, Told, is_result, shown, sizes_of

__all__ = ["unpacked"]


def unpacked(error: BaseException, failed: Failed, mark: Marks) -> Told | None:
    """A value is unpacked into another number of names than it has parts."""
    if type(error) is not ValueError or "values to unpack" not in str(error) or failed.frame is None:
        return None
    target, value = _assignment(failed)
    if target is None or value is None:
        return None
    names, source = len(target.elts), ast.unparse(value)
    shape = shape_of(value, failed.frame)
    if shape is not None:
        tensor, _ = shape
        message = f"{source} has {text.count(tensor.dim(), 'size')}, of {sizes_of(tensor, mark)}, and is unpacked into {names}"
        return "RNS120", message, _names_of(target, tensor, mark), shown(tensor, mark)
    if parts := _parts(value, failed.frame):
        number, tensor, dim = parts
        made = f"{text.count(number, 'part')} of dim {dim} of {sizes_of(tensor, mark)}"
        message = f"{source} makes {made}, and is unpacked into {names}"
        return "RNS120", message, None, shown(tensor, mark)
    known = value_of(value, failed.frame)
    if isinstance(known, Returned):
        return _of_layer(known.module, target, source)
    return _of_value(known, names, source, mark)


def _assignment(failed: Failed) -> tuple[ast.Tuple | ast.List | None, ast.expr | None]:
    """Return the names and the value of the unpacking that failed; the inner names of ``a, (b, c) = f(x)`` with no value."""
    statement, node = failed.statement, failed.node
    if (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], (ast.Tuple, ast.List))
    ):
        outer, value = statement.targets[0], statement.value
        if node is outer or not isinstance(node, (ast.Tuple, ast.List)):
            return outer, value
        place = next((i for i, e in enumerate(outer.elts) if e is node), None)
        if place is None:
            return None, None
        inner = ast.Subscript(value, ast.Constant(place), ast.Load())
        if isinstance(value, ast.Tuple) and place < len(value.elts):
            return node, value.elts[place]
        return node, ast.copy_location(inner, value)
    return None, None


def _parts(node: ast.expr, frame: FrameType) -> tuple[int, Tensor, int] | None:
    """Return how many parts ``chunk``, ``split`` or ``unbind`` make of a tensor, tried on one that holds nothing."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    name, tensor = node.func.attr, value_of(node.func.value, frame)
    given = [index_of(a, frame) for a in node.args]
    named = {k.arg: index_of(k.value, frame) for k in node.keywords if k.arg}
    if name not in ("chunk", "split", "unbind") or not isinstance(tensor, Tensor) or UNKNOWN in (*given, *named.values()):
        return None
    hollow = torch.empty(tensor.shape, device="meta")
    try:
        made = cast("tuple[Tensor, ...]", getattr(hollow, name)(*given, **named))
    except (RuntimeError, TypeError, IndexError):
        return None
    at = named.get("dim", given[0 if name == "unbind" else 1] if len(given) > (name != "unbind") else 0)
    return len(made), tensor, cast("int", at) % tensor.dim()


def _names_of(target: ast.Tuple | ast.List, tensor: Tensor, mark: Marks) -> str | None:
    """Return names for all sizes: those that there are, and ``_`` for the last ones."""
    given = [ast.unparse(e) for e in target.elts]
    if len(given) > tensor.dim() or any(isinstance(e, ast.Starred) for e in target.elts):
        return None
    known = mark(tensor)
    layout = readable(known) if known is not None else None
    names = [*given, *(["_"] * (tensor.dim() - len(given)))]
    if layout is not None and layout.dims and str(layout.dims[0][0] if layout.dims[0] else "").startswith("layers"):
        names = [*(["_"] * (tensor.dim() - len(given))), *given]
    return f"{', '.join(names)} takes all of them"


def _of_layer(module: nn.Module, target: ast.Tuple | ast.List, source: str) -> Told | None:
    """What a layer returns, and how it is unpacked."""
    kind, names = type(module).__name__, [ast.unparse(e) for e in target.elts]
    if isinstance(module, nn.LSTM):
        fits = (
            f"{names[0]}, ({names[1]}, {names[2]}) = {source} fits" if len(names) == 3 else "output, (h_n, c_n) = rnn(x) fits"
        )
        return "RNS120", f"LSTM returns two values, output and (h_n, c_n), and is unpacked into {len(names)}", fits, ()
    if isinstance(module, nn.RNNBase):
        fits = f"{names[0]}, {names[1]} = {source} fits" if len(names) > 2 else "output, h_n = rnn(x) fits"
        return "RNS120", f"{kind} returns two values, output and h_n, and is unpacked into {len(names)}", fits, ()
    if isinstance(module, nn.LSTMCell):
        return (
            "RNS120",
            f"LSTMCell returns two values, h and c, and is unpacked into {len(names)}",
            "h, c = cell(x, state) fits",
            (),
        )
    if isinstance(module, nn.RNNCellBase):
        fits = f"{names[0]} = {source} fits"
        return "RNS120", f"{kind} returns one tensor, h, which is unpacked by its batch into {len(names)} names", fits, ()
    if isinstance(module, nn.MultiheadAttention):
        message = f"MultiheadAttention returns two values, output and weights, and is unpacked into {len(names)}"
        return "RNS120", message, "output, weights = attention(q, k, v) fits", ()
    if not type(module).__module__.startswith("torch.") and len(names) > 1:
        return "RNS120", f"{source} returns another number of values than the {len(names)} names it is unpacked into", None, ()
    return None


def _of_value(known: object, names: int, source: str, mark: Marks) -> Told | None:
    """A value that is there: a tensor is unpacked along its first dim."""
    if isinstance(known, Part) and isinstance(known.module, nn.RNNBase) and known.at in (0, -2):
        message = (
            f"the output of {type(known.module).__name__} is one value, and is unpacked into {names} names along its first dim"
        )
        return "RNS120", message, None, ()
    if isinstance(known, Part) and isinstance(known.module, nn.RNNBase) and not isinstance(known.module, nn.LSTM):
        kind = type(known.module).__name__
        message = f"{kind} returns (output, h_n), and h_n is one tensor: unpacked into {names} names it is cut up by its layers"
        return "RNS120", message, "output, h_n = rnn(x) fits: only an LSTM has a cell state beside it", ()
    if isinstance(known, Tensor) and known.dim():
        message = f"{source} is one tensor, {sizes_of(known, mark)}, which is unpacked along dim 0 into {names} names"
        return "RNS120", message, None, shown(known, mark)
    if isinstance(known, PackedSequence):
        message = f"{source} is a PackedSequence, of 4 parts, and is unpacked into {names} names"
        return "RNS117", message, UNPAD, ()
    if is_result(known, mark):
        message = f"{source} is (output, state) of a recurrent layer, and is unpacked into {names} names"
        return "RNS120", message, "output, state = rnn(x) fits; of an LSTM the state is (h_n, c_n)", ()
    return None
