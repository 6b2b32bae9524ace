"""Tensors without elements: a metric over what is above a bound where nothing is, the first part of a memory that grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import rnnshape as rs
from rnnshape.coordinates.mark import BATCH, Mark
from rnnshape.coordinates.tables import along
from tests.tracking.test_book import opened

EMPTY: dict[str, Callable[[torch.Tensor], Any]] = {
    "a sum of what is above a bound": lambda o: o[o > 9e9].sum() + o[:, 0, 0][o[:, 0, 0] > 9e9].sum(),
    "a mean of samples that are left": lambda o: o[o[:, 0, 0] > 9e9].nan_to_num().mean(1),
    "a sum over no steps": lambda o: o[:, :0].sum(1) + o[:, 3:3].sum((0, 1)),
    "a loss of no samples": lambda o: F.mse_loss(o[:0], o[:0]) + F.l1_loss(o[:, :0], o[:, :0]),
    "a product over no steps": lambda o: o[:, :0].transpose(1, 2) @ o[:, :0],
    "a memory that grows": lambda o: torch.cat([o[:, :0], o], 1).softmax(1),
    "two without elements": lambda o: torch.stack([o[:0], o[:0]]).sum(),
}


class Reads(nn.Module):
    """A layer, and a function of its output that is used nowhere else."""

    def __init__(self, function: Callable[[torch.Tensor], Any]) -> None:
        super().__init__()
        self.rnn, self.function = nn.GRU(3, 4, batch_first=True), function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output, _ = self.rnn(x)
        for _ in range(3):
            self.function(output)
        return output


@pytest.mark.parametrize("name", EMPTY)
def test_a_tensor_without_elements_stops_nothing(name: str) -> None:
    report = rs.diagnose(Reads(EMPTY[name]), torch.randn(5, 6, 3), axes="batch seq feature", probe=False)
    assert (report.findings, report.unfollowed, report.exception) == ((), (), None)


def test_nothing_is_known_of_a_tensor_without_elements() -> None:
    book, _ = opened()
    empty = torch.zeros(0, 2)
    mark = Mark((0, 2), {BATCH: along(0, 0, 2)})
    book.put(empty, mark)
    assert book.mark(empty) is None
    book.put_again(empty, mark)
    assert book.mark(empty) is None
