"""A reshape that exchanges sizes, and no dims, in front of what a model returns or a loss compares."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Reader(nn.Module):
    def __init__(self, last: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.fc, self.last = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 6), last

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.fc(self.rnn(x)[0]))


def codes(last: Callable[[Tensor], Tensor], axes: str | None = "batch seq feature") -> list[str]:
    report = rs.diagnose(Reader(last), torch.randn(5, 9, 4), axes=axes, probe=False)
    return [f.code for f in report.findings]


WRONG: dict[str, Callable[[Tensor], Tensor]] = {
    "view": lambda y: y.view(5, 6, 9),
    "reshape": lambda y: y.reshape(y.size(0), -1, y.size(1)),
    "with a dim of one": lambda y: y.view(5, 1, 6, 9),
    "of pairs": lambda y: y.unflatten(2, (2, 3)).reshape(5, 2, 9, 3),
    "of pairs, each with a run of steps": lambda y: y.unflatten(2, (3, 2)).reshape(5, 3, 9, 2),
    "in front of what keeps it": lambda y: y.view(5, 6, 9).tanh() * 2,
}


@pytest.mark.parametrize("last", WRONG.values(), ids=WRONG)
def test_steps_in_no_order_are_told(last: Callable[[Tensor], Tensor]) -> None:
    assert codes(last) == ["RNS209"]


RIGHT: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda y: y.transpose(1, 2),
    "flattened": lambda y: y.reshape(5, 54),
    "steps in threes": lambda y: y.reshape(5, 3, 18),
    "features in pairs": lambda y: y.view(5, 9, 3, 2),
    "there and back": lambda y: y.view(5, 6, 9).tanh().view(5, 9, 6),
    "summed": lambda y: y.view(5, 6, 9).sum((1, 2)),
    "a dim of one": lambda y: y[..., :1].reshape(5, 1, 9),
}


@pytest.mark.parametrize("last", RIGHT.values(), ids=RIGHT)
def test_what_keeps_an_order_is_not(last: Callable[[Tensor], Tensor]) -> None:
    assert codes(last) == []


def compared(scores: Callable[[Tensor], Tensor], target: Callable[[Tensor], Tensor]) -> list[str]:
    def loss(y: Tensor, wanted: Tensor) -> Tensor:
        return (scores(y) - target(wanted)).abs().mean()

    given = torch.randn(5, 9, 6)
    report = rs.diagnose(
        Reader(lambda y: y), torch.randn(5, 9, 4), axes="batch seq feature", target=given, target_axes="batch seq feature",
        loss=loss, probe=False,
    )  # fmt: skip
    return [f.code for f in report.findings]


def test_a_loss_of_both_cut_in_the_same_way_is_as_it_was() -> None:
    assert compared(lambda y: y.view(5, 6, 9), lambda t: t.view(5, 6, 9)) == []
    assert compared(lambda y: y.view(5, 6, 9), lambda t: t.transpose(1, 2)) == ["RNS209"]


class Attends(nn.Module):
    """Attends over the lines of a map in each of three modes, which are rows beside the samples."""

    def __init__(self, rows: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.attend, self.rows = nn.GRU(4, 8, batch_first=True), nn.MultiheadAttention(8, 2, batch_first=True), rows
        self.modes = nn.Parameter(torch.randn(3, 8))

    def forward(self, lines: Tensor) -> Tensor:
        n, count = lines.shape[:2]
        x = self.rnn(lines.flatten(0, 1))[1][-1].view(n, count, 1, 8) + self.modes
        x = self.rows(x).flatten(0, 1)
        return self.attend(x, x, x)[0].view(n, 3, count, 8)


@pytest.mark.parametrize(
    ("rows", "told"), [(lambda x: x.reshape(len(x), 3, -1, 8), {"RNS209"}), (lambda x: x.transpose(1, 2), set[str]())]
)
def test_attention_over_what_lies_in_no_order(rows: Callable[[Tensor], Tensor], told: set[str]) -> None:
    report = rs.diagnose(Attends(rows), torch.randn(6, 5, 9, 4), axes="batch line seq feature", probe=False)
    assert {f.code for f in report.findings} == told


POOLED: dict[str, tuple[Callable[[Tensor], Tensor], list[str]]] = {
    "a maximum": (lambda y: y.reshape(5, 6, 9).max(2)[0], ["RNS209"]),
    "a mean": (lambda y: y.reshape(5, 6, 9).mean(-1), ["RNS209"]),
    "a pooling": (lambda y: nn.functional.adaptive_max_pool1d(y.reshape(5, 6, 9), 1), ["RNS209"]),
    "of all": (lambda y: y.reshape(5, 6, 9).sum((1, 2)), []),
    "transposed": (lambda y: y.transpose(1, 2).max(2)[0], []),
    "in pieces that are in order": (lambda y: y.reshape(5, 3, 18).mean(1), []),
}


@pytest.mark.parametrize(("last", "told"), POOLED.values(), ids=POOLED)
def test_what_is_pooled_in_no_order(last: Callable[[Tensor], Tensor], told: list[str]) -> None:
    assert codes(last) == told


class Filter(nn.Module):
    """At each step, what was seen is put beside the state of a cell."""

    def __init__(self, turn: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.turn, self.cell, self.fc = turn, nn.GRUCell(4, 6), nn.Linear(10, 4)

    def forward(self, seen: Tensor) -> Tensor:
        state, made = seen.new_zeros(len(seen), 6), []
        for now in self.turn(seen):
            state = self.cell(self.fc(torch.cat([state, now], 1)), state)
            made.append(state)
        return torch.stack(made, 1)


@pytest.mark.parametrize(
    ("turn", "told"), [(lambda x: x.reshape(9, 5, 4), {"RNS203"}), (lambda x: x.transpose(0, 1), set[str]())]
)
def test_pieces_beside_whole_samples(turn: Callable[[Tensor], Tensor], told: set[str]) -> None:
    report = rs.diagnose(Filter(turn), torch.randn(5, 9, 4), axes="batch seq feature", probe=False)
    assert {f.code for f in report.findings} == told
