"""What a model's forward reaches that no copy of the model holds: a list of the script's, a logger, a counter of its class.

It is read off the source, so that nothing has to be run. What cannot be read, or may be written to, counts as reached.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterator
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn

from rnnshape.experiments.methods import READS, Names, function_of, looked_up, tree_of
from rnnshape.experiments.outside import model_writes_outside

__all__ = ["reaches_outside"]

LIBRARIES = frozenset([
    "__future__", "abc", "collections", "copy", "dataclasses", "einops", "enum", "functools", "itertools", "jaxtyping", "math",
    "numpy", "operator", "opt_einsum", "random", "torch", "typing", "typing_extensions", "warnings",
])  # fmt: skip
"""Packages whose functions write nowhere but to what they are given, and draw from generators that are put back."""

SEES = frozenset(["open", "input", "exec", "eval", "compile", "setattr", "delattr", "globals", "next", "breakpoint"])
"""Builtins that reach further than their arguments say."""

OF_TORCH = frozenset([
    "F", "enumerate", "isinstance", "len", "list", "max", "min", "nn", "range", "self", "sorted", "sum", "torch", "tuple",
    "zip",
])  # fmt: skip
"""Names by which torch, the model, and builtins are called that only read what they are given."""

PLAIN = (int, float, complex, str, bytes, bool, type(None), tuple, frozenset, range, slice, Enum)
"""What nobody can write to."""

ATOMS = (*PLAIN, type, FunctionType, BuiltinFunctionType, ModuleType, torch.dtype, torch.device, torch.layout, torch.Size)
"""What a copy of a model has in common with it, and may have."""


def reaches_outside(model: nn.Module) -> str:
    """Say what the calls of a model may reach that is not part of it; empty where nothing is.

    >>> reaches_outside(nn.Sequential(nn.Linear(2, 3), nn.ReLU()))
    ''
    """
    if kind := model_writes_outside(model):
        return f"the forward of {kind} closes over an object"
    seen: set[object] = set()
    names = looked_up(model, _is_of_library)
    for module in model.modules():
        kind = type(module)
        for name, value in vars(module).items():
            if names.have(name) and not isinstance(value, (*ATOMS, Tensor, nn.Module)) and _is_shared(value):
                return f"{kind.__name__}.{name} is no part of a copy"
        if why := _of_class(kind, seen, names):
            return f"{kind.__name__} {why}"
    return ""


def _is_shared(value: object) -> bool:
    """Tell whether an object is its own copy, as a logger is."""
    if type(value) in (list, dict, set):
        items: Any = value.values() if isinstance(value, dict) else value
        return any(_is_shared(item) for item in items if not isinstance(item, (*ATOMS, Tensor, nn.Module)))
    reduced = getattr(type(value), "__reduce__", None)
    own = reduced is not object.__reduce__ and not _is_of_library(type(value))
    return own or hasattr(value, "write") or hasattr(value, "__next__")


def _is_of_library(value: object) -> bool:
    return str(getattr(value, "__module__", None) or "").partition(".")[0] in {*LIBRARIES, "builtins", "_abc"}


def _of_class(kind: type, seen: set[object], names: Names | None = None) -> str:
    """Say what the methods of a class reach: those that are looked up, all of them where that is not known."""
    for owner in kind.__mro__:
        if owner in seen or _is_of_library(owner):
            continue
        seen.add(owner)
        for name, value in vars(owner).items():
            if (function := function_of(value)) is not None:
                is_called = name != "__init__" and (names is None or names.have(name))
                if is_called and (why := _of_function(function, seen)):
                    return why
            elif name.startswith("__") or not isinstance(value, (list, dict, set, bytearray)):
                continue
            elif names is None or names.may_write_to(name):
                return f"has {name} in common with all of its class"
    return ""


def _of_function(function: FunctionType, seen: set[object]) -> str:
    function = cast("FunctionType", inspect.unwrap(function))
    if function in seen or _is_of_library(function):
        return ""
    seen.add(function)
    if (tree := tree_of(function)) is None:
        return f"has {function.__name__}, whose source cannot be read"
    wrote = [node for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal)]
    if wrote:
        return f"writes {wrote[0].names[0]}"
    local = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    local |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    outer = {*inspect.getclosurevars(function).nonlocals}
    for name, uses in _uses(tree):
        if name in local or name in outer:
            continue
        if name in function.__globals__:
            if why := _of_value(name, function.__globals__[name], uses, seen):
                return why
        elif name in SEES and hasattr(builtins, name):
            return f"calls {name}()"
    if any(_writes_class(node) for node in ast.walk(tree)):
        return f"writes to its class in {function.__name__}"
    return ""


def _of_value(name: str, value: object, uses: list[str], seen: set[object]) -> str:
    """Say whether a name of a script's is written to, or is something that may see its use."""
    if isinstance(value, ModuleType):
        return "" if value.__name__.partition(".")[0] in LIBRARIES else f"uses {name}"
    if isinstance(value, FunctionType):
        return _of_function(value, seen)
    if isinstance(value, type):
        return f"writes to {name}" if "written" in uses else _of_class(value, seen)
    if isinstance(value, (*ATOMS, nn.Module)):
        return ""
    if isinstance(value, MethodType) or callable(value):
        return "" if _is_of_library(value) else f"calls {name}"
    return f"may write to {name}" if {"written", "called", "given"} & {*uses} else ""


def _uses(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Yield the names that are read, each with what is done with it: "written", "called" for a method, or "given" away."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        uses: list[str] = []
        at: ast.AST = node
        while isinstance(over := above.get(at), ast.Attribute | ast.Subscript) and over.value is at:
            at = over
            if isinstance(over.ctx, ast.Store | ast.Del):
                uses.append("written")
        call = above.get(at)
        if isinstance(call, ast.Call) and call.func is at and isinstance(at, ast.Attribute) and at.attr not in READS:
            uses.append("called")
        elif at is node and isinstance(call, ast.Call) and call.func is not at and not _is_of_torch(call.func):
            uses.append("given")
        yield node.id, uses


def _is_of_torch(function: ast.expr) -> bool:
    """Tell whether a call is one of torch's, of a builtin that reads, or of a part of the model."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id in OF_TORCH


def _writes_class(node: ast.AST) -> bool:
    """Tell whether ``type(self).name`` or ``self.__class__.name`` is assigned to."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store | ast.Del):
        return False
    of = node.value
    is_type = isinstance(of, ast.Call) and isinstance(of.func, ast.Name) and of.func.id == "type"
    return is_type or (isinstance(of, ast.Attribute) and of.attr == "__class__")
