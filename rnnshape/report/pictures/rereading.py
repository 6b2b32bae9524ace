"""Grids of a finding that a reshape caused: before it, after it, and after the edit that is suggested instead.

All three follow from the Layout before, so nothing has to be kept for them while a model runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from math import gcd, prod
from typing import TYPE_CHECKING, Any, cast

from rnnshape.errors import RNNShapeError
from rnnshape.layout.axes import Axis, Block, Dims, Factor
from rnnshape.report.grid import MOST_COLUMNS, MOST_ROWS, Cell, Grid
from rnnshape.report.instead import code_of, sizes_called

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.report.finding import Finding

__all__ = ["applied", "grid_of", "grids_of"]

_UNSHOWN = frozenset(["feature", "hidden", "proj", "gates"])
_ORDER = {name: place for place, name in enumerate(("batch", "seq", "layers", "directions"))}
_SAME_MEMORY = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel", "squeeze", "unsqueeze"])
_MOVES = frozenset(["transpose", "permute", "movedim", "flatten", "unflatten", "reshape", "squeeze", "unsqueeze", "t"])


def grids_of(finding: Finding) -> tuple[Grid, ...]:
    """Return the grids of a finding: those it carries, or those that follow from its Layouts."""
    became = finding.became
    if finding.grids or became is None or not finding.layouts or became.operation not in _SAME_MEMORY:
        return finding.grids
    before = finding.layouts[0][1]
    sizes = _ints(became.sizes)
    if sizes is None or _ints(before.sizes) is None or prod(sizes) != prod(cast("tuple[int, ...]", before.sizes)):
        return ()
    found = [grid_of(before, "before", common=sizes), grid_of(before, became.operation, sizes)]
    edit = code_of(finding.suggestion or "", became.operation)
    mended = applied(edit, before, sizes_called(finding.suggestion or "", sizes)) if edit else None
    if mended is not None:
        found.append(grid_of(mended, "instead"))
    return tuple(grid for grid in found if grid is not None)


def grid_of(layout: Layout, label: str, sizes: Sequence[int] = (), common: Sequence[int] = ()) -> Grid | None:
    """Return the first cells of a tensor of this Layout.

    Args:
        layout: what the elements are, in memory order.
        label: what the tensor is.
        sizes: as which the same memory is read; those of the Layout where there are none.
        common: sizes of another reading that is to have cells of the same number of elements.
    """
    own = _ints(layout.sizes)
    axes = _shown(layout.dims)
    if own is None or not axes or 0 in own:
        return None
    wanted = tuple(sizes) or own
    width = prod(wanted[1:])
    unit = gcd(_unit(layout.dims, axes), width, *([prod(common[1:])] if common else []), *([prod(own[1:])] if sizes else []))
    columns = width // unit
    rows, across = (1, wanted[0]) if columns == 1 and wanted else (wanted[0], columns)
    cells = tuple(
        tuple(_cell(layout.dims, own, axes, (row * across + column) * unit) for column in range(min(across, MOST_COLUMNS)))
        for row in range(min(rows, MOST_ROWS))
    )
    is_cut = rows > MOST_ROWS or across > MOST_COLUMNS
    return Grid(label, wanted, tuple(axis.name for axis in axes), cells, unit, is_cut=is_cut)


def applied(code: str, layout: Layout, sizes: Mapping[str, int] | None = None) -> Layout | None:
    """Return what code such as ``transpose(0, 1).flatten(1)`` makes of a Layout; None for code of any other kind.

    Args:
        code: the edit.
        layout: what it is applied to.
        sizes: what the user's words for sizes stand for.
    """
    try:
        tree = ast.parse(f"x.{code}", mode="eval").body
        return _applied(tree, layout, sizes or {})
    except (SyntaxError, ValueError, TypeError, RNNShapeError):
        return None


def _applied(node: ast.expr, layout: Layout, sizes: Mapping[str, int]) -> Layout | None:
    if isinstance(node, ast.Name):
        return layout
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _MOVES:
        return None
    on = _applied(node.func.value, layout, sizes)
    arguments = [_value(argument, sizes) for argument in node.args]
    method: Any = None if on is None else getattr(on, node.func.attr)
    return None if method is None or node.keywords else method(*arguments)


def _value(node: ast.expr, sizes: Mapping[str, int]) -> Any:
    """Return what an argument stands for: a number, a word for a size, or several of them."""
    if isinstance(node, ast.Tuple):
        return tuple(_value(item, sizes) for item in node.elts)
    called = ast.unparse(node)
    return sizes[called] if called in sizes and called != "-1" else ast.literal_eval(node)


def _ints(sizes: Sequence[object]) -> tuple[int, ...] | None:
    found = tuple(size for size in sizes if isinstance(size, int))
    return found if len(found) == len(sizes) else None


def _axes(factors: Sequence[Factor]) -> Iterator[Axis]:
    for factor in factors:
        if isinstance(factor.axis, Block):
            yield from _axes(factor.axis.parts)
        else:
            yield factor.axis


def _shown(dims: Dims) -> tuple[Axis, ...]:
    """Return the axes that cells tell of, in one order whatever that of the dims: no features, unless there is nothing else."""
    known = {axis for dim in dims for axis in _axes(dim) if axis.name not in ("?", "copies")}
    ordered = sorted(known, key=lambda axis: (_ORDER.get(axis.name, len(_ORDER)), str(axis)))
    return tuple(axis for axis in ordered if axis.name not in _UNSHOWN) or tuple(ordered)


def _unit(dims: Dims, axes: Sequence[Axis]) -> int:
    """Return how many elements lie side by side that are the same for all of these axes."""
    unit = 1
    for factor in reversed([factor for dim in dims for factor in dim]):
        if not isinstance(factor.size, int) or any(axis in axes for axis in _axes((factor,))):
            break
        unit *= factor.size
    return unit


def _cell(dims: Dims, sizes: Sequence[int], axes: Sequence[Axis], place: int) -> Cell:
    """Return the coordinates of the element at a place in memory."""
    found = dict.fromkeys(axes, 0)
    for dim, size in zip(reversed(dims), reversed(sizes), strict=True):
        place, at = divmod(place, size)
        _add(found, dim, at)
    return tuple(found[axis] if axis.crop is None else axis.crop.start + found[axis] * axis.crop.step for axis in axes)


def _add(found: dict[Axis, int], factors: Sequence[Factor], at: int) -> None:
    for factor in reversed(factors):
        size, stride = cast("int", factor.size), cast("int", factor.stride)
        at, value = divmod(at, size)
        if isinstance(factor.axis, Block):
            _add(found, factor.axis.parts, value * stride)
        elif factor.axis in found:
            found[factor.axis] += value * stride
