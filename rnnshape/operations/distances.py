"""Consumption of less common kinds: distances between vectors, transforms along a dim, sums scattered over rows."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import NOWHERE, along, at_sizes, broadcast_shapes, compress, disagreement, expand, only, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.marking import contracted, joined, put_result, put_tables
from rnnshape.operations.meeting import meet
from rnnshape.operations.registry import Operation, leaves, on_cpu, operation
from rnnshape.operations.totals import pooled
from rnnshape.operations.uses import AddingUp, Broadcast, Comparing, Contraction, ImplicitDim

__all__ = ["scattered"]


@operation("cdist")
def every_distance(op: Operation) -> None:
    """Each row of the first operand against each row of the second."""
    marks = [op.book.mark(op.argument(i, f"x{i + 1}")) for i in (0, 1)]
    known = [m for m in marks if m is not None]
    op.consume(*known)
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    for mark, at in zip(marks, (-1, -2), strict=True):
        if mark is not None:
            tables = {a: t.unsqueeze(at) for a, t in contracted(mark, (len(mark.sizes) - 1,), keepdim=False).items()}
            sources.append((mark, {a: at_sizes(t, tuple(op.result.shape)) for a, t in tables.items()}))
    put_result(op, op.result, joined(sources), known)


@operation("dist")
def norm_of_the_difference(op: Operation) -> None:
    """Two operands meet element by element, and one number comes out."""
    tensors = [op.argument(0, "input"), op.argument(1, "other")]
    marks = [m for t in tensors if (m := op.book.mark(t))]
    sizes = tuple(broadcast_shapes(*(t.shape for t in tensors)))
    op.consume(*marks)
    if any(m.sizes != sizes for m in marks):
        op.emit(Broadcast(op.name, tuple(marks), sizes))
    meet(op, marks, sizes)


@operation("cosine_similarity", "pairwise_distance")
def distance(op: Operation) -> None:
    """Two operands meet under broadcasting, and one dim is summed over."""
    tensors = [op.argument(i, f"x{i + 1}") for i in (0, 1)]
    marks = [m for t in tensors if (m := op.book.mark(t))]
    sizes = tuple(broadcast_shapes(*(t.shape for t in tensors)))
    dim = op.argument(2, "dim", 1) if op.name == "cosine_similarity" else -1
    keepdim = bool(op.argument(4, "keepdim", False)) if op.name == "pairwise_distance" else False
    if marks and type(dim) is int and sizes:
        op.consume(*marks)
        met = meet(op, marks, sizes)
        one, other = (_under(sizes, t) for t in tensors)
        along = {one[dim], other[dim]}
        if len(along) == 2 and 1 in along:
            op.emit(Comparing(op.name, met, dim % len(sizes), one, other))
        elif op.name == "cosine_similarity" and dim == 1 and len(op.args) != 3 and "dim" not in op.kwargs:
            op.emit(ImplicitDim(op.name, max(marks, key=lambda m: len(m.sizes)), 1))  # nn.CosineSimilarity hands on dim and eps
        tables = contracted(met, (dim % len(sizes),), keepdim)
        others = [d for d in range(len(sizes)) if d != dim % len(sizes)]
        lost = [a for a, t in met.of("batch") if a not in tables and others and not any(varies(t, d) for d in others)]
        put_result(op, op.result, tables, marks, lost)


def _under(sizes: tuple[int, ...], tensor: Tensor) -> tuple[int, ...]:
    """Return the sizes of a tensor with as many dims as it has once it was broadcast."""
    return (1,) * (len(sizes) - tensor.dim()) + tuple(tensor.shape)


@operation("bilinear")
def bilinear(op: Operation) -> None:
    """The last dims of two operands are contracted with a weight, and a feature axis of its own comes out."""
    known = [m for i in (0, 1) if (m := op.book.mark(op.args[i]))]
    result = op.result
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    for mark in known:
        last = len(mark.sizes) - 1
        op.emit(Contraction(op.name, mark, (last,)))
        sources.append((mark, contracted(mark, (last,), keepdim=True)))
    tables = joined(sources)
    tables[op.book.fresh("feature")] = along(result.size(-1), result.dim() - 1, result.dim())
    put_result(op, result, tables, known)


@operation("outer", "ger")
def outer(op: Operation) -> None:
    """Every element of one vector against every element of the other."""
    known: list[Mark] = []
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    for at, tensor in enumerate((op.args[0], op.argument(1, "vec2", op.kwargs.get("other")))):
        mark = op.book.mark(tensor)
        if mark is not None:
            known.append(mark)
            sources.append((mark, {a: t.unsqueeze(1 - at) for a, t in mark.tables.items()}))
    op.consume(*known)
    put_result(op, op.result, joined(sources), known)


@operation("tensordot")
def tensordot(op: Operation) -> None:
    """The last dims of one operand meet the first of the other, or those that are listed."""
    tensors = (op.argument(0, "a"), op.argument(1, "b"))
    dims = op.argument(2, "dims", 2)
    if type(dims) is int:
        dims = [range(tensors[0].dim() - dims, tensors[0].dim()), range(dims)]
    if not isinstance(dims, (tuple, list)) or len(dims) != 2:
        return
    marks = [op.book.mark(t) for t in tensors]
    known = [m for m in marks if m is not None]
    op.consume(*known)
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    for at, (mark, gone) in enumerate(zip(marks, dims, strict=True)):
        if mark is None:
            continue
        gone = tuple(d % len(mark.sizes) for d in ((gone,) if type(gone) is int else gone))
        if len(known) == 1:
            op.emit(Contraction(op.name, mark, gone))
        new = op.result.dim() - (len(mark.sizes) - len(gone))
        tables = contracted(mark, gone, keepdim=False)
        place = (..., *[None] * new) if at == 0 else (*[None] * new, ...)
        sources.append((mark, {a: t[place] for a, t in tables.items()}))
    put_result(op, op.result, joined(sources), known)


def _without(op: Operation, mark: Mark, dims: tuple[int, ...]) -> None:
    """Keep the axes that do not lie along these dims, whose sizes may change."""
    op.consume(mark)
    for result in leaves(op.result):
        if result.dim() == len(mark.sizes):
            put_result(op, result, {a: t for a, t in mark.tables.items() if not any(t.size(d) > 1 for d in dims)}, [mark])


@operation(
    "fft_fft", "fft_ifft", "fft_rfft", "fft_irfft", "fft_hfft", "fft_ihfft", "diff", "gradient", "renorm", "fft_fftshift",
    "fft_ifftshift",
)  # fmt: skip
def transform(op: Operation) -> None:
    """Every element along a dim takes part in every other."""
    mark = op.book.mark(op.argument(0, "input"))
    every_dim = op.name in ("gradient", "fft_fftshift", "fft_ifftshift")
    dim = op.kwargs.get("dim", op.args[2] if len(op.args) > 2 else None if every_dim else -1)
    if mark is not None and type(dim) is int and mark.sizes and op.name != "renorm":
        _without(op, mark, (dim % len(mark.sizes),))


@operation(
    "interpolate", "local_response_norm", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "max_unpool1d", "max_unpool2d",
)  # fmt: skip
def resized(op: Operation) -> None:
    """(batch, channels, positions ...): what lies along the batch stays."""
    mark = op.book.mark(op.argument(0, "input"))
    if mark is not None and len(mark.sizes) > 1:
        _without(op, mark, tuple(range(1 if "shuffle" in op.name or "norm" in op.name else 2, len(mark.sizes))))


@operation("fold", "stft", "istft")
def folded(op: Operation) -> None:
    """Of (batch, ...) only the batch is left."""
    mark = op.book.mark(op.argument(0, "input"))
    result = op.result
    if mark is None or not isinstance(result, Tensor):
        return
    op.consume(mark)
    batched = {"fold": 3, "stft": 2, "istft": 3 + result.is_complex()}[op.name]
    if len(mark.sizes) < batched or result.dim() == 0 or result.size(0) != mark.sizes[0]:
        return
    tables = {a: t.reshape([-1] + [1] * (result.dim() - 1)) for a, t in mark.tables.items() if t.numel() == t.size(0)}
    put_result(op, result, tables, [mark])


@operation(
    "scatter_add", "scatter_add_", "index_add", "index_add_", "scatter_reduce", "scatter_reduce_", "index_reduce",
    "index_reduce_",
)  # fmt: skip
def scattered(op: Operation) -> None:
    """Rows are added up where an index says: they keep what does not lie along that dim, and what the target knows."""
    target, dim = op.args[0], op.argument(1, "dim")
    value = op.args[3] if len(op.args) > 3 else op.kwargs.get("src", op.kwargs.get("source"))
    before, source = op.book.mark(target), op.book.mark(value)
    known = [m for m in (before, source) if m is not None]
    op.consume(*known)
    if source is not None and type(dim) is int and dim < len(source.sizes):
        op.emit(AddingUp(op.name, source, tuple(op.result.shape), dim % len(source.sizes)))
    tables = dict(before.tables) if before is not None else {}
    for axis, table in source.tables.items() if source is not None else ():
        if type(dim) is not int or varies(table, dim):  # rows of several meet in one
            tables.pop(axis, None)
        if axis.name == "batch" and only(table) is not None:
            continue  # where nothing is added, nothing is of that sample
        if type(dim) is int and not varies(table, dim) and table.dim() == op.result.dim() and table.numel():
            table = compress(table.amax(dim, keepdim=True))
            if axis in tables and disagreement(tables[axis], table) is not None:
                del tables[axis]
            elif axis not in tables and all(s in (1, size) for s, size in zip(table.shape, op.result.shape, strict=True)):
                tables[axis] = table
    if source is not None and type(dim) is int:
        found = pooled(op, source, (dim % len(source.sizes),), tables, op.result.dim())
        known = [replace(m, sites=m.sites | found) if found else m for m in known]
    put_result(op, op.result, tables, known)


@operation("broadcast_tensors", "meshgrid")
def side_by_side(op: Operation) -> None:
    """Replay on each of several tensors by itself."""
    tensors = list(leaves(op.args))
    results = list(leaves(op.result))
    marks = [m for t in tensors if (m := op.book.mark(t))]
    if op.name == "broadcast_tensors" and any(m.sizes != tuple(results[0].shape) for m in marks):
        op.emit(Broadcast(op.name, tuple(marks), tuple(results[0].shape)))
    for at, (tensor, result) in enumerate(zip(tensors, results, strict=False)):
        mark = op.book.mark(tensor)
        if mark is None:
            continue
        tables: dict[Axis, Tensor] = {}
        for axis, table in mark.tables.items():
            if op.name == "meshgrid":
                place = at if op.kwargs.get("indexing") != "xy" or at > 1 else 1 - at
                tables[axis] = table.reshape([-1 if d == place else 1 for d in range(result.dim())])
            else:
                tables[axis] = at_sizes(table, tuple(result.shape))
        put_tables(op, result, tables, [mark])


@operation("diag", "diag_embed", "take", "__reversed__")
def picked(op: Operation) -> None:
    """Copies of elements, and zeros beside them, which have no coordinate."""
    mark = op.book.mark(op.args[0] if op.args else None)
    result = op.result
    if mark is None or not isinstance(result, Tensor):
        return
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        full = expand(table, mark.sizes)
        if full is not None:
            rest = on_cpu(op.args[1:])
            tables[axis] = compress(op.func(full - NOWHERE, *rest, **op.kwargs) + NOWHERE)
    put_tables(op, result, tables, [mark])


@operation("bucketize", "isin")
def looked_up(op: Operation) -> None:
    """Every element is looked up by itself."""
    mark = op.book.mark(op.argument(0, "input", op.kwargs.get("elements")))
    if mark is not None and isinstance(op.result, Tensor) and tuple(op.result.shape) == mark.sizes:
        op.book.put(op.result, Mark(mark.sizes, dict(mark.tables), dict(mark.sites)))
