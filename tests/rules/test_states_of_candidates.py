"""RNS305: layers of a state, picked at numbers that scores of anything else have chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Pick = Callable[[Any, Tensor, Tensor, Tensor], Tensor]
"""Returns the state that goes on, from the model, the state, scores of (candidates, words), and the lengths of the samples."""

SAYS = "picks layers of a state at numbers that were chosen among other things, by scores of these"


def found(pick: Pick) -> list[tuple[str, str, str | None]]:
    def forward(m: Any, x: Tensor, lengths: Tensor) -> Tensor:
        output, state = m.encoder(x)
        return m.decoder(x, pick(m, state, m.words(output[:, -1]), lengths))[0]

    layers = {name: nn.GRU(4, 4, num_layers=3, batch_first=True) for name in ("encoder", "decoder")}
    model = Sketch(forward, words=nn.Linear(4, 7), depth=nn.Linear(7, 3), **layers)
    torch.manual_seed(0)
    lengths = torch.tensor([2, 1, 3])
    report = rs.diagnose(model, torch.randn(3, 5, 4), lengths, axes=("batch seq feature", "batch"), probe=False)
    return [(finding.code, finding.message, finding.suggestion) for finding in report.findings]


@pytest.mark.parametrize(
    ("pick", "name"),
    [
        pytest.param(lambda m, h, words, n: h[words.flatten().topk(3).indices // 7], "index", id="best of all"),
        pytest.param(lambda m, h, words, n: h.index_select(0, words.flatten().topk(3)[1] // 7), "index_select", id="select"),
        pytest.param(lambda m, h, words, n: h[torch.where(n > 9, n, words.argmax(1).clamp(max=2))], "index", id="argmax"),
        pytest.param(lambda m, h, words, n: h[words.flatten().argsort()[:3] % 3, :], "index", id="argsort"),
        pytest.param(lambda m, h, words, n: h[words.softmax(1).multinomial(1).squeeze(1).clamp(max=2)], "index", id="drawn"),
        pytest.param(
            lambda m, h, words, n: (h[words.flatten().sort().indices[:3] // 7] * 0.5).contiguous(), "index", id="used later"
        ),
    ],
)
def test_layers_picked_by_scores_are_told(pick: Pick, name: str) -> None:
    told = [message for code, message, _ in found(pick) if code == "RNS305"]
    assert told == [f"{name} {SAYS}"]


@pytest.mark.parametrize(
    "pick",
    [
        pytest.param(lambda m, h, words, n: h[:, words.flatten().topk(3).indices // 7], id="samples"),
        pytest.param(lambda m, h, words, n: h.index_select(1, n.argsort()), id="an order of samples"),
        pytest.param(lambda m, h, words, n: h[m.depth(words).mean(0).argsort()], id="by scores of layers"),
        pytest.param(lambda m, h, words, n: h[h.mean((1, 2)).argsort()], id="by their own scores"),
        pytest.param(lambda m, h, words, n: h[m.depth(words).argmax(1), torch.arange(3)].expand(3, 3, 4), id="one of each"),
        pytest.param(lambda m, h, words, n: h[torch.tensor([2, 1, 0])].flip(0), id="by numbers of nobody's"),
        pytest.param(lambda m, h, words, n: h + m.words.weight[words.argmax(1)], id="vectors picked by scores"),
    ],
)
def test_what_scores_may_pick_is_silent(pick: Pick) -> None:
    assert [message for code, message, _ in found(pick) if SAYS in message] == []
