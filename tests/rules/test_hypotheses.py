"""RNS234: the better of several orders is that of each sample, and not one of all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

Loss = Callable[[Tensor, Tensor], Tensor]


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0])


def found(loss: Loss) -> list[tuple[str, str]]:
    x, y = torch.randn(6, 9, 4), torch.randn(6, 9, 2)
    axes = {"axes": "batch seq feature", "target_axes": "batch seq speaker"}
    report = rs.diagnose(Model(), x, target=y, loss=loss, probe=False, **axes)
    return [(f.code, f.message) for f in report.findings]


SAYS = (
    "{} chooses among errors of several orders, and {} has taken those of all samples together: one order is chosen for all, "
    "and each sample has its own"
)


def pair(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return (a - b) ** 2, (a - b.flip(2)) ** 2


@pytest.mark.parametrize(("loss", "name", "takes"), [
    (lambda a, b: torch.minimum(*(e.mean() for e in pair(a, b))), "minimum", "mean"),
    (lambda a, b: torch.min(*(e.sum() for e in pair(a, b))), "min", "sum"),
    (lambda a, b: torch.stack([e.mean() for e in pair(a, b)]).min(), "min", "mean"),
    (lambda a, b: torch.stack([e.mean() * 2 for e in pair(a, b)]).amin(), "amin", "mean"),
    (lambda a, b: torch.stack([e.mean((0, 1, 2)) for e in pair(a, b)]).min(0).values, "min", "mean"),
    (lambda a, b: (e := torch.stack([e.mean() for e in pair(a, b)]))[e.argmin()], "argmin", "mean"),
])  # fmt: skip
def test_one_order_for_all(loss: Loss, name: str, takes: str) -> None:
    assert found(loss) == [("RNS234", SAYS.format(name, takes))]


@pytest.mark.parametrize("loss", [
    pytest.param(lambda a, b: torch.minimum(*(e.mean((1, 2)) for e in pair(a, b))).mean(), id="of each sample"),
    pytest.param(lambda a, b: torch.minimum(*pair(a, b)).mean(), id="of each element"),
    pytest.param(lambda a, b: torch.stack([e.mean((1, 2)) for e in pair(a, b)]).amin(0).sum(), id="side by side"),
    pytest.param(lambda a, b: torch.minimum((a - b).abs().mean(), (a - b).square().mean()), id="two errors of one order"),
    pytest.param(lambda a, b: torch.stack([(a - b)[:3].abs().mean(), (a - b)[3:].abs().mean()]).min(), id="groups of samples"),
    pytest.param(lambda a, b: torch.stack([(a - b)[:, t].abs().mean() for t in range(9)]).min(), id="steps"),
    pytest.param(lambda a, b: torch.stack([e.mean() for e in pair(a, b)]).sum(), id="nothing is chosen"),
    pytest.param(lambda a, b: torch.stack([e.mean() for e in pair(a, b)]).max(), id="the worst"),
    pytest.param(lambda a, b: torch.minimum((a - b).abs().mean(), torch.tensor(2.0)), id="a limit"),
    pytest.param(lambda a, b: torch.minimum((a - b).abs().mean(), (a - b.flip(1)).abs().mean()), id="time runs backwards"),
    pytest.param(lambda a, b: torch.minimum(a.mean(), a.flip(2).mean()) + (a - b).abs().mean(), id="no target"),
])  # fmt: skip
def test_what_each_sample_chooses_or_nobody(loss: Loss) -> None:
    assert [code for code, _ in found(loss) if code == "RNS234"] == []
