"""RNS209: steps that were cut into runs, and then anew into as many as each run had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def diagnosed(forward: Forward, *, steps: int = 12, batch: int = 5) -> list[rs.Finding]:
    parts = {"rnn": nn.GRU(4, 4), "turned": nn.GRU(4, 4, batch_first=True), "up": nn.Linear(4, 4)}
    report = rs.diagnose(Sketch(forward, **parts), torch.randn(steps, batch, 4), axes="seq batch feature")
    return [finding for finding in report.findings if not finding.code.startswith("RNS6")]


@pytest.mark.parametrize("batch", [3, 4, 5, 12])
@pytest.mark.parametrize(
    ("forward", "name"),
    [
        pytest.param(lambda m, x: m.rnn(x.view(4, 3, -1, 4).view(3, -1, 4))[0], "view", id="view"),
        pytest.param(lambda m, x: m.rnn(m.up(x.unflatten(0, (4, 3))).reshape(3, -1, 4))[0], "reshape", id="behind a layer"),
        pytest.param(lambda m, x: m.rnn(x.view(4, 3, -1, 4).relu().view(3, 4 * x.size(1), 4))[1], "view", id="of states"),
    ],
)
def test_steps_that_are_cut_anew_are_found(forward: Forward, name: str, batch: int) -> None:
    (finding,) = diagnosed(forward, batch=batch)
    assert (finding.code, finding.severity) == ("RNS209", "error")
    cut = f"{name} of (4, 3, {batch}, 4) to (3, {4 * batch}, 4) cuts the steps, which are 4 runs of 3, anew into 3 of 4"
    assert finding.message == f"{cut}: GRU reads steps 0, 4, 8, ... for neighbours"


@pytest.mark.parametrize("batch", [3, 4, 5, 12])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: m.rnn(x.view(4, 3, -1, 4).transpose(0, 1).flatten(1, 2))[0], id="runs beside the samples"),
        pytest.param(lambda m, x: m.rnn(x.view(4, 3, -1, 4).view(4, -1, 4))[0], id="every third step, of a dilated layer"),
        pytest.param(lambda m, x: m.rnn(x.view(4, 3, -1, 4).view(12, -1, 4))[0], id="put together again"),
        pytest.param(lambda m, x: m.rnn(x.view(3, -1, 4))[0], id="cut once"),
        pytest.param(
            lambda m, x: m.turned(x.transpose(0, 1).reshape(-1, 4, 3, 4).transpose(1, 2).reshape(-1, 4, 4))[1], id="dilated"
        ),
    ],
)
def test_other_ways_to_cut_are_silent(forward: Forward, batch: int) -> None:
    assert diagnosed(forward, batch=batch) == []
