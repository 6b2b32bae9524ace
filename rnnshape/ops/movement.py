"""Movement: the result's elements are copies of the input's, so the function itself is replayed on the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from rnnshape.axes import Axis
from rnnshape.coordinates import LARGEST, NOWHERE, Mark, at_sizes, compress, expand
from rnnshape.ops.registry import Operation, leaves, operation

__all__ = ["put_tables"]

TURNS = frozenset("permute transpose swapaxes swapdims movedim moveaxis t adjoint unsqueeze T.get mT.get H.get mH.get".split())
"""These reorder dims or add one of size 1, so they can be replayed on a compressed table as it is."""


def put_tables(op: Operation, result: object, tables: dict[Axis, Tensor], sources: Sequence[Mark]) -> None:
    """Remember the tables of one result, with the places that gave them their form."""
    if not isinstance(result, Tensor):
        return
    mark = Mark(tuple(result.shape))
    for axis, table in tables.items():
        mark.tables[axis] = table
        before = next((m for m in sources if axis in m.tables), None)
        if before is None:
            continue
        if _same_values(before.tables[axis], table):
            if axis in before.sites:
                mark.sites[axis] = before.sites[axis]
        else:
            mark.sites[axis] = op.book.site(op.name, before, mark.sizes)
    for source in sources:
        mark.lost |= {a: s for a, s in source.lost.items() if a not in mark.tables}
        mark.target |= source.target
    op.book.put(result, mark)


def _same_values(before: Tensor, after: Tensor) -> bool:
    """Tell whether a table was only turned: its values in order are what they were."""
    return before is after or (before.numel() == after.numel() and bool((before.flatten() == after.flatten()).all()))


def _replay(op: Operation, func: Callable[..., Any], source: Tensor, rest: Sequence[Any], kwargs: dict[str, Any]) -> None:
    mark = op.book.mark(source)
    if mark is None:
        return
    results = list(leaves(op.result))
    moved: list[dict[Axis, Tensor]] = [{} for _ in results]
    for axis, table in mark.tables.items():
        full = table if op.name in TURNS else expand(table, mark.sizes)
        if full is None:
            continue
        for found, tables, result in zip(leaves(func(full, *rest, **kwargs)), moved, results, strict=True):
            if op.name in TURNS or found.shape == result.shape:
                tables[axis] = compress(found)
    for tables, result in zip(moved, results, strict=True):
        put_tables(op, result, tables, [mark])


@operation(
    "permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "t", "adjoint", "unsqueeze", "T.get", "mT.get", "H.get",
    "mH.get", "squeeze", "flatten", "ravel", "expand", "expand_as", "broadcast_to", "__getitem__", "select", "narrow", "split",
    "split_with_sizes", "chunk", "tensor_split", "unbind", "index_select", "gather", "take_along_dim", "masked_select", "repeat",
    "tile", "repeat_interleave", "roll", "flip", "fliplr", "flipud", "rot90", "unfold", "diagonal", "hsplit", "vsplit", "dsplit",
)  # fmt: skip
def replay(op: Operation) -> None:
    """Replay on each table what was done to the first argument."""
    if op.args and isinstance(op.args[0], Tensor):
        _replay(op, op.func, op.args[0], op.args[1:], op.kwargs)
    elif isinstance(source := op.kwargs.get("input"), Tensor):
        rest = {k: v for k, v in op.kwargs.items() if k != "input"}
        _replay(op, op.func, source, op.args, rest)


@operation("view", "reshape", "view_as", "reshape_as", "unflatten")
def regroup(op: Operation) -> None:
    """A table is an expanded view, which ``view`` would refuse, so all of these are replayed as ``reshape``."""
    if op.args and isinstance(op.args[0], Tensor) and isinstance(op.result, Tensor) and torch.dtype not in map(type, op.args):
        _replay(op, lambda table, sizes: table.reshape(sizes), op.args[0], [tuple(op.result.shape)], {})


@operation("cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack")
def join(op: Operation) -> None:
    """Replay on the tables of all parts; a part without a coordinate has none in the result either."""
    parts = op.argument(0, "tensors")
    if not isinstance(parts, (tuple, list)):
        return
    marks = [op.book.mark(part) for part in parts]
    known = [m for m in marks if m is not None]
    tables: dict[Axis, Tensor] = {}
    for axis in dict.fromkeys(a for m in known for a in m.tables):
        if not isinstance(op.result, Tensor) or op.result.numel() > LARGEST:
            return
        full = [
            mark.tables[axis].expand(part.shape) if mark and axis in mark.tables else torch.full(part.shape, NOWHERE)
            for part, mark in zip(parts, marks, strict=True)
        ]
        tables[axis] = compress(op.func(full, *op.args[1:], **{k: v for k, v in op.kwargs.items() if k != "tensors"}))
    if known:
        put_tables(op, op.result, tables, known)


@operation("pad", "constant_pad_nd")
def pad(op: Operation) -> None:
    """Padding has no coordinate, unless the mode copies elements."""
    source, widths, mode = op.argument(0, "input"), op.argument(1, "pad"), op.argument(2, "mode", "constant")
    if mode == "constant" or not isinstance(mode, str):
        _replay(op, lambda table: torch.nn.functional.pad(table, widths, value=NOWHERE), source, [], {})


@operation("sort", "topk", "msort", "kthvalue", "mode")
def sort(op: Operation) -> None:
    """Sorted values come from where the indices say; the indices are numbers of their own."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is None or not isinstance(op.result, tuple) or len(op.result) != 2:
        return
    values, indices = op.result
    dim = op.kwargs.get("dim", next((a for a in op.args[1 + (op.name in ("topk", "kthvalue")) :] if type(a) is int), -1))
    if values.dim() != source.dim():
        return
    tables = {}
    for axis, table in mark.tables.items():
        full = expand(table, mark.sizes)
        if full is not None:
            tables[axis] = compress(full.gather(dim, indices.cpu()))
    put_tables(op, values, tables, [mark])


@operation("__setitem__", "index_put_", "index_copy_", "scatter_", "copy_", "masked_scatter_", "index_fill_", "fill_", "zero_")
def write(op: Operation) -> None:
    """Slice assignment into a buffer is replayed on the buffer's tables; any other writing makes the buffer unknown."""
    target = op.args[0]
    if not isinstance(target, Tensor):
        return
    before = op.book.mark(target) or Mark(tuple(target.shape))
    value = op.args[-1] if len(op.args) > 1 else None
    source = op.book.mark(value)
    if op.name == "copy_":
        index: Any = ...
    elif op.name == "__setitem__":
        index = op.args[1]
    else:
        op.book.put(target, Mark(tuple(target.shape)))
        return
    tables: dict[Axis, Tensor] = {}
    for axis in dict.fromkeys([*before.tables, *(source.tables if source else ())]):
        if target.numel() > LARGEST:
            continue
        table = before.tables[axis].expand(target.shape).clone() if axis in before.tables else torch.full(target.shape, NOWHERE)
        filling = source.tables[axis] if source and axis in source.tables else torch.tensor(NOWHERE)
        table[index] = at_sizes(filling, source.sizes) if source else filling
        tables[axis] = compress(table)
    put_tables(op, target, tables, [m for m in (before, source) if m])


@operation("_pack_padded_sequence")
def pack(op: Operation) -> None:
    """The rows of a PackedSequence: every sample of step 0, then every one of step 1 that still runs, ..."""
    source, lengths, batch_first = op.args[0], op.args[1], op.argument(2, "batch_first", False)
    op.book.judge.packing(op, source, batch_first)
    data, sizes = op.result
    _pack(op, source, data, lambda table: torch._pack_padded_sequence(table, lengths, batch_first)[0])


@operation("_pad_packed_sequence")
def unpack(op: Operation) -> None:
    """Padding has no coordinate."""
    data, sizes, batch_first, _, total = op.args
    _pack(op, data, op.result[0], lambda table: torch._pad_packed_sequence(table, sizes, batch_first, NOWHERE, total)[0])


def _pack(op: Operation, source: Tensor, result: Tensor, func: Callable[[Tensor], Tensor]) -> None:
    mark = op.book.mark(source)
    if mark is None:
        return
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        full = expand(table, mark.sizes)
        if full is not None:
            tables[axis] = compress(func(full.contiguous()))
    put_tables(op, result, tables, [mark])
