"""Pointwise operations: operands meet element by element, and the result knows what they know together."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from rnnshape.coordinates import roles
from rnnshape.coordinates.mark import (
    CHAIN,
    CHOICE,
    COMPETING,
    DRAWN,
    MEAN,
    NORM,
    OF_EVERYONE,
    ONES,
    POSITIONS,
    SCALED,
    SQUEEZED,
    SUMS,
    TOTAL,
    TURNED,
    WEIGHED,
    Mark,
    spread,
)
from rnnshape.coordinates.roles import NOTHING
from rnnshape.coordinates.tables import alone, at_sizes, compress, disagreement, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.chains import linked
from rnnshape.operations.registry import Operation, leaves, operation, repeatable
from rnnshape.operations.totals import meets_a_total
from rnnshape.operations.turned import OF_STEPS, are_turned, holds_states_of_steps, renamed
from rnnshape.operations.uses import (
    Addition,
    Answer,
    Broadcast,
    ChannelDropout,
    ColumnDifference,
    Disagreement,
    Division,
    Meeting,
    Pairing,
    Remainder,
    Weighing,
)

__all__ = [
    "IDENTITIES", "SUBTRACTS", "draws_elements", "is_pointwise", "keeps", "makes_new_values", "meet", "pointwise", "weigh",
]  # fmt: skip

# Named otherwise in Python than in aten, or elementwise although aten does not tag them so.
_ALSO = frozenset([
    "relu6", "elu", "gelu", "selu", "celu", "silu", "mish", "hardtanh", "leaky_relu", "rrelu", "softplus", "softsign",
    "tanhshrink", "hardswish", "hardsigmoid", "logsigmoid", "threshold", "rsub", "where", "lerp", "addcmul", "addcdiv",
    "masked_fill", "clamp", "clip", "nan_to_num", "dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout",
    "dropout3d", "sigmoid", "tanh", "relu", "true_divide", "divide", "multiply", "subtract",
    "floor_divide", "remainder", "fmod", "float_power", "square", "softshrink", "hardshrink", "expit", "negative",
    "log_sigmoid", "absolute", "entr", "arccos", "arcsin", "arctan", "arctan2", "arccosh", "arcsinh", "arctanh",
    "greater", "greater_equal", "less",
    "less_equal", "not_equal", "xlogy", "fix", "isclose", "rpow",
])  # fmt: skip
# Of a name that is elementwise, but with results of other sizes, or with operands that do not meet by broadcasting.
_NOT = frozenset(["equal", "prelu", "mvlgamma", "max", "min", "native_dropout_backward", "frexp"])
IDENTITIES = frozenset([
    "contiguous", "clone", "detach", "detach_", "to", "type", "type_as", "float", "double", "half", "bfloat16", "long",
    "int", "short", "bool", "cpu", "cuda", "data.get", "requires_grad_", "real.get", "imag.get", "positive", "resolve_conj",
    "resolve_neg", "conj", "alias", "refine_names", "rename", "_to_copy",
])  # fmt: skip


_OPERATORS = {
    "truediv": "div", "floordiv": "floor_divide", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "invert": "bitwise_not", "mod": "remainder", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift", "pos":
    "positive",
}  # fmt: skip
"""Of Python's operators, what aten calls them."""


@functools.cache
def is_pointwise(name: str) -> bool:
    """Tell whether the operation of this name works element by element, by torch's own tag where there is one."""
    base = name.strip("_") if name.startswith("__") else name.removesuffix("_")
    if base.startswith(("r", "i")) and name.startswith("__") and is_pointwise(base[1:]):
        return True
    base = base.removeprefix("special_")
    if base in _NOT:
        return False
    base = _OPERATORS.get(base, base)
    if base in _ALSO or name in IDENTITIES:
        return True
    packet = getattr(torch.ops.aten, base, None)
    if packet is None:
        return False
    return any(torch.Tag.pointwise in getattr(packet, overload).tags for overload in packet.overloads())


_KEEP_WEIGHTS = IDENTITIES | {"dropout", "masked_fill", "masked_fill_", "where", "nan_to_num", "exp"}
"""What leaves weights as they are, or makes them of their logarithms."""

_KEEP_DIRECTIONS = (_KEEP_WEIGHTS - {"exp"}) | {
    "mul", "__mul__", "__rmul__", "multiply", "mul_", "__imul__", "div", "__truediv__", "div_", "__itruediv__", "true_divide",
    "divide", "neg", "__neg__", "negative",
}  # fmt: skip
"""What leaves the direction of a vector as it is, where all its elements meet the same."""

_KEEP_TOTALS = IDENTITIES | {"mul", "__mul__", "__rmul__", "multiply", "neg", "__neg__", "negative"}
"""What leaves a sum one, of all samples."""

_LIMIT_TOTALS = frozenset(["add", "__add__", "__radd__", "clamp", "clamp_min", "clip"])
"""What keeps a sum from being zero, with a number beside it."""

_KEEP_NORMS = IDENTITIES | {"add", "__add__", "__radd__", "clamp", "clamp_min", "clip"}
"""What leaves a norm one, of which the least is limited."""

_DIVIDES = frozenset(["div", "__truediv__", "div_", "__itruediv__", "true_divide", "divide"])

_ADDS = frozenset(["add", "__add__", "__radd__", "add_", "__iadd__"])

SUBTRACTS = frozenset(["sub", "subtract", "rsub", "__sub__", "__rsub__", "sub_", "__isub__"])

_MULTIPLIES = frozenset(["mul", "__mul__", "__rmul__", "multiply", "mul_", "__imul__"])


@repeatable
def pointwise(op: Operation) -> None:
    """Give the result the union of what the operands know."""
    tensors = list(leaves([op.args, op.kwargs]))
    marks = [m for t in tensors if (m := op.book.mark(t))]
    if not marks:
        return
    if len(marks) > 1 and op.name in _MULTIPLIES:
        weigh(op)
    if len(tensors) == len(marks) == 2 and op.name in _DIVIDES and marks[1].of(NORM):
        op.emit(Division(op.name, *marks))
    if len(tensors) == 2 and len(marks) == 1 and op.name in _ADDS:
        unknown = next(t for t in tensors if op.book.mark(t) is None)
        if unknown.dim() > 1:
            op.emit(Addition(op.name, marks[0], unknown))
    if len(tensors) == 2 and len(marks) == 1 and op.name in SUBTRACTS:
        unknown = next(t for t in tensors if op.book.mark(t) is None)
        if unknown.dim() == 1 and marks[0].sizes == (unknown.numel(), 1):
            op.emit(ColumnDifference(op.name, marks[0], unknown))
    if len(marks) == 1 and op.name in SUBTRACTS and marks[0].of(TOTAL):
        op.emit(Remainder(op.name, marks[0]))
    for result in leaves(op.result):
        sizes = tuple(result.shape)
        if any(m.sizes != sizes for m in marks):
            op.emit(Broadcast(op.name, tuple(marks), sizes))
        if all(len(m.sizes) <= len(sizes) and _broadcasts(m.sizes, sizes) for m in marks):
            met = meet(op, marks, sizes)
            if result.is_floating_point():
                meets_a_total(op, marks, met)
            met.roles = roles.met(op.name, [NOTHING if (m := op.book.mark(t)) is None else m.roles for t in tensors])
            if len(marks) > 1 and roles.ANSWER in met.roles and op.name.strip("_") in roles.PRODUCTS:
                op.emit(Answer(op.name, met))
            op.book.put(result, met)


def weigh(op: Operation) -> None:
    """Tell of two known tensors that are multiplied."""
    tensors = [t for t in op.args if isinstance(t, Tensor)]
    if len(tensors) == 2:
        a, b = tensors
        left, right = op.book.mark(a), op.book.mark(b)
        if left is not None and right is not None:
            op.emit(Weighing(op.name, (a, b), (left, right)))
            if op.name in _MULTIPLIES:
                both = zip(range(a.dim() - 1, -1, -1), range(b.dim() - 1, -1, -1), strict=False)
                op.emit(Pairing(op.name, (a, b), (left, right), (), tuple(both)))


def _broadcasts(sizes: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return sizes == to or all(a in (1, b) for a, b in zip(reversed(sizes), reversed(to), strict=False))


def meet(op: Operation, marks: list[Mark], sizes: tuple[int, ...]) -> Mark:
    """Join marks under broadcasting. An axis on which two disagree is unknown from there on."""
    met = Mark(sizes)
    dropped: set[Axis] = set()
    still_weights = len(marks) == 1 and op.name in _KEEP_WEIGHTS
    still_scaled = op.name in _KEEP_DIRECTIONS
    are_flags = isinstance(op.result, Tensor) and op.result.dtype == torch.bool
    for mark in marks:
        for axis, table in mark.tables.items():
            if (axis.name == DRAWN and len(marks) > 1) or (axis.name == CHOICE and are_flags):
                continue
            if axis.name in (TOTAL, SUMS, MEAN) and not (len(marks) == 1 and _stays_a_total(op)):
                continue
            if axis.name == SQUEEZED or axis.name in OF_EVERYONE:
                continue
            if axis.name == NORM and not (len(marks) == 1 and op.name in _KEEP_NORMS):
                continue
            if axis.name == SCALED and not (still_scaled and _is_alike_along(axis, table, mark, marks)):
                continue
            if axis.name in (COMPETING, ONES, WEIGHED, POSITIONS) and not still_weights:
                if axis.name == ONES and op.name in _MULTIPLIES:
                    weighed = op.book.part_of(WEIGHED)
                    met.tables[weighed], met.sites[weighed] = alone(0, len(sizes)), mark.sites[axis]
                elif axis.name == COMPETING and len(marks) == 2 and axis in mark.sites and _weighs(op, mark, table, marks):
                    weighed = op.book.part_of(WEIGHED)
                    met.tables[weighed], met.sites[weighed] = at_sizes(table, sizes), mark.sites[axis]
                continue
            table = at_sizes(table, sizes)
            if axis in dropped:
                continue
            before = met.tables.get(axis)
            if before is None:
                met.tables[axis] = table
                if axis.name == "batch" and len(mark.sizes) == 1 < len(sizes) and runs_along(table):
                    met.sites[axis] = op.book.site(op.name, mark, sizes)  # torch aligns the last dims: now it lies along that
                elif axis in mark.sites:
                    met.sites[axis] = mark.sites[axis]
            elif (where := disagreement(before, table)) is not None:
                if axis.name in (CHOICE, CHAIN):
                    dropped.add(axis)
                    del met.tables[axis]
                    continue
                states = holds_states_of_steps(met) and holds_states_of_steps(mark)
                if states and axis.name in OF_STEPS and are_turned(before, table):
                    turned = op.book.part_of(TURNED, axis)
                    met.tables[turned] = table
                    met.sites[turned] = op.book.site(op.name, renamed(mark, axis, turned), sizes)
                    continue
                if axis.name not in ("directions", "hidden"):  # the sum of both halves is still at its steps
                    op.consume(*marks)
                if axis.name == "batch" and runs_along(before) and runs_along(table):
                    op.emit(Meeting(op.name, tuple(marks)))
                op.emit(Disagreement(op.name, tuple(marks), axis, before, table, where))
                dropped.add(axis)
                del met.tables[axis]
            elif before is not table:
                met.tables[axis] = _known(before, table)
    linked(op, marks, met)
    met.single = next((m.single for m in marks if m.sizes == sizes), None)
    for mark in marks:
        met.lost |= mark.lost
        met.target |= mark.target
        met.widened |= mark.widened
    met.widened &= 1 in sizes
    met.spread = spread(marks, met.tables)
    met.lost = {a: s for a, s in met.lost.items() if a not in met.tables}
    return met


def _stays_a_total(op: Operation) -> bool:
    is_alone = sum(isinstance(value, Tensor) for value in op.args) == 1
    return op.name in _KEEP_TOTALS or (is_alone and op.name in _LIMIT_TOTALS)


def _is_alike_along(axis: Axis, table: Tensor, mark: Mark, marks: list[Mark]) -> bool:
    """Tell whether vectors only meet what is alike for all their elements, such as a mask of steps."""
    dims = [d - len(mark.sizes) for d in runs_along(table)]
    others = [other for other in marks if other is not mark]
    return all(axis not in other.tables and all(-d > len(other.sizes) or other.sizes[d] == 1 for d in dims) for other in others)


def _weighs(op: Operation, weights: Mark, competing: Tensor, marks: list[Mark]) -> bool:
    """Tell whether weights are multiplied with what they share an axis with, and what is alike for all that compete."""
    values = marks[1] if weights is marks[0] else marks[0]
    dims = runs_along(competing)
    if op.name not in _MULTIPLIES or len(dims) != 1 or len(values.sizes) != len(weights.sizes) or values.sizes[dims[0]] != 1:
        return False
    both = [axis for axis in weights.tables if axis in values.tables and axis.name != "batch"]
    return any(len(d := runs_along(values.tables[a])) == 1 and runs_along(weights.tables[a]) == d for a in both)


def _known(a: Tensor, b: Tensor) -> Tensor:
    """Join two tables that agree: what one of them leaves open the other may know."""
    if torch.equal(a, b) or bool((a >= 0).all()):
        return a
    a, b = torch.broadcast_tensors(a, b)
    return compress(torch.where(a >= 0, a, b))  # padding beside one coordinate varied, and does not any more


@operation(
    "zeros", "ones", "empty", "full", "randn", "randint", "arange", "linspace", "eye", "tensor", "as_tensor",
    "from_numpy", "zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like",
    "new_zeros", "new_ones", "new_full", "new_empty", "new", "new_tensor", "randperm", "item", "tolist",
    "numpy", "__len__", "__bool__", "__int__", "__float__", "__index__", "__format__", "__repr__", "__array__",
    "__contains__", "equal", "allclose", "is_nonzero", "register_hook", "retain_grad", "grad.get", "manual_seed",
    "_set_grad_enabled", "set_grad_enabled", "__hash__", "_is_all_true", "_is_any_true", "argwhere", "histc",
    "searchsorted", "unique", "nonzero", "bincount",
    always=True,
)  # fmt: skip
def makes_new_values(op: Operation) -> None:
    """Nothing of the operands' elements goes on: factories, indices, Python numbers."""


@operation("normal", "_standard_gamma", always=True)
def draws_elements(op: Operation) -> None:
    """Each number is drawn with a mean and a deviation, or a shape, of its own; from numbers alone it is a new value."""
    pointwise(op)


@repeatable
@operation("dropout1d", "dropout2d")
def channel_dropout(op: Operation) -> None:
    """Drops whole channels, while a model trains; of three dims dim 1 has the channels."""
    mark = op.book.mark(op.argument(0, "input"))
    if mark is not None and len(mark.sizes) == 3 and op.argument(2, "training", True) and op.argument(1, "p", 0.5):
        op.emit(ChannelDropout(op.name, mark))
    keeps(op, op.argument(0, "input"))


def keeps(op: Operation, source: Any) -> None:
    """Give the result, of the same sizes, what its source knows."""
    mark = op.book.mark(source)
    if mark is not None:
        for result in leaves(op.result):
            if tuple(result.shape) == mark.sizes:
                op.book.put(result, replace(mark, made=None))
