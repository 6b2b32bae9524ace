"""What a layer's picture says of output and h_n, held against torch."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnshape as rs
from rnnshape.calculator.pictures.meetings import meetings


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "projected"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("given", ["batch", "one", "packed"])
def test_output_and_h_n_meet_where_the_picture_says(kind: str, layers: int, both: bool, first: bool, given: str) -> None:
    config: dict[str, object] = {"num_layers": layers, "bidirectional": both, "batch_first": first}
    if kind == "projected":
        kind, config["proj_size"] = "LSTM", 2
    layer = getattr(torch.nn, kind)(3, 4, **config)
    x = torch.randn(3, 5, 3) if first else torch.randn(5, 3, 3)
    lengths = torch.tensor([2, 5, 3])
    if given == "packed":
        packed, h_n = layer(pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False))
        output, _ = pad_packed_sequence(packed, batch_first=first)
        p = rs.predict(layer, lengths=lengths.tolist())
    elif given == "one":
        output, h_n = layer(x[0])
        p = rs.predict(layer, batch=None, seq=x.size(1))
    else:
        output, h_n = layer(x)
        p = rs.predict(layer, batch=3, seq=5)
    h_n = h_n[0] if isinstance(h_n, tuple) else h_n
    names = {"output": output, "h_n": h_n, "lengths": lengths, "torch": torch}
    said = meetings(p)
    assert len(said) == (2 if both else 1)
    for of_output, of_state in said:
        torch.testing.assert_close(eval(of_output, names), eval(of_state, names), rtol=0, atol=0)
