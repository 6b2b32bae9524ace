"""Edits of one call: what to write instead of a reshape, in the user's own words where his line has them.

Such an edit is ``instead of hidden.view(6, -1): hidden.transpose(0, 1).flatten(1)``, and where the line does not show on what
view was called ``instead of view: transpose(0, 1).flatten(1)``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

__all__ = ["code_of", "instead_of", "sizes_called"]

_LONGEST = 60
"""Characters of a call that is written out; a longer one goes by its name."""

_LAST_RESHAPE = re.compile(r"\.reshape\([^()]*\)$")
"""The end of an edit, which has the sizes of the operation: they can be written as the user writes them."""

_FUNCTIONS = frozenset(["torch", "F", "functional"])


_CUT = re.compile(r"(?<=unflatten\()(-?\d+), \((-?\d+), (-?\d+)\)")
"""The sizes that a dim is cut into in an edit."""


def instead_of(
    name: str, code: str, call: ast.Call | None = None, before: tuple[int, ...] = (), sizes: tuple[int, ...] = ()
) -> str:
    """Write the edit.

    Args:
        name: of the operation, such as "view".
        code: what is called in its place, such as "transpose(0, 1).flatten(1)". A ``...`` stands for the sizes of all dims but
            the last.
        call: the operation on the user's line, where there is one and no other of this name.
        before: the sizes of what it was applied to.
        sizes: of its result: what the user calls one of them it is called in the edit, as the next batch may have another.
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
        given = ", ".join(ast.unparse(size) for size in call.args if size is not tensor)
        code = _LAST_RESHAPE.sub(lambda _: f".reshape({given})", code)
        words = [size for size in call.args if size is not tensor]
        if ".flatten(" not in code:  # every piece is a dim of the result
            code = _CUT.sub(lambda cut: _as_named(cut, words, before, sizes), code)
    return short if len(whole) > _LONGEST or ": " in whole or "\n" in whole else f"instead of {whole}: {on}.{code}"


def _as_named(cut: re.Match[str], given: list[ast.expr], before: tuple[int, ...], sizes: tuple[int, ...]) -> str:
    """Write the sizes that a dim is cut into with the words that a call has for them, where it has one for just this size."""
    words = _words(given)
    named = list(zip(sizes, words, strict=True)) if len(words) == len(sizes) else []
    dim, pieces = int(cut[1]), [int(cut[2]), int(cut[3])]

    def word(size: int) -> str | None:
        found = [word for one, word in named if one == size]
        return ast.unparse(found[0]) if len(found) == 1 and not _is_constant(found[0]) else None

    found = [word(size) or str(size) for size in pieces]
    if -1 in pieces and found == [cut[2], cut[3]] and 0 <= dim < len(before):
        at = pieces.index(-1)
        rest = word(before[dim] // pieces[1 - at])
        found = [rest if place == at else "-1" for place in range(2)] if rest is not None else found
    return f"{dim}, ({', '.join(found)})"


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


def sizes_called(suggestion: str, sizes: Sequence[int]) -> dict[str, int]:
    """Read from such an edit what the user calls the sizes of the operation's result."""
    call = _parsed(suggestion.partition(": ")[0].removeprefix("instead of "))
    tensor = _tensor(call) if isinstance(call, ast.Call) else None
    words = _words([word for word in call.args if word is not tensor]) if isinstance(call, ast.Call) else []
    return dict(zip(map(ast.unparse, words), sizes, strict=True)) if len(words) == len(sizes) else {}


def _words(given: list[ast.expr]) -> list[ast.expr]:
    """Return the sizes that a call is given, one by one or in a tuple."""
    return given[0].elts if len(given) == 1 and isinstance(given[0], ast.Tuple) else given


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
