"""The picture of windows says which elements of the series each has, as a Dataset, a DataLoader and permute hand them out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from expected import Expected
from pictured import outside, parsed, written
from torch.utils.data import DataLoader, Dataset

import rnnshape as rs
from rnnshape.calculator.pictures.windows import windows_of
from rnnshape.drawing.palette import sample_tint
from rnnshape.drawing.shapes import Box, Words

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"
ARTICLE = rs.predict_windows(length=7, window=3, batch_size=2)


class Windows(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """The Dataset of the articles, over the places of a series."""

    def __init__(self, p: rs.WindowsPrediction) -> None:
        self.p, self.series = p, torch.arange(p.length)

    def __len__(self) -> int:
        return self.p.windows

    def __getitem__(self, at: int) -> tuple[torch.Tensor, torch.Tensor]:
        if at >= len(self):
            raise IndexError(at)
        start = at * self.p.stride
        end = start + self.p.window
        return self.series[start:end], self.series[end - 1 + self.p.horizon]


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("horizon", [0, 1, 3])
@pytest.mark.parametrize("drop_last", [False, True])
def test_windows_are_those_of_a_dataset(stride: int, horizon: int, drop_last: bool) -> None:
    p = rs.predict_windows(20, 4, 3, horizon=horizon, stride=stride, drop_last=drop_last)
    loader = DataLoader(Windows(p), batch_size=3, drop_last=drop_last)
    real = [(number, row, *pair) for number, (xs, ys) in enumerate(loader) for row, pair in enumerate(zip(xs, ys, strict=True))]
    found = list(windows_of(p))
    assert len(found) == len(real)
    for window, (batch, row, x, y) in zip(found, real, strict=True):
        assert (window.batch, window.row, list(window.elements)) == (batch, row, x.tolist())
        assert window.target == (int(y) if horizon else None)


def test_the_batch_is_what_a_loader_hands_out_and_permute_turns() -> None:
    x, _ = next(iter(DataLoader(Windows(ARTICLE), batch_size=2)))
    turned = x.unsqueeze(-1).permute(1, 0, 2).squeeze(-1)
    shapes = ARTICLE.picture.drawing.shapes
    numbers = {(s.x, s.y): s.words for s in shapes if isinstance(s, Words)}
    for label, real in (("batch-first", x), ("seq-first", turned)):
        cells = [s for s in shapes if isinstance(s, Box) and s.hint.startswith(label)]
        assert len(cells) == real.numel()
        for box in cells:
            row, column = (int(n) for n in box.hint.partition("[")[2].removesuffix("]").split(", "))
            assert int(numbers[box.x + box.width / 2, box.y + 17]) == int(real[row, column])
            assert box.fill == sample_tint(row if label == "batch-first" else column)


def test_the_picture(expected: Expected) -> None:
    expected(GOLDEN / "windows.svg", ARTICLE.svg)
    expected(GOLDEN / "windows.txt", ARTICLE.text)
    lines = written(ARTICLE.svg)
    assert "(2, 3, 1)" in lines
    assert "(3, 2, 1)" in lines
    assert "(7 - 3 - 1) // 1 + 1 = 4 windows" in " ".join(lines)


@pytest.mark.parametrize("given", [(7, 3, 2), (1000, 30, 32, 4), (100_000, 500, 64), (5, 5, 1), (9, 2, 4, 2)])
def test_any_series_fits_on_the_paper(given: tuple[int, ...]) -> None:
    p = rs.predict_windows(*given, horizon=0 if given[0] == given[1] else 1)
    parsed(p.svg)
    assert outside(p.picture.drawing) == []
    assert len(p.svg) < 100_000
    assert p._repr_html_() == p.svg
