"""Exceptions of Python's own, and of calls that torch refuses before it looks at sizes: read from the line that failed."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple, TypeGuard, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape._torch import MODULE_CALL, is_library
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import readable
from rnnshape.operations.registry import leaves
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import last_line

__all__ = ["Marks", "Path", "explain_call"]

Marks = Callable[[object], Mark | None]
Path = Callable[[nn.Module], str]

_UNPACK = "unpack it first: output, state = rnn(x)"
_UNPACK_LSTM = "unpack it first: output, (h_n, c_n) = rnn(x)"
_UNPAD = "output, lengths = pad_packed_sequence(packed, batch_first=...) first"


class _Failed(NamedTuple):
    """Where an exception of Python's came up.

    Attributes:
        frame: of the user's line.
        node: the part of that line that failed; None where the source cannot be read.
        statement: the statement it stands in.
        module: the innermost module that was called, and what it was called with.
        given: likewise.
    """

    frame: FrameType | None
    node: ast.AST | None
    statement: ast.stmt | None
    module: nn.Module | None
    given: tuple[object, ...]


class _Returned(NamedTuple):
    """What a call returns that nobody keeps: known from the module that is called."""

    module: nn.Module


def explain_call(error: BaseException, mark: Marks, path: Path) -> Mistake | None:
    """Explain an exception by the arguments of the innermost module that was called, and the line that failed."""
    failed = _failed(error.__traceback__)
    where = (path(failed.module), type(failed.module).__name__) if failed.module is not None else ("", "")
    told = (
        _scripted(error, failed, mark)
        or _given(error, failed, mark)
        or _unpacked(error, failed, mark)
        or _taken_for_a_tensor(error, failed, mark)
    )
    if told is None:
        return None
    code, message, fits, layouts = told
    return Mistake(code, message, fits, layouts, module=where[0], kind=where[1])


_Told = tuple[str, str, str | None, tuple[Any, ...]]


def _given(error: BaseException, failed: _Failed, mark: Marks) -> _Told | None:
    """A module that takes tensors was given something else."""
    module = failed.module
    if module is None or isinstance(module, (nn.RNNBase, nn.RNNCellBase)) or not _is_of_kind(error):
        return None
    if not type(module).__module__.startswith("torch.nn."):
        return None
    name = type(module).__name__
    written = [v for v in _operands(failed) if isinstance(v, (_Returned, _Part))]
    for value in (*written, *failed.given):
        if (what := _what(value, mark)) is None:
            continue
        said, code, fits = what
        return code, f"{name} gets {said}, and takes a tensor", fits, ()
    return None


_MATRICES = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")


def _scripted(error: BaseException, failed: _Failed, mark: Marks) -> _Told | None:
    """What TorchScript, which nobody follows, says of a Linear that reads its one input."""
    found = _MATRICES.search(last_line(error)) if isinstance(failed.module, torch.jit.ScriptModule) else None
    tensors = [v for v in failed.given if isinstance(v, Tensor)]
    if found is None or len(tensors) != 1 or not tensors[0].dim():
        return None
    rows, got, expected, _ = map(int, found.groups())
    if (tensors[0].numel(), tensors[0].size(-1)) != (rows * got, got):
        return None
    message = f"compiled by TorchScript, a Linear expects {expected} features and gets {got}, of {_sizes(tensors[0], mark)}"
    return "RNS211", message, f"nn.Linear({got}, ...) fits, if it is meant to read these features", _shown(tensors[0], mark)


def _is_of_kind(error: BaseException) -> bool:
    return isinstance(error, (TypeError, AttributeError)) or "tuple" in str(error)


def _what(value: object, mark: Marks) -> tuple[str, str, str] | None:
    """Say what stands in the place of a tensor; None where nobody knows."""
    if isinstance(value, PackedSequence):
        return "a PackedSequence", "RNS117", _UNPAD
    if isinstance(value, _Returned):
        return _of_module(value.module)
    if isinstance(value, _Part):
        is_pair = value.at in (1, -1) and isinstance(value.module, nn.LSTM)
        return ("the tuple (h_n, c_n) of an LSTM", "RNS116", _UNPACK_LSTM) if is_pair else None
    if _is_result(value, mark):
        if all(isinstance(v, Tensor) and v.dim() < 3 for v in value):
            return "the tuple (h, c) of a cell", "RNS116", "unpack it first: h, c = cell(x, state)"
        if isinstance(value[1], Tensor) and _is_state(value[0], mark) and _is_state(value[1], mark):
            return "the tuple (h_n, c_n) of an LSTM", "RNS116", _UNPACK_LSTM
        return "the tuple (output, state) of a recurrent layer", "RNS116", _UNPACK
    returned: type[object] = type(value)
    if isinstance(value, tuple) and returned.__module__ == "torch.return_types":
        kind = returned.__name__
        return f"(values, indices) of {kind}", "RNS116", f"{kind}(...).values, or [0], is the tensor"
    if isinstance(value, list) and value and all(isinstance(v, Tensor) for v in cast("list[object]", value)):
        sizes = {tuple(v.shape) for v in cast("list[Tensor]", value)}
        if len(sizes) == 1:
            return f"a list of {len(cast('list[object]', value))} tensors", "RNS116", "torch.stack(...) of the list is a tensor"
    if isinstance(value, list) and value and type(cast("list[object]", value)[0]) is tuple:
        return _what(cast("list[object]", value)[0], mark)
    return None


def _of_module(module: nn.Module) -> tuple[str, str, str] | None:
    if isinstance(module, nn.RNNBase):
        return "the tuple (output, state) of a recurrent layer", "RNS116", _UNPACK
    if isinstance(module, nn.LSTMCell):
        return "the tuple (h, c) of a cell", "RNS116", "unpack it first: h, c = cell(x, state)"
    if isinstance(module, nn.MultiheadAttention):
        return "the tuple (output, weights) of MultiheadAttention", "RNS116", "output, weights = attention(q, k, v) first"
    return None


def _is_state(value: object, mark: Marks) -> bool:
    found = mark(value)
    return found is not None and not any(a.name == "step" for a in found.tables) and len(found.sizes) == 3


def _is_result(value: object, mark: Marks) -> TypeGuard[tuple[object, object]]:
    """Tell whether a value is what a recurrent layer returned, or the states in it."""
    if type(value) is not tuple or len(cast("tuple[object, ...]", value)) != 2:
        return False
    marks = [m for t in leaves(cast("object", value)) if (m := mark(t))]
    if not marks:
        return False
    of_a_cell = len(marks) == 2 and bool(marks[0].of("hidden") and marks[1].of("cell"))
    return of_a_cell or any(a.name == "layers" for m in marks for a in m.tables)


# A value that is taken for a tensor


def _taken_for_a_tensor(error: BaseException, failed: _Failed, mark: Marks) -> _Told | None:
    """A tuple or a PackedSequence of which the line wants what only a tensor has."""
    if not isinstance(error, (TypeError, AttributeError, IndexError)):
        return None
    if isinstance(error, IndexError):
        return _index_of_a_shape(error, failed, mark)
    values = [error.obj] if isinstance(error, AttributeError) and error.name is not None else []
    if values and isinstance(values[0], Tensor) and error.name in ("batch_sizes", "sorted_indices", "data"):  # type: ignore[union-attr]
        message = f"pad_packed_sequence takes a PackedSequence, and gets the tensor {_sizes(values[0], mark)}"
        return "RNS117", message, "leave pad_packed_sequence out: this is padded already", _shown(values[0], mark)
    if isinstance(error, TypeError) and not any(
        word in str(error) for word in ("tuple", "PackedSequence", "list", "return_types")
    ):
        return None
    values = values or _operands(failed)  # an AttributeError knows of what the attribute was wanted
    if isinstance(error, TypeError) and "not PackedSequence" in str(error):
        return "RNS117", "this is a PackedSequence, and this line takes it for a tensor", _UNPAD, ()
    for value in values:
        found = _what(value, mark)
        if found is not None and not (
            isinstance(value, list) and isinstance(error, TypeError) and "got tuple" not in str(error)
        ):
            said, code, fits = found
            kind = "a recurrent layer returns the tuple (output, state)" if fits == _UNPACK else f"this is {said}"
            return code, f"{kind}, and this line takes it for a tensor", fits, ()
    return None


def _operands(failed: _Failed) -> list[object]:
    """Return the values in the part of a line that failed, as far as they are known without running anything."""
    node = failed.node
    if node is None or failed.frame is None:
        return []
    found: list[ast.expr] = []
    if isinstance(node, (ast.Subscript, ast.Attribute)):
        found = [node.value]
    elif isinstance(node, ast.BinOp):
        found = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp):
        found = [node.operand]
    elif isinstance(node, ast.Call):
        found = [*node.args, *(k.value for k in node.keywords)]
        if isinstance(node.func, ast.Attribute):
            found.append(node.func.value)
        found += [e for a in node.args if isinstance(a, (ast.Tuple, ast.List)) for e in a.elts]
        found += [a.elt for a in node.args if isinstance(a, (ast.ListComp, ast.GeneratorExp))]
    return [_value(n, failed.frame) for n in found]


_UNKNOWN = object()


def _value(node: ast.AST, frame: FrameType) -> object:
    """Return what an expression of a line stands for, without running any of it."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id, _UNKNOWN))
    if isinstance(node, ast.Attribute):
        return _attribute(_value(node.value, frame), node.attr)
    if isinstance(node, ast.Subscript):
        return _element(_value(node.value, frame), _index(node.slice, frame))
    if isinstance(node, ast.Call):
        called = _value(node.func, frame)
        if isinstance(called, nn.Module):
            return _Returned(_behind(called))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "size" and not node.args and not node.keywords:
            tensor = _value(node.func.value, frame)
            return tuple(tensor.shape) if isinstance(tensor, Tensor) else _UNKNOWN
    return _UNKNOWN


def _attribute(owner: object, name: str) -> object:
    if isinstance(owner, nn.Module):
        for kept in (*(owner.__dict__.get(k, {}) for k in ("_modules", "_parameters", "_buffers")), owner.__dict__):
            if name in kept:
                return kept[name]
    if isinstance(owner, Tensor) and name == "shape":
        return tuple(owner.shape)
    if type(owner) is PackedSequence and name == "data":
        return owner.data
    return _UNKNOWN


def _index(node: ast.expr | None, frame: FrameType) -> object:
    """Return an index of numbers and slices; what is not known without running something is unknown."""
    if isinstance(node, ast.Constant) or node is None:
        return node.value if node is not None else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if type(node.operand.value) is int else _UNKNOWN
    parts = (
        [node.lower, node.upper, node.step]
        if isinstance(node, ast.Slice)
        else node.elts
        if isinstance(node, ast.Tuple)
        else None
    )
    if parts is None:
        found = _value(node, frame)
        return found if type(found) is int else _UNKNOWN
    known = [_index(part, frame) for part in parts]
    if any(k is _UNKNOWN for k in known):
        return _UNKNOWN
    return slice(*known) if isinstance(node, ast.Slice) else tuple(known)


def _element(owner: object, at: object) -> object:
    if isinstance(owner, Tensor) and at is not _UNKNOWN:
        try:
            return owner[cast("Any", at)]
        except (IndexError, TypeError):
            return _UNKNOWN
    if type(at) is int and type(owner) in (tuple, list):
        several = cast("tuple[object, ...]", owner)
        return several[at] if -len(several) <= at < len(several) else _UNKNOWN
    return _Part(owner.module, at) if isinstance(owner, _Returned) and type(at) is int else _UNKNOWN


def _behind(module: nn.Module, depth: int = 3) -> nn.Module:
    """Return the layer whose result a module of the user's returns as it is; the module itself where that is not so."""
    forward = getattr(type(module).forward, "__code__", None)
    if not depth or forward is None or is_library(forward.co_filename):
        return module
    tree = _tree(forward.co_filename)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)] if tree is not None else []
    function = next((n for n in functions if n.name == "forward" and n.lineno == forward.co_firstlineno), None)
    returns = [n.value for n in ast.walk(function) if isinstance(n, ast.Return)] if function is not None else []
    if len(returns) != 1 or not isinstance(returns[0], ast.Call) or not isinstance(returns[0].func, ast.Attribute):
        return module
    inner = _attribute(module, returns[0].func.attr) if isinstance(returns[0].func.value, ast.Name) else None
    return _behind(inner, depth - 1) if isinstance(inner, nn.Module) else module


class _Part(NamedTuple):
    """A part of what a module returns, which nobody keeps."""

    module: nn.Module
    at: int


# Names that are too many or too few


def _unpacked(error: BaseException, failed: _Failed, mark: Marks) -> _Told | None:
    """A value is unpacked into another number of names than it has parts."""
    if type(error) is not ValueError or "values to unpack" not in str(error) or failed.frame is None:
        return None
    target, value = _assignment(failed)
    if target is None or value is None:
        return None
    names, source = len(target.elts), ast.unparse(value)
    shape = _shape_of(value, failed.frame)
    if shape is not None:
        tensor, _ = shape
        message = f"{source} has {_many(tensor.dim(), 'size')}, of {_sizes(tensor, mark)}, and is unpacked into {names}"
        return "RNS120", message, _names_of(target, tensor, mark), _shown(tensor, mark)
    if parts := _parts(value, failed.frame):
        number, tensor, dim = parts
        message = (
            f"{source} makes {text.count(number, 'part')} of dim {dim} of {_sizes(tensor, mark)}, and is unpacked into {names}"
        )
        return "RNS120", message, None, _shown(tensor, mark)
    known = _value(value, failed.frame)
    if isinstance(known, _Returned):
        return _of_layer(known.module, target, source)
    return _of_value(known, names, source, mark)


def _assignment(failed: _Failed) -> tuple[ast.Tuple | ast.List | None, ast.expr | None]:
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
    name, tensor = node.func.attr, _value(node.func.value, frame)
    given = [_index(a, frame) for a in node.args]
    named = {k.arg: _index(k.value, frame) for k in node.keywords if k.arg}
    if name not in ("chunk", "split", "unbind") or not isinstance(tensor, Tensor) or _UNKNOWN in (*given, *named.values()):
        return None
    hollow = torch.empty(tensor.shape, device="meta")
    try:
        made = cast("tuple[Tensor, ...]", getattr(hollow, name)(*given, **named))
    except (RuntimeError, TypeError, IndexError):
        return None
    at = named.get("dim", given[0 if name == "unbind" else 1] if len(given) > (name != "unbind") else 0)
    return len(made), tensor, cast("int", at) % tensor.dim()


def _shape_of(node: ast.expr, frame: FrameType) -> tuple[Tensor, str] | None:
    """Return the tensor whose sizes an expression is."""
    owner = None
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        owner = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size" and not node.args:
        owner = node.func.value
    value = _value(owner, frame) if owner is not None else None
    return (value, ast.unparse(cast("ast.expr", owner))) if isinstance(value, Tensor) else None


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


def _of_layer(module: nn.Module, target: ast.Tuple | ast.List, source: str) -> _Told | None:
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


def _of_value(known: object, names: int, source: str, mark: Marks) -> _Told | None:
    """A value that is there: a tensor is unpacked along its first dim."""
    if isinstance(known, _Part) and isinstance(known.module, nn.RNNBase) and known.at in (0, -2):
        message = (
            f"the output of {type(known.module).__name__} is one value, and is unpacked into {names} names along its first dim"
        )
        return "RNS120", message, None, ()
    if isinstance(known, _Part) and isinstance(known.module, nn.RNNBase) and not isinstance(known.module, nn.LSTM):
        kind = type(known.module).__name__
        message = f"{kind} returns (output, h_n), and h_n is one tensor: unpacked into {names} names it is cut up by its layers"
        return "RNS120", message, "output, h_n = rnn(x) fits: only an LSTM has a cell state beside it", ()
    if isinstance(known, Tensor) and known.dim():
        message = f"{source} is one tensor, {_sizes(known, mark)}, which is unpacked along dim 0 into {names} names"
        return "RNS120", message, None, _shown(known, mark)
    if isinstance(known, PackedSequence):
        message = f"{source} is a PackedSequence, of 4 parts, and is unpacked into {names} names"
        return "RNS117", message, _UNPAD, ()
    if _is_result(known, mark):
        message = f"{source} is (output, state) of a recurrent layer, and is unpacked into {names} names"
        return "RNS120", message, "output, state = rnn(x) fits; of an LSTM the state is (h_n, c_n)", ()
    return None


def _index_of_a_shape(error: IndexError, failed: _Failed, mark: Marks) -> _Told | None:
    """A size of a tensor that has fewer dims, or a part of a state that has two."""
    node, frame = failed.node, failed.frame
    if "Dimension out of range" in str(error) and isinstance(node, ast.Call) and frame is not None:
        return _size_of_no_dim(node, frame, mark)
    if "tuple index out of range" not in str(error) or not isinstance(node, ast.Subscript) or frame is None:
        return None
    shape = _shape_of(node.value, frame)
    at = _index(node.slice, frame)
    if shape is not None and type(at) is int:
        tensor, name = shape
        message = (
            f"{name} has {_many(tensor.dim(), 'dim')}, {_sizes(tensor, mark)}, and this line asks for the size of dim {at}"
        )
        return "RNS213", message, None, _shown(tensor, mark)
    value = _value(node.value, frame)
    if _is_result(value, mark):
        said, code, fits = cast("tuple[str, str, str]", _what(value, mark))
        return code, f"this is {said}, of two parts, and this line asks for part {at}", fits, ()
    return None


def _size_of_no_dim(node: ast.Call, frame: FrameType, mark: Marks) -> _Told | None:
    """``x.size(2)`` of a tensor that has two dims."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("size", "stride") or len(node.args) != 1:
        return None
    tensor, dim = _value(node.func.value, frame), _index(node.args[0], frame)
    if not isinstance(tensor, Tensor) or type(dim) is not int or -tensor.dim() <= dim < tensor.dim():
        return None
    name = ast.unparse(node.func.value)
    message = f"{name} has {_many(tensor.dim(), 'dim')}, {_sizes(tensor, mark)}, and this line asks for the size of dim {dim}"
    return "RNS213", message, None, _shown(tensor, mark)


# Where it failed


def _failed(trace: TracebackType | None) -> _Failed:
    frame: FrameType | None = None
    at = -1
    module: object = None
    given: tuple[object, ...] = ()
    while trace is not None:
        code = trace.tb_frame.f_code
        if code is MODULE_CALL:
            names = trace.tb_frame.f_locals
            module, given = names.get("self"), tuple(names.get("args", ()))
        if not is_library(code.co_filename):
            frame, at = trace.tb_frame, trace.tb_lasti
        trace = trace.tb_next
    statement, node = _nodes(frame, at) if frame is not None else (None, None)
    return _Failed(frame, node, statement, module if isinstance(module, nn.Module) else None, given)


def _nodes(frame: FrameType, instruction: int) -> tuple[ast.stmt | None, ast.AST | None]:
    """Return the statement and the part of it that an instruction is of; None for what cannot be read."""
    place = _place(frame.f_code, instruction)
    if place is None:
        return None, None
    tree = _tree(frame.f_code.co_filename)
    if tree is None:
        return None, None
    statement: ast.stmt | None = None
    found: ast.AST | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and _holds(node, place):
            statement = node
        if isinstance(node, (ast.expr, ast.stmt)):
            at = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
            found = node if at == place else found
    return statement, found


def _tree(file: str) -> ast.Module | None:
    """Return what stands in a file; None where it cannot be read."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _holds(node: ast.stmt, place: tuple[int, int, int, int]) -> bool:
    """Tell whether a statement holds a place: first and last line, first and last column."""
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return (node.lineno, node.col_offset) <= (place[0], place[2]) and (place[1], place[3]) <= end


def _place(code: CodeType, at: int) -> tuple[int, int, int, int] | None:
    """Return first and last line, first and last column of an instruction."""
    found = list(code.co_positions())
    place = found[at // 2] if 0 <= at // 2 < len(found) else (None,) * 4
    return None if None in place else cast("tuple[int, int, int, int]", (place[0], place[1], place[2], place[3]))


# Words


def _sizes(tensor: Tensor, mark: Marks) -> str:
    known = mark(tensor)
    layout = readable(known) if known is not None else None
    return f"({layout})" if layout is not None else text.sizes(tensor.shape)


def _shown(tensor: Tensor, mark: Marks) -> tuple[Any, ...]:
    known = mark(tensor)
    layout = readable(known) if known is not None else None
    return (("seen", layout),) if layout is not None else ()


def _many(number: int, noun: str) -> str:
    return text.count(number, noun)
