"""Models and losses that mix samples on purpose: what is measured is a fact, and fails nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

X = torch.randn(5, 7, 4, generator=torch.Generator().manual_seed(1))


class Encoder(nn.Module):
    def __init__(self, then: Callable[[Tensor], Tensor] = lambda rows: rows) -> None:
        super().__init__()
        self.rnn, self.fc, self.then = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3), then

    def forward(self, x: Tensor) -> Tensor:
        return self.then(self.fc(self.rnn(x)[0][:, -1]))


class Renormalisation(nn.Module):
    """Batch renormalisation: statistics of the batch while it trains, pulled towards those that are kept."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.mean: Tensor

    def forward(self, rows: Tensor) -> Tensor:
        if not self.training:
            return rows - self.mean
        own, spread = rows.mean(0), rows.std(0, correction=0) + 1e-5
        shift = (own - self.mean).detach().clamp(-1, 1)
        self.mean += 0.1 * (own.detach() - self.mean)
        return (rows - own) / spread + shift


def minibatch_discrimination(rows: Tensor) -> Tensor:
    distances = (rows[:, None] - rows[None]).abs().sum(2)
    return torch.cat([rows, torch.exp(-distances).sum(1, keepdim=True)], 1)


def contrastive(output: Tensor, target: Tensor) -> Tensor:
    similar = functional.normalize(output, dim=1) @ functional.normalize(target, dim=1).t()
    return functional.cross_entropy(similar / 0.1, torch.arange(len(output)))


def cox(output: Tensor, times: Tensor) -> Tensor:
    risk = output[:, 0]
    at_risk = times[None] >= times[:, None]
    return (torch.where(at_risk, risk[None], risk.new_tensor(-1e9)).logsumexp(1) - risk).mean()


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(3), Renormalisation(3)], ids=["batch norm", "batch renormalisation"])
def test_layers_that_mix_samples_while_they_train(layer: nn.Module) -> None:
    model = Encoder(layer)
    trained = rs.probe(model, X, axes="batch seq feature", train=True)
    assert trained.samples is not None
    assert trained.samples.verdict == "together"
    assert trained.ok
    at_rest = rs.probe(model, X, axes="batch seq feature")
    assert at_rest.samples is not None
    assert at_rest.samples.verdict == "apart"
    assert rs.diagnose(model, X, axes="batch seq feature").findings == ()


def test_minibatch_discrimination_is_told_to_whoever_asks() -> None:
    model = Encoder(minibatch_discrimination)
    asked = rs.probe(model, X, axes="batch seq feature")
    assert [(finding.code, finding.severity) for finding in asked.findings] == [("RNS601", "warning")]
    found = rs.diagnose(model, X, axes="batch seq feature").findings
    assert [(finding.code, finding.severity) for finding in found] == [("RNS601", "info")]


def similar(rows: Tensor) -> Tensor:
    return (rows @ rows.t()).softmax(1) @ rows


def centred(rows: Tensor) -> Tensor:
    return rows - rows.mean(0, keepdim=True)


def like_the_first(rows: Tensor) -> Tensor:
    return (rows @ rows.t())[0].unsqueeze(1) + rows


@pytest.mark.parametrize(("mixing", "severity"), [(similar, "info"), (centred, "warning"), (like_the_first, "warning")])
def test_a_meeting_that_no_rule_explains_is_a_warning_unless_whole_samples_are_compared(
    mixing: Callable[[Tensor], Tensor], severity: str
) -> None:
    found = rs.diagnose(Encoder(mixing), X, axes="batch seq feature").findings
    assert [(finding.code, finding.severity) for finding in found] == [("RNS601", severity)]


@pytest.mark.parametrize(
    ("loss", "target", "axes"), [(contrastive, X[:, 0, :3], "batch feature"), (cox, X[:, 0, 3].abs(), "batch")],
    ids=["contrastive", "cox"],
)  # fmt: skip
def test_losses_that_compare_samples(loss: Any, target: Tensor, axes: str) -> None:
    influence = rs.probe(Encoder(), X, axes="batch seq feature", target=target, target_axes=axes, loss=loss)
    assert influence.targets is not None
    assert influence.targets.verdict == "fact"
    assert influence.ok
    report = rs.diagnose(Encoder(), X, axes="batch seq feature", target=target, target_axes=axes, loss=loss)
    assert report.ok, report


def test_noise_is_measured_with_the_same_numbers() -> None:
    def sampled(rows: Tensor) -> Tensor:
        return functional.gumbel_softmax(rows + torch.randn_like(rows), hard=True) + rows

    for train in (False, True):
        influence = rs.probe(Encoder(sampled), X, axes="batch seq feature", train=train)
        assert influence.samples is not None
        assert influence.samples.verdict == "apart"
        assert influence.ok


class OfSomeEnvironments(nn.Module):
    """Reads environments in an order of its own, and returns their values in that order.

    Args:
        places: whether each place in the batch has something of its own.
    """

    def __init__(self, places: bool) -> None:
        super().__init__()
        self.rnn, self.fc, self.order = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3), [2, 0, 4, 3, 1]
        self.table = nn.Parameter(torch.eye(5, 3) * places)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x[self.order])[0][:, -1]) + self.table


def in_that_order(values: Tensor, returns: Tensor) -> Tensor:
    return (values - returns[[2, 0, 4, 3, 1]]).pow(2).mean()


@pytest.mark.parametrize(
    ("places", "loss", "told"),
    [
        (False, in_that_order, [("RNS602", "info")]),
        (False, functional.mse_loss, [("RNS602", "warning"), ("RNS605", "warning")]),
        (True, in_that_order, [("RNS602", "warning")]),
    ],
    ids=["the loss knows the order", "the loss knows none", "places matter too"],
)
def test_an_order_that_the_loss_knows_is_meant(places: bool, loss: Any, told: list[tuple[str, str]]) -> None:
    target = torch.randn(5, 3, generator=torch.Generator().manual_seed(2))
    model = OfSomeEnvironments(places)
    found = rs.probe(model, X, axes="batch seq feature", target=target, target_axes="batch feature", loss=loss).findings
    assert [(finding.code, finding.severity) for finding in found] == told
