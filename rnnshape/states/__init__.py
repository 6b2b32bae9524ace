"""The state that is meant, right for every configuration: layers, directions, layouts, projections, padding, packing.

Each function takes a layer of torch's or an `RNNSpec` first, and then what the layer returned.

    >>> import torch, rnnshape as rs
    >>> rnn = torch.nn.LSTM(10, 16, num_layers=2, bidirectional=True)
    >>> output, (h_n, c_n) = rnn(torch.zeros(9, 6, 10))
    >>> rs.last_state(rnn, h_n).shape
    torch.Size([6, 32])

Everything is made of torch's own operations on views, so gradients flow, ``torch.compile`` compiles it, and `rnnshape.diagnose`
follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar, cast, get_args, overload

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import LayoutError, SpecError
from rnnshape.states.demands import check_batch, checked_lengths, checked_output, checked_pair, checked_state, layer_spec

__all__ = ["Bridge", "bridge", "by_direction", "by_layer", "initial_state", "last_state", "last_step"]

Bridge = Literal["cat", "sum"]
"""How two directions become one: side by side, or added."""

State = Float[Tensor, "rows *batch hidden"]
"""h_n or c_n, whose rows are layer 0 forward, layer 0 reverse, layer 1 forward, ..."""

BothDirections = Float[Tensor, "*batch directions_hidden"]
"""The features of forward, then those of reverse, where there are two."""

Rows = Float[Tensor, "layers directions *batch hidden"]
DecoderState = Float[Tensor, "layers *batch features"]

OneOrBoth = Tensor | tuple[Tensor, Tensor]
"""What is made of a state, or of both of an LSTM."""

Lengths = Integer[Tensor, "batch"] | Sequence[int]

Device = torch.device | str | None

Output = TypeVar("Output", Tensor, PackedSequence)


@overload
def last_state(layer: nn.Module | RNNSpec, h_n: State) -> BothDirections: ...
@overload
def last_state(layer: nn.Module | RNNSpec, h_n: tuple[State, State]) -> tuple[BothDirections, BothDirections]: ...
def last_state(layer: nn.Module | RNNSpec, h_n: State | tuple[State, State]) -> OneOrBoth:
    """Return the final state of the last layer, both directions side by side.

    Args:
        layer: an nn.RNN, nn.LSTM or nn.GRU, or its `RNNSpec`.
        h_n: the final state as the layer returned it, batched or not. Of an LSTM h_n, c_n, or the pair of both.

    Returns:
        (batch, directions*hidden): forward, then reverse. Of one direction it is a view. Of a pair, the pair of both.

    Raises:
        LayoutError: where the sizes are not those of a state of this layer.
        SpecTypeError: for anything but a tensor, or for an LSTM a pair of them.

    >>> h_n = torch.arange(4.).view(4, 1, 1)                # layer 0 forward, layer 0 reverse, layer 1 forward, ...
    >>> last_state(RNNSpec("GRU", 3, 1, num_layers=2, bidirectional=True), h_n)
    tensor([[2., 3.]])
    """
    return _of_each(layer, "last_state", h_n, _last)


@overload
def by_layer(layer: nn.Module | RNNSpec, h_n: State) -> Rows: ...
@overload
def by_layer(layer: nn.Module | RNNSpec, h_n: tuple[State, State]) -> tuple[Rows, Rows]: ...
def by_layer(layer: nn.Module | RNNSpec, h_n: State | tuple[State, State]) -> OneOrBoth:
    """Return a view of the final state with a dim of layers and a dim of directions.

    Args:
        layer: an nn.RNN, nn.LSTM or nn.GRU, or its `RNNSpec`.
        h_n: the final state as the layer returned it, batched or not. Of an LSTM h_n, c_n, or the pair of both.

    Returns:
        (layers, directions, batch, hidden). Of a pair, the pair of both.

    Raises:
        LayoutError: where the sizes are not those of a state of this layer.
        SpecTypeError: for anything but a tensor, or for an LSTM a pair of them.

    >>> by_layer(RNNSpec("GRU", 3, 16, num_layers=2, bidirectional=True), torch.zeros(4, 6, 16)).shape
    torch.Size([2, 2, 6, 16])
    """
    return _of_each(layer, "by_layer", h_n, _rows)


def by_direction(layer: nn.Module | RNNSpec, output: Output) -> Output:
    """Return a view of the output with a dim of directions: (..., directions, hidden).

    Args:
        layer: an nn.RNN, nn.LSTM or nn.GRU, or its `RNNSpec`.
        output: its output, or any part of it that kept the last dim. A PackedSequence gives a PackedSequence, whose data is
            (packed, directions, hidden).

    Returns:
        Direction 0 is forward, direction 1 is reverse; a layer of one direction has a dim of size 1.

    Raises:
        LayoutError: where the last dim is not directions*hidden.
        SpecTypeError: for anything but a tensor or a PackedSequence.

    >>> by_direction(RNNSpec("GRU", 3, 16, bidirectional=True), torch.zeros(9, 6, 32)).shape
    torch.Size([9, 6, 2, 16])
    """
    spec = layer_spec("by_direction", layer, output)
    halves = (spec.directions, spec.state_size)
    if isinstance(output, PackedSequence):
        return output._replace(data=checked_output(spec, "by_direction", output.data).unflatten(-1, halves))
    return checked_output(spec, "by_direction", output).unflatten(-1, halves)  # pyright: ignore[reportUnknownVariableType]


def last_step(
    layer: nn.Module | RNNSpec,
    output: Float[Tensor, "*steps_and_batch directions_hidden"] | PackedSequence,
    lengths: Lengths | None = None,
) -> BothDirections:
    """Return what each direction has made of the whole sequence: forward its last real step, reverse its step 0.

    Args:
        layer: an nn.RNN, nn.LSTM or nn.GRU, or its `RNNSpec`, whose ``batch_first`` tells the layout of the output.
        output: its output, batched or not, or a PackedSequence, which knows where its samples end.
        lengths: steps of each sample, where the output is padded; without it the last step is everyone's. They are held against
            the output where that costs nothing: in a list, or in a tensor on the CPU that is not being compiled.

    Returns:
        (batch, directions*hidden): forward, then reverse. Of one direction and without lengths it is a view. Where the input
        was padded and not packed, the reverse direction has read the padding first.

    Raises:
        LayoutError: where the sizes, or the lengths, are not those of an output of this layer.
        SpecTypeError: for anything but a tensor or a PackedSequence.

    >>> output = torch.arange(3.).expand(2, 3).unsqueeze(-1)      # 2 samples, each of which is 0., 1., 2.
    >>> last_step(RNNSpec("GRU", 3, 1, batch_first=True), output, lengths=[3, 2])
    tensor([[2.],
            [1.]])
    """
    spec = layer_spec("last_step", layer, output)
    if isinstance(output, PackedSequence):
        if lengths is not None:
            raise LayoutError("last_step: a PackedSequence knows where its samples end; leave lengths out")
        return _packed_ends(spec, output)
    checked_output(spec, "last_step", output, dims=(2, 3))
    seq = 1 if spec.batch_first and output.dim() == 3 else 0
    if output.size(seq) == 0:
        raise LayoutError(f"last_step: output {text.sizes(tuple(output.shape))} has no steps, so none is the last")
    forward, reverse = output[..., : spec.state_size], output[..., spec.state_size :]
    if lengths is None:
        end = forward.select(seq, -1)
    else:
        last = checked_lengths(spec, output, lengths) - 1
        samples = torch.arange(output.size(1 - seq), device=output.device)
        end = forward[samples, last] if seq else forward[last, samples]
    return torch.cat([end, reverse.select(seq, 0)], -1) if spec.bidirectional else end


@overload
def bridge(layer: nn.Module | RNNSpec, h_n: State, how: Bridge = "cat") -> DecoderState: ...
@overload
def bridge(layer: nn.Module | RNNSpec, h_n: tuple[State, State], how: Bridge = "cat") -> tuple[DecoderState, DecoderState]: ...
def bridge(layer: nn.Module | RNNSpec, h_n: State | tuple[State, State], how: Bridge = "cat") -> OneOrBoth:
    """Return the initial state of a decoder of one direction, layer by layer from an encoder of two.

    Args:
        layer: the encoder, an nn.RNN, nn.LSTM or nn.GRU, or its `RNNSpec`. One of one direction needs no bridge: its state is
            returned as it is.
        h_n: its final state, batched or not. Of an LSTM h_n, c_n, or the pair of both.
        how: "cat" puts the two directions side by side, for a decoder twice as wide; "sum" adds them.

    Returns:
        (layers, batch, 2*hidden) or, of a sum, (layers, batch, hidden). Of a pair, the pair of both.

    Raises:
        LayoutError: where the sizes are not those of a state of this layer.
        SpecTypeError: for anything but a tensor, or for an LSTM a pair of them.
        SpecError: for an unknown ``how``.

    >>> encoder = torch.nn.LSTM(10, 16, num_layers=2, bidirectional=True)
    >>> decoder = torch.nn.LSTM(10, 32, num_layers=2)
    >>> x = torch.zeros(9, 6, 10)
    >>> output, state = decoder(x, bridge(encoder, encoder(x)[1]))
    """
    if how not in get_args(Bridge):
        raise SpecError(f"bridge: how={how!r}: use 'cat' or 'sum'")
    return _of_each(layer, "bridge", h_n, _joined if how == "cat" else _added)


@overload
def initial_state(
    layer: nn.LSTM | nn.LSTMCell, batch: int | None, *, device: Device = None, dtype: torch.dtype | None = None
) -> tuple[State, State]: ...
@overload
def initial_state(
    layer: nn.RNN | nn.GRU | nn.RNNCell | nn.GRUCell,
    batch: int | None,
    *,
    device: Device = None,
    dtype: torch.dtype | None = None,
) -> State: ...
@overload
def initial_state(
    layer: nn.Module | RNNSpec, batch: int | None, *, device: Device = None, dtype: torch.dtype | None = None
) -> State | tuple[State, State]: ...
def initial_state(
    layer: nn.Module | RNNSpec, batch: int | None, *, device: Device = None, dtype: torch.dtype | None = None
) -> State | tuple[State, State]:
    """Return zeros of the sizes of an initial state, which is never batch-first.

    Args:
        layer: an nn.RNN, nn.LSTM, nn.GRU or a cell of theirs, or its `RNNSpec`.
        batch: samples; None for unbatched input.
        device: of the state; that of the layer's weights by default.
        dtype: of the state; that of the layer's weights by default.

    Returns:
        h_0, (layers*directions, batch, hidden) or, of a cell, (batch, hidden). Of an LSTM the pair (h_0, c_0).

    Raises:
        SpecTypeError: where ``layer`` is no recurrent layer, or ``batch`` is no int.
        SpecError: for a negative ``batch``.

    >>> h_0, c_0 = initial_state(torch.nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True), batch=6)
    >>> h_0.shape
    torch.Size([4, 6, 16])
    """
    spec = layer if isinstance(layer, RNNSpec) else RNNSpec.from_module(layer)
    check_batch(spec, batch)
    if isinstance(layer, nn.Module) and (weight := next(layer.parameters(), None)) is not None:
        device, dtype = device or weight.device, dtype or weight.dtype
    rows = () if spec.cell else (spec.num_layers * spec.directions,)
    samples = () if batch is None else (batch,)
    h_0 = torch.zeros(*rows, *samples, spec.state_size, device=device, dtype=dtype)
    if not spec.has_cell_state:
        return h_0
    return h_0, torch.zeros(*rows, *samples, spec.hidden_size, device=device, dtype=dtype)


# What is done to one state


def _rows(spec: RNNSpec, state: Tensor) -> Tensor:
    return state.unflatten(0, (spec.num_layers, spec.directions))  # pyright: ignore[reportUnknownVariableType]


def _last(spec: RNNSpec, state: Tensor) -> Tensor:
    return torch.cat([state[-2], state[-1]], -1) if spec.bidirectional else state[-1]


def _joined(spec: RNNSpec, state: Tensor) -> Tensor:
    return torch.cat(_rows(spec, state).unbind(1), -1) if spec.bidirectional else state


def _added(spec: RNNSpec, state: Tensor) -> Tensor:
    if not spec.bidirectional:
        return state
    forward, reverse = _rows(spec, state).unbind(1)
    return forward + reverse


def _packed_ends(spec: RNNSpec, output: PackedSequence) -> Tensor:
    """Pick each sample's last row: the samples of step 0 come first, longest first, then those of step 1, ..."""
    data, sizes = checked_output(spec, "last_step", output.data, dims=(2,)), output.batch_sizes
    samples = torch.arange(int(sizes[0]))
    last = (sizes.unsqueeze(1) > samples).sum(0) - 1
    row = (sizes.cumsum(0) - sizes)[last] + samples
    end = data.index_select(0, row.to(data.device))
    if spec.bidirectional:
        end = torch.cat([end[:, : spec.state_size], data[: samples.numel(), spec.state_size :]], -1)
    return end if output.unsorted_indices is None else end.index_select(0, output.unsorted_indices)


def _of_each(
    layer: nn.Module | RNNSpec, function: str, state: object, change: Callable[[RNNSpec, Tensor], Tensor]
) -> OneOrBoth:
    """Change a state, or both of a pair."""
    spec = layer_spec(function, layer, state)
    if isinstance(state, (tuple, list)):
        h_n, c_n = checked_pair(spec, function, cast("Sequence[object]", state))
        return change(spec, h_n), change(spec, c_n)
    widths = (spec.state_size, spec.hidden_size) if spec.proj_size else (spec.hidden_size,)
    return change(spec, checked_state(spec, function, "h_n", state, widths))
