"""RNS245: where the largest stands, put beside features; and when that is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Peaks(nn.Module):
    def __init__(self, joined: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.joined, self.fc = nn.GRU(4, 8, batch_first=True), joined, nn.LazyLinear(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.joined(x, self.rnn(x)[0]))


def of_units(x: Tensor, y: Tensor) -> Tensor:
    return torch.cat([y.mean(1), y.max(1)[1]], 1)


def of_what_was_measured(x: Tensor, y: Tensor) -> Tensor:
    return torch.cat([y.mean(1), x.max(1).indices / x.size(1)], 1)


def of_one_score(x: Tensor, y: Tensor) -> Tensor:
    return torch.cat([y.mean(1), y.sum(2).argmax(1, keepdim=True)], 1)


def picked(x: Tensor, y: Tensor) -> Tensor:
    return torch.cat([y.mean(1), y.gather(1, y.max(1, keepdim=True)[1])[:, 0]], 1)


@pytest.mark.parametrize(
    ("joined", "told"), [(of_units, ["RNS245"]), (of_what_was_measured, []), (of_one_score, []), (picked, [])]
)
def test_where_the_largest_stands_beside_features(joined: Callable[[Tensor, Tensor], Tensor], told: list[str]) -> None:
    model, x = Peaks(joined), torch.randn(5, 9, 4)
    model(x)  # its last layer learns its width
    report = rs.diagnose(model, x, axes="batch seq feature", probe=False)
    assert [f.code for f in report.findings] == told
