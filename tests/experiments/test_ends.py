"""Rows that know the first step and the last, and none between: one of two readers was not turned back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

X = torch.randn(5, 9, 4, generator=torch.Generator().manual_seed(0))


def trace(x: Tensor) -> Tensor:
    """A reader of whom nothing is known but what it does."""
    kept, states = torch.zeros(len(x), x.size(2)), []
    for step in x.unbind(1):
        kept = torch.tanh(kept + step)
        states.append(kept)
    return torch.stack(states, 1)


class Readers(nn.Module):
    def __init__(self, becomes: Callable[[Tensor], Tensor], x: Tensor = X) -> None:
        super().__init__()
        self.becomes, self.fc, self.out = becomes, nn.LazyLinear(4), nn.LazyLinear(3)
        self.out(becomes(self.fc(x)))

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.becomes(self.fc(x)))


def told(becomes: Callable[[Tensor], Tensor], x: Tensor = X) -> list[str]:
    return [finding.code for finding in rs.probe(Readers(becomes), x, axes="batch seq feature").findings]


def test_a_reader_from_the_end_is_told_where_it_meets_the_other_one() -> None:
    influence = rs.probe(Readers(lambda x: torch.cat([trace(x), trace(x.flip(1))], 2)), X, axes="batch seq feature")
    (finding,) = influence.findings
    assert (finding.code, finding.severity) == ("RNS611", "warning")
    assert finding.message == (
        "row 0 of output depends on step 0 and on step 8, and on none between; cat puts both there: who reads from the end has "
        "its results in the opposite order, which nothing has turned back"
    )
    assert influence.steps is not None
    assert influence.steps.verdict == "together"
    assert influence.steps.evidence == (finding.message,)
    assert finding.location is not None
    assert "torch.cat([trace(x)" in finding.location.code


def test_it_is_the_last_row_where_the_reader_from_the_start_was_turned() -> None:
    (finding,) = rs.probe(Readers(lambda x: trace(x).flip(1) + trace(x.flip(1)).flip(1)), X, axes="batch seq feature").findings
    assert finding.message.startswith("row 8 of output depends on step 0 and on step 8, and on none between; add puts both")


@pytest.mark.parametrize(
    "becomes",
    [
        lambda x: torch.cat([trace(x), trace(x.flip(1)).flip(1)], 2),
        lambda x: trace(x),
        lambda x: trace(x.flip(1)),  # in the opposite order, but nothing stands beside it
        lambda x: x + x.flip(1),  # both rows at the ends know as much: it is meant
        lambda x: x + x.roll(1, 1) + x.roll(-1, 1),  # a ring
        lambda x: x - x.mean(1, keepdim=True),
        lambda x: trace(x) + x[:, -1:],  # every step beside the last one
        lambda x: torch.cat([trace(x), trace(x.flip(1))], 2)[:, -1:],  # what has read all, from both sides
        lambda x: torch.cat([trace(x), trace(x.flip(1))]),  # as samples of their own
        lambda x: torch.stack([trace(x), trace(x.flip(1))], 1),  # as directions, which nothing has joined
    ],
    ids=[
        "turned back", "one way", "from the end", "symmetric", "ring", "centred", "beside the last", "last alone", "samples",
        "directions",
    ],
)
def test_other_rows_are_as_they_should_be(becomes: Callable[[Tensor], Tensor]) -> None:
    assert told(becomes) == []


def test_few_steps_tell_nothing() -> None:
    assert told(lambda x: torch.cat([trace(x), trace(x.flip(1))], 2), X[:, :5]) == []


@pytest.mark.parametrize("features", [4, 9], ids=["of another size", "of the same size"])
def test_who_names_no_steps_is_told_where_one_dim_alone_has_their_number(features: int) -> None:
    x = torch.randn(5, 9, features, generator=torch.Generator().manual_seed(0))
    report = rs.diagnose(Readers(lambda x: torch.cat([trace(x), trace(x.flip(1))], 2), x), x, axes=f"batch=5 ?=9 ?={features}")
    assert [finding.code for finding in report.findings] == (["RNS611"] if features == 4 else [])


class NumbersOfSteps(Readers):
    """An answer for each sample, and one number of the first sample for each step."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = super().forward(x)
        return y[:, 0], y[0, :, 0]


def test_a_number_for_each_step_without_samples_is_asked_as_well() -> None:
    model = NumbersOfSteps(lambda x: torch.cat([trace(x), trace(x.flip(1))], 2))
    influence = rs.probe(model, X, axes="batch seq feature")
    assert [finding.code for finding in influence.findings] == ["RNS602", "RNS611"]
