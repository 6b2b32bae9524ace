"""The text of a program, in which expressions are looked for and replaced: `Place` is a program and the line to be edited."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class NotAppliedError(Exception):
    """A suggestion that names an edit for which the program has no place."""


@dataclass
class Place:
    """The program that a suggestion is about, and where it points to.

    Attributes:
        source: the text.
        line: its number.
        module: the path of the layer.
        kind: its class.
    """

    source: str
    line: int
    module: str
    kind: str

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.source)
        starts, at = [], 0
        for line in self.source.splitlines(keepends=True):
            starts.append(at)
            at += len(line)
        self._starts = starts

    def text(self, node: ast.AST) -> str:
        found = ast.get_source_segment(self.source, node)
        assert found is not None
        return found

    def put(self, *changes: tuple[ast.expr, str]) -> str:
        """Return the program with other texts for these expressions."""
        source = self.source
        for node, text in sorted(changes, key=lambda change: self._span(change[0]), reverse=True):
            start, end = self._span(node)
            source = source[:start] + text + source[end:]
        return source

    def _span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        assert self.source.isascii()
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def here(self, node: ast.AST) -> bool:
        """Tell whether the line that the finding points to is one of an expression's."""
        return getattr(node, "lineno", 0) <= self.line <= (getattr(node, "end_lineno", 0) or 0)

    def calls(self, *names: str, anywhere: bool = False) -> list[ast.Call]:
        """Return the calls of functions, methods or attributes of these names, by default on the line."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and name_of(n.func) in names]
        return [call for call in found if anywhere or self.here(call)]

    def call(self, *names: str) -> ast.Call:
        return only(self.calls(*names), f"call of {' or '.join(names)} on the line")

    def statement(self) -> ast.stmt:
        """Return the innermost statement on the line."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt) and self.here(n)]
        return max(found, key=lambda n: n.lineno)

    def statement_calls(self) -> list[ast.Call]:
        """Return the calls in the innermost statement on the line, the outermost first."""
        return [n for n in ast.walk(self.statement()) if isinstance(n, ast.Call)]

    def within(self, inner: ast.AST) -> Iterator[ast.AST]:
        """Yield all that an expression stands in, the nearest first."""
        for node in ast.walk(self.tree):
            if any(child is inner for child in ast.iter_child_nodes(node)):
                yield node
                yield from self.within(node)
                return

    @property
    def layer(self) -> str:
        """The name of the layer in the program, such as "rnn"."""
        names = [part for part in self.module.split(" ")[0].split(".") if part and not part.isdigit()]
        made = [name for name in reversed(names) if self.values_of(name)]
        if not made:  # watched by itself
            alike = self.names_of(self.kind)
            return only([n for n in alike if self.calls(n)] or alike, f"{self.kind} with a name")
        return made[0]

    def values_of(self, name: str) -> list[ast.expr]:
        """Return what is assigned to a name, or to an attribute of ``self``."""
        found: list[ast.expr] = []
        for node in (n for n in ast.walk(self.tree) if isinstance(n, ast.Assign)):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                found += [v for t, v in pairs if isinstance(t, (ast.Name, ast.Attribute)) and name_of(t) == name]
        return found

    def names_of(self, *kinds: str) -> list[str]:
        """Return the names to which a layer of one of these classes is assigned."""
        names = sorted({name_of(n) for n in ast.walk(self.tree) if isinstance(n, (ast.Name, ast.Attribute))})
        made = {name: [name_of(v.func) for v in self.values_of(name) if isinstance(v, ast.Call)] for name in names}
        return [name for name in names if not set(kinds).isdisjoint(made[name])]

    def made(self, *kinds: str) -> ast.Call:
        """Return the call that makes the layer."""
        values = self.values_of(self.layer)
        found = [n for v in values for n in ast.walk(v) if isinstance(n, ast.Call) and name_of(n.func) in kinds]
        return only(found, f"{' or '.join(kinds)} that is made")

    def reads(self) -> ast.Call:
        """Return the call of the layer, on the line where it is there."""
        found = self.calls(self.layer) or self.calls(self.layer, anywhere=True)
        found = found or [c for v in self.loops_over(self.layer) for c in self.calls(v, anywhere=True)]
        return only(found, f"call of {self.layer}")

    def loops_over(self, name: str) -> list[str]:
        """Return the variables of loops over a name, such as ``rnn`` of ``for rnn in self.rnns``."""
        loops = [n for n in ast.walk(self.tree) if isinstance(n, ast.For) and name in self.text(n.iter)]
        return [n.id for loop in loops for n in ast.walk(loop.target) if isinstance(n, ast.Name)]


def only(found: Sequence[T], what: str) -> T:
    if len({id(f) for f in found}) != 1:
        raise NotAppliedError(f"{len(found)} times: {what}")
    return found[0]


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def keyword(place: Place, call: ast.Call, name: str, value: str) -> str:
    """Return the program with a keyword argument of this value."""
    for given in call.keywords:
        if given.arg == name:
            return place.put((given.value, value))
    text = place.text(call)
    begun = text.removesuffix(")").rstrip().removesuffix(",")
    return place.put((call, f"{begun}{'' if begun.endswith('(') else ', '}{name}={value})"))


def behind(place: Place, node: ast.expr, suffix: str) -> str:
    """Return the program with something written behind an expression."""
    return place.put((node, suffixed(place, node, suffix)))


def suffixed(place: Place, node: ast.expr, suffix: str) -> str:
    simple = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    return f"{place.text(node)}{suffix}" if simple else f"({place.text(node)}){suffix}"
