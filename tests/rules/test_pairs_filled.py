"""RNS226: numbers of steps at which something was read, filled along another dim than the steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

STEPS = torch.arange(7)[:, None]


def found(last: Callable[[Tensor], Tensor], axes: str | None = "batch seq feature") -> list[tuple[str, str, str | None]]:
    model = Sketch(lambda m, x: m.rnn(x.gather(1, last(x).clamp(0)))[0], rnn=nn.GRU(4, 8, batch_first=True))
    torch.manual_seed(0)
    report = rs.diagnose(model, torch.randn(5, 7, 4), axes=axes, probe=False)
    return [(finding.code, finding.message, finding.suggestion) for finding in report.findings]


def says(dim: int) -> str:
    numbers = "these are numbers of places along dim 1"
    return f"{numbers}, and cummax fills the gaps between them along dim {dim}: none is filled with what was read before it"


@pytest.mark.parametrize("axes", ["batch seq feature", "batch ?=7 ?=4", None])
@pytest.mark.parametrize(
    ("last", "dim"),
    [
        pytest.param(lambda x: torch.where(x > 0, STEPS, 0).cummax(-1).values, 2, id="channels"),
        pytest.param(lambda x: torch.where(x > 0, STEPS, -1).cummax(dim=2)[0], 2, id="less than any"),
        pytest.param(lambda x: (STEPS * (x > 0)).cummax(2).values, 2, id="times a mask"),
        pytest.param(lambda x: STEPS.expand(5, 7, 4).masked_fill(x < 0, 0).cummax(2).values, 2, id="filled"),
    ],
)
def test_numbers_of_steps_filled_from_beside_are_told(last: Callable[[Tensor], Tensor], dim: int, axes: str | None) -> None:
    assert found(last, axes) == [("RNS226", says(dim), "dim=1 fills each gap with the last number before it")]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(lambda x: torch.where(x > 0, STEPS, 0).cummax(1).values, id="along the steps"),
        pytest.param(lambda x: torch.where(x > 0, torch.arange(4), 0).cummax(2).values, id="the nearest channel"),
        pytest.param(lambda x: STEPS.expand(5, 7, 4).cummax(2).values, id="no gaps"),
        pytest.param(lambda x: torch.where(x > 0, STEPS % 3, 0).cummax(2).values, id="other numbers"),
        pytest.param(lambda x: torch.where(x > 9, STEPS, 0).cummax(2).values, id="nothing read"),
        pytest.param(lambda x: (x * 3).long().cummax(2).values, id="whole values"),
    ],
)
def test_what_may_be_filled_is_silent(last: Callable[[Tensor], Tensor]) -> None:
    assert [code for code, *_ in found(last) if code == "RNS226"] == []
