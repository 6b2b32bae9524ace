"""Where a layer was made: the line of the user's class that assigns it, as its configuration may be what is wrong."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import textwrap
from collections.abc import Iterator
from types import CodeType

from torch import nn

from rnnshape import _torch
from rnnshape.report.location import Location

__all__ = ["made_at"]


def made_at(model: nn.Module, path: str) -> Location | None:
    """Return the line that makes a layer of torch's, in the class of the user's that has it; None where that is not one line.

    Args:
        model: the outermost module.
        path: of the layer.
    """
    owner: nn.Module | None = None
    rest: list[str] = []
    module: nn.Module | None = model
    for part in path.split(".") if path else []:
        if module is None:
            return None
        if _is_users(type(module)):
            owner, rest = module, []
        rest.append(part)
        module = module._modules.get(part)
    if owner is None or module is None or _is_users(type(module)):
        return None
    codes = [code for kind in type(owner).__mro__ if (code := _code(kind.__dict__.get("__init__"))) is not None]
    return next((line for code in codes if (line := _assigned(code, rest[0], tuple(rest[1:]))) is not None), None)


def _is_users(kind: type[nn.Module]) -> bool:
    code = _code(kind.forward)
    return code is not None and not _torch.is_library(code.co_filename)


def _code(function: object) -> CodeType | None:
    return getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None


@functools.lru_cache(maxsize=256)
def _assigned(code: CodeType, name: str, rest: tuple[str, ...]) -> Location | None:
    """Return the line of a function that assigns ``self.<name>``; in a Sequential that of the item. None for several."""
    lines = inspect.getblock(linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :])
    try:
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except SyntaxError:
        return None
    found = [value for node in ast.walk(tree) for target, value in _pairs(node) if _is_own(target, name)]
    if len(found) != 1:
        return None
    line = _item(found[0], rest).lineno + code.co_firstlineno - 1
    return _torch.location_of(code.co_filename, line, code.co_qualname)


def _item(value: ast.expr, rest: tuple[str, ...]) -> ast.expr:
    """Return the argument that is an item of a Sequential; what is made otherwise as a whole."""
    if not rest or not rest[0].isdecimal() or not isinstance(value, ast.Call):
        return value
    is_plain = int(rest[0]) < len(value.args) and not any(isinstance(item, ast.Starred) for item in value.args)
    return value.args[int(rest[0])] if is_plain else value


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what an assignment assigns to what."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if not isinstance(target, ast.Tuple):
            yield target, node.value
        elif isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield from ((one, node.value) for one in target.elts)


def _is_own(target: ast.expr, name: str) -> bool:
    if not isinstance(target, ast.Attribute) or target.attr != name:
        return False
    return isinstance(target.value, ast.Name) and target.value.id == "self"
