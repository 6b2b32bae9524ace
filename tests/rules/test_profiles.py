"""RNS249: features taken together, and steps read for them; and what is done with such numbers on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import rnnshape as rs

STEPS, WIDTH = 9, 8

Read = Callable[["Model", Tensor], Tensor]


class Model(nn.Module):
    def __init__(self, read: Read) -> None:
        super().__init__()
        self.rnn, self.read = nn.GRU(4, WIDTH, batch_first=True), read
        self.score, self.of_steps, self.of_features = nn.Linear(WIDTH, 1), nn.Linear(STEPS, STEPS), nn.Linear(WIDTH, 2)
        self.query = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.read(self, self.rnn(x)[0])


def codes(read: Read) -> list[str]:
    torch.manual_seed(0)
    report = rs.diagnose(Model(read), torch.randn(6, STEPS, 4), axes="batch seq feature", probe=False)
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda m, out: m.of_steps(out.mean(2)), id="mean"),
        pytest.param(lambda m, out: m.of_steps(out.median(-1).values), id="median"),
        pytest.param(lambda m, out: m.of_steps(out.relu().amax(-1)), id="maximum of a function"),
        pytest.param(lambda m, out: m.of_steps(out.mean(2) + out.amax(2)), id="both added"),
        pytest.param(lambda m, out: m.of_steps((out * torch.ones(6, STEPS, 1)).mean(2)), id="behind a mask"),
    ],
)
def test_steps_read_for_features_are_told(read: Read) -> None:
    assert codes(read) == ["RNS249"]


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda m, out: m.of_features(out.mean(1)), id="over the steps"),
        pytest.param(lambda m, out: m.of_features((out * m.of_steps(out.mean(2))[..., None]).sum(1)), id="gates of steps"),
        pytest.param(lambda m, out: m.of_features(m.of_steps(out.mean(2)).softmax(-1)[:, None] @ out), id="weights of steps"),
        pytest.param(lambda m, out: m.of_features((out + m.of_steps(out.amax(2))[..., None]).sum(1)), id="added to steps"),
        pytest.param(lambda m, out: m.of_steps(m.score(out).squeeze(-1)), id="a learned score"),
        pytest.param(lambda m, out: m.of_steps(m.score(out).squeeze(-1)) + out.mean(2), id="a learned score beside a mean"),
        pytest.param(lambda m, out: m.of_steps(out.transpose(1, 2)).mean(2), id="a layer along the steps"),
        pytest.param(lambda m, out: m.of_features(out.mean(1)) + out.mean(2).norm(), id="a mean that is measured"),
        pytest.param(lambda m, out: m.of_steps((out * out[:, -1:]).mean(2)), id="products with the last step"),
        pytest.param(lambda m, out: m.of_steps((out * m.query(out[:, -1:])).mean(2)), id="products with a query"),
        pytest.param(lambda m, out: out.mean(2), id="returned"),
    ],
)
def test_other_uses_are_not(read: Read) -> None:
    assert codes(read) == []


class Windows(nn.Module):
    """Pools its output in windows along a dim, and reads what they leave."""

    def __init__(self, pool: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.pool, self.fc = nn.GRU(4, 12, batch_first=True), pool, nn.LazyLinear(3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.pool(self.rnn(x)[0]).flatten(1))


@pytest.mark.parametrize(
    ("pool", "told"),
    [
        (nn.MaxPool1d(6), ["RNS249"]),
        (lambda y: F.avg_pool1d(y, (6,)), ["RNS249"]),
        (nn.MaxPool1d(2), []),  # a maxout of two pieces
        (lambda y: F.max_pool1d(y.transpose(1, 2), 6), []),
        (lambda y: F.max_pool1d(y.transpose(1, 2), 3), []),
    ],
    ids=["as wide as the steps", "a mean", "maxout", "along the steps", "along some steps"],
)
def test_windows_as_wide_as_there_are_steps_along_the_units(pool: Callable[[Tensor], Tensor], told: list[str]) -> None:
    model = Windows(pool)
    model(torch.zeros(5, 6, 4))  # its last layer learns its width
    report = rs.diagnose(model, torch.randn(5, 6, 4), axes="batch seq feature", probe=False)
    assert [f.code for f in report.findings] == told
