"""torch's recurrent layers with types: drop-in classes whose every call is held against jaxtyping annotations.

    >>> import torch, rnnshape as rs
    >>> rnn = rs.nn.LSTM(10, 16, num_layers=2, bidirectional=True)
    >>> output, (h_n, c_n) = rnn(torch.zeros(9, 6, 10))
    >>> rnn.last_state(h_n).shape
    torch.Size([6, 32])

Each is a subclass of torch's, with the same constructor, parameters, ``state_dict`` and results. `convert` turns the layers of
an existing model into these.
"""

from __future__ import annotations

from rnnshape.nn.converting import convert
from rnnshape.nn.layers import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNCell", "convert"]
