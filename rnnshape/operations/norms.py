"""Norms: every element becomes what it is beside those that are normalised with it."""

from __future__ import annotations

from dataclasses import replace

from torch.nn import InstanceNorm1d

from rnnshape._torch import calling_module
from rnnshape.coordinates.mark import OF_EVERYONE, SCALED
from rnnshape.coordinates.tables import along
from rnnshape.operations.marking import kept_but, put_kept
from rnnshape.operations.registry import Operation, leaves, operation, repeatable
from rnnshape.operations.uses import ChannelNorm, Contraction, ImplicitDim, Scaling

__all__: list[str] = []


@repeatable
@operation("normalize")
def normalize(op: Operation) -> None:
    """Divides by a norm along one dim."""
    mark, dim = op.book.mark(op.argument(0, "input")), op.argument(2, "dim", 1)
    if mark is None:
        return
    dims = tuple(d % max(len(mark.sizes), 1) for d in ((dim,) if type(dim) is int else dim))
    if dims == (1,):  # what it is where nobody gives it
        op.emit(ImplicitDim(op.name, mark, 1))
    op.emit(Scaling(op.name, mark, dims))
    tables = dict(kept_but(mark, dims))
    sites = dict(mark.sites)
    if len(dims) == 1 and mark.sizes and mark.sizes[dims[0]] > 1:
        scaled = op.book.part_of(SCALED)
        tables[scaled] = along(mark.sizes[dims[0]], dims[0], len(mark.sizes))
        sites[scaled] = op.book.site(op.name, mark, mark.sizes)
    for result in leaves(op.result):
        if tuple(result.shape) == mark.sizes:
            op.book.put(result, replace(mark, tables=tables, sites=sites, made=None))


@repeatable
@operation("layer_norm", "rms_norm")
def trailing_norm(op: Operation) -> None:
    """Normalises over the last dims."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is not None:
        shape = op.argument(1, "normalized_shape")
        dims = tuple(range(source.dim() - len(shape), source.dim()))
        op.emit(Contraction(op.name, mark, dims))
        put_kept(op, mark, dims)


@operation("instance_norm", "group_norm")
def inner_norm(op: Operation) -> None:
    """Normalises within each sample: dim 0 is the batch."""
    mark = op.book.mark(op.argument(0, "input"))
    if mark is not None:
        scale = op.argument(3 if op.name == "instance_norm" else 2, "weight")
        layer = calling_module()
        channels = layer.num_features if isinstance(layer, InstanceNorm1d) else None
        op.emit(ChannelNorm(op.name, mark, scale is not None, channels))
        put_kept(op, mark, tuple(range(1, len(mark.sizes))))


@repeatable
@operation("batch_norm")
def batch_norm(op: Operation) -> None:
    """Normalises each channel, dim 1, over all else; the batch belongs there."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is not None:
        op.emit(Contraction(op.name, mark, (1,)))
        op.emit(ChannelNorm(op.name, mark, True, None))
        own = {axis: table for axis, table in mark.tables.items() if axis.name not in OF_EVERYONE}
        op.book.put(op.result, replace(mark, tables=own, made=None))
