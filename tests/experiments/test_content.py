"""What the samples of a copy are given in place of their own."""

from __future__ import annotations

import pytest
import torch

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
