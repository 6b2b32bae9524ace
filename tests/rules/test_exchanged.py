"""A reshape that exchanges sizes, and no dims, in front of what a model returns or a loss compares."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Reader(nn.Module):
    def __init__(self, last: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.fc, self.last = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 6), last

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.fc(self.rnn(x)[0]))


def codes(last: Callable[[Tensor], Tensor], axes: str | None = "batch seq feature") -> list[str]:
    report = rs.diagnose(Reader(last), torch.randn(5, 9, 4), axes=axes, probe=False)
    return [f.code for f in report.findings]


WRONG: dict[str, Callable[[Tensor], Tensor]] = {
    "view": lambda y: y.view(5, 6, 9),
    "reshape": lambda y: y.reshape(y.size(0), -1, y.size(1)),
    "with a dim of one": lambda y: y.view(5, 1, 6, 9),
    "of pairs": lambda y: y.unflatten(2, (2, 3)).reshape(5, 2, 9, 3),
    "in front of what keeps it": lambda y: y.view(5, 6, 9).tanh() * 2,
}


@pytest.mark.parametrize("last", WRONG.values(), ids=WRONG)
def test_steps_in_no_order_are_told(last: Callable[[Tensor], Tensor]) -> None:
    assert codes(last) == ["RNS209"]


RIGHT: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda y: y.transpose(1, 2),
    "flattened": lambda y: y.reshape(5, 54),
    "steps in threes": lambda y: y.reshape(5, 3, 18),
    "steps in threes beside pairs": lambda y: y.unflatten(2, (3, 2)).reshape(5, 3, 9, 2),
    "features in pairs": lambda y: y.view(5, 9, 3, 2),
    "there and back": lambda y: y.view(5, 6, 9).tanh().view(5, 9, 6),
    "summed": lambda y: y.view(5, 6, 9).sum((1, 2)),
    "a dim of one": lambda y: y[..., :1].reshape(5, 1, 9),
}


@pytest.mark.parametrize("last", RIGHT.values(), ids=RIGHT)
def test_what_keeps_an_order_is_not(last: Callable[[Tensor], Tensor]) -> None:
    assert codes(last) == []


def compared(scores: Callable[[Tensor], Tensor], target: Callable[[Tensor], Tensor]) -> list[str]:
    def loss(y: Tensor, wanted: Tensor) -> Tensor:
        return (scores(y) - target(wanted)).abs().mean()

    given = torch.randn(5, 9, 6)
    report = rs.diagnose(
        Reader(lambda y: y), torch.randn(5, 9, 4), axes="batch seq feature", target=given, target_axes="batch seq feature",
        loss=loss, probe=False,
    )  # fmt: skip
    return [f.code for f in report.findings]


def test_a_loss_of_both_cut_in_the_same_way_is_as_it_was() -> None:
    assert compared(lambda y: y.view(5, 6, 9), lambda t: t.view(5, 6, 9)) == []
    assert compared(lambda y: y.view(5, 6, 9), lambda t: t.transpose(1, 2)) == ["RNS209"]
