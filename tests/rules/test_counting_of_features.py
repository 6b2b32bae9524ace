"""RNS513: masks of lengths that count something else than the steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from silence import Sketch
from torch import Tensor

import rnnshape as rs

LENGTHS = [9, 6, 4, 2]


def messages(masks: Callable[[Tensor, Tensor], Tensor], lengths: list[int] = LENGTHS) -> list[str]:
    def forward(m: torch.nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
        return masks(x, lengths)

    inputs = torch.randn(4, 9, 5), torch.tensor(lengths)
    report = rs.diagnose(Sketch(forward), *inputs, axes=("batch seq feature", "batch"), probe=False)
    return [finding.message for finding in report.findings if finding.code == "RNS513"]


def mask(n: int, lengths: Tensor) -> Tensor:
    return torch.arange(n) < lengths[:, None]


@pytest.mark.parametrize(
    ("name", "masks"),
    [
        ("mul", lambda x, lengths: x * mask(5, lengths).unsqueeze(1)),
        ("mul", lambda x, lengths: mask(5, lengths).float().unsqueeze(1).expand_as(x) * x),
        ("masked_fill", lambda x, lengths: x.masked_fill(~mask(5, lengths)[:, None], 0.0)),
        ("where", lambda x, lengths: torch.where(mask(5, lengths)[:, None], x, torch.zeros(()))),
    ],
    ids=["mul", "expanded", "masked_fill", "where"],
)
def test_a_mask_of_lengths_along_the_features_is_told(name: str, masks: Callable[[Tensor, Tensor], Tensor]) -> None:
    counts = f"the mask counts the 5 places along dim 2 of {name}"
    assert messages(masks) == [f"{counts}, and the longest of the lengths that it was made of is 9, the steps along dim 1"]


@pytest.mark.parametrize(
    ("masks", "lengths"),
    [
        (lambda x, lengths: x * mask(9, lengths).unsqueeze(2), LENGTHS),
        (lambda x, lengths: x * mask(5, lengths).unsqueeze(1), [5, 3, 2, 1]),
        (lambda x, lengths: x * mask(5, lengths).unsqueeze(1), [7, 3, 2, 1]),
        (lambda x, lengths: x[:, :5] * mask(5, lengths).unsqueeze(2), LENGTHS),
        (lambda x, lengths: x * (torch.tensor([3, 1, 4, 1, 5]) < lengths[:, None]).unsqueeze(1), LENGTHS),
    ],
    ids=["the steps", "numbers of features", "not of all steps", "the first steps", "no places"],
)
def test_other_masks_are_silent(masks: Callable[[Tensor, Tensor], Tensor], lengths: list[int]) -> None:
    assert messages(masks, lengths) == []
