"""Which names a model's forward may look up in the model: its methods among them, and what they do with the others.

It is read off the source. A name counts as looked up wherever it stands behind a dot, or in quotes, whatever it is sought in.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, NamedTuple, cast

from torch import nn

__all__ = ["READS", "Names", "function_of", "looked_up", "tree_of"]

READS = frozenset([
    "contiguous", "copy", "count", "dim", "get", "index", "item", "items", "keys", "numel", "size", "to", "tolist", "values",
])  # fmt: skip
"""Methods that leave what they are called on as it is."""

_FUNCTIONS = frozenset(["getattr", "vars", "locals", "globals", "eval", "exec", "dir", "methodcaller"])
_ATTRIBUTES = frozenset(["__dict__", "__getattribute__", "__getattr__", "methodcaller"])
"""What may look up names that stand nowhere."""


class Names(NamedTuple):
    """What is looked up.

    Attributes:
        all: the names; None where any may be.
        handled: those with which more is done than to read an item or to ask whether one is there.
    """

    all: frozenset[str] | None
    handled: frozenset[str]

    def have(self, name: str) -> bool:
        """Tell whether a name may be looked up. Those with two underscores are by Python itself."""
        return self.all is None or name in self.all or name.startswith("__")

    def may_write_to(self, name: str) -> bool:
        """Tell whether a list or a dict of this name may be written to."""
        return self.all is None or name in self.handled


_UNKNOWN = Names(None, frozenset())


def looked_up(model: nn.Module, is_of_library: Callable[[object], bool]) -> Names:
    """Return what the forwards of a model and of all in it may look up.

    Args:
        model: the model.
        is_of_library: tells of a class or a function whether it writes nowhere, so that it need not be read.
    """
    kinds = {owner for module in model.modules() for owner in type(module).__mro__ if not is_of_library(owner)}
    methods: dict[str, list[FunctionType]] = {}
    for kind in kinds:
        for name, value in vars(kind).items():
            if (function := function_of(value)) is not None:
                methods.setdefault(name, []).append(function)
    names, handled, read = set[str](), set[str](), set[FunctionType]()
    left = [name for name in methods if name == "forward" or (name.startswith("__") and name != "__init__")]
    while left:
        for function in _with_those_called(methods.pop(left.pop(), []), read, is_of_library):
            tree = tree_of(function)
            if tree is None or _looks_up_any(tree):
                return _UNKNOWN
            found = _names(tree)
            handled |= _handled(tree)
            left += [name for name in found - names if name in methods]
            names |= found
    return Names(frozenset(names), frozenset(handled))


def function_of(value: object) -> FunctionType | None:
    """Return the function of a method, of a property or of a static method; None of anything else."""
    function = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
    return function if isinstance(function, FunctionType) else None


def tree_of(function: FunctionType) -> ast.AST | None:
    """Return the source of a function, parsed; None where there is none."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None


def _with_those_called(
    functions: Iterable[FunctionType], read: set[FunctionType], is_of_library: Callable[[object], bool]
) -> Iterable[FunctionType]:
    """Yield functions and those that they name, each once: they may be given the model."""
    left = [*functions]
    while left:
        function = cast("FunctionType", inspect.unwrap(left.pop()))
        if function not in read and not is_of_library(function):
            read.add(function)
            values = (function.__globals__.get(name) for name in function.__code__.co_names)
            left += [value for value in values if isinstance(value, FunctionType)]
            yield function


def _names(tree: ast.AST) -> set[str]:
    """Return every word of a source that may be a name of something in a model."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _looks_up_any(tree: ast.AST) -> bool:
    """Tell whether a source may look up names that stand nowhere in it."""
    return any(
        (isinstance(node, ast.Name) and node.id in _FUNCTIONS) or (isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES)
        for node in ast.walk(tree)
    )


def _handled(tree: ast.AST) -> set[str]:
    """Return the names behind dots with which more is done than to read."""
    above: dict[ast.AST, Any] = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and not _is_read(node, above[node])}


def _is_read(node: ast.Attribute, above: ast.AST) -> bool:
    """Tell whether an item is read of what stands behind a dot, or one is sought in it."""
    match above:
        case ast.Subscript(value=value, ctx=ast.Load()):
            return value is node
        case ast.Attribute(attr=method):
            return method in READS
        case ast.Compare() | ast.For() | ast.comprehension():
            return True
        case _:
            return False
