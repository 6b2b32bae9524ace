"""The names of operations, as a person knows them."""

from __future__ import annotations

__all__ = ["called"]

_NAMES = {"linear": "Linear", "lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN", "lstm_cell": "LSTMCell",
          "gru_cell": "GRUCell", "rnn_tanh_cell": "RNNCell", "rnn_relu_cell": "RNNCell",
          "multi_head_attention_forward": "MultiheadAttention", "_pack_padded_sequence": "pack_padded_sequence"}  # fmt: skip


def called(name: str) -> str:
    """Return the name under which a person knows an operation."""
    return _NAMES.get(name, name)
