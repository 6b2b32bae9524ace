"""What the tests of `rnnshape.check` share: models to be checked, and that nobody is left in torch's classes."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from rnnshape import report_of
from rnnshape.hooks.inner_calls import _stand

X, TURNED = torch.zeros(6, 9, 4), torch.zeros(9, 6, 4)


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[1])
    monkeypatch.delenv("RNNSHAPE", raising=False)


@pytest.fixture(autouse=True)
def nobody_stands_in_classes() -> Iterator[None]:
    """What is checked for the whole of this module does not show in the tests of others."""
    yield
    gc.collect()
    _stand.rest()
    assert not _stand.entered()
    assert "__call__" not in vars(nn.RNNBase)


class Encoder(nn.Module):
    """Reads sequences, steps first."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8)

    def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch hidden"]:
        """Return the last state."""
        return self.rnn(x)[1][-1]


class Plain(nn.Module):
    def __init__(self, right: bool = True) -> None:
        super().__init__()
        self.right = right
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(h.transpose(0, 1).reshape(x.size(0), -1) if self.right else h.view(x.size(0), -1))


def fresh(kind: type[nn.Module]) -> type[nn.Module]:
    """Return a class of its own, so that nothing of one test is left in the next."""
    return type(kind.__name__, (kind,), {"__module__": kind.__module__, "__doc__": kind.__doc__})


def codes(checked: Any) -> list[str]:
    return [finding.code for finding in report_of(checked).findings]
