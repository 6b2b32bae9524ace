"""RNS511 of numbers: what comes next in the input was read before it is to be said."""

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

NEXT = "the targets are the numbers that come next in what it reads, and "
BOTH = "it is bidirectional: its reverse half has read each of them"
ATTENDS = "each step attends to those behind it too: it has read each of them"

Forward = Callable[[Any, Tensor], Tensor]


def windows(steps: str) -> str:
    return f"its windows reach {steps} ahead: it has read each of them"


def series(batch: int = 6, steps: int = 12, features: int = 3) -> Tensor:
    return torch.randn(batch, steps, features, generator=torch.Generator().manual_seed(1))


def model(forward: Forward) -> nn.Module:
    torch.manual_seed(0)
    layers = {
        "both": nn.GRU(3, 4, batch_first=True, bidirectional=True),
        "rnn": nn.GRU(3, 8, batch_first=True),
        "second": nn.LSTM(8, 8, batch_first=True),
        "conv": nn.Conv1d(3, 8, 3, padding=1),
        "bare": nn.Conv1d(3, 8, 3),
        "wide": nn.Conv1d(8, 8, 5, padding=4, dilation=2),
        "image": nn.Conv2d(1, 2, 3, padding=1),
        "video": nn.Conv3d(1, 2, 3, padding=1),
        "attend": nn.MultiheadAttention(8, 2, batch_first=True),
        "encoder": nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 8, batch_first=True), 1, enable_nested_tensor=False),
        "cell": nn.LSTMCell(8, 8),
        "query": nn.Linear(8, 8),
        "key": nn.Linear(8, 8),
        "six": nn.GRU(6, 8, batch_first=True),
        "fc": nn.Linear(8, 3),
    }
    return Sketch(forward, **layers)


def told(report: rs.Report) -> list[str]:
    return [f"{f.code}: {f.message}" for f in report.findings if f.severity != "info"]


def diagnosed(
    forward: Forward, given: Tensor, target: Tensor, axes: str | None = "batch seq feature", **options: Any
) -> list[str]:
    options = {"loss": functional.mse_loss, "probe": False} | options
    report = rs.diagnose(model(forward), given, axes=axes, target=target, **options)
    assert not [u for u in report.unfollowed if "mistake" in u], report.unfollowed
    return told(report)


def run(forward: Forward, given: Tensor, target: Tensor, loss: Callable[[Tensor, Tensor], Tensor]) -> list[str]:
    net = model(forward)
    with rs.watch(track=2, on="record") as report:
        for x, y in DataLoader(TensorDataset(given, target), batch_size=4):
            loss(net(x), y).backward()
    assert not [u for u in report.unfollowed if "mistake" in u], report.unfollowed
    return told(report)


def along(conv: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    return conv(x.transpose(1, 2)).transpose(1, 2)


def weighed(m: Any, h: Tensor, hidden: Tensor | None = None) -> Tensor:
    scores = m.query(h) @ m.key(h).transpose(1, 2)
    return (scores if hidden is None else scores.masked_fill(hidden, float("-inf"))).softmax(-1) @ h


def cell_by_cell(m: Any, x: Tensor) -> Tensor:
    state, said = None, []
    for step in along(m.conv, x).unbind(1):
        state = m.cell(step, state)
        said.append(m.fc(state[0]))
    return torch.stack(said, 1)


def of_heads(x: Tensor) -> Tensor:
    return x.unflatten(2, (2, 4)).transpose(1, 2)


def scaled(m: Any, x: Tensor, **options: Any) -> Tensor:
    h = m.rnn(x)[0]
    heads = functional.scaled_dot_product_attention(of_heads(m.query(h)), of_heads(m.key(h)), of_heads(h), **options)
    return m.fc(heads.transpose(1, 2).flatten(2))


def later(x: Tensor) -> Tensor:
    return torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1)


def padded(m: Any, x: Tensor, before: int, behind: int) -> Tensor:
    y = m.bare(functional.pad(x.transpose(1, 2), (before, behind))).relu()
    return m.fc(m.second(y.transpose(1, 2))[0])


AHEAD: dict[str, tuple[Forward, str]] = {
    "both directions": (lambda m, x: m.fc(m.both(x)[0]), BOTH),
    "below another layer": (lambda m, x: m.fc(m.second(m.both(x)[0])[0]), BOTH),
    "windows before a layer": (lambda m, x: m.fc(m.second(along(m.conv, x).relu())[0]), windows("1 step")),
    "windows behind a layer": (lambda m, x: m.fc(along(m.wide, m.rnn(x)[0])), windows("4 steps")),
    "windows behind windows": (lambda m, x: m.fc(m.second(along(m.wide, along(m.conv, x)))[0]), windows("5 steps")),
    "padded on both sides": (lambda m, x: padded(m, x, 1, 1), windows("1 step")),
    "beside a shortcut": (lambda m, x: m.fc(m.second(m.rnn(x)[0] + along(m.conv, x))[0]), windows("1 step")),
    "step by step": (cell_by_cell, windows("1 step")),
    "an image of steps": (lambda m, x: m.fc(m.six(m.image(x[:, None]).transpose(1, 2).flatten(2))[0]), windows("1 step")),
    "attention": (lambda m, x: m.fc(m.attend(*[m.rnn(x)[0]] * 3)[0]), ATTENDS),
    "an encoder": (lambda m, x: m.fc(m.second(m.encoder(m.rnn(x)[0]))[0]), ATTENDS),
    "attention by hand": (lambda m, x: m.fc(weighed(m, m.rnn(x)[0])), ATTENDS),
    "attention of heads": (scaled, ATTENDS),
}  # fmt: skip


@pytest.mark.parametrize("name", AHEAD)
@pytest.mark.parametrize("axes", ["batch seq feature", None])
def test_what_comes_next_was_read(name: str, axes: str | None) -> None:
    forward, said = AHEAD[name]
    x = series()
    assert diagnosed(forward, x[:, :-1], x[:, 1:], axes) == [f"RNS511: {NEXT}{said}"]
    assert diagnosed(forward, x, x, axes) == []


@pytest.mark.parametrize("name", AHEAD)
def test_a_script_is_told_of_it_too(name: str) -> None:
    forward, said = AHEAD[name]
    x = series()
    assert run(forward, x[:, :-1].clone(), x[:, 1:].clone(), functional.l1_loss) == [f"RNS511: {NEXT}{said}"]


RIGHT: dict[str, Forward] = {
    "one direction": lambda m, x: m.fc(m.rnn(x)[0]),
    "the forward half": lambda m, x: m.fc(functional.pad(m.both(x)[0][..., :4], (0, 4))),
    "windows that end at their step": lambda m, x: padded(m, x, 2, 0),
    "windows that were cut": lambda m, x: m.fc(along(m.wide, m.rnn(x)[0][:, :4]))[:, :1].expand(-1, x.size(1), -1),
    "windows one step late": lambda m, x: m.fc(functional.pad(along(m.conv, x), (0, 0, 1, 0))[:, :-1]),
    "features in windows": lambda m, x: m.fc(m.six(m.image(x.reshape(-1, 1, 1, 3)).reshape(*x.shape[:2], 6))[0]),
    "a mask": lambda m, x: m.fc(m.attend(*[m.rnn(x)[0]] * 3, attn_mask=later(x))[0]),
    "an encoder with a mask": lambda m, x: m.fc(m.second(m.encoder(m.rnn(x)[0], mask=later(x)))[0]),
    "a mask by hand": lambda m, x: m.fc(weighed(m, m.rnn(x)[0], later(x))),
    "causal heads": lambda m, x: scaled(m, x, is_causal=True),
    "the mean of all steps": lambda m, x: m.fc(m.both(x)[0].mean(1, keepdim=True) + m.rnn(x)[0]),
    "attention to another reader": lambda m, x: m.fc(m.attend(m.rnn(x)[0], *[m.both(x)[0]] * 2)[0]),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_comes_next_is_still_to_come(name: str) -> None:
    x = series()
    for axes in ("batch seq feature", None):
        assert diagnosed(RIGHT[name], x[:, :-1], x[:, 1:], axes) == []
    assert run(RIGHT[name], x[:, :-1].clone(), x[:, 1:].clone(), functional.mse_loss) == []


def said_by_both(m: Any, x: Tensor) -> Tensor:
    return m.fc(m.both(x)[0])


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "rows": lambda o, y: functional.mse_loss(o.reshape(-1, 3), y.reshape(-1, 3)),
    "by hand": lambda o, y: ((o - y) ** 2).mean(),
    "the other way round": lambda o, y: torch.sub(y, o).abs().sum(),
    "each by itself": lambda o, y: functional.smooth_l1_loss(o, y, reduction="none").mean(),
    "one column": lambda o, y: functional.mse_loss(o[..., 1], y[..., 1]),
    "time first": lambda o, y: functional.mse_loss(o.transpose(0, 1), y.transpose(0, 1)),
}


@pytest.mark.parametrize("name", LOSSES)
def test_whatever_the_loss(name: str) -> None:
    x = series()
    found = [f"RNS511: {NEXT}{BOTH}"]
    assert diagnosed(said_by_both, x[:, :-1], x[:, 1:], loss=LOSSES[name]) == found
    assert run(said_by_both, x[:, :-1].clone(), x[:, 1:].clone(), LOSSES[name]) == found
    assert diagnosed(said_by_both, x, x, loss=LOSSES[name]) == []


@pytest.mark.parametrize(("batch", "steps"), [(6, 6), (3, 13), (12, 5)])
def test_sizes_that_coincide(batch: int, steps: int) -> None:
    x = series(batch, steps + 1)
    assert diagnosed(said_by_both, x[:, :-1], x[:, 1:]) == [f"RNS511: {NEXT}{BOTH}"]


def test_numbers_further_on() -> None:
    x = series()
    several = NEXT.replace("next", "3 steps later")
    assert diagnosed(said_by_both, x[:, :-3], x[:, 3:]) == [f"RNS511: {several}{BOTH}"]
    assert diagnosed(AHEAD["windows before a layer"][0], x[:, :-3], x[:, 3:]) == []


def test_what_lies_behind_the_window_was_not_read() -> None:
    x = series(steps=24)
    assert diagnosed(said_by_both, x[:, :12], x[:, 12:]) == []
    assert diagnosed(said_by_both, x[:, :12], x[:, 7:19]) == []


def test_notes_that_sound_or_do_not() -> None:
    notes = (series(features=1) > 0).float().expand(-1, -1, 3)
    found = diagnosed(said_by_both, notes[:, :-1], notes[:, 1:], loss=functional.binary_cross_entropy_with_logits)
    assert found == []  # of so few, many are alike
    many = (series(features=30) > 0).float()
    torch.manual_seed(0)
    net = Sketch(lambda m, x: m.fc(m.rnn(x)[0]), rnn=nn.GRU(30, 4, bidirectional=True, batch_first=True), fc=nn.Linear(8, 30))
    options: dict[str, Any] = {"loss": functional.binary_cross_entropy_with_logits, "probe": False}
    report = rs.diagnose(net, many[:, :-1], axes="batch seq feature", target=many[:, 1:], **options)
    assert told(report) == [f"RNS511: {NEXT}{BOTH}"]


def test_a_series_that_repeats_itself_tells_nothing() -> None:
    x = series(steps=4).repeat(1, 4, 1)
    assert diagnosed(said_by_both, x, x) == []
    assert diagnosed(said_by_both, x[:, :-1], x[:, 1:]) == []


def test_another_target_is_none() -> None:
    x, y = series(), torch.randn(6, 12, 3)
    assert diagnosed(said_by_both, x, y) == []
    assert diagnosed(said_by_both, x[:, :-1], x[:, 1:] * 1.5) == []
    assert diagnosed(said_by_both, torch.zeros_like(x), torch.zeros_like(x)) == []


def test_frames_of_a_video() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        return m.fc(m.six(m.video(x[:, None, :, :, None])[..., 0].transpose(1, 2).flatten(2))[0])

    x = series()
    assert diagnosed(forward, x[:, :-1], x[:, 1:]) == [f"RNS511: {NEXT}{windows('1 step')}"]


def test_differences_inside_of_a_model_are_none() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        surprise = m.fc(m.both(x)[0])[:, :-1] - x[:, 1:]
        return m.fc(m.rnn(x)[0]) + surprise.mean(1, keepdim=True)

    x = series()
    assert diagnosed(forward, x, torch.randn(6, 12, 3)) == []


class Frames(nn.Module):
    """A convolutional GRU written by hand, and a convolution over its states."""

    def __init__(self, before: int, behind: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.around = before, behind
        self.gates, self.new = nn.Conv2d(4, 6, 3, padding=1), nn.Conv2d(4, 3, 3, padding=1)
        self.paint = nn.Conv3d(3, 1, 3, padding=(0, 1, 1))

    def forward(self, film: Tensor) -> Tensor:
        h, seen = film.new_zeros(film.size(0), 3, 4, 4), []
        for frame in film.unbind(2):
            z, r = self.gates(torch.cat([frame, h], 1)).sigmoid().chunk(2, 1)
            h = (1 - z) * h + z * self.new(torch.cat([frame, r * h], 1)).tanh()
            seen.append(h)
        return self.paint(functional.pad(torch.stack(seen, 2), (0, 0, 0, 0, *self.around)))


@pytest.mark.parametrize("axes", ["batch band seq height width", None])
def test_states_of_a_cell_by_hand_beside_later_ones(axes: str | None) -> None:
    film = torch.rand(4, 1, 9, 4, 4, generator=torch.Generator().manual_seed(1))
    given, target = film[:, :, :-1].clone(), film[:, :, 1:].clone()
    options: dict[str, Any] = {"loss": functional.mse_loss, "probe": False}
    found = [f"RNS511: {NEXT}{windows('1 step')}"]
    assert told(rs.diagnose(Frames(1, 1), given, axes=axes, target=target, **options)) == found
    assert told(rs.diagnose(Frames(2, 0), given, axes=axes, target=target, **options)) == []
    assert told(rs.diagnose(Frames(1, 1), film, axes=axes, target=film, **options)) == []
    for net, said in ((Frames(1, 1), found), (Frames(2, 0), [])):
        with rs.watch(track=2, on="record") as report:
            for x, y in DataLoader(TensorDataset(given, target), batch_size=2):
                functional.mse_loss(net(x), y).backward()
        assert told(report) == said
