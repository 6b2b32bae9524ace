"""RNS248: a vector is compared with another one, and not with a single number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

SAYS = "{} compares along dim {}, where one operand has {} numbers and the other a single one: {} and {}"


def found(forward: Forward, steps: int = 9) -> list[tuple[str, str, str | None]]:
    layers: dict[str, nn.Module] = {"rnn": nn.GRU(4, 8, batch_first=True), "key": nn.Linear(8, 8)}
    report = rs.diagnose(Sketch(forward, **layers), torch.randn(6, steps, 4), axes="batch seq feature", probe=False)
    return [(f.code, f.message, f.suggestion) for f in report.findings if f.severity != "info"]


def last(m: Any, x: Tensor) -> Tensor:
    return m.key(m.rnn(x)[1][-1]).unsqueeze(1)


@pytest.mark.parametrize(("forward", "says", "fits"), [
    (
        lambda m, x: torch.cosine_similarity(m.rnn(x)[0], last(m, x)),
        SAYS.format("cosine_similarity", 1, 9, "(6, 9, 8)", "(6, 1, 8)"), "dim=2 compares vectors",
    ),
    (
        lambda m, x: functional.cosine_similarity(last(m, x), m.rnn(x)[0], -2),
        SAYS.format("cosine_similarity", 1, 9, "(6, 1, 8)", "(6, 9, 8)"), "dim=2 compares vectors",
    ),
    (
        lambda m, x: torch.cosine_similarity(m.rnn(x)[0], torch.ones(8), dim=1),
        SAYS.format("cosine_similarity", 1, 9, "(6, 9, 8)", "(1, 1, 8)"), "dim=2 compares vectors",
    ),
    (
        lambda m, x: functional.pairwise_distance(m.rnn(x)[0], torch.ones(9, 1)),
        SAYS.format("pairwise_distance", 2, 8, "(6, 9, 8)", "(1, 9, 1)"), None,
    ),
])  # fmt: skip
def test_a_single_number_is_no_vector(forward: Forward, says: str, fits: str | None) -> None:
    assert found(forward) == [("RNS248", says, fits)]


@pytest.mark.parametrize("steps", [9, 8])
@pytest.mark.parametrize("forward", [
    pytest.param(lambda m, x: torch.cosine_similarity(m.rnn(x)[0], last(m, x), dim=2), id="vectors"),
    pytest.param(lambda m, x: torch.cosine_similarity(last(m, x), last(m, x) * 2, dim=1), id="both of one number"),
    pytest.param(
        lambda m, x: torch.cosine_similarity((y := m.rnn(x)[0]).unsqueeze(1), y.unsqueeze(2), dim=3), id="all pairs of steps"
    ),
    pytest.param(lambda m, x: torch.cosine_similarity(m.rnn(x)[0], torch.ones(8), dim=-1), id="a vector for all"),
    pytest.param(lambda m, x: functional.pairwise_distance(m.rnn(x)[0], last(m, x)), id="distances"),
    pytest.param(lambda m, x: torch.cdist(m.rnn(x)[0], last(m, x)), id="distances of all"),
    pytest.param(lambda m, x: torch.cosine_similarity(m.rnn(x)[0], m.rnn(x * 2)[0], dim=1), id="over the steps"),
])  # fmt: skip
def test_vectors_that_fit(forward: Forward, steps: int) -> None:
    assert found(forward, steps) == []
