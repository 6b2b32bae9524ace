"""The peak of a forward pass, counted by hand; the oracle holds it against every storage that torch makes."""

from __future__ import annotations

from rnnshape.calculator.peak import peak_elements
from rnnshape.calculator.spec import RNNSpec

STEPS, INPUT, HIDDEN = 9, 10, 16


def test_the_moment_in_which_the_outputs_are_stacked() -> None:
    given, gates, outputs = STEPS * INPUT + HIDDEN, STEPS * HIDDEN, STEPS * HIDDEN
    assert peak_elements(RNNSpec("RNN_TANH", INPUT, HIDDEN), 6, STEPS, False) == 6 * (given + gates + 2 * outputs)


def test_the_moment_in_which_both_directions_are_joined() -> None:
    given, gates, outputs = STEPS * INPUT + 2 * HIDDEN, STEPS * 3 * HIDDEN, STEPS * HIDDEN
    spec = RNNSpec("GRU", INPUT, HIDDEN, bidirectional=True)
    assert peak_elements(spec, 6, STEPS, False) == 6 * (given + gates + 6 * outputs)


def test_a_layer_above_holds_what_it_reads_and_the_states_below() -> None:
    one, two = (peak_elements(RNNSpec("GRU", INPUT, HIDDEN, num_layers=n), 1, STEPS, False) for n in (1, 2))
    assert two - one == STEPS * HIDDEN + 2 * HIDDEN, "outputs of layer 0, its final state, and another initial state"


def test_a_wide_transposed_input_is_copied() -> None:
    spec = RNNSpec("RNN_TANH", 1000, 2, batch_first=True)
    plain, transposed = (peak_elements(spec, 6, STEPS, how) for how in (False, True))
    assert plain == 6 * (STEPS * 1000 + 2 + STEPS * 2 + 2 * STEPS * 2)
    assert transposed == 6 * (2 * STEPS * 1000 + 2 + STEPS * 2)


def test_a_step_is_the_peak_of_a_short_sequence() -> None:
    lstm = RNNSpec("LSTM", INPUT, HIDDEN)
    assert peak_elements(lstm, 1, 1, False) == INPUT + 2 * HIDDEN + (4 + 7) * HIDDEN
    assert peak_elements(lstm, 1, 3, False) == 3 * INPUT + 2 * HIDDEN + (3 * 4 + 2 + 8) * HIDDEN


def test_cells() -> None:
    for mode, states, held in (("RNN_RELU", 1, 3), ("GRU", 1, 8), ("LSTM", 2, 8)):
        assert peak_elements(RNNSpec(mode, INPUT, HIDDEN, cell=True), 6, 1, False) == 6 * (INPUT + (states + held) * HIDDEN)
