"""An edit where samples are counted and steps are meant: it is tried on a copy, and none is told that was not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

X = torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(0))


class Loop(nn.Module):
    """A cell in a loop over as many steps as there are samples."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(4, 8)

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        h = x.new_zeros(x.size(0), 8)
        for step in range(len(x)):
            h = self.cell(x[:, step] * scale, h)
        return h


class Shared(nn.Module):
    """A mean over the steps that is divided by the number of samples."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return output.sum(1) / output.shape[0]


class Counted(Loop):
    """What is counted has no name in it, so no edit is known."""

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        h = x.new_zeros(x.size(0), 8)
        for step, _ in enumerate(x):
            h = self.cell(x[:, step] * scale, h)
        return h


@pytest.mark.parametrize(
    ("model", "edit"),
    [(Loop(), "instead of len(x) on line {}: x.size(1)"), (Shared(), "instead of output.shape[0] on line {}: output.shape[1]")],
)
def test_the_count_that_was_meant(model: nn.Module, edit: str) -> None:
    (finding,) = rs.diagnose(model, X, axes="batch seq feature").findings
    assert finding.code == "RNS608"
    assert finding.location is not None
    line = finding.location.line - (1 if isinstance(model, Loop) else 0)
    assert (finding.suggestion, finding.no_edit) == (edit.format(line), None)
    assert "forward" not in vars(model)


def test_what_is_counted_without_a_name_has_no_edit() -> None:
    (finding,) = rs.diagnose(Counted(), X, axes="batch seq feature").findings
    assert (finding.code, finding.suggestion) == ("RNS608", None)
    assert finding.no_edit is not None


def test_steps_whose_dim_nobody_knows_are_not_counted() -> None:
    (finding,) = rs.diagnose(Loop(), X, axes="batch places feature").findings
    assert (finding.code, finding.suggestion) == ("RNS608", None)


def test_a_copy_that_cannot_run_so_mends_nothing() -> None:
    class Inner(Loop):
        def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
            return super().forward(x, scale)

    (finding,) = rs.diagnose(Inner(), X, axes="batch seq feature").findings
    assert (finding.code, finding.suggestion) == ("RNS608", None)
