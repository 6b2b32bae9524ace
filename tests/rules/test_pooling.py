"""RNS404: a sum counts padding where steps follow one another along its dim, and not where each sample has one of its steps."""

from __future__ import annotations

from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnshape as rs

LENGTHS = torch.tensor([7, 7, 5, 4, 2])
WORDS = torch.arange(1, 36).view(5, 7)


class Scorer(nn.Module):
    """Scores words, and adds up the scores: of every step, of one, of the last of each sentence, or of one of each."""

    def __init__(self, adds: Literal["steps", "one step", "last", "anywhere"]) -> None:
        super().__init__()
        self.words, self.rnn, self.fc = nn.Embedding(40, 4), nn.LSTM(4, 6, batch_first=True), nn.Linear(6, 3)
        self.adds = adds

    def forward(self, words: Any, lengths: Any) -> Tensor:
        words, lengths = torch.as_tensor(words), torch.as_tensor(lengths)
        packed = pack_padded_sequence(self.words(words), lengths, batch_first=True)
        scores: Tensor = self.fc(pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0])
        if self.adds == "steps":
            return scores.sum(1)
        if self.adds == "one step":
            return scores[:, 4].sum(0)
        if self.adds == "last":
            return scores[torch.arange(5), lengths - 1].sum(0)
        return scores[torch.arange(5), torch.tensor([6, 4, 5, 5, 1])].sum(0)  # two of them behind the end


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("adds", ["steps", "one step", "last", "anywhere"])
def test_a_sum_over_samples_is_none_over_steps(adds: Literal["steps", "one step", "last", "anywhere"], known: bool) -> None:
    model = Scorer(adds)
    with rs.watch(model, track=1, on="record") as report:
        model(*((WORDS, LENGTHS) if known else (WORDS.tolist(), LENGTHS.tolist())))
    found = [finding.message for finding in report.findings if finding.code == "RNS404"]
    assert found == (["the sum over the steps adds what stands in the padding of shorter samples"] if adds == "steps" else [])
