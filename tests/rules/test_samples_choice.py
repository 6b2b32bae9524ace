"""RNS230: what the scores of one sample have chosen picks from every sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

import rnnshape as rs

Pick = Callable[[Tensor, Tensor], Tensor]

SIZES = [(6, 9, 4), (8, 8, 4)]


class Pointer(nn.Module):
    """Goes on from what its scores (batch, seq) pick from its states (batch, seq, hidden)."""

    def __init__(self, pick: Pick) -> None:
        super().__init__()
        self.rnn, self.score, self.cell, self.pick = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1), nn.GRUCell(8, 8), pick

    def forward(self, x: Tensor) -> Tensor:
        states, h = self.rnn(x)
        return self.cell(self.pick(states, self.score(states).squeeze(2)), h[-1])


def found(pick: Pick, sizes: tuple[int, ...]) -> list[tuple[str, str]]:
    torch.manual_seed(0)
    report = rs.diagnose(Pointer(pick), torch.randn(*sizes), axes="batch seq feature", probe=False)
    assert report.exception is None
    return [(f.code, f.message) for f in report.findings]


def every(of: Tensor) -> Tensor:
    return torch.arange(len(of))


def window(states: Tensor, scores: Tensor) -> Tensor:
    at = scores[:, :-1].argmax(1)[0]
    return states[:, at : at + 1].squeeze(1)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    ("pick", "name", "sample"),
    [
        pytest.param(lambda e, s: e[:, s.argmax(1)[0]], "index", 0, id="an int of one"),
        pytest.param(lambda e, s: e.transpose(0, 1)[s.argmax(1)[-1]], "index", "last", id="of the last, steps first"),
        pytest.param(lambda e, s: e[every(e), s.argmax(1)[0]], "index", 0, id="beside all rows"),
        pytest.param(lambda e, s: e[:, s[0].argmax()], "index", 0, id="the scores of one"),
        pytest.param(window, "index", 0, id="a slice"),
        pytest.param(lambda e, s: e[:, s.max(1)[1][0]], "index", 0, id="max"),
        pytest.param(lambda e, s: e[:, s.topk(2)[1][0, 0]], "index", 0, id="topk"),
        pytest.param(lambda e, s: e[:, s.argsort(1, descending=True)[0, 0]], "index", 0, id="argsort"),
        pytest.param(lambda e, s: e[:, s.sort(1)[1][1, -1]], "index", 1, id="sort"),
        pytest.param(lambda e, s: e[:, torch.multinomial(s.softmax(1), 1)[0, 0]], "index", 0, id="multinomial"),
        pytest.param(lambda e, s: e.transpose(0, 1).index_select(0, s.argmax(1))[0], "index", 0, id="a row of index_select"),
        pytest.param(lambda e, s: e.index_select(1, s.argmax(1)[:1]).squeeze(1), "index_select", 0, id="index_select"),
        pytest.param(
            lambda e, s: e.gather(1, s.argmax(1)[:1].view(1, 1, 1).expand(len(e), 1, 8))[:, 0], "gather", 0, id="gather"
        ),
        pytest.param(
            lambda e, s: e.take_along_dim(s.argmax(1)[:1].view(1, 1, 1), 1)[:, 0], "take_along_dim", 0, id="take_along_dim"
        ),
    ],
)  # fmt: skip
def test_what_one_sample_has_chosen_for_all_is_found(pick: Pick, name: str, sample: Any, sizes: tuple[int, ...]) -> None:
    which = sizes[0] - 1 if sample == "last" else sample
    message = f"{name} picks from every sample what sample {which} alone has chosen"
    assert found(pick, sizes) == [("RNS230", message)]


def voted(states: Tensor, scores: Tensor) -> Tensor:
    return states[:, scores.argmax(1).mode()[0]]


def by_sample(states: Tensor, scores: Tensor) -> Tensor:
    return torch.stack([states[row, scores[row].argmax()] for row in range(len(states))])


def by_sample_from_all(states: Tensor, scores: Tensor) -> Tensor:
    chosen = scores.argmax(1)
    return torch.stack([states.transpose(0, 1)[chosen[row]][row] for row in range(len(states))])


def looked_at(states: Tensor, scores: Tensor) -> Tensor:
    _ = states[:, scores.argmax(1)[0]].norm().item()
    return states[:, -1]


@pytest.mark.parametrize("sizes", [*SIZES, (1, 6, 4)])
@pytest.mark.parametrize(
    "pick",
    [
        pytest.param(lambda e, s: e[every(e), s.argmax(1)], id="an index of each"),
        pytest.param(lambda e, s: e.gather(1, s.argmax(1).view(-1, 1, 1).expand(len(e), 1, 8))[:, 0], id="gather"),
        pytest.param(lambda e, s: e.take_along_dim(s.argmax(1).view(-1, 1, 1), 1)[:, 0], id="take_along_dim"),
        pytest.param(lambda e, s: e.gather(1, s.topk(3)[1].unsqueeze(2).expand(-1, -1, 8)).mean(1), id="topk"),
        pytest.param(lambda e, s: e[every(e), torch.multinomial(s.softmax(1), 1)[:, 0]], id="multinomial"),
        pytest.param(lambda e, s: e[:, s.argmax(1)].diagonal(0, 0, 1).T, id="the diagonal of all pairs"),
        pytest.param(lambda e, s: e[:, s.mean(0).argmax()], id="one choice by the scores of all"),
        pytest.param(lambda e, s: e[:, s.argmax(1).max()], id="the largest of all choices"),
        pytest.param(lambda e, s: e[:, s.argmax() % e.size(1)], id="the largest score of all"),
        pytest.param(lambda e, s: (one_hot(s.argmax(1), e.size(1)).unsqueeze(2) * e).sum(1), id="one_hot"),
        pytest.param(lambda e, s: e[s.sum(1).argsort()][:, -1][s.sum(1).argsort().argsort()], id="an order of samples"),
        *map(pytest.param, [voted, by_sample, by_sample_from_all, looked_at]),
    ],
)
def test_choices_of_each_sample_or_of_all_are_not(pick: Pick, sizes: tuple[int, ...]) -> None:
    assert found(pick, sizes) == []


@pytest.mark.parametrize(
    "pick",
    [
        pytest.param(lambda e, s: e[:, s.argmax(1)[0]], id="an int"),
        pytest.param(lambda e, s: e.transpose(0, 1).index_select(0, s.argmax(1))[0], id="index_select"),
    ],
)
def test_a_batch_of_one_has_chosen_for_itself(pick: Pick) -> None:
    assert found(pick, (1, 9, 4)) == []


def test_the_states_of_beams_are_one_samples_own() -> None:
    """The row of the best beam says how many words there are, and its words are read again for all beams of its text."""

    class Best(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.words, self.score = nn.GRU(4, 8, batch_first=True), nn.Embedding(9, 8), nn.Linear(8, 9)

        def forward(self, x: Tensor) -> Tensor:
            states, _ = self.rnn(x)
            best = self.score(states).topk(3).indices
            return self.score(self.words(best[..., 0]))

    report = rs.diagnose(Best(), torch.randn(6, 6, 4), axes="batch seq feature", probe=False)
    assert report.findings == ()
