"""Which operations may deal steps out: what is looked at, and what needs no run of a copy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.experiments.candidates import candidates, is_reached, only_joins
from rnnshape.experiments.entry import Entry
from rnnshape.experiments.steps import is_dealt_out
from rnnshape.experiments.subject import Subject

X = torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(0))


def entry(name: str, operands: tuple[int, ...] = (), sizes: tuple[int, ...] = (6, 9, 4), states: int = 0) -> Entry:
    return Entry(name, None, ("", ""), operands, [torch.zeros(sizes)], states=((3,),) * states)


@pytest.mark.parametrize(
    ("before", "after", "joins"),
    [
        ((6, 9, 4), (54, 4), True),
        ((6, 9, 4), (6, 36), True),
        ((6, 9, 4), (216,), True),
        ((6, 9, 4), (6, 1, 9, 4), True),
        ((6, 1, 9, 1), (6, 9), True),
        ((1,), (), True),
        ((6, 9, 4), (9, 6, 4), False),
        ((6, 9, 4), (6, 9, 2, 2), False),
        ((6, 9, 4), (6, 4, 9), False),
        ((54, 4), (6, 9, 4), False),
        ((6, 9), (6, 3), False),
    ],
)
def test_dims_that_are_joined_leave_rows_rows(before: tuple[int, ...], after: tuple[int, ...], joins: bool) -> None:
    assert only_joins(before, after) is joins


def test_what_joins_dims_never_deals_steps_out() -> None:
    steps = torch.arange(9).view(1, 9, 1).expand(6, 9, 4)
    for sizes in ((54, 4), (6, 36), (216,), (6, 9, 4)):
        assert not is_dealt_out(steps.reshape(sizes))
    assert is_dealt_out(steps.reshape(9, 6, 4))


def test_a_reshape_is_a_candidate_where_it_parts_dims_or_nobody_knows_what_it_was_given() -> None:
    run = [entry("input"), entry("view", (0,), (54, 4)), entry("reshape", (1,)), entry("relu", (2,)), entry("view")]
    assert candidates(run) == [2, 4]


def test_what_a_layer_has_walked_along_is_of_several_steps() -> None:
    run = [entry("input"), entry("gru", (0,)), entry("view", (1,), (6, 4, 9)), entry("view", (0,), (6, 4, 9))]
    assert is_reached(run, 0, [2, 3], [1])
    assert not is_reached(run, 0, [2], [1])
    assert is_reached(run, 1, [2], [1])
    assert not is_reached(run, 1, [3], [1])


def test_what_is_written_to_or_comes_from_nowhere_may_hold_all_that_came_before() -> None:
    nowhere = [entry("input"), entry("gru", (0,)), entry("relu", states=1), entry("view", (2,), (6, 4, 9))]
    assert is_reached(nowhere, 0, [3], [1])
    written = [entry("input"), entry("gru", (0,)), entry("copy_"), entry("view", (2,), (6, 4, 9))]
    assert is_reached(written, 0, [3], [1])
    assert not is_reached(written, 3, [3], [1])


class Tagger(nn.Module):
    def __init__(self, becomes: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.becomes, self.rnn = becomes, nn.GRU(4, 8, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.becomes(self.rnn(x)[0])


@pytest.mark.parametrize(
    ("becomes", "runs", "verdict"),
    [
        (lambda out: out.relu(), 0, "apart"),
        (lambda out: out.transpose(1, 2).flatten(1), 0, "apart"),
        (lambda out: out.reshape(54, 16).relu().view(6, 9, 16), 5, "apart"),  # of the layer's output alone, after x is walked
        (lambda out: out.reshape(6, 16, 9), 10, "together"),
    ],
)
def test_only_what_can_be_dealt_out_is_changed(
    becomes: Callable[[Tensor], Tensor], runs: int, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    run = Subject.run

    def counted(self: Subject, given: object, mode: object = None, *args: object, **kwargs: object) -> object:
        seen.append(type(mode).__name__)
        return run(self, given, mode, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Subject, "run", counted)
    influence = rs.probe(Tagger(becomes), X, axes="batch seq feature")
    assert influence.steps is not None
    assert (influence.steps.verdict, seen.count("_Marking")) == (verdict, runs)
