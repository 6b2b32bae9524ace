"""RNS512: a sum of all samples in the place of each one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

LATE = (
    "sum takes all steps of all samples together, and mul with a mask of them comes behind it: "
    "each step is charged with what all have in common, that of the padding too"
)
WEIGHTS = "sum adds up the weights of all samples, and the sum, which grows with their number, is held against one"

SIZES = [(5, 8), (5, 5), (8, 8)]
"""Batch and steps: distinct, equal, and equal to the units."""


def diagnosed(forward: Callable[..., Any], batch: int, steps: int, mask: Tensor | None = None) -> list[rs.Finding]:
    torch.manual_seed(0)
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), q=nn.Linear(8, 4))
    real = (torch.arange(steps) < torch.arange(1, batch + 1)[:, None]).float() if mask is None else mask
    axes = ("batch seq feature", "batch seq")
    report = rs.diagnose(model, torch.randn(batch, steps, 4), real, axes=axes, probe=False)
    return [finding for finding in report.findings if finding.severity != "info"]


def costs(m: Any, x: Tensor) -> Tensor:
    return m.q(m.rnn(x)[0]).square()


def looks(m: Any, x: Tensor) -> Tensor:
    return torch.softmax(m.q(m.rnn(x)[0]) @ x.mT, dim=2)


@pytest.mark.parametrize(("batch", "steps"), SIZES)
@pytest.mark.parametrize(
    ("forward", "said", "fits"),
    [
        pytest.param(lambda m, x, r: costs(m, x).sum() * r, LATE, None, id="sum"),
        pytest.param(lambda m, x, r: r * -torch.sum(costs(m, x)), LATE, None, id="the mask first"),
        pytest.param(lambda m, x, r: 0.5 * costs(m, x).mean(2).sum() * r, LATE, None, id="a number"),
        pytest.param(
            lambda m, x, r: (1 - looks(m, x).sum(0), x), WEIGHTS, "dim=1 of sum takes the steps together", id="weights"
        ),
        pytest.param(
            lambda m, x, r: (looks(m, x).sum(dim=0) - torch.ones(len(x[0])), x),
            WEIGHTS,
            "dim=1 of sum takes the steps together",
            id="weights against ones",
        ),
    ],
)
def test_a_sum_of_all_samples_is_found(forward: Any, said: str, fits: str | None, batch: int, steps: int) -> None:
    (finding,) = diagnosed(forward, batch, steps)
    assert (finding.code, finding.severity, finding.message, finding.suggestion) == ("RNS512", "warning", said, fits)


@pytest.mark.parametrize(("batch", "steps"), SIZES)
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x, r: costs(m, x).sum(2) * r, id="that of each step"),
        pytest.param(lambda m, x, r: costs(m, x).sum() + (costs(m, x).sum(2) * r), id="added and not multiplied"),
        pytest.param(lambda m, x, r: costs(m, x).mean() * r, id="a mean"),
        pytest.param(lambda m, x, r: costs(m, x).sum() / len(x) * r, id="a mean by hand"),
        pytest.param(lambda m, x, r: (costs(m, x).sum(2) * r) / r.sum(), id="a number of steps"),
        pytest.param(lambda m, x, r: costs(m, x) / costs(m, x).sum() * r[..., None], id="shares of a sum"),
        pytest.param(lambda m, x, r: 1 - looks(m, x).sum(1), id="weights of the steps of each"),
        pytest.param(lambda m, x, r: (x, looks(m, x).sum(0)), id="weights that are looked at"),
        pytest.param(lambda m, x, r: (x, 1 - looks(m, x).mean(0)), id="their mean"),
        pytest.param(lambda m, x, r: (x, 1 - costs(m, x).softmax(2).sum(0)), id="shares of units, as of experts"),
    ],
)
def test_a_sum_that_is_meant_is_silent(forward: Any, batch: int, steps: int) -> None:
    assert diagnosed(forward, batch, steps) == []


def test_what_is_no_mask_is_silent() -> None:
    def weighed(m: Any, x: Tensor, r: Tensor) -> Tensor:
        return costs(m, x).sum() * r

    assert diagnosed(weighed, 5, 8, torch.rand(5, 8)) == []
    assert diagnosed(weighed, 5, 8, torch.ones(5, 8)) == []


def test_a_number_of_flags_that_weighs_the_rarer_ones_is_silent() -> None:
    def balanced(scores: Tensor, target: Tensor) -> Tensor:
        ones, zeros = target.sum(), (1 - target).sum()
        weight = target * zeros / (ones + zeros) + (1 - target) * ones / (ones + zeros)
        return nn.functional.binary_cross_entropy_with_logits(scores, target, weight=weight)

    torch.manual_seed(0)
    model = Sketch(lambda m, x: m.fc(m.rnn(x)[0]).squeeze(2), rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 1))
    wanted = {"target": (torch.rand(5, 7) > 0.6).float(), "target_axes": "batch seq", "loss": balanced}
    assert rs.diagnose(model, torch.randn(5, 7, 4), axes="batch seq feature", **wanted).ok
