"""The Layouts of a recurrent layer: of its arguments and results, and of its parameters.

They are those of the ``Inputs``, ``Outputs`` and ``Variables`` sections of torch's documentation of nn.RNN, nn.LSTM, nn.GRU and
the cells.
"""

from __future__ import annotations

from typing import NamedTuple

from rnnshape.calculator.spec import RNNSpec
from rnnshape.layout.axes import Axis, Dim, Dims, whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size

__all__ = ["BATCH", "FEATURE", "SEQ", "Tensors", "parameters_of", "tensors_of"]

BATCH, SEQ, FEATURE, HIDDEN = Axis("batch"), Axis("seq"), Axis("feature"), Axis("hidden")
LAYERS, DIRECTIONS, GATES, PROJ, PACKED = Axis("layers"), Axis("directions"), Axis("gates"), Axis("proj"), Axis("packed")
_BOTH = whole(DIRECTIONS, 2)


class Tensors(NamedTuple):
    """What goes into a layer and what comes out.

    Attributes:
        input: the input; of a PackedSequence, its ``data``.
        output: the last layer's hidden state at every step; of a PackedSequence, its ``data``. A cell's is its h_1.
        h_n: the final hidden state of every layer and direction; never batch-first.
        c_n: the final cell state of an LSTM, else None.
    """

    input: Layout
    output: Layout
    h_n: Layout
    c_n: Layout | None

    @property
    def h_0(self) -> Layout:
        """The initial hidden state; the same as `h_n`."""
        return self.h_n

    @property
    def c_0(self) -> Layout | None:
        """The initial cell state of an LSTM; the same as `c_n`."""
        return self.c_n


def tensors_of(spec: RNNSpec, batch: Size | None, seq: Size | None, lengths: tuple[int, ...] | None = None) -> Tensors:
    """Return the Layouts of arguments and results.

    Args:
        spec: the configuration.
        batch: samples; None for unbatched input.
        seq: steps; None for a cell.
        lengths: steps of each sample where the input is packed.

    >>> print(tensors_of(RNNSpec("GRU", 4, 8), batch=3, seq=5).output)
    seq=5 batch=3 hidden=8
    """
    rows: Dims = () if batch is None else ((whole(BATCH, batch),),)
    steps: Dims = () if seq is None else ((whole(SEQ, seq),),)
    leading = rows + steps if spec.batch_first else steps + rows
    if lengths is not None:
        leading = ((whole(PACKED, sum(lengths)),),)
    hidden, state = _states(spec)
    if not spec.cell:
        layers = whole(LAYERS, spec.num_layers)
        rows = ((layers, _BOTH) if spec.bidirectional else (layers,), *rows)
    return Tensors(
        input=Layout((*leading, (whole(FEATURE, spec.input_size),))),
        output=Layout((*leading, (_BOTH, *state) if spec.bidirectional else state)),
        h_n=Layout((*rows, state)),
        c_n=Layout((*rows, hidden)) if spec.has_cell_state else None,
    )


def parameters_of(spec: RNNSpec) -> dict[str, Layout]:
    """Return the Layout of every parameter, under torch's name and in torch's order.

    >>> print(parameters_of(RNNSpec("GRU", 4, 8))["weight_ih_l0"])
    (gates=3 hidden=8) feature=4
    """
    hidden, state = _states(spec)
    gates = (whole(GATES, spec.gates), *hidden) if spec.gates > 1 else hidden
    found: dict[str, Layout] = {}
    for layer in range(spec.num_layers):
        below: Dim = (_BOTH, *state) if spec.bidirectional else state
        if layer == 0:
            below = (whole(FEATURE, spec.input_size),)
        for way in ("", "_reverse")[: spec.directions]:
            suffix = "" if spec.cell else f"_l{layer}{way}"
            found["weight_ih" + suffix] = Layout((gates, below))
            found["weight_hh" + suffix] = Layout((gates, state))
            if spec.bias:
                found["bias_ih" + suffix] = found["bias_hh" + suffix] = Layout((gates,))
            if spec.proj_size:
                found["weight_hr" + suffix] = Layout((state, hidden))
    return found


def _states(spec: RNNSpec) -> tuple[Dim, Dim]:
    """Return the last dim of a cell state, and that of a hidden state."""
    hidden: Dim = (whole(HIDDEN, spec.hidden_size),)
    return hidden, (whole(PROJ, spec.proj_size),) if spec.proj_size else hidden
