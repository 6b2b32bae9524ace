"""Packing: sequences of different lengths in one tensor, padded or one step after the other."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from rnnshape.coordinates.tables import LARGEST, NOWHERE, compress, expand, numbers
from rnnshape.layout.axes import Axis
from rnnshape.operations.marking import put_tables, source_first
from rnnshape.operations.registry import Operation, on_cpu, operation, repeatable
from rnnshape.operations.uses import Packing, Unpacking

__all__ = ["pack", "pad_sequence", "unpack"]


@operation("_pack_padded_sequence")
def pack(op: Operation) -> None:
    """The rows of a PackedSequence: every sample of step 0, then every one of step 1 that still runs, ..."""
    source, lengths, batch_first = op.args[0], on_cpu(op.args[1]), op.argument(2, "batch_first", False)
    op.book.walks(source, 1 if batch_first else 0)
    if (mark := op.book.reads(source, 0 if batch_first else 1, (1 if batch_first else 0,), "pack_padded_sequence")) is not None:
        op.emit(Packing(op.name, mark, bool(batch_first), op.book.mark(op.args[1]), tuple(numbers(lengths))))
    _pack(op, source, op.result[0], lambda table: op.func(table, lengths, batch_first)[0])


@operation("_pad_packed_sequence")
def unpack(op: Operation) -> None:
    """Padding has no coordinate."""
    data, sizes, batch_first, _, total = op.args
    sizes = on_cpu(sizes)
    _pack(op, data, op.result[0], lambda table: op.func(table, sizes, batch_first, NOWHERE, total)[0])
    if (mark := op.book.mark(op.result[0])) is not None:
        op.emit(Unpacking(op.name, mark, op.result[0].size(1 if batch_first else 0)))


def _pack(op: Operation, source: Tensor, result: Tensor, func: Callable[[Tensor], Tensor]) -> None:
    mark = op.book.mark(source)
    if mark is None:
        return
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        sizes = [*mark.sizes[:2], *table.shape[2:]]  # the features pass through
        full = expand(table, sizes if op.name == "_pack_padded_sequence" else [mark.sizes[0], *table.shape[1:]])
        if full is not None:
            tables[axis] = compress(func(full.contiguous()))
    put_tables(op, result, tables, [mark])


@repeatable
@operation("pad_sequence")
def pad_sequence(op: Operation) -> None:
    """Each sequence becomes a sample; padding has no coordinate."""
    (parts, *_), kwargs = source_first(op, "sequences")
    batch_first = op.args[1] if len(op.args) > 1 else kwargs.get("batch_first", False)
    side = op.args[3] if len(op.args) > 3 else kwargs.get("padding_side", "right")
    if not isinstance(parts, (tuple, list)) or op.result.numel() > LARGEST:
        return
    marks = [op.book.mark(part) for part in parts]
    known = [m for m in marks if m is not None]
    tables: dict[Axis, Tensor] = {}
    for axis in dict.fromkeys(a for m in known for a in m.tables):
        full = [
            (m.tables[axis] if m and axis in m.tables else torch.tensor(NOWHERE)).expand(part.shape)
            for part, m in zip(parts, marks, strict=True)
        ]
        tables[axis] = compress(op.func(full, batch_first, NOWHERE, side))
    if known:
        put_tables(op, op.result, tables, known)
