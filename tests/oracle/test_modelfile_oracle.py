"""Models in files against torch: the module that is built from a file, and the one that is written, are run, and every tensor
is compared.

Random files are built layer by layer, each fitting what is there, so that torch must accept every one of them.
"""

from __future__ import annotations

import copy
import inspect
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from modelfiles import files
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import rnnshape as rs
from rnnshape.calculator.model import ModelPrediction
from rnnshape.errors import SpecError
from rnnshape.modelfile.arguments import NEEDED, Argument, Choice, Flag, Integer, Integers, Number
from rnnshape.modelfile.building import built
from rnnshape.modelfile.kinds import KINDS
from rnnshape.modelfile.mistakes import Mistakes
from rnnshape.modelfile.names import is_taken
from rnnshape.modelfile.prediction import Answer, answered
from rnnshape.modelfile.reading import read, read_text
from rnnshape.modelfile.schema import json_schema
from rnnshape.modelfile.source import written

SCHEMA = jsonschema.Draft202012Validator(json_schema())


def answer_of(data: dict[str, Any]) -> Answer:
    return answered(read_text(json.dumps(data, indent=1), "model.json"))


def run_source(source: str, name: str) -> nn.Module:
    names: dict[str, Any] = {}
    exec(compile(source, "<written>", "exec"), names)
    return names[name]()


@contextmanager
def locals_of_forward() -> Iterator[dict[str, Any]]:
    """Collect the local variables that ``forward`` of the written module has when it returns."""
    found: dict[str, Any] = {}

    def look(frame: Any, event: str, _: Any) -> None:
        if event == "return" and frame.f_code.co_name == "forward" and frame.f_code.co_filename == "<written>":
            found.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)


def real_inputs(prediction: ModelPrediction, smallest_table: int) -> list[Tensor]:
    made = []
    for value in prediction.calls[0].inputs:
        sizes = [int(s) if isinstance(s, int) else 3 for s in value.layout.sizes]
        if value.dtype == "int64":
            made.append(torch.randint(smallest_table, sizes))
        else:
            made.append(torch.rand(sizes, dtype=getattr(torch, value.dtype)))
    return made


def check(data: dict[str, Any]) -> ModelPrediction:
    """Build the module of a file, run it on real tensors, and compare everything that is predicted."""
    SCHEMA.validate(data)
    answer = answer_of(data)
    prediction = answer.prediction
    module = run_source(written(answer), prediction.calls[0].kind)
    tables = [layer.get("num_embeddings") or 10**9 for layer in data["layer"]]
    inputs = real_inputs(prediction, min(tables, default=1))
    with locals_of_forward() as values:
        output = module(*inputs)
    for call in prediction.calls[1:]:
        if KINDS[call.kind].loss:
            compare_loss(module, call, values, data)
            continue
        parts = KINDS[call.kind].parts
        real = [values[call.path], *(values[f"{call.path}_{part}"] for part in parts[1:])]
        assert [v.name for v in call.outputs] == list(parts)
        for value, tensor in zip(call.outputs, real, strict=True):
            assert tuple(tensor.shape) == value.layout.sizes, (call.path, value.name)
            assert str(tensor.dtype) == f"torch.{value.dtype}", (call.path, value.name)
        if KINDS[call.kind].module:
            layer = module.get_submodule(call.path)
            assert sum(p.numel() for p in layer.parameters()) == call.parameters, call.path
            compare_names(call.spec, layer)
    outputs = output if isinstance(output, tuple) else (output,)
    assert [tuple(t.shape) for t in outputs] == [v.layout.sizes for v in prediction.calls[0].outputs]
    assert sum(p.numel() for p in module.parameters()) == prediction.parameters
    assert sum(p.nbytes for p in module.parameters()) == prediction.parameter_bytes
    assert counted_flops(module, inputs) == prediction.flops.number()
    compare_built(answer, module, inputs)
    return prediction


def compare_built(answer: Answer, module: nn.Module, inputs: list[Tensor]) -> None:
    """Hold the module that is built against the one that is written: with the same weights they give the same."""
    description = answer.description
    losses = {layer.name for layer in description.layers if layer.kind.loss}
    layers = tuple(layer for layer in description.layers if layer.name not in losses)
    real = built(replace(description, layers=layers), Mistakes(answer.document), dict(answer.dims), "cpu")
    real.load_state_dict(module.state_dict())
    one, other = (m.eval() for m in (module, real))
    with torch.no_grad():
        found = other(**dict(zip((i.name for i in description.inputs), inputs, strict=True)))
        wanted = one(*inputs)
    for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (found, wanted)), strict=True):
        assert torch.equal(a.nan_to_num(), b.nan_to_num())


def compare_names(spec: str, layer: nn.Module) -> None:
    assert spec.split("(")[0] == type(layer).__name__


def compare_loss(module: nn.Module, call: Any, values: dict[str, Any], data: dict[str, Any]) -> None:
    scores = values[next(layer["input"] for layer in data["layer"] if layer.get("name") == call.path)]
    target = torch.zeros(tuple(scores.shape))
    criterion = module.get_submodule(call.path)
    if isinstance(criterion, (nn.CrossEntropyLoss, nn.NLLLoss)):
        target = target.select(1 if scores.dim() > 1 else 0, 0).long()
    found = criterion(scores.sigmoid() if isinstance(criterion, nn.BCELoss) else scores, target)
    assert tuple(found.shape) == call.outputs[0].layout.sizes


def counted_flops(module: nn.Module, inputs: list[Tensor]) -> int:
    """Count with torch's own counter; of recurrent layers, which it does not know on CPU, with its formulas by hand."""
    recurrent = [m for m in module.modules() if isinstance(m, (nn.RNNBase, nn.RNNCellBase))]
    total = 0

    def by_hand(layer: nn.Module, args: tuple[Any, ...]) -> None:
        nonlocal total
        sizes = args[0].shape
        rows = sizes[:-1].numel()
        total += sum(2 * p.numel() * rows for name, p in layer.named_parameters() if name.startswith("weight"))

    hooks = [layer.register_forward_pre_hook(by_hand) for layer in recurrent]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        for layer in recurrent:  # their matrix products are counted on some machines and not on others
            layer.forward = uncounted(layer, counter)  # type: ignore[method-assign]
        module(*inputs)
    for hook in hooks:
        hook.remove()
    return total + counter.get_total_flops()


def uncounted(layer: nn.Module, counter: FlopCounterMode) -> Any:
    forward = type(layer).forward

    def call(*args: Any) -> Any:
        before = {name: dict(found) for name, found in counter.flop_counts.items()}
        result = forward(layer, *args)
        counter.flop_counts.clear()
        for name, found in before.items():
            counter.flop_counts[name].update(found)
        return result

    return call


# Random files


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Ignore what torch warns of: dropout in one layer, padding="same" with an even kernel, targets that broadcast."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


MANY = settings().max_examples


@settings(max_examples=3 * MANY // 10)
@given(files())
def test_the_module_that_is_written_has_the_predicted_tensors(data: dict[str, Any]) -> None:
    check(data)


EXAMPLES = sorted(p for p in (Path(__file__).parents[2] / "examples").iterdir() if p.suffix in (".toml", ".json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda p: p.name)
def test_the_examples_run_as_predicted(file: Path) -> None:
    data = read(file).data
    data["layer"][-1] |= {"name": "loss", "input": data["layer"][-2]["name"]}
    symbols = {"batch=B": "batch=3", "seq=T": "seq=5"}
    text = json.dumps(data)
    for symbol, number in symbols.items():
        text = text.replace(symbol, number)
    assert check(json.loads(text)).ok


# Wrong sizes: found where torch raises, and nowhere else

OF_SIZES = {f"RNS{n}" for n in ("000", 101, 102, 103, 104, 105, 106, 107, 110, 115, 211, 213, 308)}


@settings(max_examples=MANY // 2)
@given(files(), st.data())
def test_a_number_that_is_changed_is_found_where_torch_raises(data: dict[str, Any], choices: Any) -> None:
    data = copy.deepcopy(data)
    data["layer"] = [layer for layer in data["layer"] if "Loss" not in layer["type"]]
    assume(data["layer"])
    layer = choices.draw(st.sampled_from(data["layer"]))
    numbers = [key for key, value in layer.items() if type(value) is int]
    assume(numbers)
    layer[choices.draw(st.sampled_from(numbers))] = choices.draw(st.integers(-3, 6))
    try:
        answer = answer_of(data)
        prediction, source = answer.prediction, written(answer)
    except SpecError:  # torch's constructor refuses it, or nobody knows what comes out
        return
    module = run_source(source, prediction.calls[0].kind)
    tables = [layer.get("num_embeddings") or 10**9 for layer in data["layer"]]
    inputs = real_inputs(prediction, min(tables))
    codes = {finding.code for finding in prediction.findings} & OF_SIZES
    raised = None
    try:
        module(*inputs)
    except (RuntimeError, ValueError, IndexError) as error:
        raised = str(error)
    of_one_value = raised is not None and "more than 1 value per channel" in raised
    assert of_one_value or bool(codes) == (raised is not None), raised


SIZES = st.lists(st.integers(1, 3), max_size=3)
LOSSES = [name for name, kind in KINDS.items() if kind.loss]


@settings(max_examples=MANY // 2)
@given(st.sampled_from(LOSSES), SIZES, SIZES)
def test_a_target_is_refused_where_torch_refuses_it(kind: str, scores: list[int], target: list[int]) -> None:
    layout = " ".join(f"a{i}={s}" for i, s in enumerate(scores))
    loss = {"type": kind, "target": " ".join(f"b{i}={s}" for i, s in enumerate(target))}
    answer = answer_of({"input": {"layout": layout}, "layer": [{"type": "Sigmoid"}, loss]})
    codes = {f.code for f in answer.prediction.findings}
    criterion = getattr(nn, kind)()
    real = torch.rand(target)
    if kind in ("CrossEntropyLoss", "NLLLoss") and not (kind == "CrossEntropyLoss" and target == scores):
        real = torch.zeros(target, dtype=torch.long)
    refused, broadcasts = False, False
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            criterion(torch.rand(scores), real)
        except (RuntimeError, ValueError, IndexError):
            refused = True
        broadcasts = any("due to broadcasting" in str(w.message) for w in heard)
    if refused or not broadcasts:
        assert bool(codes) == refused, codes
    told = [note for note in answer.prediction.notes if note.startswith("a loss broadcasts: using a target size (")]
    assert len(told) == broadcasts


# Symbols


@settings(max_examples=MANY // 8)
@given(files())
def test_symbols_become_the_sizes_that_numbers_give(data: dict[str, Any]) -> None:
    concrete = answer_of(data).prediction
    sizes = dict(zip("BT", concrete.calls[0].inputs[0].layout.sizes, strict=False))
    symbolic = copy.deepcopy(data)
    layout = symbolic["input"]["layout"].split(" ")
    symbolic["input"]["layout"] = " ".join(["batch=B", "seq=T", *layout[2:]])
    symbolic["layer"] = [layer for layer in symbolic["layer"] if "Loss" not in layer["type"]]
    try:
        found = answer_of(symbolic).prediction
    except SpecError:  # a model of losses alone, or 17 dims
        return
    for one, other in zip(found, concrete, strict=False):
        if not one.path:
            continue
        for value, real in zip(one.outputs, other.outputs, strict=False):
            symbols = {s for size in value.layout.sizes if not isinstance(size, int) for s in size.symbols}
            if symbols <= {"B", "T"}:
                bound = value.layout.bind(**{s: sizes[s] for s in symbols})
                assert bound.sizes == real.layout.sizes


# The live form


@settings(max_examples=MANY // 12)
@given(files())
def test_the_live_form_says_the_same(data: dict[str, Any]) -> None:
    data["layer"] = [layer for layer in data["layer"] if "Loss" not in layer["type"]]
    assume(data["layer"])
    answer = answer_of(data)
    file = answer.prediction
    module = run_source(written(answer), file.calls[0].kind)
    value = file.calls[0].inputs[0]
    live = rs.predict(module, f"{value.layout}: {value.dtype}")
    modules = {call.path: call for call in file if not call.path or KINDS[call.kind].module}
    assert [call.path for call in live] == list(modules)
    for call in live:
        mine = modules[call.path]
        assert [(v.name, v.layout.sizes, v.dtype) for v in call.outputs] == [
            (v.name, v.layout.sizes, v.dtype) for v in mine.outputs
        ], call.path
        assert (call.parameters, call.flops) == (mine.parameters, mine.flops), call.path
    assert (live.parameters, live.parameter_bytes, live.flops) == (file.parameters, file.parameter_bytes, file.flops)
    if len(live.calls) > 1:  # a model without modules is itself the one that returns something
        assert live.activation_bytes == file.activation_bytes


# torch's own constructors

LEFT_OUT = {"device", "dtype", "inplace", "size_average", "reduce", "weight", "pos_weight", "max_norm", "norm_type",
            "scale_grad_by_freq", "sparse", "ceil_mode", "count_include_pad", "return_indices", "min_value", "max_value",
            "args", "kwargs"}  # fmt: skip
OF_RECURRENT = dict.fromkeys(["RNN", "LSTM", "GRU"], nn.RNNBase)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.module])
def test_arguments_are_those_of_torch(name: str) -> None:
    taken = inspect.signature(OF_RECURRENT.get(name) or getattr(nn, name)).parameters
    theirs = {n: p for n, p in taken.items() if n not in LEFT_OUT and not n.startswith("_") and n != "mode"}
    own = {a.name: a for a in KINDS[name].arguments if a.constructor}
    if name.startswith("RNN"):
        assert own.pop("nonlinearity").default == "tanh"
        theirs.pop("nonlinearity", None)
    if name in ("RNN", "GRU"):
        del theirs["proj_size"]
    if name == "BatchNorm1d":
        del theirs["bias"]
    assert list(own) == list(theirs)
    for key, argument in own.items():
        default = theirs[key].default
        needed = default is inspect.Parameter.empty or name in ("Softmax", "LogSoftmax")  # torch warns where dim is missing
        assert (argument.default is NEEDED) == needed, key
        if not needed:
            value = argument.default[0] if isinstance(argument.default, tuple) else argument.default
            assert value == default, key


VALUES: dict[type[Argument], list[Any]] = {Integer: [1, 2, 7], Integers: [1, 3], Number: [0, 0.25, 1], Flag: [True, False]}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.module])
def test_what_is_written_is_what_torch_takes(name: str) -> None:
    kind = KINDS[name]
    for argument in kind.arguments:
        if not argument.constructor:
            continue
        for value in argument.words if isinstance(argument, Choice) else VALUES.get(type(argument), []):
            values = {a.name: a.checked(1) if a.default is NEEDED else a.default for a in kind.arguments if a.constructor}
            try:
                values[argument.name] = argument.checked(value)
                if kind.check:
                    kind.check(values)
            except ValueError:
                continue
            layer = eval(f"nn.{name}({kind.written(values)})", {"nn": nn})
            real = getattr(layer, argument.name, None)
            if real is not None and not isinstance(real, Tensor):
                assert real == values[argument.name] or (real,) == values[argument.name], argument.name


def test_no_name_hides_an_attribute_of_a_module() -> None:
    public = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert {name for name in public if not is_taken(name)} == set()
