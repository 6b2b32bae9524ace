"""What differs by more than rounding."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.experiments.owners import changed


@pytest.mark.parametrize("filling", [-1e4, -1e9, -1e10, float(torch.finfo(torch.float32).min), float("-inf")])
def test_scores_beside_what_a_mask_has_filled_in_are_compared_by_their_own_size(filling: float) -> None:
    scores = torch.tensor([0.03, 0.2, filling, filling])
    assert changed(scores, scores + torch.tensor([0.01, 0.0, 0.0, 0.0])).tolist() == [True, False, False, False]
    assert not bool(changed(scores, scores * (1 - 1e-6)).any())


def test_large_numbers_that_lie_among_others_are_what_rounding_goes_by() -> None:
    prices = torch.tensor([20_000.0, 30_000.0, 900.0])
    assert not bool(changed(prices, prices + torch.tensor([0.0, 0.0, 0.1])).any())


class Reader(nn.Module):
    """A decoder that begins with the state behind the padding, and whose scores of the padding are filled with a number."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8, padding_idx=0)
        self.encoder, self.decoder = nn.GRU(8, 8, batch_first=True), nn.GRUCell(8, 8)

    def forward(self, words: Tensor, start: Tensor) -> Tensor:
        memory, state = self.encoder(self.embed(words))
        state = self.decoder(start, state[0])
        scores = (memory * state.unsqueeze(1)).sum(2).masked_fill(words == 0, -1e10)
        return (scores.softmax(1).unsqueeze(2) * memory).sum(1)


def test_padding_is_read_where_its_state_is_and_not_behind_a_mask() -> None:
    words = torch.tensor([[4, 5, 6, 7, 8], [4, 9, 3, 0, 0], [7, 7, 0, 0, 0]])
    influence = rs.probe(Reader(), words, torch.randn(3, 8), axes=("batch seq", "batch feature"))
    (finding,) = (f for f in influence.findings if f.code == "RNS603")
    assert finding.severity == "info"
    assert finding.location is not None
    assert finding.location.code == "memory, state = self.encoder(self.embed(words))"
