"""RNS201 of recurrences by hand: a chain of tags, or a cell, that goes on from one sample to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

Score = Callable[[Any, Tensor], Tensor]

SIZES = [(4, 7, 4), (6, 6, 4)]

ON = "takes what came of the samples before on to sample 2: the loop runs over the batch"

FITS = "loop over the steps: transpose(0, 1) of what the loop runs over has them in the place of the samples"


class Chain(nn.Module):
    """Reads scores (batch, seq, 5)."""

    def __init__(self, score: Score) -> None:
        super().__init__()
        self.rnn, self.tags, self.again, self.score = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 5), nn.Linear(5, 5), score
        self.moves = nn.Parameter(torch.randn(5, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.score(self, self.tags(self.rnn(x)[0]))


def found(score: Score, sizes: tuple[int, ...]) -> list[tuple[str, str, str | None]]:
    torch.manual_seed(0)
    report = rs.diagnose(Chain(score), torch.randn(*sizes), axes="batch seq feature", probe=False)
    assert report.exception is None
    return [(f.code, f.message, f.suggestion) for f in report.findings]


def summed(m: Any, e: Tensor) -> Tensor:
    alpha = e[0]
    for at in range(1, len(e)):
        alpha = torch.logsumexp(alpha.unsqueeze(2) + m.moves, 1) + e[at]
    return alpha.logsumexp(1).sum()


def side_by_side(m: Any, e: Tensor) -> Tensor:
    first, *rest = e.unbind(0)
    alpha = first
    for at in rest:
        alpha = (alpha[:, :, None] + m.moves[None] + at[:, None, :]).logsumexp(1)
    return alpha.logsumexp(1)


def selected(m: Any, e: Tensor) -> Tensor:
    alpha = e.select(0, 0)
    for at in range(1, e.size(0)):
        alpha = (e.select(0, at).unsqueeze(1) + (alpha.unsqueeze(2) + m.moves)).logsumexp(1)
    return alpha.mean()


def best(m: Any, e: Tensor) -> Tensor:
    path = e[0]
    for at in e[1:]:
        path = (path.unsqueeze(-1) + m.moves).max(dim=1).values + at
    return path.amax(1)


def multiplied(m: Any, e: Tensor) -> Tensor:
    alpha, *rest = e.exp().split(1)
    for at in rest:
        alpha = (alpha @ m.moves.exp()) * at
    return alpha.sum(-1).log()


def by_hand(m: Any, e: Tensor) -> Tensor:
    h, out = torch.zeros(e.size(1), 5), []
    for at in e:
        h = torch.tanh(at + m.again(h))
        out.append(h)
    return torch.stack(out)


CHAINS = [summed, side_by_side, selected, best, multiplied, by_hand]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("score", CHAINS)
def test_a_recurrence_by_hand_over_the_batch_is_found(score: Score, sizes: tuple[int, ...]) -> None:
    name = "mul" if score is multiplied else "add"
    assert found(score, sizes) == [("RNS201", f"{name} {ON}", FITS)]


@pytest.mark.parametrize("sizes", [*SIZES, (1, 5, 4)])
@pytest.mark.parametrize("score", CHAINS)
def test_the_same_over_the_steps_is_not(score: Score, sizes: tuple[int, ...]) -> None:
    assert found(lambda m, e: score(m, e.transpose(0, 1)), sizes) == []


def each_by_itself(m: Any, e: Tensor) -> Tensor:
    total = e.new_zeros(())
    for sample in e:
        alpha = sample[0]
        for at in sample[1:]:
            alpha = torch.logsumexp(alpha.unsqueeze(1) + m.moves, 0) + at
        total = total + alpha.logsumexp(0)
    return total / len(e)


def mean(m: Any, e: Tensor) -> Tensor:
    total = e[0]
    for sample in e[1:]:
        total = total + sample
    return e - total / len(e)


def every_pair(m: Any, e: Tensor) -> Tensor:
    total = e.new_zeros(e.shape[1:])
    for one in e:
        for other in e:
            total = total + torch.tanh(m.again(one) + other)
    return e + total


def pair_of_gates(m: Any, e: Tensor) -> Tensor:
    return torch.stack([torch.tanh(m.again(e[at - 1]) + e[at]) * m.again(e[at]).sigmoid() for at in range(len(e))])


def neighbours(m: Any, e: Tensor) -> Tensor:
    return torch.stack([m.again(e[at - 1]) + e[at] for at in range(len(e))])


def shares(m: Any, e: Tensor) -> Tensor:
    top, out = e[0].amax(1, keepdim=True), []
    for sample in e:
        out.append(sample - top)
        top = torch.maximum(top, sample.amax(1, keepdim=True))
    return torch.stack(out)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("score", [each_by_itself, mean, every_pair, pair_of_gates, neighbours, shares])
def test_samples_that_are_added_or_compared_are_not(score: Score, sizes: tuple[int, ...]) -> None:
    assert found(score, sizes) == []
