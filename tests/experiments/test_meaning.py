"""What the axes of the tensors were in which samples meet, beside the line."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape


class Viewed(nn.Module):
    """Views the state of two layers to the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, num_layers=2), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[1].view(x.size(1), -1))


class Attends(nn.Module):
    """Multiplies each step with those of another sample."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8), nn.Linear(9, 3)

    def forward(self, x: Tensor) -> Tensor:
        out = self.rnn(x)[0].transpose(0, 1)
        return self.fc(torch.bmm(out, out.flip(0).transpose(1, 2)))


class Writes(Viewed):
    """Writes into what it is given, and into the states."""

    def forward(self, x: Tensor) -> Tensor:
        x.mul_(2)
        state = self.rnn(x)[1]
        state.add_(state.flip(1))
        return self.fc(state.transpose(0, 1).flatten(1))


class Branches(Viewed):
    """Takes another way where nothing but zeros comes, as in no run of an experiment."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x + 1 - 1 if not x.any() else x)


def shown(model: nn.Module, axes: str | None, x: Tensor | None = None) -> list[str]:
    torch.manual_seed(0)
    x = torch.randn(9, 3, 4) if x is None else x
    influence = rnnshape.probe(model, x, axes=axes)
    assert influence.meeting is not None
    return [f"{name} {layout}" for name, layout in influence.meeting.layouts]


@pytest.mark.parametrize("axes", ["seq batch feature", None])
def test_the_layout_of_what_was_given_is_shown_also_where_layers_tell_the_batch(axes: str | None) -> None:
    assert shown(Viewed(), axes) == ["given layers=2 batch=3 hidden=8"]


def test_a_finding_shows_it_above_what_became_of_it() -> None:
    influence = rnnshape.probe(Viewed(), torch.randn(9, 3, 4), axes="seq batch feature")
    assert influence.findings[0].details == (
        "  given     layers=2 batch=3 hidden=8  (2, 3, 8)",
        "  view      (3, 16)",
    )
    assert influence.to_dict()["meeting"]["layouts"] == {
        "given": {"layout": "layers=2 batch=3 hidden=8", "sizes": [2, 3, 8]}
    }


def test_the_operands_of_a_product_are_shown_each_and_samples_in_another_order_are_none_that_a_layout_can_say() -> None:
    assert shown(Attends(), "seq batch feature") == [
        "first batch=3 seq=9 hidden=8",
        "second ?=3 hidden=8 seq=9",
    ]


def test_what_is_written_in_place_stays_as_it_was_for_the_user_and_shows_the_other_operand_alone() -> None:
    torch.manual_seed(0)
    x = torch.randn(9, 3, 4)
    before = x.clone()
    assert shown(Writes(), "seq batch feature", x) == ["given layers=2 ?=3 hidden=8"]
    assert torch.equal(x, before)


def test_where_the_run_that_is_followed_takes_another_way_the_line_stands_alone() -> None:
    assert shown(Branches(), "seq batch feature", torch.zeros(9, 3, 4)) == []


def test_a_report_of_diagnose_shows_it_too() -> None:
    class Places(nn.Module):
        """Adds up what is one of the steps, along the samples."""

        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 8), nn.Linear(8, 4)

        def forward(self, x: Tensor) -> Tensor:
            return torch.cumsum(self.fc(self.rnn(x)[0]), dim=1)

    report = rnnshape.diagnose(Places(), torch.randn(9, 3, 4), axes="seq batch feature")
    (meeting,) = (finding for finding in report.findings if finding.code == "RNS601")
    assert meeting.details == ("  given     seq=9 batch=3 feature=4  (9, 3, 4)", "  cumsum    (9, 3, 4)")
