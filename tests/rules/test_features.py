"""RNS244 and RNS247: a layer or a window runs over units, where there are as many as steps; features are turned round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

X = "batch seq feature"


def diagnosed(forward: Forward, *, batch: int = 6, steps: int = 8) -> list[rs.Finding]:
    parts = {
        "conv": nn.Conv1d(4, 8, 3, padding=1), "again": nn.Conv1d(8, 8, 3, padding=1), "short": nn.Conv1d(4, 8, 3),
        "mix": nn.Conv1d(8, 8, 1), "up": nn.Linear(4, 8), "over": nn.Linear(8, 8), "rnn": nn.GRU(8, 8, batch_first=True),
        "first": nn.GRU(4, 8, batch_first=True), "times": nn.GRU(8, 8),
    }  # fmt: skip
    report = rs.diagnose(Sketch(forward, **parts), torch.randn(batch, steps, 4), axes="batch seq feature")
    return [finding for finding in report.findings if not finding.code.startswith("RNS6")]


CHANNELS = "GRU walks over the channels of a convolution, which are in no order: all 8 positions lie along its features"
UNITS = "GRU walks over units that a layer has made, which are in no order: all 8 steps of seq lie along its features"


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    ("forward", "steps", "said"),
    [
        pytest.param(lambda m, x: m.rnn(m.conv(x.transpose(1, 2)))[0], 8, CHANNELS, id="of a convolution"),
        pytest.param(lambda m, x: m.rnn(m.short(x.mT).relu())[0], 10, CHANNELS, id="of one without padding"),
        pytest.param(lambda m, x: m.rnn(m.again(functional.max_pool1d(m.short(x.mT), 2)))[0], 18, CHANNELS, id="of a pile"),
        pytest.param(lambda m, x: m.times(m.conv(x.permute(0, 2, 1)).permute(1, 0, 2))[1][-1], 8, CHANNELS, id="steps first"),
        pytest.param(lambda m, x: m.rnn(m.up(x).transpose(1, 2))[0], 8, UNITS, id="of a linear layer"),
        pytest.param(lambda m, x: m.rnn(m.first(x)[0].mT)[1][-1], 8, UNITS, id="of a recurrent layer"),
    ],
)
def test_a_layer_that_walks_over_units_is_found(forward: Forward, steps: int, said: str, batch: int) -> None:
    (finding,) = diagnosed(forward, batch=batch, steps=steps)
    assert (finding.code, finding.severity) == ("RNS244", "warning")
    assert finding.message.endswith(said)
    assert finding.suggestion is not None


OVER = "takes dim 1 of (batch, channels, positions) for channels: here all steps lie along it, and the window runs over "


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: m.first(x)[0] + m.again(m.up(x)), id="of a linear layer"),
        pytest.param(lambda m, x: m.again(m.first(x)[0]), id="of a recurrent layer"),
    ],
)
def test_a_window_over_units_is_found(forward: Forward, batch: int) -> None:
    (finding,) = diagnosed(forward, batch=batch)
    assert (finding.code, finding.severity) == ("RNS244", "warning")
    assert finding.message.endswith(f"conv1d {OVER}units that a layer has made, which are in no order")


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    ("forward", "steps"),
    [
        pytest.param(lambda m, x: m.rnn(m.conv(x.mT).mT)[0], 8, id="positions are walked over"),
        pytest.param(lambda m, x: m.rnn(m.again(m.short(x.mT)).mT)[1][-1], 10, id="of a pile"),
        pytest.param(lambda m, x: m.rnn(m.mix(m.up(x)))[0], 8, id="a convolution of width 1 makes steps of steps"),
        pytest.param(lambda m, x: m.rnn(m.over(m.up(x).mT).mT)[0], 8, id="a linear layer makes steps of steps"),
        pytest.param(lambda m, x: m.first(x)[0] + m.again(m.up(x).mT).mT, 8, id="a window over steps"),
        pytest.param(lambda m, x: m.first(x)[0] + m.mix(m.up(x)), 8, id="a window of width 1"),
    ],
)
def test_what_is_in_an_order_may_be_walked_over(forward: Forward, steps: int, batch: int) -> None:
    assert diagnosed(forward, batch=batch, steps=steps) == []


def test_sizes_that_were_made_for_it_are_meant() -> None:
    model = Sketch(lambda m, x: m.rnn(m.conv(x.mT))[1][-1], conv=nn.Conv1d(4, 5, 3), rnn=nn.GRU(7, 8, batch_first=True))
    assert rs.diagnose(model, torch.randn(6, 9, 4), axes="batch seq feature").findings == ()


def test_a_window_over_the_steps_of_another_makes_units_that_are_walked_over_in_their_order() -> None:
    """Channels of what took steps for channels are steps."""
    parts = {"mix": nn.Conv1d(9, 5, 1), "rnn": nn.GRU(5, 8, batch_first=True)}
    model = Sketch(lambda m, x: m.rnn(m.mix(x))[1][-1], **parts)
    assert rs.diagnose(model, torch.randn(6, 9, 5), axes="batch seq feature").findings == ()


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    ("forward", "name"),
    [
        pytest.param(lambda m, x: m.over(m.first(x)[0].max(2)[0]), "max", id="max"),
        pytest.param(lambda m, x: m.over(m.up(x).mean(-1)), "mean", id="mean"),
        pytest.param(lambda m, x: m.over(functional.max_pool1d(m.up(x), 8).squeeze(2)), "max_pool1d", id="max_pool1d"),
        pytest.param(lambda m, x: m.over(m.first(x)[0].amax(2, keepdim=True).squeeze(-1)), "amax", id="amax"),
    ],
)
def test_steps_in_the_place_of_units_that_were_reduced_away_are_found(forward: Forward, name: str, batch: int) -> None:
    (finding,) = diagnosed(forward, batch=batch)
    assert (finding.code, finding.severity) == ("RNS244", "warning")
    taken = f"{name} over dim 2 has taken the units away, of which there were as many"
    assert finding.message == f"Linear reads all 8 steps of seq for features: {taken}"


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    ("forward", "steps"),
    [
        pytest.param(lambda m, x: m.over(m.first(x)[0].max(1)[0]), 8, id="over the steps"),
        pytest.param(lambda m, x: m.over(m.first(x)[0] * m.up(x).mean(2, keepdim=True).softmax(1)), 8, id="scores of steps"),
        pytest.param(lambda m, x: m.first(x)[0].mul(m.up(x).mean(2).softmax(1)[..., None]).sum(1), 8, id="weights of steps"),
    ],
)
def test_other_reductions_are_silent(forward: Forward, steps: int, batch: int) -> None:
    assert diagnosed(forward, batch=batch, steps=steps) == []


def test_a_layer_that_was_made_for_the_steps_may_read_what_a_layer_has_made_of_each() -> None:
    parts = {"rnn": nn.GRU(4, 8, batch_first=True), "one": nn.Linear(8, 1), "over": nn.Linear(9, 3)}
    right = Sketch(lambda m, x: m.over(m.one(m.rnn(x)[0]).squeeze(2)), **parts)
    wrong = Sketch(lambda m, x: m.over(m.rnn(x)[0].mean(2)), **parts)
    reports = [rs.diagnose(model, torch.randn(6, 9, 4), axes="batch seq feature") for model in (right, wrong)]
    assert [[f.code for f in report.findings] for report in reports] == [[], ["RNS249"]]


UNFOLDED = "GRU walks over {}: unfold puts the steps of a window last, and all {} of them lie along its features"


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    ("forward", "said"),
    [
        pytest.param(lambda m, x: m.small(x.unfold(1, 4, 2).flatten(0, 1))[1][0], ("feature", 4), id="all at once"),
        pytest.param(lambda m, x: m.small(x.unfold(1, 4, 2)[:, 1])[1][0], ("feature", 4), id="one by one"),
        pytest.param(lambda m, x: m.small(x.unfold(1, 4, 1).reshape(-1, 4, 4))[1][0], ("feature", 4), id="that overlap"),
        pytest.param(
            lambda m, x: m.rnn(m.up(x).unfold(1, 8, 4).flatten(0, 1))[0], ("units that a layer has made", 8), id="of units"
        ),
    ],
)
def test_windows_that_were_not_turned_are_found(forward: Forward, said: tuple[str, int], batch: int) -> None:
    parts = {"small": nn.GRU(4, 8, batch_first=True), "rnn": nn.GRU(8, 8, batch_first=True), "up": nn.Linear(4, 8)}
    (finding,) = rs.diagnose(Sketch(forward, **parts), torch.randn(batch, 16, 4), axes=X, probe=False).findings
    assert (finding.code, finding.message) == ("RNS244", UNFOLDED.format(*said))


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: m.small(x.unfold(1, 4, 2).mT.flatten(0, 1))[1][0], id="turned"),
        pytest.param(lambda m, x: m.small(x.mT.unfold(2, 4, 4).transpose(1, 2).flatten(0, 1))[1][0], id="turned before"),
        pytest.param(lambda m, x: m.small(x.unfold(2, 4, 1)[:, :, 0])[1][0], id="of features, at each step"),
        pytest.param(lambda m, x: m.wide(x.unfold(1, 5, 2).flatten(0, 1))[1][0], id="of a width that was made for it"),
    ],
)
def test_other_windows_are_silent(forward: Forward, batch: int) -> None:
    parts = {"small": nn.GRU(4, 8, batch_first=True), "wide": nn.GRU(5, 8, batch_first=True)}
    assert rs.diagnose(Sketch(forward, **parts), torch.randn(batch, 16, 4), axes=X, probe=False).findings == ()


# RNS247


@pytest.mark.parametrize("batch", [6, 8])
@pytest.mark.parametrize(
    ("forward", "axes", "dim"),
    [
        pytest.param(lambda m, x: m.rnn(m.up(torch.cat([x, x.flip(-1)])))[0], X, "2, feature", id="in front of a Linear"),
        pytest.param(lambda m, x: m.first(torch.cat([x, x.mT.fliplr().mT]))[1], "batch seq sensor", "2, sensor", id="fliplr"),
        pytest.param(lambda m, x: m.first(torch.cat([x, torch.fliplr(x)]))[1], "batch seq sensor", None, id="steps by fliplr"),
        pytest.param(lambda m, x: m.first(torch.cat([x.flip(2), x]))[1], "batch seq sensor", "2, sensor", id="turned first"),
        pytest.param(
            lambda m, x: m.times(m.up(torch.concat((x, torch.flip(x, (2,))), dim=1)))[1],
            "seq batch channel", "2, feature", id="steps first",
        ),
        pytest.param(lambda m, x: m.first(torch.cat([x, x.flip(1)]))[1], X, None, id="the steps"),
        pytest.param(lambda m, x: m.over(torch.cat([x, x.flip(-1)], -1)), X, None, id="along the features"),
        pytest.param(lambda m, x: m.first(torch.cat([x, x.roll(1, -1)]))[1], X, None, id="rolled"),
        pytest.param(lambda m, x: m.first(torch.cat([x, x.flip(-1)]))[1], "batch seq width", None, id="a picture"),
        pytest.param(lambda m, x: torch.cat([m.over(m.up(x)), m.up(x).flip(-1)]), X, None, id="units of a layer"),
    ],
)  # fmt: skip
def test_features_that_were_turned_round_are_told_of(forward: Forward, axes: str, dim: str | None, batch: int) -> None:
    parts = {"up": nn.Linear(4, 8), "over": nn.Linear(8, 8), "first": nn.GRU(4, 8, batch_first=True)}
    model = Sketch(forward, rnn=nn.GRU(8, 8, batch_first=True), times=nn.GRU(8, 8), **parts)
    said = [f.message for f in rs.diagnose(model, torch.randn(batch, 8, 4), axes=axes).findings if f.code == "RNS247"]
    beside = f"others whose dim {dim}, lies from the last to the first"
    turned = "a flip has turned it round, and left the steps as they were"
    name = "concat" if "channel" in axes else "cat"
    assert said == ([] if dim is None else [f"{name} puts samples beside {beside}: {turned}"])


class Turned(nn.Module):
    """Reads what was turned round along a dim, in front of a layer of units or behind it."""

    def __init__(self, dim: int, made: bool) -> None:
        super().__init__()
        self.dim, self.made = dim, made
        self.up, self.rnn = nn.Linear(4, 4), nn.GRU(4, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.up(x).flip(self.dim) if self.made else self.up(x.flip(self.dim))
        return self.rnn(x)[0]


@pytest.mark.parametrize(("dim", "made", "told"), [(2, True, ["RNS247"]), (1, True, []), (2, False, []), (1, False, [])])
def test_units_turned_round_in_front_of_a_layer(dim: int, made: bool, told: list[str]) -> None:
    report = rs.diagnose(Turned(dim, made), torch.randn(5, 9, 4), axes="batch seq feature", probe=False)
    assert [f.code for f in report.findings] == told


def test_a_flow_turns_the_channels_of_a_convolution_on_purpose() -> None:
    class Flow(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.conv = nn.GRU(4, 6, batch_first=True), nn.Conv1d(6, 6, 1)

        def forward(self, x: Tensor) -> Tensor:
            z = self.conv(self.rnn(x)[0].transpose(1, 2))
            fixed, moved = z.flip(1).chunk(2, 1)
            return torch.cat([fixed, moved * fixed.tanh()], 1)

    assert rs.diagnose(Flow(), torch.randn(5, 9, 4), axes="batch seq feature", probe=False).findings == ()
