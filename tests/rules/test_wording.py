"""RNS209 where nobody has named the steps: a reshape that takes two dims of an input for one another, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def diagnosed(forward: Forward, *sizes: int) -> list[rs.Finding]:
    width = nn.GRU(6, 4, batch_first=True), nn.GRU(4, 4, batch_first=True), nn.GRU(3, 4, batch_first=True)
    parts = {"six": width[0], "four": width[1], "three": width[2]}
    return list(rs.diagnose(Sketch(forward, **parts), torch.randn(*sizes), probe=False).findings)


def windows(x: Tensor) -> Tensor:
    """Cut (batch, channel, steps) into windows of eight: (batch, window, channel, 8)."""
    return x.unfold(2, 8, 4).permute(0, 2, 1, 3)


@pytest.mark.parametrize("batch", [3, 5, 8])
@pytest.mark.parametrize(
    ("forward", "sizes", "cut", "fits"),
    [
        pytest.param(
            lambda m, x: m.three(windows(x).reshape(-1, 8, 3))[1], (3, 28),
            "reshape of ({0}, 6, 3, 8) to ({6}, 8, 3) cuts dims 2 and 3",
            "instead of windows(x).reshape(-1, 8, 3): windows(x).transpose(2, 3).reshape(-1, 8, 3)", id="windows of channels",
        ),
        pytest.param(
            lambda m, x: m.six(x.view(x.size(0), 9, 6))[1], (2, 9, 3),
            "view of ({0}, 2, 9, 3) to ({0}, 9, 6) cuts dims 1 and 2",
            "instead of x.view(x.size(0), 9, 6): x.transpose(1, 2).reshape(x.size(0), 9, 6)", id="joints beside one another",
        ),
        pytest.param(
            lambda m, x: m.three(x.reshape(-1, 7, 3))[1], (7, 4, 3),
            "reshape of ({0}, 7, 4, 3) to ({4}, 7, 3) cuts dims 1 and 2",
            "instead of x.reshape(-1, 7, 3): x.transpose(1, 2).reshape(-1, 7, 3)", id="nodes folded into the batch",
        ),
    ],
)  # fmt: skip
def test_dims_that_are_cut_the_other_way_round_are_found(
    forward: Forward, sizes: tuple[int, ...], cut: str, fits: str, batch: int
) -> None:
    (finding,) = diagnosed(forward, batch, *sizes)
    times = [str(batch)] + [str(batch * n) for n in range(1, 7)]
    assert (finding.code, finding.severity) == ("RNS209", "error")
    what = f"{cut.format(*times)} as if they lay the other way round: each row of it has pieces of several rows"
    assert finding.message == f"{what}, and GRU takes them as they lie"
    assert finding.suggestion == fits.format(*times)


@pytest.mark.parametrize("batch", [3, 5, 8])
@pytest.mark.parametrize(
    ("forward", "sizes"),
    [
        pytest.param(lambda m, x: m.three(windows(x).transpose(2, 3).reshape(-1, 8, 3))[1], (3, 28), id="windows"),
        pytest.param(lambda m, x: m.six(x.transpose(1, 2).reshape(-1, 9, 6))[1], (2, 9, 3), id="joints"),
        pytest.param(lambda m, x: m.three(x.transpose(1, 2).reshape(-1, 7, 3))[1], (7, 4, 3), id="nodes"),
        pytest.param(lambda m, x: m.six(x.reshape(-1, 5, 6))[1], (10, 3), id="frames that are stacked"),
        pytest.param(lambda m, x: m.three(x.reshape(-1, 10, 3))[1], (5, 6), id="frames that are taken apart"),
        pytest.param(lambda m, x: m.six(x.reshape(-1, 4, 6))[1], (4, 2, 3), id="features of two dims"),
        pytest.param(lambda m, x: m.three(x.reshape(-1, 8, 3))[1], (2, 4, 3), id="runs that are joined"),
        pytest.param(lambda m, x: m.three(x.reshape(-1, 4, 3))[1], (8, 3), id="runs that are cut"),
        pytest.param(lambda m, x: m.four(x.reshape(x.size(0), -1, 4))[1], (1, 12, 12), id="pieces of a picture"),
        pytest.param(lambda m, x: m.four(x.reshape(x.size(0), -1, 4))[1], (1, 10, 10), id="pieces over the edge of a picture"),
        pytest.param(lambda m, x: m.six(x.reshape(-1, 12, 6))[1], (3, 6, 4), id="a line that is cut anew"),
    ],
)
def test_other_reshapes_are_silent(forward: Forward, sizes: tuple[int, ...], batch: int) -> None:
    assert diagnosed(forward, batch, *sizes) == []
