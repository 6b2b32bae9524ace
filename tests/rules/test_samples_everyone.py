"""RNS504 by an index: numbers that came with each sample pick from all of them, and all pairs are taken together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

Loss = Callable[[Tensor, Tensor], Tensor]


class Hourly(nn.Module):
    """Says for each hour of a day how likely it is."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0]).squeeze(2).log_softmax(1)


def found(loss: Loss, batch: int, steps: int) -> list[tuple[str, str, str]]:
    """Train two steps with a DataLoader, nobody naming an axis."""
    torch.manual_seed(0)
    model = Hourly()
    data = TensorDataset(torch.randn(2 * batch, steps, 3), torch.randint(0, steps, (2 * batch,)))
    with rs.watch(track=2, on="record") as report:
        for x, at in DataLoader(data, batch):
            loss(model(x), at).backward()
    return [(f.code, f.message, f.location.code if f.location else "") for f in report.findings if f.severity != "info"]


def over_two_lines(hours: Tensor, at: Tensor) -> Tensor:
    picked = hours[:, at]
    return -picked.mean()


BROKEN: list[tuple[Loss, str, str]] = [
    (over_two_lines, "index", "mean"),
    (lambda hours, at: -hours[:, at].sum() / len(at), "index", "sum"),
    (lambda hours, at: hours.neg().index_select(1, at).mean(), "index_select", "mean"),
    (lambda hours, at: -hours.t()[at].mean(), "index", "mean"),
    (lambda hours, at: -hours[:, (at - 1).clamp(0)].exp().mean((0, 1)), "index", "mean"),
]


@pytest.mark.parametrize(("batch", "steps"), [(6, 9), (8, 8)])
@pytest.mark.parametrize(("loss", "name", "takes"), BROKEN)
def test_all_pairs_that_are_taken_together_are_found(loss: Loss, name: str, takes: str, batch: int, steps: int) -> None:
    (finding,) = found(loss, batch, steps)
    picks = f"{name} picks from each of {batch} samples what the numbers of all {batch} say"
    assert finding[:2] == ("RNS504", f"{picks}, and {takes} takes all pairs together")


class Shop(nn.Module):
    """Scores all goods after what a visitor has looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.goods, self.rnn, self.fc = nn.Embedding(30, 4), nn.GRU(4, 8, batch_first=True), nn.Linear(8, 30)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(self.goods(x))[1][-1])


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda s, y: (s[:, y] - s[:, y].diag()[:, None]).sigmoid().mean() + s[:, y].square().mean(), id="top1"),
        pytest.param(lambda s, y: -(s[:, y].diag()[:, None] - s[:, y]).sigmoid().log().mean(), id="bpr"),
        pytest.param(lambda s, y: s[:, y].logsumexp(1).mean() - s[:, y].diag().mean(), id="softmax"),
    ],
)
def test_goods_of_other_visitors_may_be_negatives(loss: Loss) -> None:
    x, y = torch.randint(0, 30, (8, 6)), torch.randperm(30)[:8]
    report = rs.diagnose(Shop(), x, axes="batch seq", target=y, target_axes="batch", loss=loss)
    assert [f.code for f in report.findings if f.severity != "info"] == []
    with rs.watch(track=2, on="record") as watched:
        for looked, bought in DataLoader(TensorDataset(x, y), 8):
            loss(Shop()(looked), bought).backward()
    assert [f.code for f in watched.findings if f.severity != "info"] == []


def of_its_own(hours: Tensor, at: Tensor) -> Tensor:
    return -torch.stack([hours[row, at[row]] for row in range(len(at))]).mean()


@pytest.mark.parametrize(("batch", "steps"), [(6, 9), (8, 8)])
@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda hours, at: -hours.gather(1, at[:, None]).mean(), id="gather"),
        pytest.param(lambda hours, at: -hours[torch.arange(len(at)), at].mean(), id="a row each"),
        pytest.param(lambda hours, at: -hours[:, at].diagonal().mean(), id="the diagonal"),
        pytest.param(lambda hours, at: -hours[:, at].trace(), id="the trace"),
        pytest.param(lambda hours, at: nn.functional.nll_loss(hours, at), id="a loss of torch's"),
        pytest.param(
            lambda hours, at: nn.functional.cross_entropy(hours[:, at], torch.arange(len(at))), id="others as negatives"
        ),
        pytest.param(lambda hours, at: -hours[:, at.unique()].mean(), id="hours that occur"),
        pytest.param(lambda hours, at: -hours[:, torch.arange(3)].mean(), id="hours of nobody"),
        pytest.param(lambda hours, at: -hours[at.argsort()].mean(), id="another order of samples"),
        pytest.param(of_its_own, id="one after the other"),
    ],
)
def test_pairs_that_are_of_one_sample_are_silent(loss: Loss, batch: int, steps: int) -> None:
    assert found(loss, batch, steps) == []
