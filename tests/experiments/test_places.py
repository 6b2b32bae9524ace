"""Where samples lie in what a model is given: padding fills up the row of its sample."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.experiments.places import _filled

ROWS = torch.arange(3)[:, None].expand(3, 4)


@pytest.mark.parametrize("dim", [0, 1])
def test_padding_is_of_the_sample_whose_row_it_fills_up(dim: int) -> None:
    whole = ROWS.transpose(0, dim)
    table = torch.where(torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0]], dtype=torch.bool).transpose(0, dim), whole, -1)
    filled = _filled(table)
    assert filled is not None
    assert torch.equal(filled, whole)
    assert _filled(whole) is whole


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(torch.tensor([[0, 1, -1], [1, 0, -1]]), id="rows of several"),
        pytest.param(torch.tensor([[0, 0], [-1, -1], [1, 1]]), id="a row of nobody"),
    ],
)
def test_what_is_of_nobody_is_not_guessed(table: Tensor) -> None:
    assert _filled(table) is None


class Packed(nn.Module):
    """Packs with lengths that are a list of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)

    def forward(self, x: Tensor, lengths: list[int]) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.rnn(packed)[1][-1]


def test_a_list_of_one_number_a_sample_stays_as_it_is_so_no_other_order_is_tried() -> None:
    influence = rs.probe(Packed(), torch.randn(5, 7, 4), [7, 3, 5, 2, 6], axes="batch seq feature")
    assert influence.samples is not None
    assert influence.order is not None
    assert influence.samples.verdict == "apart"
    assert (influence.order.verdict, influence.order.evidence) == (
        "unknown",
        ("nobody has said where the samples are in input[0][1]",),
    )
    assert influence.findings == ()


@pytest.mark.parametrize("track", [True, False])
def test_a_model_is_probed_past_whoever_of_ours_watches(track: bool) -> None:
    model, x = nn.GRU(4, 8, batch_first=True), torch.randn(5, 6, 4)
    with rs.watch(model, track=track, on="record") as report:
        model(x)
        influence = rs.probe(model, x, axes="batch seq feature")
        model(x)
    assert [experiment.verdict for experiment in influence.experiments][:3] == ["apart"] * 3
    assert "2 calls" in str(report)
