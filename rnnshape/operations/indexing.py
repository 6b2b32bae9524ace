"""Indexing: elements are picked by ints, slices, masks and tensors of ints."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnshape.operations.choices import picked_at
from rnnshape.operations.marking import replay_on
from rnnshape.operations.registry import Operation, on_cpu, operation, repeatable_alone

__all__ = ["index"]


@repeatable_alone
@operation("__getitem__")
def index(op: Operation) -> None:
    """An index passes through the dims that it does not name, and takes the one there is where a table does not vary."""
    mark = op.book.mark(op.args[0])
    if mark is None:
        return
    given = op.args[1] if isinstance(op.args[1], tuple) else (op.args[1],)
    items = _items(given, len(mark.sizes))
    if items is None:
        rest = on_cpu(op.args[1])
        replay_on(op, mark, lambda table: table[rest])
        return
    rest = tuple(on_cpu(item) for item, _ in items)
    wide = {d for item, d in items if isinstance(item, Tensor) and d is not None}

    def replayed(table: Tensor) -> Tensor:
        narrow = [
            item if d is None or table.size(d) > 1 or d in wide else (0 if type(item) is int else slice(None))
            for (_, d), item in zip(items, rest, strict=True)
        ]
        return table[tuple(narrow)]

    replay_on(op, mark, replayed, wide)
    picked_at(op, mark, items)


def _items(given: tuple[Any, ...], ndim: int) -> list[tuple[Any, int | None]] | None:
    """Return each part of an index with the dim that it is for; None for more than ints, slices and int tensors."""
    plain = all(
        item is None or item is ... or type(item) in (int, slice) or (isinstance(item, Tensor) and not _is_mask(item))
        for item in given
    )
    if not plain:
        return None
    named = sum(item is not None and item is not ... for item in given)
    items: list[tuple[Any, int | None]] = []
    dim = 0
    for item in given:
        if item is ...:
            items.extend((slice(None), d) for d in range(dim, dim + ndim - named))
            dim += ndim - named
        elif item is None:
            items.append((None, None))
        else:
            items.append((item, dim))
            dim += 1
    return items


def _is_mask(item: Tensor) -> bool:
    return item.dtype in (torch.bool, torch.uint8)
