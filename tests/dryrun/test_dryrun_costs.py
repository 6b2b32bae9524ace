"""What is alive at once without gradients is seen in the run that follows every axis, where nothing is held for a backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from test_dryrun_cases import FOLDERS, predicted
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from rnnshape import predict
from rnnshape.dryrun import prediction
from rnnshape.dryrun.running import Run


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, Run]]:
    found: list[tuple[bool, Run]] = []
    run = prediction.run

    def noted(*args: Any, watched: bool = True, **options: Any) -> Run:
        found.append((watched, run(*args, watched=watched, **options)))
        return found[-1][1]

    monkeypatch.setattr(prediction, "run", noted)
    return found


@pytest.mark.parametrize("folder", FOLDERS[::8], ids=lambda folder: folder.name)
def test_the_peak_is_that_of_a_run_without_gradients(
    folder: Any, runs: list[tuple[bool, Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = predicted(folder / "fixed.py").peak_bytes
    monkeypatch.setattr("rnnshape.dryrun.costs.saves_with", lambda _: False)
    before = len(runs)
    assert predicted(folder / "fixed.py").peak_bytes == first
    assert first is None or not all(watched for watched, _ in runs[before:])


class Tells(nn.Module):
    def __init__(self, told: Callable[..., Tensor]) -> None:
        super().__init__()
        self.fc, self.told = nn.Linear(4, 4), told

    def forward(self, x: Tensor) -> Tensor:
        return self.told(self.fc, x)


class Keeps(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.kept = x.exp()
        return ctx.kept.sin()

    @staticmethod
    def backward(ctx: Any, *grad: Tensor) -> Tensor:
        return grad[0] * ctx.kept


def without_gradients_for_a_while(fc: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        x = fc(x).exp()
    return x.exp().sin()


def deep(fc: nn.Module, x: Tensor) -> Tensor:
    return fc(fc(x).exp().sin()).tanh().exp()


def gradient_of_the_input(fc: nn.Module, x: Tensor) -> Tensor:
    x = x.requires_grad_()
    return torch.autograd.grad(fc(x).exp().sum(), x)[0]


UNCERTAIN = [
    lambda fc, x: checkpoint(lambda y: fc(y).tanh().exp(), x, use_reentrant=False).sin(),
    lambda fc, x: Keeps.apply(fc(x)).exp().sin(),
    lambda fc, x: fc(torch.func.grad(lambda y: fc(y).pow(2).sum())(x)),
    without_gradients_for_a_while,
]


@pytest.mark.parametrize("told", UNCERTAIN)
def test_a_run_of_its_own_is_made_where_the_model_may_hold_something(told: Any, runs: list[tuple[bool, Run]]) -> None:
    found = predict(Tells(told), "batch=3 feature=4")
    assert found.stopped == ""
    assert [watched for watched, _ in runs][-1] is False
    assert found.peak_bytes is not None
    assert found.peak_bytes.number() == sum(runs[-1][1].costs.peak()) > 0


def test_of_a_model_that_goes_backward_there_is_none(runs: list[tuple[bool, Run]]) -> None:
    found = predict(Tells(gradient_of_the_input), "batch=3 feature=4")
    assert not found.findings
    assert found.peak_bytes is None
    assert [watched for watched, _ in runs] == [True, False]


def test_otherwise_one_run_tells_all(runs: list[tuple[bool, Run]]) -> None:
    found = predict(Tells(deep), "batch=3 feature=4")
    assert [watched for watched, _ in runs] == [True]
    assert found.peak_bytes is not None
    assert found.peak_bytes.number() == 3 * 4 * 4 * 3  # the input, which is the caller's, and what tanh takes and gives
