"""RNS250: samples that are turned round and back, around what goes along the steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs


def messages(turns: Callable[[Tensor], Tensor], axes: str = "batch seq") -> list[str]:
    def forward(m: nn.Module, x: Tensor) -> Tensor:
        return turns(x)

    report = rs.diagnose(Sketch(forward), torch.randn(5, 7), axes=axes, probe=False)
    return [finding.message for finding in report.findings if finding.code == "RNS250"]


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "logcumsumexp"])
def test_a_running_sum_between_two_flips_of_the_batch_is_told(name: str) -> None:
    turns = "flip turns the samples round, along dim 0, and flip turns them back"
    goes = "in between a running sum over dim 1 goes from the first step of each to the last, as it would without"
    assert messages(lambda x: getattr(x.flip(0), name)(1).flip(0)) == [f"{turns}: {goes}"]


def test_what_happens_to_each_number_in_between_does_not_matter() -> None:
    assert messages(lambda x: (2 * x.flip(0).exp()).cumsum(1).log().flip(0))


@pytest.mark.parametrize(
    "turns",
    [
        lambda x: x.flip(1).cumsum(1).flip(1),
        lambda x: x.flip(0).cumsum(0).flip(0),
        lambda x: x.flip(0, 1).cumsum(1).flip(0, 1),
        lambda x: x.flip(0).exp().flip(0),
        lambda x: x.cumsum(1).flip(0).flip(0),
        lambda x: x.flip(0).cumsum(1),
        lambda x: x.flip(0).cumsum(1).flip(1),
    ],
    ids=["the steps", "a sum over samples", "both", "no sum", "the sum before", "not turned back", "the steps turned back"],
)
def test_other_flips_are_silent(turns: Callable[[Tensor], Tensor]) -> None:
    assert messages(turns) == []


def test_where_nobody_has_named_steps_nothing_is_told() -> None:
    assert messages(lambda x: x.flip(0).cumsum(1).flip(0), "batch feature") == []
