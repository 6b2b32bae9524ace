"""What a report says it did not look at is true at the end of the watch."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import rnnshape as rs
from rnnshape.operations.losses import UNKNOWN_ROWS
from rnnshape.operations.pointwise import UNKNOWN_OPERAND
from rnnshape.session import BEFORE_TRAINING, PREDICTS
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


def test_a_loss_by_hand_of_a_column_and_as_many_elements_is_not_passed_over() -> None:
    model, x, wanted = Last(), torch.randn(4, 5, 3), torch.randn(4)
    model.fc = nn.Linear(8, 1)
    with rs.watch(model, axes="batch seq feature", track=3) as report:
        ((model(x) - wanted) ** 2).mean().backward()
    assert report.blind == (f"sub of (4, 1) and (4,): {UNKNOWN_OPERAND}",)
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
