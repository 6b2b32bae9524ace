"""Padding that reaches one of several tensors that a model returns."""

from __future__ import annotations

import inspect

import torch
from torch import Tensor, nn

import rnnshape as rs

LENGTHS = [4, 7, 3, 6, 5]


class Scores(nn.Module):
    """A language model that returns its state for the next call."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(40, 6, padding_idx=0)
        self.reader = nn.GRU(6, 8, batch_first=True)
        self.scores = nn.Linear(8, 40)

    def forward(self, words: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        states, state = self.reader(self.words(words))
        return self.scores(states), state


class Encoder(Scores):
    def forward(self, words: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        return self.reader(self.words(words))


class Tagger(Scores):
    def forward(self, words: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        states, _ = self.reader(self.words(words))
        topic = states.mean(1)
        return self.scores(states), self.scores(topic)


class Last(nn.Module):
    """The state of each sample at its end, of as many units as there are steps."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(40, 6, padding_idx=0)
        self.reader = nn.GRU(6, max(LENGTHS), batch_first=True)

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        return self.reader(self.words(words))[0][torch.arange(len(words)), lengths - 1]


def padded() -> tuple[Tensor, Tensor]:
    words = torch.randint(1, 40, (len(LENGTHS), max(LENGTHS)), generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor(LENGTHS)
    return words * (torch.arange(max(LENGTHS)) < lengths[:, None]), lengths


def padding_of(model: nn.Module) -> list[rs.Finding]:
    influence = rs.probe(model, *padded(), axes=("batch seq", "batch"))
    return [finding for finding in influence.findings if finding.code == "RNS603"]


def test_a_state_for_the_next_call_is_nobodys_result() -> None:
    assert padding_of(Scores()) == []


def test_states_are_the_result_of_an_encoder() -> None:
    assert len(padding_of(Encoder())) == 1


def test_the_line_is_that_of_the_tensor_that_changes() -> None:
    (finding,) = padding_of(Tagger())
    lines, first = inspect.getsourcelines(Tagger)
    assert finding.location is not None
    assert lines[(finding.location.line or 0) - first].strip() == "topic = states.mean(1)"


def test_units_that_are_as_many_as_the_steps_are_no_steps() -> None:
    named = {"axes": ("batch seq", "batch"), "target": torch.zeros(5, max(LENGTHS)), "target_axes": "batch units"}
    assert rs.probe(Last(), *padded(), loss=nn.functional.mse_loss, **named).findings == ()
