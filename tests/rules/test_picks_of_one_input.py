"""RNS302: a step of an output that is read by one step of a decoder only, and one that each of its steps reads."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Speller(nn.Module):
    def __init__(self, is_kept: bool, step: int) -> None:
        super().__init__()
        self.is_kept, self.step = is_kept, step
        self.listener = nn.LSTM(5, 4, bidirectional=True, batch_first=True)
        self.letters, self.query = nn.Embedding(12, 3), nn.Linear(8, 8)
        self.decoder, self.head = nn.GRU(11, 8, 2, batch_first=True), nn.Linear(16, 12)

    def forward(self, sounds: Tensor, letters: Tensor) -> Tensor:
        heard, _ = self.listener(sounds)
        context, state, scores = heard[:, self.step, None], None, list[Tensor]()
        for t in range(letters.size(1)):
            output, state = self.decoder(torch.cat([self.letters(letters[:, t : t + 1]), context], -1), state)
            attended = (self.query(output) @ heard.transpose(1, 2)).softmax(-1) @ heard
            context = context if self.is_kept else attended
            scores.append(self.head(torch.cat([output, attended], -1)))
        return torch.cat(scores, 1)


@pytest.mark.parametrize("step", [0, -1])
@pytest.mark.parametrize(("is_kept", "codes"), [(True, ["RNS302"]), (False, [])])
def test_a_first_context_is_no_answer(is_kept: bool, codes: list[str], step: int) -> None:
    torch.manual_seed(0)
    model = Speller(is_kept, step)
    report = rs.diagnose(model, torch.randn(6, 9, 5), torch.randint(12, (6, 7)), axes=("batch seq feature", "batch step"))
    assert [finding.code for finding in report.findings] == codes
