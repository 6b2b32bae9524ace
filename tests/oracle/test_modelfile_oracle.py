"""Models in files against torch: the module that is written from a file is built and run, and every tensor is compared.

Random files are built layer by layer, each fitting what is there, so that torch must accept every one of them.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jsonschema
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from rnnshape.model import ModelPrediction
from rnnshape.modelfile.description import described
from rnnshape.modelfile.kinds import KINDS
from rnnshape.modelfile.reading import read_text
from rnnshape.modelfile.schema import json_schema
from rnnshape.modelfile.source import written
from rnnshape.modelfile.walk import Walked, walked

SCHEMA = jsonschema.Draft202012Validator(json_schema())


def walk(data: dict[str, Any]) -> Walked:
    document = read_text(json.dumps(data, indent=1), "model.json")
    return walked(document, described(document))


def build(source: str, name: str) -> nn.Module:
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
    model = walk(data)
    prediction = model.prediction()
    module = build(written(model), prediction.calls[0].kind)
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
    return prediction


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


class Builder:
    """Draws a file of layers that fit; it knows real sizes and which of them are batch and steps, and nothing of Layouts."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.layers: list[dict[str, Any]] = []
        self.batch, self.seq = draw(st.integers(1, 4)), draw(st.integers(1, 7))
        self.sizes: dict[str, tuple[int, ...]] = {}
        self.recurrent: list[dict[str, Any]] = []

    def int(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def flag(self) -> bool:
        return self.draw(st.booleans())

    def add(self, type: str, shape: tuple[int, ...], **keys: Any) -> str:
        name = f"layer{len(self.layers)}"
        self.layers.append({"type": type, "name": name, **keys})
        self.sizes[name] = shape
        return name

    def file(self) -> dict[str, Any]:
        width = self.int(1, 5)
        tokens = self.flag()
        if tokens:
            inputs = {"layout": f"batch={self.batch} seq={self.seq}"}
            now = self.add("Embedding", (self.batch, self.seq, width), num_embeddings=self.int(1, 9), embedding_dim=width)
        else:
            inputs = {"layout": f"batch={self.batch} seq={self.seq} feature={width}"}
            now = "input"
            self.sizes[now] = (self.batch, self.seq, width)
        for _ in range(self.int(1, 7)):
            now = self.draw(st.sampled_from(self.possible(now)))(now)
        if self.flag():
            self.loss(now)
        return {"input": inputs, "layer": self.layers}

    def possible(self, now: str) -> list[Any]:
        sizes = self.sizes[now]
        rank = len(sizes)
        found = [self.linear, self.activation, self.dropout, self.softmax, self.layer_norm, self.reshape, self.unsqueeze]
        if rank > 1:
            found += [self.transpose, self.permute, self.flatten]
        found += [self.reduce, self.select, self.concat, self.add_up] if rank else []
        if rank in (2, 3):
            found += [self.recurrence] * 3 + [self.convolution, self.pool]
            if rank == 3 or sizes[0] > 1:
                found.append(self.batch_norm)
        if rank in (1, 2):
            found.append(self.cell)
        if self.recurrent:
            found += [self.last_state, self.state_part]
        return found if rank else [self.unsqueeze, self.activation]

    def linear(self, now: str) -> str:
        *rest, width = self.sizes[now]
        out, bias = self.int(1, 5), self.flag()
        return self.add("Linear", (*rest, out), input=now, in_features=width, out_features=out, bias=bias)

    def recurrence(self, now: str) -> str:
        sizes = self.sizes[now]
        kind = self.draw(st.sampled_from(["RNN", "LSTM", "GRU"]))
        hidden, layers, ways, first = self.int(2, 5), self.int(1, 3), self.int(1, 2), self.flag()
        keys: dict[str, Any] = {
            "input_size": sizes[-1], "hidden_size": hidden, "num_layers": layers, "bidirectional": ways == 2,
            "batch_first": first, "bias": self.flag(),
        }  # fmt: skip
        out = hidden
        if kind == "LSTM" and self.flag():
            out = keys["proj_size"] = hidden - 1
        if kind == "RNN" and self.flag():
            keys["nonlinearity"] = "relu"
        rows = sizes[0 if first else 1] if len(sizes) == 3 else None
        shape = (layers * ways, *(() if rows is None else (rows,)))
        key = (kind, layers, ways, hidden, out, rows)
        before = [r for r in self.recurrent if r["key"] == key]
        if before and self.flag():
            keys["state"] = before[-1]["name"]
        name = self.add(kind, (*sizes[:-1], ways * out), input=now, **keys)
        self.recurrent.append({"name": name, "key": key, "h": (*shape, out), "c": (*shape, hidden), "lstm": kind == "LSTM"})
        return name

    def cell(self, now: str) -> str:
        *rest, width = self.sizes[now]
        kind, hidden = self.draw(st.sampled_from(["RNNCell", "LSTMCell", "GRUCell"])), self.int(1, 5)
        return self.add(kind, (*rest, hidden), input=now, input_size=width, hidden_size=hidden)

    def last_state(self, now: str) -> str:
        source = self.draw(st.sampled_from(self.recurrent))
        *_, ways, _, out, rows = source["key"]
        return self.add("last_state", (*(() if rows is None else (rows,)), ways * out), input=source["name"])

    def state_part(self, now: str) -> str:
        source = self.draw(st.sampled_from(self.recurrent))
        part = "c" if source["lstm"] and self.flag() else "h"
        shape = source[part]
        width = self.int(1, 4)
        keys = {"input": f"{source['name']}.{part}_n", "in_features": shape[-1], "out_features": width}
        return self.add("Linear", (*shape[:-1], width), **keys)

    def convolution(self, now: str) -> str:
        *rest, channels, steps = self.sizes[now]
        groups = self.draw(st.sampled_from([1, channels]))
        out = groups * self.int(1, 3)
        keys: dict[str, Any] = {"in_channels": channels, "out_channels": out, "groups": groups, "bias": self.flag()}
        dilation = self.int(1, 2)
        padding = self.draw(st.sampled_from([0, 1, 2, "same", "valid"]))
        added = {"same": None, "valid": 0}.get(padding, 2 * padding if isinstance(padding, int) else 0)
        most = (steps + added - 1) // dilation + 1 if added is not None else 4
        kernel = self.int(1, max(1, min(4, most)))
        stride = 1 if padding == "same" else self.int(1, 3)
        length = steps if added is None else (steps + added - dilation * (kernel - 1) - 1) // stride + 1
        keys |= {"kernel_size": kernel, "stride": [stride], "padding": padding, "dilation": dilation}
        return self.add("Conv1d", (*rest, out, length), input=now, **keys)

    def pool(self, now: str) -> str:
        *rest, steps = self.sizes[now]
        kernel = self.int(1, min(3, steps))
        padding = self.int(0, kernel // 2)
        keys: dict[str, Any] = {"kernel_size": kernel, "padding": padding}
        stride = kernel
        if self.flag():
            stride = keys["stride"] = self.int(1, 3)
        length = (steps + 2 * padding - kernel) // stride + 1
        return self.add(self.draw(st.sampled_from(["MaxPool1d", "AvgPool1d"])), (*rest, length), input=now, **keys)

    def batch_norm(self, now: str) -> str:
        sizes = self.sizes[now]
        if len(sizes) == 3 and sizes[0] * sizes[2] == 1:
            return self.activation(now)
        keys = {"num_features": sizes[1], "affine": self.flag()}
        return self.add("BatchNorm1d", sizes, input=now, **keys)

    def layer_norm(self, now: str) -> str:
        sizes = self.sizes[now]
        shape = list(sizes[-self.int(1, len(sizes)) :])
        keys: dict[str, Any] = {"normalized_shape": shape[0] if len(shape) == 1 else shape}
        keys |= {"elementwise_affine": self.flag(), "bias": self.flag()}
        return self.add("LayerNorm", sizes, input=now, **keys)

    def activation(self, now: str) -> str:
        kinds = ["ReLU", "ReLU6", "LeakyReLU", "GELU", "SiLU", "Tanh", "Sigmoid", "Softplus", "Identity", "ELU", "SELU", "Mish"]
        kind = self.draw(st.sampled_from([*kinds, "LogSigmoid", "Softsign", "Hardtanh"]))
        return self.add(kind, self.sizes[now], input=now)

    def dropout(self, now: str) -> str:
        return self.add("Dropout", self.sizes[now], input=now, p=self.draw(st.sampled_from([0, 0.1, 1])))

    def softmax(self, now: str) -> str:
        sizes = self.sizes[now]
        dim = self.int(-len(sizes), len(sizes) - 1)
        return self.add(self.draw(st.sampled_from(["Softmax", "LogSoftmax"])), sizes, input=now, dim=dim)

    def reshape(self, now: str) -> str:
        sizes = self.sizes[now]
        elements = torch.Size(sizes).numel()
        first = self.draw(st.sampled_from([d for d in range(1, elements + 1) if elements % d == 0]))
        wanted = [first, -1] if self.flag() else [elements // first, 1, first]
        if self.flag() and elements % self.batch == 0:
            return self.add("reshape", (self.batch, elements // self.batch), input=now, sizes=["batch", -1])
        return self.add("reshape", tuple(elements // first if s == -1 else s for s in wanted), input=now, sizes=wanted)

    def flatten(self, now: str) -> str:
        sizes = self.sizes[now]
        start = self.int(0, len(sizes) - 1)
        end = self.int(start, len(sizes) - 1)
        joined = torch.Size(sizes[start : end + 1]).numel()
        return self.add("flatten", (*sizes[:start], joined, *sizes[end + 1 :]), input=now, start_dim=start, end_dim=end)

    def transpose(self, now: str) -> str:
        sizes = list(self.sizes[now])
        a, b = self.int(0, len(sizes) - 1), self.int(-len(sizes), len(sizes) - 1)
        sizes[a], sizes[b] = sizes[b], sizes[a]
        return self.add("transpose", tuple(sizes), input=now, dim0=a, dim1=b)

    def permute(self, now: str) -> str:
        sizes = self.sizes[now]
        order = self.draw(st.permutations(range(len(sizes))))
        return self.add("permute", tuple(sizes[d] for d in order), input=now, dims=list(order))

    def unsqueeze(self, now: str) -> str:
        sizes = self.sizes[now]
        if len(sizes) > 4:
            return self.activation(now)
        dim = self.int(0, len(sizes))
        return self.add("unsqueeze", (*sizes[:dim], 1, *sizes[dim:]), input=now, dim=dim)

    def reduce(self, now: str) -> str:
        sizes = self.sizes[now]
        dim, keep = self.int(0, len(sizes) - 1), self.flag()
        kind = self.draw(st.sampled_from(["mean", "max", "sum"]))
        return self.add(kind, (*sizes[:dim], *([1] * keep), *sizes[dim + 1 :]), input=now, dim=dim, keepdim=keep)

    def select(self, now: str) -> str:
        sizes = self.sizes[now]
        dim = self.int(0, len(sizes) - 1)
        left = (*sizes[:dim], *sizes[dim + 1 :])
        if self.flag():
            return self.add("last_step", left, input=now, dim=dim)
        return self.add("select", left, input=now, dim=dim, index=self.int(-sizes[dim], sizes[dim] - 1))

    def concat(self, now: str) -> str:
        sizes = self.sizes[now]
        dim = self.int(0, len(sizes) - 1)
        rest = sizes[:dim] + sizes[dim + 1 :]
        others = [n for n, s in self.sizes.items() if len(s) == len(sizes) and s[:dim] + s[dim + 1 :] == rest]
        other = self.draw(st.sampled_from(others))
        joined = (*sizes[:dim], sizes[dim] + self.sizes[other][dim], *sizes[dim + 1 :])
        return self.add("concat", joined, inputs=[now, other], dim=dim)

    def add_up(self, now: str) -> str:
        sizes = self.sizes[now]
        other = self.draw(st.sampled_from([n for n, s in self.sizes.items() if s == sizes]))
        return self.add(self.draw(st.sampled_from(["add", "multiply"])), sizes, inputs=[now, other])

    def loss(self, now: str) -> str:
        sizes = self.sizes[now]
        if not sizes:
            return now
        kind = self.draw(st.sampled_from(["CrossEntropyLoss", "NLLLoss", "MSELoss", "L1Loss", "BCEWithLogitsLoss", "BCELoss"]))
        of_classes = kind in ("CrossEntropyLoss", "NLLLoss")
        target = (sizes[:1] if len(sizes) > 1 else ()) + sizes[2:] if of_classes else sizes
        reduction = self.draw(st.sampled_from(["mean", "sum", "none"]))
        layout = " ".join(f"target{i}={s}" for i, s in enumerate(target))
        return self.add(kind, (), input=now, target=layout, reduction=reduction)


@st.composite
def files(draw: Any) -> dict[str, Any]:
    return Builder(draw).file()


@settings(max_examples=300)
@given(files())
def test_the_module_that_is_written_has_the_predicted_tensors(data: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of dropout in one layer and of padding="same" with an even kernel
        check(data)
