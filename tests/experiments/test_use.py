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


NEVER = "the {} direction of rnn (GRU), layer 1, never matters"

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


class Stack(nn.Module):
    """Two cells, one above the other, and what is read of them at each step."""

    def __init__(self, top: int) -> None:
        super().__init__()
        self.cells, self.fc, self.top = nn.ModuleList([nn.GRUCell(4, 6), nn.GRUCell(6, 6)]), nn.Linear(6, 2), top

    def forward(self, x: Tensor) -> Tensor:
        states, read = [x.new_zeros(len(x), 6)] * 2, []
        for t in range(x.size(1)):
            made = x[:, t]
            for at, cell in enumerate(self.cells):
                states[at] = made = cell(made, states[at])
            read.append(self.fc(states[self.top]))
        return torch.stack(read, 1)


def test_a_cell_that_nothing_reads_but_itself() -> None:
    said = "cells.1 (GRUCell) is called, and never matters: what it makes reaches nothing that is returned"
    influence = rs.probe(Stack(0), X, axes="batch seq feature")
    (finding,) = influence.findings
    assert (finding.code, finding.severity, finding.message) == ("RNS607", "warning", said)
    assert finding.location is not None
    assert "cell(made, states[at])" in finding.location.code
    assert rs.probe(Stack(1), X, axes="batch seq feature").findings == ()


class Remembers(nn.Module):
    """Updates its memory behind what it returns, for the next call."""

    def __init__(self) -> None:
        super().__init__()
        self.update, self.fc = nn.GRUCell(4, 6), nn.Linear(6, 2)
        self.memory: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        memory = x.new_zeros(len(x), 6) if self.memory is None else self.memory
        y = self.fc(memory) + x[:, 0, :2]
        self.memory = self.update(x[:, -1], memory).detach()
        return y


class Detached(nn.Module):
    """Reads what another layer has made, through detach()."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.GRU(4, 6, batch_first=True), nn.GRU(6, 6, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x)[0].detach())[0]


class Samples(nn.Module):
    """An encoder of which only training makes use, as of the posterior of a prior's samples."""

    def __init__(self) -> None:
        super().__init__()
        self.posterior, self.reader = nn.GRU(4, 6, batch_first=True), nn.GRU(4, 6, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        mean = self.posterior(x)[1][-1]
        z = mean if self.training else torch.zeros_like(mean)
        return self.reader(x)[1][-1] + z


@pytest.mark.parametrize("model", [Remembers(), Detached(), Samples()], ids=lambda model: type(model).__name__)
def test_what_is_kept_detached_or_of_use_in_training_matters(model: nn.Module) -> None:
    findings = rs.probe(model, X, axes="batch seq feature").findings
    assert [f.message for f in findings if f.severity != "info"] == []


class Ignored(nn.Module):
    """An encoder whose states nobody gives to the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.LSTM(4, 6, batch_first=True), nn.LSTM(4, 6, batch_first=True)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        self.encoder(x)
        return self.decoder(y)[0]


def test_a_layer_that_nothing_reads() -> None:
    influence = rs.probe(Ignored(), X, X.flip(0), axes=("batch seq feature", "batch seq feature"))
    said = "encoder (LSTM) is called, and never matters: what it makes reaches nothing that is returned"
    assert [(f.code, f.message) for f in influence.findings] == [("RNS607", said)]
