"""RNS232: a running product of samples, and everything that may run along the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

STEPS, OWN = "multiplies along the steps of each sample", "multiplies what each sample has"

SAYS = "{} over dim {} multiplies each sample with all those before it in the batch"


def found(forward: Forward) -> list[tuple[str, str, str | None]]:
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), score=nn.Linear(8, 1), bins=nn.Linear(8, 3))
    report = rs.diagnose(model, torch.randn(5, 7, 4), axes="batch seq feature", probe=False)
    return [(finding.code, finding.message, finding.suggestion) for finding in report.findings]


def by_step(m: Any, x: Tensor) -> Tensor:
    return m.score(m.rnn(x)[0]).squeeze(-1).sigmoid()


def by_bin(m: Any, x: Tensor) -> Tensor:
    return m.bins(m.rnn(x)[1][-1]).sigmoid()


def dreamt(m: Any, x: Tensor) -> Tensor:
    """Return what a loop has made, steps first."""
    state, goes_on = m.rnn(x)[1], []
    for _ in range(6):
        state = torch.tanh(state)
        goes_on.append(m.score(state[-1]).squeeze(-1).sigmoid())
    return torch.stack(goes_on)


def risk(m: Any, x: Tensor) -> Tensor:
    return m.score(m.rnn(x)[1][-1]).squeeze(1)


@pytest.mark.parametrize(
    ("forward", "name", "dim", "fits"),
    [
        pytest.param(lambda m, x: by_step(m, x).cumprod(0), "cumprod", 0, f"dim=1 {STEPS}", id="steps"),
        pytest.param(
            lambda m, x: torch.cumprod(by_step(m, x).t(), dim=-1), "cumprod", 1,
            f"dim=0 {STEPS}", id="steps in front",
        ),
        pytest.param(lambda m, x: by_bin(m, x).cumprod(0), "cumprod", 0, f"dim=1 {OWN}", id="bins"),
        pytest.param(lambda m, x: by_bin(m, x).cumprod_(0), "cumprod_", 0, f"dim=1 {OWN}", id="in place"),
        pytest.param(
            lambda m, x: by_bin(m, x)[None].cumprod(1), "cumprod", 1, f"dim=2 {OWN}", id="a dim in front"
        ),
        pytest.param(lambda m, x: dreamt(m, x).cumprod(1), "cumprod", 1, f"dim=0 {OWN}", id="a loop"),
        pytest.param(
            lambda m, x: m.bins(m.rnn(x)[0]).sigmoid().cumprod(0).sum(2), "cumprod", 0, f"dim=1 {STEPS}", id="steps and bins"
        ),
        pytest.param(lambda m, x: risk(m, x).cumprod(0), "cumprod", 0, None, id="one number of each"),
        pytest.param(
            lambda m, x: by_bin(m, x).view(5, 3, 1).expand(5, 3, 2).cumprod(0).sum((1, 2)), "cumprod", 0, None, id="two dims"
        ),
    ],
)  # fmt: skip
def test_a_running_product_of_samples_is_found(forward: Forward, name: str, dim: int, fits: str | None) -> None:
    assert found(forward) == [("RNS232", SAYS.format(name, dim), fits)]


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: by_step(m, x).cumprod(1), id="along the steps"),
        pytest.param(lambda m, x: by_step(m, x).t().cumprod(0), id="along the steps, which lie in front"),
        pytest.param(lambda m, x: by_bin(m, x).cumprod(-1), id="along the bins"),
        pytest.param(lambda m, x: dreamt(m, x).cumprod(0), id="along a loop"),
        pytest.param(lambda m, x: by_step(m, x).flip(1).cumprod(1).flip(1), id="backwards"),
        pytest.param(lambda m, x: risk(m, x) - risk(m, x)[risk(m, x).argsort()].logcumsumexp(0), id="a Cox loss"),
        pytest.param(lambda m, x: risk(m, x) * x[:, 0, 0].sigmoid().cumprod(0), id="numbers that came with the batch"),
        pytest.param(lambda m, x: risk(m, x)[x[:, 0, 0].argsort()].sigmoid().cumprod(0), id="samples that were sorted"),
        pytest.param(lambda m, x: risk(m, x) * torch.full((5,), 0.9).cumprod(0), id="discounts"),
    ],
)
def test_what_may_run_along_a_dim_is_silent(forward: Forward) -> None:
    assert [code for code, *_ in found(forward) if code == "RNS232"] == []


def test_who_names_nothing_is_told_too() -> None:
    model = Sketch(lambda m, x: by_step(m, x).cumprod(0), rnn=nn.GRU(4, 8, batch_first=True), score=nn.Linear(8, 1))
    report = rs.diagnose(model, torch.randn(5, 7, 4), probe=False)
    assert [finding.message for finding in report.findings] == [SAYS.format("cumprod", 0)]


@pytest.mark.parametrize("axes", ["batch seq feature", "batch ?=7 ?=4"])
@pytest.mark.parametrize(("name", "dim", "told"), [("cummax", 0, ["RNS232"]), ("cummin", 0, ["RNS232"]), ("cummax", 1, [])])
def test_the_largest_so_far_is_that_of_the_steps(name: str, dim: int, told: list[str], axes: str) -> None:
    model = Sketch(lambda m, x: m.rnn(getattr(x, name)(dim).values)[0], rnn=nn.GRU(4, 8, batch_first=True))
    report = rs.diagnose(model, torch.randn(5, 7, 4), axes=axes, probe=False)
    assert [finding.code for finding in report.findings] == told
    says = f"{name} over dim 0 compares each sample with all those before it in the batch"
    assert all(finding.message == says for finding in report.findings)


def test_the_largest_so_far_of_one_number_a_sample_may_be_that_of_a_ranking() -> None:
    assert [code for code, *_ in found(lambda m, x: risk(m, x) - risk(m, x).cummax(0).values) if code == "RNS232"] == []
