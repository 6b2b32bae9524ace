"""RNS209 of heads: steps that a reshape deals out to them in runs, and what looks like it and is meant."""

from __future__ import annotations

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs


def attend(x: Tensor) -> Tensor:
    return functional.scaled_dot_product_attention(x, x, x)


def dealt_out(m: nn.Module, x: Tensor) -> Tensor:
    y = m.rnn(x)[0]
    return attend(y.contiguous().view(6, 2, 8, 4)).transpose(1, 2).flatten(2)


def in_windows(m: nn.Module, x: Tensor) -> Tensor:
    return attend(m.rnn(x)[0].contiguous().view(6, 2, 4, 8)).flatten(1, 2)


def in_windows_of_heads(m: nn.Module, x: Tensor) -> Tensor:
    windows = m.rnn(x)[0].reshape(6, 2, 4, 2, 4).transpose(2, 3)
    return attend(windows).transpose(2, 3).reshape(6, 8, 8)


def halves_of_steps_in_windows(m: nn.Module, x: Tensor) -> Tensor:
    return attend(m.rnn(x)[0].contiguous().view(6, 4, 4, 4)).reshape(6, 8, 8)


def repeated_for_heads(m: nn.Module, x: Tensor) -> Tensor:
    return attend(m.rnn(x)[0].unsqueeze(1).expand(-1, 2, -1, -1)).mean(1)


def diagnosed(forward: object) -> rs.Report:
    return rs.diagnose(Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True)), torch.randn(6, 8, 4), axes="batch seq feature")


def test_heads_that_get_runs_of_steps_are_told_of() -> None:
    (finding,) = diagnosed(dealt_out).findings
    assert (finding.code, finding.severity) == ("RNS209", "error")
    held = "row 0 of dim 1 holds pieces of 4 steps only, 0, 1, 2 and 3, along dim 2"
    assert finding.message == f"the steps are dealt out: {held}, which scaled_dot_product_attention takes for all steps"
    assert finding.suggestion == (
        "instead of y.contiguous().view(6, 2, 8, 4): y.contiguous().unflatten(-1, (2, 4)).transpose(1, 2)"
    )
    assert finding.location is not None
    assert finding.location.code.endswith(".flatten(2)")


@pytest.mark.parametrize("forward", [in_windows, in_windows_of_heads, halves_of_steps_in_windows, repeated_for_heads])
def test_windows_and_heads_that_see_all_steps_are_silent(forward: object) -> None:
    assert diagnosed(forward).findings == ()
