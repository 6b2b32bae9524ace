"""RNS209 of steps that a view has cut up, and that meet what has its steps along another dim; and of pairs that are meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def said(forward: Forward) -> list[tuple[str, str | None]]:
    model = Sketch(forward, rnn=nn.GRU(24, 8, batch_first=True), fc=nn.Linear(8, 24))
    report = rs.diagnose(model, torch.randn(4, 2, 12, 6), axes="batch channel feature seq", probe=False)
    assert report.exception is None
    return [(finding.code, finding.suggestion) for finding in report.findings]


def gains(m: Any, x: Tensor) -> Tensor:
    return m.fc(m.rnn(x.permute(0, 3, 1, 2).flatten(2))[0])


def viewed(m: Any, x: Tensor) -> Tensor:
    y = gains(m, x)
    return x * y.view(4, 2, 12, 6)


def test_steps_that_lie_where_channels_do_are_told() -> None:
    edit = "instead of y.view(4, 2, 12, 6): y.unflatten(-1, (2, 12)).permute(0, 2, 3, 1)"
    assert said(viewed) == [("RNS209", edit)]


def every_pair(y: Tensor) -> Tensor:
    return y.view(4, 2, 3, 1).expand(4, 2, 3, 6) + y.view(4, 1, 1, 6).expand(4, 2, 3, 6)


RIGHT: list[Forward] = [
    lambda m, x: x * gains(m, x).unflatten(-1, (2, 12)).permute(0, 2, 3, 1),
    lambda m, x: x * gains(m, x).mT.reshape(4, 2, 12, 6),
    lambda m, x: gains(m, x).mean(-1).view(4, 2, 3, 1) * gains(m, x).mean(-1).view(4, 1, 1, 6),
    lambda m, x: every_pair(gains(m, x).mean(-1)),
]  # fmt: skip


@pytest.mark.parametrize("forward", RIGHT, ids=["permuted", "turned", "every pair", "every pair, expanded"])
def test_what_is_in_order_and_what_makes_pairs_is_not(forward: Forward) -> None:
    assert said(forward) == []
