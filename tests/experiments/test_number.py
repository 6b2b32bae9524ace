"""One sample less: what a model makes of the others must not depend on it, and where it does, the line is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

X = torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(0))


class Reader(nn.Module):
    """A cell in a loop, and what becomes of its last state."""

    def __init__(self, steps: Callable[[Tensor], int], becomes: Callable[[Tensor], Tensor] = lambda h: h) -> None:
        super().__init__()
        self.cell, self.fc = nn.GRUCell(4, 8), nn.Linear(8, 3)
        self.steps, self.becomes = steps, becomes

    def forward(self, x: Tensor) -> Tensor:
        h = x.new_zeros(x.size(0), 8)
        for step in range(self.steps(x)):
            h = self.cell(x[:, step], h)  # the loop
        return self.fc(self.becomes(h))


def steps_of(x: Tensor) -> int:
    return x.size(1)


class Pooled(nn.Module):
    """A layer, and how its output is made one vector a sample."""

    def __init__(self, pool: Callable[[Tensor], Tensor], dropout: float = 0.0) -> None:
        super().__init__()
        self.rnn, self.fc, self.drop = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3), nn.Dropout(dropout)
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.drop(self.pool(self.rnn(x)[0])))


def codes(influence: rs.Influence) -> list[str]:
    return [f"{finding.code} {finding.severity}" for finding in influence.findings if finding.severity != "info"]


def test_a_loop_that_counts_the_samples_is_told_with_how_often_it_runs() -> None:
    influence = rs.probe(Reader(len), X, axes="batch seq feature")
    assert influence.number is not None
    assert influence.number.verdict == "together"
    assert influence.number.evidence == ("without the last of 6 samples, 100% of sample 0's output is another one",)
    assert codes(influence) == ["RNS608 warning"]
    finding = next(finding for finding in influence.findings if finding.code == "RNS608")
    assert finding.message == f"{influence.number.evidence[0]}; gru_cell runs 5 times then, and not 6"
    assert finding.location is not None
    assert finding.location.code.endswith("# the loop")


@pytest.mark.parametrize("pool", [lambda out: out.sum(1) / len(out), lambda out: out.sum(dim=1).mul(1 / out.shape[0])])
def test_a_sum_that_is_divided_by_the_number_of_samples_is_told_at_the_division(pool: Callable[[Tensor], Tensor]) -> None:
    report = rs.diagnose(Pooled(pool), X, axes="batch seq feature")
    (finding,) = report.findings
    assert finding.code == "RNS608"
    assert finding.location is not None
    assert "lambda out: out.sum" in finding.location.code


def right_pools() -> dict[str, Callable[[Tensor], Tensor]]:
    return {
        "mean": lambda out: out.mean(1),
        "sum over its steps": lambda out: out.sum(1) / out.size(1),
        "one sample after the other": lambda out: torch.stack([sample[-1] for sample in out]),
        "folded": lambda out: out.reshape(-1, 8).view(len(out), -1, 8).mean(1),
        "time first": lambda out: out.transpose(0, 1).reshape(-1, 8).view(-1, len(out), 8)[-1],
    }


@pytest.mark.parametrize("pool", right_pools().values(), ids=right_pools())
def test_what_asks_for_the_number_of_samples_and_does_not_depend_on_it_is_silent(pool: Callable[[Tensor], Tensor]) -> None:
    influence = rs.probe(Pooled(pool), X, axes="batch seq feature")
    assert influence.number is not None
    assert influence.number.verdict == "apart"
    assert codes(influence) == []


def test_random_numbers_are_those_in_the_middle() -> None:
    influence = rs.probe(Pooled(lambda out: out[:, -1], dropout=0.5), X, axes="batch seq feature", train=True)
    assert influence.number is not None
    assert influence.number.verdict == "apart"


def test_a_model_that_runs_as_while_it_trains_has_a_note() -> None:
    influence = rs.probe(Reader(len), X, axes="batch seq feature", train=True)
    assert [(f.code, f.severity) for f in influence.findings if f.code == "RNS608"] == [("RNS608", "info")]


def test_the_longest_sample_that_is_left_out_is_not_the_number() -> None:
    """A layer reads as many steps as the longest sample has, and the last one of them is read: padding matters, no number."""

    class Padded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            return self.rnn(x[:, : int(lengths.max())])[0][:, -1]

    lengths = torch.tensor([5, 6, 4, 9])
    influence = rs.probe(Padded(), X[:4], lengths, axes=("batch seq feature", "batch"))
    assert influence.number is None or influence.number.verdict != "together"
    assert "RNS608" not in {finding.code for finding in influence.findings}


@pytest.mark.parametrize(
    ("given", "axes", "why"),
    [
        (X[:2], "batch seq feature", "with one of two samples left out there is no batch any more; give three"),
    ],
)
def test_why_no_sample_was_left_out(given: Any, axes: str, why: str) -> None:
    influence = rs.probe(Reader(steps_of), given, axes=axes)
    assert influence.number is None
    assert f"number: {why}" in influence.untried


def test_a_model_that_takes_one_number_of_samples_alone() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.rnn(x, torch.zeros(1, 6, 8))[0][:, -1]

    influence = rs.probe(Fixed(), X, axes="batch seq feature")
    said = "with a batch of 5 the copy raised RuntimeError: Expected hidden size (1, 5, 8), got [1, 6, 8]"
    assert f"number: {said}" in influence.untried


def test_samples_that_meet_have_no_number() -> None:
    influence = rs.probe(Pooled(lambda out: out[:, -1] - out[:, -1].mean(0)), X, axes="batch seq feature")
    assert influence.number is None


REASONS: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "samples meet": (lambda out: out[:, -1].cumsum(0), "samples meet, whatever their number"),
    "a loss": (lambda out: out.mean(), "the output is of the batch as a whole"),
    "pairs": (lambda out: out[:, -1] @ out[:, -1].t(), "samples meet, whatever their number"),
    "places": (
        lambda out: out[:, -1] * torch.arange(1.0, 7.0)[:, None],
        "the place of a sample in its batch matters, whatever their number",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_why_nothing_is_said_of_their_number(name: str) -> None:
    class Of(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return becomes(self.rnn(x)[0])

    becomes, reason = REASONS[name]
    influence = rs.probe(Of(), X, axes="batch seq feature")
    assert influence.number is None
    assert f"number: {reason}" in influence.untried


def test_why_no_edit_is_known_is_said() -> None:
    (finding,) = rs.diagnose(Reader(len), X, axes="batch seq feature").findings
    assert (finding.code, finding.suggestion) == ("RNS608", None)
    why = "no count in the function was found that mends it where it is written as one of the steps"
    assert f"\n  no edit: {why}\n" in str(finding)
