"""Consumption: dims are contracted, reduced or normalised. What must not vary along them is judged here."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from rnnshape.axes import Axis
from rnnshape.coordinates import Mark, along, at_sizes, disagreement, varies
from rnnshape.ops.pointwise import keeps, meet
from rnnshape.ops.registry import Operation, leaves, operation

__all__ = ["contracted"]


def contracted(mark: Mark, dims: tuple[int, ...], keepdim: bool) -> dict[Axis, Tensor]:
    """Return the tables without dims along which they do not vary; an axis that varies along one of them is gone."""
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        if any(varies(table, d) for d in dims):
            continue
        for dim in dims:
            table = table.narrow(dim, 0, 1)
        if not keepdim:
            for dim in sorted(dims, reverse=True):
                table = table.squeeze(dim)
        tables[axis] = table
    return tables


def _put(op: Operation, result: object, tables: dict[Axis, Tensor], sources: list[Mark]) -> None:
    if not isinstance(result, Tensor):
        return
    mark = Mark(tuple(result.shape), tables)
    for source in sources:
        mark.sites |= {a: s for a, s in source.sites.items() if a in tables}
        mark.lost |= {a: s for a, s in source.lost.items() if a not in tables}
        mark.target |= source.target
    op.book.put(result, mark)


@operation("linear")
def linear(op: Operation) -> None:
    """``input @ weight.T + bias``: the last dim of the input is contracted, and a feature axis of its own comes out."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    mark = op.book.mark(source)
    if mark is None or op.book.mark(weight) is not None:
        return op.book.judge.use(*(m for t in (source, weight) if (m := op.book.mark(t))))
    op.book.judge.contraction(op, mark, (source.dim() - 1,))
    result = op.result
    tables = contracted(mark, (source.dim() - 1,), keepdim=weight.dim() > 1)
    if weight.dim() > 1:
        tables[op.book.fresh("feature")] = along(result.size(-1), result.dim() - 1, result.dim())
    _put(op, result, tables, [mark])
    made = op.book.mark(result)
    if made is not None and weight.dim() > 1 and weight.size(0) == 1:
        made.single = result.dim() - 1
    return None


@operation("matmul", "__matmul__", "__rmatmul__", "bmm", "mm", "mv", "dot")
def matmul(op: Operation) -> None:
    """The last dim of the first operand meets the last but one of the second."""
    a, b = op.args[0], op.argument(1, "other", op.kwargs.get("mat2"))
    _product(op, (b, a) if op.name == "__rmatmul__" else (a, b))


@operation("addmm", "baddbmm")
def add_product(op: Operation) -> None:
    """A product, with something added."""
    _product(op, (op.args[1], op.args[2]))


def _product(op: Operation, operands: tuple[Any, Any]) -> None:
    a, b = operands
    left, right = op.book.mark(a), op.book.mark(b)
    if left is None and right is None:
        return
    result = op.result
    inner_a, inner_b = a.dim() - 1, max(b.dim() - 2, 0)
    if left is not None and right is not None:
        op.book.judge.product(op, left, inner_a, right, inner_b)
    else:
        mark, dim = (left, inner_a) if left is not None else (right, inner_b)
        assert mark is not None
        op.book.judge.contraction(op, mark, (dim,))
    tables: dict[Axis, Tensor] = {}
    for mark, dim, insert in ((left, inner_a, b.dim() > 1), (right, inner_b, a.dim() > 1)):
        if mark is None:
            continue
        for axis, table in contracted(mark, (dim,), keepdim=False).items():
            if insert:
                table = table.unsqueeze(-1 if mark is left else (-2 if b.dim() > 1 else 0))
            table = at_sizes(table, tuple(result.shape))
            if axis not in tables:
                tables[axis] = table
            elif disagreement(tables[axis], table) is not None:
                del tables[axis]  # rows of one against rows of the other: a similarity matrix has no one coordinate
    _put(op, result, tables, [m for m in (left, right) if m is not None])


@operation("einsum")
def einsum(op: Operation) -> None:
    """Letters name the dims: those that are not in the result are contracted."""
    equation, operands = op.args[0], op.args[1:]
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = tuple(operands[0])
    marks = [op.book.mark(t) for t in operands]
    known = [m for m in marks if m is not None]
    if not known:
        return
    if not isinstance(equation, str) or "." in equation:
        op.book.judge.use(*known)
        return
    inputs, _, output = equation.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if "->" not in equation:
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    tables: dict[Axis, Tensor] = {}
    for mark, term in zip(marks, terms, strict=True):
        if mark is None:
            continue
        gone = tuple(d for d, letter in enumerate(term) if letter not in output)
        shared = [d for d in gone if any(m is not None and term[d] in t for m, t in zip(marks, terms, strict=True) if t != term)]
        op.book.judge.contraction(op, mark, tuple(d for d in gone if d not in shared))
        for axis, table in contracted(mark, gone, keepdim=True).items():
            kept = [d for d, letter in enumerate(term) if letter in output]
            table = table.permute([*sorted(kept, key=lambda d: output.index(term[d])), *gone])
            table = table.flatten(len(kept)) if gone else table.unsqueeze(-1)
            table = table[..., 0]
            for at, letter in enumerate(output):
                if letter not in term:
                    table = table.unsqueeze(at)
            if axis in tables and disagreement(tables[axis], table) is not None:
                del tables[axis]
            else:
                tables[axis] = table
    op.book.judge.use(*known)
    _put(op, op.result, tables, known)


@operation("softmax", "log_softmax", "softmin", "gumbel_softmax")
def softmax(op: Operation) -> None:
    """Normalises along one dim."""
    source = op.argument(0, "input")
    dim = op.kwargs.get("dim", op.args[1] if len(op.args) > 1 and type(op.args[1]) is int else None)
    mark = op.book.mark(source)
    if mark is not None and type(dim) is int:
        op.book.judge.normalisation(op, mark, dim % max(source.dim(), 1))
    keeps(op, source)


@operation("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "normalize", "layer_norm", "instance_norm", "group_norm", "rms_norm")
def same_sizes(op: Operation) -> None:
    """Works along dims and keeps the sizes."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is not None and op.name in ("layer_norm", "rms_norm"):
        shape = op.argument(1, "normalized_shape")
        op.book.judge.contraction(op, mark, tuple(range(source.dim() - len(shape), source.dim())))
    keeps(op, source)


@operation("batch_norm")
def batch_norm(op: Operation) -> None:
    """Normalises each channel, dim 1, over all else; the batch belongs there."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is not None:
        op.book.judge.contraction(op, mark, (1,))
    keeps(op, source)


@operation(
    "sum", "mean", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "any", "all", "median", "nanmean", "nansum", "logsumexp",
    "var", "std", "norm", "var_mean", "std_mean", "aminmax", "count_nonzero", "vector_norm", "quantile", "trapz",
)  # fmt: skip
def reduction(op: Operation) -> None:
    """Takes dims away, or keeps them at size 1."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is None:
        return
    if len(op.args) > 1 and isinstance(op.args[1], Tensor):  # torch.max(a, b) is elementwise
        for result in leaves(op.result):
            op.book.put(result, meet(op, [m for t in op.args[:2] if (m := op.book.mark(t))], tuple(result.shape)))
        return
    op.book.judge.use(mark)
    dims = _dims(op, source.dim())
    results = list(leaves(op.result))
    if not results or any(r.dim() not in (source.dim(), source.dim() - len(dims)) for r in results):
        return
    tables = contracted(mark, dims, keepdim=results[0].dim() == source.dim())
    for result in results:
        _put(op, result, dict(tables), [mark])
        put = op.book.mark(result)
        for axis in mark.tables:
            if put is not None and axis.name == "batch" and axis not in tables and len(dims) < source.dim():
                put.lost[axis] = op.book.site(op.name, mark, put.sizes)


def _dims(op: Operation, ndim: int) -> tuple[int, ...]:
    position = 2 if op.name in ("norm", "quantile", "vector_norm") else 1
    given = op.kwargs.get("dim", op.kwargs.get("axis", op.args[position] if len(op.args) > position else None))
    if type(given) is int:
        return (given % ndim,) if ndim else ()
    if isinstance(given, (tuple, list)) and given and all(type(d) is int for d in given):
        return tuple(d % ndim for d in given)
    return tuple(range(ndim))


@operation("embedding", "one_hot")
def embedding(op: Operation) -> None:
    """Every id becomes a vector, along a new last dim."""
    ids = op.argument(0, "input", op.kwargs.get("tensor"))
    mark = op.book.mark(ids)
    if mark is None:
        return
    result = op.result
    if op.name == "embedding":
        op.book.judge.token_ids(op, ids, mark, op.argument(2, "padding_idx"))
    tables = {axis: table.unsqueeze(-1) for axis, table in mark.tables.items()}
    tables[op.book.fresh("feature")] = along(result.size(-1), result.dim() - 1, result.dim())
    _put(op, result, tables, [mark])


@operation("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d")
def convolution(op: Operation) -> None:
    """Mixes channels and neighbours: (batch, channels, positions ...)."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    space = int(op.name[-2])
    if mark is None or source.dim() != space + 2:
        return
    op.book.judge.contraction(op, mark, tuple(range(1, source.dim())), keeps_positions=True)
    _windows(op, source, mark, space, channels=True)


@operation(
    "max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d", "adaptive_avg_pool1d", "adaptive_max_pool1d", "adaptive_avg_pool2d",
    "adaptive_max_pool2d", "lp_pool1d", "max_pool1d_with_indices", "adaptive_max_pool1d_with_indices", "boolean_dispatch",
)  # fmt: skip
def pool(op: Operation) -> None:
    """Mixes neighbours along the last dims."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is not None:
        op.book.judge.use(mark)
        _windows(op, source, mark, 2 if "2d" in op.name else 1, channels=False)


def _windows(op: Operation, source: Tensor, mark: Mark, space: int, channels: bool) -> None:
    """Keep what lies along the other dims; positions keep their axis only where their number stays the same."""
    for result in leaves(op.result):
        if result.dim() != source.dim():
            continue
        first = result.dim() - space
        changed = [d for d in range(first, result.dim()) if result.size(d) != source.size(d)]
        if channels:
            changed.append(first - 1)
        tables = {a: t for a, t in mark.tables.items() if not any(t.size(d) > 1 for d in changed)}
        if channels:
            tables[op.book.fresh("feature")] = along(result.size(first - 1), first - 1, result.dim())
        _put(op, result, tables, [mark])


@operation("multi_head_attention_forward")
def attention(op: Operation) -> None:
    """Query, key and value are (steps, batch, features) here, whatever batch_first says."""
    query, key, value = op.args[:3]
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        mark = op.book.mark(tensor)
        if mark is not None and tensor.dim() == 3:
            op.book.judge.attention(op, name, mark)
    mark = op.book.mark(query)
    if mark is not None and isinstance(op.result, tuple):
        output = op.result[0]
        tables = contracted(mark, (query.dim() - 1,), keepdim=True)
        tables[op.book.fresh("feature")] = along(output.size(-1), output.dim() - 1, output.dim())
        _put(op, output, tables, [mark])


@operation("scaled_dot_product_attention")
def dot_product_attention(op: Operation) -> None:
    """(..., steps, features): keys' steps are contracted, so only the query's remain."""
    query, key = op.argument(0, "query"), op.argument(1, "key")
    left, right = op.book.mark(query), op.book.mark(key)
    op.book.judge.use(*(m for m in (left, right) if m is not None))
    if left is not None:
        _put(op, op.result, contracted(left, (query.dim() - 1,), keepdim=True), [left])
