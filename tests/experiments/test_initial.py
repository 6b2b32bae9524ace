"""Initial states among what a model is given: the layer that starts from them says where their samples lie."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

X = torch.randn(5, 6, 3, generator=torch.Generator().manual_seed(0))


class Layer(nn.Module):
    """A layer that starts from what it is given."""

    def __init__(self, turned: bool = False) -> None:
        super().__init__()
        self.rnn, self.turned = nn.LSTM(3, 8, num_layers=2, batch_first=True), turned

    def forward(self, x: Tensor, states: tuple[Tensor, Tensor]) -> Tensor:
        h, c = (state.flip(1) if self.turned else state for state in states)
        return self.rnn(x, (h, c))[0]


class Cell(nn.Module):
    """A cell that starts from what it is given, or from a part of it."""

    def __init__(self, part: bool = False) -> None:
        super().__init__()
        self.cell, self.part = nn.LSTMCell(3, 8), part

    def forward(self, x: Tensor, states: tuple[Tensor, Tensor]) -> Tensor:
        h, c = ((state[:, :8]) if self.part else state for state in states)
        return self.cell(x, (h, c))[0]


def states_of(*sizes: int) -> tuple[Tensor, Tensor]:
    return torch.randn(sizes), torch.zeros(sizes)


def test_states_of_a_layer_are_never_batch_first() -> None:
    influence = rs.probe(Layer(), X, states_of(2, 5, 8), axes=("batch seq feature",))
    assert influence.order is not None
    assert influence.number is not None
    assert (influence.order.verdict, influence.number.verdict) == ("apart", "apart")
    assert influence.findings == ()


def test_states_of_a_cell_have_a_row_for_each_sample() -> None:
    influence = rs.probe(Cell(), X[:, 0], states_of(5, 8), axes=("batch feature",))
    assert influence.order is not None
    assert (influence.order.verdict, influence.findings) == ("apart", ())


def test_states_that_meet_are_seen() -> None:
    class Summed(Cell):
        def forward(self, x: Tensor, states: tuple[Tensor, Tensor]) -> Tensor:
            first = self.cell(x, states)[0]
            return first + self.cell(x, (states[0].cumsum(0), states[1]))[0]

    influence = rs.probe(Summed(), X[:, 0], states_of(5, 8), axes=("batch feature",))
    assert [finding.code for finding in influence.findings if finding.severity != "info"] == ["RNS601"]


@pytest.mark.parametrize(("model", "x", "sizes"), [(Layer(True), X, (2, 5, 8)), (Cell(True), X[:, 0], (5, 10))])
def test_of_what_no_layer_takes_as_it_is_nobody_knows(model: nn.Module, x: Tensor, sizes: tuple[int, ...]) -> None:
    axes = ("batch seq feature",) if x.dim() == 3 else ("batch feature",)
    influence = rs.probe(model, x, states_of(*sizes), axes=axes)
    assert influence.order is not None
    assert influence.order.verdict == "unknown"
    why = "nobody has said where the samples are in input[0][1][0] and input[0][1][1]"
    assert influence.order.evidence == (why,)
    assert f"number: it is not known which rows are whose, as {why}" in influence.untried


def test_a_script_that_hands_states_on_is_probed() -> None:
    torch.manual_seed(0)
    model = Cell()
    with rs.watch(track=3, on="record", probe="auto") as report:
        for (x,) in DataLoader(TensorDataset(torch.randn(10, 3)), 5):
            model(x, (torch.zeros(5, 8), torch.zeros(5, 8))).sum().backward()
    assert report.probed == "Cell was probed on a copy: in eval mode its samples are apart"
