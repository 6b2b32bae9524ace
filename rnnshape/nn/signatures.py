"""What torch's recurrent layers take and return, in jaxtyping's words: one function for each layout.

`rnnshape.nn` has beartype hold every kind of call against them. A size behind ``=`` is that of the layer, ``self``, as it is
configured at the call; a bare name is an axis whose size is the same wherever it stands in the function. ``result`` is what the
layer made of its arguments, and is returned as it is.
"""

from __future__ import annotations

from typing import Any

from jaxtyping import Float
from torch import Tensor

__all__ = [
    "CELL", "LSTM", "LSTM_CELL", "ONE_STATE", "PROJ", "ROWS",
    "cell_batched", "cell_unbatched", "lstm_batch_first", "lstm_cell_batched",
    "lstm_cell_unbatched", "lstm_packed", "lstm_seq_first", "lstm_unbatched",
    "one_state_batch_first", "one_state_packed", "one_state_seq_first", "one_state_unbatched",
]  # fmt: skip

Result = Any
"""What a layer made of its arguments: of any type, until it is held against what the function returns."""

ROWS = "layers_directions={self.num_layers*(1+self.bidirectional)}"
PROJ = "proj={(self.proj_size)or(self.hidden_size)}"

H = Float[Tensor, f"{ROWS} batch hidden={{self.hidden_size}}"]
UnbatchedH = Float[Tensor, f"{ROWS} hidden={{self.hidden_size}}"]
PackedH = Float[Tensor, f"{ROWS} batch={{samples}} hidden={{self.hidden_size}}"]
"""The state of an RNN or a GRU, and the cell state of an LSTM."""

ProjH = Float[Tensor, f"{ROWS} batch {PROJ}"]
UnbatchedProjH = Float[Tensor, f"{ROWS} {PROJ}"]
PackedProjH = Float[Tensor, f"{ROWS} batch={{samples}} {PROJ}"]
"""The hidden state of an LSTM, which may be projected."""


# nn.RNN and nn.GRU


def one_state_batch_first(
    self: object,
    input: Float[Tensor, "batch seq feature={self.input_size}"],
    hx: H | None,
    result: Result = None,
) -> tuple[Float[Tensor, "batch seq directions_hidden={(1+self.bidirectional)*self.hidden_size}"], H]:
    """With ``batch_first=True``."""
    return result


def one_state_seq_first(
    self: object,
    input: Float[Tensor, "seq batch feature={self.input_size}"],
    hx: H | None,
    result: Result = None,
) -> tuple[Float[Tensor, "seq batch directions_hidden={(1+self.bidirectional)*self.hidden_size}"], H]:
    """With ``batch_first=False``."""
    return result


def one_state_unbatched(
    self: object,
    input: Float[Tensor, "seq feature={self.input_size}"],
    hx: UnbatchedH | None,
    result: Result = None,
) -> tuple[Float[Tensor, "seq directions_hidden={(1+self.bidirectional)*self.hidden_size}"], UnbatchedH]:
    """One sequence without a batch."""
    return result


def one_state_packed(
    self: object,
    input: Float[Tensor, "packed feature={self.input_size}"],
    hx: PackedH | None,
    result: Result = None,
    samples: int = 0,
) -> tuple[Float[Tensor, "packed directions_hidden={(1+self.bidirectional)*self.hidden_size}"], PackedH]:
    """A PackedSequence: ``input`` and the output are its data."""
    return result


# nn.LSTM


def lstm_batch_first(
    self: object,
    input: Float[Tensor, "batch seq feature={self.input_size}"],
    hx: tuple[ProjH, H] | None,
    result: Result = None,
) -> tuple[
    Float[Tensor, "batch seq directions_proj={(1+self.bidirectional)*((self.proj_size)or(self.hidden_size))}"], tuple[ProjH, H]
]:
    """With ``batch_first=True``."""
    return result


def lstm_seq_first(
    self: object,
    input: Float[Tensor, "seq batch feature={self.input_size}"],
    hx: tuple[ProjH, H] | None,
    result: Result = None,
) -> tuple[
    Float[Tensor, "seq batch directions_proj={(1+self.bidirectional)*((self.proj_size)or(self.hidden_size))}"], tuple[ProjH, H]
]:
    """With ``batch_first=False``."""
    return result


def lstm_unbatched(
    self: object,
    input: Float[Tensor, "seq feature={self.input_size}"],
    hx: tuple[UnbatchedProjH, UnbatchedH] | None,
    result: Result = None,
) -> tuple[
    Float[Tensor, "seq directions_proj={(1+self.bidirectional)*((self.proj_size)or(self.hidden_size))}"],
    tuple[UnbatchedProjH, UnbatchedH],
]:
    """One sequence without a batch."""
    return result


def lstm_packed(
    self: object,
    input: Float[Tensor, "packed feature={self.input_size}"],
    hx: tuple[PackedProjH, PackedH] | None,
    result: Result = None,
    samples: int = 0,
) -> tuple[
    Float[Tensor, "packed directions_proj={(1+self.bidirectional)*((self.proj_size)or(self.hidden_size))}"],
    tuple[PackedProjH, PackedH],
]:
    """A PackedSequence: ``input`` and the output are its data."""
    return result


# Cells


def cell_batched(
    self: object,
    input: Float[Tensor, "batch feature={self.input_size}"],
    hx: Float[Tensor, "batch hidden={self.hidden_size}"] | None,
    result: Result = None,
) -> Float[Tensor, "batch hidden={self.hidden_size}"]:
    """One step of nn.RNNCell or nn.GRUCell."""
    return result


def cell_unbatched(
    self: object,
    input: Float[Tensor, "feature={self.input_size}"],
    hx: Float[Tensor, "hidden={self.hidden_size}"] | None,
    result: Result = None,
) -> Float[Tensor, "hidden={self.hidden_size}"]:
    """One step of nn.RNNCell or nn.GRUCell, without a batch."""
    return result


def lstm_cell_batched(
    self: object,
    input: Float[Tensor, "batch feature={self.input_size}"],
    hx: tuple[Float[Tensor, "batch hidden={self.hidden_size}"], Float[Tensor, "batch hidden={self.hidden_size}"]] | None,
    result: Result = None,
) -> tuple[Float[Tensor, "batch hidden={self.hidden_size}"], Float[Tensor, "batch hidden={self.hidden_size}"]]:
    """One step of nn.LSTMCell."""
    return result


def lstm_cell_unbatched(
    self: object,
    input: Float[Tensor, "feature={self.input_size}"],
    hx: tuple[Float[Tensor, "hidden={self.hidden_size}"], Float[Tensor, "hidden={self.hidden_size}"]] | None,
    result: Result = None,
) -> tuple[Float[Tensor, "hidden={self.hidden_size}"], Float[Tensor, "hidden={self.hidden_size}"]]:
    """One step of nn.LSTMCell, without a batch."""
    return result


# Which of them a call is held against

ONE_STATE = {
    "batch_first": one_state_batch_first,
    "seq_first": one_state_seq_first,
    "unbatched": one_state_unbatched,
    "packed": one_state_packed,
}
LSTM = {"batch_first": lstm_batch_first, "seq_first": lstm_seq_first, "unbatched": lstm_unbatched, "packed": lstm_packed}
CELL = {"batched": cell_batched, "unbatched": cell_unbatched}
LSTM_CELL = {"batched": lstm_cell_batched, "unbatched": lstm_cell_unbatched}
