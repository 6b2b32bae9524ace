"""Edits of one call: what to write instead of a reshape, in the user's own words where his line has them.

Such an edit is ``instead of hidden.view(6, -1): hidden.transpose(0, 1).flatten(1)``, and where the line does not show on what
view was called ``instead of view: transpose(0, 1).flatten(1)``.
"""

from __future__ import annotations

import ast
import re

__all__ = ["code_of", "instead_of"]

_LONGEST = 60
"""Characters of a call that is written out; a longer one goes by its name."""

_LAST_RESHAPE = re.compile(r"\.reshape\([^()]*\)$")
"""The end of an edit, which has the sizes of the operation: they can be written as the user writes them."""

_FUNCTIONS = frozenset(["torch", "F", "functional"])


def instead_of(name: str, code: str, call: ast.Call | None = None) -> str:
    """Write the edit.

    Args:
        name: of the operation, such as "view".
        code: what is called in its place, such as "transpose(0, 1).flatten(1)". A ``...`` stands for the sizes of all dims but
            the last.
        call: the operation on the user's line, where there is one and no other of this name.
    """
    short = f"instead of {name}: {code}"
    tensor = _tensor(call) if call is not None else None
    if call is None or tensor is None:
        return short
    whole, on = ast.unparse(call), _as_owner(tensor)
    if "..." in code:
        if not isinstance(tensor, (ast.Name, ast.Attribute)):
            return short
        code = code.replace("...", f"*{on}.shape[:-1]")
    if name in ("view", "reshape") and not call.keywords:
        sizes = ", ".join(ast.unparse(size) for size in call.args if size is not tensor)
        code = _LAST_RESHAPE.sub(lambda _: f".reshape({sizes})", code)
    return short if len(whole) > _LONGEST or ": " in whole or "\n" in whole else f"instead of {whole}: {on}.{code}"


def code_of(suggestion: str, name: str) -> str | None:
    """Read from such an edit what is called in place of an operation; None where it is an edit of another kind."""
    head, _, edit = suggestion.partition(": ")
    what = head.removeprefix("instead of ")
    if what == head or not edit:
        return None
    if what == name:
        return edit
    call = _parsed(what)
    tensor = _tensor(call) if isinstance(call, ast.Call) else None
    on = _as_owner(tensor) if tensor is not None else ""
    return edit.removeprefix(f"{on}.") if on and edit.startswith(f"{on}.") and _name(call) == name else None


def _tensor(call: ast.Call) -> ast.expr | None:
    """Return what a reshape was called on, be it a method or a function; None where the call may be a layer's."""
    if not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    if (owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else "") in _FUNCTIONS:
        return call.args[0] if call.args and not isinstance(call.args[0], ast.Starred) else None
    if isinstance(owner, ast.Name) and owner.id == "self":
        return None
    may_be_a_layer = call.func.attr in ("flatten", "unflatten") and not all(map(_is_constant, call.args[:1]))
    return None if may_be_a_layer or isinstance(owner, ast.NamedExpr) else owner


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _as_owner(tensor: ast.expr) -> str:
    """Write an expression so that an attribute can be taken of it."""
    return ast.unparse(ast.Attribute(tensor, "x")).removesuffix(".x")


def _name(call: ast.expr | None) -> str:
    return call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""


def _parsed(code: str) -> ast.expr | None:
    try:
        return ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
