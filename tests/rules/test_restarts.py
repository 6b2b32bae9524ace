"""RNS311 of a decoder that is given a word a call, the first of which is no word of the answer."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

BEGIN = 0


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.rnn = nn.Embedding(12, 6), nn.GRU(6, 8, batch_first=True)

    def forward(self, words: Tensor) -> Tensor:
        return self.rnn(self.embed(words))[1]


class Decoder(nn.Module):
    """Says a word for each that it is given beside what the text is about, and goes on from its state or begins anew."""

    def __init__(self, goes_on: bool, reads: int = 6) -> None:
        super().__init__()
        self.embed, self.rnn, self.out = nn.Embedding(12, 6), nn.GRU(14, 8, batch_first=True), nn.Linear(8, 12)
        self.goes_on, self.reads = goes_on, reads

    def forward(self, answer: Tensor, state: Tensor) -> Tensor:
        about, word, said = state[-1][:, None], torch.full_like(answer[:, :1], BEGIN), list[Tensor]()
        for t in range(self.reads):
            output, after = self.rnn(torch.cat([self.embed(word), about], 2), state)
            state = after if self.goes_on else state
            said.append(self.out(output))
            word = answer[:, t : t + 1]
        return torch.cat(said, 1)


def told(decoder: Decoder, batch: int, steps: int) -> list[tuple[str, str]]:
    torch.manual_seed(0)
    encoder, data = Encoder(), TensorDataset(torch.randint(1, 12, (2 * batch, steps)), torch.randint(1, 12, (2 * batch, steps)))
    with rs.watch(track=2, on="record") as report:
        for question, answer in DataLoader(data, batch):
            said = decoder(answer, encoder(question))
            nn.functional.cross_entropy(said.transpose(1, 2), answer[:, : said.size(1)]).backward()
    return [(finding.code, finding.message) for finding in report.findings if finding.severity != "info"]


@pytest.mark.parametrize(("batch", "steps"), [(5, 6), (6, 6), (8, 7)])
def test_every_word_after_the_first_begins_anew(batch: int, steps: int) -> None:
    message = "each of 6 steps begins with the same state, and the states that are returned reach nothing"
    assert told(Decoder(goes_on=False), batch, steps) == [("RNS311", message)]


@pytest.mark.parametrize(("batch", "steps"), [(5, 6), (6, 6), (8, 7)])
@pytest.mark.parametrize("reads", [3, 6])
def test_a_state_that_goes_on_is_silent(batch: int, steps: int, reads: int) -> None:
    assert told(Decoder(goes_on=True, reads=reads), batch, steps) == []


def test_two_words_are_no_loop() -> None:
    assert told(Decoder(goes_on=False, reads=3), 5, 6) == []
