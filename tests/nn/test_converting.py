"""convert: the same model, the same objects, the same numbers; only its recurrent layers know what they take."""

from __future__ import annotations

import argparse
import copy
import gc
import io
import logging
import pickle
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize, prune
from torch.nn.utils.rnn import pack_padded_sequence

import rnnshape as rs
from rnnshape.errors import ContractError, RNNShapeError, SpecTypeError
from rnnshape.nn.layers import TYPED

ROOT = Path(__file__).parents[2]


def example(script: str) -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "examples" / script), run_name="example")


class Tagger(nn.Module):
    """Words of characters, packed, through stacked layers and a cell; one layer is used twice, one by two names."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 4)
        self.characters = nn.GRU(4, 6, bidirectional=True, batch_first=True)
        words = nn.LSTM(12, 6, 2, dropout=0.3, bidirectional=True, proj_size=3)
        self.words = nn.ModuleList([words, nn.RNN(6, 6, bidirectional=True)])
        self.by_another_name = self.words[1]
        self.cell = nn.LSTMCell(12, 5)
        self.out = nn.Linear(5, 3)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(self.embed(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, h_n = self.characters(packed)
        words = torch.cat([h_n[0], h_n[1]], 1).view(3, -1, 12)
        output, _ = self.words[0](words)
        output, _ = self.by_another_name(output)
        h, c = self.cell(output[-1])
        h, c = self.cell(output[0], (h, c))
        return self.out(h)


def sine() -> tuple[nn.Module, tuple[Any, ...]]:
    return example("sine_wave.py")["NextPoint"](16), (torch.randn(3, 20, 1),)


def windows() -> tuple[nn.Module, tuple[Any, ...]]:
    options = argparse.Namespace(hidden=16, layers=2)
    model = example("windowed_series.py")["Forecast"](2, options, batch_first=True, bidirectional=True, head="h_n")
    return model, (torch.randn(5, 8, 2),)


def tagger() -> tuple[nn.Module, tuple[Any, ...]]:
    return Tagger(), (torch.randint(20, (6, 7)), torch.tensor([7, 3, 5, 1, 7, 2]))


pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

MODELS = {"sine_wave": sine, "windowed_series": windows, "tagger": tagger}


@pytest.fixture(params=MODELS)
def made(request: pytest.FixtureRequest) -> Any:
    torch.manual_seed(0)
    return MODELS[request.param]()


def leaves(value: Any) -> list[Tensor]:
    return [value] if isinstance(value, Tensor) else [t for item in value for t in leaves(item)]


def assert_same(ours: Any, theirs: Any) -> None:
    assert all(torch.equal(a, b) for a, b in zip(leaves(ours), leaves(theirs), strict=True))


def recurrent(model: nn.Module) -> list[nn.Module]:
    return [m for m in model.modules() if isinstance(m, (nn.RNNBase, nn.RNNCellBase))]


def is_typed(module: nn.Module) -> bool:
    return isinstance(module, tuple(TYPED.values()))


def trained(model: nn.Module, args: Any, convert_at: int | None, steps: int = 4) -> list[Any]:
    """Train a few steps, with the model converted in the middle; return every loss and the weights."""
    torch.manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses: list[Tensor] = []
    for step in range(steps):
        if step == convert_at:
            rs.nn.convert(model)
        optimizer.zero_grad()
        loss = sum(t.square().mean() for t in leaves(model(*args)))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return [*losses, *(p.detach() for p in model.parameters()), torch.rand(2)]


# The same model


def test_the_outputs_are_the_same_bit_for_bit(made: Any) -> None:
    model, args = made
    for training in (True, False):
        model.train(training)
        torch.manual_seed(3)
        bare = copy.deepcopy(model)(*args)
        converted = rs.nn.convert(copy.deepcopy(model))
        assert recurrent(converted)
        assert all(map(is_typed, recurrent(converted)))
        torch.manual_seed(3)
        assert_same(converted(*args), bare)
        assert all(m.training is training for m in converted.modules())


def test_every_object_is_the_same(made: Any) -> None:
    model, _ = made
    state = {name: id(value) for name, value in model.state_dict(keep_vars=True).items()}
    modules = {name: id(module) for name, module in model.named_modules(remove_duplicate=False)}
    attributes = {id(m): dict(vars(m)) for m in model.modules()}
    assert rs.nn.convert(model) is model
    assert {name: id(value) for name, value in model.state_dict(keep_vars=True).items()} == state
    assert {name: id(module) for name, module in model.named_modules(remove_duplicate=False)} == modules
    assert all(vars(m).keys() == attributes[id(m)].keys() for m in model.modules())
    assert all(vars(m)[k] is v for m in model.modules() for k, v in attributes[id(m)].items())
    assert repr(model)


def test_an_optimizer_goes_on(made: Any) -> None:
    model, args = made
    bare, half = (trained(copy.deepcopy(model), args, at) for at in (None, 2))
    assert_same(half, bare)


def test_checkpoints_go_both_ways(made: Any) -> None:
    model, args = made
    model.eval()
    converted = rs.nn.convert(copy.deepcopy(model))
    converted.load_state_dict(model.state_dict())
    model.load_state_dict(converted.state_dict())
    assert_same(converted(*args), model(*args))


def test_it_can_be_copied_and_saved(made: Any) -> None:
    model, args = made
    if isinstance(model, Tagger):
        converted = rs.nn.convert(model).eval()
        file = io.BytesIO()
        torch.save(converted, file)
        file.seek(0)
        for twin in (copy.deepcopy(converted), pickle.loads(pickle.dumps(converted)), torch.load(file, weights_only=False)):
            assert_same(twin(*args), converted(*args))
            assert all(map(is_typed, recurrent(twin)))


def test_twice_is_once(made: Any) -> None:
    model, _ = made
    once = [type(m) for m in rs.nn.convert(model).modules()]
    assert [type(m) for m in rs.nn.convert(model).modules()] == once


def test_wrong_calls_are_explained_from_then_on() -> None:
    model = nn.Sequential(nn.GRU(4, 8))
    with pytest.raises(RuntimeError) as bare:
        model(torch.zeros(9, 6, 5))
    assert not isinstance(bare.value, ContractError)
    rs.nn.convert(model)
    with pytest.raises(ContractError) as caught:
        model(torch.zeros(9, 6, 5))
    first = str(caught.value).split("\n")[0]
    assert first == "RNS102 error: Sequential.0 (GRU): input axis 'feature' is 5, expected input_size=4"


@pytest.mark.parametrize("kind", TYPED)
def test_a_model_that_is_itself_a_layer(kind: Any) -> None:
    layer = kind(4, 8)
    assert rs.nn.convert(layer) is layer
    assert type(layer) is TYPED[kind]


def test_a_shared_layer_is_typed_everywhere() -> None:
    shared = nn.GRU(4, 4)
    model = nn.ModuleDict({"a": nn.Sequential(shared), "b": shared})
    elsewhere = [shared]
    rs.nn.convert(model)
    assert model["a"][0] is model["b"] is elsewhere[0]
    assert is_typed(elsewhere[0])


# Everything that hangs on a layer


def test_hooks_stay() -> None:
    layer = nn.GRU(4, 8)
    calls: list[str] = []
    layer.register_forward_pre_hook(lambda module, args: calls.append("before"))
    layer.register_forward_hook(lambda module, args, result: calls.append("after"))
    layer.weight_hh_l0.register_hook(lambda grad: calls.append("gradient"))
    rs.nn.convert(nn.Sequential(layer))
    layer(torch.zeros(9, 6, 4))[0].sum().backward()
    assert calls == ["before", "after", "gradient"]


def test_dtype_device_mode_and_frozen_weights_stay() -> None:
    layer = nn.LSTM(4, 8, dtype=torch.float64).eval().requires_grad_(False)
    layer.register_buffer("extra", torch.ones(1))
    rs.nn.convert(layer)
    assert (layer.weight_hh_l0.dtype, layer.training, layer.weight_hh_l0.requires_grad) == (torch.float64, False, False)
    assert "extra" in layer.state_dict()
    assert layer.to("meta").weight_hh_l0.is_meta
    assert rs.nn.convert(nn.LSTM(4, 8, device="meta")).weight_hh_l0.is_meta


class Doubled(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return 2 * weight


def parametrized() -> nn.Module:
    layer = nn.GRU(4, 8, 2, bidirectional=True)
    parametrize.register_parametrization(layer, "weight_hh_l0", Doubled())
    parametrize.register_parametrization(layer, "weight_ih_l1", Doubled())
    return layer


@pytest.mark.parametrize(
    "make",
    [
        parametrized,
        lambda: nn.utils.parametrizations.weight_norm(nn.LSTM(4, 8), "weight_hh_l0"),
        lambda: nn.utils.parametrizations.orthogonal(nn.RNN(4, 8), "weight_hh_l0"),
        lambda: nn.utils.parametrizations.spectral_norm(nn.GRUCell(4, 8), "weight_hh"),
        lambda: prune.l1_unstructured(nn.GRUCell(4, 8), "weight_hh", 0.5),
    ],
    ids=["parametrized", "weight_norm", "orthogonal", "spectral_norm", "pruned"],
)
def test_a_parametrization_goes_on(make: Any) -> None:
    def again() -> Any:
        torch.manual_seed(0)
        return make()

    layer, converted = again(), again()
    x = torch.randn(6, 4) if isinstance(layer, nn.RNNCellBase) else torch.randn(9, 6, 4)
    bare = trained(again(), (x,), None)
    kind = type(converted)
    assert_same(trained(converted, (x,), 2), bare)
    assert is_typed(converted)
    assert type(converted).__name__ == kind.__name__
    assert converted.state_dict().keys() == layer.state_dict().keys()
    with pytest.raises(ContractError):
        converted(x[..., :3])
    if parametrize.is_parametrized(converted):
        for name in [*converted.parametrizations]:
            parametrize.remove_parametrizations(converted, name)
    assert type(converted) in TYPED.values()


def test_a_copy_that_shares_its_parametrized_class_stays_what_it_was() -> None:
    layer = parametrized()
    twin = copy.deepcopy(layer)
    assert type(twin) is type(layer)
    rs.nn.convert(layer)
    assert is_typed(layer)
    assert not is_typed(twin)
    assert_same(copy.deepcopy(layer)(torch.ones(9, 6, 4)), twin(torch.ones(9, 6, 4)))


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_older_weight_norm_goes_on() -> None:
    torch.manual_seed(0)
    layer = nn.utils.weight_norm(nn.GRUCell(4, 8), "weight_hh")
    x = torch.randn(6, 4)
    bare = layer(x)
    assert_same(rs.nn.convert(layer)(x), bare)
    layer(x).sum().backward()
    assert layer.weight_hh_g.grad is not None


def test_two_layers_of_one_parametrized_class() -> None:
    layer = parametrized()
    model = nn.ModuleList([layer, copy.deepcopy(layer)])
    rs.nn.convert(model)
    assert type(model[0]) is type(model[1])
    assert all(map(is_typed, model))


# What is left alone


class Mine(nn.LSTM):
    def forward(self, input: Any, hx: Any = None) -> Any:
        return super().forward(input, hx)[0]


class Bare(nn.RNNBase):
    def __init__(self) -> None:
        super().__init__("GRU", 4, 8)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "rnnshape" and r.levelno == logging.WARNING]


def test_a_subclass_of_somebody_elses_is_left_alone_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    model = nn.ModuleDict({"own": Mine(4, 8), "gru": nn.GRU(4, 8), "bare": Bare()})
    rs.nn.convert(model)
    assert [type(m) for m in model.values()] == [Mine, rs.nn.GRU, Bare]
    assert said(caplog) == [
        f"convert leaves own as it is: {__name__}.Mine is not torch's own; derive it from rnnshape.nn.LSTM to have it checked",
        f"convert leaves bare as it is: {__name__}.Bare is not torch's own",
    ]
    caplog.clear()
    rs.nn.convert(Mine(4, 8))
    assert said(caplog)[0].startswith("convert leaves it as it is: ")


def test_a_parametrized_subclass_of_somebody_elses_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    layer = nn.utils.parametrizations.weight_norm(Mine(4, 8), "weight_hh_l0")
    rs.nn.convert(layer)
    assert not is_typed(layer)
    assert len(said(caplog)) == 1


def test_a_subclass_of_a_typed_layer_needs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Ours(rs.nn.GRU):
        pass

    model = nn.Sequential(Ours(4, 8), rs.nn.GRU(4, 8))
    rs.nn.convert(model)
    assert [type(m) for m in model] == [Ours, rs.nn.GRU]
    assert said(caplog) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_layer_is_none_of_torchs_layers() -> None:
    scripted = torch.jit.script(nn.Sequential(nn.GRUCell(4, 8)))
    with pytest.raises(RNNShapeError) as caught:
        rs.nn.convert(scripted)
    assert str(caught.value) == "RecursiveScriptModule has no recurrent layer, so there is nothing to convert in it"


@pytest.mark.parametrize(
    ("model", "kind", "message"),
    [
        (nn.Linear(1, 2), RNNShapeError, "Linear has no recurrent layer, so there is nothing to convert in it"),
        (nn.LSTM, SpecTypeError, "convert: the class LSTM is no module; give a model, such as convert(Classifier())"),
        (None, SpecTypeError, "convert: a NoneType is no module; give a model, such as convert(Classifier())"),
    ],
)
def test_what_cannot_be_converted(model: Any, kind: Any, message: str) -> None:
    with pytest.raises(kind) as caught:
        rs.nn.convert(model)
    assert str(caught.value) == message


# And back


@pytest.mark.filterwarnings("ignore:torch.ao.quantization is deprecated", "ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize("back", [False, True])
def test_quantize_dynamic_finds_the_layers_of_a_model_that_was_turned_back(back: bool) -> None:
    model = rs.nn.convert(nn.Sequential(nn.LSTM(4, 8, num_layers=2, bidirectional=True)))
    plain = rs.nn.convert(copy.deepcopy(model), back=True) if back else model
    quantized = torch.ao.quantization.quantize_dynamic(plain, {nn.LSTM})
    # Torch asks for the very class: where this holds no more for a typed layer, the way back is no longer needed.
    assert isinstance(quantized[0], torch.ao.nn.quantized.dynamic.LSTM) == back
    x = torch.randn(9, 6, 4)
    assert quantized(x)[0].sub(model(x)[0]).abs().max() < 0.1
    assert type(model[0]) is rs.nn.LSTM


@pytest.mark.parametrize("kind", TYPED)
def test_turning_back_changes_the_class_alone(kind: type[nn.Module]) -> None:
    layer = kind(4, 8)
    kept = dict(vars(layer))
    assert type(rs.nn.convert(layer)) is TYPED[kind]
    assert rs.nn.convert(layer, back=True) is layer
    assert type(layer) is kind
    assert vars(layer) == kept
    assert type(rs.nn.convert(TYPED[kind](4, 8), back=True)) is kind


def test_a_parametrized_layer_turns_back() -> None:
    layer = rs.nn.convert(parametrized())
    assert isinstance(layer, rs.nn.GRU)
    assert rs.nn.convert(layer, back=True) is layer
    assert isinstance(layer, nn.GRU)
    assert not isinstance(layer, rs.nn.GRU)
    assert parametrize.is_parametrized(layer)
    assert layer(torch.zeros(9, 6, 4))[0].shape == (9, 6, 16)


def test_what_cannot_be_turned_back(caplog: pytest.LogCaptureFixture) -> None:
    class Own(rs.nn.GRU):
        pass

    with pytest.raises(RNNShapeError) as caught:
        rs.nn.convert(nn.Sequential(nn.GRU(4, 8)), back=True)
    assert str(caught.value) == "Sequential has no layer of rnnshape.nn, so there is nothing to turn back in it"
    with caplog.at_level(logging.WARNING, "rnnshape"):
        rs.nn.convert(nn.Sequential(Own(4, 8)), back=True)
    name = f"{__name__}.{Own.__qualname__}"
    assert caplog.messages == [f"convert leaves 0 as it is: {name} is not rnnshape's own"]


# Beside the rest


def test_a_watch_that_is_on_goes_on_and_no_other_model_changes() -> None:
    model, other = nn.Sequential(nn.GRU(4, 8)), nn.GRU(4, 8)
    with rs.watch(model) as report:
        model(torch.zeros(9, 6, 4))
        rs.nn.convert(model)
        model(torch.zeros(9, 6, 4))
    assert [e.calls for e in report.events] == [2]
    assert report.ok
    assert type(other) is nn.GRU


def test_diagnose_of_a_converted_model(made: Any) -> None:
    model, args = made
    model.eval()
    reports = [rs.diagnose(m, *args) for m in (copy.deepcopy(model), rs.nn.convert(copy.deepcopy(model)))]
    assert reports[0].findings == reports[1].findings
    assert reports[0].unfollowed == reports[1].unfollowed
    assert reports[0].events == reports[1].events
    assert reports[1].exception is None


def test_a_converted_model_goes_away_with_its_class() -> None:
    before = sum(k.__name__ == "ParametrizedGRU" for k in every_subclass(nn.GRU))
    layer = rs.nn.convert(parametrized())
    del layer
    gc.collect()
    assert sum(k.__name__ == "ParametrizedGRU" for k in every_subclass(nn.GRU)) <= before


def every_subclass(kind: type) -> Iterator[type]:
    for inner in kind.__subclasses__():
        yield inner
        yield from every_subclass(inner)
