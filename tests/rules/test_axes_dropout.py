"""RNS217, a note: channel dropout drops dim 1 of (batch, channels, positions), whatever lies there."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Encoder(nn.Module):
    """Drops channels before a recurrent layer; of what, the axes of its input say."""

    def __init__(self, drop: nn.Module, turn: bool = False, batch_first: bool = True) -> None:
        super().__init__()
        self.drop, self.turn = drop, turn
        self.rnn = nn.GRU(4, 8, batch_first=batch_first)

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop(x.transpose(1, 2)).transpose(1, 2) if self.turn else self.drop(x)
        return self.rnn(x)[1][-1]


X = torch.zeros(6, 9, 4)


@pytest.mark.filterwarnings("ignore:dropout2d")
@pytest.mark.parametrize("kind", [nn.Dropout1d, nn.Dropout2d])
def test_whole_steps_that_are_dropped_are_a_note(kind: type[nn.Module]) -> None:
    report = rs.diagnose(Encoder(kind(0.1)), X, axes="batch seq feature")
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.module) == ("RNS217", "info", "drop")
    name = kind.__name__.lower()
    assert finding.message == f"{name} drops whole channels, dim 1 of (batch, channels, positions): here whole steps"
    assert finding.suggestion == "transpose(1, 2) of its input and of its output drops whole features"
    assert report.ok


def test_whole_samples_too() -> None:
    (finding,) = rs.diagnose(Encoder(nn.Dropout1d(0.1), batch_first=False), X, axes="seq batch feature").findings
    assert finding.message.endswith("here whole samples")
    assert finding.suggestion is None


@pytest.mark.parametrize(
    "encoder",
    [
        pytest.param(Encoder(nn.Dropout1d(0.1), turn=True), id="what is suggested"),
        pytest.param(Encoder(nn.Dropout1d(0.1)).eval(), id="it does not train"),
        pytest.param(Encoder(nn.Dropout1d(0.0)), id="nothing is dropped"),
        pytest.param(Encoder(nn.Dropout(0.1)), id="elements are dropped"),
    ],
)
def test_what_drops_no_whole_steps_is_silent(encoder: Encoder) -> None:
    assert rs.diagnose(encoder, X, axes="batch seq feature").findings == ()
