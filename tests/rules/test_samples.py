"""RNS501 and RNS233: flags that are taken for numbers of rows, whether somebody has named the samples or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

RESET = "0 or 1 of each sample is taken for the number of a row: samples 0 and 1 are reset, not those with a 1"

FLAGS = torch.tensor([0, 1, 0, 0, 1, 0])


class Resets(nn.Module):
    """Reads two steps, and resets its states in between."""

    def __init__(self, reset: Callable[[Tensor, Tensor], None], hidden: int) -> None:
        super().__init__()
        self.rnn, self.reset = nn.GRU(4, hidden), reset

    def forward(self, x: Tensor, at: Tensor) -> Any:
        _, h = self.rnn(x[:1])
        h = h.clone()
        self.reset(h, at)
        return self.rnn(x[1:], h)[0]


def found(reset: Callable[[Tensor, Tensor], None], at: Tensor, hidden: int = 8) -> list[tuple[str, str]]:
    model = Resets(reset, hidden)
    with rs.watch(model, track=True, on="record") as report:
        model(torch.randn(2, 6, 4), at)
    return [(f.code, f.message) for f in report.findings]


def rows(h: Tensor, at: Tensor) -> None:
    h[:, at] = 0.0


def behind(h: Tensor, at: Tensor) -> None:
    h[..., at, :] = 0.0


@pytest.mark.parametrize("hidden", [8, 6])
@pytest.mark.parametrize("reset", [rows, behind])
def test_flags_for_numbers_of_rows_are_found(reset: Callable[[Tensor, Tensor], None], hidden: int) -> None:
    assert found(reset, FLAGS, hidden) == [("RNS501", RESET)]


@pytest.mark.parametrize(
    ("reset", "at"),
    [
        pytest.param(rows, FLAGS.bool(), id="flags"),
        pytest.param(rows, torch.tensor([0, 1]), id="numbers of two rows"),
        pytest.param(rows, torch.tensor([1, 0, 5, 4, 2, 3]), id="numbers of all rows"),
        pytest.param(rows, torch.zeros(6, dtype=torch.long), id="nobody is reset, or row 0 is"),
        pytest.param(lambda h, at: h.__setitem__((..., at), 0.0), FLAGS, id="units"),
    ],
)
def test_what_may_be_numbers_is_silent(reset: Callable[[Tensor, Tensor], None], at: Tensor) -> None:
    assert found(reset, at, hidden=6) == []


# Rows that are picked

PICKED = "0 or 1 of each sample is taken for the number of a row: rows 0 and 1 are picked, not those with a 1"

DIED = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])

Pick = Callable[[Any, Tensor, Tensor], Any]


def picked(pick: Pick, died: Tensor = DIED) -> list[tuple[str, str, str | None]]:
    layers = {"rnn": nn.GRU(4, 8, batch_first=True), "fc": nn.Linear(8, 1)}
    model = Sketch(lambda m, x, d: pick(m, m.fc(m.rnn(x)[1][-1]), d), **layers)
    report = rs.diagnose(model, torch.randn(len(died), 7, 4), died, axes=("batch seq feature", "batch"), probe=False)
    return [(f.code, f.message, f.suggestion) for f in report.findings if f.code == "RNS233"]


def sorted_too(m: Any, risk: Tensor, died: Tensor) -> Tensor:
    order = torch.tensor([3, 1, 0, 5, 4, 2])
    return risk[order][died[order].long()]


def kept(m: Any, risk: Tensor, died: Tensor) -> Tensor:
    return risk[died.bool()]


@pytest.mark.parametrize(
    "pick",
    [
        pytest.param(lambda m, risk, died: risk[died.long()], id="fractions"),
        pytest.param(lambda m, risk, died: risk.squeeze(1)[died.int()], id="of one dim"),
        pytest.param(lambda m, risk, died: risk[(died > 0).to(torch.int64)], id="an answer"),
        pytest.param(lambda m, risk, died: risk.t()[:, died.type(torch.long)], id="columns"),
        pytest.param(lambda m, risk, died: risk.index_select(0, died.long()), id="index_select"),
        pytest.param(sorted_too, id="both were sorted"),
    ],
)
def test_flags_that_pick_rows_are_found(pick: Pick) -> None:
    assert picked(pick) == [("RNS233", PICKED, ".bool() of the index fits")]


@pytest.mark.parametrize(
    ("pick", "died"),
    [
        pytest.param(kept, DIED, id="a mask"),
        pytest.param(lambda m, risk, died: risk[died.long()], torch.tensor([2.0, 0.0, 1.0, 3.0]), id="numbers of rows"),
        pytest.param(lambda m, risk, died: risk[died.long()], torch.zeros(5), id="the first row"),
        pytest.param(lambda m, risk, died: risk[died.long()], torch.tensor([1.0, 0.0]), id="two rows"),
        pytest.param(lambda m, risk, died: risk[died.argsort()[:4].long()], DIED, id="an order"),
        pytest.param(lambda m, risk, died: risk[died.long()[:4]], DIED, id="fewer than samples"),
        pytest.param(lambda m, risk, died: m.fc.weight.view(8, 1)[:6][died.long()] + risk, DIED, id="rows of a table"),
        pytest.param(lambda m, risk, died: risk.expand(6, 2)[torch.arange(6), died.long()], DIED, id="a unit of each"),
        pytest.param(lambda m, risk, died: risk[died.sort().values.cumsum(0).long()], torch.full((6,), 0.2), id="a count"),
        pytest.param(lambda m, risk, died: torch.stack([risk, -risk])[died.long(), torch.arange(6)], DIED, id="one of two"),
    ],
)
def test_what_may_pick_rows_is_silent(pick: Pick, died: Tensor) -> None:
    assert picked(pick, died) == []


def test_whole_numbers_that_were_never_flags_may_be_partners() -> None:
    assert picked(lambda m, risk, died: risk[died], torch.tensor([1, 0, 0, 1])) == []


@pytest.mark.parametrize(("kind", "expected"), [(torch.long, ["RNS233"]), (torch.bool, [])])
def test_who_names_nothing_is_told_of_rows_of_a_loader(kind: torch.dtype, expected: list[str]) -> None:
    model = Sketch(lambda m, x: m.fc(m.rnn(x)[1][-1]), rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 1))
    with rs.watch(model, track=True, on="record") as report:
        for x, died in DataLoader(TensorDataset(torch.randn(6, 7, 4), DIED), batch_size=6):
            model(x)[died.to(kind)].mean().backward()
    assert [f.code for f in report.findings] == expected
