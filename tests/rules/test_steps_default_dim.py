"""RNS242, a note: F.cosine_similarity takes dim 1 where nobody gives it one, and the steps may lie along it."""

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


def diagnosed(forward: Forward) -> rs.Report:
    parts = {"rnn": nn.GRU(4, 8, batch_first=True), "alike": nn.CosineSimilarity(), "vectors": nn.CosineSimilarity(-1)}
    return rs.diagnose(Sketch(forward, **parts), torch.randn(6, 9, 4), axes="batch seq feature")


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: functional.cosine_similarity(m.rnn(x)[0], m.rnn(x * 2)[0]), id="of the function"),
        pytest.param(lambda m, x: m.alike(m.rnn(x)[0], m.rnn(x * 2)[0]), id="of the module"),
        pytest.param(lambda m, x: torch.cosine_similarity((y := m.rnn(x)[0])[:, 1:], y[:, :-1], eps=1e-6), id="of neighbours"),
    ],
)
def test_a_similarity_over_the_steps_that_nobody_asked_for_is_a_note(forward: Forward) -> None:
    report = diagnosed(forward)
    (finding,) = (f for f in report.findings if not f.code.startswith("RNS6"))
    assert (finding.code, finding.severity) == ("RNS242", "info")
    assert finding.message == "cosine_similarity takes dim 1 where it is given none, and the steps lie along it"


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: functional.cosine_similarity(m.rnn(x)[0], m.rnn(x * 2)[0], dim=2), id="vectors"),
        pytest.param(lambda m, x: functional.cosine_similarity(m.rnn(x)[0], m.rnn(x * 2)[0], 1), id="a dim that was given"),
        pytest.param(lambda m, x: m.vectors(m.rnn(x)[0], m.rnn(x * 2)[0]), id="of a module"),
        pytest.param(lambda m, x: functional.cosine_similarity(m.rnn(x)[1][-1], m.rnn(x * 2)[1][-1]), id="of states"),
    ],
)
def test_a_dim_that_fits_or_was_given_is_silent(forward: Forward) -> None:
    assert [f.code for f in diagnosed(forward).findings if not f.code.startswith("RNS6")] == []
