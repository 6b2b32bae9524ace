"""The most memory that a forward pass holds at once.

It follows torch's own code for the CPU, as it stands in aten/src/ATen/native/RNN.cpp of torch 2.13: the gates of all steps are
computed from the input at once, the steps are taken one by one, their outputs are stacked, and both directions are joined.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape.calculator.spec import RNNSpec

__all__ = ["peak_elements"]


def peak_elements(spec: RNNSpec, batch: int, steps: int, transposed: bool) -> int:
    """Count the elements that are alive at the peak of a forward pass without gradients, parameters left out.

    The input is one of them, and the initial states, given or zeros. cuDNN and oneDNN hold a workspace of their own instead.

    Args:
        spec: the configuration.
        batch: samples; 1 for unbatched input.
        steps: steps of each; 1 for a cell.
        transposed: whether the input is batch-first, with more than one sample and one step.

    >>> peak_elements(RNNSpec("RNN_TANH", 3, 5), batch=7, steps=4, transposed=False)
    539
    """
    states = spec.state_size + (spec.hidden_size if spec.has_cell_state else 0)
    given = steps * spec.input_size + spec.num_layers * spec.directions * states
    if spec.cell:
        return batch * (given + _of_a_cell(spec))
    moments = (given + more for layer in range(spec.num_layers) for more in _of_a_layer(spec, layer, steps, transposed))
    outputs = steps * spec.directions * spec.state_size
    return batch * max(*moments, given + 2 * spec.num_layers * spec.directions * states + outputs)


def _of_a_cell(spec: RNNSpec) -> int:
    # An LSTM's cell adds the gates of input and state, and lets go of one, before it makes anything else.
    return 2 * spec.gates * spec.hidden_size if spec.has_cell_state else spec.gates * spec.hidden_size + _of_a_step(spec, 1)


def _of_a_step(spec: RNNSpec, step: int) -> int:
    """Count what a step holds besides the outputs of those before it: gates, new states, and the old cell state."""
    if spec.has_cell_state:
        return (8 if step > 1 else 7) * spec.hidden_size
    return (5 if spec.mode == "GRU" else 2) * spec.hidden_size


def _of_a_layer(spec: RNNSpec, layer: int, steps: int, transposed: bool) -> Iterator[int]:
    """Yield what is alive of one sample at each moment that can be the peak, besides the input and the given states."""
    state, cell = spec.state_size, spec.hidden_size if spec.has_cell_state else 0
    gates, outputs = steps * spec.gates * spec.hidden_size, steps * state
    # The final states of the layers below are kept to be stacked; of their outputs only the last are.
    held = layer * spec.directions * (state + cell) + (spec.directions * outputs if layer else 0)
    # A matrix times a transposed input needs a copy of that, and its sum with the bias a second result.
    again = max(steps * spec.input_size, gates if spec.bias else 0) if transposed and not layer else 0
    for direction in range(spec.directions):
        if direction:
            held += 2 * outputs + cell  # of the first direction: every step's output, their stack, the final cell state
            yield held + gates + gates + again
        yield held + gates + again
        yield held + gates + (steps - 1) * state + _of_a_step(spec, steps)
        yield held + gates + 2 * outputs + cell
    if spec.bidirectional:
        yield held + gates + 4 * outputs + cell  # the two joined
