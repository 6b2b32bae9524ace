"""RNS220 of mixtures in logarithms: weights that compete along another axis than the one whose parts are added up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Mixture(nn.Module):
    def __init__(self, read: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.fc, self.read = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3), read

    def forward(self, x: Tensor) -> Tensor:
        return self.read(self.fc(self.rnn(x)[0]))


READS: dict[str, tuple[Callable[[Tensor], Tensor], list[str]]] = {
    "over the steps": (lambda y: torch.logsumexp(y.log_softmax(1) - y.detach().square(), 2), ["RNS220"]),
    "over the parts": (lambda y: torch.logsumexp(y.log_softmax(2) - y.detach().square(), 2), []),
    "over both": (lambda y: torch.logsumexp(y.log_softmax(1).log_softmax(2), 2), []),
    "a pooling of the steps": (lambda y: torch.logsumexp(y.log_softmax(2), 1), []),
    "numbers that are no weights": (lambda y: torch.logsumexp(y, 2), []),
}


@pytest.mark.parametrize(("read", "told"), READS.values(), ids=READS)
def test_weights_of_a_mixture_in_logarithms(read: Callable[[Tensor], Tensor], told: list[str]) -> None:
    report = rs.diagnose(Mixture(read), torch.randn(5, 9, 4), axes="batch seq feature", probe=False)
    assert [f.code for f in report.findings] == told
