"""The calculator: its data, its refusals, and what a session does with its answers. All sizes are in the oracle."""

from __future__ import annotations

import dataclasses
import json
import pickle
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from rnnshape import Layout, LayoutError, Prediction, RNNSpec, SpecError
from rnnshape.calculator.calc import predict


def issue_example() -> Prediction:
    return predict("LSTM", input_size=10, hidden_size=16, num_layers=2, bidirectional=True, batch=6, seq=9)


def refusal(build: Callable[[], object]) -> str:
    """Return the text of the refusal."""
    with pytest.raises(SpecError) as caught:
        build()
    assert type(caught.value) is SpecError
    return str(caught.value)


# What a session goes on with


def test_the_layouts_of_the_example() -> None:
    p = issue_example()
    assert repr(p.input) == "Layout('seq=9 batch=6 feature=10')"
    assert repr(p.output) == "Layout('seq=9 batch=6 (directions=2 hidden=16)')"
    assert repr(p.h_n) == "Layout('(layers=2 directions=2) batch=6 hidden=16')"
    assert p.h_0 == p.c_0 == p.h_n == p.c_n
    assert p.rows == ("layer 0 forward", "layer 0 reverse", "layer 1 forward", "layer 1 reverse")
    output, (h_n, c_n) = nn.LSTM(10, 16, 2, bidirectional=True)(torch.zeros(9, 6, 10))
    assert (output.shape, h_n.shape, c_n.shape) == (p.output.sizes, p.h_n.sizes, p.h_n.sizes)


def test_the_last_step_is_the_last_sample_unless_batch_first() -> None:
    p = issue_example()
    assert repr(p.output[:, -1]) == "Layout('seq=9 (directions=2 hidden=16)')"
    assert repr(p.output[-1]) == "Layout('batch=6 (directions=2 hidden=16)')"
    first = predict("LSTM", 10, 16, num_layers=2, bidirectional=True, batch_first=True, batch=6, seq=9)
    assert first.output[:, -1] == p.output[-1]


def test_states_are_joined_after_a_transpose() -> None:
    p = issue_example()
    joined = p.h_n.transpose(0, 1).flatten(1)
    assert repr(joined) == "Layout('batch=6 (layers=2 directions=2 hidden=16)')"
    h_n = torch.arange(4 * 6 * 16).reshape(p.h_n.sizes)
    rows = h_n.transpose(0, 1).flatten(1)
    assert tuple(rows.shape) == joined.sizes
    assert torch.equal(rows[1], torch.cat([h_n[row, 1] for row in range(4)]))


def test_states_reshaped_without_a_transpose() -> None:
    with pytest.raises(LayoutError) as caught:
        issue_example().h_n.reshape(6, -1)
    assert str(caught.value) == (
        "reshape(6, -1) interleaves samples: no dim of the result is batch\n"
        "  from     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)\n"
        "  to       mixed=6 (mixed=4 hidden=16)                (6, 64)\n"
        "           mixed is layers=2 x directions=2 x batch=6, cut where they do not divide\n"
        "           row 0 holds samples 0 to 3\n"
        "  instead  transpose(0, 1).flatten(1)\n"
        "           batch=6 (layers=2 directions=2 hidden=16)"
    )
    samples = torch.arange(6)[None, :, None].expand(4, 6, 16)
    assert samples.reshape(6, -1)[0].unique().tolist() == [0, 1, 2, 3]
    assert samples.transpose(0, 1).reshape(6, 64)[0].unique().tolist() == [0]


def test_symbols_are_bound_later() -> None:
    p = predict("GRU", 10, 16, bidirectional=True)
    assert repr(p.output) == "Layout('seq=T batch=B (directions=2 hidden=16)')"
    assert p.output.bind(T=9, B=6) == predict("GRU", 10, 16, bidirectional=True, batch=6, seq=9).output
    assert predict("GRU", 10, 16, batch="N", seq="2*L").input.sizes[0] == Layout.parse("seq=2*L").sizes[0]


# What it is


def test_a_prediction_is_a_value() -> None:
    p, again = issue_example(), issue_example()
    assert p.output == again.output  # computed once, and no part of what a prediction is
    assert p == issue_example()
    assert hash(p) == hash(again)
    assert pickle.loads(pickle.dumps(p)) == p
    assert dataclasses.replace(p, batch=3).output.sizes == (9, 3, 32)
    with pytest.raises(dataclasses.FrozenInstanceError):
        p.batch = 3  # type: ignore[misc]
    assert p != predict(p.spec, batch=6, seq=8)


def test_the_three_ways_to_say_what_is_predicted() -> None:
    spec = RNNSpec("GRU", 4, 8, num_layers=2)
    assert predict(spec) == predict("GRU", 4, 8, 2) == predict("gru", 4, hidden_size=8, num_layers=2)
    assert predict(spec) == predict(nn.GRU(4, 8, 2))


def test_unbatched() -> None:
    p = predict("LSTM", 4, 8, batch=None, seq=5, batch_first=True)
    assert [str(layout) for layout in (p.input, p.h_n, p.output)] == ["seq=5 feature=4", "layers=1 hidden=8", "seq=5 hidden=8"]
    assert (p.padded, p.batch_sizes, p.lengths) == (None, None, None)


def test_packed() -> None:
    p = predict("LSTM", 4, 8, batch_first=True, lengths=np.array([2, 5, 3]))
    assert (p.batch, p.seq, p.lengths) == (3, 5, (2, 5, 3))
    assert p.batch_sizes == (3, 3, 2, 1, 1)
    assert [str(layout) for layout in (p.input, p.output, p.padded)] == [
        "packed=10 feature=4",
        "packed=10 hidden=8",
        "batch=3 seq=5 hidden=8",
    ]
    assert p == predict("LSTM", 4, 8, batch_first=True, lengths=(2, 5, 3), batch=3, seq=5)
    assert predict("LSTM", 4, 8, lengths=iter([1, 1]), batch="B", seq="T").input.sizes == (2, 4)
    assert predict("LSTM", 4, 8, lengths=[1, 1], seq=7).padded == Layout.parse("seq=1 batch=2 hidden=8")


def test_cells() -> None:
    p = predict("LSTMCell", 4, 8, batch=3)
    assert p.output == p.h_n == Layout.parse("batch=3 hidden=8")
    assert (p.seq, p.rows, p.c_0) == (None, (), Layout.parse("batch=3 hidden=8"))
    assert predict("GRUCell", 4, 8, batch=None).c_n is None


def test_parameters_under_torchs_names() -> None:
    found = predict("LSTM", 3, 5, num_layers=2, bidirectional=True, proj_size=2).parameters
    assert len(found) == 2 * 2 * 5
    assert {name: str(layout) for name, layout in found.items() if "l0_reverse" in name or "weight_ih_l1" in name} == {
        "weight_ih_l0_reverse": "(gates=4 hidden=5) feature=3",
        "weight_hh_l0_reverse": "(gates=4 hidden=5) proj=2",
        "bias_ih_l0_reverse": "(gates=4 hidden=5)",
        "bias_hh_l0_reverse": "(gates=4 hidden=5)",
        "weight_hr_l0_reverse": "proj=2 hidden=5",
        "weight_ih_l1": "(gates=4 hidden=5) (directions=2 proj=2)",
        "weight_ih_l1_reverse": "(gates=4 hidden=5) (directions=2 proj=2)",
    }
    assert list(predict("RNN", 3, 5, bias=False).parameters) == ["weight_ih_l0", "weight_hh_l0"]
    assert list(predict("RNNCell", 3, 5).parameters) == ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]


@pytest.mark.parametrize(
    ("dtype", "item"),
    [("float64", 8), ("double", 8), ("float32", 4), ("float", 4), (torch.float16, 2), ("half", 2), ("torch.bfloat16", 2)],
)
def test_bytes(dtype: object, item: int) -> None:
    p = predict("LSTM", 3, 5, batch=2, seq=7, dtype=dtype)
    assert p.bytes == {"parameters": 200 * item, "input": 42 * item, "output": 70 * item, "h_n": 10 * item, "c_n": 10 * item}
    assert {str(size) for size in predict("GRU", 3, 5, dtype=dtype).bytes.values()} >= {f"{3 * item}*B*T", f"{5 * item}*B"}


def test_to_dict() -> None:
    p = predict("LSTM", 3, 4, proj_size=2, lengths=(2, 1))
    tensors = {
        "input": {"layout": "packed=3 feature=3", "sizes": [3, 3]},
        "h_0": {"layout": "layers=1 batch=2 proj=2", "sizes": [1, 2, 2]},
        "c_0": {"layout": "layers=1 batch=2 hidden=4", "sizes": [1, 2, 4]},
        "output": {"layout": "packed=3 proj=2", "sizes": [3, 2]},
        "h_n": {"layout": "layers=1 batch=2 proj=2", "sizes": [1, 2, 2]},
        "c_n": {"layout": "layers=1 batch=2 hidden=4", "sizes": [1, 2, 4]},
        "padded": {"layout": "seq=2 batch=2 proj=2", "sizes": [2, 2, 2]},
    }
    assert p.to_dict() == {
        "spec": RNNSpec("LSTM", 3, 4, proj_size=2).to_dict(),
        "batch": 2,
        "seq": 2,
        "lengths": [2, 1],
        "batch_sizes": [2, 1],
        "dtype": "float32",
        "tensors": tensors,
        "h_n_rows": ["layer 0 forward"],
        "parameters": {
            "weight_ih_l0": {"layout": "(gates=4 hidden=4) feature=3", "sizes": [16, 3]},
            "weight_hh_l0": {"layout": "(gates=4 hidden=4) proj=2", "sizes": [16, 2]},
            "bias_ih_l0": {"layout": "(gates=4 hidden=4)", "sizes": [16]},
            "bias_hh_l0": {"layout": "(gates=4 hidden=4)", "sizes": [16]},
            "weight_hr_l0": {"layout": "proj=2 hidden=4", "sizes": [2, 4]},
        },
        "parameter_count": 120,
        "flops_per_step": 176,
        "flops": 528,
        "state_bytes": 48,
        "saved_bytes": 396,
        "peak_bytes": None,
        "bytes": {"parameters": 480, "input": 36, "output": 24, "h_n": 16, "c_n": 32},
    }
    assert RNNSpec.from_dict(p.to_dict()["spec"]) == p.spec
    assert all(Layout.parse(entry["layout"]) == getattr(p, name) for name, entry in tensors.items())


def test_to_dict_of_symbols_is_json() -> None:
    data = predict("GRUCell", 3, 4).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["tensors"]["input"] == {"layout": "batch=B feature=3", "sizes": ["B", 3]}
    assert (data["tensors"]["c_0"], data["tensors"]["padded"], data["lengths"], data["seq"]) == (None, None, None, None)
    assert (data["batch"], data["flops"], data["bytes"]["input"]) == ("B", "168*B", "12*B")
    assert (data["state_bytes"], data["saved_bytes"]) == ("16*B", "124*B")
    assert predict("RNN", 3, 4).to_dict()["saved_bytes"] == "28*B*T + 16*B"


def test_torch_is_not_imported() -> None:
    code = "import sys, rnnshape as rs; print(rs.predict('LSTM', 3, 4, lengths=[2, 1]).to_dict() and 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# What it refuses; single arguments have tests of their own


def test_lengths_that_contradict_other_sizes() -> None:
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[3, 2], batch=3)) == "batch=3: lengths has 2 samples; leave batch out"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[3], batch=None)) == "batch=None: lengths has 1 sample; leave batch out"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[3, 2], seq=2)) == "seq=2: the longest of lengths is 3; leave seq out"
