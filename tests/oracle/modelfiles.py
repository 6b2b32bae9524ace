"""Random files of layers that fit, for the oracles of models in files."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st


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
        *_, ways, hidden, out, rows = source["key"]
        part = self.draw(st.sampled_from(["", ".h_n", *[".c_n"] * source["lstm"]]))
        width = ways * (hidden if part == ".c_n" else out)
        return self.add("last_state", (*(() if rows is None else (rows,)), width), input=source["name"] + part)

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
        each_end = -(-(dilation * (kernel - 1)) // 2) if added is None else added // 2
        modes = ["zeros", "replicate", *["circular"] * (each_end <= steps), *["reflect"] * (each_end < steps)]
        keys["padding_mode"] = self.draw(st.sampled_from(modes))
        return self.add("Conv1d", (*rest, out, length), input=now, **keys)

    def pool(self, now: str) -> str:
        *rest, steps = self.sizes[now]
        kernel = self.int(1, min(3, steps))
        padding = self.int(0, kernel // 2)
        keys: dict[str, Any] = {"kernel_size": kernel, "padding": padding}
        stride, span = kernel, kernel - 1
        if self.flag():
            stride = keys["stride"] = self.int(1, 3)
        kind = self.draw(st.sampled_from(["MaxPool1d", "AvgPool1d"]))
        if kind == "MaxPool1d" and 2 * span < steps + 2 * padding and self.flag():
            keys["dilation"] = 2
            span *= 2
        return self.add(kind, (*rest, (steps + 2 * padding - span - 1) // stride + 1), input=now, **keys)

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
