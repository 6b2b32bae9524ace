"""RNS402: rows that were sorted for packing, beside rows that were not, and behind them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Twice(nn.Module):
    """Reads samples as they were sorted for packing, and as they came, and puts together what came of both."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim, self.rnn, self.fc = dim, nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        order = lengths.argsort(descending=True)
        packed = nn.utils.rnn.pack_padded_sequence(x[order], lengths[order], batch_first=True)
        states = [self.rnn(packed)[1][-1], self.rnn(x)[1][-1]]
        return torch.cat([self.fc(state) for state in states], dim=self.dim)


@pytest.mark.parametrize(("dim", "told"), [(0, []), (1, ["RNS402"]), (-1, ["RNS402"]), (-2, [])])
def test_rows_lie_beside_others_or_behind_them(dim: int, told: list[str]) -> None:
    inputs = torch.randn(5, 7, 4), torch.tensor([3, 7, 2, 5, 4])
    report = rs.diagnose(Twice(dim), *inputs, axes=("batch seq feature", "batch"), probe=False)
    assert [finding.code for finding in report.findings] == told
