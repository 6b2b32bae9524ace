"""RNS208 of what is put side by side: samples, and the steps that a reduction over the samples has left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def found(forward: Forward, samples: int = 7) -> list[tuple[str, str, str | None]]:
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(16, 3))
    report = rs.diagnose(model, torch.randn(samples, 7, 4), axes="batch seq feature", probe=False)
    return [(f.code, f.message, f.suggestion) for f in report.findings]


def beside(reduced: Callable[[Tensor], Tensor]) -> Forward:
    return lambda m, x: m.fc(torch.cat([m.rnn(x)[1][-1], reduced(m.rnn(x)[0])], dim=1))


@pytest.mark.parametrize(
    ("reduced", "name", "fits"),
    [
        pytest.param(lambda out: out.mean(0), "mean", "dim=1 of mean takes the steps together", id="a mean"),
        pytest.param(lambda out: out.amax(0), "amax", "dim=1 of amax takes the steps together", id="a maximum"),
        pytest.param(lambda out: out.transpose(0, 1).sum(1), "sum", "dim=0 of sum takes the steps together", id="steps ahead"),
    ],
)
def test_steps_of_all_samples_beside_samples_are_found(reduced: Callable[[Tensor], Tensor], name: str, fits: str) -> None:
    says = f"{name} takes the batch away, and cat puts the steps that it leaves beside samples"
    assert found(beside(reduced)) == [("RNS208", says, fits)]


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(beside(lambda out: out.mean(1)), id="a mean of the steps"),
        pytest.param(beside(lambda out: out.mean((0, 1)).expand(7, 8)), id="what all have in common"),
        pytest.param(beside(lambda out: out.mean(0, keepdim=True)[:, -1].expand(7, 8)), id="a mean of last steps"),
        pytest.param(
            lambda m, x: m.fc(torch.cat([m.rnn(x)[0], m.rnn(x)[0].mean(0, keepdim=True).expand(7, 7, 8)], 2)), id="with steps"
        ),
        pytest.param(lambda m, x: torch.cat([m.rnn(x)[1][-1], m.rnn(x)[0].mean(0)], 0), id="below one another"),
    ],
)
def test_what_may_stand_beside_samples_is_silent(forward: Forward) -> None:
    assert [code for code, *_ in found(forward) if code == "RNS208"] == []
