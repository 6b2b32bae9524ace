"""RNS205 of what is put behind samples: a row whose samples lie along the dim of the others' steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def found(forward: Forward, axes: str | None = "batch seq feature") -> list[tuple[str, str]]:
    model = Sketch(forward, rnn=nn.GRU(4, 4, batch_first=True), fc=nn.Linear(4, 4), other=nn.GRU(4, 4))
    report = rs.diagnose(model, torch.randn(7, 7, 4), axes=axes, probe=False)
    return [(f.code, f.message) for f in report.findings if f.severity != "info"]


def said(name: str, dim: int, across: int) -> list[tuple[str, str]]:
    message = f"{name} along dim {dim} adds to the samples, and those of the other part lie along dim {across}"
    return [("RNS205", message)]


def next_of(m: Any, x: Tensor) -> Tensor:
    return m.fc(m.rnn(x)[0][:, -1])


@pytest.mark.parametrize("axes", ["batch seq feature", "batch hour load", None])
@pytest.mark.parametrize(
    ("roll", "name"),
    [
        pytest.param(lambda m, x: torch.cat([x[1:], next_of(m, x).unsqueeze(0)]), "cat", id="a row behind"),
        pytest.param(lambda m, x: torch.cat((next_of(m, x)[None], x[:-1]), dim=0), "cat", id="a row in front"),
        pytest.param(lambda m, x: torch.vstack([x[1:], next_of(m, x).unsqueeze(0)]), "vstack", id="vstack"),
    ],
)
def test_a_step_that_is_put_behind_the_samples_is_found(roll: Forward, name: str, axes: str | None) -> None:
    assert found(lambda m, x: m.rnn(roll(m, x))[0], axes)[:1] == said(name, 0, 1)


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: m.rnn(torch.cat([x[:, 1:], next_of(m, x).unsqueeze(1)], 1))[0], id="behind the steps"),
        pytest.param(lambda m, x: m.rnn(torch.cat([x, x.flip(1)]))[0], id="samples below samples"),
        pytest.param(lambda m, x: torch.cat([x, torch.zeros(1, 7, 4)]), id="of nobody"),
        pytest.param(
            lambda m, x: m.other(torch.cat([x.transpose(0, 1)[1:], next_of(m, x).unsqueeze(0)]))[0], id="steps in front"
        ),
        pytest.param(lambda m, x: torch.cat([(s := next_of(m, x)) @ s.t(), s @ s.t()], 0), id="pairs below pairs"),
        pytest.param(lambda m, x: torch.cat([torch.cdist(s := next_of(m, x), s), torch.cdist(s, s).t()]), id="pairs turned"),
        pytest.param(lambda m, x: torch.cat([next_of(m, x), next_of(m, x).mean(0, keepdim=True)]), id="what all share"),
        pytest.param(lambda m, x: torch.cat([x, m.fc(x).mean(1, keepdim=True)], 1), id="a step more"),
    ],
)
def test_what_may_be_put_behind_others_is_silent(forward: Forward) -> None:
    assert "RNS205" not in {code for code, _ in found(forward)}
