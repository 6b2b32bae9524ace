"""What a user's line calls a recurrent layer and its results, as ``out, (h, c) = self.encoder(x)`` does.

An edit names them as the user does. What the line does not name has torch's own word, and the edit says which result that is.
"""

from __future__ import annotations

import ast
import linecache
from functools import lru_cache
from typing import NamedTuple

from rnnshape.report.location import Location

__all__ = ["Assigned", "assigned_at", "call_at", "indexed_at", "picked_at"]


class Assigned(NamedTuple):
    """A layer and its results, as a line calls them; empty for what it does not name.

    Attributes:
        layer: such as "self.encoder".
        output: its first result.
        h_n: its second result, or the first of the pair that this is.
        is_pair: whether the second result is the pair (h_n, c_n).
    """

    layer: str = ""
    output: str = ""
    h_n: str = ""
    is_pair: bool = False

    def last_state(self) -> str:
        """Write the call that picks the final state of the last layer."""
        return f"rnnshape.last_state({self.layer or 'rnn'}, {self.h_n or 'h_n'})"

    def last_step(self, lengths: str = "") -> str:
        """Write the call that picks the last step of each sample."""
        return f"rnnshape.last_step({', '.join(filter(None, [self.layer or 'rnn', self.output or 'output', lengths]))})"

    def by_layer(self) -> str:
        """Write the call that unpacks the final state."""
        return f"rnnshape.by_layer({self.layer or 'rnn'}, {self.h_n or 'h_n'})"

    def which(self, *results: str) -> str:
        """Say which results of the layer are meant by torch's words for them, of those that the line does not name."""
        said = [f"{name} is {self._place(name)}" for name in results if not getattr(self, name)]
        return f"; {' and '.join(said)}" if said else ""

    def _place(self, result: str) -> str:
        if result == "output":
            return "the layer's first result"
        return "the first of the pair that is the layer's second result" if self.is_pair else "the layer's second result"


def assigned_at(location: Location | None, module: str, kind: str) -> Assigned:
    """Read from the line of a call what it calls the layer and its results.

    Args:
        location: of the call.
        module: path of the layer.
        kind: its class.
    """
    is_pair = "LSTM" in kind
    for statement in _statements(location) if location is not None else ():
        called = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        of_layer = [node for node in called if _last_name(node.func) == module.rpartition(".")[2]]
        if len(of_layer) != 1:
            continue
        return Assigned(ast.unparse(of_layer[0].func), *_results(statement, of_layer[0], is_pair), is_pair)
    return Assigned(is_pair=is_pair)


def indexed_at(location: Location | None) -> str:
    """Return what a line takes an index of, such as "out" for ``self.fc(out[-1])``; empty where it takes several or none."""
    for statement in _statements(location) if location is not None else ():
        indexed = [node.value for node in ast.walk(statement) if isinstance(node, ast.Subscript)]
        found = {ast.unparse(value) if _last_name(value) else "" for value in indexed}
        return found.pop() if len(found) == 1 else ""
    return ""


def picked_at(location: Location | None) -> str:
    """Return the only index that a line takes, such as "state[-1]"; empty where it takes several or none."""
    nodes = [node for s in (_statements(location) if location is not None else ()) for node in ast.walk(s)]
    found = [ast.unparse(node) for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)]
    return found[0] if len(found) == 1 else ""


def call_at(location: Location | None, name: str) -> ast.Call | None:
    """Return the call of a function or method on a line; None where there is none or more than one."""
    nodes = [node for s in (_statements(location) if location is not None else ()) for node in ast.walk(s)]
    found = [node for node in nodes if isinstance(node, ast.Call) and _last_name(node.func) == name]
    return found[0] if len(found) == 1 else None


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _results(statement: ast.stmt, call: ast.Call, is_pair: bool) -> tuple[str, str]:
    """Return the names that a statement gives to output and h_n of a call."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return "", ""
    target, picked = statement.targets[0], _picked(statement.value, call)
    if picked is None:
        return "", ""
    parts: list[tuple[tuple[int, ...], ast.expr]] = [(picked, target)]
    named: dict[tuple[int, ...], str] = {}
    while parts:
        place, node = parts.pop()
        if isinstance(node, (ast.Tuple, ast.List)):
            parts += [((*place, at), part) for at, part in enumerate(node.elts)]
        elif _last_name(node) not in ("", "_"):
            named[place] = ast.unparse(node)
    wanted = {"output": (0,), "h_n": (1, 0) if is_pair else (1,)}
    output, h_n = (_found(named, place) for place in wanted.values())
    return output, h_n


def _found(named: dict[tuple[int, ...], str], place: tuple[int, ...]) -> str:
    """Return the name of what lies at a place, or what picks it from something that has a name."""
    for known in range(len(place), -1, -1):
        if place[:known] in named:
            return named[place[:known]] + "".join(f"[{at}]" for at in place[known:])
    return ""


def _picked(value: ast.expr, call: ast.Call) -> tuple[int, ...] | None:
    """Return which part of a call's result a value is, such as (1, 0) for ``rnn(x)[1][0]``; None for anything else."""
    if value is call:
        return ()
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) and value.slice.value in (0, 1):
        inner = _picked(value.value, call)
        return None if inner is None else (*inner, int(value.slice.value))
    return None


@lru_cache(maxsize=64)
def _statements(location: Location) -> tuple[ast.stmt, ...]:
    """Return the statement of a line, or of several lines that it is one of; nothing where it cannot be read."""
    alone = _tree(location.code)
    if alone is not None and len(alone.body) == 1:
        return (alone.body[0],)
    whole = _tree("".join(linecache.getlines(location.file)))
    simple = [n for n in ast.walk(whole) if isinstance(n, ast.stmt) and not hasattr(n, "body")] if whole is not None else []
    return tuple(n for n in simple if n.lineno <= location.line <= (n.end_lineno or n.lineno))


def _tree(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
