"""A Layout of a dict or a tuple is that of the only tensor in it; of several, or of a key that is not there, it is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.errors import SpecError

X, LENGTHS, LAYOUT = torch.zeros(6, 9, 4), torch.tensor([9] * 6), "batch seq feature"


class Nested(nn.Module):
    """Takes what a collate function made, and lays the states of two samples side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.LSTM(4, 8, batch_first=True, num_layers=2), nn.Linear(16, 3)

    def forward(self, batch: Any) -> Tensor:
        while isinstance(batch, (dict, tuple, list)):
            batch = batch["x"] if isinstance(batch, dict) else batch[0]
        _, (h, _) = self.rnn(batch)
        return self.fc(h.view(batch.size(0), -1))


@pytest.mark.parametrize(
    ("batch", "axes"),
    [
        ({"x": X}, LAYOUT),
        ((X,), LAYOUT),
        ([X, "a word"], LAYOUT),
        ({"x": (X, 3)}, LAYOUT),
        ({"x": X}, {"batch": LAYOUT}),
        ({"x": X}, {"batch": {"x": LAYOUT}}),
        ({"x": (X, LENGTHS)}, {"batch": {"x": (LAYOUT, "batch")}}),
        ((X,), [LAYOUT]),
        ((X, LENGTHS), [(LAYOUT, None)]),
    ],
)
def test_what_is_said_of_the_only_tensor(batch: Any, axes: Any) -> None:
    report = rs.diagnose(Nested(), batch, axes=axes)
    assert [finding.code for finding in report.findings] == ["RNS203"]
    assert report.blind == ()


@pytest.mark.parametrize(
    ("batch", "axes", "message"),
    [
        (
            {"x": X, "lengths": LENGTHS},
            LAYOUT,
            "axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a dict there are 'x' and 'lengths'; "
            "say it of one, as in {'x': 'batch seq feature'}",
        ),
        (
            (X, LENGTHS),
            {"batch": LAYOUT},
            "axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a tuple there are 0 and 1; "
            "say it of one, as in ('batch seq feature', None)",
        ),
        (
            {"x": X, "lengths": LENGTHS},
            {"batch": {"length": "batch"}},
            "axes of 'batch': there is no 'length' in it, but x and lengths; did you mean 'lengths'?",
        ),
    ],
)
def test_what_is_said_of_several_is_refused(batch: Any, axes: Any, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        rs.diagnose(Nested(), batch, axes=axes)
    assert str(refused.value) == message


def test_a_watch_that_cannot_place_a_layout_says_so() -> None:
    model = Nested()
    with rs.watch(model, axes=LAYOUT, track=1, on="record") as report:
        model({"x": X, "lengths": LENGTHS})
    (blind,) = report.blind
    assert blind.startswith("Nested: axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a dict there are")
