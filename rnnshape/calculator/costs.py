"""What a recurrent layer costs: parameters, floating point operations and bytes.

Each formula is written once, over a `Scale`. With numbers in it the answer is a number, with letters it is the formula itself,
so what `Prediction.scaling` tells about growth is what the calculator computes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rnnshape.calculator.spec import RNNSpec
from rnnshape.layout.sizes import Quantity, Size, product, quantity

__all__ = ["COSTS", "ITEM_SIZE", "Scale", "flops", "flops_per_step", "parameters", "saved_bytes", "state_bytes"]

ITEM_SIZE = {"float64": 8, "double": 8, "float32": 4, "float": 4, "float16": 2, "half": 2, "bfloat16": 2}
"""Bytes of one element of each dtype that recurrent layers compute in."""


class Scale(NamedTuple):
    """How large a layer and its input are: numbers, or `Total` values in which letters stand for them.

    Attributes:
        input_size: features of the input.
        hidden_size: features of the hidden state.
        proj_size: features of the projected state; 0 where there is no projection.
        num_layers: stacked layers.
        directions: 1 or 2.
        batch: samples; 1 for unbatched input.
        steps: steps of all samples together: seq x batch, or the sum of the lengths.
        item: bytes of one element.
        copied: whether each direction keeps a transposed copy of its own of the input, as it does where that is batch-first.
    """

    input_size: Quantity
    hidden_size: Quantity
    proj_size: Quantity
    num_layers: Quantity
    directions: Quantity
    batch: Quantity
    steps: Quantity
    item: int = 4
    copied: bool = False

    @classmethod
    def of(
        cls, spec: RNNSpec, batch: Size | None, seq: Size | None, lengths: tuple[int, ...] | None = None, item: int = 4
    ) -> Scale:
        """Return the scale of a call: of so many samples and steps, None for one, or of samples of these lengths."""
        rows, steps = (1 if size is None else size for size in (batch, seq))
        return cls(
            *(spec.input_size, spec.hidden_size, spec.proj_size, spec.num_layers, spec.directions),
            batch=quantity(rows),
            steps=quantity(product((rows, steps))) if lengths is None else sum(lengths),
            item=item,
            copied=spec.batch_first and batch is not None and lengths is None,
        )


def _state(spec: RNNSpec, scale: Scale) -> Quantity:
    return scale.proj_size if spec.proj_size else scale.hidden_size


def _matrices(spec: RNNSpec, scale: Scale) -> Quantity:
    """Count the elements of every weight matrix: (gates x hidden) rows for the input and for the state, and the projection."""
    state, rows = _state(spec, scale), spec.gates * scale.hidden_size
    below = scale.input_size + (scale.num_layers - 1) * scale.directions * state
    above = scale.num_layers * (rows * state + scale.proj_size * scale.hidden_size)
    return scale.directions * (rows * below + above)


def parameters(spec: RNNSpec, scale: Scale) -> Quantity:
    """Count the parameters.

    >>> parameters(RNNSpec("GRU", 10, 16), Scale(10, 16, 0, 1, 1, 1, 1, 4))
    1344
    """
    biases = 2 * spec.bias * spec.gates * scale.hidden_size * scale.num_layers * scale.directions
    return _matrices(spec, scale) + biases


def flops_per_step(spec: RNNSpec, scale: Scale) -> Quantity:
    """Count the floating point operations of the matrix products for one step of one sample.

    Each element of a matrix is met once, by a multiplication and an addition. Elementwise work is not counted.

    >>> flops_per_step(RNNSpec("GRU", 10, 16), Scale(10, 16, 0, 1, 1, 1, 1, 4))
    2496
    """
    return 2 * _matrices(spec, scale)


def flops(spec: RNNSpec, scale: Scale) -> Quantity:
    """Count the floating point operations of the matrix products in one forward pass.

    >>> flops(RNNSpec("GRU", 10, 16), Scale(10, 16, 0, 1, 1, batch=6, steps=54, item=4))
    134784
    """
    return flops_per_step(spec, scale) * scale.steps


def state_bytes(spec: RNNSpec, scale: Scale) -> Quantity:
    """Count the bytes of the final state: h_n and, for an LSTM, c_n.

    >>> state_bytes(RNNSpec("LSTM", 10, 16), Scale(10, 16, 0, 1, 1, batch=6, steps=54, item=4))
    768
    """
    per_layer = _state(spec, scale) + spec.has_cell_state * scale.hidden_size
    return scale.item * scale.num_layers * scale.directions * scale.batch * per_layer


def saved_bytes(spec: RNNSpec, scale: Scale) -> Quantity:
    """Count the bytes that autograd keeps from a forward pass in train mode until backward, parameters left out.

    Those of torch's own implementation, as torch.autograd.graph.saved_tensors_hooks shows them: the input of every layer, a
    mask where there is dropout, and for each step an RNN's new state; a GRU's old state, its gates and what they are made of;
    an LSTM's gates, old states and tanh(c). cuDNN and oneDNN keep a workspace of their own instead. A packed sequence keeps a
    few rows more where samples end, and a batch-first input of one sample or one step is not copied; that is not counted.

    >>> saved_bytes(RNNSpec("GRU", 10, 16), Scale(10, 16, 0, 1, 1, batch=6, steps=54, item=4))
    26352
    """
    hidden, each = scale.hidden_size, scale.num_layers * scale.directions
    upper = (scale.num_layers - 1) * scale.directions * _state(spec, scale)
    inputs = scale.input_size * (scale.directions if scale.copied else 1) + (2 * upper if spec.dropout else upper)
    if spec.mode.startswith("RNN"):
        return scale.item * (scale.steps * (inputs + each * hidden) + scale.batch * each * hidden)
    return scale.item * scale.steps * (inputs + each * (7 * hidden + scale.proj_size))


COSTS: dict[str, Callable[[RNNSpec, Scale], Quantity]] = {
    "parameter_count": parameters,
    "flops_per_step": flops_per_step,
    "flops": flops,
    "state_bytes": state_bytes,
    "saved_bytes": saved_bytes,
}
"""Every cost under the name that `Prediction` has for it."""
