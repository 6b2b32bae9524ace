"""Movement: the result's elements are copies of the input's, so the function itself is replayed on the tables.

Most of these functions leave most dims alone. A dim that an operation passes through, and along which a table does not vary,
stays at size 1 in the replay; only the others are widened. So a replay costs what the axis is long, not what the tensor holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import torch
from torch import Tensor

from rnnshape.coordinates.mark import AVERAGE, CHOICE, Mark
from rnnshape.coordinates.tables import LARGEST, NOWHERE, along, at_sizes, broadcast_shapes, compress, expand, varies, widen
from rnnshape.layout.axes import Axis
from rnnshape.operations.choices import chosen, picked_along, picked_by
from rnnshape.operations.hypotheses import are_hypotheses
from rnnshape.operations.marking import contracted, put_result, put_tables, replay_on, source_first
from rnnshape.operations.registry import Operation, on_cpu, operation, repeatable, repeatable_alone
from rnnshape.operations.turned import told_apart, turned_round
from rnnshape.operations.uses import Broadcast, Choosing, Gathering, Joining, Rolling, Turning, TurningBack, Unfolding

__all__: list[str] = []


@repeatable
@operation(
    "permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "t", "adjoint", "unsqueeze", "T.get", "mT.get",
    "H.get", "mH.get", "transpose_", "swapaxes_", "swapdims_", "t_", "unsqueeze_",
)  # fmt: skip
def turn(op: Operation) -> None:
    """These reorder dims or add one of size 1: they pass through every dim."""
    args, kwargs = source_first(op)
    mark = op.book.mark(args[0])
    if mark is not None:
        func = getattr(torch.Tensor, op.name[:-1]) if op.name.endswith("_") else op.func
        replay_on(op, mark, lambda table: func(table, *args[1:], **kwargs), ())


@repeatable
@operation("view_as_real", "view_as_complex")
def parts_of_complex_numbers(op: Operation) -> None:
    """Real and imaginary parts lie along a last dim, or make one number, which is of what both of them are."""
    args, _ = source_first(op)
    mark = op.book.mark(args[0])
    if mark is None:
        return
    if op.name == "view_as_real":
        replay_on(op, mark, lambda table: table.unsqueeze(-1), ())
        return
    replay_on(op, mark, lambda table: torch.where(table[..., 0] == table[..., -1], table[..., 0], NOWHERE), ())


@repeatable
@operation("expand", "expand_as", "broadcast_to")
def broadcast(op: Operation) -> None:
    """A table broadcasts as its tensor does."""
    args, _ = source_first(op)
    mark = op.book.mark(args[0])
    if mark is not None and isinstance(op.result, Tensor):
        sizes = tuple(op.result.shape)
        put_tables(op, op.result, {a: at_sizes(t, sizes) for a, t in mark.tables.items()}, [mark])


@operation("gather", "take_along_dim", "masked_select", "rot90", "diagonal", "hsplit", "vsplit", "dsplit")
def replay(op: Operation) -> None:
    """Replay on each table, at its full size, what was done to the first argument."""
    args, kwargs = source_first(op)
    mark = op.book.mark(args[0])
    if mark is not None:
        if op.name == "masked_select":
            _meets_its_mask(op, mark)
        elif op.name == "gather":
            _picked_by(op, mark)
        rest, named = on_cpu(args[1:]), on_cpu(kwargs)
        replay_on(op, mark, lambda table: op.func(table, *rest, **named))
        if op.name in ("gather", "take_along_dim"):
            picked_by(op, mark, op.argument(2, "index") if op.name == "gather" else op.argument(1, "indices"))


def _picked_by(op: Operation, mark: Mark) -> None:
    """An index of gather is as wide as what is picked from, or narrower: what it does not reach is left out."""
    dim, index = op.argument(1, "dim"), op.argument(2, "index")
    if type(dim) is int and isinstance(index, Tensor) and index.dim() == len(mark.sizes):
        op.emit(Gathering(op.name, mark, dim % len(mark.sizes), tuple(index.shape)))


def _meets_its_mask(op: Operation, mark: Mark) -> None:
    """A mask that selects elements broadcasts as any operand does."""
    mask = op.book.mark(op.argument(1, "mask"))
    if mask is not None and mask.sizes != mark.sizes:
        op.emit(Broadcast(op.name, (mark, mask), tuple(broadcast_shapes(mark.sizes, mask.sizes))))


_DIM_AT = {
    "select": (1, 0), "narrow": (1, 0), "index_select": (1, 0), "unbind": (1, 0), "unfold": (1, 0), "flip": (1, None),
    "roll": (2, None),
    "split": (2, 0), "split_with_sizes": (2, 0), "chunk": (2, 0), "tensor_split": (2, 0), "repeat_interleave": (2, None),
    "unsafe_split": (2, 0), "unsafe_chunk": (2, 0),
}  # fmt: skip
"""Where the dim stands among the arguments, and which it is by default; None for all of them, flattened or not."""


def _dims(op: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], ndim: int) -> Collection[int] | None:
    position, default = _DIM_AT[op.name]
    names = ("dim", "dims", "dimension", "axis")
    given = args[position] if len(args) > position else next((kwargs[n] for n in names if n in kwargs), default)
    dims = (given,) if type(given) is int else given
    if op.name == "flip" and all(type(d) is int for d in args[1:]):
        dims = args[1:] or dims
    if not isinstance(dims, (tuple, list)) or not all(type(d) is int for d in dims):
        return None
    return {d % ndim for d in dims} if ndim and dims else None


@repeatable_alone
@operation(*_DIM_AT)
def along_a_dim(op: Operation) -> None:
    """These work along one dim, or some, and pass through the others."""
    args, kwargs = source_first(op)
    mark = op.book.mark(args[0])
    if mark is None:
        return
    if op.func is torch.nn.functional.unfold:
        _image_patches(op, mark, args, kwargs)
        return
    if op.name == "repeat_interleave" and len(args) == 1 and "repeats" not in kwargs:
        return  # of counts alone: the result holds indices
    rest, named = on_cpu(args[1:]), on_cpu(kwargs)
    dims = _dims(op, args, kwargs, len(mark.sizes))
    if op.name == "roll":
        _rolls(op, mark, dims)
    replay_on(op, mark, lambda table: op.func(table, *rest, **named), dims)
    if op.name == "flip" and dims is not None:
        _turns_back(op, mark, dims)
    if op.name == "flip" and dims is not None and len(dims) == 1 and (after := op.book.mark(op.result)) is not None:
        op.emit(Turning(op.name, mark, after, *dims))
    if op.name == "unfold" and dims is not None and len(dims) == 1:
        op.emit(Unfolding(op.name, mark, *dims))
    if op.name == "index_select":
        picked_along(op, mark, op.argument(2, "index"), op.argument(1, "dim"))


def _rolls(op: Operation, mark: Mark, dims: Collection[int] | None) -> None:
    """Tell of what is rolled along one dim, or along none."""
    given = op.argument(1, "shifts")
    (shift,) = given if isinstance(given, (tuple, list)) and len(given) == 1 else (given,)
    if type(shift) is int and (dims is None or len(dims) == 1):
        op.emit(Rolling(op.name, mark, shift, None if dims is None else next(iter(dims))))


def _turns_back(op: Operation, mark: Mark, dims: Collection[int]) -> None:
    """Tell of samples that lay from the last to the first, and do not any more."""
    dim, known = turned_round(mark), op.book.mark(op.result)
    if dim is not None and known is not None and turned_round(known) is None:
        op.emit(TurningBack(op.name, mark, dim, tuple(dims)))


def _image_patches(op: Operation, mark: Mark, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """``F.unfold`` pads with zeros, so coordinates are shifted by one while it runs; it takes no integers."""
    replay_on(op, mark, lambda table: op.func((table + 1).double(), *args[1:], **kwargs).long() - 1)


@repeatable
@operation("fliplr", "flipud")
def flip_plane(op: Operation) -> None:
    """Turns one dim round."""
    args, _ = source_first(op)
    if (mark := op.book.mark(args[0])) is not None:
        dims = {1 if op.name == "fliplr" else 0}
        replay_on(op, mark, op.func, dims)
        _turns_back(op, mark, dims)


@repeatable
@operation("repeat", "tile")
def repeat(op: Operation) -> None:
    """Repeats a table only along the dims where it varies."""
    args, kwargs = source_first(op)
    mark = op.book.mark(args[0])
    counts = args[1:] or tuple(kwargs.get("repeats", kwargs.get("dims", ())))
    counts = tuple(counts[0]) if len(counts) == 1 and isinstance(counts[0], (tuple, list)) else counts
    if mark is None or not all(type(c) is int for c in counts):
        return
    sizes = tuple(op.result.shape)
    counts = (1,) * (len(sizes) - len(counts)) + counts

    def replayed(table: Tensor) -> Tensor:
        table = at_sizes(table, sizes)
        return table.repeat(*(c if table.size(d) > 1 else 1 for d, c in enumerate(counts)))

    replay_on(op, mark, replayed, ())


_STACKS = {"hstack": 1, "column_stack": 1, "vstack": 0, "row_stack": 0, "dstack": 2}
"""Along which dim what has that many dims, or more, is put side by side."""


@repeatable
@operation("cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack")
def join(op: Operation) -> None:
    """Replay on the tables of all parts; a part without a coordinate has none in the result either."""
    (parts, *rest), kwargs = source_first(op, "tensors")
    if isinstance(parts, Tensor):
        parts = parts.unbind() if op.book.mark(parts) is None else None
    result = op.result
    if not isinstance(parts, (tuple, list)) or not isinstance(result, Tensor):
        return
    marks = [op.book.mark(part) for part in parts]
    known = [m for m in marks if m is not None]
    if not known:
        return
    is_doubled = len({id(part) for part, m in zip(parts, marks, strict=True) if m is not None}) < len(known)
    given = rest[0] if rest else kwargs.get("dim", kwargs.get("axis", 0))
    ndim = len(known[0].sizes)
    alike = all(part.dim() == ndim for part in parts) and type(given) is int
    thin = alike and op.name in ("cat", "concat", "concatenate", "stack")
    dims: Collection[int] = range(ndim)
    if thin:
        dims = () if op.name == "stack" else {given % ndim}
    if thin and op.name != "stack":
        op.emit(Joining(op.name, tuple(known), given % ndim, is_doubled))
        known = told_apart(known, op.book.part_of)
        each = iter(known)
        marks = [None if m is None else next(each) for m in marks]
    elif op.name in _STACKS and all(part.dim() == ndim > _STACKS[op.name] for part in parts):
        op.emit(Joining(op.name, tuple(known), _STACKS[op.name], is_doubled))
    tables: dict[Axis, Tensor] = {}
    for axis in dict.fromkeys(a for m in known for a in m.tables):
        own = [m.tables.get(axis) if m is not None else None for m in marks]
        if thin and (one := own[0]) is not None and all(t is one for t in own) and all(one.size(d) == 1 for d in dims):
            tables[axis] = compress(op.func([one], *rest, **kwargs))
            continue
        full = [
            widen(m.tables[axis], m.sizes, dims) if m and axis in m.tables else _nowhere(part, dims)
            for part, m in zip(parts, marks, strict=True)
        ]
        if (result.numel() > LARGEST and not thin) or any(f is None for f in full):
            continue
        tables[axis] = compress(op.func(_alike(full, dims) if thin else full, *rest, **kwargs))
    if op.name == "stack" and len(known) == len(parts) > 1 and are_hypotheses(op, known):
        tables |= {axis: along(len(known), 0, 1) for axis in known[0].tables if axis.name == AVERAGE}
    put_tables(op, result, tables, known)


def _nowhere(part: Tensor, dims: Collection[int]) -> Tensor:
    return torch.tensor(NOWHERE).expand([size if d in dims else 1 for d, size in enumerate(part.shape)])


def _alike(tables: Sequence[Any], dims: Collection[int]) -> list[Tensor]:
    """Expand tables to common sizes in all dims but these."""
    wide = [max(sizes) for sizes in zip(*(t.shape for t in tables), strict=True)]
    return [t.expand([size if d in dims else wide[d] for d, size in enumerate(t.shape)]) for t in tables]


@repeatable
@operation("pad", "constant_pad_nd")
def pad(op: Operation) -> None:
    """Padding has no coordinate, unless the mode copies elements."""
    args, kwargs = source_first(op)
    mark = op.book.mark(args[0])
    widths = args[1] if len(args) > 1 else kwargs.get("pad")
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "constant")
    if mark is None or not isinstance(widths, (tuple, list)):
        return
    ndim, func = len(mark.sizes), torch.nn.functional.pad
    dims = range(ndim - len(widths) // 2, ndim)
    if mode == "constant" or not isinstance(mode, str):
        replay_on(op, mark, lambda table: func(table, widths, value=NOWHERE), dims)
    else:
        replay_on(op, mark, lambda table: func(table.double(), widths, mode).long(), dims)


@operation("sort", "topk", "kthvalue", "mode")
def sort(op: Operation) -> None:
    """Sorted values come from where the indices say; each index is of the row in which it was sought."""
    args, kwargs = source_first(op)
    mark = op.book.mark(args[0])
    if mark is None or not isinstance(op.result, tuple) or len(op.result) != 2:
        return
    first = 1 + (op.name in ("topk", "kthvalue"))
    dim = kwargs.get("dim", next((a for a in args[first:] if type(a) is int), -1))
    ndim = len(mark.sizes)
    if ndim and type(dim) is int:
        op.emit(Choosing(op.name, mark, dim % ndim))
    values, indices = op.result[0], on_cpu(op.result[1])
    dropped = values.dim() < ndim
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        full = expand(table, mark.sizes)
        if full is not None:
            found = full.gather(dim, indices.unsqueeze(dim) if dropped else indices)
            if axis.name != CHOICE or not ndim or not varies(table, dim % ndim):  # the middle of all choices is no sample's
                tables[axis] = compress(found.squeeze(dim) if dropped else found)
    put_tables(op, values, tables, [mark])
    if ndim and type(dim) is int:
        rows = contracted(mark, (dim % ndim,), keepdim=not dropped)
        put_result(op, op.result[1], chosen(op, mark, dim, rows, values.dim()), [mark])


@operation("argsort")
def order(op: Operation) -> None:
    """Each index is of the row in which it was sought; of an order of samples nothing is left."""
    mark = op.book.mark(op.argument(0, "input"))
    dim = op.kwargs.get("dim", next((a for a in op.args[1:] if type(a) is int), -1))
    if mark is None or not mark.sizes or type(dim) is not int:
        return
    rows = {a: t for a, t in contracted(mark, (dim % len(mark.sizes),), keepdim=True).items() if a.name == "batch"}
    found = chosen(op, mark, dim, rows, len(mark.sizes))
    if rows:
        put_result(op, op.result, found, [mark])
    elif found:
        op.book.put(op.result, Mark(mark.sizes, found))
