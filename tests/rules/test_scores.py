"""RNS510: scores of another kind than a loss takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

Loss = Callable[[Tensor, Tensor], Tensor]

NO_LOGARITHMS = "takes logarithms of probabilities, and these scores are none: they would sum to more than 1"
TWICE = "cross_entropy makes probabilities of scores by itself, and gets probabilities: rows that sum to 1"


def diagnosed(forward: Callable[[Any, Tensor], Tensor], loss: Loss, batch: int = 4) -> list[rs.Finding]:
    torch.manual_seed(0)
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 5))
    target = torch.randint(1, 5, (batch, 6), generator=torch.Generator().manual_seed(1))
    options = {"target": target, "target_axes": "batch seq", "loss": loss}
    report = rs.diagnose(model, torch.randn(batch, 6, 4), axes="batch seq feature", **options)  # type: ignore[arg-type]
    return [finding for finding in report.findings if not finding.code.startswith("RNS6")]


def raw(m: Any, x: Tensor) -> Tensor:
    return m.fc(m.rnn(x)[0])


def probabilities(m: Any, x: Tensor) -> Tensor:
    return raw(m, x).softmax(-1)


def logarithms(m: Any, x: Tensor) -> Tensor:
    return raw(m, x).log_softmax(-1)


def nll(scores: Tensor, target: Tensor) -> Tensor:
    return functional.nll_loss(scores.flatten(0, 1), target.flatten())


def entropy(scores: Tensor, target: Tensor) -> Tensor:
    return functional.cross_entropy(scores.transpose(1, 2), target)


def ctc(scores: Tensor, target: Tensor) -> Tensor:
    samples = len(target)
    return functional.ctc_loss(scores.transpose(0, 1), target[:, :2], (6,) * samples, (2,) * samples)


@pytest.mark.parametrize("batch", [4, 5, 6])
@pytest.mark.parametrize(
    ("forward", "loss", "said"),
    [
        pytest.param(raw, nll, f"nll_loss {NO_LOGARITHMS}", id="raw scores, nll_loss"),
        pytest.param(raw, ctc, f"ctc_loss {NO_LOGARITHMS}", id="raw scores, ctc_loss"),
        pytest.param(probabilities, ctc, f"ctc_loss {NO_LOGARITHMS}", id="probabilities, ctc_loss"),
        pytest.param(probabilities, entropy, TWICE, id="probabilities, cross_entropy"),
        pytest.param(
            lambda m, x: functional.softmax(raw(m, x), 2), lambda s, t: nn.CrossEntropyLoss()(s.reshape(-1, 5), t.view(-1)),
            TWICE, id="the module",
        ),
    ],
)  # fmt: skip
def test_scores_of_another_kind_are_found(forward: Any, loss: Loss, said: str, batch: int) -> None:
    (finding,) = diagnosed(forward, loss, batch)
    assert (finding.code, finding.severity) == ("RNS510", "warning")
    assert finding.message == said


@pytest.mark.parametrize("batch", [4, 5, 6])
@pytest.mark.parametrize(
    ("forward", "loss"),
    [
        pytest.param(logarithms, nll, id="nll_loss"),
        pytest.param(logarithms, ctc, id="ctc_loss"),
        pytest.param(raw, entropy, id="cross_entropy"),
        pytest.param(logarithms, entropy, id="logarithms once more"),
        pytest.param(lambda m, x: (probabilities(m, x) + 1e-6).log(), nll, id="logarithms by hand"),
        pytest.param(lambda m, x: (1 - probabilities(m, x)).log(), nll, id="of what is unlikely"),
        pytest.param(lambda m, x: logarithms(m, x) * torch.randn(len(x), 1, 1), nll, id="weighed by advantages"),
        pytest.param(lambda m, x: logarithms(m, x) * (torch.arange(6) < 2)[:, None], ctc, id="zeros in the padding"),
        pytest.param(lambda m, x: raw(m, x).sigmoid(), entropy, id="numbers that do not sum to 1"),
    ],
)
def test_scores_that_a_loss_takes_are_silent(forward: Any, loss: Loss, batch: int) -> None:
    assert diagnosed(forward, loss, batch) == []
