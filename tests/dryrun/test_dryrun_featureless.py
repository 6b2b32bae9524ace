"""A batch and its steps without features, which a recurrent layer takes for one sequence."""

from __future__ import annotations

import pytest
from torch import nn

import rnnshape as rs


class Last(nn.Module):
    def __init__(self, kind: type[nn.RNNBase] = nn.GRU) -> None:
        super().__init__()
        self.rnn, self.fc = kind(10, 16, batch_first=True), nn.Linear(16, 5)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


def notes(model: nn.Module, *layouts: object) -> tuple[str, ...]:
    return rs.predict(model, *layouts).notes


def test_what_to_write_is_said_once_it_was_tried() -> None:
    names = "names no features, so a recurrent layer reads one sequence, unbatched"
    assert notes(Last(), "batch=6 seq=9") == (f"x: 'batch=6 seq=9' {names}; it runs with 'batch=6 seq=9 feature=10'",)
    assert notes(Last(nn.LSTM), rs.Layout("batch=6 seq=9")) == notes(Last(), "batch=6 seq=9")
    fits = "seq=9 batch=6 feature=10"
    assert notes(nn.GRU(10, 16), "seq=9 batch=6") == (f"input: 'seq=9 batch=6' {names}; it runs with '{fits}'",)


class Flat(Last):
    def forward(self, x):
        return self.fc(self.rnn(x)[0].view(9, 16))


@pytest.mark.parametrize(
    ("model", "layout"),
    [
        (Last(), "batch=6 seq=9 feature=9"),
        (Last(), "seq=9 feature=9"),
        (Last(), "batch=B seq=T"),
        (Flat(), "batch=6 seq=9"),
        (nn.Sequential(nn.Linear(9, 4)), "batch=6 seq=9"),
    ],
)
def test_nothing_is_said_of_another_width_or_where_it_would_not_run(model: nn.Module, layout: str) -> None:
    assert not [note for note in notes(model, layout) if "names no features" in note]
