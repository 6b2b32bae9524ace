"""RNS209 of a cell: a reshape has cut its steps in no order, and a loop gives it one piece after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

Steps = Callable[[Tensor], Any]


class Loop(nn.Module):
    """A cell that reads what some function makes of its input, one step after the other."""

    def __init__(self, steps: Steps, units: int) -> None:
        super().__init__()
        self.steps, self.cell, self.units = steps, nn.LSTMCell(units, 5), units

    def forward(self, x: Tensor) -> Tensor:
        state = None
        for step in self.steps(x):
            state = self.cell(step, state)
        assert state is not None
        return state[0]


def said(steps: Steps, units: int = 9) -> list[tuple[str, str | None]]:
    report = rs.diagnose(Loop(steps, units), torch.randn(7, 6, 9), axes="batch seq feature", probe=False)
    assert report.exception is None
    return [(f.code, f.suggestion) for f in report.findings]


CUTS: list[Steps] = [
    lambda x: x.reshape(7, 9, 6).unbind(2),
    lambda x: [x.view(7, 9, 6)[:, :, t] for t in range(6)],
    lambda x: [x.view(7, 9, -1).select(2, t) for t in range(6)],
    lambda x: x.reshape(7, 9, 6).permute(2, 0, 1),
]


@pytest.mark.parametrize("steps", CUTS, ids=["unbind", "an index", "select", "iteration"])
def test_pieces_of_several_steps_are_told_where_they_were_cut(steps: Steps) -> None:
    found = said(steps)
    assert {code for code, _ in found} == {"RNS209"}
    assert all(suggestion is not None and suggestion.endswith("transpose(1, 2)") for _, suggestion in found)


def clamped(x: Tensor) -> list[Tensor]:
    return [x[:, [max(t - 1, 0), t, min(t + 1, 5)]].flatten(1) for t in range(6)]


RIGHT: list[tuple[Steps, int]] = [
    (lambda x: x.mT.unbind(2), 9),
    (lambda x: x.reshape(7, 3, 18).unbind(1), 18),
    (lambda x: x.unfold(1, 2, 1).flatten(2).unbind(1), 18),
    (clamped, 27),
    (lambda x: x.unbind(2), 6),
    (lambda x: [x[:, t].roll(t, 1) for t in range(6)], 9),
    (lambda x: x.flatten(1).unfold(1, 9, 9).unbind(1), 9),
]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "units"),
    RIGHT,
    ids=["transposed", "frames stacked", "windows", "clamped at the ends", "features as steps", "shifted anew", "unfolded"],
)
def test_what_a_loop_cuts_on_purpose_is_told_nowhere(steps: Steps, units: int) -> None:
    assert said(steps, units) == []
