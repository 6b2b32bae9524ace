"""RNS203 and RNS209 of two axes that a reshape cut as if they lay the other way round, and of every cut that is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

CLASSES = "way shot seq feature"


Said = list[tuple[str, str, str | None]]


def said(forward: Forward, axes: str | None = CLASSES, sizes: tuple[int, ...] = (5, 3, 7, 4)) -> Said:
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 6), conv=nn.Conv1d(4, 8, 3, padding=1))
    report = rs.diagnose(model, torch.randn(sizes), axes=axes, probe=False)
    assert report.exception is None
    return [(f.code, f.message, f.suggestion) for f in report.findings]


def states(m: Any, x: Tensor) -> Tensor:
    """Return a row of six units for each sequence, the two dims in front folded into one."""
    return m.fc(m.rnn(x.flatten(0, 1))[1][-1])


def cuts(name: str, what: str, both: str, by: str, dim: int) -> str:
    order = f"{both}, which lie in this order, as if they lay the other way round"
    return f"{name} of {what} cuts {order}, and {by} over dim {dim} takes pieces of both for one of them"


FOLDED = "(15, 6) to (3, 5, 6)"
ROWS = "way=5 and shot=3"
TURN = "unflatten(0, (5, 3)).transpose(0, 1)"


def viewed(m: Any, x: Tensor) -> Tensor:
    rows = states(m, x)
    return rows.view(3, 5, 6).mean(0)


@pytest.mark.parametrize(
    ("forward", "by", "dim"),
    [
        pytest.param(viewed, "mean", 0, id="a mean"),
        pytest.param(lambda m, x: states(m, x).view(3, 5, 6).mean(1), "mean", 1, id="along the other dim"),
        pytest.param(lambda m, x: states(m, x).view(3, 5, 6).softmax(0), "softmax", 0, id="a softmax"),
        pytest.param(lambda m, x: states(m, x).view(3, 5, 6).amax(0), "amax", 0, id="a maximum"),
        pytest.param(lambda m, x: torch.relu(states(m, x).view(3, 5, 6)).sum(dim=(0, 2)), "sum", 0, id="with the units"),
    ],
)
def test_two_axes_that_were_cut_the_other_way_round_are_found(forward: Forward, by: str, dim: int) -> None:
    ((code, message, suggestion),) = said(forward)
    assert (code, message) == ("RNS209", cuts("view", FOLDED, ROWS, by, dim))
    assert suggestion is not None
    assert suggestion.endswith(f".{TURN}")


def test_the_edit_has_the_words_of_the_line() -> None:
    assert said(viewed)[0][2] == f"instead of rows.view(3, 5, 6): rows.{TURN}"


def test_so_are_dims_that_were_never_folded() -> None:
    ((code, message, suggestion),) = said(lambda m, x: x.reshape(3, 5, 7, 4).mean(0))
    assert (code, message) == ("RNS209", cuts("reshape", "(5, 3, 7, 4) to (3, 5, 7, 4)", ROWS, "mean", 0))
    assert suggestion == "instead of x.reshape(3, 5, 7, 4): x.transpose(0, 1)"


@pytest.mark.parametrize(
    ("axes", "both", "code"),
    [
        pytest.param("batch take seq feature", "batch=5 and take=3", "RNS203", id="samples in front"),
        pytest.param("take batch seq feature", "take=5 and batch=3", "RNS203", id="samples behind"),
        pytest.param(None, "?=5 and ?=3", "RNS209", id="nobody has named them"),
    ],
)
def test_samples_are_mixed_by_it_and_who_names_nothing_is_told_too(axes: str | None, both: str, code: str) -> None:
    ((found, message, _),) = said(viewed, axes)
    assert (found, message) == (code, cuts("view", FOLDED, both, "mean", 0))


def normalised_by_hand(m: Any, x: Tensor) -> Tensor:
    groups = m.conv(x.flatten(0, 1).transpose(1, 2)).view(15, 4, 2, 7)
    return ((groups - groups.mean((2, 3), keepdim=True)) / groups.std((2, 3), keepdim=True)).view(15, 8, 7)


def shuffled(m: Any, x: Tensor) -> Tensor:
    return nn.functional.pixel_shuffle(m.rnn(x.flatten(0, 1))[0].transpose(1, 2).reshape(15, 8, 7, 1), 2).mean(1)


def back_again(m: Any, x: Tensor) -> Tensor:
    return states(m, x).view(3, 5, 6).view(15, 6).view(5, 3, 6).mean(1)


def heads(m: Any, x: Tensor) -> Tensor:
    each = m.rnn(x.flatten(0, 1))[0].reshape(15, 7, 2, 4).transpose(1, 2)
    return (each @ each.transpose(2, 3)).softmax(-1) @ each


@pytest.mark.parametrize("axes", [CLASSES, None])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: states(m, x).view(5, 3, 6).mean(1), id="takes of each word"),
        pytest.param(lambda m, x: states(m, x).view(5, 3, 6).mean(0), id="words of each take"),
        pytest.param(lambda m, x: states(m, x).view(5, 3, 6).transpose(0, 1).mean(0), id="turned"),
        pytest.param(lambda m, x: states(m, x.transpose(0, 1)).view(3, 5, 6).mean(0), id="turned before"),
        pytest.param(lambda m, x: states(m, x).view(3, 5, 6).mean((0, 1)), id="a mean of all"),
        pytest.param(lambda m, x: states(m, x).view(3, 5, 6).mean(2), id="a mean of the units"),
        pytest.param(back_again, id="back again"),
        pytest.param(normalised_by_hand, id="groups of channels"),
        pytest.param(shuffled, id="channels to pixels"),
        pytest.param(heads, id="heads"),
        pytest.param(lambda m, x: states(m, x).view(5, 3, 2, 3).softmax(3), id="units in groups"),
        pytest.param(lambda m, x: m.rnn(x.flatten(0, 1))[0][:, :6].reshape(15, 3, 2, 8).mean(2), id="windows of two steps"),
        pytest.param(lambda m, x: m.rnn(x.flatten(0, 1))[0].unfold(1, 3, 2).mean(-1), id="windows that overlap"),
        pytest.param(lambda m, x: m.conv(x.flatten(0, 1).mT).view(15, 4, 14).mean(1), id="channels and steps"),
        pytest.param(lambda m, x: m.rnn(x.flatten(0, 1))[0].flatten(1).view(15, 7, 8).mean(1), id="flattened, and apart again"),
    ],
)
def test_a_cut_that_keeps_axes_whole_is_silent(forward: Forward, axes: str | None) -> None:
    assert [code for code, *_ in said(forward, axes) if code in ("RNS203", "RNS209")] == []


@pytest.mark.parametrize(
    ("forward", "axes", "sizes"),
    [
        pytest.param(lambda m, x: states(m, x).view(4, 4, 6).mean(0), CLASSES, (4, 4, 7, 4), id="as long"),
        pytest.param(lambda m, x: x.mean((2, 3)).view(3, 5).mean(1), "chunk seq row feature", (5, 3, 7, 4), id="longer runs"),
        pytest.param(lambda m, x: x.mean((2, 3)).view(3, 5).mean(1), None, (5, 3, 7, 4), id="longer runs of nobody"),
    ],
)
def test_what_may_be_meant_is_silent(forward: Forward, axes: str | None, sizes: tuple[int, ...]) -> None:
    assert [code for code, *_ in said(forward, axes, sizes) if code in ("RNS203", "RNS209")] == []


class Columns(nn.Module):
    """Reads the columns of pictures, which a convolution has looked at, from the left to the right.

    Args:
        lay: lays (pictures, channels, rows, columns) as steps, samples and features.
    """

    def __init__(self, lay: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.lay = lay
        self.conv, self.rnn = nn.Conv2d(1, 4, 3, padding=1), nn.GRU(4 * 5, 6)
        self.pool = nn.MaxPool2d((1, 2))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.rnn(self.lay(self.pool(self.conv(pictures))))[0]


def read_by_nobodys_name(lay: Callable[[Tensor], Tensor], sizes: tuple[int, ...] = (7, 1, 5, 24)) -> list[str]:
    model = Columns(lay)
    with rs.watch(model, track=True, on="record") as report:
        model(torch.randn(sizes)).sum().backward()
    return [f"{f.code} {f.message}" for f in report.findings]


IN_ROWS = "cuts ?=7 and places across=12, which lie in this order, as if they lay the other way round"


@pytest.mark.parametrize(
    ("lay", "cut"),
    [
        (lambda m: m.permute(0, 3, 1, 2).flatten(1).reshape(12, 7, -1), "reshape of (7, 240) to (12, 7, 20)"),
        (lambda m: m.permute(0, 3, 1, 2).reshape(7 * 12, 20).view(12, 7, 20), "view of (84, 20) to (12, 7, 20)"),
        (lambda m: m.permute(0, 3, 2, 1).flatten(2).reshape(12, 7, 20), "reshape of (7, 12, 20) to (12, 7, 20)"),
    ],
)
def test_rows_and_places_of_a_convolution_the_other_way_round(lay: Callable[[Tensor], Tensor], cut: str) -> None:
    said = read_by_nobodys_name(lay)
    assert said == [f"RNS209 {cut} {IN_ROWS}, and GRU takes pieces of both for its steps and for its samples"]


@pytest.mark.parametrize(
    "lay",
    [
        lambda m: m.permute(3, 0, 1, 2).flatten(2),
        lambda m: m.permute(0, 3, 1, 2).reshape(7, 12, 20).transpose(0, 1),
        lambda m: m.permute(0, 3, 1, 2).reshape(7, 12, 20),
        lambda m: m.permute(0, 3, 1, 2).reshape(7 * 12, 1, 20),
        lambda m: m.permute(0, 3, 1, 2).reshape(1, 7 * 12, 20),
    ],
)
def test_rows_and_places_of_a_convolution_as_they_lie(lay: Callable[[Tensor], Tensor]) -> None:
    assert read_by_nobodys_name(lay) == []
