"""An edit for RNS608, for code that counts the samples where the steps are meant: a copy, so edited, depends on them no more.

Every count in the function whose line was found is tried by itself: it is written as that of the steps, in the function of a
copy, and the experiment is made once more. An edit is known where one alone takes away what was measured.
"""

from __future__ import annotations

import ast
import linecache
import os
import types
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from torch import Tensor, nn

from rnnshape.coordinates.reading import readable
from rnnshape.experiments.places import Given
from rnnshape.experiments.subject import Subject, Unfit

if TYPE_CHECKING:
    from rnnshape.report.location import Location
    from rnnshape.tracking.track import Tracker

__all__ = ["MOST_COUNTS", "edit_of_count"]

MOST_COUNTS = 6
"""Counts in a function up to which each is tried."""

_SEEN = "_rnnshape_seen"
"""What an edited function calls with a tensor that it counts, to learn its axes."""


class _Count(NamedTuple):
    """An expression that counts the elements of a tensor along a dim.

    Attributes:
        code: as the user wrote it.
        line: its line.
        column: where it begins there.
        owner: the code of the tensor.
        form: how the size of another dim is written, such as ``x.size({})``.
    """

    code: str
    line: int
    column: int
    owner: str
    form: str


def edit_of_count(
    subject: Subject,
    location: Location | None,
    depends: Callable[[Subject], bool],
    label_again: Callable[[], tuple[Tracker, Given]],
) -> str:
    """Return the edit that makes a model independent of the number of its samples; empty where none, or more than one, does.

    Args:
        subject: the copy of the model.
        location: the line that was found.
        depends: tells of an edited copy whether its result still depends on that number, or is no result any more.
        label_again: returns a copy of what the model is given, with a tracker that knows the axes of that.
    """
    found: list[str] = []
    path = _running(subject.model, location)
    if location is None or path is None:
        return ""
    forward: Any = subject.model.get_submodule(path).forward
    function: types.FunctionType = forward.__func__
    tree = _function(function)
    if tree is None:
        return ""
    counts = [*_counts(tree)]
    for count in counts if len(counts) <= MOST_COUNTS else ():
        dim = _steps_of(count, subject, path, function, tree, label_again)
        if dim is None or (said := count.form.format(dim)) == count.code:
            continue
        try:
            edited = _edited(subject, path, function, tree, count, said)
        except Unfit:
            return ""
        if not depends(edited):
            found.append(f"instead of {count.code} on line {count.line}: {said}")
    return found[0] if len(found) == 1 else ""


def _running(model: nn.Module, location: Location | None) -> str | None:
    """Return the path of the one module whose forward has a line."""
    if location is None:
        return None
    found = []
    for path, module in model.named_modules():
        code = getattr(getattr(module.forward, "__func__", None), "__code__", None)
        if not isinstance(code, types.CodeType):
            continue
        lines = [line for *_, line in code.co_lines() if line is not None]
        is_of_file = lines and os.path.abspath(code.co_filename) == os.path.abspath(location.file)
        if is_of_file and min(lines) <= location.line <= max(lines):
            found.append(path)
    return found[0] if len(found) == 1 else None


def _function(function: types.FunctionType) -> ast.FunctionDef | None:
    """Return the source of a function that stands by itself: without a decorator, and without names of a function around it."""
    code = function.__code__
    if code.co_freevars:
        return None
    try:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == function.__name__)
    return next((n for n in nodes if n.lineno == code.co_firstlineno and not n.decorator_list), None)


def _counts(tree: ast.FunctionDef) -> Iterator[_Count]:
    """Yield what counts the elements of a tensor that has a name."""
    for node in ast.walk(tree):
        found = _counted(node)
        if found is not None and isinstance(node, ast.expr):
            yield _Count(ast.unparse(node), node.lineno, node.col_offset, *found)


def _counted(node: ast.AST) -> tuple[str, str] | None:
    """Return the tensor that an expression counts, and how it counts along another dim."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return name, f"{name}.size({{}})"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="size"), args=[ast.Constant()], keywords=[]):
            return name, f"{name}.size({{}})"
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="shape"), slice=ast.Constant()):
            return name, f"{name}.shape[{{}}]"
        case _:
            return None


class _Exchange(ast.NodeTransformer):
    """Puts another expression in the place of a count."""

    def __init__(self, count: _Count, code: str) -> None:
        self._count = count
        self._other = ast.parse(code, mode="eval").body

    def visit(self, node: ast.AST) -> ast.AST:
        """Exchange the expression that stands where the count does, and leave the others."""
        at = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1))
        if at == (self._count.line, self._count.column) and _counted(node) is not None:
            return ast.copy_location(self._other, node)
        return self.generic_visit(node)


def _edited(
    subject: Subject, path: str, function: types.FunctionType, tree: ast.FunctionDef, count: _Count, code: str,
    **names: object,
) -> Subject:  # fmt: skip
    """Return a copy of a copy, in which one module has another forward."""
    changed = cast("ast.FunctionDef", _Exchange(count, code).visit(deepcopy(tree)))
    changed.returns = None
    for argument in ast.walk(changed.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    changed.args.defaults, changed.args.kw_defaults = [], [None] * len(changed.args.kwonlyargs)  # they are not made anew
    module = ast.fix_missing_locations(ast.Module([changed], []))
    space: dict[str, Any] = {**function.__globals__, **names}
    exec(compile(module, function.__code__.co_filename, "exec"), space)
    other = Subject(subject.model, subject.model.training)
    own = other.model.get_submodule(path)
    made: types.FunctionType = space[tree.name]
    made.__defaults__, made.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    own.forward = types.MethodType(made, own)
    return other


def _steps_of(
    count: _Count, subject: Subject, path: str, function: types.FunctionType, tree: ast.FunctionDef,
    label_again: Callable[[], tuple[Tracker, Given]],
) -> int | None:  # fmt: skip
    """Return the dim along which the steps of a tensor lie that is counted; None where that is not known."""
    tracker, given = label_again()
    dims: set[int | None] = set()

    def seen(value: object) -> object:
        mark = tracker.book.mark(value) if isinstance(value, Tensor) else None
        layout = readable(mark) if mark is not None else None
        steps = [dim for dim, name in enumerate(layout.names) if name == "seq"] if layout is not None else []
        dims.add(steps[0] if len(steps) == 1 else None)
        return value

    calls = count.form.format(0) if "size" in count.form else count.code
    code = calls.replace(count.owner, f"{_SEEN}({count.owner})", 1)
    try:
        _edited(subject, path, function, tree, count, code, **{_SEEN: seen}).follow(given, tracker)
    except Exception:  # a model that cannot be run with it tells nothing
        tracker.abandon()
        return None
    tracker.settle()
    return dims.pop() if len(dims) == 1 else None
