"""RNS511: a word that is read before it is to be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

VOCAB = 20

COMES_NEXT = (
    "the targets are the words that come next in what it reads, and it is bidirectional: its reverse half has read each of them"
)
COPIED = (
    "the target of each step is the very word that it reads at that step: it can copy it, and learns to say nothing of the next"
)


def text(batch: int, steps: int, seed: int = 1) -> Tensor:
    return torch.randint(1, VOCAB, (batch, steps), generator=torch.Generator().manual_seed(seed))


def entropy(scores: Tensor, target: Tensor) -> Tensor:
    return functional.cross_entropy(scores.flatten(0, 1), target.flatten(), ignore_index=0)


def diagnosed(
    forward: Callable[[Any, Tensor], Tensor], words: Tensor, target: Tensor, *, directions: int = 2, width: int = 2
) -> list[rs.Finding]:
    torch.manual_seed(0)
    layers = {
        "embed": nn.Embedding(VOCAB, 4),
        "encoder": nn.GRU(4, 8, batch_first=True),
        "rnn": nn.GRU(4, 8, batch_first=True, bidirectional=directions == 2),
        "fc": nn.Linear(8 * width, VOCAB),
    }
    options = {"target": target, "target_axes": "batch seq", "loss": entropy, "probe": False}
    report = rs.diagnose(Sketch(forward, **layers), words, axes="batch seq", **options)  # type: ignore[arg-type]
    return [finding for finding in report.findings if finding.severity != "info"]


def says(m: Any, words: Tensor) -> Tensor:
    return m.fc(m.rnn(m.embed(words))[0])


def goes_on(m: Any, words: Tensor) -> Tensor:
    return m.fc(m.rnn(m.embed(words), m.encoder(m.embed(words))[1])[0])


SHIFTED = lambda t: (t[:, :-1], t[:, 1:])  # noqa: E731


@pytest.mark.parametrize(("batch", "steps"), [(5, 9), (8, 9), (5, 5), (1, 12)])
@pytest.mark.parametrize(
    ("forward", "cut", "directions", "said"),
    [
        pytest.param(says, SHIFTED, 2, COMES_NEXT, id="cut outside"),
        pytest.param(lambda m, x: says(m, x[:, :-1]), lambda t: (t, t[:, 1:]), 2, COMES_NEXT, id="cut by the model"),
        pytest.param(goes_on, lambda t: (t, t), 1, COPIED, id="no step between"),
    ],
)
def test_words_that_were_read_are_found(forward: Any, cut: Any, directions: int, said: str, batch: int, steps: int) -> None:
    (finding,) = diagnosed(forward, *cut(text(batch, steps + 1)), directions=directions, width=directions)
    assert (finding.code, finding.severity, finding.message, finding.module) == ("RNS511", "error", said, "rnn")


@pytest.mark.parametrize(("batch", "steps"), [(5, 9), (8, 9), (5, 5), (1, 12)])
@pytest.mark.parametrize(
    ("forward", "cut", "directions", "width"),
    [
        pytest.param(says, SHIFTED, 1, 1, id="forward alone"),
        pytest.param(lambda m, x: m.fc(m.rnn(m.embed(x))[0][..., :8]), SHIFTED, 2, 1, id="its forward half"),
        pytest.param(goes_on, SHIFTED, 1, 1, id="an encoder that reads the text"),
        pytest.param(says, lambda t: (t, t), 2, 2, id="what is read is named"),
        pytest.param(says, lambda t: (t[:, :-1], text(len(t), t.size(1) - 1, 7)), 2, 2, id="tags"),
        pytest.param(says, lambda t: (t.masked_fill(text(*t.shape, 9) > 15, 0), t), 2, 2, id="masked words"),
        pytest.param(says, lambda t: (t[:, :-1] * 0 + 3, t[:, 1:] * 0 + 3), 2, 2, id="texts of one word"),
    ],
)  # fmt: skip
def test_words_that_were_not_read_are_silent(
    forward: Any, cut: Any, directions: int, width: int, batch: int, steps: int
) -> None:
    assert diagnosed(forward, *cut(text(batch, steps + 1)), directions=directions, width=width) == []
