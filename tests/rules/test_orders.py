"""RNS311 and RNS312: the order of the steps, with names and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape

Pair = Callable[[Tensor, Tensor], Tensor]


class TwoReaders(nn.Module):
    """A reader of the steps, and one of the flipped steps."""

    def __init__(self, become: Pair) -> None:
        super().__init__()
        self.ahead, self.back = nn.GRU(4, 8, batch_first=True), nn.GRU(4, 8, batch_first=True)
        self.become, self.out = become, nn.LazyLinear(3)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.become(self.ahead(x)[0], self.back(x.flip(1))[0]))


def codes(model: nn.Module, x: Tensor, axes: str | None) -> list[str]:
    model(x)  # a lazy layer
    return [finding.code for finding in rnnshape.diagnose(model, x, axes=axes).findings]


def beside(y: Tensor, z: Tensor) -> Tensor:
    return torch.cat([y, z], -1)


@pytest.mark.parametrize("axes", ["batch seq feature", None])
@pytest.mark.parametrize("become", [beside, torch.add, lambda y, z: beside(z, y), lambda y, z: torch.tanh(beside(y, z))])
def test_states_in_opposite_orders_are_told(become: Pair, axes: str | None) -> None:
    assert codes(TwoReaders(become), torch.zeros(6, 9, 4), axes) == ["RNS312"]


@pytest.mark.parametrize("axes", ["batch seq feature", None])
@pytest.mark.parametrize(
    "become",
    [
        lambda y, z: beside(y, z.flip(1)),
        lambda y, z: beside(y, z)[:, -1],
        lambda y, z: beside(y, z).mean(1),
        lambda y, z: torch.cat([y, z]),
        lambda y, z: torch.cat([y, z], 1),
        lambda y, z: beside(y[:, 3], z[:, 5]),
        lambda y, z: beside(y, z)[..., :8],
    ],
)
def test_states_that_meet_none_of_another_step_are_not(become: Pair, axes: str | None) -> None:
    assert codes(TwoReaders(become), torch.zeros(6, 9, 4), axes) == []


class OfNeighbours(nn.Module):
    """The states of both readers, of which each step sums up those of others, as weights say."""

    def __init__(self, weights: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.ahead, self.back = nn.GRU(4, 8, batch_first=True), nn.GRU(4, 8, batch_first=True)
        self.weights, self.out = weights, nn.Linear(16, 3)

    def forward(self, x: Tensor, links: Tensor) -> Tensor:
        both = beside(self.ahead(x)[0], self.back(x.flip(1))[0])
        return self.out(torch.bmm(self.weights(links, both), both))


@pytest.mark.parametrize("axes", [("batch seq feature", "batch row seq"), None])
@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (lambda links, both: links, ["RNS312"]),
        (lambda links, both: links.softmax(-1), ["RNS312"]),
        (lambda links, both: links + links.flip(-1), []),
        (lambda links, both: torch.softmax(both @ both.transpose(1, 2), -1)[:, :1], []),
        (lambda links, both: torch.arange(9.0).expand(6, 1, 9), []),
        (lambda links, both: torch.ones_like(links), []),
    ],
)
def test_weights_of_one_step_each_are_told(weights: Pair, told: list[str], axes: tuple[str, str] | None) -> None:
    links = torch.rand(6, 9, 9, generator=torch.Generator().manual_seed(0))
    report = rnnshape.diagnose(OfNeighbours(weights), torch.zeros(6, 9, 4), links, axes=axes)
    assert [finding.code for finding in report.findings] == told


class Tagger(nn.Module):
    """A layer, and scores of each of its steps."""

    def __init__(self, is_turned: bool) -> None:
        super().__init__()
        self.rnn, self.out, self.is_turned = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3), is_turned

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.rnn(x.flip(1) if self.is_turned else x)[0])


@pytest.mark.parametrize(
    ("model", "target", "told"), [(True, False, ["RNS312"]), (False, True, []), (True, True, []), (False, False, [])]
)
def test_scores_from_the_last_step_are_told_unless_the_target_is_turned(model: bool, target: bool, told: list[str]) -> None:
    def loss(output: Tensor, wanted: Tensor) -> Tensor:
        return nn.functional.cross_entropy(output.transpose(1, 2), wanted.flip(1) if target else wanted)

    named = {"target": torch.zeros(6, 9, dtype=torch.long), "target_axes": "batch seq", "loss": loss}
    report = rnnshape.diagnose(Tagger(model), torch.zeros(6, 9, 4), axes="batch seq feature", **named)
    assert [finding.code for finding in report.findings] == told


def test_states_of_samples_in_the_opposite_order_are_no_steps() -> None:
    mixed = TwoReaders(lambda y, z: torch.lerp(y[:, -1], y[:, -1].flip(0), 0.3))
    told = ["RNS601", "RNS607"]  # experiments tell that samples meet, and that nothing reads the other reader
    assert codes(mixed, torch.zeros(6, 9, 4), "batch seq feature") == told


def test_two_steps_have_no_order_that_is_sure() -> None:
    assert codes(TwoReaders(beside), torch.zeros(6, 2, 4), "batch seq feature") == []


class Decaying(nn.Module):
    """A cell whose state decays with the gaps before each step, and what is picked of its states."""

    def __init__(self, picked: int) -> None:
        super().__init__()
        self.cell, self.decay, self.out, self.picked = nn.GRUCell(4, 8), nn.Linear(1, 8), nn.Linear(8, 3), picked

    def forward(self, x: Tensor, gaps: Tensor) -> Tensor:
        h, states = x.new_zeros(x.size(0), 8), list[Tensor]()
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h * torch.exp(-self.decay(gaps[:, t : t + 1]).relu()))
            states.append(h)
        return self.out(torch.stack(states, 1)[:, self.picked])


@pytest.mark.parametrize("axes", [("batch seq feature", "batch seq"), None])
@pytest.mark.parametrize(("picked", "told"), [(0, ["RNS311"]), (-1, [])])
def test_a_loop_has_steps_where_nobody_has_named_them(picked: int, told: list[str], axes: tuple[str, str] | None) -> None:
    report = rnnshape.diagnose(Decaying(picked), torch.zeros(6, 9, 4), torch.ones(6, 9), axes=axes)
    assert [finding.code for finding in report.findings] == told
