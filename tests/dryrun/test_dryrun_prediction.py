"""A dry run of whole models: what it says, what it cannot know, and that it leaves everything as it was."""

from __future__ import annotations

import json
import random
import runpy
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence
from torch.overrides import TorchFunctionMode

from rnnshape import Layout, ModelPrediction, RNNShapeError, SpecError, SpecTypeError, predict
from rnnshape.dryrun.asking import steps_dim, written

sys.path.insert(0, str(Path(__file__).parents[1] / "oracle"))
from forwards import predicted_calls, real_calls

ROOT = Path(__file__).parents[2]


class Tagger(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 4, padding_idx=0)
        self.rnn = nn.LSTM(4, 8, 2, bidirectional=True, batch_first=True, dropout=0.5)
        self.norm = nn.BatchNorm1d(16)
        self.fc = nn.Linear(16, 3)

    def forward(self, ids: Tensor) -> Tensor:
        out, _ = self.rnn(self.embed(ids))
        return self.fc(self.norm(out.transpose(1, 2)).transpose(1, 2))


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor, lengths: Any) -> tuple[Tensor, Tensor]:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, h = self.rnn(packed)
        padded, _ = pad_packed_sequence(out, batch_first=True)
        return self.fc(padded), h[-1]


class Function(nn.Module):
    """A model made of a function."""

    def __init__(self, function: Any, **modules: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self, *args, **kwargs)


# What it says


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize(("batch", "seq"), [(6, 9), (1, 9), (6, 1), (4, 4)])
def test_every_call_has_its_real_sizes(batch: int, seq: int, train: bool) -> None:
    model = Tagger().train(train)
    prediction = predict(model, f"batch={batch} seq={seq}: int64")
    assert predicted_calls(prediction) == real_calls(model, torch.ones(batch, seq, dtype=torch.int64))


def test_a_batch_of_none() -> None:
    model = Tagger().eval()
    assert predicted_calls(predict(model, "batch=0 seq=9: int64")) == real_calls(model, torch.ones(0, 9, dtype=torch.int64))


@pytest.mark.parametrize("lengths", [[9, 7, 3], [2, 9, 5], [1, 1, 1]])
def test_packed_models_have_their_real_sizes(lengths: list[int]) -> None:
    model, x = Packed(), torch.zeros(3, 9, 4)
    real = real_calls(model, x, torch.tensor(lengths))
    layout = "batch=3 seq=9 feature=4"
    assert predicted_calls(predict(model, layout, f"batch: {lengths}")) == real
    assert predicted_calls(predict(model, layout, lengths)) == real
    assert predicted_calls(predict(model, layout, torch.tensor(lengths))) == real
    assert predicted_calls(predict(model, layout, lengths=lengths)) == real


@pytest.mark.parametrize("script", ["sine_wave", "windowed_series"])
def test_the_examples_have_their_real_sizes(script: str) -> None:
    found = runpy.run_path(str(ROOT / "examples" / f"{script}.py"), run_name="example")
    if script == "sine_wave":
        models = [found["NextPoint"](16)]
    else:
        options = SimpleNamespace(hidden=8, layers=2)
        flags = [(False, False), (True, True)]
        models = [
            found["Forecast"](1, options, batch_first=first, bidirectional=both, head=head)
            for first, both in flags
            for head in ("output", "h_n")
        ]
    for model in models:
        first = model.rnn.batch_first
        layout = "batch=5 seq=20 feature=1" if first else "seq=20 batch=5 feature=1"
        x = torch.zeros(5, 20, 1) if first else torch.zeros(20, 5, 1)
        assert predicted_calls(predict(model, layout)) == real_calls(model, x)


def test_layouts_states_parameters_and_flops() -> None:
    prediction = predict(Tagger(), "batch=6 seq=9")
    rnn = prediction["rnn"]
    assert [f"{v.name} {v.layout}" for v in rnn.inputs] == ["input batch=6 seq=9 feature=4"]
    assert [f"{v.name} {v.layout}" for v in rnn.outputs] == [
        "output batch=6 seq=9 (directions=2 hidden=8)",
        "h_n (layers=2 directions=2) batch=6 hidden=8",
        "c_n (layers=2 directions=2) batch=6 hidden=8",
    ]
    model = Tagger()
    assert rnn.parameters == sum(p.numel() for p in model.rnn.parameters())
    assert prediction.parameters == sum(p.numel() for p in model.parameters())
    assert prediction.parameter_bytes == 4 * prediction.parameters
    assert rnn.flops.number() == 9 * 6 * 2 * 2 * 32 * ((4 + 8) + (16 + 8))
    assert prediction["fc"].flops.number() == 2 * 9 * 6 * 16 * 3
    assert prediction.flops.number() == (rnn.flops + prediction["fc"].flops).number()
    assert rnn.spec == "LSTM(4, 8, num_layers=2, batch_first=True, dropout=0.5, bidirectional=True)"
    assert prediction.findings == ()
    assert prediction.ok


def test_what_was_followed_says_more_than_the_calculator() -> None:
    model = Function(lambda m, x: m.rnn(x.flatten(0, 1))[1], rnn=nn.GRU(4, 8, bidirectional=True, batch_first=True))
    rnn = predict(model, "batch=6 words=3 seq=9 feature=4")["rnn"]
    assert str(rnn.inputs[0].layout) == "(batch=6 words=3) seq=9 feature=4"
    assert str(rnn.layout("output")) == "(batch=6 words=3) seq=9 (directions=2 hidden=8)"
    assert str(rnn.layout("h_n")) == "(layers=1 directions=2) (batch=6 words=3) hidden=8"
    assert str(predict(nn.GRU(4, 8), "seq=9 batch=1 feature=4")[""].layout("h_n")) == "layers=1 batch=1 hidden=8"


def test_flops_of_a_cell_in_a_loop_and_of_attention() -> None:
    def forward(model: Any, x: Tensor) -> Tensor:
        h = x.new_zeros(x.size(0), 8)
        for step in x.unbind(1):
            h = model.cell(step, h)
        return h

    prediction = predict(Function(forward, cell=nn.GRUCell(4, 8)), "batch=6 seq=9 feature=4")
    assert prediction.flops.number() == 9 * 6 * 2 * 24 * (4 + 8)
    assert [call.number for call in prediction if call.path == "cell"] == [*range(1, 10)]
    attention = Function(lambda _, q: nn.functional.scaled_dot_product_attention(q, q, q))
    assert predict(attention, "batch=6 head=2 seq=9 feature=4").flops.number() == 2 * 2 * 6 * 2 * 9 * 9 * 4


def test_activations_and_what_is_alive_at_once() -> None:
    model = nn.Sequential(nn.Linear(4, 8, bias=False), nn.ReLU(), nn.Linear(8, 2, bias=False))
    prediction = predict(model, "batch=6 feature=4")
    assert prediction.activation_bytes.number() == 4 * 6 * (8 + 8 + 2)
    assert prediction.peak_bytes is not None
    # The input is held by the caller; ReLU's input and output are alive together.
    assert prediction.peak_bytes.number() == 4 * 6 * (4 + 8 + 8)


def test_it_goes_to_json() -> None:
    found = json.loads(json.dumps(predict(Tagger(), "batch=B seq=9").to_dict()))
    assert found["calls"][0]["outputs"] == [
        {"name": "output", "layout": "batch=B seq=9 feature=3", "sizes": ["B", 9, 3], "dtype": "float32"}
    ]
    assert found["title"] == "Tagger"


def test_a_path_that_was_not_called() -> None:
    with pytest.raises(KeyError) as found:
        predict(Tagger(), "batch=6 seq=9")["rn"]
    assert found.value.args == ("no module 'rn' was called; did you mean 'rnn'?",)


def test_a_shared_module_is_found_under_each_of_its_paths() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    model.add_module("again", model[0])
    prediction = predict(model, "batch=6 feature=4")
    assert prediction["again"] is prediction["0"]
    assert prediction["0"].also == ("again",)
    assert prediction.parameters == 20
    assert [call.path for call in prediction] == ["", "0", "1", "0"]


def test_python_decides_by_sizes() -> None:
    def forward(model: Any, x: Tensor) -> Tensor:
        x = model.wide(x) if x.size(0) > 4 else model.narrow(x)
        return torch.cat([x] * (x.shape[0] % 3 + 1), -1)

    model = Function(forward, wide=nn.Linear(4, 8), narrow=nn.Linear(4, 2))
    assert [call.path for call in predict(model, "batch=5 feature=4")] == ["", "wide"]
    assert predict(model, "batch=4 feature=4")[""].outputs[0].layout.sizes == (4, 4)


def test_bugs_are_found_without_data() -> None:
    model = Function(lambda m, x: m.fc(m.rnn(x)[1].view(x.size(1), -1)), rnn=nn.GRU(4, 8, 2), fc=nn.Linear(16, 3))
    [finding] = predict(model, "seq=9 batch=6 feature=4").findings
    assert finding.code == "RNS203"
    right = Function(lambda m, x: m.fc(m.rnn(x)[1].transpose(0, 1).flatten(1)), rnn=nn.GRU(4, 8, 2), fc=nn.Linear(16, 3))
    assert predict(right, "seq=9 batch=6 feature=4").findings == ()
    assert predict(model, "seq=9 batch=6 feature=4", ignore=["RNS203"]).findings == ()


@pytest.mark.filterwarnings("ignore:Using a target size:UserWarning")
def test_a_loss_is_run_with_its_target() -> None:
    model = nn.Linear(4, 1)
    [finding] = predict(model, "batch=6 feature=4", loss=nn.functional.mse_loss, target="batch=6").findings
    assert finding.code == "RNS504"
    assert predict(model, "batch=6 feature=4", loss=nn.functional.mse_loss, target="batch=6 1").findings == ()


# What goes in


def test_dtypes_come_from_the_model_or_are_said() -> None:
    assert predict(nn.Linear(4, 3).double(), "batch=6 feature=4")[""].inputs[0].dtype == "float64"
    assert predict(nn.ReLU(), "batch=6 feature=4: float16")[""].outputs[0].dtype == "float16"
    prediction = predict(Tagger(), "batch=6 seq=9")
    assert prediction[""].inputs[0].dtype == "int64"
    assert prediction.notes == ("ids is taken to be int64, since it is used as an index",)


def test_of_several_inputs_the_one_that_is_embedded_is_whole() -> None:
    model = Function(lambda m, x, ids: m.embed(ids[:, 1:]) + x, embed=nn.Embedding(20, 4))
    prediction = predict(model, "batch=6 seq=8 feature=4", "batch=6 seq=9")
    assert prediction.notes == ("argument 1 is taken to be int64, since it is used as an index",)


def test_numbers_that_are_stated_to_be_no_indices_are_a_finding() -> None:
    [finding] = predict(nn.Embedding(5, 3), "batch=6 seq=9: float32").findings
    assert (finding.code, finding.message) == (
        "RNS000",
        "the model raised RuntimeError: Expected tensor for argument #1 'indices' to have one of the following scalar types: "
        "Long, Int; but got FloatTensor instead (while checking arguments for embedding)",
    )


DEVICES: dict[str, tuple[Callable[..., Tensor], str]] = {
    "the input of a layer": (
        lambda m, x: m.rnn(x.to("meta"))[0], "rnn (LSTM): input is on meta, expected cpu, the device of the layer's weights"),
    "a state, on a device that is not there": (
        lambda m, x: m.rnn(x, (torch.zeros(1, 6, 8, device="cuda"),) * 2)[0],
        "rnn (LSTM): h_0 and c_0 are on cuda:0, expected cpu, the device of the layer's weights"),
    "the input of another layer": (
        lambda m, x: m.fc(m.rnn(x)[0].to("meta")),
        "fc (Linear): Linear gets (batch=6 seq=9 hidden=8) on meta and its weight on cpu"),
    "operands": (
        lambda m, x: m.rnn(x)[0] + torch.zeros(6, 9, 8, device="cuda"),
        "Function: add gets (batch=6 seq=9 hidden=8) on cpu and (6, 9, 8) on cuda:0"),
}  # fmt: skip


@pytest.mark.parametrize("where", DEVICES)
def test_a_call_on_two_devices_is_told_as_elsewhere(where: str) -> None:
    forward, said = DEVICES[where]
    model = Function(forward, rnn=nn.LSTM(4, 8, batch_first=True), fc=nn.Linear(8, 3))
    [finding] = predict(model, "batch=6 seq=9 feature=4").findings
    assert (finding.code, finding.headline) == ("RNS111", said)


@pytest.mark.parametrize("layer", [nn.Softmax, nn.LogSoftmax])
def test_a_softmax_over_a_dim_that_is_not_there_is_a_finding(layer: type[nn.Module]) -> None:
    [finding] = predict(layer(2), "batch=6 seq=9").findings  # type: ignore[call-arg]
    name = {nn.Softmax: "softmax", nn.LogSoftmax: "log_softmax"}[layer]
    assert finding.message == f"{name} names dim 2, and (batch=6 seq=9) has dims 0 to 1"
    assert predict(layer(1), "batch=6 seq=9").ok  # type: ignore[call-arg]


@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_a_single_class_may_have_a_dim_of_its_own(reduction: str) -> None:
    loss = nn.CrossEntropyLoss(reduction=reduction)
    assert loss(torch.rand(2), torch.zeros(1, dtype=torch.int64)).dim() == 0
    found = predict(nn.Identity(), "classes=2", target="rows=1: int64", loss=loss)
    assert found.ok
    assert not predict(nn.Identity(), "classes=2", target="rows=3: int64", loss=loss).ok


@torch.no_grad()
def without_gradients(x: Tensor) -> Tensor:
    return x.exp()


class Asks(nn.Module):
    """Takes down what is known of its input."""

    def __init__(self, told: list[Any]) -> None:
        super().__init__()
        self.tell = lambda x: told.append((steps_dim(x), written(x)))

    def forward(self, x: Tensor) -> Tensor:
        self.tell(x)
        return x


@pytest.mark.parametrize(
    ("layout", "known"),
    [
        ("batch=6 seq=9 feature=4", (1, "(batch=6 seq=9 feature=4)")),
        ("seq=9 batch=6", (0, "(seq=9 batch=6)")),
        ("batch=6 1 seq=1", (None, "(batch=6 1 1)")),
        ("batch=6 seq=1 feature=4", (1, "(batch=6 1 feature=4)")),
        ("batch=6 feature=4", (None, "(batch=6 feature=4)")),
        ("(batch=6 seq=9) feature=4", (None, "((batch=6 seq=9) feature=4)")),
    ],
)
def test_a_model_may_ask_where_the_steps_lie(layout: str, known: tuple[int | None, str]) -> None:
    told: list[Any] = []
    predict(Asks(told), layout)
    assert told == [known]
    told.clear()
    predict(nn.Sequential(Asks(told), Function(lambda _, x: without_gradients(x))), layout)
    assert told == [known, (None, str(tuple(Layout.parse(layout).sizes)))], "a run for the memory follows nothing"


def test_an_index_that_is_computed_needs_a_dtype() -> None:
    model = Function(lambda m, x, y: m.embed(x * y), embed=nn.Embedding(20, 4))
    with pytest.raises(SpecError) as found:
        predict(model, "batch=6 seq=9", "batch=6 seq=9")
    assert str(found.value) == (
        "an embedding gets numbers that are no indices; say which input is made of whole numbers, as in 'batch=6 seq=9: int64'"
    )
    assert predict(model, "batch=6 seq=9: int64", "batch=6 seq=9: int64").ok


def test_nested_arguments_and_others_as_they_are() -> None:
    Pair = namedtuple("Pair", "a b")

    def forward(m: Any, given: Any, pair: Any, times: int, *, flag: bool, none: None, real: Tensor) -> Any:
        assert (times, flag, none) == (2, True, None)
        return {"x": m.fc(given["x"]) * times, "y": [given["more"][0], pair.a + pair.b, real]}

    prediction = predict(
        Function(forward, fc=nn.Linear(4, 3)),
        {"x": "batch=6 feature=4", "more": ("batch=6",)}, Pair("batch=6 1", "batch=6 hidden=2"), 2,
        flag=True, none=None, real=torch.zeros(7),
    )  # fmt: skip
    assert [(v.name, v.layout.sizes) for v in prediction[""].outputs] == [
        ("output['x']", (6, 3)), ("output['y'][0]", (6,)), ("output['y'][1]", (6, 2)), ("output['y'][2]", (7,)),
    ]  # fmt: skip
    assert [v.name for v in prediction[""].inputs][:3] == ["argument 0['x']", "argument 0['more'][0]", "argument 1.a"]


def test_a_packed_sequence_goes_in() -> None:
    packed = pack_sequence([torch.zeros(5, 4), torch.zeros(3, 4)])
    model = nn.GRU(4, 8)
    prediction = predict(model, packed)
    assert predicted_calls(prediction) == real_calls(model, packed)
    assert [f"{v.name} {v.layout}" for v in prediction[""].outputs] == [
        "output.data packed=8 hidden=8", "h_n layers=1 batch=2 hidden=8",
    ]  # fmt: skip


WRITE = "write a Layout in the place of each tensor, as in predict(model, 'batch=6 seq=9 feature=10')"
WRITE_FOR_AN_LSTM = (
    "write a Layout in the place of each tensor, as in predict(model, 'seq=9 batch=6 feature=3'), "
    "or no more than predict(layer, batch=6, seq=9)"
)
WRITE_FOR_A_CELL = (
    "write a Layout in the place of each tensor, as in predict(model, 'batch=6 feature=3'), "
    "or no more than predict(layer, batch=6)"
)


@pytest.mark.parametrize(
    ("model", "args", "kwargs", "message"),
    [
        (nn.LSTM(3, 4), ((3, 2, 1),), {}, f"LSTM: argument 0 is (3, 2, 1), sizes without a meaning; {WRITE_FOR_AN_LSTM}"),
        (nn.GRUCell(3, 4), (), {"input": [2, 3]}, f"GRUCell: input is (2, 3), sizes without a meaning; {WRITE_FOR_A_CELL}"),
        (Tagger(), (torch.Size([6, 9]),), {}, f"Tagger: argument 0 is (6, 9), sizes without a meaning; {WRITE}"),
        (nn.Linear(3, 4), (f"batch={10**30}",), {},
            f"input: cannot read this layout: a size is at most {2**63 - 1}, as torch holds it in 64 bits; got {10**30}\n"
            f"  batch={10**30}\n        ^"),
        (Tagger(), ("batch=6 seq=",), {}, "ids: cannot read this layout: a size belongs after '=': a number, a symbol such as"
            " B, or a product such as 2*H\n  batch=6 seq=\n              ^"),
        (Tagger(), ("batch=6 seq=9: int46",), {}, "ids: 'int46' is no dtype; did you mean 'int64'?"),
        (Tagger(), ("batch=6 seq=9: words",), {}, "ids: 'words' is no dtype, as int64 is"),
        (Packed(), ("batch=3 seq=9 feature=4", "batch: [9, x]"), {}, "lengths: [9, x] is no list of ints, as [9, 7, 3] is"),
        (Packed(), ("batch=3 seq=9 feature=4", "batch=3 1: [9, 7, 3]"), {},
            "lengths: a list of values is for one dim, and batch=3 1 has 2"),
        (Packed(), ("batch=3 seq=9 feature=4", "batch=4: [9, 7, 3]"), {},
            "lengths: dim 0 (batch) is 3, expected 4\n  expected  batch=4\n  got       (3,)"),
        (Tagger(), (), {}, "Tagger: say what goes into it, as in predict(model, 'batch=6 seq=9 feature=10')"),
        (Tagger(), ("batch=6 seq=9", "batch=6"), {}, f"Tagger.forward(ids): too many positional arguments; {WRITE}"),
        (Tagger(), ("batch=6 seq=9",), {"mask": None},
            f"Tagger.forward(ids): got an unexpected keyword argument 'mask'; {WRITE}"),
        (nn.ReLU(), (" ".join(f"a{i}" for i in range(9)),), {}, "9 symbols are too many: 8 or fewer"),
    ],
)  # fmt: skip
def test_bad_input_is_told(model: nn.Module, args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(SpecError) as found:
        predict(model, *args, **kwargs)
    assert str(found.value) == message
    assert isinstance(found.value, SpecTypeError) == message.startswith("Tagger.forward")


def test_a_layer_with_sizes_by_name_that_it_knows_itself() -> None:
    with pytest.raises(SpecTypeError) as found:
        predict(nn.LSTM(3, 4), batch=2, seq=3, feature=1)
    assert str(found.value) == f"LSTM.forward(input, hx): missing a required argument: 'input'; {WRITE_FOR_AN_LSTM}"


class Counts(nn.Module):
    def forward(self, ids: list[int]) -> Tensor:
        return torch.tensor(ids).unsqueeze(0)


def test_numbers_that_a_model_takes_are_no_sizes() -> None:
    assert predict(Counts(), [3, 2, 1]).calls[0].outputs[0].layout.sizes == (1, 3)


def test_lengths_that_no_memory_holds() -> None:
    found = predict(Packed(), "batch=1 seq=9 feature=4", f"batch: [{10**12}]")
    said = "a sample of 1000000000000 steps cannot be packed: its batch sizes alone would not fit into memory"
    assert [f.message for f in found.findings] == [f"the model raised RuntimeError: {said}"]


# What nobody can know


@pytest.mark.parametrize(
    "line",
    [
        lambda x: x.nonzero(), lambda x: x[x > 0], lambda x: x.sum().item(), lambda x: x if x.sum() > 0 else -x,
        lambda x: torch.zeros(int(x.max())), lambda x: x.unique(), lambda x: x.tolist(), lambda x: x.numpy(),
        lambda x: torch.repeat_interleave(x, x.long().flatten()), lambda x: torch.tensor([x[0, 0], 1.0]),
        lambda x: pack_padded_sequence(x[None], x.sum(1)[:1].long()), lambda x: torch.tensor(list(x.flatten())),
    ],
)  # fmt: skip
def test_what_depends_on_data_stops_the_run(line: Any) -> None:
    model = Function(lambda m, x: line(m.fc(x)), fc=nn.Linear(4, 3))
    prediction = predict(model, "batch=6 feature=4")
    assert prediction.stopped.endswith("what comes next depends on the values of a tensor, which a dry run does not have")
    assert "test_dryrun_prediction.py:" in prediction.stopped
    assert prediction.findings == ()
    assert prediction.peak_bytes is None
    assert prediction["fc"].outputs[0].layout.sizes == (6, 3)
    assert prediction[""].outputs == ()
    assert prediction[""].notes == ("did not end",)
    assert repr(prediction).count("stopped: at ") == 1


def test_what_follows_from_lengths_is_known() -> None:
    def forward(m: Any, x: Tensor, lengths: Tensor) -> Any:
        order = lengths.argsort(descending=True)
        mask = torch.arange(x.size(1))[None] < lengths[:, None]
        last = x[torch.arange(x.size(0)), lengths - 1]
        assert [*map(int, lengths[order])] == [9, 7, 3]
        assert lengths.numpy().sum() == 19
        assert torch.tensor([lengths.max(), 1]).tolist() == [9, 1]
        assert torch.as_tensor(list(lengths)).tolist() == [7, 9, 3]
        return x[mask], mask.nonzero(), x[:, : int(lengths.max())], last, x[order], torch.repeat_interleave(x, lengths, 0)

    prediction = predict(Function(forward), "batch=3 seq=9 feature=4", "batch: [7, 9, 3]")
    assert [v.layout.sizes for v in prediction[""].outputs] == [(19, 4), (19, 2), (3, 9, 4), (3, 4), (3, 9, 4), (19, 9, 4)]
    assert prediction[""].outputs[3].layout.names[0] == "batch"


def test_an_exception_of_the_model_is_a_finding_and_the_calls_before_it_stay() -> None:
    model = Function(lambda m, x: m.fc(m.rnn(x)[0]), rnn=nn.GRU(4, 8), fc=nn.Linear(9, 3))
    prediction = predict(model, "seq=9 batch=6 feature=4")
    assert [f.severity for f in prediction.findings] == ["error"]
    assert not prediction.ok
    assert prediction.stopped == ""
    assert prediction["rnn"].layout("h_n") is not None
    assert prediction["fc"].notes == ("did not end",)
    crash = predict(Function(lambda m, x: x.no_such_thing), "batch=6")
    assert [f.code for f in crash.findings] == ["RNS000"]
    assert crash.findings[0].message == "the model raised AttributeError: 'FakeTensor' object has no attribute 'no_such_thing'"


def test_a_batch_first_output_that_is_viewed_raises_as_it_really_does() -> None:
    model = Function(lambda m, x: m.rnn(x)[0].view(-1, 8), rnn=nn.GRU(4, 8, batch_first=True))
    with pytest.raises(RuntimeError):
        model(torch.zeros(6, 9, 4))
    assert not predict(model, "batch=6 seq=9 feature=4").ok
    assert predict(model, "batch=1 seq=9 feature=4").ok


def test_a_squeeze_that_fails_for_one_sample() -> None:
    model = Function(lambda m, x: m.rnn(x)[0][:, -1].squeeze().sum(1), rnn=nn.GRU(4, 8, batch_first=True))
    assert predict(model, "batch=2 seq=9 feature=4").ok
    [finding] = predict(model, "batch=1 seq=9 feature=4").findings
    assert finding.code == "RNS212"


def test_an_operation_that_fakes_do_not_know_is_told_with_its_line() -> None:
    @torch.library.custom_op("rnnshape_tests::unknown", mutates_args=())
    def unknown(x: Tensor) -> Tensor:
        return x.clone()

    with pytest.raises(RNNShapeError) as found:
        predict(Function(lambda m, x: unknown(x)), "batch=6")
    assert "test_dryrun_prediction.py:" in str(found.value)
    assert "this cannot be run without elements: " in str(found.value)


# Symbols


def test_symbols_go_through_a_model() -> None:
    prediction = predict(Tagger(), "batch=B seq=T")
    assert str(prediction["rnn"].layout("output")) == "batch=B seq=T (directions=2 hidden=8)"
    assert str(prediction["rnn"].layout("h_n")) == "(layers=2 directions=2) batch=B hidden=8"
    assert str(prediction["norm"].layout("output")) == "batch=B (directions=2 hidden=8) seq=T"
    assert str(prediction["fc"].flops) == "96*B*T"
    for batch, seq in ((3, 50), (80, 20)):
        concrete = predict(Tagger(), f"batch={batch} seq={seq}")
        values = {"B": batch, "T": seq}
        assert prediction.flops.substitute(values).number() == concrete.flops.number()
        assert prediction.activation_bytes.substitute(values).number() == concrete.activation_bytes.number()
        assert prediction.peak_bytes is not None
        assert concrete.peak_bytes is not None
        assert prediction.peak_bytes.substitute(values).number() == concrete.peak_bytes.number()


def test_a_word_without_a_size_is_a_symbol() -> None:
    assert str(predict(nn.Linear(4, 3), "batch seq feature=4")[""].layout("output")) == "batch seq feature=3"


def test_a_size_that_is_no_product_gets_a_symbol_and_a_note() -> None:
    model = nn.Conv1d(4, 8, 3)
    prediction = predict(model, "batch=B feature=4 seq=T")
    assert str(prediction[""].outputs[0].layout.sizes[2]) == "S1"
    assert prediction.notes == ("S1 = T - 2",)
    assert str(prediction.flops) == "192*B*S1"


def test_steps_that_are_stacked_divide() -> None:
    model = Function(lambda m, x: m.rnn(x.reshape(x.size(0), x.size(1) // 4, -1))[0], rnn=nn.GRU(16, 8, batch_first=True))
    prediction = predict(model, "batch=B seq=T feature=4")
    assert str(prediction["rnn"].inputs[0].layout) == "batch=B seq=S1 (seq=4 feature=4)"
    assert prediction.notes == ("S1 = T/4",)


def test_a_size_that_depends_otherwise_says_so() -> None:
    model = Function(lambda m, x: x.new_zeros(x.size(0) ** 2 + x.size(0) // 2, 1))
    [note] = predict(model, "batch=B").notes
    assert note == "S1 depends on the sizes in another way: it is 126, 175, 297 where B = 11, 13, 17"


def test_a_loop_over_symbolic_steps() -> None:
    def forward(model: Any, x: Tensor) -> Tensor:
        h = x.new_zeros(x.size(0), 8)
        for step in x.unbind(1):
            h = model.cell(step, h)
        return h

    prediction = predict(Function(forward, cell=nn.GRUCell(4, 8)), "batch=B seq=T feature=4")
    assert [call.path for call in prediction] == ["", "cell"]
    assert prediction["cell"].notes == ("called T times; this is the first",)
    assert str(prediction["cell"].flops) == "576*B"
    assert str(prediction.flops) == "576*B*T"
    assert str(prediction.activation_bytes) == "32*B*T"


def test_findings_with_symbols_say_for_which_sizes() -> None:
    model = Function(lambda m, x: m.fc(m.rnn(x)[1].view(x.size(1), -1)), rnn=nn.GRU(4, 8, 2), fc=nn.Linear(16, 3))
    prediction = predict(model, "seq=T batch=B feature=4")
    assert [f.code for f in prediction.findings] == ["RNS203"]
    assert prediction.notes == ("findings are told for T=11 and B=13",)


# What it leaves alone


def state(model: nn.Module) -> Any:
    held = model.state_dict(keep_vars=True)
    return [(k, v.data_ptr(), v._version, v.clone(), v.requires_grad, v.grad) for k, v in held.items()]


@pytest.mark.parametrize("train", [True, False])
def test_model_and_random_numbers_are_as_they_were(train: bool) -> None:
    model = Tagger().train(train)
    before, flags = state(model), [m.training for m in model.modules()]
    attributes = [[*m.__dict__] for m in model.modules()]
    numbers = random.getstate(), torch.get_rng_state(), np.random.get_state()[1].tolist()
    call = nn.Module.__dict__["__call__"], nn.RNNBase.__dict__.get("__call__")
    predict(model, "batch=B seq=T")
    for old, new in zip(before, state(model), strict=True):
        assert old[:3] == new[:3]
        assert torch.equal(old[3], new[3])
        assert old[4:] == new[4:]
    assert [m.training for m in model.modules()] == flags
    assert [[*m.__dict__] for m in model.modules()] == attributes
    assert random.getstate() == numbers[0]
    assert torch.equal(torch.get_rng_state(), numbers[1])
    assert np.random.get_state()[1].tolist() == numbers[2]
    assert (nn.Module.__dict__["__call__"], nn.RNNBase.__dict__.get("__call__")) == call
    assert not torch_module._global_forward_hooks
    assert torch._C._len_torch_function_stack() == 0
    assert not model(torch.ones(2, 3, dtype=torch.int64)).is_meta


def test_everything_is_put_back_after_an_exception() -> None:
    call = nn.Module.__dict__["__call__"]
    validate = torch.distributions.Distribution._validate_args
    predict(Function(lambda m, x: 1 / 0), "batch=6")
    assert nn.Module.__dict__["__call__"] is call
    assert torch.distributions.Distribution._validate_args is validate
    assert torch._C._len_torch_function_stack() == 0
    assert type(torch.zeros(1)) is Tensor


def test_what_forward_keeps_does_not_leak() -> None:
    class Keeps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8)
            self.h: Tensor | None = None
            self.seen: list[Any] = []
            self.by_name: dict[str, Any] = {}
            self.lock = threading.Lock()
            self.register_buffer("count", torch.zeros((), dtype=torch.int64))

        def forward(self, x: Tensor) -> Tensor:
            with self.lock:
                out, self.h = self.rnn(x, self.h)
                self.seen.append(out)
                self.by_name["out"] = out
                self.count += 1
                self.new = out
            return out

    model = Keeps()
    assert predict(model, "seq=9 batch=6 feature=4").ok
    assert (model.h, model.seen, model.by_name, int(model.count), hasattr(model, "new")) == (None, [], {}, 0, False)
    model(torch.zeros(9, 6, 4))
    assert predict(model, "seq=9 batch=6 feature=4").ok
    assert len(model.seen) == 1
    assert type(model.h) is Tensor


def test_hooks_run_on_the_copy() -> None:
    class Recorder:
        def __init__(self) -> None:
            self.calls: list[Any] = []

        def hook(self, module: nn.Module, given: Any, result: Any) -> Any:
            self.calls.append(result)
            return result[..., :2]

    recorder, model = Recorder(), nn.Linear(4, 3)
    model.register_forward_hook(recorder.hook)
    assert predict(model, "batch=6 feature=4")[""].outputs[0].layout.sizes == (6, 2)
    assert recorder.calls == []
    model(torch.zeros(6, 4))
    assert len(recorder.calls) == 1


def test_nothing_is_allocated() -> None:
    model = nn.Sequential(nn.Linear(64, 4096), nn.ReLU(), nn.Linear(4096, 4096))
    prediction = predict(model, "batch=65536 seq=1024 feature=64")
    number = prediction.activation_bytes.number()
    assert number is not None
    assert number > 2 * 10**12
    with torch.device("meta"):
        assert predict(nn.Linear(4, 3), "batch=6 feature=4")[""].outputs[0].layout.sizes == (6, 3)


def test_a_function_mode_of_others_is_not_needed() -> None:
    class Mode(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return func(*args, **(kwargs or {}))

    with Mode(), torch.no_grad():
        assert predict(Tagger(), "batch=6 seq=9").ok


def test_in_inference_mode() -> None:
    with torch.inference_mode():
        assert predicted_calls(predict(Tagger(), "batch=6 seq=9"))[0] == ["", [((6, 9, 3), "float32")]]


# Modules of other kinds


def test_lazy_modules_are_given_their_sizes_in_the_copy() -> None:
    model = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyBatchNorm1d())
    prediction = predict(model, "batch=6 feature=4")
    assert prediction["2"].outputs[0].layout.sizes == (6, 8)
    assert prediction.parameters == 4 * 8 + 8 + 16
    assert isinstance(model[0], nn.LazyLinear)
    assert model[0].has_uninitialized_params()


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_a_compiled_model_is_the_model() -> None:
    model = torch.compile(nn.Sequential(nn.Linear(4, 3)))
    assert [call.path for call in predict(model, "batch=6 feature=4")] == ["", "0"]


def test_parametrized_and_tied_weights() -> None:
    model = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)), nn.Linear(4, 4))
    model[1].weight = nn.Parameter(torch.zeros(4, 4))
    real = real_calls(model, torch.zeros(6, 4))
    assert predicted_calls(predict(model, "batch=6 feature=4")) == real


@pytest.mark.parametrize("train", [True, False])
def test_a_transformer(train: bool) -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    model = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False).train(train)
    prediction = predict(model, "batch=6 seq=9 feature=8")
    shapes = {tuple(call.outputs[0].layout.sizes) for call in prediction if call.kind == "TransformerEncoderLayer"}
    assert shapes == {(6, 9, 8)}
    per_token = 2 * (8 * 24 + 8 * 8 + 8 * 16 * 2)
    assert prediction.flops.number() == 3 * 6 * 9 * per_token + 3 * 2 * 2 * 6 * 9 * 9 * 8
    assert "layers.0 to 2" in repr(prediction)


@pytest.mark.filterwarnings("ignore:`torch.jit.:DeprecationWarning")
def test_what_torch_jit_has_compiled_is_told() -> None:
    compiled = torch.jit.trace(nn.Linear(4, 3), torch.zeros(2, 4))
    told = "torch.jit has compiled it, so it cannot be run without elements; predict the original"
    for model, where in ((compiled, type(compiled).__name__), (nn.Sequential(compiled), f"0 ({type(compiled).__name__})")):
        with pytest.raises(RNNShapeError) as found:
            predict(model, "batch=6 feature=4")
        assert str(found.value) == f"{where}: {told}"


def test_a_string_goes_where_forward_takes_one() -> None:
    class Chooses(nn.Module):
        def forward(self, x: Tensor, mode: str, how: Any = "sum", *, a: Literal["a", "b"], b: str | None = None) -> Tensor:
            assert (mode, how, a, b) == ("last", "mean", "b", "c")
            return x

    assert predict(Chooses(), "batch=6", "last", how="mean", a="b", b="c").ok


def test_a_model_on_the_meta_device() -> None:
    with torch.device("meta"):
        model = Tagger()
    assert predicted_calls(predict(model, "batch=6 seq=9"))[0] == ["", [((6, 9, 3), "float32")]]


def test_distributions_are_not_asked_for_values() -> None:
    model = Function(lambda m, x: torch.distributions.Normal(m.fc(x), 1.0).rsample(), fc=nn.Linear(4, 3))
    assert predict(model, "batch=6 feature=4")[""].outputs[0].layout.sizes == (6, 3)


def test_a_layer_with_a_layout_is_a_model() -> None:
    prediction = predict(nn.LSTM(4, 8), "seq=9 batch=6 feature=4")
    assert isinstance(prediction, ModelPrediction)
    assert str(prediction[""].layout("c_n")) == "layers=1 batch=6 hidden=8"


@pytest.mark.parametrize("hint", [None, list[str], "Sequence[str] | None", "str | list[str]", dict[str, list[str]]])
def test_words_in_a_list_are_no_layouts(hint: Any) -> None:
    class Reads(nn.Module):
        def forward(self, x, target=None, mode=None):
            assert (target, mode) == (["abc", "hello"], "train")
            return x

    Reads.forward.__annotations__ = {} if hint is None else {"target": hint}
    for given in (["abc", "hello"],):
        assert predict(Reads(), "batch=6", given, mode="train").ok
        assert predict(Reads(), "batch=6", kwargs={"target": given, "mode": "train"}).ok


def test_layouts_in_a_list_are_layouts() -> None:
    class Reads(nn.Module):
        def forward(self, xs, y):
            return xs[0] + xs[1], y

    for xs, y in ((["batch=6", "b=6"], "n=3"), (["batch", "batch"], "seq")):
        first, _ = predict(Reads(), xs, y=y)[""].outputs
        assert first.layout.names == ("batch",)
