"""What a report says it did not look at is true at the end of the watch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import rnnshape as rs
from rnnshape.hooks.steps import BEFORE_TRAINING, PREDICTS
from rnnshape.operations.losses import UNKNOWN_ROWS
from rnnshape.rules.broadcasts import UNKNOWN_OPERAND
from rnnshape.tracking.counting import MOST_CALLS


class Last(nn.Module):
    """A number for each sample of (batch, steps, features)."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0][:, -1])


def reasons(report: rs.Report) -> str:
    return "\n".join(report.blind)


def test_rows_of_a_target_that_a_later_step_tells_are_not_unknown() -> None:
    data, targets, model = torch.randn(12, 5, 3), torch.randn(12, 2), Last()

    def train(cut: bool) -> None:
        wanted = targets[4:8] if cut else torch.randn(4, 2)
        F.mse_loss(model(data[4:8] if cut else torch.randn(4, 5, 3)), wanted).backward()

    with rs.watch(model, track=3) as report:
        train(cut=False)
        assert UNKNOWN_ROWS in reasons(report)
        train(cut=True)
    assert UNKNOWN_ROWS not in reasons(report)


def test_rows_of_a_target_that_no_step_tells_stay_unknown() -> None:
    model = Last()
    with rs.watch(model, track=3) as report:
        for _ in range(3):
            F.mse_loss(model(torch.randn(4, 5, 3)), torch.randn(4, 2)).backward()
    assert UNKNOWN_ROWS in reasons(report)


def losses_by_hand(wanted: Tensor, samples: int, *, in_the_model: bool = False) -> rs.Report:
    """Watch a step of a model of one output, whose loss by hand is of (samples, 1) and of something of as many elements."""
    model = Last()
    model.fc = nn.Linear(8, 1)
    if in_the_model:
        model.fc.register_forward_hook(lambda module, args, result: (result - wanted).mean(1, keepdim=True))
    with rs.watch(model, axes="batch seq feature", track=3, on="record") as report:
        ((model(torch.randn(samples, 5, 3)) - (0 if in_the_model else wanted)) ** 2).mean().backward()
    return report


def test_a_loss_by_hand_of_a_column_and_one_element_for_each_sample_is_told() -> None:
    report = losses_by_hand(torch.randn(4), 4)
    (finding,) = report.findings
    assert (finding.code, finding.suggestion) == ("RNS504", "squeeze(1) of the prediction fits")
    assert finding.message == "sub of (4, 1) and (4,) broadcasts to (4, 4): every prediction meets every sample"
    assert not report.blind


@pytest.mark.parametrize(
    ("wanted", "samples"),
    [(torch.randn(5), 5), (torch.randn(8), 8), (torch.linspace(-1, 1, 4), 4), (torch.zeros(4), 4), (torch.arange(4), 4)],
    ids=["as many as steps", "as many as units", "a grid", "constant", "whole numbers"],
)
def test_what_need_not_be_one_for_each_sample_is_not_passed_over(wanted: Tensor, samples: int) -> None:
    report = losses_by_hand(wanted, samples)
    assert not report.findings
    assert report.blind == (f"sub of ({samples}, 1) and ({samples},): {UNKNOWN_OPERAND}",)


def test_centres_that_are_trained_are_no_targets() -> None:
    report = losses_by_hand(nn.Parameter(torch.randn(4)), 4)
    assert not report.findings
    assert UNKNOWN_OPERAND in reasons(report)


def test_what_a_model_subtracts_is_no_target() -> None:
    report = losses_by_hand(torch.randn(4), 4, in_the_model=True)
    assert not report.findings
    assert UNKNOWN_OPERAND in reasons(report)


def test_the_reason_says_what_to_do() -> None:
    assert UNKNOWN_OPERAND == (
        "every prediction meets every element, and whose rows these are is not known, so whether that is meant cannot be seen; "
        "a DataLoader that yields inputs and targets, or one index for both, tells"
    )


def test_a_column_that_meets_a_column_or_was_made_for_pairs_is_no_such_loss() -> None:
    model, x, wanted = Last(), torch.randn(4, 5, 3), torch.randn(4)
    with rs.watch(model, axes="batch seq feature", track=3) as report:
        scores = model(x)
        (scores[:, :1] - wanted[:, None]).sum().backward(retain_graph=True)
        (scores[:, 0, None] - wanted).sum().backward(retain_graph=True)
        (scores[:, 0] - wanted).sum().backward()
    assert UNKNOWN_OPERAND not in reasons(report)


def test_a_rollout_before_the_first_step_is_said_not_to_be_followed() -> None:
    model = Last()
    with rs.watch(model, track=3) as report:
        with torch.no_grad():
            for _ in range(3):
                model(torch.randn(4, 5, 3))
            assert BEFORE_TRAINING not in reasons(report)
            model(torch.randn(4, 5, 3))
        model(torch.randn(4, 5, 3)).sum().backward()
    assert f"Last: {BEFORE_TRAINING}" in report.blind


def test_few_calls_before_the_first_step_are_followed() -> None:
    model = Last()
    with rs.watch(model, track=3) as report:
        with torch.no_grad():
            for _ in range(3):
                model(torch.randn(4, 5, 3))
        model(torch.randn(4, 5, 3)).sum().backward()
    assert BEFORE_TRAINING not in reasons(report)


def test_who_predicts_with_gradients_is_told_where_following_ends() -> None:
    model, x = Last(), torch.randn(4, 5, 3)
    with rs.watch(model, track=3) as report:
        for _ in range(MOST_CALLS):
            model(x)
        assert PREDICTS not in reasons(report)
        model(x)
    assert f"Last: {PREDICTS}" in report.blind


def test_a_decoder_of_many_calls_with_a_backward_is_followed_on() -> None:
    model, x = Last(), torch.randn(4, 5, 3)
    with rs.watch(model, track=3) as report:
        model(x).sum().backward()
        for _ in range(MOST_CALLS + 1):
            model(x)
    assert PREDICTS not in reasons(report)
