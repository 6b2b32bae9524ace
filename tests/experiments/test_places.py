"""Where samples lie in what a model is given: padding fills up the row of its sample."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from rnnshape.experiments.places import _filled

ROWS = torch.arange(3)[:, None].expand(3, 4)


@pytest.mark.parametrize("dim", [0, 1])
def test_padding_is_of_the_sample_whose_row_it_fills_up(dim: int) -> None:
    whole = ROWS.transpose(0, dim)
    table = torch.where(torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0]], dtype=torch.bool).transpose(0, dim), whole, -1)
    filled = _filled(table)
    assert filled is not None
    assert torch.equal(filled, whole)
    assert _filled(whole) is whole


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(torch.tensor([[0, 1, -1], [1, 0, -1]]), id="rows of several"),
        pytest.param(torch.tensor([[0, 0], [-1, -1], [1, 1]]), id="a row of nobody"),
    ],
)
def test_what_is_of_nobody_is_not_guessed(table: Tensor) -> None:
    assert _filled(table) is None
