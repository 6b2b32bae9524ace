"""RNS313: one tensor is put beside itself, and another layer has no part in what is returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import rnnshape as rs

SAID = "one tensor is put beside itself, and what this layer has read reaches nothing that is returned"


def diagnosed(forward: Callable[[Any, Tensor], Any], batch: int = 5, steps: int = 8) -> list[rs.Finding]:
    torch.manual_seed(0)
    layers = {"one": nn.GRU(4, 8, batch_first=True), "other": nn.GRU(4, 8, batch_first=True), "fc": nn.Linear(16, 3)}
    report = rs.diagnose(Sketch(forward, **layers), torch.randn(batch, steps, 4), axes="batch seq feature", probe=False)
    return [finding for finding in report.findings if finding.severity != "info"]


def both(m: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return m.one(x)[0], m.other(x)[0]


def twice(m: Any, x: Tensor) -> Tensor:
    a, _ = both(m, x)
    return m.fc(torch.cat([a, a], 2))


def of_states(m: Any, x: Tensor) -> Tensor:
    a, b = (out[:, -1] for out in both(m, x))
    return m.fc(torch.cat([a, a], -1)) + 0 * b.detach().sum()


def behind_two_that_are_alike(m: Any, x: Tensor) -> Tensor:
    a, _ = both(m, x)
    alike = [a[:, :, :8] for _ in range(2)]
    for pair in (alike, alike[:1] * 2):
        joined = torch.cat(pair, 2)
    return m.fc(joined)


@pytest.mark.parametrize(("batch", "steps"), [(5, 8), (8, 8), (1, 8)])
@pytest.mark.parametrize("forward", [twice, of_states, behind_two_that_are_alike])
def test_one_twice_and_another_never_is_found(forward: Any, batch: int, steps: int) -> None:
    (finding,) = diagnosed(forward, batch, steps)
    assert (finding.code, finding.severity, finding.message, finding.module) == ("RNS313", "warning", SAID, "other")
    assert finding.location is not None
    assert "torch.cat" in (finding.location.code or "")


def frozen(m: Any, x: Tensor) -> Tensor:
    with torch.no_grad():
        m.other(x)
    return m.fc(m.one(x)[0].repeat(1, 1, 2))


def beside_a_frozen_one(m: Any, x: Tensor) -> Tensor:
    with torch.no_grad():
        m.other(x)
    a = m.one(x)[0]
    return m.fc(torch.cat([a, a], 2))


def hidden_by_a_checkpoint(m: Any, x: Tensor) -> Any:
    def run(given: Tensor) -> Tensor:
        return m.other(given)[0]

    a = m.one(x)[0]
    read = checkpoint(run, a[..., :4].contiguous(), use_reentrant=True)
    return m.fc(torch.cat([a, a], 2)), read


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: m.fc(torch.cat(both(m, x), 2)), id="two"),
        pytest.param(lambda m, x: (m.fc(torch.cat([m.one(x)[0]] * 2, 2)), m.other(x)[0]), id="twice, and another is returned"),
        pytest.param(lambda m, x: m.fc(torch.cat([m.one(x)[0]] * 2, 2)), id="twice, and there is no other"),
        pytest.param(lambda m, x: m.fc(m.one(x)[0].repeat(1, 1, 2)) if m.other(x) else None, id="repeated"),
        pytest.param(lambda m, x: m.fc(torch.cat([m.one(x)[0][:, :, :8] for _ in range(2)], 2)), id="two that are alike"),
        frozen,
        beside_a_frozen_one,
        hidden_by_a_checkpoint,
    ],
)
def test_what_may_be_meant_is_silent(forward: Any) -> None:
    assert diagnosed(forward) == []
