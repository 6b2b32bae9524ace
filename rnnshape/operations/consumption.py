"""Consumption: dims are contracted or reduced. What may lie along them, the rules know."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.maps import torn_along
from rnnshape.coordinates.mark import (
    ACROSS,
    AVERAGE,
    COMPETING,
    DOWN,
    DRAWN,
    KEYS,
    MEAN,
    NORM,
    OF_NUMBERS,
    OF_SCORES,
    POSITIONS,
    QUERIES,
    RUNNING,
    SUMS,
    TORN,
    TOTAL,
    UNNAMED,
    Mark,
)
from rnnshape.coordinates.room import SMALL
from rnnshape.coordinates.tables import alone, along, compress, interned, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.ahead import reads_last, windows_ahead
from rnnshape.operations.choices import chosen
from rnnshape.operations.marking import contracted, put_kept, put_result
from rnnshape.operations.meeting import meet
from rnnshape.operations.pointwise import keeps, pointwise
from rnnshape.operations.registry import Operation, leaves, operation, repeatable
from rnnshape.operations.totals import passed_on, samples_alone, summed_samples, unit_samples
from rnnshape.operations.turned import turned_round
from rnnshape.operations.uses import Contraction, Cumulation, Pooling, Reduction, TokenIds, Window

__all__: list[str] = []

_RUNNING = frozenset(["cumprod", "cumprod_", "cummax", "cummin"])
"""What takes along more than a sum does: running sums begin losses of ranks, and tell where each sample begins."""

MOST_DRAWN = 1 << 16
"""Random numbers up to which it is known which of them is where."""


@repeatable
@operation("linear")
def linear(op: Operation) -> None:
    """``input @ weight.T + bias``: the last dim of the input is contracted, and a feature axis of its own comes out."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    mark = op.book.mark(source)
    others = [m for t in (weight, op.argument(2, "bias")) if (m := op.book.mark(t))]
    if mark is None or others:
        return op.consume(*([mark] if mark else []), *others)
    own_mean = bool(mark.spread) and op.book.made_by(weight) in mark.spread
    op.emit(Contraction(op.name, mark, (source.dim() - 1,), own_mean))
    result = op.result
    tables = contracted(mark, (source.dim() - 1,), keepdim=weight.dim() > 1)
    if weight.dim() > 1:
        tables[op.book.fresh("feature", weight)] = along(result.size(-1), result.dim() - 1, result.dim())
    mark = _still_torn(op, mark, tables) if weight.dim() > 1 else mark
    single = result.dim() - 1 if weight.dim() > 1 and weight.size(0) == 1 else None
    return put_result(op, result, tables, [mark], single=single)


def _still_torn(op: Operation, mark: Mark, tables: dict[Axis, Tensor]) -> Mark:
    """Remember of what is made of pieces across the lines of a map that it is, and return the mark with the place."""
    known, dim = mark.of(TORN), torn_along(mark)
    tables |= {axis: table for axis, table in known if table.size(-1) == 1}
    site = next((mark.sites[axis] for axis, _ in mark.of(ACROSS) if axis in mark.sites), None)
    if known or dim is None or site is None:
        return mark
    torn = op.book.part_of(TORN)
    tables[torn] = along(mark.sizes[dim], dim, len(mark.sizes))
    return replace(mark, sites=mark.sites | {torn: site})


@repeatable
@operation("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "cumsum_", "cumprod_")
def cumulation(op: Operation) -> None:
    """Every element takes those before it along."""
    source, dim = op.argument(0, "input"), op.argument(1, "dim", op.kwargs.get("axis"))
    mark = op.book.mark(source)
    if mark is not None:
        if op.name in _RUNNING and type(dim) is int and mark.sizes:
            op.emit(Cumulation(op.name, mark, dim % len(mark.sizes), source))
        put_kept(op, mark, (dim,) if type(dim) is int else None)
        if type(dim) is int and mark.sizes:
            _runs_on(op, dim % len(mark.sizes))


def _runs_on(op: Operation, dim: int) -> None:
    """Remember of a result whose samples lie from the last to the first that its numbers run along another dim."""
    for result in leaves(op.result):
        known = op.book.mark(result)
        if known is not None and (at := turned_round(known)) is not None and at != dim:
            running = {op.book.part_of(RUNNING): along(known.sizes[dim], dim, len(known.sizes))}
            op.book.put(result, replace(known, tables=known.tables | running))


@repeatable
@operation("prelu", "tril", "triu")
def in_place_of_each(op: Operation) -> None:
    """Every element stays where it is; a weight for each channel is no operand."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    if op.book.mark(weight) is None:
        keeps(op, source)


@repeatable
@operation("glu")
def gated(op: Operation) -> None:
    """The first half along a dim meets the second."""
    source, dim = op.argument(0, "input"), op.argument(1, "dim", -1)
    mark = op.book.mark(source)
    if mark is None:
        return
    sizes = tuple(op.result.shape)
    halves = [Mark(sizes, sites=mark.sites, lost=mark.lost, target=mark.target) for _ in range(2)]
    for axis, table in mark.tables.items():
        for half, found in zip(halves, table.chunk(2, dim) if table.size(dim) > 1 else (table, table), strict=True):
            half.tables[axis] = compress(found)
    op.book.put(op.result, meet(op, halves, sizes))


@repeatable
@operation(
    "sum", "mean", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "any", "all", "median", "nanmedian", "nanmean",
    "nansum", "logsumexp", "var", "std", "norm", "var_mean", "std_mean", "aminmax", "count_nonzero", "linalg_vector_norm",
    "quantile", "nanquantile", "linalg_norm",
)  # fmt: skip
def reduction(op: Operation) -> None:
    """Takes dims away, or keeps them at size 1."""
    source, other = op.argument(0, "input"), op.argument(1, "other")
    if op.name in ("max", "min") and isinstance(other, Tensor):  # of two tensors, it is elementwise
        pointwise(op)
        return
    mark = op.book.mark(source)
    if mark is None:
        return
    dims = _dims(op, len(mark.sizes))
    op.emit(Reduction(op.name, mark, dims, source))
    kept = tuple(1 if d in dims else s for d, s in enumerate(mark.sizes))
    dropped = tuple(s for d, s in enumerate(mark.sizes) if d not in dims)
    for result in leaves(op.result):
        sizes = tuple(result.shape)
        if sizes not in (kept, dropped):
            continue
        tables = contracted(mark, dims, keepdim=sizes == kept)
        others = [d for d in range(len(mark.sizes)) if d not in dims]
        # Where the batch was cut into groups, the groups that are left over are samples still.
        lost = [a for a, t in mark.of("batch") if a not in tables and others and not any(varies(t, d) for d in others)]
        found = passed_on(op, mark, dims, tables, result.dim())
        for part in _numbers_of_all(op, mark, dims, sizes):
            tables[part], found[part] = alone(0, result.dim()), op.book.site(op.name, mark, sizes)
        if found:
            mark = replace(mark, sites=mark.sites | found)
        positions = op.book.part_of(POSITIONS) if _hold_positions(op, result, mark, dims) else None
        if positions is not None:
            tables[positions] = alone(0, result.dim())
        if len(dims) == 1 and _are_numbers(op, result):
            tables = chosen(op, mark, dims[0], tables, result.dim())
        put_result(op, result, tables, [mark], lost, widened=sizes != dropped, makes=positions)


def _numbers_of_all(op: Operation, mark: Mark, dims: tuple[int, ...], sizes: tuple[int, ...]) -> list[Axis]:
    """Return the axes that tell of a result that all samples have made it together."""
    whole = summed_samples(mark, dims) if op.name == "sum" and not sizes else None
    of_all = {
        TOTAL: _summed_samples(op, mark, dims) or whole,
        SUMS: samples_alone(mark, dims) if op.name == "sum" else None,
        NORM: _samples_under_a_norm(op, mark, dims),
        MEAN: unit_samples(mark, dims) if op.name == "mean" else None,
        AVERAGE: _averaged_samples(mark) if op.name in ("mean", "sum") and not sizes and mark.sizes else None,
    }
    return [op.book.part_of(name, samples) for name, samples in of_all.items() if samples is not None]


def _summed_samples(op: Operation, mark: Mark, dims: tuple[int, ...]) -> Axis | None:
    """Return the samples, where a sum takes them together and each of them has steps: all there is, or weights that compete."""
    steps = ("seq", "step", QUERIES, UNNAMED)
    if op.name != "sum" or not dims or not any(a.name in steps and runs_along(t) for a, t in mark.tables.items()):
        return None
    for axis, table in mark.of("batch"):
        along = runs_along(table)
        weights = any(_is_data_along(mark, d) for _, t in mark.of(COMPETING) for d in runs_along(t) if d not in dims)
        if len(along) == 1 and along[0] in dims and (len(dims) == len(mark.sizes) > 1 or (list(dims) == along and weights)):
            return axis
    return None


def _averaged_samples(mark: Mark) -> Axis | None:
    """Return the samples of a comparison with a target, None where there are none."""
    return next((axis for axis, table in mark.of("batch") if mark.target and runs_along(table)), None)


def _is_data_along(mark: Mark, dim: int) -> bool:
    """Tell whether elements of the data lie along a dim, and no units of a layer."""
    no_data = OF_SCORES - {KEYS}
    along = [axis for axis, table in mark.tables.items() if axis.name not in no_data and dim in runs_along(table)]
    return bool(along) and not any(axis.counts_features or axis.name == "batch" for axis in along)


def _samples_under_a_norm(op: Operation, mark: Mark, dims: tuple[int, ...]) -> Axis | None:
    """Return the samples that a norm takes together, None where there are none."""
    if op.name not in ("norm", "linalg_norm", "linalg_vector_norm"):
        return None
    return next((a for a, t in mark.of("batch") if runs_along(t) and {*runs_along(t)} <= {*dims}), None)


def _hold_positions(op: Operation, result: Tensor, mark: Mark, dims: tuple[int, ...]) -> bool:
    """Tell whether a result says at which steps the largest or the smallest elements stand."""
    if len(dims) != 1 or not _are_numbers(op, result):
        return False
    return any(axis.counts_steps and runs_along(table) == [*dims] for axis, table in mark.tables.items())


def _are_numbers(op: Operation, result: Tensor) -> bool:
    """Tell whether a result says where the largest, the smallest or the middle elements stand."""
    if op.name in ("argmax", "argmin"):
        return True
    return op.name in ("max", "min", "median", "nanmedian") and isinstance(op.result, tuple) and result is op.result[-1]


def _dims(op: Operation, ndim: int) -> tuple[int, ...]:
    position = 2 if op.name in ("norm", "quantile", "nanquantile", "linalg_vector_norm", "linalg_norm") else 1
    given = op.kwargs.get("dim", op.kwargs.get("axis", op.args[position] if len(op.args) > position else None))
    if type(given) is int:
        return (given % ndim,) if ndim else ()
    if isinstance(given, (tuple, list)) and given and all(type(d) is int for d in given):
        return tuple(d % ndim for d in given)
    return tuple(range(ndim))


@repeatable
@operation("embedding", "one_hot", always=True)
def embedding(op: Operation) -> None:
    """Every id becomes a vector, along a new last dim."""
    ids = op.argument(0, "input", op.kwargs.get("tensor"))
    mark = op.book.mark(ids)
    if mark is None:
        if op.name == "embedding":
            _places(op, ids, op.argument(1, "weight"))
        return
    result = op.result
    if op.name == "embedding":
        op.emit(TokenIds(op.name, ids, mark, op.argument(2, "padding_idx"), op.argument(1, "weight")))
    tables = {axis: table.unsqueeze(-1) for axis, table in mark.tables.items() if axis.name not in OF_NUMBERS}
    weight = op.argument(1, "weight") if op.name == "embedding" else None
    tables[op.book.fresh("feature", weight)] = along(result.size(-1), result.dim() - 1, result.dim())
    put_result(op, result, tables, [mark])


def _places(op: Operation, ids: Tensor, weight: Tensor) -> None:
    """Remember of embeddings of 0, 1, 2, ... that they are those of places; of all that there are, they may be of anything."""
    longest = max(ids.shape, default=0)
    numbers = known_values(ids) if 1 < longest == ids.numel() < min(weight.size(0), SMALL) else None
    if numbers is not None and numbers.flatten().tolist() == [*range(longest)]:
        table = along(longest, ids.shape.index(longest), ids.dim() + 1)
        op.book.put(op.result, Mark(tuple(op.result.shape), {op.book.part_of("places"): table}))


@repeatable
@operation("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def convolution(op: Operation) -> None:
    """Mixes channels and neighbours: (batch, channels, positions ...)."""
    source = op.argument(0, "input")
    space = int(op.name[-2])
    mark = op.book.reads(source, None, range(2, space + 2))
    if mark is None or source.dim() != space + 2:
        return
    op.emit(Contraction(op.name, mark, tuple(range(1, source.dim()))))
    units = op.book.fresh("feature")
    op.emit(Window(op.name, mark, tuple(op.argument(1, "weight").shape[2:]), units))
    _windows(op, source, mark, space, units)
    windows_ahead(op, mark, space)
    if space > 1:
        reads_last(op, mark)


@repeatable
@operation(
    "max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d",
    "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
    "lp_pool1d", "lp_pool2d", "lp_pool3d", "max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d_with_indices",
)  # fmt: skip
def pool(op: Operation) -> None:
    """Mixes neighbours along the last dims."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if mark is not None:
        result, last = next(leaves(op.result)), source.dim() - 1
        if "1d" in op.name and result.size(-1) == 1 < source.size(-1):
            op.emit(Reduction(op.name.removesuffix("_with_indices"), mark, (last,), source))
        elif "1d" in op.name and "adaptive" not in op.name and (width := _width(op)):
            op.emit(Pooling(op.name.removesuffix("_with_indices"), mark, width))
        op.consume(mark)
        _windows(op, source, mark, int(op.name[op.name.index("pool") + 4]))


def _width(op: Operation) -> int:
    """Return how wide the windows of a pooling over one dim are; 0 where no number says so."""
    given = op.argument(2 if op.name == "lp_pool1d" else 1, "kernel_size")
    (width,) = given if isinstance(given, (tuple, list)) and len(given) == 1 else (given,)
    return width if type(width) is int else 0


def _windows(op: Operation, source: Tensor, mark: Mark, space: int, units: Axis | None = None) -> None:
    """Keep what lies along the other dims; positions keep their axis only where their number stays the same.

    Args:
        op: the operation.
        source: what the windows run over.
        mark: what is known of it.
        space: how many dims the positions have.
        units: the axis of the channels, where it makes new ones of all that there are.
    """
    for result in leaves(op.result):
        if result.dim() != source.dim():
            continue
        first = result.dim() - space
        mixed = range(first - (units is not None), result.dim())
        changed = [d for d in mixed if d < first or result.size(d) != source.size(d)]
        tables: dict[Axis, Tensor] = {}
        for axis, table in mark.tables.items():
            if axis.name in (DOWN, ACROSS, TORN):
                continue
            dims = tuple(d for d in (mixed if axis.name == "batch" else changed) if table.size(d) > 1)
            if not any(varies(table, d) for d in dims):  # zeros beside one sample, as in a cell's first step, are no other
                tables[axis] = interned(table.amax(dims, keepdim=True)) if dims else table
        if units is not None:
            tables[units] = along(result.size(first - 1), first - 1, result.dim())
        for name, dim in ((DOWN, first), (ACROSS, first + 1)) if space == 2 else ():
            tables[op.book.part_of(name)] = along(result.size(dim), dim, result.dim())
        put_result(op, result, tables, [mark])


@operation("bernoulli_", "rand", always=True)
def random_numbers(op: Operation) -> None:
    """Numbers that are drawn by one number for all: which of them each is, where they are as many as one dim of size 1 asks."""
    result = op.result
    if not isinstance(result, Tensor):
        return
    mark = Mark(tuple(result.shape))
    if result.dim() == 3 and sorted(result.shape)[:2].count(1) == 1 and result.numel() <= MOST_DRAWN:
        mark.tables[op.book.part_of(DRAWN)] = torch.arange(result.numel()).view(result.shape)
    op.book.put(result, mark)


@operation("bernoulli", always=True)
def flips(op: Operation) -> None:
    """Each number is drawn by a number of its own."""
    source = op.argument(0, "input")
    if op.book.mark(source) is None:
        return random_numbers(op)
    return keeps(op, source)


@repeatable
@operation("poisson", "multinomial")
def draws(op: Operation) -> None:
    """Each number is drawn by a number of its own, or by the row of its sample."""
    source = op.argument(0, "input")
    mark = op.book.mark(source)
    if op.name != "multinomial":
        keeps(op, source)
    elif mark is not None and mark.sizes:
        rows = contracted(mark, (len(mark.sizes) - 1,), keepdim=True)
        put_result(op, op.result, chosen(op, mark, -1, rows, len(mark.sizes)), [mark])
