"""What of a recurrent layer never matters: a direction that no summary reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

X = torch.randn(5, 7, 4, generator=torch.Generator().manual_seed(0))

Picks = Callable[[Tensor, Tensor], Tensor]


class Summary(nn.Module):
    """Two layers of two directions, and what is picked of their output and their last states."""

    def __init__(self, pick: Picks) -> None:
        super().__init__()
        self.pick, self.rnn = pick, nn.GRU(4, 6, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        output, h_n = self.rnn(x)
        return self.pick(output, h_n)


NEVER = "the {} direction of rnn, layer 1, never matters"

SAID: dict[str, tuple[Picks, str, str]] = {
    "the last row of h_n": (lambda output, h_n: h_n[-1], NEVER.format("forward"), "warning"),
    "the reverse half": (lambda output, h_n: output[:, 0, 6:], NEVER.format("forward"), "warning"),
    "the forward half": (lambda output, h_n: output[:, -1, :6], NEVER.format("reverse"), "info"),
    "the forward rows": (lambda output, h_n: h_n[0::2].transpose(0, 1).flatten(1), NEVER.format("reverse"), "info"),
    "the reverse half of each step": (lambda output, h_n: output[..., 6:], NEVER.format("forward"), "info"),
}


@pytest.mark.parametrize("name", SAID)
def test_a_direction_that_nothing_reads(name: str) -> None:
    pick, said, severity = SAID[name]
    influence = rs.probe(Summary(pick), X, axes="batch seq feature")
    assert influence.use is not None
    assert influence.use.verdict == ("together" if severity == "warning" else "fact")
    assert influence.use.evidence == (said,)
    assert [(f.code, f.severity, f.message) for f in influence.findings] == [("RNS607", severity, said)]


RIGHT: dict[str, Picks] = {
    "both rows": lambda output, h_n: torch.cat([h_n[-2], h_n[-1]], 1),
    "their sum": lambda output, h_n: h_n[-2] + h_n[-1],
    "all steps": lambda output, h_n: output,
    "a mean": lambda output, h_n: output.mean(1),
}


@pytest.mark.parametrize("name", RIGHT)
def test_both_directions_matter(name: str) -> None:
    influence = rs.probe(Summary(RIGHT[name]), X, axes="batch seq feature")
    assert influence.use is not None
    assert (influence.use.verdict, influence.findings) == ("apart", ())


class Pooled(nn.Module):
    """A weighted mean over the steps."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim, self.rnn, self.score = dim, nn.GRU(4, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return (torch.softmax(self.score(output), self.dim) * output).sum(1)


def test_scores_that_a_softmax_over_one_of_them_makes_alike() -> None:
    influence = rs.probe(Pooled(2), X, axes="batch seq feature")
    (found,) = influence.findings
    assert (found.code, found.severity) == ("RNS607", "warning")
    assert found.message == "the scores of score never matter, though something is made of them"
    assert found.location is not None
    assert "torch.softmax(self.score(output), self.dim)" in found.location.code
    assert rs.probe(Pooled(1), X, axes="batch seq feature").findings == ()
