"""RNS402 in a loss: rows in another order than the target's, and the line that has put them in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

import rnnshape as rs

LENGTHS = torch.tensor([2, 4, 3])
TARGET = torch.tensor([0, 2, 1])


class Reader(nn.Module):
    def __init__(self, read: Callable[[Reader, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)
        self.read = read

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.read(self, x, lengths)


def packed(of: Reader, x: Tensor, lengths: Tensor) -> Tensor:
    lengths, order = lengths.sort(descending=True)
    by_length = x[order]
    _, h_n = of.rnn(pack_padded_sequence(by_length, lengths, batch_first=True))
    return of.fc(h_n[-1])


def put_back(of: Reader, x: Tensor, lengths: Tensor) -> Tensor:
    lengths, order = lengths.sort(descending=True)
    by_length = x[order]
    _, h_n = of.rnn(pack_padded_sequence(by_length, lengths, batch_first=True))
    return of.fc(h_n[-1])[order.argsort()]


def drawn(of: Reader, x: Tensor, lengths: Tensor) -> Tensor:
    last = of.rnn(x)[0][:, -1]
    last = last[torch.tensor([2, 0, 1])]
    return of.fc(last)


def findings(read: Callable[[Reader, Tensor, Tensor], Tensor]) -> tuple[rs.Finding, ...]:
    axes = ("batch seq feature", "batch")
    given = {"target": TARGET, "target_axes": "batch", "loss": F.cross_entropy}
    return rs.diagnose(Reader(read), torch.randn(3, 4, 4), LENGTHS, axes=axes, probe=False, **given).findings


@pytest.mark.parametrize(
    ("read", "message", "line"),
    [
        (packed, "row 0 of the scores is sample 1, of the target sample 0: samples were sorted for packing, and not put back",
         "by_length = x[order]"),
        (drawn, "row 0 of the scores is sample 2, of the target sample 0", "last = last[torch.tensor([2, 0, 1])]"),
    ],
)  # fmt: skip
def test_the_line_that_moved_the_samples_is_told(
    read: Callable[[Reader, Tensor, Tensor], Tensor], message: str, line: str
) -> None:
    [found] = [finding for finding in findings(read) if finding.code != "RNS303"]  # a last step that is padding
    assert (found.code, found.message) == ("RNS402", message)
    assert found.moved_at is not None
    assert found.moved_at.code == line
    assert f"\n  moved at  {found.moved_at}:  {line}\n" in str(found)


def test_what_was_put_back_is_right() -> None:
    assert findings(put_back) == ()
