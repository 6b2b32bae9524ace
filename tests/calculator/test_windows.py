"""Windows of a series, against a real Dataset and DataLoader, and the whole text of what is printed and refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from rnnshape import SpecError, SpecTypeError, WindowsPrediction, predict, predict_windows


class Windows(Dataset[Any]):
    """The windows of a series of (length, features), each with its target where there is a horizon."""

    def __init__(self, series: Tensor, window: int, horizon: int, stride: int) -> None:
        self.series, self.window, self.horizon = series, window, horizon
        self.starts = [s for s in range(0, len(series), stride) if s + window + horizon <= len(series)]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> Any:
        end = self.starts[index] + self.window
        x = self.series[self.starts[index] : end]
        return (x, self.series[end - 1 + self.horizon]) if self.horizon else x


def refusal(build: Callable[[], object], kind: type[SpecError] = SpecError) -> str:
    """Return the text of the refusal, which is of exactly this kind."""
    with pytest.raises(SpecError) as caught:
        build()
    assert type(caught.value) is kind
    return str(caught.value)


def check_batches(loader: DataLoader[Any], p: WindowsPrediction, label: str) -> None:
    batches = list(loader)
    assert len(batches) == len(loader) == p.batches, label
    for index, batch in enumerate(batches):
        x, target = batch if p.horizon else (batch, None)
        assert tuple(x.shape) == p.batch(index).sizes == p.batch(index - p.batches).sizes, f"{label}: batch {index}"
        assert p.batch(index).names == ("batch", "seq", "feature")
        if target is not None:
            assert p.target is not None
            assert tuple(target.shape) == p.batch(index)[:, 0].sizes, f"{label}: target {index}"
    assert all(p.batch(index) == p.input for index in range(p.batches - 1)), label
    if batches:
        assert p.batch(-1) == (p.last_input or p.input), label
    for index in (p.batches, -p.batches - 1):
        with pytest.raises(SpecError):
            p.batch(index)


def test_every_batch_of_a_real_loader() -> None:
    checked = without = 0
    grid = product((1, 6, 7, 12), (1, 3, 6), (1, 2, 4, 20), (1, 3), (0, 1, 2), (1, 2, 3), (False, True))
    for length, window, batch_size, features, horizon, stride, drop_last in grid:
        given = {"horizon": horizon, "stride": stride, "drop_last": drop_last}
        label = f"predict_windows({length}, {window}, {batch_size}, {features}, {given})"
        dataset = Windows(torch.zeros(length, features), window, horizon, stride)
        if not len(dataset):
            with pytest.raises(SpecError, match=f"^length={length}: "):
                predict_windows(length, window, batch_size, features, **given)
            without += 1
            continue
        p = predict_windows(length, window, batch_size, features, **given)
        assert p.windows == len(dataset), label
        check_batches(DataLoader(dataset, batch_size, drop_last=drop_last), p, label)
        checked += 1
    assert (checked, without) == (1200, 528)


def test_the_target_is_what_follows_the_window() -> None:
    series = torch.arange(20.0).unsqueeze(1)
    for horizon in (1, 3):
        x, target = next(iter(DataLoader(Windows(series, 4, horizon, stride=2), batch_size=3)))
        p = predict_windows(20, 4, 3, horizon=horizon, stride=2)
        assert p.target is not None
        assert tuple(target.shape) == p.target.sizes == (3, 1)
        assert x[:, 0, 0].tolist() == [0, 2, 4]
        assert torch.equal(target, x[:, -1] + horizon)


def test_a_batch_fits_the_layer_it_is_made_for() -> None:
    p = predict_windows(100, 10, 32, 2)
    assert p.input == predict("GRU", 2, 8, batch_first=True, batch=32, seq=10).input
    output, _ = nn.GRU(2, 8, batch_first=True)(torch.zeros(p.input.sizes))
    assert tuple(output.shape[:2]) == p.input.sizes[:2]
    assert p.input.permute(1, 0, 2) == predict("GRU", 2, 8, batch=32, seq=10).input


def test_the_example_of_the_issue() -> None:
    p = predict_windows(length=7, window=3, batch_size=2, features=1)
    assert (p.windows, p.batches, p.last_size, p.last_input) == (4, 2, 0, None)
    assert (
        f"{p!r}\n"
        == """\
windows of 3 in a series of 7: 4 windows, 2 batches
  input   batch=2 seq=3 feature=1  (2, 3, 1)  batch_first=True
          seq=3 batch=2 feature=1  (3, 2, 1)  permute(1, 0, 2), batch_first=False
  target  batch=2 feature=1        (2, 1)     1 step after the window
"""
    )


def test_what_is_assumed() -> None:
    assert predict_windows(7, 3) == predict_windows(7, 3, 1, 1, horizon=1, stride=1, drop_last=False)


def test_a_smaller_last_batch() -> None:
    p = predict_windows(100, 10, 32, 2, horizon=2, stride=1)
    assert (p.windows, p.batches, p.last_size) == (89, 3, 25)
    assert (
        f"{p!r}\n"
        == """\
windows of 10 in a series of 100: 89 windows, 3 batches
  input   batch=32 seq=10 feature=2  (32, 10, 2)  batch_first=True
          seq=10 batch=32 feature=2  (10, 32, 2)  permute(1, 0, 2), batch_first=False
  target  batch=32 feature=2         (32, 2)      2 steps after the window
  last    batch=25 seq=10 feature=2  (25, 10, 2)  the smaller last batch; a state kept from the batch before does not fit it
"""
    )
    h_n = predict("GRU", 2, 8, batch_first=True, batch=32, seq=10).h_n
    with pytest.raises(RuntimeError, match="Expected hidden size"):
        nn.GRU(2, 8, batch_first=True)(torch.zeros(p.batch(-1).sizes), torch.zeros(h_n.sizes))


def test_a_last_batch_that_is_dropped() -> None:
    p = predict_windows(100, 10, 32, 2, horizon=0, drop_last=True)
    assert (p.windows, p.batches, p.target, p.last_input) == (91, 2, None, None)
    assert (
        f"{p!r}\n"
        == """\
windows of 10 in a series of 100: 91 windows, 2 batches, 27 windows dropped
  input  batch=32 seq=10 feature=2  (32, 10, 2)  batch_first=True
         seq=10 batch=32 feature=2  (10, 32, 2)  permute(1, 0, 2), batch_first=False
"""
    )


def test_fewer_windows_than_a_batch_holds() -> None:
    p = predict_windows(12, 10, 4)
    assert p.input == p.last_input == p.batch(0) == p.batch(-1)
    assert (
        f"{p!r}\n"
        == """\
windows of 10 in a series of 12: 2 windows, 1 batch
  input   batch=2 seq=10 feature=1  (2, 10, 1)  batch_first=True
          seq=10 batch=2 feature=1  (10, 2, 1)  permute(1, 0, 2), batch_first=False
  target  batch=2 feature=1         (2, 1)      1 step after the window
"""
    )
    dropped = predict_windows(12, 10, 4, drop_last=True)
    assert repr(dropped).splitlines()[0] == "windows of 10 in a series of 12: 2 windows, 0 batches, 2 windows dropped"


def test_refusals() -> None:
    def text(**given: Any) -> str:
        return refusal(lambda: predict_windows(**{"length": 9, "window": 2, **given}))

    assert text(length=3, window=3) == "length=3: a window of 3 and its target 1 step later needs 4 elements"
    assert text(length=3, window=3, horizon=2) == "length=3: a window of 3 and its target 2 steps later needs 5 elements"
    assert text(length=2, window=3, horizon=0) == "length=2: a window of 3 needs 3 elements"
    for name in ("length", "window", "batch_size", "features", "stride"):
        assert text(**{name: 0}) == f"{name}=0: 1 or more is needed"
    assert text(horizon=-1) == "horizon=-1: 0 or more is needed"
    wrong = refusal(lambda: predict_windows(9, 2.0), SpecTypeError)  # type: ignore[arg-type]
    assert wrong == "window=2.0: an int is needed, got float"


def test_a_batch_that_there_is_not() -> None:
    p = predict_windows(8, 3, 2)
    assert refusal(lambda: p.batch(3)) == "batch(3): out of range for 3 batches"
    assert refusal(lambda: p.batch(-4)) == "batch(-4): out of range for 3 batches"
    assert [p.batch(i).sizes[0] for i in range(-3, 3)] == [2, 2, 1, 2, 2, 1]
