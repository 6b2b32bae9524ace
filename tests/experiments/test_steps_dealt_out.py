"""Steps that are dealt out over rows of several: told where something reads these rows, and not where rows stay rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

import rnnshape as rs
from rnnshape.experiments.steps import is_dealt_out

X = torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(0))


class Front(nn.Module):
    """A convolution in front of a layer, and how its input is turned for it."""

    def __init__(self, turn: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.turn, self.conv, self.rnn = turn, nn.Conv1d(4, 8, 3, padding=1), nn.GRU(8, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(self.conv(self.turn(x)).transpose(1, 2))[0]


class Behind(nn.Module):
    """A layer in both directions, after which each step has read all, and what becomes of its output."""

    def __init__(self, becomes: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.becomes, self.rnn, self.fc = becomes, nn.GRU(4, 4, batch_first=True, bidirectional=True), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.becomes(self.fc(self.rnn(x)[0]))


def codes(influence: rs.Influence) -> list[str]:
    return [f"{finding.code} {finding.severity}" for finding in influence.findings]


def test_an_input_that_is_viewed_for_a_convolution_is_told_at_the_view() -> None:
    influence = rs.probe(Front(lambda x: x.view(6, 4, 9)), X, axes="batch seq feature")
    assert influence.steps is not None
    assert influence.steps.verdict == "together"
    assert influence.steps.evidence == (
        "the steps of x are dealt out by view over (6, 4, 9): its row 0 holds steps 0, 1 and 2, row 1 steps 2, 3 and 4; "
        "conv1d reads that",
    )
    assert codes(influence) == ["RNS609 warning"]
    (finding,) = influence.findings
    assert finding.message == influence.steps.evidence[0]
    assert finding.location is not None
    assert "x.view(6, 4, 9)" in finding.location.code


def attend(heads: Tensor) -> Tensor:
    return scaled_dot_product_attention(heads, heads, heads)


WRONG: dict[str, tuple[Callable[[Tensor], Tensor], str, str]] = {
    "returned": (lambda out: out.view(6, 8, 9), "fc", "that is returned"),
    "heads": (lambda out: attend(out.view(6, 2, 9, 4)).transpose(1, 2), "fc", "scaled_dot_product_attention reads that"),
    "scores": (lambda out: out @ out.reshape(6, 8, 9), "fc", "matmul reads that"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_layer_returns_is_followed_though_each_step_has_read_all(name: str) -> None:
    becomes, _, reader = WRONG[name]
    influence = rs.probe(Behind(becomes), X, axes="batch seq feature")
    assert influence.steps is not None
    assert influence.steps.evidence[0].startswith("the steps of what rnn returns are dealt out by ")
    assert influence.steps.evidence[0].endswith(f"; {reader}")
    assert codes(influence) == ["RNS609 warning"]


RIGHT: dict[str, Callable[[Tensor], Tensor]] = {
    "as it is": lambda out: out,
    "turned": lambda out: out.transpose(1, 2),
    "heads": lambda out: attend(out.view(6, 9, 2, 4).transpose(1, 2)).transpose(1, 2).reshape(6, 9, 8),
    "runs of three steps": lambda out: out.view(6, 3, 24),
    "runs, and back": lambda out: out.view(6, 3, 24).view(6, 9, 8),
    "one row a sample": lambda out: out.flatten(1),
    "rows of all samples": lambda out: out.reshape(54, 8),
    "scrambled, and put back before anything reads it": lambda out: (out.view(6, 8, 9) * 2).view(6, 9, 8),
    "windows": lambda out: out.unfold(1, 3, 2).flatten(2),
    "chosen by each head": lambda out: out.view(6, 9, 2, 4).sort(1).values,
    "the ends": lambda out: torch.cat([out[:, -1], out[:, 0]], 1),
    "a loss": lambda out: out.square().mean(),
}


@pytest.mark.parametrize("name", RIGHT)
def test_rows_that_stay_rows_are_not_told(name: str) -> None:
    influence = rs.probe(Behind(RIGHT[name]), X, axes="batch seq feature")
    assert influence.steps is not None
    assert (influence.steps.verdict, influence.steps.evidence) == ("apart", ())
    assert codes(influence) == []


def test_a_turned_input_is_apart() -> None:
    influence = rs.probe(Front(lambda x: x.transpose(1, 2)), X, axes="batch seq feature")
    assert influence.steps is not None
    assert influence.steps.verdict == "apart"
    assert codes(influence) == []


def test_where_nobody_knows_the_steps_that_is_said() -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.GRUCell(4, 8)

        def forward(self, x: Tensor) -> Tensor:
            return self.cell(x)

    influence = rs.probe(Flat(), torch.randn(6, 4), axes="batch feature")
    assert influence.steps is None
    assert "steps: nobody has said which dim of an input is the steps; call it seq in axes=" in influence.untried


def test_where_samples_meet_that_is_told_and_not_what_became_of_their_steps() -> None:
    influence = rs.probe(Front(lambda x: x.view(6, 4, 9).cumsum(0)), X, axes="batch seq feature")
    assert influence.steps is None
    assert [finding.code for finding in influence.findings if finding.severity != "info"] == ["RNS601"]


@pytest.mark.parametrize("train", [True, False])
def test_while_it_trains_it_is_a_fact(train: bool) -> None:
    influence = rs.probe(Front(lambda x: x.view(6, 4, 9)), X, axes="batch seq feature", train=train)
    assert codes(influence) == ["RNS609 info" if train else "RNS609 warning"]


def test_diagnose_tells_what_no_rule_explains() -> None:
    def chances(x: Tensor) -> Tensor:
        return torch.special.log_ndtr(x)  # no rule follows it

    reports = [
        rs.diagnose(Front(turn), X, axes="batch seq feature")
        for turn in (lambda x: chances(x).reshape(6, 4, 9), lambda x: chances(x).transpose(1, 2), lambda x: x.view(6, 4, 9))
    ]
    told = [[finding.code for finding in report.findings] for report in reports]
    assert told[:2] == [["RNS609"], []]
    assert "RNS609" not in told[2], "a rule says so"
    assert told[2]


def test_elements_of_nobody_leave_it_open_and_no_more() -> None:
    rows = torch.arange(6).repeat_interleave(4).view(4, 6)
    assert is_dealt_out(rows)
    assert is_dealt_out(rows[None])
    assert is_dealt_out(rows[:, None])
    assert is_dealt_out(torch.where(torch.arange(6) == 2, -1, rows))
    assert not is_dealt_out(torch.where(torch.arange(6) > 1, -1, rows))
    assert not is_dealt_out(torch.where(torch.arange(6) == 2, -2, rows))
