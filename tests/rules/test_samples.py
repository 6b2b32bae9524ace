"""RNS501: flags that are taken for numbers of rows, where nobody has named the samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

RESET = "0 or 1 of each sample is taken for the number of a row: samples 0 and 1 are reset, not those with a 1"

FLAGS = torch.tensor([0, 1, 0, 0, 1, 0])


class Resets(nn.Module):
    """Reads two steps, and resets its states in between."""

    def __init__(self, reset: Callable[[Tensor, Tensor], None], hidden: int) -> None:
        super().__init__()
        self.rnn, self.reset = nn.GRU(4, hidden), reset

    def forward(self, x: Tensor, at: Tensor) -> Any:
        _, h = self.rnn(x[:1])
        h = h.clone()
        self.reset(h, at)
        return self.rnn(x[1:], h)[0]


def found(reset: Callable[[Tensor, Tensor], None], at: Tensor, hidden: int = 8) -> list[tuple[str, str]]:
    model = Resets(reset, hidden)
    with rs.watch(model, track=True, on="record") as report:
        model(torch.randn(2, 6, 4), at)
    return [(f.code, f.message) for f in report.findings]


def rows(h: Tensor, at: Tensor) -> None:
    h[:, at] = 0.0


def behind(h: Tensor, at: Tensor) -> None:
    h[..., at, :] = 0.0


@pytest.mark.parametrize("hidden", [8, 6])
@pytest.mark.parametrize("reset", [rows, behind])
def test_flags_for_numbers_of_rows_are_found(reset: Callable[[Tensor, Tensor], None], hidden: int) -> None:
    assert found(reset, FLAGS, hidden) == [("RNS501", RESET)]


@pytest.mark.parametrize(
    ("reset", "at"),
    [
        pytest.param(rows, FLAGS.bool(), id="flags"),
        pytest.param(rows, torch.tensor([0, 1]), id="numbers of two rows"),
        pytest.param(rows, torch.tensor([1, 0, 5, 4, 2, 3]), id="numbers of all rows"),
        pytest.param(rows, torch.zeros(6, dtype=torch.long), id="nobody is reset, or row 0 is"),
        pytest.param(lambda h, at: h.__setitem__((..., at), 0.0), FLAGS, id="units"),
    ],
)
def test_what_may_be_numbers_is_silent(reset: Callable[[Tensor, Tensor], None], at: Tensor) -> None:
    assert found(reset, at, hidden=6) == []
