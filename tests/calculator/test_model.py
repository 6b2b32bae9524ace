"""A model's prediction as text and as data."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rnnshape.calculator.model import ModelPrediction, ModuleCall, Value
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Total
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location

X, HIDDEN = Layout.parse("batch=6 seq=9 feature=10"), Layout.parse("batch=6 seq=9 hidden=16")
STATE = Layout.parse("layers=1 batch=6 hidden=16")


def layer(path: str, depth: int = 1, number: int = 1) -> ModuleCall:
    return ModuleCall(
        path, "LSTM", "LSTM(10, 16)", (Value("input", X),),
        (Value("output", HIDDEN), Value("h_n", STATE), Value("c_n", STATE)),
        parameters=1792, flops=Total.of([179712]), depth=depth, number=number,
    )  # fmt: skip


def linear(path: str, depth: int = 1, number: int = 1, seq: int = 9) -> ModuleCall:
    x = Layout.of(("batch", 6), ("seq", seq))
    given, made = (Value("input", x),), (Value("output", x),)
    return ModuleCall(path, "Linear", "Linear(2, 2)", given, made, 6, Total.of([24]), depth, number)


def model(*inner: ModuleCall, **more: object) -> ModelPrediction:
    top = ModuleCall("", "Tagger", "Tagger", (Value("x", X),), (Value("output", HIDDEN),), 1792, Total.of([179712]))
    found = ModelPrediction("Tagger", (top, *inner), parameters=1792, parameter_bytes=7168, activation_bytes=Total.of([4224]))
    return replace(found, **more)  # type: ignore[arg-type]


def test_the_tree() -> None:
    head = replace(linear("head"), also=("dec.head",), notes=("a note",))
    finding = Finding("RNS203", "error", "samples mixed", location=Location("train.py", 41, "forward", "h.view(6, -1)"))
    told = {"findings": (finding,), "notes": ("S1 = T - 2",), "stopped": "at x.py:3"}
    shown = model(layer("rnn"), head, peak_bytes=Total.of([8000]), **told)
    assert (
        repr(shown)
        == """\
module                parameters       FLOPs
Tagger                     1,792  180 kFLOPs
│    batch=6 seq=9 feature=10 -> batch=6 seq=9 hidden=16
├─ rnn LSTM(10, 16)        1,792  180 kFLOPs
│       batch=6 seq=9 feature=10 -> batch=6 seq=9 hidden=16
│       h_n and c_n  layers=1 batch=6 hidden=16
└─ head Linear(2, 2)           6    24 FLOPs
        batch=6 seq=9 -> batch=6 seq=9
        shared, also dec.head
        a note
1,792 parameters, 7.00 KiB; 180 kFLOPs in matrix products
activations 4.12 KiB, at most 7.81 KiB alive at once without gradients
S1 = T - 2
stopped: at x.py:3

RNS203 error: samples mixed    train.py:41, in forward
    h.view(6, -1)
  samples mixed
  see: rnnshape explain RNS203"""
    )


def test_every_call_and_both_states_are_in_the_tree() -> None:
    calls = [layer("rnn"), linear("fc"), layer("other.rnn")]
    lines = repr(model(*calls)).splitlines()
    for call in calls:
        assert sum(f" {call.path} {call.spec}" in line for line in lines) == 1
    assert sum("h_n and c_n  layers=1 batch=6 hidden=16" in line for line in lines) == 2


def test_states_of_other_sizes_stand_apart() -> None:
    projected = Value("h_n", Layout.parse("layers=1 batch=6 proj=3"))
    call = replace(layer("rnn"), outputs=(Value("output", HIDDEN), projected, Value("c_n", STATE)))
    lines = [line.strip(" │") for line in repr(model(call)).splitlines()]
    assert "h_n  layers=1 batch=6 proj=3" in lines
    assert "c_n  layers=1 batch=6 hidden=16" in lines


def test_repeated_calls_are_shown_once_with_their_number() -> None:
    lines = repr(model(*(linear("fc", number=n) for n in range(1, 31)))).splitlines()
    assert [line for line in lines if "fc Linear" in line] == ["└─ fc Linear(2, 2) x30 (24 FLOPs each)           6   720 FLOPs"]


def test_flops_in_a_repeated_module_are_those_of_all_its_calls() -> None:
    stack = [call for n in range(3) for call in (linear("block", number=n), linear("block.fc", 2, number=n))]
    lines = [line.split() for line in repr(model(*stack)).splitlines() if "Linear(2, 2)" in line]
    assert [line[-2:] for line in lines] == [["72", "FLOPs"], ["72", "FLOPs"]]
    assert ["x3" in line for line in lines] == [True, False]


def test_calls_of_other_sizes_are_shown_apart() -> None:
    lines = repr(model(linear("fc"), linear("fc", number=2), linear("fc", number=3, seq=4))).splitlines()
    assert sum("fc Linear(2, 2)" in line for line in lines) == 2
    assert sum("x2" in line for line in lines) == 1


def test_neighbours_that_are_alike_are_one_line() -> None:
    stack = [call for n in range(4) for call in (linear(f"layers.{n}"), linear(f"layers.{n}.fc", 2))]
    lines = repr(model(*stack)).splitlines()
    assert sum("layers.0 to 3 Linear(2, 2) x4" in line for line in lines) == 1
    assert sum("fc Linear(2, 2)" in line for line in lines) == 1
    other = [replace(call, spec="Linear(9, 9)") if call.path == "layers.2" else call for call in stack]
    lines = repr(model(*other)).splitlines()
    assert [line.split()[1:4] for line in lines if " layers." in line] == [
        ["layers.0", "to", "1"], ["layers.2", "Linear(9,", "9)"], ["layers.3", "Linear(2,", "2)"],
    ]  # fmt: skip


def test_symbols_are_written_out() -> None:
    total = Total.of([Monomial(3, ("B", "T")), 5])
    text = repr(model(activation_bytes=total, peak_bytes=total))
    assert "activations 3*B*T + 5 bytes, at most 3*B*T + 5 bytes alive at once without gradients" in text


def test_a_module_without_tensors() -> None:
    call = ModuleCall("m", "M", "M", depth=1)
    assert "└─ m M" in repr(model(call)).splitlines()
    assert any(line.strip(" │") == "nothing" for line in repr(model(call)).splitlines())


def test_items_go_by_path() -> None:
    found = model(layer("enc.rnn"), replace(linear("enc.fc"), also=("dec.fc",)))
    assert found["enc.rnn"].layout("h_n") == STATE
    assert found["enc.rnn"].layout("input") == X
    assert found["enc.rnn"].layout("h_0") is None
    assert found["dec.fc"] is found["enc.fc"]
    assert found[""] is found.calls[0]
    assert [call.path for call in found] == ["", "enc.rnn", "enc.fc"]
    for path, told in (("enc.rn", "; did you mean 'enc.rnn'?"), ("zzz", "; there are enc.rnn, enc.fc")):
        with pytest.raises(KeyError) as caught:
            found[path]
        assert caught.value.args == (f"no module {path!r} was called{told}",)


def test_flops_and_ok() -> None:
    assert str(model().flops) == "179712"
    assert str(ModelPrediction("none", ()).flops) == "0"
    assert model().ok
    assert model(findings=(Finding("RNS112", "info", "so so"),)).ok
    assert not model(findings=(Finding("RNS112", "warning", "hm"),)).ok


def test_to_dict_is_json() -> None:
    found = model(linear("fc"), findings=(Finding("RNS112", "warning", "hm"),), notes=("n",), peak_bytes=Total.of([7]))
    data = json.loads(json.dumps(found.to_dict()))
    assert data["calls"][1] == {
        "path": "fc", "kind": "Linear", "spec": "Linear(2, 2)",
        "inputs": [{"name": "input", "layout": "batch=6 seq=9", "sizes": [6, 9], "dtype": "float32"}],
        "outputs": [{"name": "output", "layout": "batch=6 seq=9", "sizes": [6, 9], "dtype": "float32"}],
        "parameters": 6, "flops": 24, "depth": 1, "number": 1, "same_as": "", "line": None, "notes": [], "also": [],
    }  # fmt: skip
    assert [f["code"] for f in data["findings"]] == ["RNS112"]
    assert {k: v for k, v in data.items() if k not in ("calls", "findings")} == {
        "title": "Tagger", "parameters": 1792, "parameter_bytes": 7168, "flops": 179712, "activation_bytes": 4224,
        "peak_bytes": 7, "unfollowed": [], "notes": ["n"], "stopped": "",
    }  # fmt: skip
    symbolic = model(activation_bytes=Total.of([Monomial(3, ("B",))]), peak_bytes=None).to_dict()
    assert (symbolic["activation_bytes"], symbolic["peak_bytes"]) == ("3*B", None)


def test_bytes_of_a_value() -> None:
    assert Value("x", X, "float64").bytes == 6 * 9 * 10 * 8
    assert str(Value("x", Layout.parse("batch=B 2"), "int8").bytes) == "2*B"
