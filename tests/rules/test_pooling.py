"""RNS404: a sum counts padding where steps follow one another along its dim, and not where each sample has one of its steps."""

from __future__ import annotations

from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnshape as rs
from rnnshape.rules.pooling import UNCOUNTED

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


class Spelling(nn.Module):
    """Reads the letters of each word of each sentence, and takes the mean of their states, of all or of the real ones."""

    def __init__(self, *, counts: bool, batch_first: bool = True) -> None:
        super().__init__()
        self.letters, self.rnn = nn.Embedding(9, 4, padding_idx=0), nn.GRU(4, 6, batch_first=batch_first)
        self.counts, self.steps = counts, 1 if batch_first else 0

    def forward(self, words: Tensor) -> Tensor:
        letters = words.flatten(0, 1)
        letters = letters if self.steps else letters.t()
        states, _ = self.rnn(self.letters(letters))
        if self.counts:
            states = states * (letters != 0).unsqueeze(-1)
        return states.mean(self.steps).unflatten(0, words.shape[:2])


def spelt(*, counts: bool, batch_first: bool = True, padded: bool = True) -> rs.Report:
    letters = torch.randint(1, 9, (3, 4, 5))
    if padded:
        letters[:, 1:3, 3:] = 0
    model = Spelling(counts=counts, batch_first=batch_first)
    with rs.watch(model, axes="batch word seq", track=1, on="record") as report:
        model(letters)
    assert not report.findings
    return report


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_mean_over_the_padding_of_words_of_sentences_is_said_not_to_be_judged(batch_first: bool) -> None:
    (said,) = spelt(counts=False, batch_first=batch_first).blind
    assert said.startswith("mean at ")
    assert said.endswith(f", in Spelling.forward: {UNCOUNTED}")


@pytest.mark.parametrize(("counts", "padded"), [(True, True), (False, False)], ids=["a mask", "no padding"])
def test_a_mean_that_counts_no_padding_of_words_is_not_spoken_of(counts: bool, padded: bool) -> None:
    assert not spelt(counts=counts, padded=padded).blind
