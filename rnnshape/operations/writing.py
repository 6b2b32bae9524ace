"""Writing into a tensor: replayed on its tables, where what is written takes the place of what was there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import LARGEST, NOWHERE, compress
from rnnshape.layout.axes import Axis
from rnnshape.operations.marking import put_tables
from rnnshape.operations.registry import Operation, on_cpu, operation
from rnnshape.operations.uses import Filling, Overwriting

__all__ = ["write"]

_VALUE_AT = {
    "__setitem__": 2, "copy_": 1, "index_put_": 2, "index_put": 2, "index_copy_": 3, "index_copy": 3,
    "scatter_": 3, "scatter": 3, "masked_scatter_": 2, "masked_scatter": 2, "index_fill_": 3, "index_fill": 3,
    "select_scatter": 1, "slice_scatter": 1,
}  # fmt: skip
"""Where what is written stands among the arguments."""

_AT_AN_INDEX = frozenset(["__setitem__", "index_put_", "index_put"])

_AT_NUMBERS = _AT_AN_INDEX | {"index_copy_", "index_copy", "scatter_", "scatter"}
"""What writes several values, each where a number says."""

_VALUE_NAMES = ("value", "values", "source", "src", "other")


@operation(*_VALUE_AT)
def write(op: Operation) -> None:
    """Replay on the tables of the target, with the table of the value; what has no coordinate leaves none."""
    target = op.args[0] if op.args else None
    result = target if op.result is None else op.result
    if not isinstance(target, Tensor) or not isinstance(result, Tensor):
        return
    position = _VALUE_AT[op.name]
    name = next((n for n in _VALUE_NAMES if n in op.kwargs), None)
    value = op.args[position] if len(op.args) > position else op.kwargs.get(name or "")
    before, source = op.book.mark(target), op.book.mark(value)
    sums = op.kwargs.get("accumulate") or op.kwargs.get("reduce") or (len(op.args) > position + 1 and "scatter" not in op.name)
    if op.name == "__setitem__" and before is not None and source is None:
        _fill(op, before, op.args[1] if isinstance(op.args[1], tuple) else (op.args[1],))
    if isinstance(value, Tensor) and not sums and op.name in _AT_NUMBERS and value.requires_grad:
        _overwrite(op, value, tuple(result.shape))
    if (before is None and source is None) or sums or target.numel() > LARGEST:
        op.book.put(result, Mark(tuple(result.shape)))
        return
    args, kwargs = list(on_cpu(op.args[1:position])), on_cpu({k: v for k, v in op.kwargs.items() if k != name})
    rest = op.args[position + 1 :]
    was = before or Mark(tuple(target.shape))
    thin = _Thin(was.sizes, op.args[1]) if op.name == "__setitem__" else None

    def func(table: Tensor, filling: Tensor) -> Tensor:
        if op.name == "__setitem__":
            table[args[0]] = filling
            return table
        if name is not None:
            return op.func(table, *args, **kwargs, **{name: filling})
        return op.func(table, *args, filling, *rest, **kwargs)

    tables: dict[Axis, Tensor] = {}
    for axis in dict.fromkeys([*was.tables, *(source.tables if source else ())]):
        table, filling = was.tables.get(axis), source.tables.get(axis) if source else None
        table = torch.tensor(NOWHERE).view([1] * len(was.sizes)) if table is None else table
        if thin is not None and thin.dims is not None:
            tables[axis] = compress(thin.written(table, torch.tensor(NOWHERE) if filling is None else filling))
        else:
            tables[axis] = compress(_written(func, table, was.sizes, filling, value))
    put_tables(op, result, tables, [m for m in (before, source) if m])


def _overwrite(op: Operation, value: Tensor, sizes: tuple[int, ...]) -> None:
    """Tell of a value that is trained, and is written over others at the numbers in a tensor."""
    dim = None if op.name in _AT_AN_INDEX else op.argument(1, "dim")
    at = op.argument(1, "indices") if dim is None else op.argument(2, "index")
    op.emit(Overwriting(op.name, sizes, dim, at, value))


def _fill(op: Operation, before: Mark, given: tuple[Any, ...]) -> None:
    """Tell of rows that are filled at the numbers in a tensor."""
    places = [at for at, item in enumerate(given) if isinstance(item, Tensor)]
    index = given[places[0]] if len(places) == 1 else None
    if index is None or index.dim() != 1 or index.dtype not in (torch.int64, torch.int32):
        return
    counted = [item for item in given if item is not None and item is not ...]
    is_from_the_end = any(item is ... for item in given[: places[0]])
    behind = sum(item is not None for item in given[places[0] + 1 :])
    dim = len(before.sizes) - 1 - behind if is_from_the_end else sum(item is not None for item in given[: places[0]])
    if len(counted) <= len(before.sizes):
        op.emit(Filling(op.name, before, dim, index, op.book.mark(index)))


def _written(
    func: Callable[[Tensor, Any], Tensor], table: Tensor, sizes: tuple[int, ...], filling: Tensor | None, value: Any
) -> Tensor:
    if not isinstance(value, Tensor):
        full: Any = NOWHERE
    else:
        full = torch.tensor(NOWHERE) if filling is None else filling
        full = full.expand(value.shape).contiguous()
    return func(table.expand(sizes).clone(), full)


class _Thin:
    """An assignment by ints and slices, replayed on tables that are only as wide as they must be.

    Attributes:
        dims: of the region that is written, the dim of the target that each is; None where the index is of another kind.
    """

    def __init__(self, sizes: tuple[int, ...], given: Any) -> None:
        self._sizes = sizes
        self._index: list[Any] = []
        self._touched: set[int] = set()
        self.dims: list[int | None] | None = []
        items = given if isinstance(given, tuple) else (given,)
        if not all(item is None or item is ... or type(item) in (int, slice) for item in items):
            self.dims = None
            return
        missing = len(sizes) - sum(item is not None and item is not ... for item in items)
        items = items if any(item is ... for item in items) else (*items, ...)
        for item in items:
            for one in [slice(None)] * missing if item is ... else [item]:
                self._add(one)

    def _add(self, item: Any) -> None:
        assert self.dims is not None
        dim = sum(i is not None for i in self._index)
        if item is None:
            self.dims.append(None)
        elif type(item) is int:
            self._touched.add(dim)
        else:
            self.dims.append(dim)
            if item.indices(self._sizes[dim]) == (0, self._sizes[dim], 1):
                item = slice(None)
            else:
                self._touched.add(dim)
        self._index.append(item)

    def written(self, table: Tensor, filling: Tensor) -> Tensor:
        """Return the table after the assignment."""
        assert self.dims is not None
        wide = set(self._touched)
        for size, dim in zip(reversed(filling.shape), reversed(self.dims), strict=False):
            if dim is not None and size > 1:
                wide.add(dim)
        full = table.expand([s if d in wide else table.size(d) for d, s in enumerate(self._sizes)]).clone()
        full[tuple(self._index)] = filling
        return full


@operation("fill_", "zero_", "normal_", "uniform_", "random_", "data.set", "set_", "resize_")
def overwrite(op: Operation) -> None:
    """Nothing is left of what was there."""
    if op.args and isinstance(op.args[0], Tensor):
        op.book.put(op.args[0], Mark(tuple(op.args[0].shape)))
