"""RNS503 of a loss of quantiles that somebody has written: a step for each quantile, and units along steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

LEVELS = (0.1, 0.5, 0.8, 0.9)


class Forecast(nn.Module):
    """As many quantiles as days."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(3, 8, batch_first=True)
        self.head = nn.Linear(8, len(LEVELS))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.rnn(x)[0])


def found(loss: Callable[[Tensor, Tensor], Tensor], batch: int, target_axes: str = "batch seq") -> list[str]:
    target = torch.rand(batch, 4) if target_axes == "batch seq" else torch.rand(batch, 4, 4)
    report = rs.diagnose(
        Forecast(), torch.randn(batch, 4, 3), axes="batch seq feature", target=target, target_axes=target_axes, loss=loss,
        probe=False,
    )  # fmt: skip
    return [finding.code for finding in report.findings]


def by_max(q: float, error: Tensor) -> Tensor:
    return torch.max(q * error, (q - 1) * error).mean()


def by_where(q: float, error: Tensor) -> Tensor:
    return torch.where(error < 0, error * (q - 1), error * q).sum()


def by_clamp(q: float, error: Tensor) -> Tensor:
    return (q * error.clamp(min=0) + (q - 1) * error.clamp(max=0)).mean()


@pytest.mark.parametrize("batch", [4, 6])
@pytest.mark.parametrize("pinball", [by_max, by_where, by_clamp])
def test_a_step_for_each_quantile_is_found(pinball: Callable[[float, Tensor], Tensor], batch: int) -> None:
    loss = lambda p, t: sum((pinball(q, t - p[:, i]) for i, q in enumerate(LEVELS)), p.sum() * 0)  # noqa: E731
    assert set(found(loss, batch)) == {"RNS503"}


@pytest.mark.parametrize("batch", [4, 6])
@pytest.mark.parametrize("pinball", [by_max, by_where, by_clamp])
def test_a_quantile_of_every_step_is_silent(pinball: Callable[[float, Tensor], Tensor], batch: int) -> None:
    assert found(lambda p, t: sum((pinball(q, t - p[..., i]) for i, q in enumerate(LEVELS)), p.sum() * 0), batch) == []


@pytest.mark.parametrize("batch", [4, 6])
def test_a_level_that_grows_with_the_step_is_silent(batch: int) -> None:
    """Each step of the forecast meets the same step of what was measured, at four places."""
    loss = lambda p, t: sum((by_max(q, t[:, i] - p[:, i]) for i, q in enumerate(LEVELS)), p.sum() * 0)  # noqa: E731
    assert found(loss, batch, "batch seq place") == []


@pytest.mark.parametrize("batch", [4, 6])
def test_a_weight_for_each_step_is_silent(batch: int) -> None:
    """Every state forecasts all steps, and the later it is the more it counts."""
    loss = lambda p, t: sum((q * (t - p[:, i]).square().mean() for i, q in enumerate(LEVELS)), p.sum() * 0)  # noqa: E731
    assert found(loss, batch) == []
    weighed = lambda p, t: sum(((q * (t - p[:, i])).square().mean() for i, q in enumerate(LEVELS)), p.sum() * 0)  # noqa: E731
    assert found(weighed, batch) == []
