"""RNS209 and RNS229: pieces that meet the whole, and random numbers that are the same for all samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def diagnosed(forward: Forward, *, batch: int = 4, steps: int = 6) -> list[rs.Finding]:
    parts = {"rnn": nn.GRU(4, 6, batch_first=True), "wide": nn.Linear(6, 12), "fc": nn.Linear(6, 4)}
    report = rs.diagnose(Sketch(forward, **parts), torch.randn(batch, steps, 4), axes="batch seq feature")
    return [finding for finding in report.findings if not finding.code.startswith("RNS6")]


@pytest.mark.parametrize("batch", [3, 4, 6])
@pytest.mark.parametrize("steps", [5, 6, 12])
@pytest.mark.parametrize(
    ("forward", "names"),
    [
        pytest.param(
            lambda m, x: m.wide(m.rnn(x)[0]).view(len(x), 3, -1, 4) * x[:, None], ("view", "mul"), id="view"
        ),
        pytest.param(
            lambda m, x: m.wide(m.rnn(x)[0]).reshape(len(x), 3, -1, 4) + x.unsqueeze(1), ("reshape", "add"), id="added"
        ),
        pytest.param(
            lambda m, x: x.unsqueeze(1) * m.wide(m.rnn(x)[0]).flatten(1).unflatten(1, (3, -1, 4)),
            ("unflatten", "mul"), id="twice",
        ),
    ],
)  # fmt: skip
def test_pieces_that_meet_the_whole_are_found(forward: Forward, names: tuple[str, ...], steps: int, batch: int) -> None:
    (finding,) = diagnosed(forward, batch=batch, steps=steps)
    assert (finding.code, finding.severity) == ("RNS209", "error")
    assert finding.message.startswith(f"seq is scrambled: {names[0]} of ")
    meets = f"{names[1]} meets element 0 of seq with element 1"
    assert finding.message.endswith(f"to ({batch}, 3, {steps}, 4) cuts it up, and {meets}")


@pytest.mark.parametrize("batch", [3, 4, 6])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(
            lambda m, x: m.wide(m.rnn(x)[0]).view(*x.shape[:2], 3, 4).transpose(1, 2) * x[:, None], id="turned to its place"
        ),
        pytest.param(lambda m, x: m.rnn((y := x.view(len(x), 2, 3, 4)).sub(y[:, :, :1]).flatten(1, 2))[0], id="a first"),
        pytest.param(lambda m, x: m.rnn((y := x.unflatten(1, (3, 2)))[:, :, 0] - y[:, :, 1])[0], id="neighbours"),
        pytest.param(lambda m, x: m.rnn(x[:, 1:] - x[:, :-1])[0], id="differences"),
        pytest.param(lambda m, x: m.rnn((x.view(len(x), 2, 3, 4) * x[:, ::3, None]).flatten(1, 2))[0], id="each third"),
    ],
)
def test_what_differs_by_one_number_is_silent(forward: Forward, batch: int) -> None:
    assert diagnosed(forward, batch=batch) == []


def locked(sizes: Callable[[Tensor], tuple[int, ...]], draw: Callable[[Tensor, tuple[int, ...]], Tensor]) -> Forward:
    return lambda m, x: m.fc((y := m.rnn(x)[0]) * draw(y, sizes(y)))


DRAWS = [
    pytest.param(lambda y, sizes: y.new_empty(sizes).bernoulli_(0.6).div_(0.6), id="bernoulli_"),
    pytest.param(lambda y, sizes: (torch.rand(sizes) < 0.6).float() / 0.6, id="rand"),
    pytest.param(lambda y, sizes: torch.bernoulli(torch.full(sizes, 0.6)).expand_as(y), id="bernoulli"),
    pytest.param(lambda y, sizes: torch.rand(*sizes).add(0.6).floor(), id="floor"),
]


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize(("batch", "steps"), [(4, 6), (6, 6), (4, 4), (8, 5)])
def test_one_draw_for_all_samples_is_found(draw: Any, batch: int, steps: int) -> None:
    (finding,) = diagnosed(locked(lambda y: (1, y.size(1), y.size(2)), draw), batch=batch, steps=steps)
    assert (finding.code, finding.severity) == ("RNS229", "warning")
    assert finding.message == "mul has all samples, along dim 0, meet the same random numbers, and each step others"


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize(("batch", "steps"), [(4, 6), (6, 6), (4, 4), (8, 5)])
@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(lambda y: (y.size(0), 1, y.size(2)), id="locked"),
        pytest.param(lambda y: tuple(y.shape), id="each by itself"),
        pytest.param(lambda y: (y.size(0), y.size(1), 1), id="whole steps"),
        pytest.param(lambda y: (1, y.size(1), 1), id="the same steps of all samples"),
        pytest.param(lambda y: (1, 1, y.size(2)), id="the same units of all samples"),
    ],
)
def test_other_draws_are_silent(sizes: Any, draw: Any, batch: int, steps: int) -> None:
    assert diagnosed(locked(sizes, draw), batch=batch, steps=steps) == []


def test_a_mask_of_samples_that_come_second_is_locked() -> None:
    model = Sketch(
        lambda m, x: functional.relu((y := m.rnn(x)[0]) * y.new_empty(1, *y.shape[1:]).bernoulli_(0.5)), rnn=nn.GRU(4, 6)
    )
    assert rs.diagnose(model, torch.randn(9, 5, 4), axes="seq batch feature").findings == ()


@pytest.mark.parametrize("turned", [False, True], ids=["viewed", "turned"])
def test_a_dim_that_nobody_has_named_is_no_less_cut_up(turned: bool) -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        last = m.rnn(x.transpose(1, 2).reshape(-1, 7, 1))[0][:, -1]  # of each of the four sensors
        return (last.view(5, 4, 3).transpose(1, 2) if turned else last.view(5, 3, 4)) + x.mean(1, keepdim=True)

    model = Sketch(forward, rnn=nn.GRU(1, 3, batch_first=True))
    loader = DataLoader(TensorDataset(torch.randn(5, 7, 4)), batch_size=5)
    with rs.watch(model, track=1, on="log") as report:
        for (x,) in loader:
            model(x)
    says = "a dim that nobody has named is scrambled: view of (batch=5 ?=4) hidden=3 to (5, 3, 4) cuts it up, and add meets "
    told = [] if turned else [says + "element 0 of a dim that nobody has named with element 1"]
    assert [finding.message for finding in report.findings] == told
