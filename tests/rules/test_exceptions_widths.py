"""What is said of a layer of another width: nothing that would take steps or samples for features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def suggested(layer: nn.Module, forward: Forward) -> str | None:
    model = Sketch(forward, rnn=nn.LSTM(4, 8, batch_first=True), layer=layer)
    report = rs.diagnose(model, torch.randn(6, 9, 4), axes="batch seq feature")
    assert report.exception is not None
    return report.findings[0].suggestion


@pytest.mark.parametrize(
    ("layer", "fits"),
    [
        pytest.param(nn.Linear(9, 2), "nn.Linear(8, ...) fits, if it is meant to read these features", id="steps"),
        pytest.param(nn.Linear(6, 2), "nn.Linear(8, ...) fits, if it is meant to read these features", id="samples"),
    ],
)
def test_neither_steps_nor_samples_are_moved_to_the_features(layer: nn.Module, fits: str) -> None:
    assert suggested(layer, lambda m, x: m.layer(m.rnn(x)[0])) == fits


def test_nor_to_the_channels() -> None:
    assert suggested(nn.Conv1d(9, 3, 1), lambda m, x: m.layer(m.rnn(x)[0].transpose(1, 2))) is None


def test_features_are() -> None:
    found = suggested(nn.Linear(8, 2), lambda m, x: m.layer(m.rnn(x)[0].transpose(1, 2)))
    assert found == "the axis of size 8 is at dim 1: transpose(1, -1) fits"
    found = suggested(nn.Conv1d(8, 3, 1), lambda m, x: m.layer(m.rnn(x)[0]))
    assert found is not None
    assert found.startswith("the axis of size 8 is at dim 2: transpose(1, 2) of the input fits")
