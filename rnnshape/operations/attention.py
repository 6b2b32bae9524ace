"""Attention: scores become weights, the steps of the keys are contracted, and those of the query remain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from rnnshape.coordinates.mark import COMPETING, ONES, Mark
from rnnshape.coordinates.tables import along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.ahead import attends_ahead
from rnnshape.operations.marking import contracted, joined, kept_but, put_result
from rnnshape.operations.mixtures import parts_of
from rnnshape.operations.products import queries_and_keys
from rnnshape.operations.registry import Operation, operation, repeatable
from rnnshape.operations.uses import Attending, AttentionInput, ImplicitDim, Meeting, Normalisation

__all__ = ["attention"]


@repeatable
@operation("multi_head_attention_forward")
def attention(op: Operation) -> None:
    """Query, key and value are (steps, batch, features) here, whatever batch_first says."""
    query, key, value = (op.argument(i, name) for i, name in enumerate(("query", "key", "value")))
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        mark = op.book.reads(tensor, 1, (0,)) if isinstance(tensor, Tensor) and tensor.dim() == 3 else None
        if mark is not None:
            op.emit(AttentionInput(op.name, name, mark))
    _attend(op, query, key, ("key_padding_mask", "attn_mask"), int(op.argument(4, "num_heads")))
    if not isinstance(op.result, tuple):
        return
    output, last = op.result[0], query.dim() - 1
    sources = [
        (mark, contracted(mark, dims, keepdim=True))
        for tensor, dims in ((query, (last,)), (key, (0, last)), (value, (0, last)))
        if (mark := op.book.mark(tensor)) is not None and len(mark.sizes) == output.dim()
    ]
    if not sources:
        return
    tables = _of_the_query(sources, op.book.mark(query) is not None)
    tables[op.book.fresh("feature")] = along(output.size(-1), last, output.dim())
    put_result(op, output, tables, [m for m, _ in sources])
    _reads_ahead(op, query, key, (0, output), op.argument(16, "attn_mask"))
    if isinstance(op.result[1], Tensor) and query.dim() == 3:
        _put_weights(op, op.book.mark(query), op.book.mark(key), op.result[1])


def _put_weights(op: Operation, query: Mark | None, key: Mark | None, weights: Tensor) -> None:
    """The weights are (batch, queries, keys), or (batch, heads, queries, keys), whatever batch_first says.

    Each is of all keys: where samples lie along these, it is of no one sample.
    """
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    for mark, at in ((query, -2), (key, -1)):
        if mark is not None:
            tables: dict[Axis, Tensor] = {}
            of_all_keys = set(kept_but(mark, (0,))) if at == -1 else set(mark.tables)
            for axis, table in contracted(mark, (2,), keepdim=False).items():
                if axis not in of_all_keys:
                    continue
                sizes = [1] * weights.dim()
                sizes[at], sizes[0] = table.shape
                tables[axis] = table.t().reshape(sizes)
            sources.append((mark, tables))
    if not sources:
        return
    tables, competing = queries_and_keys(op, sources), None
    if weights.size(-1) > 1 and key is not None:
        competing = op.book.part_of(COMPETING)
        tables[competing] = along(weights.size(-1), weights.dim() - 1, weights.dim())
    put_result(op, weights, tables, [mark for mark, _ in reversed(sources)], makes=competing)


@repeatable
@operation("scaled_dot_product_attention")
def dot_product_attention(op: Operation) -> None:
    """(..., steps, features): keys' steps are contracted, so only the query's remain."""
    query, key, value = (op.argument(i, name) for i, name in enumerate(("query", "key", "value")))
    marks = [op.book.mark(t) for t in (query, key, value)]
    _attend(op, query, key, ("attn_mask",), 0)
    op.consume(*(m for m in marks if m is not None))
    if op.kwargs.get("enable_gqa"):
        marks[1:] = None, None  # they have fewer heads than the query, whose axes remain
    steps, last = query.dim() - 2, query.dim() - 1
    sources = [
        (mark, contracted(mark, dims, keepdim=True))
        for mark, dims in zip(marks, ((last,), (steps, last), (steps,)), strict=True)
        if mark is not None and len(mark.sizes) == query.dim()
    ]
    if sources:
        put_result(op, op.result, _of_the_query(sources, marks[0] is not None), [m for m, _ in sources])
        _reads_ahead(op, query, key, (steps, op.result), op.argument(3, "attn_mask"))


def _reads_ahead(op: Operation, query: Tensor, key: Tensor, place: tuple[int, Tensor], mask: object) -> None:
    """Remember that each step has read those behind it too, where no mask hides any."""
    of_queries, of_keys = op.book.mark(query), op.book.mark(key)
    causal = op.argument(5, "is_causal") if op.name == "scaled_dot_product_attention" else False
    if mask is None and not causal and of_queries is not None and of_keys is not None:
        attends_ahead(op, of_queries, of_keys, *place)


_PLACES = {("multi_head_attention_forward", "key_padding_mask"): 14, ("multi_head_attention_forward", "attn_mask"): 16,
           ("scaled_dot_product_attention", "attn_mask"): 3}  # fmt: skip
"""Where a mask stands among the arguments."""


def _attend(op: Operation, query: Tensor, key: Tensor, roles: Sequence[str], heads: int) -> None:
    """Tell of queries and keys of which something is known, with their masks."""
    known, keys = op.book.mark(query), op.book.mark(key)
    if keys is None or len(keys.sizes) < 3:
        return
    if known is None:  # queries that are learned, of which nothing is known
        known = Mark(tuple(query.shape))
    elif keys is not known and len(keys.sizes) == len(known.sizes):
        op.emit(Meeting(op.name, (known, keys)))
    given = [(role, op.argument(_PLACES[op.name, role], role)) for role in roles]
    masks = [(role, mask) for role, mask in given if isinstance(mask, Tensor)]
    marks = tuple(op.book.mark(mask) for _, mask in masks)
    op.emit(Attending(op.name, known, keys, tuple(r for r, _ in masks), tuple(m for _, m in masks), marks, heads))


def _of_the_query(sources: Sequence[tuple[Mark, dict[Axis, Tensor]]], is_known: bool) -> dict[Axis, Tensor]:
    """Return what the query knows: each of its steps keeps its axes, and its sample where it looks at no other.

    One that is learned has no axes of its own, and answers for the sample that it looks at.
    """
    samples = joined(sources)
    if not is_known:
        return samples
    _, kept = sources[0]
    return {axis: table for axis, table in kept.items() if axis.name != "batch" or axis in samples}


@repeatable
@operation("softmax", "log_softmax", "softmin", "gumbel_softmax", "_softmax", "_log_softmax")
def softmax(op: Operation) -> None:
    """Normalises along one dim."""
    source = op.argument(0, "input")
    position = 4 if op.name == "gumbel_softmax" else 1
    dim = op.kwargs.get("dim", op.args[position] if len(op.args) > position else -1 if op.name == "gumbel_softmax" else None)
    mark = op.book.mark(source)
    if mark is None:
        return
    if dim is None and op.name != "gumbel_softmax":
        dim = 0 if source.dim() in (0, 1, 3) else 1  # what torch still takes, with a warning
        op.emit(ImplicitDim(op.name, mark, dim))
    if type(dim) is not int or not mark.sizes:
        op.book.put(op.result, replace(mark, tables=kept_but(mark, None), made=None))
        return
    dim %= len(mark.sizes)
    op.emit(Normalisation(op.name, mark, dim))
    tables = kept_but(mark, (dim,))
    if any(varies(table, d) for _, table in mark.of(COMPETING) for d in range(table.dim()) if d != dim):
        op.book.put(op.result, replace(mark, tables=tables, made=None))  # over both axes in turn: in the end both sum to 1
        return
    weights = op.book.part_of(COMPETING if mark.sizes[dim] > 1 else ONES)
    tables[weights] = along(mark.sizes[dim], dim, len(mark.sizes))
    parts = parts_of(mark, dim) if weights.name == COMPETING else {}
    sites = mark.sites | dict.fromkeys((weights, *parts), op.book.site(op.name, mark, mark.sizes))
    tables |= parts
    op.book.put(op.result, replace(mark, tables=tables, sites=sites, made=None))
