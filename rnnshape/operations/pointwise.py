"""Pointwise operations: which they are, and what they tell of; what their results know is of ``meeting``."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from rnnshape.coordinates import roles
from rnnshape.coordinates.mark import FLAGS, NORM, TOTAL, Mark
from rnnshape.coordinates.roles import NOTHING
from rnnshape.coordinates.tables import alone
from rnnshape.operations.counting import count_places, tell_of_masks
from rnnshape.operations.hypotheses import are_hypotheses
from rnnshape.operations.meeting import meet
from rnnshape.operations.names import ADDS, COMPARES, DIVIDES, IDENTITIES, MULTIPLIES, SUBTRACTS, SUBTRACTS_FROM, WHOLE
from rnnshape.operations.registry import Operation, leaves, operation, repeatable
from rnnshape.operations.totals import meets_a_total
from rnnshape.operations.uses import (
    Addition,
    Answer,
    Broadcast,
    ChannelDropout,
    ColumnDifference,
    Comparison,
    Deciding,
    Division,
    Levelling,
    Remainder,
    Residual,
)
from rnnshape.operations.weighing import weigh

__all__ = ["draws_elements", "is_pointwise", "keeps", "makes_new_values", "of_another_kind", "pointwise"]

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

_OPERATORS = {
    "truediv": "div", "floordiv": "floor_divide", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "invert": "bitwise_not", "mod": "remainder", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift", "pos":
    "positive",
}  # fmt: skip
"""Of Python's operators, what aten calls them."""

_DIFFERENCES = SUBTRACTS | SUBTRACTS_FROM


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


@repeatable
def pointwise(op: Operation) -> None:
    """Give the result the union of what the operands know."""
    tensors = list(leaves([op.args, op.kwargs]))
    marks = [m for t in tensors if (m := op.book.mark(t))]
    if not marks:
        return
    _tell(op, tensors, marks)
    for result in leaves(op.result):
        sizes = tuple(result.shape)
        if any(m.sizes != sizes for m in marks):
            op.emit(Broadcast(op.name, tuple(marks), sizes))
        if all(len(m.sizes) <= len(sizes) and _broadcasts(m.sizes, sizes) for m in marks):
            met = meet(op, marks, sizes)
            if result.is_floating_point():
                meets_a_total(op, marks, met)
            elif op.name in COMPARES:
                count_places(op, tensors, marks, met)
            met.roles = roles.met(op.name, [NOTHING if (m := op.book.mark(t)) is None else m.roles for t in tensors])
            if len(marks) > 1 and roles.ANSWER in met.roles and op.name.strip("_") in roles.PRODUCTS:
                op.emit(Answer(op.name, met))
            op.book.put(result, met)


@operation("long", "int", "short", "to", "type")
def of_another_kind(op: Operation) -> None:
    """Every element stays where it is; fractions, and answers of yes or no, become whole numbers. The kind is of no mark."""
    pointwise(op)
    source, result = op.args[0], op.result
    known = op.book.mark(result)
    if known is not None and result.dtype in WHOLE and (source.is_floating_point() or source.dtype == torch.bool):
        op.book.put(result, replace(known, tables=known.tables | {op.book.part_of(FLAGS): alone(0, result.dim())}))


def _tell(op: Operation, tensors: list[Tensor], marks: list[Mark]) -> None:
    """Tell the rules which operands meet, by the kind of arithmetic."""
    tell_of_masks(op, tensors)
    if len(marks) > 1 and op.name in MULTIPLIES:
        weigh(op)
    if len(tensors) == 1 and op.name in MULTIPLIES and _is_of_two_sequences(marks[0]):
        for number in op.args:
            if isinstance(number, float) and 0 < abs(number) < 1:
                op.emit(Levelling(op.name, marks[0], number))
    if len(tensors) == len(marks) == 2 and op.name in DIVIDES and marks[1].of(NORM):
        op.emit(Division(op.name, *marks))
    if len(tensors) == 2 and len(marks) == 1 and op.name in ADDS:
        unknown = next(t for t in tensors if op.book.mark(t) is None)
        if unknown.dim() > 1:
            op.emit(Addition(op.name, marks[0], unknown))
    if len(tensors) == 2 and len(marks) == 1 and op.name in _DIFFERENCES:
        unknown = next(t for t in tensors if op.book.mark(t) is None)
        if unknown.dim() == 1 and marks[0].sizes == (unknown.numel(), 1):
            op.emit(ColumnDifference(op.name, marks[0], unknown))
    if len(tensors) == len(marks) == 2 and op.name in _DIFFERENCES and marks[0].sizes == marks[1].sizes:
        scores, target = marks if marks[1].target else reversed(marks)
        if target.target and not scores.target:
            op.emit(Comparison(op.name, scores, target, scores.made))
    if len(tensors) == 2 and op.name in _DIFFERENCES:
        _tell_of_predictions(op, tensors)
    if len(marks) == 2 and op.name in ("minimum", "min", "fmin") and are_hypotheses(op, marks):
        op.emit(Deciding(op.name, (marks[0], marks[1])))
    if len(marks) == 1 and op.name in _DIFFERENCES and marks[0].of(TOTAL):
        op.emit(Remainder(op.name, marks[0]))


def _tell_of_predictions(op: Operation, tensors: list[Tensor]) -> None:
    """Tell of predictions from which what they are to be is subtracted, or the other way round."""
    target, scores = sorted(tensors, key=lambda tensor: tensor.requires_grad)
    known = op.book.mark(scores)
    if known is not None and scores.requires_grad > target.requires_grad and scores.shape == target.shape:
        op.emit(Residual(op.name, target, known))


def _is_of_two_sequences(mark: Mark) -> bool:
    """Tell whether a step of one sequence has met all steps of another."""
    along = [table.numel() > 1 for axis, table in mark.tables.items() if axis.counts_steps]
    return any(along) and not all(along)


def _broadcasts(sizes: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return sizes == to or all(a in (1, b) for a, b in zip(reversed(sizes), reversed(to), strict=False))


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
