"""RNS209 where nobody names an axis: rows whose two dims a reshape has taken for one another, and units cut along places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]


def told(forward: Forward, *sizes: int) -> list[str]:
    parts = {
        "rnn": nn.GRU(4, 4), "turned": nn.GRU(4, 4, batch_first=True), "two": nn.GRU(4, 4, num_layers=2),
        "up": nn.Linear(4, 8), "look": nn.Conv2d(3, 4, 3), "roads": nn.Linear(9, 9, bias=False),
    }  # fmt: skip
    with rs.watch(model := Sketch(forward, **parts), track=3, on="record") as report:
        for x in torch.randn(3, *sizes):
            model(x).sum().backward()
    assert not [what for what in report.unfollowed if "mistake" in what]
    return [f"{finding.code} {finding.message}" for finding in report.findings]


def frames(m: Any, x: Tensor) -> Tensor:
    return m.look(x.flatten(0, 1)).mean((2, 3))


def nodes(m: Any, x: Tensor) -> Tensor:
    return torch.einsum("vw,btwf->btvf", m.roads.weight, x)


def packed(x: Tensor) -> Any:
    return pack_padded_sequence(x, torch.full((x.size(1),), x.size(0)))


def led(m: Any, x: Tensor, turned: bool) -> Tensor:
    states = x.transpose(0, 1).contiguous() if turned else x.reshape(2, -1, 4)
    return m.two(torch.ones(9, len(x), 4), states)[0]


def gated(m: Any, x: Tensor, along: int) -> Tensor:
    scores = m.up(x)
    gate, kept = scores.view(x.size(0), 2, -1, 4).unbind(1) if along == 1 else scores.view(*x.shape[:2], 2, 4).unbind(2)
    return m.turned(gate.sigmoid() * kept)[0]


TURNED = (
    ", which lie in this order, as if they lay the other way round, and GRU takes pieces of both for its steps and for its "
    "samples"
)
ROWS = "each row of it has pieces of several rows, and {} takes them as they lie"

WRONG: dict[str, tuple[Forward, tuple[int, ...], str]] = {
    "frames": (
        lambda m, x: m.rnn(frames(m, x).view(x.size(1), x.size(0), -1))[0],
        (6, 9, 3, 5, 5),
        "view of (54, 4) to (9, 6, 4) cuts ?=6 and ?=9" + TURNED,
    ),
    "letters of words": (
        lambda m, x: m.rnn(x.view(x.size(2), -1, 4))[0],
        (6, 9, 7, 4),
        "view of (6, 9, 7, 4) to (7, 54, 4) cuts ? x ?=54 and ?=7" + TURNED,
    ),
    "nodes that were summed": (
        lambda m, x: m.turned(nodes(m, x).reshape(-1, x.size(1), 4))[0],
        (5, 6, 9, 4),
        "reshape of (5, 6, 9, 4) to (45, 6, 4) cuts dims 1 and 2 as if they lay the other way round: " + ROWS.format("GRU"),
    ),
    "packed": (
        lambda m, x: m.rnn(packed(x.view(x.size(1), x.size(0), -1)))[0].data,
        (6, 9, 4),
        "view of (6, 9, 4) to (9, 6, 4) exchanges two sizes, and no dims: " + ROWS.format("pack_padded_sequence"),
    ),
    "states of layers": (
        lambda m, x: led(m, x, turned=False),
        (6, 2, 4),
        "reshape of (6, 2, 4) to (2, 6, 4) exchanges two sizes, and no dims: " + ROWS.format("GRU"),
    ),
    "gates": (
        lambda m, x: gated(m, x, 1),
        (5, 8, 4),
        "a dim that nobody has named is scrambled: units of one element lie along dim 1 beside those of others, and mul meets "
        "element 0 with element 4",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_rows_that_were_taken_for_one_another_are_told(name: str) -> None:
    forward, sizes, said = WRONG[name]
    found = told(forward, *sizes)
    assert found
    assert {line.partition(": ")[0].partition(" ")[0] for line in found} == {"RNS209"}
    assert any(line.endswith(said) for line in found), found


RIGHT: dict[str, tuple[Forward, tuple[int, ...]]] = {
    "frames": (lambda m, x: m.turned(frames(m, x).view(x.size(0), x.size(1), -1))[0], (6, 9, 3, 5, 5)),
    "frames turned": (lambda m, x: m.rnn(frames(m, x).view(x.size(0), x.size(1), -1).transpose(0, 1))[0], (6, 9, 3, 5, 5)),
    "letters of words": (lambda m, x: m.turned(x.view(-1, x.size(2), 4))[0], (6, 9, 7, 4)),
    "nodes": (lambda m, x: m.turned(nodes(m, x).transpose(1, 2).reshape(-1, x.size(1), 4))[0], (5, 6, 9, 4)),
    "runs of half the length": (lambda m, x: m.turned(x.view(-1, x.size(1) // 2, 4))[0], (6, 8, 4)),
    "packed": (lambda m, x: m.rnn(packed(x.transpose(0, 1)))[0].data, (6, 9, 4)),
    "states of layers": (lambda m, x: led(m, x, turned=True), (6, 2, 4)),
    "gates": (lambda m, x: gated(m, x, 2), (5, 8, 4)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_rows_that_stay_what_they_are_are_not(name: str) -> None:
    forward, sizes = RIGHT[name]
    assert told(forward, *sizes) == []
