"""Columns of one tensor that a script puts behind one another: what a layer reads of them is in order, or samples are mixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

STEPS, SOME = 6, 4


class Walkers(nn.Module):
    """Reads rows that lie behind one another, as steps of several walkers."""

    def __init__(self, read: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.look, self.rnn, self.act = nn.Linear(3, 5), nn.GRU(5, 5), nn.Linear(5, 2)
        self.read = read

    def forward(self, rows: Tensor) -> Tensor:
        return self.act(self.rnn(self.read(self.look(rows)))[0])


def in_order(rows: Tensor) -> Tensor:
    return rows.unflatten(0, (-1, STEPS)).transpose(0, 1)


def viewed(rows: Tensor) -> Tensor:
    return rows.view(STEPS, -1, 5)


def watched(read: Callable[[Tensor], Tensor], pieces: Sequence[Tensor]) -> rs.Report:
    with rs.watch(track=2, on="record") as report:
        model = Walkers(read)
        for _ in range(2):
            model(torch.cat([*pieces])).sum().backward()
    return report


def columns() -> list[Tensor]:
    stored = torch.randn(STEPS, 9, 3)
    return [stored[:, at] for at in (7, 2, 0, 5)]


def test_columns_that_a_view_mixes_are_told() -> None:
    (finding,) = watched(viewed, columns()).findings
    assert finding.code == "RNS203"
    assert finding.message == (
        "samples are mixed: along dim 0 of (6, 4, 5) lie samples 0, 1, 2 and 3, and GRU takes that dim for steps"
    )
    assert finding.suggestion == "instead of rows.view(STEPS, -1, 5): rows.unflatten(0, (-1, STEPS)).transpose(0, 1)"


def test_columns_in_order_tell_which_are_the_samples() -> None:
    report = watched(in_order, columns())
    assert not report.findings
    assert report.assumed == (
        "rows: nobody has named the batch, so samples were judged on the columns that were joined along dim 0, "
        "which Walkers.rnn (GRU) takes for its batch; axes= names it otherwise",
    )


@pytest.mark.parametrize(
    "pieces",
    [
        [*torch.randn(STEPS * SOME, 3).split(STEPS)],
        [column.clone() for column in columns()],
        [torch.randn(STEPS, 2, 3)[:, 0] for _ in range(SOME)],
        [torch.randn(STEPS, 9, 3)[:, 2]] * SOME,
    ],
    ids=["pieces of one run", "copies", "of tensors of their own", "one column again and again"],
)
def test_of_what_is_no_column_nothing_is_said(pieces: Sequence[Tensor]) -> None:
    assert not watched(viewed, pieces).findings


class Loop(nn.Module):
    """Reads as many columns as each has rows, one row of a view of them after the other."""

    def __init__(self, *, turns: bool) -> None:
        super().__init__()
        self.cell, self.turns = nn.GRUCell(3, 5), turns

    def forward(self, flat: Tensor) -> Tensor:
        rows, h = flat.view(STEPS, STEPS, 3), torch.zeros(STEPS, 5)
        for row in rows.transpose(0, 1) if self.turns else rows:
            h = self.cell(row, h)
        return h


def looped(order: Sequence[int], *, turns: bool) -> list[str]:
    stored, model = torch.randn(STEPS, 9, 3), Loop(turns=turns)
    with rs.watch(track=2, on="record") as report:
        for _ in range(2):
            model(torch.cat([stored[:, at] for at in order])).sum().backward()
    return [finding.code for finding in report.findings if finding.severity != "info"]


DRAWN = (7, 2, 0, 5, 8, 1)
"""Columns in an order that samples may have, and steps have not."""


def test_a_loop_over_columns_that_were_drawn_runs_over_samples() -> None:
    assert looped(DRAWN, turns=False) == ["RNS201"]


def test_a_loop_over_the_rows_of_columns_that_were_drawn_is_right() -> None:
    assert looped(DRAWN, turns=True) == []


@pytest.mark.parametrize("turns", [False, True])
def test_columns_in_their_own_order_may_be_steps(turns: bool) -> None:
    assert looped(range(STEPS), turns=turns) == []


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__]))
