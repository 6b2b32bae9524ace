"""Which units of an output were used at which step: told only where a direction's units are used where it has read one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape

HIDDEN, STEPS = 8, 7


class Picking(nn.Module):
    def __init__(self, pick: Callable[[Tensor], Tensor], width: int) -> None:
        super().__init__()
        self.rnn = nn.GRU(6, HIDDEN, bidirectional=True, batch_first=True)
        self.head = nn.Linear(width, 3)
        self.pick = pick

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.pick(self.rnn(x)[0]))


def findings(pick: Callable[[Tensor], Tensor]) -> list[tuple[str, str]]:
    x = torch.zeros(4, STEPS, 6)
    width = pick(torch.zeros(4, STEPS, 2 * HIDDEN)).size(-1)
    return [(f.code, f.message) for f in rnnshape.diagnose(Picking(pick, width), x, axes="batch seq feature").findings]


def by_two(y: Tensor) -> Tensor:
    y = y.reshape(4, STEPS, HIDDEN, 2)
    return torch.cat([y[:, -1, :, 0], y[:, 0, :, 1]], 1)


def one_step_only(way: str, units: str, step: int) -> tuple[str, str]:
    where = f"at step {step} only, where it has read one step and no more"
    return "RNS302", f"of the {way} direction units {units} are used {where}"


@pytest.mark.parametrize(
    ("pick", "found"),
    [
        pytest.param(by_two, one_step_only("reverse", "0, 2, 4 and 6", 6), id="cut into (hidden, 2)"),
        pytest.param(
            lambda y: torch.cat([y[:, -1, : HIDDEN + 3], y[:, 0, HIDDEN + 3 :]], 1),
            one_step_only("reverse", "0, 1 and 2", 6),
            id="halves of the wrong width",
        ),
        pytest.param(
            lambda y: torch.cat([y[:, -1, :5], y[:, 0, 5:]], 1),
            one_step_only("forward", "5, 6 and 7", 0),
            id="too narrow a half",
        ),
    ],
)
def test_units_of_the_wrong_end_are_found(pick: Callable[[Tensor], Tensor], found: tuple[str, str]) -> None:
    assert findings(pick) == [found]


@pytest.mark.parametrize(
    "pick",
    [
        pytest.param(lambda y: torch.cat([y[:, -1, :HIDDEN], y[:, 0, HIDDEN:]], 1), id="both ends"),
        pytest.param(lambda y: torch.cat([y[:, -1, :5], y[:, 0, HIDDEN + 2 :]], 1), id="some units of both ends"),
        pytest.param(lambda y: y.view(4, STEPS, 4, 4).mean(1).flatten(1), id="heads of four units"),
        pytest.param(lambda y: torch.cat([y[:, :, :5].amax(1), y[:, :, 5:].mean(1)], 1), id="two ways of pooling"),
        pytest.param(lambda y: torch.cat([h.max(1).values for h in y.chunk(4, -1)], -1), id="pooled chunks"),
        pytest.param(lambda y: torch.cat([y[:, -1, 5:], y.mean(1)], 1), id="some units of a step beside all"),
        pytest.param(lambda y: y.view(4, STEPS, 2, HIDDEN).sum(2)[:, ::2].flatten(1), id="summed directions"),
    ],
)
def test_other_ways_to_pick_units_are_silent(pick: Callable[[Tensor], Tensor]) -> None:
    assert findings(pick) == []
