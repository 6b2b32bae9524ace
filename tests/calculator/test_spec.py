"""RNNSpec: where it comes from, what it says, and the whole text of every refusal."""

from __future__ import annotations

import dataclasses
import json
import pickle
import tomllib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnshape import RNNSpec, SpecError, SpecTypeError, predict
from rnnshape.calculator.spec import KINDS

of = RNNSpec.of

SPECS = [
    (RNNSpec("LSTM", 10, 16), "LSTM(10, 16)"),
    (RNNSpec("LSTM", 10, 16, num_layers=2, bidirectional=True), "LSTM(10, 16, num_layers=2, bidirectional=True)"),
    (RNNSpec("LSTM", 10, 16, proj_size=4), "LSTM(10, 16, proj_size=4)"),
    (RNNSpec("GRU", 1, 2, 3, False, True, 0.5), "GRU(1, 2, num_layers=3, bias=False, batch_first=True, dropout=0.5)"),
    (RNNSpec("RNN_TANH", 4, 8), "RNN(4, 8)"),
    (RNNSpec("RNN_RELU", 4, 8, batch_first=True), "RNN(4, 8, nonlinearity='relu', batch_first=True)"),
    (RNNSpec("LSTM", 4, 8, cell=True), "LSTMCell(4, 8)"),
    (RNNSpec("GRU", 4, 8, bias=False, cell=True), "GRUCell(4, 8, bias=False)"),
    (RNNSpec("RNN_RELU", 4, 8, cell=True), "RNNCell(4, 8, nonlinearity='relu')"),
    (RNNSpec("LSTM", 4, 0, cell=True), "LSTMCell(4, 0)"),
]


def refusal(build: Callable[[], object], kind: type[SpecError] = SpecError) -> str:
    """Return the text of the refusal, which is of exactly this kind."""
    with pytest.raises(SpecError) as caught:
        build()
    assert type(caught.value) is kind
    return str(caught.value)


# What it says


def test_kinds_are_torchs_classes() -> None:
    assert KINDS == ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
    assert all(issubclass(getattr(nn, kind), (nn.RNNBase, nn.RNNCellBase)) for kind in KINDS)


@pytest.mark.parametrize(("spec", "text"), SPECS)
def test_repr_is_torchs_constructor_call(spec: RNNSpec, text: str) -> None:
    assert repr(spec) == text
    module = eval(f"nn.{text}")
    assert type(module).__name__ == spec.kind
    assert RNNSpec.from_module(module) == spec


@pytest.mark.parametrize("spec", [spec for spec, _ in SPECS])
def test_round_trips(spec: RNNSpec) -> None:
    config = spec.to_dict()
    assert RNNSpec.from_dict(config) == spec
    assert RNNSpec.from_dict(json.loads(json.dumps(config))) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert hash(dataclasses.replace(spec)) == hash(spec)
    kind = config.pop("kind")
    assert RNNSpec.from_module(getattr(nn, kind)(**config)) == spec  # torch takes the arguments as they are


def test_to_dict() -> None:
    assert RNNSpec("LSTM", 3, 4, dropout=0.5).to_dict() == {
        "kind": "LSTM",
        "input_size": 3,
        "hidden_size": 4,
        "num_layers": 1,
        "bias": True,
        "batch_first": False,
        "dropout": 0.5,
        "bidirectional": False,
        "proj_size": 0,
    }
    assert "proj_size" not in RNNSpec("GRU", 3, 4).to_dict()
    assert RNNSpec("RNN_RELU", 3, 4, cell=True).to_dict() == {
        "kind": "RNNCell",
        "input_size": 3,
        "hidden_size": 4,
        "bias": True,
        "nonlinearity": "relu",
    }


def test_what_follows_from_a_configuration() -> None:
    lstm = RNNSpec("LSTM", 10, 16, num_layers=2, bidirectional=True, proj_size=4)
    assert (lstm.kind, lstm.directions, lstm.gates, lstm.state_size, lstm.has_cell_state) == ("LSTM", 2, 4, 4, True)
    gru = RNNSpec("GRU", 10, 16, cell=True)
    assert (gru.kind, gru.directions, gru.gates, gru.state_size, gru.has_cell_state) == ("GRUCell", 1, 3, 16, False)
    for mode in ("RNN_TANH", "RNN_RELU"):
        rnn = RNNSpec(mode, 10, 16)
        assert (rnn.kind, rnn.gates, rnn.has_cell_state) == ("RNN", 1, False)


def test_a_spec_does_not_change() -> None:
    spec = RNNSpec("GRU", 3, 4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.hidden_size = 5  # type: ignore[misc]
    with pytest.raises(SpecError):
        dataclasses.replace(spec, hidden_size=0)


def test_what_torch_takes_is_kept_as_what_it_stands_for() -> None:
    odd: Any = {"num_layers": np.int64(2), "bidirectional": 1, "proj_size": 0.0, "dropout": np.float32(0.5)}
    spec = RNNSpec("LSTM", True, 4, **odd)
    assert repr(spec) == "LSTM(1, 4, num_layers=2, dropout=0.5, bidirectional=True)"
    assert spec == RNNSpec("LSTM", 1, 4, num_layers=2, dropout=0.5, bidirectional=True)
    assert json.loads(json.dumps(spec.to_dict())) == spec.to_dict()
    plain = {"input_size": int, "num_layers": int, "bidirectional": bool, "proj_size": int, "dropout": float}
    assert {name: type(getattr(spec, name)) for name in plain} == plain


# By name


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("lstm", "LSTM(1, 2)"),
        ("nn.LSTM", "LSTM(1, 2)"),
        ("RNN", "RNN(1, 2)"),
        ("rnn_tanh", "RNN(1, 2)"),
        ("RNN-RELU", "RNN(1, 2, nonlinearity='relu')"),
        ("LSTMCell", "LSTMCell(1, 2)"),
        ("gru_cell", "GRUCell(1, 2)"),
        ("rnn-cell", "RNNCell(1, 2)"),
    ],
)
def test_names(word: str, shown: str) -> None:
    assert repr(of(word, 1, 2)) == shown


def test_names_that_are_none() -> None:
    known = "use one of RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell"
    assert refusal(lambda: of("LSTN", 1, 2)) == f"there is no recurrent layer 'LSTN'; {known}; did you mean 'LSTM'?"
    assert refusal(lambda: of("conv", 1, 2)) == f"there is no recurrent layer 'conv'; {known}"
    assert refusal(lambda: of("RNN_RELUCell", 1, 2)) == f"there is no recurrent layer 'RNN_RELUCell'; {known}"
    assert refusal(lambda: of("", 1, 2)) == f"there is no recurrent layer ''; {known}"


def test_modes_that_are_none() -> None:
    modes = "use one of RNN_TANH, RNN_RELU, LSTM, GRU"
    assert refusal(lambda: RNNSpec("lstm", 1, 2)) == f"mode='lstm': {modes}; did you mean 'LSTM'?"
    assert refusal(lambda: RNNSpec("conv", 1, 2)) == f"mode='conv': {modes}"


def test_arguments_that_do_not_fit_the_layer() -> None:
    def typed(*args: Any, **config: Any) -> str:
        return refusal(lambda: of(*args, **config), SpecTypeError)

    assert typed("LSTM", 1) == "LSTM needs hidden_size="
    assert typed("LSTM", hidden_size=1) == "LSTM needs input_size="
    assert typed("LSTM", 1, 2, hiden_size=3) == "LSTM has no argument 'hiden_size'; did you mean 'hidden_size'?"
    assert typed("RNNCell", 1, 2, foo=3) == (
        "RNNCell has no argument 'foo'; it takes input_size, hidden_size, bias, nonlinearity, device, dtype"
    )
    assert typed("LSTM", 1, 2, input_size=3) == "LSTM: input_size is given twice, as 1 and as 3"
    assert typed("GRUCell", 1, 2, True, None, None, 3) == (
        "GRUCell takes 5 positional arguments, input_size, hidden_size, bias, device, dtype; got 6"
    )
    assert typed("GRUCell", 1, 2, num_layers=1) == "num_layers=1: a cell has no num_layers; use GRU"
    assert typed("RNNCell", 1, 2, bidirectional=True) == "bidirectional=True: a cell has no bidirectional; use RNN"
    assert typed("LSTM", 1, 2, nonlinearity="tanh") == "nonlinearity='tanh': only RNN and RNNCell have one, not LSTM"
    assert typed("RNN_RELU", 1, 2, nonlinearity="tanh") == "nonlinearity='tanh': only RNN and RNNCell have one, not RNN_RELU"
    assert refusal(lambda: of("RNN", 1, 2, nonlinearity="gelu")) == "nonlinearity='gelu': use 'tanh' or 'relu'"
    assert refusal(lambda: of("GRU", 1, 2, proj_size=0)) == "proj_size=0: only LSTM has projections, not GRU; leave it out"


def test_cells_built_directly() -> None:
    for name, value in {"num_layers": 2, "batch_first": True, "dropout": 0.5, "bidirectional": True, "proj_size": 1}.items():
        config: dict[str, Any] = {name: value}
        text = refusal(lambda config=config: RNNSpec("LSTM", 1, 3, cell=True, **config), SpecTypeError)
        assert text == f"{name}={value!r}: a cell has no {name}; use LSTM"
    assert RNNSpec("LSTM", 1, 3, bias=False, cell=True) == of("LSTMCell", 1, 3, bias=False)


# Values

VALUES = [
    ({"input_size": 0}, SpecError, "input_size=0: 1 or more is needed"),
    ({"hidden_size": -2}, SpecError, "hidden_size=-2: 1 or more is needed"),
    ({"num_layers": 0}, SpecError, "num_layers=0: 1 or more is needed"),
    ({"input_size": 1.0}, SpecTypeError, "input_size=1.0: an int is needed, got float"),
    ({"hidden_size": "2"}, SpecTypeError, "hidden_size='2': an int is needed, got str"),
    ({"num_layers": 2.0}, SpecTypeError, "num_layers=2.0: an int is needed, got float"),
    ({"num_layers": None}, SpecTypeError, "num_layers=None: an int is needed, got NoneType"),
    ({"bias": 1}, SpecTypeError, "bias=1: True or False is needed, got int"),
    ({"batch_first": "yes"}, SpecTypeError, "batch_first='yes': True or False is needed, got str"),
    ({"dropout": 1.5}, SpecError, "dropout=1.5: a probability from 0 to 1 is needed"),
    ({"dropout": "half"}, SpecError, "dropout='half': a probability from 0 to 1 is needed"),
    ({"dropout": True}, SpecError, "dropout=True: a probability from 0 to 1 is needed"),
    ({"dropout": None}, SpecTypeError, "dropout=None: a probability from 0 to 1 is needed, got NoneType"),
    ({"proj_size": -1}, SpecError, "proj_size=-1: 0 or more is needed"),
    ({"proj_size": 4}, SpecError, "proj_size=4: must be smaller than hidden_size=4"),
    ({"proj_size": True}, SpecTypeError, "proj_size=True: an int is needed, got bool"),
    ({"proj_size": "1"}, SpecTypeError, "proj_size='1': an int is needed, got str"),
]


@pytest.mark.parametrize(("config", "kind", "text"), VALUES)
def test_values_that_torch_refuses_too(config: dict[str, Any], kind: type[SpecError], text: str) -> None:
    given = {"input_size": 3, "hidden_size": 4, **config}
    assert refusal(lambda: of("LSTM", **given), kind) == text
    assert refusal(lambda: RNNSpec("LSTM", **given), kind) == text
    with pytest.raises(TypeError if kind is SpecTypeError else ValueError):
        nn.LSTM(**given)


def test_values_of_cells() -> None:
    assert refusal(lambda: of("GRUCell", -1, 2)) == "input_size=-1: 0 or more is needed"
    assert refusal(lambda: of("GRUCell", 1, 2.0), SpecTypeError) == "hidden_size=2.0: an int is needed, got float"
    assert repr(of("GRUCell", 0, 0)) == "GRUCell(0, 0)"


def test_a_projection_of_another_layer() -> None:
    text = refusal(lambda: RNNSpec("RNN_RELU", 1, 3, proj_size=1))
    assert text == "proj_size=1: only LSTM has projections, not RNN; leave it 0"
    assert RNNSpec("RNN_RELU", 1, 3, proj_size=0).proj_size == 0


def test_refusals_are_the_builtin_exceptions_that_torch_raises() -> None:
    assert issubclass(SpecError, ValueError)
    assert not issubclass(SpecError, TypeError)
    assert issubclass(SpecTypeError, TypeError)


# From a mapping


def test_from_toml() -> None:
    text = 'kind = "LSTM"\ninput_size = 10\nhidden_size = 16\nnum_layers = 2\nbidirectional = true\nproj_size = 4'
    given = tomllib.loads(text)
    assert repr(RNNSpec.from_dict(given)) == "LSTM(10, 16, num_layers=2, bidirectional=True, proj_size=4)"
    assert given["kind"] == "LSTM", "the mapping is left as it was"


def test_mappings_that_name_no_layer() -> None:
    known = "a layer's name is needed, one of RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell"
    assert refusal(lambda: RNNSpec.from_dict({}), SpecTypeError) == f"kind=None: {known}"
    assert refusal(lambda: RNNSpec.from_dict({"kind": 3}), SpecTypeError) == f"kind=3: {known}"
    assert refusal(lambda: RNNSpec.from_dict({"kind": "GRU", "input_size": 1}), SpecTypeError) == "GRU needs hidden_size="


# From a module


class Subclass(nn.LSTM):
    def __init__(self) -> None:
        super().__init__(3, 4, 2, batch_first=True)
        self.extra = nn.Linear(4, 4)


class SubclassOfACell(nn.GRUCell):
    pass


def test_subclasses_of_torchs_layers() -> None:
    assert RNNSpec.from_module(Subclass()) == RNNSpec("LSTM", 3, 4, num_layers=2, batch_first=True)
    assert RNNSpec.from_module(SubclassOfACell(3, 4)) == RNNSpec("GRU", 3, 4, cell=True)


def test_plain_objects_with_torchs_attributes() -> None:
    plain = SimpleNamespace(
        mode="GRU", input_size=3, hidden_size=4, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True
    )
    expected = RNNSpec("GRU", 3, 4, 2, False, True, 0.5, True)
    assert RNNSpec.from_module(plain) == expected, "a layer pickled before there was proj_size has none"
    plain.proj_size = 0
    assert RNNSpec.from_module(plain) == expected
    plain.mode, plain.proj_size = "LSTM", 2
    assert RNNSpec.from_module(plain) == dataclasses.replace(expected, mode="LSTM", proj_size=2)
    del plain.num_layers
    assert refusal(lambda: RNNSpec.from_module(plain), SpecTypeError) == (
        "SimpleNamespace is not a recurrent layer: it lacks the attributes of torch's layers and cells"
    )


@pytest.mark.parametrize(("rows", "mode"), [(16, "LSTM"), (12, "GRU"), (4, "RNN_TANH")])
def test_plain_cells_are_known_by_the_rows_of_their_weight(rows: int, mode: str) -> None:
    plain = SimpleNamespace(input_size=3, hidden_size=4, bias=True, weight_ih=np.zeros((rows, 3)))
    assert RNNSpec.from_module(plain) == RNNSpec(mode, 3, 4, cell=True)
    plain.weight_ih = np.zeros((rows + 1, 3))
    with pytest.raises(SpecTypeError):
        RNNSpec.from_module(plain)


def test_a_plain_cell_with_relu() -> None:
    plain = SimpleNamespace(input_size=3, hidden_size=4, bias=False, weight_ih=np.zeros((4, 3)), nonlinearity="relu")
    assert repr(RNNSpec.from_module(plain)) == "RNNCell(3, 4, nonlinearity='relu', bias=False)"


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
def test_quantized_layers() -> None:
    quantized = pytest.importorskip("torch.ao.nn.quantized.dynamic")
    if torch.backends.quantized.engine == "none":
        pytest.skip("torch was built without an engine for quantized layers")
    lstm = quantized.LSTM(3, 4, 2, bidirectional=True)
    assert RNNSpec.from_module(lstm) == RNNSpec("LSTM", 3, 4, num_layers=2, bidirectional=True)
    assert RNNSpec.from_module(quantized.GRU(3, 4)) == RNNSpec("GRU", 3, 4)
    assert RNNSpec.from_module(quantized.LSTMCell(3, 4)) == RNNSpec("LSTM", 3, 4, cell=True)
    output, (h_n, _) = lstm(torch.zeros(9, 6, 3))
    p = predict(lstm, batch=6, seq=9)
    assert (tuple(output.shape), tuple(h_n.shape)) == (p.output.sizes, p.h_n.sizes)


class Encoder(nn.Module):
    """A model that remembers how its layer was made; its own attributes are not the layer's."""

    def __init__(self) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size = "LSTM", 8, 16
        self.embedding = nn.Embedding(100, 8)
        self.rnn = nn.GRU(8, 16)
        self.cells = nn.ModuleList([nn.LSTMCell(16, 16), nn.Linear(16, 2)])


def test_models_that_contain_recurrent_layers() -> None:
    text = refusal(lambda: RNNSpec.from_module(Encoder()), SpecTypeError)
    assert text == "Encoder is not a recurrent layer itself; give one of those in it: rnn (GRU), cells.0 (LSTMCell)"
    asked = "Encoder: say what goes into it, as in predict(model, 'batch=6 seq=9 feature=10')"
    assert refusal(lambda: predict(Encoder()), SpecError) == asked
    assert repr(RNNSpec.from_module(Encoder().cells[0])) == "LSTMCell(16, 16)"


def test_objects_that_are_no_recurrent_layer() -> None:
    text = "is not a recurrent layer: it lacks the attributes of torch's layers and cells"
    for module, name in ((nn.Linear(1, 2), "Linear"), (nn.Sequential(nn.ReLU()), "Sequential"), (None, "NoneType"), (3, "int")):
        assert refusal(lambda module=module: RNNSpec.from_module(module), SpecTypeError) == f"{name} {text}"


def test_a_class_in_place_of_a_layer() -> None:
    text = "LSTM is a class; give an instance of it, or its name with its arguments"
    assert refusal(lambda: RNNSpec.from_module(nn.LSTM), SpecTypeError) == text
    assert refusal(lambda: predict(nn.LSTM, 10, 16), SpecTypeError) == text


def test_sizes_of_an_input_in_the_places_of_torchs_arguments() -> None:
    why = "True or False is needed, got int; numbers without a name are torch's own arguments, here"
    why = f"{why} input_size=10, hidden_size=16"
    example = "sizes of the input have names, as in predict('LSTM', 10, 16, batch=6, seq=9)"
    assert refusal(lambda: predict("LSTM", 10, 16, 6, 9), SpecTypeError) == f"bias=9: {why}, num_layers=6, bias=9; {example}"
    assert refusal(lambda: predict("LSTM", 10, 16, 2, True, 9), SpecTypeError) == (
        f"batch_first=9: {why}, num_layers=2, bias=True, batch_first=9; {example}"
    )
    assert predict("LSTM", 10, 16, 2, True, True).spec.batch_first
