"""Recurrent layers and packing, answered by the calculator: torch's fake path unrolls some in time and cannot pack."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import DataDependentOutputException

from rnnshape._torch import undispatched
from rnnshape.calculator.arguments import MOST_STEPS
from rnnshape.calculator.costs import Scale, flops
from rnnshape.calculator.spec import RNNSpec
from rnnshape.calculator.tensors import tensors_of
from rnnshape.coordinates.tables import numbers
from rnnshape.dryrun.faking import Fakes, values_of
from rnnshape.layout.sizes import Size, single
from rnnshape.operations.registry import Args

__all__ = ["CELLS", "RECURRENT", "Calculated", "Packing", "Passing", "Stepped", "cell", "layer", "pack", "unpack"]

RECURRENT = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
"""Of torch's fused functions, the layer."""


CELLS = {"lstm_cell": 4, "gru_cell": 3, "rnn_tanh_cell": 1, "rnn_relu_cell": 1}
"""Of torch's functions for one step, the gates."""


Passing = Callable[[Sequence[int], Callable[[], Any]], Any]
"""Does something, and counts memory of so many bytes that torch has while it does that; returns what came of it."""


class _Blank(NamedTuple):
    """A tensor to be made.

    Attributes:
        sizes: of it.
        strides: of it, in elements.
        dtype: of it.
        device: of it.
    """

    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    def make(self) -> Tensor:
        """Make it."""
        return torch.empty_strided(self.sizes, self.strides, dtype=self.dtype, device=self.device)


def _blank(sizes: Sequence[int], like: Tensor, swapped: bool = False, dtype: torch.dtype | None = None) -> _Blank:
    """Describe a tensor that lies in memory in order of its dims, the first two swapped or not."""
    order = [1, 0, *range(2, len(sizes))] if swapped else list(range(len(sizes)))
    strides, step = [0] * len(sizes), 1
    for dim in reversed(order):
        strides[dim] = step
        step *= max(sizes[dim], 1)
    return _Blank(tuple(sizes), tuple(strides), dtype or like.dtype, like.device)


class _Answer(torch.autograd.Function):
    """What stands in the graph for a layer that was not run: its results depend on its arguments."""

    @staticmethod
    def forward(ctx: Any, blanks: Sequence[_Blank], *given: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        ctx.given = [(tuple(t.shape), t.dtype, t.device) for t in given]
        return tuple(blank.make() for blank in blanks)

    @staticmethod
    def backward(ctx: Any, *_: object) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        return (None, *(torch.empty(s, dtype=d, device=on) for s, d, on in ctx.given))


def _answer(blanks: Sequence[_Blank], given: Sequence[Tensor]) -> tuple[Tensor, ...]:
    if torch.is_grad_enabled() and any(t.requires_grad for t in given):
        return tuple(_Answer.apply(blanks, *given))  # type: ignore[arg-type]
    return tuple(blank.make() for blank in blanks)


class Calculated(NamedTuple):
    """The answer for a call of a recurrent layer.

    Attributes:
        result: what torch would return.
        flops: floating point operations of its matrix products.
    """

    result: tuple[Tensor, ...]
    flops: int


def layer(name: str, args: Args) -> Calculated:
    """Answer ``torch.lstm`` and its like: (input, hx, ...) or, packed, (data, batch_sizes, hx, ...)."""
    packed = isinstance(args[1], Tensor) and isinstance(args[2], (Tensor, tuple, list)) and args[1].dim() == 1
    x, hx, weights = args[0], args[2 if packed else 1], args[3 if packed else 2]
    states = list(cast("Sequence[Tensor]", hx)) if isinstance(hx, (tuple, list)) else [hx]
    bias, num_layers, bidirectional = args[4 if packed else 3], args[5 if packed else 4], args[8 if packed else 7]
    batch_first = not packed and bool(args[8])
    _refuse_two_devices([x, *states], weights)
    spec = _spec(name, weights, states, bias, num_layers, bidirectional, batch_first)
    lengths = None
    if packed:
        sizes = _rows(args[1], x)
        batch, steps = sizes[0], len(sizes)
        lengths = tuple(sum(size > sample for size in sizes) for sample in range(batch))
    else:
        batch, steps = (x.size(0), x.size(1)) if batch_first else (x.size(1), x.size(0))
    if steps == 0:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    p = tensors_of(spec, batch, steps, lengths)
    dtype = _dtype(name, x, packed)
    blanks = [_blank(_ints(p.output.sizes), x, batch_first, dtype), _blank(_ints(p.h_n.sizes), x, dtype=dtype)]
    if p.c_n is not None:
        blanks.append(_blank(_ints(p.c_n.sizes), x, dtype=dtype))
    products = single(flops(spec, Scale.of(spec, batch, steps, lengths)))
    return Calculated(_answer(blanks, [x, *states, *weights]), *_ints([products]))


def _refuse_two_devices(given: Sequence[Tensor], weights: Sequence[Tensor]) -> None:
    for what, tensor in zip(("input", "hidden", "hidden"), given, strict=False):
        if weights and tensor.device != weights[0].device:
            found = f"found {what} tensor at {tensor.device} and parameter tensor at {weights[0].device}"
            raise RuntimeError(f"Input and parameter tensors are not at the same device, {found}")


class Stepped(NamedTuple):
    """The answer for a call of a cell.

    Attributes:
        result: what torch would return: a state, or two.
        products: floating point operations of each of its matrix products.
    """

    result: Tensor | tuple[Tensor, ...]
    products: tuple[int, int]


def cell(name: str, args: Args, passing: Passing) -> Stepped | None:
    """Answer ``torch.lstm_cell`` and its like: (input, hx, w_ih, w_hh, b_ih, b_hh), which make some ten tensors on their way.

    Args:
        name: of the function.
        args: its arguments.
        passing: counts memory that torch has while something is done, by the bytes of each piece.

    Returns:
        None where torch would not take these arguments, or casts them: it says so itself.
    """
    gates, states = CELLS[name], list(cast("Sequence[Tensor]", args[1])) if isinstance(args[1], (tuple, list)) else [args[1]]
    x, w_ih, w_hh = args[0], args[2], args[3]
    if not _fits(gates, x, states, args[2:]) or len(states) != 1 + (name == "lstm_cell"):
        return None
    batch, hidden = states[0].shape
    piece, made = batch * hidden * x.element_size(), [_blank((batch, hidden), x)] * len(states)
    products = [gates * piece] * 2
    given = [t for t in (x, *states, *args[2:]) if t is not None]
    if name == "lstm_cell":  # of the products nothing is left but the gates when it makes its states
        passing(products, lambda: None)
    result = passing([] if name == "lstm_cell" else [*products, *[piece] * (gates == 3)], lambda: _answer(made, given))
    return Stepped(result if len(result) > 1 else result[0], (2 * batch * w_ih.numel(), 2 * batch * w_hh.numel()))


def _fits(gates: int, x: Tensor, states: Sequence[Tensor], weights: Sequence[Tensor | None]) -> bool:
    """Tell whether a cell takes its arguments as they are: a batch, states of as many samples, and weights that fit both."""
    given = [x, *states, *(t for t in weights if t is not None)]
    if len(weights) != 4 or any(t.dtype != x.dtype or t.device != x.device for t in given):
        return False
    hidden = weights[1].size(1) if weights[1] is not None and weights[1].dim() == 2 else 0
    wanted = [(gates * hidden, x.size(-1)), (gates * hidden, hidden), (gates * hidden,), (gates * hidden,)]
    shapes = [t is None or tuple(t.shape) == sizes for t, sizes in zip(weights, wanted, strict=True)]
    plain = x.dim() == 2 and all(tuple(s.shape) == (x.size(0), hidden) for s in states) and all(shapes)
    return plain and not (torch.amp.is_autocast_available(x.device.type) and torch.is_autocast_enabled(x.device.type))


def _dtype(name: str, x: Tensor, packed: bool) -> torch.dtype:
    """Return the dtype of the results: under autocast that of autocast, but for what it leaves alone on the CPU."""
    kind = x.device.type
    left_alone = kind == "cpu" and (name == "gru" or (name == "lstm" and packed))
    if left_alone or x.dtype != torch.float32 or not torch.amp.is_autocast_available(kind):
        return x.dtype
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype


def _ints(sizes: Sequence[Size]) -> tuple[int, ...]:
    return tuple(s for s in sizes if isinstance(s, int))


def _spec(
    name: str, weights: Sequence[Tensor], states: Sequence[Tensor], bias: bool, layers: int, both: bool, batch_first: bool
) -> RNNSpec:
    gates = {"lstm": 4, "gru": 3}.get(name, 1)
    hidden, state = weights[0].size(0) // gates, weights[1].size(1)
    options: dict[str, Any] = {"proj_size": state} if name == "lstm" and state != hidden else {}
    if name.startswith("rnn_"):
        options["nonlinearity"] = name.removeprefix("rnn_")
    return RNNSpec.of(
        RECURRENT[name], weights[0].size(1), hidden, num_layers=layers, bias=bias, bidirectional=both, batch_first=batch_first,
        **options,
    )  # fmt: skip


def _known(tensor: Tensor) -> list[int]:
    found = values_of(tensor)
    if found is None:
        raise DataDependentOutputException(torch.ops.aten._pack_padded_sequence.default)
    with undispatched():
        return numbers(found)


def _rows(batch_sizes: Tensor, data: Tensor) -> list[int]:
    """Return the rows of each step of a PackedSequence; raises as torch does where there are fewer."""
    sizes, start = _known(batch_sizes), 0
    for size in sizes:
        if start + size > data.size(0):
            raise RuntimeError(f"start ({start}) + length ({size}) exceeds dimension size ({data.size(0)}).")
        start += size
    return sizes


class Packing(NamedTuple):
    """What ``_pack_padded_sequence`` and ``_pad_packed_sequence`` return."""

    data: Tensor
    sizes: Tensor


def pack(fakes: Fakes, x: Tensor, lengths: Tensor, batch_first: bool) -> Packing:
    """Answer ``_pack_padded_sequence``, whose lengths decide everything; with torch's own errors."""
    known = _known(lengths)
    batch, steps = (x.size(0), x.size(1)) if batch_first else (x.size(1), x.size(0))
    if len(known) != batch:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(known)} (batch_size={batch})")
    if any(n <= 0 for n in known):
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0")
    if any(a < b for a, b in itertools.pairwise(known)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not "
            "need ONNX exportability."
        )
    if known[0] > MOST_STEPS:
        raise RuntimeError(f"a sample of {known[0]} steps cannot be packed: its batch sizes alone would not fit into memory")
    sizes = [sum(n > step for n in known) for step in range(known[0])]
    rows = sum(min(n, steps) for n in known)  # torch packs what there is of a sample that is said to be longer
    [data] = _answer([_blank((rows, *x.shape[2:]), x)], [x])
    return Packing(data, _constant(fakes, sizes))


def unpack(fakes: Fakes, data: Tensor, batch_sizes: Tensor, batch_first: bool, total: int | None) -> Packing:
    """Answer ``_pad_packed_sequence``."""
    sizes = _rows(batch_sizes, data)
    steps = len(sizes)
    if total is not None and total > 0:
        if total < steps:
            raise RuntimeError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total} and max sequence length being {steps}"
            )
        steps = total
    leading = (sizes[0], steps) if batch_first else (steps, sizes[0])
    [padded] = _answer([_blank((*leading, *data.shape[1:]), data, swapped=batch_first)], [data])
    lengths = [sum(size > sample for size in sizes) for sample in range(sizes[0])]
    return Packing(padded, _constant(fakes, lengths))


def _constant(fakes: Fakes, values: list[int]) -> Tensor:
    with undispatched():
        real = torch.tensor(values, dtype=torch.int64)
    return fakes.fake(real)
