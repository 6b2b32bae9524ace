"""RNS241: a normalisation of (batch, channels, positions) that is given (batch, seq, feature)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

TURNED = "transpose(1, 2) of its input and of its output normalises each feature"

SCALE = "takes dim 1 for its channels, and here the steps lie along it: each step has a scale of its own"


def found(forward: Forward, axes: Any = "batch seq feature") -> list[tuple[str, str, str | None]]:
    layers: dict[str, nn.Module] = {
        "rnn": nn.GRU(4, 8, batch_first=True), "level": nn.InstanceNorm1d(8), "scaled": nn.InstanceNorm1d(9, affine=True),
        "other": nn.InstanceNorm1d(9), "groups": nn.GroupNorm(3, 9), "units": nn.GroupNorm(2, 8),
        "batches": nn.BatchNorm1d(9),
    }  # fmt: skip
    report = rs.diagnose(Sketch(forward, **layers), torch.randn(6, 9, 4), axes=axes, probe=False)
    return [(f.code, f.message, f.suggestion) for f in report.findings]


MADE = "instance_norm takes dim 1 for its channels, of which it was made for 8, and here they lie along dim 2"


@pytest.mark.filterwarnings("ignore:input's size")
@pytest.mark.parametrize(("forward", "says", "fits"), [
    (lambda m, x: m.level(m.rnn(x)[0]), f"{MADE}: each step is levelled by itself", TURNED),
    (lambda m, x: m.level(m.rnn(x)[0].transpose(0, 1)), f"{MADE}: each sample is levelled by itself", None),
    (lambda m, x: m.scaled(m.rnn(x)[0]), f"instance_norm {SCALE}", f"nn.InstanceNorm1d(8) with {TURNED}"),
    (lambda m, x: m.groups(m.rnn(x)[0]), f"group_norm {SCALE}", f"nn.GroupNorm(..., 8) with {TURNED}"),
    (lambda m, x: m.batches(m.rnn(x)[0]), f"batch_norm {SCALE}", f"nn.BatchNorm1d(8) with {TURNED}"),
])  # fmt: skip
def test_steps_in_the_place_of_channels(forward: Forward, says: str, fits: str | None) -> None:
    assert found(forward) == [("RNS241", says, fits)]


@pytest.mark.filterwarnings("ignore:input's size")
def test_the_layer_says_where_its_channels_lie_where_nobody_has_named_them() -> None:
    class Alone(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.level, self.rnn = nn.InstanceNorm1d(4), nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.rnn(self.level(x))[0]

    with rs.watch(track=1, on="record") as report:
        Alone()(next(iter(torch.utils.data.DataLoader(torch.randn(6, 9, 4), 6))))
    assert [(f.code, f.suggestion) for f in report.findings] == [("RNS241", None)]


@pytest.mark.filterwarnings("ignore:input's size")
@pytest.mark.parametrize("forward", [
    pytest.param(lambda m, x: m.level(m.rnn(x)[0].transpose(1, 2)), id="channels first"),
    pytest.param(lambda m, x: m.units(m.rnn(x)[0].transpose(1, 2)), id="groups of units"),
    pytest.param(lambda m, x: m.units(m.rnn(x)[0].flatten(0, 1)), id="groups of each step"),
    pytest.param(lambda m, x: m.other(m.rnn(x)[0]), id="made for the steps, without a scale"),
    pytest.param(lambda m, x: functional.instance_norm(m.rnn(x)[0]), id="a layer norm by hand"),
    pytest.param(lambda m, x: m.level(m.rnn(x)[0][:, :8]), id="as many steps as channels"),
    pytest.param(lambda m, x: m.level(m.rnn(x)[0][:, :5, :5].transpose(1, 2)), id="made for a number that no dim has"),
])  # fmt: skip
def test_what_may_be_meant(forward: Forward) -> None:
    assert found(forward) == []


class Unnamed(nn.Module):
    """A normalisation of what nobody has named, and what reads it."""

    def __init__(self, read: Forward) -> None:
        super().__init__()
        self.batches, self.fewer, self.groups = nn.BatchNorm1d(9), nn.BatchNorm1d(4), nn.GroupNorm(3, 9)
        self.mix, self.rnn, self.conv = nn.Linear(4, 4), nn.GRU(4, 8, batch_first=True), nn.Conv1d(9, 5, 3)
        self.along = nn.GRU(9, 8, batch_first=True)
        self.read = read

    def forward(self, x: Tensor) -> Tensor:
        return self.read(self, x)


def beside_a_convolution(m: Any, x: Tensor) -> Tensor:
    return torch.cat([m.conv(x).flatten(1), m.rnn(x)[0][:, -1]], 1)


def told_of(read: Forward) -> list[tuple[str, str, str | None]]:
    with rs.watch(track=2, on="record") as report:
        model = Unnamed(read)
        for x in torch.utils.data.DataLoader(torch.randn(12, 9, 4), 6):
            model(x).sum().backward()
    return [(f.code, f.message, f.suggestion) for f in report.findings]


READ = "takes dim 1 of its input for its channels, and GRU takes it for its steps: each step has a scale of its own"


@pytest.mark.parametrize(("read", "norm", "layer"), [
    (lambda m, x: m.rnn(m.batches(x))[0], "batch_norm", "BatchNorm1d("),
    (lambda m, x: m.rnn(m.mix(m.batches(x).relu()))[0], "batch_norm", "BatchNorm1d("),
    (lambda m, x: m.rnn(m.groups(x)[:, 2:])[0], "group_norm", "GroupNorm(..., "),
])  # fmt: skip
def test_channels_that_a_layer_reads_as_its_steps(read: Forward, norm: str, layer: str) -> None:
    assert {*told_of(read)} == {("RNS241", f"{norm} {READ}", f"nn.{layer}4) with {TURNED}")}


@pytest.mark.parametrize("read", [
    pytest.param(lambda m, x: m.rnn(m.fewer(x.mT).mT)[0], id="features are the channels"),
    pytest.param(lambda m, x: m.along(m.batches(x).mT)[0], id="channels become the features"),
    pytest.param(lambda m, x: beside_a_convolution(m, m.batches(x)), id="channels are steps on purpose"),
])  # fmt: skip
def test_channels_that_no_layer_reads_as_its_steps(read: Forward) -> None:
    assert told_of(read) == []
