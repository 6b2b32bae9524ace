"""A dim of samples and steps, ``batch*seq``: another argument that has the samples alone tells how many of each there are."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

LENGTHS = torch.tensor([9, 4, 7, 9, 2, 6])


class Rollout(nn.Module):
    """Reads rows of six episodes, one behind the other."""

    def __init__(self, right: bool, cell: bool = False) -> None:
        super().__init__()
        self.right = right
        self.rnn, self.cell = nn.GRU(4, 5), nn.GRUCell(4, 5) if cell else None

    def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
        n = len(lengths)
        if self.right:
            x = rows.unflatten(0, (n, -1)).transpose(0, 1)
        else:
            x = rows.view(-1, n, 4)
        if self.cell is None:
            return self.rnn(x)[0]
        state = None
        for at in x:
            state = self.cell(at, state)
        assert state is not None
        return state


def said(model: nn.Module, axes: Any, rows: int = 54) -> list[tuple[str, str | None]]:
    report = rs.diagnose(model, torch.randn(rows, 4), LENGTHS, axes=axes, probe=False)
    assert report.exception is None
    return [(finding.code, finding.suggestion) for finding in report.findings]


MERGED = [
    pytest.param((("batch*seq", "feature"), ("batch",)), id="a product"),
    pytest.param(("(batch seq) feature", "batch"), id="in brackets"),
    pytest.param({"rows": "(N T) F", "lengths": "N"}, id="letters"),
]


@pytest.mark.parametrize("axes", MERGED)
@pytest.mark.parametrize("cell", [False, True], ids=["a layer", "a loop"])
def test_rows_that_a_view_cuts_time_first_are_told(axes: Any, cell: bool) -> None:
    edit = "instead of rows.view(-1, n, 4): rows.unflatten(0, (n, -1)).transpose(0, 1)"
    assert said(Rollout(right=False, cell=cell), axes)[0] == ("RNS203", edit)


@pytest.mark.parametrize("axes", MERGED)
@pytest.mark.parametrize("cell", [False, True], ids=["a layer", "a loop"])
def test_cut_in_their_order_they_are_right(axes: Any, cell: bool) -> None:
    assert said(Rollout(right=True, cell=cell), axes) == []


def test_rows_that_lie_time_first_are_right_so() -> None:
    assert said(Rollout(right=False), (("seq*batch", "feature"), ("batch",))) == []


def test_what_is_no_multiple_of_the_samples_stays_unknown() -> None:
    class Rows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 5)

        def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
            return self.rnn(rows.unsqueeze(1))[0] * lengths.sum()

    assert said(Rows(), (("batch*seq", "feature"), ("batch",)), rows=53) == []
