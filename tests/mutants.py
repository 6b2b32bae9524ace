"""What can be changed in a source text so that a test should notice: rule codes, words, suggestions and comparisons."""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple, cast

KINDS = ("code", "message", "suggestion", "comparison")

MESSAGES = frozenset(["message", "fact"])
"""Parameters and fields that take a sentence for a person."""

SUGGESTIONS = frozenset(["suggestion"])
"""Parameters and fields that take an edit, or None."""

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip

CODE = re.compile(r"RNS\d{3}")

BUILT_IN = frozenset(name for kind in (str, list, dict, set, tuple) for name in dir(kind))
"""Methods that are somebody else's, if no file nearby defines one of that name."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file.

    Attributes:
        file: of the package, with slashes: "rules/batch.py".
        line: where the change begins.
        scope: the function around it, "" at the level of the module or a class, which runs at import.
        kind: one of `KINDS`.
        before: what stands there, on one line and not too long.
        after: what stands there instead.
        span: bytes of the file that are replaced.
        put: what is put in their place.
        lines: lines of which one is run before the change can matter.
        number: 2 for the second change in a function that reads the same.
    """

    file: str
    line: int
    scope: str
    kind: str
    before: str
    after: str
    span: tuple[int, int]
    put: str
    lines: frozenset[int]
    number: int = 1

    @property
    def name(self) -> str:
        """Says what is changed without the line, so that it holds while the file is edited above it."""
        again = f" #{self.number}" if self.number > 1 else ""
        return f"{self.file} in {self.scope or 'module'}: {self.kind} {self.before} -> {self.after}{again}"

    def __str__(self) -> str:
        return self.name.replace(self.file, f"{self.file}:{self.line}", 1)

    def applied(self, source: str) -> str:
        """Return the source with the change made."""
        data = source.encode()
        return (data[: self.span[0]] + self.put.encode() + data[self.span[1] :]).decode()


class Signature(NamedTuple):
    """What a function, or a class of records, takes by position.

    Attributes:
        file: that defines it.
        names: of its parameters, in order.
        least: how many have no default.
    """

    file: str
    names: tuple[str, ...]
    least: int


Signatures = Mapping[str, Sequence[Signature]]
"""Everything that a package defines, by the bare name under which it is called."""


def signatures_of(sources: Mapping[str, str]) -> dict[str, list[Signature]]:
    """Return what each function and each class of records in a package takes, given its files by name."""
    found: dict[str, list[Signature]] = {}
    for file, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
                least = len(names) - len(node.args.defaults)
                own = int(names[:1] in (["self"], ["cls"]))
                found.setdefault(node.name, []).append(Signature(file, tuple(names[own:]), least - own))
            elif isinstance(node, ast.ClassDef):
                fields = [n for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
                names = [n.target.id for n in fields if isinstance(n.target, ast.Name)]
                found.setdefault(node.name, []).append(Signature(file, tuple(names), sum(n.value is None for n in fields)))
    return found


def next_codes(codes: Iterable[str]) -> dict[str, str]:
    """Return for each code the one after it in its family, the first one after the last."""
    families: dict[str, list[str]] = {}
    for code in sorted(set(codes)):
        families.setdefault(code[:4], []).append(code)
    rings = [[*family, family[0]] for family in families.values() if len(family) > 1]
    return {a: b for ring in rings for a, b in pairwise(ring)}


def mutants(source: str, file: str, signatures: Signatures, codes: Mapping[str, str]) -> list[Mutant]:
    """List every change of one file, in the order of the text.

    Args:
        source: of the file.
        file: its name in the package.
        signatures: of what it calls, as `signatures_of` returns them.
        codes: what each code is exchanged for; a code that is not in there is exchanged for the next number.
    """
    search = _Search(source, file, signatures, codes)
    search.visit(ast.parse(source), _Place())
    found = sorted(search.found, key=lambda m: (m.span, KINDS.index(m.kind), m.put))
    seen: Counter[str] = Counter()
    numbered: list[Mutant] = []
    for mutant in found:
        seen[mutant.name] += 1
        numbered.append(replace(mutant, number=seen[mutant.name]))
    return numbered


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the tree a node is.

    Attributes:
        scope: names of the classes and functions around it.
        function: whether a function is around it; what is in none runs at import.
        runs: lines of which one is run before the node is.
        literal: the string around it, whose pieces have no places of their own in the text.
        role: "message" or "suggestion" where it is given as that, "part" where it is a part of a suggestion.
        worded: names to which the function around it assigns words.
    """

    scope: tuple[str, ...] = ()
    function: bool = False
    runs: frozenset[int] = frozenset()
    literal: ast.expr | None = None
    role: str = ""
    worded: frozenset[str] = frozenset()


@dataclass
class _Search:
    source: str
    file: str
    signatures: Signatures
    codes: Mapping[str, str]
    found: list[Mutant] = field(default_factory=list)

    def __post_init__(self) -> None:
        lines = self.source.encode().splitlines(keepends=True)
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line))

    def visit(self, node: ast.AST, place: _Place) -> None:
        """Record what can be changed at a node, and go on to those in it."""
        if isinstance(node, ast.stmt):
            place = replace(place, runs=_header(node))
        elif isinstance(node, ast.expr) and place.function:
            place = replace(place, runs=place.runs | set(range(node.lineno, (node.end_lineno or node.lineno) + 1)))
        if isinstance(node, ast.expr):
            self._expression(node, place)
        if isinstance(node, ast.JoinedStr) and place.literal is None:
            place = replace(place, literal=node)
        for child, role in self._children(node, place.role, place.scope):
            self.visit(child, self._inside(node, child, replace(place, role=role)))

    def _inside(self, node: ast.AST, child: ast.AST, place: _Place) -> _Place:
        """Return the place of what stands in the body of a function or class."""
        body = getattr(node, "body", ())
        if isinstance(node, FUNCTIONS) and (child is body or (isinstance(body, list) and child in body)):
            scope = (*place.scope, getattr(node, "name", "lambda")) if not isinstance(node, ast.Lambda) else place.scope
            return replace(place, scope=scope, function=True, worded=place.worded | _worded(node))
        if isinstance(node, ast.ClassDef) and child in body:
            return replace(place, scope=(*place.scope, node.name))
        return place

    def _children(self, node: ast.AST, role: str, scope: tuple[str, ...]) -> Iterator[tuple[ast.AST, str]]:
        """Yield the nodes in a node that are no documentation and no types, with the role in which they are given."""
        roles: dict[int, str] = self._roles(node) if isinstance(node, ast.Call) else {}
        if isinstance(node, ast.Return) and scope and scope[-1].startswith("suggest"):
            roles = {id(node.value): "suggestion"}
        if isinstance(node, ast.keyword):
            roles = {id(node.value): role}
        if isinstance(node, (ast.IfExp, ast.BoolOp, ast.BinOp)) and role:
            inner = [node.body, node.orelse] if isinstance(node, ast.IfExp) else list(ast.iter_child_nodes(node))
            roles = {id(child): "message" if role == "message" else "part" for child in inner}
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "slice") and not isinstance(value, (ast.Compare, ast.Slice)):
                continue
            children = value if isinstance(value, list) else [value]
            for at, child in enumerate(children):
                documents = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
                typed = isinstance(node, ast.Call) and _called(node) == "cast" and name == "args" and at == 0
                if isinstance(child, ast.AST) and not documents and not typed:
                    yield child, roles.get(id(child), "")

    def _roles(self, call: ast.Call) -> dict[int, str]:
        """Return which arguments of a call are a message or a suggestion."""
        given: list[tuple[ast.AST, str]] = [(k, k.arg or "") for k in call.keywords]
        fitting = self._fitting(call)
        for at, argument in enumerate(call.args):
            names = {signature.names[at] for signature in fitting if at < len(signature.names)}
            given.append((argument, names.pop() if len(names) == 1 else ""))
        words = {**dict.fromkeys(MESSAGES, "message"), **dict.fromkeys(SUGGESTIONS, "suggestion")}
        return {id(argument): words[name] for argument, name in given if name in words}

    def _fitting(self, call: ast.Call) -> list[Signature]:
        """Return what may be called: of the definitions that such arguments fit, those that are nearest."""
        name = _called(call)
        if any(isinstance(a, ast.Starred) for a in call.args):
            return []
        given, named = len(call.args), len(call.keywords)
        fitting = [s for s in self.signatures.get(name, ()) if given <= len(s.names) and s.least <= given + named]
        folder = self.file.rpartition("/")[0]
        near = [s for s in fitting if s.file == self.file] or [s for s in fitting if s.file.rpartition("/")[0] == folder]
        return near or ([] if name in BUILT_IN else fitting)

    def _expression(self, node: ast.expr, place: _Place) -> None:
        if isinstance(node, ast.Compare):
            for at, op in enumerate(node.ops):
                turned = copy.copy(node)
                turned.ops = [*node.ops[:at], OPPOSITE[type(op)](), *node.ops[at + 1 :]]
                self._change("comparison", node, turned, place)
        if place.role == "suggestion" and not _is_none(node):
            self._change("suggestion", node, ast.Constant(None), place)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            after = self.codes.get(node.value, f"RNS{int(node.value[3:]) % 999 + 1:03}")
            self._change("code", node, ast.Constant(after), place)
        elif place.literal is None and self._is_words(node, place):
            self._change("message", node, ast.Constant("x"), place)

    def _is_words(self, node: ast.expr, place: _Place) -> bool:
        """Tell whether an expression is words for a person: a text of several, or what is given as a message."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value
        elif isinstance(node, ast.JoinedStr):
            said = "".join(str(v.value) if isinstance(v, ast.Constant) else "_" for v in node.values)
        else:
            written = any(_is_text(n) or (isinstance(n, ast.Name) and n.id in place.worded) for n in ast.walk(node))
            return place.role == "message" and not written  # else it is blanked where it is written
        return place.role == "message" or (not place.role and _reads(said))

    def _change(self, kind: str, node: ast.expr, changed: ast.expr, place: _Place) -> None:
        """Record a change. Python 3.11 doesn't know where the pieces of an f-string are, so that is written anew as a whole."""
        host, put = node, ast.unparse(changed)
        if place.literal is not None:
            host = place.literal
            put = ast.unparse(_replaced(host, node, changed))
        start, end = self._byte(host.lineno, host.col_offset), self._byte(host.end_lineno, host.end_col_offset)
        before = _short(ast.unparse(node) if kind != "code" else ast.literal_eval(node))
        after = _short(put if host is node else ast.unparse(changed)) if kind != "code" else ast.literal_eval(changed)
        lines = place.runs if place.function else frozenset[int]()
        scope = ".".join(place.scope) if place.function else ""
        self.found.append(Mutant(self.file, host.lineno, scope, kind, before, after, (start, end), put, lines))

    def _byte(self, line: int | None, column: int | None) -> int:
        assert line is not None
        assert column is not None
        return self.starts[line - 1] + column


def _header(statement: ast.stmt) -> frozenset[int]:
    """Return the lines of a statement up to the block in it."""
    last = statement.end_lineno or statement.lineno
    inner = getattr(statement, "cases", None) or getattr(statement, "body", None)
    if inner:
        first = inner[0].pattern.lineno if isinstance(inner[0], ast.match_case) else inner[0].lineno
        last = max(statement.lineno, first - 1)
    return frozenset(range(statement.lineno, last + 1))


def _worded(function: ast.AST) -> frozenset[str]:
    """Return the names to which a function assigns an expression with a text in it."""
    words: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            if not any(map(_is_text, ast.walk(node.value))):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            words |= {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return frozenset(words)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _reads(words: str) -> bool:
    """Tell whether a text is several words, and not a name or a piece of punctuation."""
    return " " in words.strip() and re.search(r"[a-z]{2}", words) is not None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and _reads(node.value)
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _replaced(host: ast.expr, node: ast.AST, changed: ast.expr) -> ast.expr:
    """Return a copy of an expression with another node in place of one in it."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return changed if node is copied else self.generic_visit(node)

    copies: dict[int, object] = {}
    whole = copy.deepcopy(host, copies)
    copied = copies[id(node)]
    return cast("ast.expr", Replace().visit(whole))


def _short(text: str, most: int = 72) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
