"""The mark of a result: tables that were moved, or what is left of those that were consumed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch import Tensor

from rnnshape.coordinates import roles
from rnnshape.coordinates.mark import (
    AHEAD,
    AVERAGE,
    CHAIN,
    COMPETING,
    DISPLACED,
    FLAGS,
    LATEST,
    MEAN,
    MISSING,
    MIXTURE,
    NORM,
    OF_EVERYONE,
    OF_SCORES,
    ONES,
    PART,
    POSITIONS,
    SCALED,
    SQUEEZED,
    SUMS,
    TOTAL,
    TURNED,
    WEIGHED,
    Mark,
    spread,
)
from rnnshape.coordinates.tables import (
    LARGEST,
    NOWHERE,
    compress,
    disagreement,
    expand,
    interned,
    same_form,
    separable,
    varies,
    widen,
)
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Operation, leaves

__all__ = ["contracted", "joined", "kept_but", "put_kept", "put_result", "put_tables", "replay_on", "source_first"]


def contracted(mark: Mark, dims: tuple[int, ...], keepdim: bool) -> dict[Axis, Tensor]:
    """Return the tables without dims along which they do not vary; an axis that varies along one of them is gone."""
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        if (axis.name in OF_SCORES and axis.name not in _STAY_IN_SUMS) or any(varies(table, d) for d in dims):
            continue
        for dim in dims:
            if table.size(dim) > 1:  # padding beside one coordinate
                table = table.amax(dim, keepdim=True)
        if not keepdim and dims:
            gone = {d % table.dim() for d in dims} if table.dim() else set()
            table = table.view([s for d, s in enumerate(table.shape) if d not in gone])
        tables[axis] = interned(table)
    return tables


_STAY_IN_SUMS = frozenset([AHEAD, CHAIN, LATEST, MIXTURE])
"""Axes that tell of values what a sum along another dim does not take away."""


def kept_but(mark: Mark, dims: tuple[int, ...] | None) -> dict[Axis, Tensor]:
    """Return the tables, but not which sample it is where samples lie along these dims; None for all of them."""
    ndim = max(len(mark.sizes), 1)
    dims = tuple(range(len(mark.sizes))) if dims is None else tuple(d % ndim for d in dims)
    gone = {a for a, t in mark.of("batch") if t.dim() and any(varies(t, d) for d in dims)}
    return {a: t for a, t in mark.tables.items() if a not in gone and a.name not in _OF_VALUES}


_OF_VALUES = OF_EVERYONE | {
    AVERAGE, COMPETING, ONES, WEIGHED, POSITIONS, SCALED, TOTAL, SUMS, MEAN, SQUEEZED, NORM, FLAGS, MISSING, MIXTURE, PART,
}  # fmt: skip
"""Axes that tell something of the numbers, which others have not."""


def put_kept(op: Operation, mark: Mark, dims: tuple[int, ...] | None) -> None:
    """Give results of the same sizes what is left where dims are mixed."""
    tables = kept_but(mark, dims)
    for result in leaves(op.result):
        if tuple(result.shape) == mark.sizes:
            op.book.put(result, replace(mark, tables=dict(tables), made=None))


def joined(sources: Sequence[tuple[Mark, dict[Axis, Tensor]]]) -> dict[Axis, Tensor]:
    """Return what all operands of a product leave of their axes.

    An axis that one of them sums away is gone, whatever another knows of it; where two disagree, as in a matrix of
    similarities, an element has no one coordinate.
    """
    gone = {axis for mark, tables in sources for axis in mark.tables if axis not in tables}
    met: dict[Axis, Tensor] = {}
    for _, tables in sources:
        for axis, table in tables.items():
            if axis in met and disagreement(met[axis], table) is not None:
                gone.add(axis)
            elif axis not in met or bool((met[axis] < 0).any()):
                met[axis] = table
    return {axis: table for axis, table in met.items() if axis not in gone}


def put_result(
    op: Operation, result: object, tables: dict[Axis, Tensor], sources: list[Mark], lost: Iterable[Axis] = (),
    single: int | None = None, widened: bool = False, makes: Axis | None = None,
) -> None:  # fmt: skip
    """Remember the tables of a result; what its sources lost and where their axes were cut goes on with them.

    Args:
        op: the operation.
        result: one of its results.
        tables: of it.
        sources: the marks of its operands.
        lost: axes that the operation takes away; of one operand.
        single: as in Mark.
        widened: whether the operation adds a dim of size one, or leaves one where it might not.
        makes: an axis of which the operation itself is the place.
    """
    if not isinstance(result, Tensor):
        return
    mark = Mark(tuple(result.shape), tables, single=single, widened=widened)
    for source in sources:
        mark.sites |= {a: s for a, s in source.sites.items() if a in tables}
        mark.lost |= {a: s for a, s in source.lost.items() if a not in tables}
        mark.target |= source.target
        mark.widened |= source.widened
        if source.roles:
            mark.roles |= roles.read(source.roles)
    mark.lost |= {axis: op.book.site(op.name, sources[0], mark.sizes) for axis in lost}
    if op.name in ("sum", "mean"):  # of a tree's children
        mark.roles = sources[0].roles
    if makes is not None:
        mark.sites[makes] = op.book.site(op.name, sources[0], mark.sizes)
    mark.widened &= 1 in mark.sizes
    op.book.put(result, mark)


def put_tables(op: Operation, result: object, tables: dict[Axis, Tensor], sources: Sequence[Mark]) -> None:
    """Remember the tables of one result, with the places that gave them their form."""
    if not isinstance(result, Tensor):
        return
    mark = Mark(tuple(result.shape))
    for axis, table in tables.items():
        if axis.name == SQUEEZED and any(axis in source.tables for source in sources):
            continue
        if op.name not in _REGROUPS and _rearranged(axis, table, sources):
            op.consume(*sources)
            continue
        mark.tables[axis] = table
        before = max((m for m in sources if axis in m.tables), key=lambda m: _dims_of(m.tables[axis]), default=None)
        if before is None:
            continue
        is_piece = op.name in _PICKS and axis in before.sites and not separable(before.tables[axis])
        if is_piece or same_form(before.tables[axis], table) or (axis.name in _STAY_WHERE_MADE and axis in before.sites):
            if axis in before.sites:
                mark.sites[axis] = before.sites[axis]
        else:
            mark.sites[axis] = op.site(axis, before, mark.sizes)
    for source in sources:
        if source.lost:
            mark.lost |= {a: s for a, s in source.lost.items() if a not in mark.tables}
        mark.target |= source.target
        mark.widened |= source.widened or _widens(op, source, mark)
        if source.roles:
            mark.roles |= source.roles
    mark.widened &= 1 in mark.sizes
    mark.spread = spread(sources, mark.tables)
    op.book.put(result, mark)


_PICKS = frozenset(["__getitem__", "select", "unbind"])
"""What takes pieces of a tensor, such as the steps of a loop: what was cut in no order was cut where it was, and not here."""

_STAY_WHERE_MADE = OF_EVERYONE | {AHEAD, AVERAGE, DISPLACED, TURNED, MISSING, PART, MIXTURE}
"""Axes whose place is where they came from, whatever moves them."""


def _widens(op: Operation, before: Mark, after: Mark) -> bool:
    """Tell whether a movement adds a dim of size one; where a slice or an index leaves one element of a dim, it adds none.

    A stack of one tensor is that of a loop which has gone through one step.
    """
    if op.name == "stack":
        return False
    if op.name == "__getitem__":
        given = op.args[1] if isinstance(op.args[1], tuple) else (op.args[1],)
        return any(item is None for item in given)
    return after.sizes.count(1) > before.sizes.count(1) and prod(after.sizes) == prod(before.sizes)


_REGROUPS = frozenset(["view", "reshape", "view_as", "reshape_as", "flatten", "ravel", "unflatten"])


def _rearranged(axis: Axis, table: Tensor, sources: Sequence[Mark]) -> bool:
    """Tell whether elements were picked or put side by side in an order of their own: it is nobody's mistake, and unknown.

    A reshape scrambles an axis by accident. Whoever indexes by a tensor, joins pairs of steps or samples, or writes rows of
    other samples into a batch wants just that: ``cat([x[order], x], -1)``, ``cat([x[:, :, None], x[:, None]], -1)``.
    """
    before = [m.tables[axis] for m in sources if axis in m.tables]
    if axis.name in ("step", "layers", "directions") or not all(map(separable, before)):
        return False
    if not separable(table):
        return True
    return axis.name == "batch" and len(before) > 1 and table.dim() == before[0].dim() and _overlap_in_new_dims(table, before)


def _overlap_in_new_dims(table: Tensor, before: list[Tensor]) -> bool:
    """Tell whether samples that some of the parts have in common, along other dims, lie side by side."""
    along = {d for d in range(table.dim()) if varies(table, d)}
    parts = [{d for d in range(t.dim()) if varies(t, d)} for t in before]
    if not any(parts) or along <= set().union(*parts):
        return False
    samples = [set(t.flatten().tolist()) - {NOWHERE} for t in before]
    return any(a & b for i, a in enumerate(samples) for b in samples[:i])


def _dims_of(table: Tensor) -> int:
    return sum(size > 1 for size in table.shape)


def source_first(op: Operation, *names: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return arguments with the tensor in front, also where it was given by name."""
    if op.args:
        return op.args, op.kwargs
    name = next((n for n in (*names, "input", "self", "tensor") if n in op.kwargs), None)
    if name is None:
        return (None,), op.kwargs
    return (op.kwargs[name],), {k: v for k, v in op.kwargs.items() if k != name}


def replay_on(op: Operation, mark: Mark, func: Callable[[Tensor], Any], dims: Collection[int] | None = None) -> None:
    """Replay a function on each table, widened along the dims that it does not pass through; None for all of them."""
    results = list(leaves(op.result))
    if any(r.numel() > LARGEST for r in results) and dims is None:
        return
    moved: list[dict[Axis, Tensor]] = [{} for _ in results]
    for axis, table in mark.tables.items():
        full = expand(table, mark.sizes) if dims is None else widen(table, mark.sizes, dims)
        if full is None:
            continue
        found = list(leaves(func(full)))
        if len(found) != len(results):
            return
        # Where it does not vary along these dims, its pieces of the same sizes are alike.
        alike: dict[torch.Size, Tensor] | None = {} if dims and all(table.size(d) == 1 for d in dims) else None
        for one, tables, result in zip(found, moved, results, strict=True):
            if alike is not None:
                tables[axis] = alike[one.shape] if one.shape in alike else alike.setdefault(one.shape, compress(one))
            elif one.shape == result.shape or dims is not None:
                tables[axis] = compress(one)
    for tables, result in zip(moved, results, strict=True):
        put_tables(op, result, tables, [mark])
