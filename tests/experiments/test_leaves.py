"""What one tensor of the output has to do with the samples."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Choir(nn.Module):
    """Sings frame by frame until a voice is silent: its own, or that of anybody."""

    def __init__(self, alone: bool) -> None:
        super().__init__()
        self.alone, self.cell = alone, nn.GRUCell(3, 3)

    def forward(self, start: Tensor, ends: Tensor) -> Tensor:
        h, going, frames = start, torch.ones(len(start), 1), []
        for t in range(4):
            h = self.cell(h)
            frames.append(h * going)
            sings = ends[:, t : t + 1] < 0
            going = going * (sings if self.alone else sings.all(0, keepdim=True))
        return torch.stack(frames, 1)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("samples", [3, 6])
def test_one_sample_that_stops_all_has_met_them(alone: bool, samples: int) -> None:
    torch.manual_seed(0)
    ends = -torch.ones(samples, 4)
    ends[1, 1] = 1.0
    influence = rs.probe(Choir(alone), torch.randn(samples, 3), ends, axes=("batch feature", "batch seq"))
    assert influence.samples is not None
    assert influence.samples.verdict == ("apart" if alone else "together")
    assert [finding.code for finding in influence.findings] == ([] if alone else ["RNS601"])
    if not alone:
        assert influence.samples.evidence[0].startswith("changing sample 1 changes ")
