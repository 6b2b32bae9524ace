"""Attention: the steps of the keys are contracted, and those of the query remain."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import along
from rnnshape.layout.axes import Axis
from rnnshape.operations.marking import contracted, joined, put_result
from rnnshape.operations.registry import Operation, operation, repeatable
from rnnshape.operations.uses import AttentionInput

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
    if op.book.mark(query) is None or not isinstance(op.result, tuple):
        return
    output, last = op.result[0], query.dim() - 1
    sources = [
        (mark, contracted(mark, dims, keepdim=True))
        for tensor, dims in ((query, (last,)), (key, (0, last)), (value, (0, last)))
        if (mark := op.book.mark(tensor)) is not None
    ]
    tables = _of_the_query(sources)
    tables[op.book.fresh("feature")] = along(output.size(-1), last, output.dim())
    put_result(op, output, tables, [m for m, _ in sources])


@repeatable
@operation("scaled_dot_product_attention")
def dot_product_attention(op: Operation) -> None:
    """(..., steps, features): keys' steps are contracted, so only the query's remain."""
    query, key, value = (op.argument(i, name) for i, name in enumerate(("query", "key", "value")))
    marks = [op.book.mark(t) for t in (query, key, value)]
    op.consume(*(m for m in marks if m is not None))
    if marks[0] is None or op.kwargs.get("enable_gqa"):
        return
    steps, last = query.dim() - 2, query.dim() - 1
    sources = [
        (mark, contracted(mark, dims, keepdim=True))
        for mark, dims in zip(marks, ((last,), (steps, last), (steps,)), strict=True)
        if mark is not None and len(mark.sizes) == query.dim()
    ]
    put_result(op, op.result, _of_the_query(sources), [m for m, _ in sources])


def _of_the_query(sources: Sequence[tuple[Mark, dict[Axis, Tensor]]]) -> dict[Axis, Tensor]:
    """Return what the query knows: each of its steps keeps its axes, and its sample where it looks at no other."""
    _, kept = sources[0]
    samples = joined(sources)
    return {axis: table for axis, table in kept.items() if axis.name != "batch" or axis in samples}
