"""Padding of models that sort their samples by length: which row is whose depends on the lengths."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

import rnnshape as rs


class Sorted(nn.Module):
    """Reads texts in the order of their lengths, and leaves the answers in it."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(20, 6, padding_idx=0), nn.GRU(6, 7, batch_first=True), nn.Linear(7, 3)

    def forward(self, tokens: Tensor, sizes: Tensor) -> Tensor:
        order = sizes.argsort(descending=True)
        packed = pack_padded_sequence(self.embed(tokens[order]), sizes[order], batch_first=True)
        return self.fc(self.rnn(packed)[1][0])


def texts(sizes: list[int]) -> tuple[Tensor, Tensor]:
    steps = max(sizes)
    words = torch.randint(1, 20, (len(sizes), steps), generator=torch.Generator().manual_seed(0))
    return words * (torch.arange(steps) < torch.tensor(sizes)[:, None]), torch.tensor(sizes)


@pytest.mark.parametrize("sizes", [[4, 9, 3, 7, 6], [9, 7, 6, 4, 3], [9, 8, 7, 6, 5], [3, 9, 9, 8, 2]])
def test_samples_in_the_order_of_their_lengths_do_not_depend_on_padding(sizes: list[int]) -> None:
    torch.manual_seed(0)
    model, given, axes = Sorted(), texts(sizes), (("batch", "seq"), ("batch",))
    for found in (rs.probe(model, *given, axes=axes).findings, rs.diagnose(model, *given, axes=axes).findings):
        assert "RNS603" not in [finding.code for finding in found]
