"""RNS236: what goes on to the next row where a roll has no dims."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs


def codes(rolls: Callable[[Tensor], Tensor], x: Tensor, axes: str) -> list[str]:
    def forward(m: nn.Module, x: Tensor) -> Tensor:
        return rolls(x)

    return [finding.code for finding in rs.diagnose(Sketch(forward), x, axes=axes, probe=False).findings]


@pytest.mark.parametrize("shift", [1, -1, 4, -4, 35, 40])
def test_elements_that_go_to_another_row_are_told(shift: int) -> None:
    assert codes(lambda x: torch.roll(x, shift), torch.randn(6, 9, 4), "batch seq feature") == ["RNS236"]


@pytest.mark.parametrize("shift", [0, 36, -72])
def test_whole_samples_go_where_they_go(shift: int) -> None:
    assert codes(lambda x: x.roll(shift), torch.randn(6, 9, 4), "batch seq feature") == []


@pytest.mark.parametrize(
    ("x", "axes"),
    [(torch.randn(9), "seq"), (torch.randn(9, 1), "seq feature"), (torch.randn(6, 4), "feature units")],
    ids=["one dim", "one dim of several", "neither samples nor steps"],
)
def test_where_there_are_no_rows_nothing_is_told(x: Tensor, axes: str) -> None:
    assert codes(lambda x: torch.roll(x, 1), x, axes) == []
