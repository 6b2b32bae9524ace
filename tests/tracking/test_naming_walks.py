"""Rows that one layer takes for its batch, and another walks along anew at each step of a sequence."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class ByColumn(nn.Module):
    """One layer reads rows, and another each column: of a picture, of which both dims are steps, or of samples."""

    def __init__(self, goes_on: bool) -> None:
        super().__init__()
        self.rows, self.columns, self.goes_on = nn.GRU(3, 4, batch_first=True), nn.GRU(4, 5), goes_on

    def forward(self, x: Tensor) -> Tensor:
        rows, state, found = self.rows(x)[0], x.new_zeros(1, 1, 5), list[Tensor]()
        for column in range(rows.size(1)):
            said, last = self.columns(rows[:, column : column + 1], state)
            state = last if self.goes_on else state
            found.append(said)
        return torch.cat(found, 1)


@pytest.mark.parametrize(("goes_on", "told"), [(True, {"RNS201"}), (False, set[str]())])
def test_a_layer_is_led_along_what_its_state_goes_on_along(goes_on: bool, told: set[str]) -> None:
    model = ByColumn(goes_on)
    with rs.watch(track=3, on="record") as report:
        for x in torch.randn(3, 6, 9, 3):
            model(x).sum().backward()
    assert {f.code for f in report.findings} == told
