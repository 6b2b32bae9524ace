"""The typed layers: torch's own, whose calls are held against annotations that can be read.

What ``forward`` is annotated with here is true of every layout. Which sizes go together is said in `rnnshape.nn.signatures`, by
one function for each layout, and that is what each call is held against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import _torch, states
from rnnshape.nn import signatures
from rnnshape.nn.checking import call

__all__ = ["GRU", "LSTM", "RNN", "TYPED", "GRUCell", "LSTMCell", "RNNCell"]

Sequence = Float[Tensor, "*seq_and_batch feature={self.input_size}"]
"""(batch, seq, feature) with ``batch_first=True``, else (seq, batch, feature); (seq, feature) is unbatched."""

Output = Float[Tensor, "*seq_and_batch directions_hidden={(1+self.bidirectional)*self.hidden_size}"]
ProjOutput = Float[Tensor, "*seq_and_batch directions_proj={(1+self.bidirectional)*((self.proj_size)or(self.hidden_size))}"]

State = Float[Tensor, f"{signatures.ROWS} *batch hidden={{self.hidden_size}}"]
ProjState = Float[Tensor, f"{signatures.ROWS} *batch {signatures.PROJ}"]

Step = Float[Tensor, "*batch feature={self.input_size}"]
StepState = Float[Tensor, "*batch hidden={self.hidden_size}"]


class _Typed(nn.Module):
    """What all typed layers have in common."""

    def __prepare_scriptable__(self) -> nn.Module:
        """Give torch.jit.script a layer of torch's own with the same parameters; annotations of jaxtyping's are beyond it."""
        plain = next((torchs for torchs, typed in TYPED.items() if type(self) is typed), None)
        if plain is None:
            return self
        layer = plain.__new__(plain)
        layer.__dict__ = dict(self.__dict__)
        return layer


class _Layer(_Typed):
    """What a layer has, and a cell has not: an output of several steps."""

    def by_direction(self, output: states.Output) -> states.Output:
        """Return a view of the output, (..., directions, hidden); see `rnnshape.by_direction`."""
        return states.by_direction(self, output)

    def last_step(
        self, output: Float[Tensor, "*seq_and_batch directions_hidden"] | PackedSequence, lengths: states.Lengths | None = None
    ) -> states.BothDirections:
        """Return what each direction made of the whole sequence, (batch, directions*hidden); see `rnnshape.last_step`."""
        return states.last_step(self, output, lengths)


class _OneState(_Layer):
    """A layer whose state is one tensor."""

    @overload
    def forward(self, input: Sequence, hx: State | None = None) -> tuple[Output, State]: ...
    @overload
    def forward(self, input: PackedSequence, hx: State | None = None) -> tuple[PackedSequence, State]: ...
    def forward(self, input: Sequence | PackedSequence, hx: State | None = None) -> tuple[Output | PackedSequence, State]:
        """Return (output, h_n); see torch's own layer.

        Raises:
            ContractError: where sizes or kinds are not those of the layer.
        """
        return call(self, super().forward, signatures.ONE_STATE, input, hx)

    if TYPE_CHECKING:

        @overload
        def __call__(self, input: Sequence, hx: State | None = None) -> tuple[Output, State]: ...
        @overload
        def __call__(self, input: PackedSequence, hx: State | None = None) -> tuple[PackedSequence, State]: ...
        def __call__(self, input: Sequence | PackedSequence, hx: object = None) -> object:
            """Call the layer; see `forward`."""

    def last_state(self, h_n: State) -> states.BothDirections:
        """Return the final state of the last layer, (batch, directions*hidden); see `rnnshape.last_state`."""
        return states.last_state(self, h_n)

    def by_layer(self, h_n: State) -> states.Rows:
        """Return a view of the final state, (layers, directions, batch, hidden); see `rnnshape.by_layer`."""
        return states.by_layer(self, h_n)

    def bridge(self, h_n: State, how: states.Bridge = "cat") -> states.DecoderState:
        """Return the initial state of a decoder of one direction, layer by layer; see `rnnshape.bridge`."""
        return states.bridge(self, h_n, how)

    def initial_state(self, batch: int | None, *, device: states.Device = None, dtype: torch.dtype | None = None) -> State:
        """Return zeros, (layers*directions, batch, hidden); see `rnnshape.initial_state`."""
        return states.initial_state(self, batch, device=device, dtype=dtype)  # pyright: ignore[reportReturnType]


class RNN(_OneState, nn.RNN):
    """nn.RNN, whose calls are checked.

    >>> rnn = RNN(4, 8, batch_first=True)
    >>> output, h_n = rnn(torch.zeros(6, 9, 4))
    >>> rnn.last_state(h_n).shape
    torch.Size([6, 8])
    """


class GRU(_OneState, nn.GRU):
    """nn.GRU, whose calls are checked.

    >>> rnn = GRU(4, 8, bidirectional=True)
    >>> rnn(torch.zeros(9, 6, 4), torch.zeros(1, 6, 8))
    Traceback (most recent call last):
    ...
    rnnshape.errors.ContractError: RNS103 error: GRU: h_0 axis 'layers*directions' is 1, expected 2; the 2 ...
      expected  (layers*directions=2, batch=6, hidden=8)
      got       (                  1,       6,        8)
                                   ^
      layers*directions=2  from num_layers=1 x 2 directions
      batch=6              from dim 1 of the input (9, 6, 4), since batch_first=False
      hidden=8             from hidden_size=8
      torch.zeros(2, 6, 8) fits
      at ...
      see: rnnshape explain RNS103
    """


class LSTM(_Layer, nn.LSTM):
    """nn.LSTM, whose calls are checked.

    >>> rnn = LSTM(10, 16, num_layers=2, bidirectional=True)
    >>> output, (h_n, c_n) = rnn(torch.zeros(9, 6, 10))
    >>> rnn.last_state(h_n).shape
    torch.Size([6, 32])
    """

    @overload
    def forward(
        self, input: Sequence, hx: tuple[ProjState, State] | None = None
    ) -> tuple[ProjOutput, tuple[ProjState, State]]: ...
    @overload
    def forward(
        self, input: PackedSequence, hx: tuple[ProjState, State] | None = None
    ) -> tuple[PackedSequence, tuple[ProjState, State]]: ...
    def forward(
        self, input: Sequence | PackedSequence, hx: tuple[ProjState, State] | None = None
    ) -> tuple[ProjOutput | PackedSequence, tuple[ProjState, State]]:
        """Return (output, (h_n, c_n)); see torch's own layer.

        Raises:
            ContractError: where sizes or kinds are not those of the layer.
        """
        return call(self, super().forward, signatures.LSTM, input, hx)

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, input: Sequence, hx: tuple[ProjState, State] | None = None
        ) -> tuple[ProjOutput, tuple[ProjState, State]]: ...
        @overload
        def __call__(
            self, input: PackedSequence, hx: tuple[ProjState, State] | None = None
        ) -> tuple[PackedSequence, tuple[ProjState, State]]: ...
        def __call__(self, input: Sequence | PackedSequence, hx: object = None) -> object:
            """Call the layer; see `forward`."""

    @overload
    def last_state(self, h_n: ProjState) -> states.BothDirections: ...
    @overload
    def last_state(self, h_n: tuple[ProjState, State]) -> tuple[states.BothDirections, states.BothDirections]: ...
    def last_state(self, h_n: ProjState | tuple[ProjState, State]) -> states.OneOrBoth:
        """Return the final state of the last layer, (batch, directions*hidden), or that of both; see `rnnshape.last_state`."""
        return states.last_state(self, h_n)

    @overload
    def by_layer(self, h_n: ProjState) -> states.Rows: ...
    @overload
    def by_layer(self, h_n: tuple[ProjState, State]) -> tuple[states.Rows, states.Rows]: ...
    def by_layer(self, h_n: ProjState | tuple[ProjState, State]) -> states.OneOrBoth:
        """Return a view of the final state, (layers, directions, batch, hidden), or of both; see `rnnshape.by_layer`."""
        return states.by_layer(self, h_n)

    @overload
    def bridge(self, h_n: ProjState, how: states.Bridge = "cat") -> states.DecoderState: ...
    @overload
    def bridge(
        self, h_n: tuple[ProjState, State], how: states.Bridge = "cat"
    ) -> tuple[states.DecoderState, states.DecoderState]: ...
    def bridge(self, h_n: ProjState | tuple[ProjState, State], how: states.Bridge = "cat") -> states.OneOrBoth:
        """Return the initial state of a decoder of one direction, layer by layer; see `rnnshape.bridge`."""
        return states.bridge(self, h_n, how)

    def initial_state(
        self, batch: int | None, *, device: states.Device = None, dtype: torch.dtype | None = None
    ) -> tuple[ProjState, State]:
        """Return zeros, each (layers*directions, batch, hidden); see `rnnshape.initial_state`."""
        return states.initial_state(self, batch, device=device, dtype=dtype)


class _OneStateCell(_Typed):
    """A cell whose state is one tensor."""

    def forward(self, input: Step, hx: StepState | None = None) -> StepState:
        """Return h_1; see torch's own cell.

        Raises:
            ContractError: where sizes or kinds are not those of the cell.
        """
        return call(self, super().forward, signatures.CELL, input, hx)

    if TYPE_CHECKING:

        def __call__(self, input: Step, hx: StepState | None = None) -> StepState:
            """Call the cell; see `forward`."""
            ...

    def initial_state(self, batch: int | None, *, device: states.Device = None, dtype: torch.dtype | None = None) -> StepState:
        """Return zeros, (batch, hidden); see `rnnshape.initial_state`."""
        return states.initial_state(self, batch, device=device, dtype=dtype)  # pyright: ignore[reportReturnType]


class RNNCell(_OneStateCell, nn.RNNCell):
    """nn.RNNCell, whose calls are checked.

    >>> cell = RNNCell(4, 8)
    >>> cell(torch.zeros(6, 4), cell.initial_state(6)).shape
    torch.Size([6, 8])
    """


class GRUCell(_OneStateCell, nn.GRUCell):
    """nn.GRUCell, whose calls are checked.

    >>> cell = GRUCell(4, 8)
    >>> cell(torch.zeros(6, 4), cell.initial_state(6)).shape
    torch.Size([6, 8])
    """


class LSTMCell(_Typed, nn.LSTMCell):
    """nn.LSTMCell, whose calls are checked.

    >>> cell = LSTMCell(4, 8)
    >>> h_1, c_1 = cell(torch.zeros(6, 4), cell.initial_state(6))
    """

    def forward(self, input: Step, hx: tuple[StepState, StepState] | None = None) -> tuple[StepState, StepState]:
        """Return (h_1, c_1); see torch's own cell.

        Raises:
            ContractError: where sizes or kinds are not those of the cell.
        """
        return call(self, super().forward, signatures.LSTM_CELL, input, hx)

    if TYPE_CHECKING:

        def __call__(self, input: Step, hx: tuple[StepState, StepState] | None = None) -> tuple[StepState, StepState]:
            """Call the cell; see `forward`."""
            ...

    def initial_state(
        self, batch: int | None, *, device: states.Device = None, dtype: torch.dtype | None = None
    ) -> tuple[StepState, StepState]:
        """Return zeros, each (batch, hidden); see `rnnshape.initial_state`."""
        return states.initial_state(self, batch, device=device, dtype=dtype)


TYPED: dict[type[nn.Module], type[nn.Module]] = {
    nn.RNN: RNN,
    nn.LSTM: LSTM,
    nn.GRU: GRU,
    nn.RNNCell: RNNCell,
    nn.LSTMCell: LSTMCell,
    nn.GRUCell: GRUCell,
}
"""The typed layer in place of each of torch's."""

# Each hands over to torch's with the arguments as they are.
_torch.TORCH_FORWARDS += (_OneState.forward, LSTM.forward, _OneStateCell.forward, LSTMCell.forward)
