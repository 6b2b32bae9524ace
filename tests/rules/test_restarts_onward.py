"""RNS314: a bidirectional layer that is given one step a call, and goes on from its own state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs


def diagnosed(forward: Any, batch: int, steps: int, directions: int = 2) -> list[rs.Finding]:
    torch.manual_seed(0)
    rnn = nn.GRU(4, 8, bidirectional=directions == 2)
    report = rs.diagnose(Sketch(forward, rnn=rnn), torch.randn(steps, batch, 4), axes="seq batch feature", probe=False)
    return [finding for finding in report.findings if finding.severity != "info"]


def one_by_one(m: Any, x: Tensor, order: Iterable[int]) -> Tensor:
    state, outputs = None, []
    for t in order:
        output, state = m.rnn(x[t : t + 1], state)
        outputs.append(output)
    return torch.cat(outputs)


@pytest.mark.parametrize(("batch", "steps"), [(6, 9), (6, 6), (8, 8), (2, 3), (4, 4)])
@pytest.mark.parametrize("is_turned", [False, True], ids=["onward", "from the end"])
def test_a_layer_that_is_led_step_by_step_is_found(batch: int, steps: int, is_turned: bool) -> None:
    order = range(steps)[::-1] if is_turned else range(steps)
    (finding,) = diagnosed(lambda m, x: one_by_one(m, x, order), batch, steps)
    assert (finding.code, finding.severity, finding.module) == ("RNS314", "warning", "rnn")
    goes = f"it is given one step a call, from step {order[0]} to step {order[-1]}, with the state from the call before"
    assert finding.message == f"{goes}: its reverse direction goes the same way as the forward one"
    assert finding.location is not None
    assert finding.location.code == "output, state = m.rnn(x[t : t + 1], state)"
    assert (finding.no_edit or "").startswith("a call without the loop reads all steps, and what else the loop does")


@pytest.mark.parametrize(("batch", "steps"), [(6, 9), (4, 4)])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: m.rnn(x)[0], id="all at once"),
        pytest.param(lambda m, x: torch.cat([m.rnn(x[t : t + 1])[0] for t in range(len(x))]), id="each for itself"),
        pytest.param(lambda m, x: one_by_one(m, x, range(2)), id="two calls"),
        pytest.param(lambda m, x: one_by_one(m, x, [0, 3, 1, 2]), id="in no order"),
        pytest.param(lambda m, x: one_by_one(m, x, [0] * 4), id="the same step again"),
    ],
)
def test_other_calls_are_silent(forward: Any, batch: int, steps: int) -> None:
    assert [finding.code for finding in diagnosed(forward, batch, steps) if finding.code == "RNS314"] == []


def test_one_direction_is_silent() -> None:
    assert diagnosed(lambda m, x: one_by_one(m, x, range(9)), 6, 9, directions=1) == []
