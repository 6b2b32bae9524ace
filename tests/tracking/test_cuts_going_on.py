"""Rows that go on from call to call, as their targets do, are steps: told where a layer takes them for its batch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import rnnshape as rs

FEW = 8


class Reader(nn.Module):
    """Says the next word of each text, and returns its state."""

    def __init__(self, *, batch_first: bool) -> None:
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(7, 4), nn.LSTM(4, 6, 2, batch_first=batch_first), nn.Linear(6, 7)

    def forward(self, words: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        out, state = self.rnn(self.embed(words), state)
        return self.fc(out), state


def read(
    *, batch_first: bool = True, carries: bool = True, further: int = 1, starts: tuple[int, ...] = (0, FEW, 2 * FEW)
) -> rs.Report:
    """Watch some steps of a model that reads texts, which lie in columns, in pieces.

    Args:
        batch_first: whether its layer takes the rows for its batch.
        carries: whether a state goes on to the next piece.
        further: by how many rows the targets have moved on.
        starts: of the pieces.
    """
    texts, model, state = torch.randint(7, (4 * FEW + 1, 5)), Reader(batch_first=batch_first), None
    with rs.watch(track=3, on="record") as report:
        for start in starts:
            words, wanted = texts[start : start + FEW], texts[start + further : start + FEW + further]
            scores, state = model(words, state if carries else None)
            state = (state[0].detach(), state[1].detach())
            F.cross_entropy(scores.flatten(0, 1), wanted.flatten()).backward()
    return report


def test_steps_that_a_layer_takes_for_its_batch_are_told() -> None:
    (finding,) = read().findings
    assert (finding.code, finding.module) == ("RNS201", "Reader.rnn")
    assert finding.message == (
        "LSTM takes dim 0 for its batch, and there the steps lie: its input goes on along dim 0 where that of the call before "
        "has ended, as the targets do"
    )
    assert finding.suggestion == "batch_first=False of the layer fits"


def test_a_layer_that_takes_them_for_its_steps_is_right() -> None:
    assert not read(batch_first=False).findings


def test_rows_of_which_each_begins_anew_may_be_samples() -> None:
    assert not read(carries=False).findings


def test_rows_that_do_not_go_on_may_be_samples() -> None:
    assert not read(starts=(0, 2 * FEW, FEW)).findings


@pytest.mark.parametrize("further", [0, FEW])
def test_rows_of_which_no_other_is_the_target_may_be_samples(further: int) -> None:
    assert "RNS201" not in {finding.code for finding in read(further=further).findings}


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__]))
