"""An influence drawn: every square is what was measured, in the palette's colours, on the paper."""

from __future__ import annotations

import pytest
import torch
from pictured import contains, outside, parsed, written
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.drawing.palette import BATCH, WRONG
from rnnshape.experiments.influence import Experiment, Influence, Matrix
from rnnshape.experiments.picture import is_allowed


class Classifier(nn.Module):
    """Mixes samples: layers and samples lie the other way round than the view takes them."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.LSTM(10, 16, num_layers=2), nn.Linear(32, 5)

    def forward(self, x: Tensor) -> Tensor:
        _, (h_n, _) = self.rnn(x)
        return self.fc(h_n.view(x.size(1), -1))


@pytest.fixture(scope="module")
def measured() -> Influence:
    return rs.probe(Classifier(), torch.randn(9, 6, 10), axes="seq batch feature")


def test_each_square_is_a_share_of_the_matrix(measured: Influence) -> None:
    assert measured.samples is not None
    assert measured.samples.matrix is not None
    drawing = measured.picture.drawing
    for row, values in enumerate(measured.samples.matrix.values):
        for column, share in enumerate(values):
            [cell] = drawing.boxes(f"samples [{row}, {column}]: {share:.0%}")
            squares = drawing.boxes(f"share samples [{row}, {column}]")
            assert len(squares) == (share > 0)
            assert all(contains(cell, square) for square in squares)
            assert all(square.fill == (BATCH if row == column else WRONG).ink for square in squares)


def test_the_area_of_a_square_is_its_share() -> None:
    values = ((1.0, 0.25), (0.0, 1.0))
    drawing = Influence(samples=Experiment("samples", "together", matrix=Matrix("sample", "sample", values))).picture.drawing
    [whole], [quarter] = drawing.boxes("share samples [0, 0]"), drawing.boxes("share samples [0, 1]")
    assert quarter.width + 2 == (whole.width + 2) / 2


def test_earlier_steps_may_change_later_ones_alone() -> None:
    assert [[is_allowed("future", row, column) for column in range(3)] for row in range(3)] == [
        [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip


def test_it_is_words_and_squares_on_paper(measured: Influence) -> None:
    assert {"samples: together", "order: together", "use: apart"} <= {*written(measured.svg)}
    assert any(line.startswith("RNS601 warning: changing sample") for line in written(measured.svg))
    assert any("at test_pictures_influence.py:" in line for line in written(measured.svg))
    assert outside(measured.picture.drawing) == []
    assert len(measured.svg) < 60_000
    assert measured.text == str(measured)


def test_more_than_sixteen_samples_are_cut() -> None:
    values = tuple(tuple(float(row == column) for column in range(20)) for row in range(20))
    picture = Influence(samples=Experiment("samples", "apart", matrix=Matrix("sample", "sample", values))).picture
    assert "the first 16 of 20" in written(picture.svg)
    assert picture.drawing.boxes("samples [15, 15]")
    assert not picture.drawing.boxes("samples [16, ")
    assert outside(picture.drawing) == []


def test_names_from_user_code_are_text() -> None:
    influence = Influence(untried=("samples: <script>alert(1)</script>\x1b[31m",))
    parsed(influence.svg)
    assert "<script" not in influence.svg
    assert "\x1b" not in influence.svg
