"""Experiments with one sample, or where nobody knows which dim is the batch: on states, and on what never matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

UNBATCHED = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
ONE = UNBATCHED[:, None]

Read = Callable[[nn.ModuleDict, Tensor], Any]


class Model(nn.Module):
    """A few layers and cells, and a function that says how they are used."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.read = read
        self.first = nn.Parameter(torch.zeros(6))
        self.parts = nn.ModuleDict({
            "enc": nn.LSTM(5, 6),
            "gru": nn.GRU(5, 6),
            "next": nn.GRU(6, 6),
            "dec": nn.GRU(6, 6),
            "cell": nn.GRUCell(6, 6),
        })
        self.start = nn.Linear(5, 6)

    def forward(self, x: Tensor) -> Any:
        return self.read(self, x)  # type: ignore[arg-type]


def answers(m: Any, x: Tensor, go_on: bool) -> Tensor:
    """Answer word by word, each read from the one before: a cell that begins with what is learned."""
    seen, state, word = m.start(x).tanh(), m.first, m.start(x[-1])
    said: list[Tensor] = []
    for _ in range(4):
        h = m.parts["cell"](word, state)
        word = torch.softmax(seen @ h, 0) @ seen
        said.append(word)
        state = h if go_on else m.first
    return torch.stack(said)


def tags(m: Any, x: Tensor, go_on: bool) -> Tensor:
    """Tag word by word, with a layer that begins with the state of another one."""
    out, state = m.parts["gru"](x)
    said: list[Tensor] = []
    for word in out.split(1):
        tag, h = m.parts["dec"](word.relu(), state)
        said.append(tag * h.sum())
        state = h if go_on else state
    return torch.cat(said)


def bridge(m: Any, x: Tensor, go_on: bool) -> Tensor:
    out, (h, c) = m.parts["enc"](x)
    return m.parts["dec"](out, torch.tanh(h if go_on else c))[0]


def left_behind(m: Any, x: Tensor, go_on: bool) -> Tensor:
    out, _ = m.parts["gru"](x)
    return m.parts["next"](out if go_on else m.start(x))[0]


WRONG: dict[str, tuple[Callable[[Any, Tensor, bool], Tensor], Tensor, str, str]] = {
    "answers": (
        answers,
        UNBATCHED,
        "RNS610",
        "parts.cell (GRUCell) is called 4 times, each time with the same state, and never given the one it has returned",
    ),
    "tags": (
        tags,
        ONE,
        "RNS610",
        "parts.dec (GRU) is called 7 times, each time with the same state, and never given the one it has returned",
    ),
    "bridge": (bridge, ONE, "RNS610", "what parts.enc (LSTM) returns as c is given to parts.dec (GRU) as h"),
    "left behind": (
        left_behind,
        UNBATCHED,
        "RNS607",
        "parts.gru (GRU) is called, and never matters: what it makes reaches nothing that is returned",
    ),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("axes", [None, "named"])
def test_what_one_sample_shows_is_told(name: str, axes: str | None) -> None:
    read, x, code, said = WRONG[name]
    named = None if axes is None else "seq feature" if x.dim() == 2 else "seq batch feature"
    influence = rs.probe(Model(lambda m, x: read(m, x, False)), x, axes=named)
    assert [(finding.code, finding.message) for finding in influence.findings] == [(code, said)]
    assert influence.samples is None
    assert len(influence.untried) == 1
    right = rs.probe(Model(lambda m, x: read(m, x, True)), x, axes=named)
    assert right.findings == ()
    assert right.states is not None
    assert right.use is not None


@pytest.mark.parametrize("name", ["answers", "bridge", "left behind"])
def test_diagnose_tells_it_too_and_that_samples_were_not_changed(name: str) -> None:
    read, x, code, said = WRONG[name]
    report = rs.diagnose(Model(lambda m, x: read(m, x, False)), x)
    assert [(f.code, f.message) for f in report.findings if f.code != "RNS112"] == [(code, said)]
    report = rs.diagnose(Model(lambda m, x: read(m, x, True)), x)
    assert [f.code for f in report.findings if f.code != "RNS112"] == []


@pytest.mark.parametrize("name", ["answers", "bridge"])
def test_a_script_is_told_too(name: str) -> None:
    read, x, code, said = WRONG[name]
    model = Model(lambda m, x: read(m, x, False))
    with rs.watch(track=3, on="record", probe="auto", ignore=["RNS112"]) as report:
        for _ in range(2):
            model(x).sum().backward()
    assert [(f.code, f.message) for f in report.findings] == [(code, said)]
    assert report.probed == f"Model was probed on a copy, in eval mode: {code}"


def one_by_one(m: Any, x: Tensor) -> Tensor:
    """Each row is a sample, of one step, and begins with what is learned."""
    return torch.cat([m.parts["gru"](row[None, None], m.first.tanh()[None, None] + 1)[0][0] for row in x])


def sentence_by_sentence(m: Any, x: Tensor) -> Tensor:
    """Each row is a sample, whose last word is read once more from the state of its own."""
    words = x[:, None].expand(-1, 3, -1) + torch.eye(3, 5)
    return torch.cat([m.parts["dec"](m.start(one[-1:]), m.parts["gru"](one)[1])[0] for one in words])


def candidate_by_candidate(m: Any, x: Tensor) -> Tensor:
    """What comes of the state with each of some next steps."""
    state = m.parts["gru"](x[:, None])[1]
    return torch.cat([m.parts["dec"](one[None, None], state)[1][0] for one in torch.eye(6)])


def joined(m: Any, x: Tensor) -> Tensor:
    """A cell joins each step with what is learned, and reads none of its own."""
    return torch.stack([m.parts["cell"](row, m.first) for row in m.start(x)])


@pytest.mark.parametrize("read", [one_by_one, sentence_by_sentence, candidate_by_candidate, joined])
def test_a_loop_that_may_be_one_over_samples_or_candidates_is_not_told(read: Read) -> None:
    influence = rs.probe(Model(read), UNBATCHED)
    assert influence.findings == ()
    assert influence.states is not None


def test_nothing_is_said_of_a_model_that_differs_by_itself() -> None:
    calls: list[int] = []

    def forward(m: Any, x: Tensor) -> Tensor:
        calls.append(1)
        return bridge(m, x, False) * len(calls)

    influence = rs.probe(Model(forward), ONE)
    assert influence.experiments == ()
    assert influence.untried[0].startswith("output differs from run to run by itself")
