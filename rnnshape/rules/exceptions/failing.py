"""The line that failed, read without running any of it: which part of it, and what its names stand for."""

from __future__ import annotations

import ast
import linecache
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple, cast

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape._torch import MODULE_CALL, is_library

__all__ = ["UNKNOWN", "Failed", "Part", "Returned", "failed_at", "index_of", "operands", "shape_of", "value_of"]

UNKNOWN = object()
"""What an expression stands for of which nothing is known without running it."""


class Failed(NamedTuple):
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


class Returned(NamedTuple):
    """What a call returns that nobody keeps: known from the module that is called."""

    module: nn.Module


class Part(NamedTuple):
    """A part of what a module returns, which nobody keeps."""

    module: nn.Module
    at: int


def failed_at(trace: TracebackType | None) -> Failed:
    """Return where an exception came up: the innermost line of the user's, and the innermost module that was called."""
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
    return Failed(frame, node, statement, module if isinstance(module, nn.Module) else None, given)


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


# What expressions stand for


def operands(failed: Failed) -> list[object]:
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
    return [value_of(n, failed.frame) for n in found]


def value_of(node: ast.AST, frame: FrameType) -> object:
    """Return what an expression of a line stands for, without running any of it."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id, UNKNOWN))
    if isinstance(node, ast.Attribute):
        return _attribute(value_of(node.value, frame), node.attr)
    if isinstance(node, ast.Subscript):
        return _element(value_of(node.value, frame), index_of(node.slice, frame))
    if isinstance(node, ast.Call):
        called = value_of(node.func, frame)
        if isinstance(called, nn.Module):
            return Returned(_behind(called))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "size" and not node.args and not node.keywords:
            tensor = value_of(node.func.value, frame)
            return tuple(tensor.shape) if isinstance(tensor, Tensor) else UNKNOWN
    return UNKNOWN


def _attribute(owner: object, name: str) -> object:
    if isinstance(owner, nn.Module):
        for kept in (*(owner.__dict__.get(k, {}) for k in ("_modules", "_parameters", "_buffers")), owner.__dict__):
            if name in kept:
                return kept[name]
    if isinstance(owner, Tensor) and name == "shape":
        return tuple(owner.shape)
    if type(owner) is PackedSequence and name == "data":
        return owner.data
    return UNKNOWN


def index_of(node: ast.expr | None, frame: FrameType) -> object:
    """Return an index of numbers and slices; what is not known without running something is unknown."""
    if isinstance(node, ast.Constant) or node is None:
        return node.value if node is not None else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if type(node.operand.value) is int else UNKNOWN
    parts = (
        [node.lower, node.upper, node.step]
        if isinstance(node, ast.Slice)
        else node.elts
        if isinstance(node, ast.Tuple)
        else None
    )
    if parts is None:
        found = value_of(node, frame)
        return found if type(found) is int else UNKNOWN
    known = [index_of(part, frame) for part in parts]
    if any(k is UNKNOWN for k in known):
        return UNKNOWN
    return slice(*known) if isinstance(node, ast.Slice) else tuple(known)


def _element(owner: object, at: object) -> object:
    if isinstance(owner, Tensor) and at is not UNKNOWN:
        try:
            return owner[cast("Any", at)]
        except (IndexError, TypeError):
            return UNKNOWN
    if type(at) is int and type(owner) in (tuple, list):
        several = cast("tuple[object, ...]", owner)
        return several[at] if -len(several) <= at < len(several) else UNKNOWN
    return Part(owner.module, at) if isinstance(owner, Returned) and type(at) is int else UNKNOWN


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


def shape_of(node: ast.expr, frame: FrameType) -> tuple[Tensor, str] | None:
    """Return the tensor whose sizes an expression is."""
    owner = None
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        owner = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size" and not node.args:
        owner = node.func.value
    value = value_of(owner, frame) if owner is not None else None
    return (value, ast.unparse(cast("ast.expr", owner))) if isinstance(value, Tensor) else None
