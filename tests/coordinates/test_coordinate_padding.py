"""Padding by what stands in a tensor: it is told apart from numbers that count something else."""

from __future__ import annotations

import pytest
import torch

from rnnshape.coordinates.padding import by_lengths, of_real, side_of

LENGTHS = torch.tensor([4, 2, 6, 1])
STEPS = 6


def padded(side: str, fill: float = 0.0, features: int | None = None) -> torch.Tensor:
    """Return random numbers with a constant where no sample is."""
    places = torch.arange(STEPS) if side == "right" else torch.arange(STEPS - 1, -1, -1)
    real = places < LENGTHS[:, None]
    sizes = (4, STEPS) if features is None else (4, STEPS, features)
    values = torch.rand(sizes, generator=torch.Generator().manual_seed(0)) + 1
    return values.where(real if features is None else real[..., None], torch.tensor(fill))


@pytest.mark.parametrize("features", [None, 3])
@pytest.mark.parametrize("fill", [0.0, -7.5])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_side_of_the_padding(side: str, fill: float, features: int | None) -> None:
    assert side_of(padded(side, fill, features), LENGTHS) == side


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("change", [[5, 2, 6, 1], [4, 2, 6, 2], [3, 2, 6, 1], [6, 6, 6, 6], [2, 4, 6, 1]])
def test_numbers_that_are_no_lengths(side: str, change: list[int]) -> None:
    assert side_of(padded(side), torch.tensor(change)) is None


def test_a_tensor_without_padding_has_none() -> None:
    assert side_of(torch.rand(4, STEPS) + 1, LENGTHS) is None
    assert side_of(torch.zeros(4, STEPS), LENGTHS) is None


@pytest.mark.parametrize("side", ["left", "right"])
def test_what_is_real_tells_the_same_as_the_lengths(side: str) -> None:
    seen, told = of_real(padded(side) != 0), by_lengths(LENGTHS, STEPS, side, is_seen=False)
    assert seen is not None
    assert (seen.first.tolist(), seen.last.tolist()) == (told.first.tolist(), told.last.tolist())
    assert seen.lengths.tolist() == LENGTHS.tolist()
    assert (seen.is_left, seen.is_right) == (told.is_left, told.is_right) == (side == "left", side == "right")


@pytest.mark.parametrize("real", [[[1, 1], [1, 1]], [[0, 1, 1], [1, 1, 0]], [[0, 0], [1, 0]]], ids=["none", "both", "empty"])
def test_padding_on_no_side_or_on_both(real: list[list[int]]) -> None:
    assert of_real(torch.tensor(real) > 0) is None


def test_samples_in_another_order() -> None:
    padding = by_lengths(LENGTHS, STEPS, "right", is_seen=True)
    rows = padding.of_rows(torch.tensor([2, 0]))
    assert rows is not None
    assert rows.lengths.tolist() == [6, 4]
    assert padding.of_rows(torch.tensor([-1, 0])) is None
    assert padding.of_rows(torch.tensor([4])) is None
    numbered = padding.numbered(torch.tensor([3, 0, 1, 2]))
    assert numbered is not None
    assert numbered.lengths.tolist() == [2, 6, 1, 4]
    assert padding.numbered(torch.tensor([0, 0, 1, 2])) is None


def test_a_single_step_behind_the_end_shows_nothing_unless_it_is_one_number() -> None:
    lengths = torch.tensor([2, 1])
    values = torch.arange(1.0, 9.0).reshape(2, 2, 2)
    assert side_of(values, lengths) is None
    values[1, 1] = 0
    assert side_of(values, lengths) == "right"
    assert side_of(torch.tensor([[5, 6], [7, 0]]), lengths) is None
