"""What the samples of a copy are given in place of their own."""

from __future__ import annotations

import pytest
import torch

import rnnshape as rs
from rnnshape.experiments.content import contents
from rnnshape.experiments.places import Place

LENGTHS = torch.tensor([5, 2, 4])
MASK = (torch.arange(5) < LENGTHS[:, None]).long()
WORDS = torch.arange(1, 16).view(3, 5) * MASK
ROWS, COLUMNS = torch.arange(3)[:, None].expand(3, 5), torch.arange(3).expand(5, 3)


@pytest.mark.parametrize(
    ("mask", "samples", "seq_dim"),
    [(MASK, ROWS, 1), (MASK, ROWS, None), (MASK.mT, COLUMNS, None), (MASK.float(), ROWS, None), (1 - MASK, ROWS, None)],
)
def test_a_mask_stays_also_where_nobody_has_named_its_steps(mask: torch.Tensor, samples: torch.Tensor, seq_dim: int) -> None:
    words = Place("words", WORDS, ROWS, 1, None)
    given, kept = contents([words, Place("mask", mask, samples, seq_dim, None)], torch.Generator().manual_seed(0))
    assert given.changes() == [0, 1, 2]
    assert kept.changes() == []


@pytest.mark.parametrize("flags", [MASK.roll(1, 1), MASK[:, [0, 2, 4, 1, 3]]])
def test_flags_that_are_no_mask_of_what_is_filled_up_are_changed(flags: torch.Tensor) -> None:
    words = Place("words", WORDS, ROWS, 1, None)
    _, changed = contents([words, Place("flags", flags, ROWS, None, None)], torch.Generator().manual_seed(0))
    assert changed.changes()


class Waves(torch.nn.Module):
    """Reads spectra of complex numbers and returns them masked, which the broken one lays over the steps of one another."""

    def __init__(self, is_viewed: bool) -> None:
        super().__init__()
        self.is_viewed, self.read, self.keep = is_viewed, torch.nn.GRU(10, 8, batch_first=True), torch.nn.Linear(8, 10)

    def forward(self, waves: torch.Tensor) -> torch.Tensor:
        batch, steps, bands = waves.shape
        kept = self.keep(self.read(torch.view_as_real(waves).flatten(2))[0])
        if self.is_viewed:
            kept = kept.view(batch, bands, steps, 2).transpose(1, 2)
        return waves * torch.view_as_complex(kept.reshape(batch, steps, bands, 2))


@pytest.mark.parametrize(("is_viewed", "codes"), [(False, []), (True, ["RNS209"])])
def test_complex_numbers_are_followed_and_may_be_a_target(is_viewed: bool, codes: list[str]) -> None:
    waves = torch.randn(2, 4, 7, 5, dtype=torch.cfloat, generator=torch.Generator().manual_seed(0))
    axes = "batch seq band"
    report = rs.diagnose(
        Waves(is_viewed),
        waves[0],
        axes=[axes],
        target=waves[1],
        target_axes=axes,
        loss=lambda out, wanted: (out - wanted).abs().mean(),
    )
    assert [finding.code for finding in report.findings] == codes
    assert report.unfollowed == ()
