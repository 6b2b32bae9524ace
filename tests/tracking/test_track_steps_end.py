"""A training step ends with a backward, whichever of torch's functions makes it; what a policy draws belongs to its samples."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal

import rnnshape as rs


class MixesLater(nn.Module):
    """Mixes samples from its second call on."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, num_layers=2, batch_first=True), nn.Linear(16, 3)
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        h = self.rnn(x)[1]
        return self.fc(h.transpose(0, 1).reshape(x.size(0), -1) if self.calls == 1 else h.view(x.size(0), -1))


def method(loss: Tensor, _: nn.Module) -> None:
    loss.backward()


def function(loss: Tensor, _: nn.Module) -> None:
    torch.autograd.backward(loss)


def of_several(loss: Tensor, _: nn.Module) -> None:
    torch.autograd.backward([loss, loss * 2])


def gradients(loss: Tensor, model: nn.Module) -> None:
    torch.autograd.grad(loss, list(model.parameters()))


def penalty(loss: Tensor, model: nn.Module) -> None:
    torch.autograd.grad(loss, list(model.parameters()), create_graph=True)


def nothing(loss: Tensor, model: nn.Module) -> None:
    pass


Ends = Callable[[Tensor, nn.Module], None]


@pytest.mark.parametrize(
    ("end", "codes"),
    [(method, []), (function, []), (of_several, []), (gradients, []), (penalty, ["RNS203"]), (nothing, ["RNS203"])],
)
def test_any_backward_ends_a_step(end: Ends, codes: list[str]) -> None:
    model = MixesLater()
    with rs.watch(model, track=1, on="record") as report:
        for _ in range(2):
            end(model(torch.randn(6, 9, 4)).sum(), model)
    assert [finding.code for finding in report.findings] == codes


class Actor(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.mean = nn.GRU(4, 8), nn.Linear(8, 6)

    def forward(self, x: Tensor) -> Normal:
        return Normal(self.mean(self.rnn(x)[0]), torch.ones(6))


@pytest.mark.parametrize(("turned", "codes"), [(False, []), (True, ["RNS205"])])
def test_what_is_drawn_from_a_normal_distribution_belongs_to_its_samples(turned: bool, codes: list[str]) -> None:
    actor = Actor()
    with rs.watch(actor, track=1, on="record") as report:
        drawn = actor(torch.randn(6, 6, 4))
        action = drawn.sample()
        reward = -(action**2).sum(-1)
        (drawn.log_prob(action).sum(-1) * (reward.t() if turned else reward)).mean().backward()
    assert [finding.code for finding in report.findings] == codes


def test_what_is_drawn_from_numbers_is_a_new_state() -> None:
    model = nn.GRU(4, 8)
    with rs.watch(model, track=1, on="record") as report:
        state = torch.normal(0.0, 1.0, (2, 6, 8))
        with pytest.raises(RuntimeError):
            model(torch.randn(9, 6, 4), state)
    (finding,) = report.findings
    assert finding.location is not None
    assert finding.location.code == "state = torch.normal(0.0, 1.0, (2, 6, 8))"
