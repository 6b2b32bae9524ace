"""RNS246: vectors that are compared, and were scaled along another axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn.functional import normalize

import rnnshape as rs

SAID = "compares vectors: those of one operand have norm 1, and each element of the others was scaled over the steps"


def diagnosed(forward: Callable[[Any, Tensor], Tensor], batch: int, steps: int) -> list[rs.Finding]:
    torch.manual_seed(0)
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), q=nn.Linear(8, 8))
    report = rs.diagnose(model, torch.randn(batch, steps, 4), axes="batch seq feature", probe=False)
    return [finding for finding in report.findings if finding.severity != "info"]


def states(m: Any, x: Tensor) -> Tensor:
    return m.rnn(x)[0]


SIZES = [(6, 9), (6, 6), (8, 8), (1, 9)]
"""Batch and steps: distinct, equal, equal to the units, and a batch of one."""


@pytest.mark.parametrize(("batch", "steps"), SIZES)
@pytest.mark.parametrize(
    ("forward", "name"),
    [
        pytest.param(lambda m, x: torch.bmm(normalize(states(m, x)), normalize(m.q(states(m, x)), dim=2).mT), "bmm", id="left"),
        pytest.param(lambda m, x: normalize(m.q(states(m, x)), dim=2) @ normalize(states(m, x)).mT, "matmul", id="right"),
        pytest.param(
            lambda m, x: torch.einsum("bsd,btd->bst", 3 * normalize(states(m, x)), normalize(m.q(states(m, x)), dim=2)),
            "einsum",
            id="scaled once more",
        ),
    ],
)
def test_vectors_of_another_scale_are_found(forward: Any, name: str, batch: int, steps: int) -> None:
    (finding,) = diagnosed(forward, batch, steps)
    turned = name == "matmul"
    assert (finding.code, finding.severity) == ("RNS246", "warning")
    assert finding.message == f"{name} {SAID}, dim {2 if turned else 1}"
    assert finding.suggestion == "dim=2 scales each vector by itself"


@pytest.mark.parametrize(("batch", "steps"), SIZES)
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: normalize(states(m, x), dim=2) @ normalize(m.q(states(m, x)), dim=2).mT, id="both of norm 1"),
        pytest.param(lambda m, x: normalize(states(m, x)).mT @ normalize(m.q(states(m, x))), id="channels attend"),
        pytest.param(lambda m, x: normalize(states(m, x)) @ m.q(states(m, x)).mT, id="scaled and not compared"),
        pytest.param(lambda m, x: m.q(normalize(states(m, x))) @ normalize(states(m, x), dim=2).mT, id="a layer between"),
        pytest.param(
            lambda m, x: normalize(states(m, x)).tanh() @ normalize(m.q(states(m, x)), dim=2).mT, id="another function between"
        ),
        pytest.param(lambda m, x: normalize(states(m, x)) + normalize(m.q(states(m, x)), dim=2), id="added"),
        pytest.param(lambda m, x: normalize(states(m, x)).mT @ normalize(m.q(states(m, x)), dim=2), id="a sum over the steps"),
    ],
)
def test_vectors_that_are_compared_rightly_are_silent(forward: Any, batch: int, steps: int) -> None:
    assert diagnosed(forward, batch, steps) == []


def a_norm_of_all(m: Any, x: Tensor) -> Tensor:
    vectors = m.q(states(m, x)[:, -1])
    return vectors / vectors.norm()


@pytest.mark.parametrize(("batch", "steps"), [(6, 9), (8, 8), (2, 1)])
def test_vectors_divided_by_a_norm_of_all_samples_are_found(batch: int, steps: int) -> None:
    (finding,) = diagnosed(a_norm_of_all, batch, steps)
    assert (finding.code, finding.severity) == ("RNS214", "warning")
    takes = "norm takes the vectors of all samples together, and each is divided by that"
    assert finding.message == f"{takes}: what it makes of a sample depends on the others"
    assert finding.suggestion == "dim=1, keepdim=True of norm scales each vector by itself"


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: (v := states(m, x)[:, -1]) / v.norm(dim=1, keepdim=True), id="of each sample"),
        pytest.param(lambda m, x: (v := states(m, x)) / v.norm(dim=(1, 2), keepdim=True), id="of each sample and its steps"),
        pytest.param(lambda m, x: states(m, x) / m.q.weight.norm(), id="of weights"),
        pytest.param(lambda m, x: m.q(states(m, x)) / x.norm(), id="of something else"),
        pytest.param(lambda m, x: (v := states(m, x)[:, -1, 0]) / v.norm(), id="one number a sample"),
        pytest.param(lambda m, x: states(m, x) * states(m, x).norm(), id="multiplied"),
    ],
)
def test_other_norms_are_silent(forward: Any) -> None:
    assert diagnosed(forward, 6, 9) == []


def test_a_norm_in_a_loss_is_silent() -> None:
    model = Sketch(lambda m, x: m.q(m.rnn(x)[0][:, -1]), rnn=nn.GRU(4, 8, batch_first=True), q=nn.Linear(8, 8))
    report = rs.diagnose(
        model, torch.randn(6, 9, 4), axes="batch seq feature", target=torch.randn(6, 8), target_axes="batch feature",
        loss=lambda out, target: ((out / out.norm()) * (target / target.norm())).sum(), probe=False,
    )  # fmt: skip
    assert [finding for finding in report.findings if finding.severity != "info"] == []
