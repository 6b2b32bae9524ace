"""The sample that was picked for a step: what is written instead depends on who says which dim is the batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import rnnshape as rs


class Forecaster(nn.Module):
    """Takes the last of the wrong dim, or reads its input the wrong way round: only who made it knows."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0][:, -1])


def picked(axes: str | None) -> rs.Finding:
    report = rs.diagnose(Forecaster(), torch.randn(9, 6, 4), axes=axes, probe=False)
    [finding] = [finding for finding in report.findings if finding.code == "RNS301"]
    return finding


def test_where_the_batch_is_named_the_index_is_to_be_mended() -> None:
    assert picked("seq batch feature").suggestion == "output[-1] has the last step of each sample"


def test_where_only_the_layer_says_so_it_may_be_the_layer() -> None:
    finding = picked(None)
    assert finding.suggestion is None
    assert finding.no_edit
    assert finding.message == (
        "only sample 5 reaches the output: an index took a sample where a step was meant, "
        "or the layer takes the steps for the batch, which nobody has named"
    )
