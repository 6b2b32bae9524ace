"""RNS236 and RNS237: what goes on to the next row where a roll has no dims, and what is compared with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs


def codes(rolls: Callable[[Tensor], Tensor], x: Tensor, axes: str) -> list[str]:
    def forward(m: nn.Module, x: Tensor) -> Tensor:
        return rolls(x)

    return [finding.code for finding in rs.diagnose(Sketch(forward), x, axes=axes, probe=False).findings]


@pytest.mark.parametrize("shift", [1, -1, 4, -4, 35, 40])
def test_elements_that_go_to_another_row_are_told(shift: int) -> None:
    assert codes(lambda x: torch.roll(x, shift), torch.randn(6, 9, 4), "batch seq feature") == ["RNS236"]


@pytest.mark.parametrize("shift", [0, 36, -72])
def test_whole_samples_go_where_they_go(shift: int) -> None:
    assert codes(lambda x: x.roll(shift), torch.randn(6, 9, 4), "batch seq feature") == []


@pytest.mark.parametrize(
    ("x", "axes"),
    [(torch.randn(9), "seq"), (torch.randn(9, 1), "seq feature"), (torch.randn(6, 4), "feature units")],
    ids=["one dim", "one dim of several", "neither samples nor steps"],
)
def test_where_there_are_no_rows_nothing_is_told(x: Tensor, axes: str) -> None:
    assert codes(lambda x: torch.roll(x, 1), x, axes) == []


class Labels(nn.Module):
    """Labels (seq, batch) of what a layer has read, and what is asked of them."""

    def __init__(self, asks: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.asks, self.rnn, self.labels = asks, nn.GRU(4, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.asks(self.labels(self.rnn(x)[0]).argmax(2)).float()


SAYS = "{} compares sample {} with sample {}, its neighbour in the batch, at the same step: neighbouring steps lie along dim {}"


def of_neighbours(asks: Callable[[Tensor], Tensor], batch: int = 6) -> list[str]:
    report = rs.diagnose(Labels(asks), torch.randn(9, batch, 4), axes="seq batch feature", probe=False)
    return [finding.message for finding in report.findings if finding.code == "RNS237"]


@pytest.mark.parametrize(
    ("asks", "says"),
    [
        pytest.param(lambda y: y[:, 1:] == y[:, :-1], SAYS.format("eq", 1, 0, 0), id="operator"),
        pytest.param(lambda y: torch.ne(y[:, :-1], y[:, 1:]), SAYS.format("ne", 0, 1, 0), id="function"),
        pytest.param(lambda y: y.t()[1:].eq(y.t()[:-1]), SAYS.format("eq", 1, 0, 1), id="batch first"),
        pytest.param(lambda y: y[2:, 1:] != y[2:, :-1], SAYS.format("ne", 1, 0, 0), id="some of the steps"),
    ],
)
def test_neighbours_in_the_batch_are_told(asks: Callable[[Tensor], Tensor], says: str) -> None:
    assert of_neighbours(asks) == [says]


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param(lambda y: y[1:] == y[:-1], id="steps"),
        pytest.param(lambda y: y[:, 2:] == y[:, :-2], id="farther apart"),
        pytest.param(lambda y: y == y.roll(1, 1), id="rolled"),
        pytest.param(lambda y: y[:, :1] == y[:, 1:], id="one with all others"),
        pytest.param(lambda y: y[:, :, None] == y[:, None], id="all pairs"),
        pytest.param(lambda y: y[1:, 1:] == y[:-1, :-1], id="of another step"),
        pytest.param(lambda y: y.flip(1)[:, 1:] == y.flip(1)[:, :-1], id="in another order"),
        pytest.param(lambda y: y.sum(0)[1:] == y.sum(0)[:-1], id="no steps"),
        pytest.param(lambda y: y[:, 1:] - y[:, :-1], id="a difference"),
        pytest.param(lambda y: y[:, 1::2] == y[:, ::2], id="pairs that lie side by side"),
    ],
)
def test_what_else_is_compared_in_a_batch(asks: Callable[[Tensor], Tensor]) -> None:
    assert of_neighbours(asks) == []


def test_two_samples_may_be_compared() -> None:
    assert of_neighbours(lambda y: y[:, 1:] == y[:, :-1], batch=3) == []
    assert len(of_neighbours(lambda y: y[:, 1:] == y[:, :-1], batch=4)) == 1
