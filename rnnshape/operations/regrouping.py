"""Regrouping: the elements keep their order, and the dims are cut and merged otherwise."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from torch import Tensor

from rnnshape.coordinates.mark import SQUEEZED, Mark
from rnnshape.coordinates.tables import alone, compress, expand, runs_along
from rnnshape.operations.marking import put_tables, source_first
from rnnshape.operations.registry import Operation, operation, repeatable

__all__ = ["regroup", "regrouped"]


@repeatable
@operation(
    "view", "reshape", "view_as", "reshape_as", "unflatten", "flatten", "ravel", "squeeze", "squeeze_", "atleast_1d",
    "atleast_2d", "_unsafe_view",
)  # fmt: skip
def regroup(op: Operation) -> None:
    """The elements keep their order, so all of these are replayed as ``reshape``."""
    args, _ = source_first(op)
    mark = op.book.mark(args[0])
    if mark is None or not isinstance(op.result, Tensor) or op.result.numel() != prod(mark.sizes):
        return
    sizes = tuple(op.result.shape)
    tables = {axis: found for axis, table in mark.tables.items() if (found := regrouped(table, mark.sizes, sizes)) is not None}
    for axis, table in mark.of("batch"):
        if _took_their_place(op, mark, runs_along(table), runs_along(tables[axis]) if axis in tables else []):
            tables[op.book.part_of(SQUEEZED, axis)] = alone(0, len(sizes))
    put_tables(op, op.result, tables, [mark])


def _took_their_place(op: Operation, mark: Mark, before: list[int], after: list[int]) -> bool:
    """Tell whether a squeeze that names no dim has taken away one of size 1, and the samples lie where it was."""
    is_unnamed = op.name == "squeeze" and len(op.args) == 1 and not op.kwargs
    return is_unnamed and len(before) == len(after) == 1 and after[0] < before[0] and mark.sizes[after[0]] == 1


def regrouped(table: Tensor, before: tuple[int, ...], after: tuple[int, ...]) -> Tensor | None:
    """Reshape a table; a run of dims that holds the same elements before and after, and where it does not vary, stays at 1."""
    if before == after:
        return table
    if 0 in before:
        return None
    wide, wanted = [1] * len(before), [1] * len(after)
    for i, j, k, m in _runs(before, after):
        if any(table.size(d) > 1 for d in range(i, j)):
            wide[i:j], wanted[k:m] = before[i:j], after[k:m]
    full = expand(table, wide)
    return None if full is None else compress(full.reshape(wanted))


@lru_cache(maxsize=1024)
def _runs(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[tuple[int, int, int, int], ...]:
    """Cut two sizes of one number of elements into the shortest runs that hold equally many."""
    runs: list[tuple[int, int, int, int]] = []
    j = m = 0
    while j < len(before) or m < len(after):
        i, k, left, right = j, m, 1, 1
        if j < len(before):
            left, j = before[j], j + 1
        if m < len(after):
            right, m = after[m], m + 1
        while left != right:
            if left < right:
                left, j = left * before[j], j + 1
            else:
                right, m = right * after[m], m + 1
        runs.append((i, j, k, m))
    return tuple(runs)
