"""Models that must not look ahead, and models that do: which is which, and the line where the first operation looks ahead."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

WORDS = torch.randint(1, 20, (3, 7), generator=torch.Generator().manual_seed(0))


class LanguageModel(nn.Module):
    def __init__(self, directions: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.rnn = nn.LSTM(8, 8, num_layers=2, batch_first=True, bidirectional=directions == 2)
        self.fc = nn.Linear(8 * directions, 20)

    def forward(self, words: Tensor) -> Tensor:
        output, _ = self.rnn(self.embed(words))
        return self.fc(output)


class Decoder(nn.Module):
    """A masked transformer decoder; its mask hides what comes after, or nothing, or what came before."""

    def __init__(self, hidden: str) -> None:
        super().__init__()
        self.hidden, self.embed = hidden, nn.Embedding(20, 8)
        layer = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True, dropout=0.0)
        self.decoder, self.fc = nn.TransformerDecoder(layer, 2), nn.Linear(8, 20)

    def forward(self, words: Tensor) -> Tensor:
        ones = torch.ones(words.size(1), words.size(1), dtype=torch.bool)
        mask = {"later": ones.triu(1), "earlier": ones.tril(-1), "none": None}[self.hidden]
        embedded = self.embed(words)
        memory = embedded.new_ones(words.size(0), 1, 8)
        decoded = self.decoder(embedded, memory, tgt_mask=mask)
        return self.fc(decoded)


class Convolutions(nn.Module):
    """Windows of three steps, which end at the step that they are of where nothing is padded behind."""

    def __init__(self, behind: int) -> None:
        super().__init__()
        self.behind, self.conv, self.rnn = behind, nn.Conv1d(4, 8, 3), nn.GRU(8, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        padded = nn.functional.pad(x.transpose(1, 2), (2 - self.behind, self.behind))
        windows = self.conv(padded)
        return self.rnn(windows.transpose(1, 2))[0]


X = torch.randn(3, 7, 4, generator=torch.Generator().manual_seed(1))


def probed(model: nn.Module, x: Tensor) -> rs.Influence:
    return rs.probe(model, x, axes="batch seq" if x.dim() == 2 else "batch seq feature", causal=True)


@pytest.mark.parametrize(
    ("model", "x"), [(LanguageModel(1), WORDS), (Decoder("later"), WORDS), (Convolutions(0), X)],
    ids=["language model", "masked decoder", "padded before"],
)  # fmt: skip
def test_models_that_do_not_look_ahead(model: nn.Module, x: Tensor) -> None:
    influence = probed(model, x)
    assert influence.future is not None
    assert influence.future.verdict == "apart"
    assert influence.findings == ()
    matrix = influence.future.matrix
    assert matrix is not None
    assert all((value > 0) == (later <= step) for step, row in enumerate(matrix.values) for later, value in enumerate(row)
               if later >= step or not isinstance(model, Convolutions))  # fmt: skip


@pytest.mark.parametrize(
    ("model", "x", "line"),
    [
        (LanguageModel(2), WORDS, "output, _ = self.rnn(self.embed(words))"),
        (Decoder("none"), WORDS, "decoded = self.decoder(embedded, memory, tgt_mask=mask)"),
        (Decoder("earlier"), WORDS, "decoded = self.decoder(embedded, memory, tgt_mask=mask)"),
        (Convolutions(1), X, "windows = self.conv(padded)"),
    ],
    ids=["bidirectional language model", "no mask", "the mask the wrong way round", "padded on both sides"],
)
def test_models_that_look_ahead_and_the_line(model: nn.Module, x: Tensor, line: str) -> None:
    influence = probed(model, x)
    assert influence.future is not None
    assert influence.future.verdict == "together"
    [finding] = [finding for finding in influence.findings if finding.severity != "info"]
    assert finding.code == "RNS604"
    assert finding.location is not None
    assert finding.location.code == line


def test_nobody_is_asked_about_the_future_who_may_see_it() -> None:
    influence = rs.probe(LanguageModel(2), WORDS, axes="batch seq")
    assert influence.future is None
    assert influence.ok


def test_the_last_state_has_no_steps_to_look_ahead_from() -> None:
    class Last(LanguageModel):
        def forward(self, words: Any) -> Tensor:
            return super().forward(words)[:, -1]

    assert "future: nothing that is returned has a row for each step" in probed(Last(1), WORDS).untried
