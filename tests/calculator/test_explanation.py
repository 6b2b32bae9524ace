"""What `Prediction.explain` says; beside each table stands what is meant by it."""

from __future__ import annotations

import json
from math import prod

import pytest

from rnnshape import predict


def test_the_explanation_of_a_layer() -> None:
    p = predict("LSTM", 10, 16, num_layers=2, batch_first=True, bidirectional=True, batch=6, seq=9)
    assert (
        f"{p.explain()!r}\n"
        == """\
LSTM(10, 16, num_layers=2, batch_first=True, bidirectional=True)
  input   (6, 9, 10)  6 = batch; 9 = seq; 10 = feature
  h_0     (4, 6, 16)  4 = 2 layers x 2 directions; 6 = batch; 16 = hidden; never batch-first
  c_0     (4, 6, 16)  4 = 2 layers x 2 directions; 6 = batch; 16 = hidden; never batch-first
  output  (6, 9, 32)  6 = batch; 9 = seq; 32 = 2 directions x 16 hidden
  h_n     (4, 6, 16)  4 = 2 layers x 2 directions; 6 = batch; 16 = hidden; never batch-first
  c_n     (4, 6, 16)  4 = 2 layers x 2 directions; 6 = batch; 16 = hidden; never batch-first
  parameters
    weight_ih_l0, weight_ih_l0_reverse  (64, 10)  64 = 4 gates x 16 hidden; 10 = feature
    weight_hh_l0, ... (4 of this size)  (64, 16)  64 = 4 gates x 16 hidden; 16 = hidden
    bias_ih_l0, ... (8 of this size)    (64,)     64 = 4 gates x 16 hidden
    weight_ih_l1, weight_ih_l1_reverse  (64, 32)  64 = 4 gates x 16 hidden; 32 = 2 directions x 16 hidden
  axes
    batch       batch=6
    seq         seq=9
    feature     input_size=10
    hidden      hidden_size=16
    layers      num_layers=2
    directions  bidirectional=True
    gates       i, f, g and o of an LSTM
  counts
    parameters           9,984 = 9,472 in matrices + 512 in biases
    bytes of parameters  39,936 = 9,984 x 4 bytes of float32
    FLOPs of a step      18,944 = 9,472 x 2, a multiplication and an addition
    FLOPs                1,022,976 = 18,944 x 9 seq x 6 batch
    bytes of state       3,072 = (384 + 384) x 4 bytes of float32
"""
    )
    assert sum(prod(p.parameters[name].sizes) for names, _ in p.explain().parameters for name in names) == 9984


def test_the_explanation_of_a_packed_input() -> None:
    p = predict("GRU", 10, 16, lengths=[5, 2, 3], bias=False)
    assert (
        f"{p.explain()!r}\n"
        == """\
GRU(10, 16, bias=False)    packed, lengths 5, 2 and 3
  input   (10, 10)    10 = packed; 10 = feature
  h_0     (1, 3, 16)  1 = layers; 3 = batch; 16 = hidden
  output  (10, 16)    10 = packed; 16 = hidden
  h_n     (1, 3, 16)  1 = layers; 3 = batch; 16 = hidden
  padded  (5, 3, 16)  5 = seq; 3 = batch; 16 = hidden
  parameters
    weight_ih_l0  (48, 10)  48 = 3 gates x 16 hidden; 10 = feature
    weight_hh_l0  (48, 16)  48 = 3 gates x 16 hidden; 16 = hidden
  axes
    batch    3 lengths
    seq      5, the longest of lengths
    packed   5 + 2 + 3, the lengths
    feature  input_size=10
    hidden   hidden_size=16
    layers   num_layers=1
    gates    r, z and n of a GRU
  counts
    parameters           1,248 = 1,248 in matrices + 0 in biases
    bytes of parameters  4,992 = 1,248 x 4 bytes of float32
    FLOPs of a step      2,496 = 1,248 x 2, a multiplication and an addition
    FLOPs                24,960 = 2,496 x 10 real steps
    bytes of state       192 = 48 x 4 bytes of float32
"""
    )
    assert p.flops == 2496 * (5 + 2 + 3)


def test_the_explanation_of_a_cell_in_symbols() -> None:
    p = predict("RNNCell", 4, 8, dtype="float16")
    assert (
        f"{p.explain()!r}\n"
        == """\
RNNCell(4, 8)    one step
  input  (B, 4)  B = batch; 4 = feature
  h_0    (B, 8)  B = batch; 8 = hidden
  h_1    (B, 8)  B = batch; 8 = hidden
  parameters
    weight_ih         (8, 4)  8 = hidden; 4 = feature
    weight_hh         (8, 8)  8 = hidden; 8 = hidden
    bias_ih, bias_hh  (8,)    8 = hidden
  axes
    batch    batch=B
    feature  input_size=4
    hidden   hidden_size=8
  counts
    parameters           112 = 96 in matrices + 16 in biases
    bytes of parameters  224 = 112 x 2 bytes of float16
    FLOPs of a step      192 = 96 x 2, a multiplication and an addition
    FLOPs                192*B = 192 x B batch
    bytes of state       16*B = 8*B x 2 bytes of float16
"""
    )
    assert str(p.state_bytes) == "16*B"


def test_states_are_called_never_batch_first_only_where_that_is_a_question() -> None:
    said = {name: note for name, _, note in predict("GRU", 4, 8, batch_first=True).explain().tensors}
    assert said == {"input": "", "h_0": "never batch-first", "output": "", "h_n": "never batch-first"}
    for other in (predict("GRU", 4, 8), predict("GRU", 4, 8, batch_first=True, batch=None), predict("GRUCell", 4, 8)):
        assert not any(note for _, _, note in other.explain().tensors)


@pytest.mark.parametrize("config", [{"lengths": [3, 1]}, {"batch": None}, {"proj_size": 2, "bidirectional": True}, {}])
def test_every_axis_is_explained(config: dict[str, object]) -> None:
    p = predict("LSTM", 3, 4, **config)
    layouts = [layout for _, layout, _ in p.explain().tensors] + list(p.parameters.values())
    assert {a.name for layout in layouts for a in layout.axes} == {name for name, what in p.explain().axes if what}


def test_two_parameters_of_one_size_are_both_named_and_more_are_counted() -> None:
    lines = repr(predict("RNN", 4, 8, num_layers=2, bias=False).explain()).splitlines()
    assert "    weight_ih_l0                        (8, 4)  8 = hidden; 4 = feature" in lines
    assert "    weight_hh_l0, ... (3 of this size)  (8, 8)  8 = hidden; 8 = hidden" in lines
    assert "    weight_hh_l0, weight_ih_l1" not in "\n".join(lines)
    assert "bias_ih, bias_hh  (24,)" in repr(predict("GRUCell", 4, 8).explain())


def test_to_dict() -> None:
    p = predict("GRU", 3, 4, batch="N", seq=2, batch_first=True)
    data = p.explain().to_dict()
    assert json.loads(json.dumps(data)) == data
    assert set(data["parameters"]) == set(p.parameters)
    origins = ["1 = layers", "N = batch", "4 = hidden"]
    entry = {"layout": "layers=1 batch=N hidden=4", "sizes": [1, "N", 4], "origins": origins, "note": "never batch-first"}
    assert data["tensors"]["h_n"] == entry
    assert data["axes"] == dict(p.explain().axes)
    assert data["counts"]["FLOPs"] == {"number": "336*N", "origin": "168 x 2 seq x N batch"}
