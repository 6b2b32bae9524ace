"""The typed layers, and the functions for states."""

# pyright: strict

from __future__ import annotations

from typing import assert_type

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

import rnnshape as rs
from rnnshape import RNNSpec
from rnnshape.nn import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell, convert


def states(layer: nn.Module, spec: RNNSpec, x: Tensor, packed: PackedSequence) -> None:
    assert_type(rs.last_state(layer, x), Tensor)
    assert_type(rs.last_state(spec, (x, x)), tuple[Tensor, Tensor])
    assert_type(rs.by_layer(layer, x), Tensor)
    assert_type(rs.by_layer(spec, (x, x)), tuple[Tensor, Tensor])
    assert_type(rs.by_direction(layer, x), Tensor)
    assert_type(rs.by_direction(spec, packed), PackedSequence)
    assert_type(rs.last_step(layer, x, lengths=[9, 7]), Tensor)
    assert_type(rs.last_step(spec, packed), Tensor)
    assert_type(rs.bridge(layer, x, "sum"), Tensor)
    assert_type(rs.bridge(spec, (x, x)), tuple[Tensor, Tensor])
    assert_type(rs.initial_state(nn.GRU(4, 8), 6), Tensor)
    assert_type(rs.initial_state(nn.LSTM(4, 8), None), tuple[Tensor, Tensor])
    assert_type(rs.initial_state(spec, 6), Tensor | tuple[Tensor, Tensor])


def one_state(gru: GRU, rnn: RNN, x: Tensor, packed: PackedSequence) -> None:
    assert_type(rs.nn.GRU(4, 8, bidirectional=True), GRU)
    assert_type(rs.nn.RNN(4, 8, nonlinearity="relu"), RNN)
    assert_type(gru.forward(x), tuple[Tensor, Tensor])
    assert_type(gru.forward(packed, x), tuple[PackedSequence, Tensor])
    assert_type(gru.last_state(x), Tensor)
    assert_type(gru.by_layer(x), Tensor)
    assert_type(gru.bridge(x, "cat"), Tensor)
    assert_type(gru.initial_state(6), Tensor)
    assert_type(gru.by_direction(x), Tensor)
    assert_type(gru.last_step(x, [9, 7]), Tensor)
    assert_type(rnn.forward(x), tuple[Tensor, Tensor])
    assert_type(rnn.last_state(x), Tensor)
    assert_type(rnn.by_layer(x), Tensor)
    assert_type(rnn.bridge(x), Tensor)
    assert_type(rnn.initial_state(None), Tensor)
    assert_type(rnn.by_direction(packed), PackedSequence)
    assert_type(rnn.last_step(packed), Tensor)


def two_states(lstm: LSTM, x: Tensor, packed: PackedSequence) -> None:
    assert_type(rs.nn.LSTM(4, 8, proj_size=3), LSTM)
    assert_type(lstm.forward(x), tuple[Tensor, tuple[Tensor, Tensor]])
    assert_type(lstm.forward(packed, (x, x)), tuple[PackedSequence, tuple[Tensor, Tensor]])
    assert_type(lstm.last_state(x), Tensor)
    assert_type(lstm.last_state((x, x)), tuple[Tensor, Tensor])
    assert_type(lstm.by_layer(x), Tensor)
    assert_type(lstm.by_layer((x, x)), tuple[Tensor, Tensor])
    assert_type(lstm.bridge(x), Tensor)
    assert_type(lstm.bridge((x, x), "sum"), tuple[Tensor, Tensor])
    assert_type(lstm.initial_state(6), tuple[Tensor, Tensor])
    assert_type(lstm.by_direction(x), Tensor)
    assert_type(lstm.last_step(x), Tensor)


def cells(gru: GRUCell, rnn: RNNCell, lstm: LSTMCell, x: Tensor) -> None:
    assert_type(rs.nn.GRUCell(4, 8), GRUCell)
    assert_type(rs.nn.RNNCell(4, 8), RNNCell)
    assert_type(rs.nn.LSTMCell(4, 8), LSTMCell)
    assert_type(gru.forward(x, x), Tensor)
    assert_type(gru.initial_state(6), Tensor)
    assert_type(rnn.forward(x), Tensor)
    assert_type(rnn.initial_state(6), Tensor)
    assert_type(lstm.forward(x, (x, x)), tuple[Tensor, Tensor])
    assert_type(lstm.initial_state(6), tuple[Tensor, Tensor])


def converted(model: nn.Sequential) -> None:
    assert_type(convert(model), nn.Sequential)
    assert_type(rs.nn.convert(model), nn.Sequential)
