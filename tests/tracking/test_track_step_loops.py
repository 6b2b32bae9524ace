"""A layer that is called step by step: what is known does not grow with the steps, and what was picked is still found."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rnnshape import diagnose
from rnnshape.layout.layout import Layout
from rnnshape.report.report import Report
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.track import Tracker


class Decoder(nn.Module):
    """Attends to what the encoder has said, and reads its own last token."""

    def __init__(self, kind: type[nn.RNNBase], steps: int) -> None:
        super().__init__()
        self.encoder = kind(5, 4, batch_first=True)
        self.embed = nn.Embedding(7, 3)
        self.rnn: Any = kind(7, 4, batch_first=True)
        self.out = nn.Linear(8, 7)
        self.steps = steps

    def forward(self, x: Tensor) -> Tensor:
        memory, state = self.encoder(x)
        token = torch.zeros(len(x), 1, dtype=torch.long)
        logits: list[Tensor] = []
        for _ in range(self.steps):
            query = state[0] if isinstance(state, tuple) else state
            weights = torch.bmm(memory, query[-1].unsqueeze(2)).softmax(1)
            context = torch.bmm(weights.transpose(1, 2), memory)
            output, state = self.rnn(torch.cat([self.embed(token), context], 2), state)
            logits.append(self.out(torch.cat([output, context], 2)))
            token = logits[-1].argmax(2)
        return torch.cat(logits, 1)


class Picking(nn.Module):
    """Goes through a sequence step by step, and reads one row of the last state."""

    def __init__(self, row: int, bidirectional: bool = False) -> None:
        super().__init__()
        self.rnn = nn.GRU(5, 4, num_layers=2, bidirectional=bidirectional)
        self.out = nn.Linear(4, 3)
        self.row = row

    def forward(self, x: Tensor) -> Tensor:
        state = None
        for step in x:
            _, state = self.rnn(step.unsqueeze(0), state)
        assert state is not None
        return self.out(state[self.row])


class Stack(nn.Module):
    """Layers of one line that hand their state on to one another: none goes on from a state of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.GRU(4, 4) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        state = None
        for layer in self.layers:
            _, state = layer(x, state)
        assert state is not None
        return state[-1]


def known_of_output(model: nn.Module, x: Tensor, axes: str) -> dict[str, int]:
    """Return how many axes of each name are known of what a model returns."""
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    tracker.inputs.label(x, Layout.parse(axes))
    with tracker:
        output = model(x)
    mark = tracker.book.mark(output)
    assert mark is not None
    names = [axis.name for axis in mark.tables]
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_what_a_decoder_carries_along_does_not_grow(kind: type[nn.RNNBase]) -> None:
    known = [known_of_output(Decoder(kind, n), torch.randn(6, 9, 5), "batch=6 seq=9 feature=5") for n in (4, 8, 30)]
    assert known[0] == known[1] == known[2]
    assert known[0]["batch"] == 1


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_a_decoder_that_is_right_is_silent(kind: type[nn.RNNBase]) -> None:
    report = diagnose(Decoder(kind, 12), torch.randn(6, 9, 5), axes="batch seq feature")
    assert report.findings == ()


def test_a_row_of_the_last_state_of_a_loop_is_judged() -> None:
    wrong = diagnose(Picking(0), torch.randn(9, 6, 5), axes="seq batch feature")
    assert [(f.code, f.message) for f in wrong.findings] == [
        ("RNS305", "only the state of layer 0 is used, never that of the last of 2 layers")
    ]
    assert diagnose(Picking(-1), torch.randn(9, 6, 5), axes="seq batch feature").findings == ()


def test_both_directions_of_a_loop_go_forward_whichever_is_picked() -> None:
    wrong = diagnose(Picking(-1, bidirectional=True), torch.randn(9, 6, 5), axes="seq batch feature")
    assert [f.code for f in wrong.findings] == ["RNS314"]


def test_layers_that_hand_on_a_state_are_calls_of_their_own() -> None:
    x = torch.randn(1, 6, 4)
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    tracker.inputs.label(x, Layout.parse("seq=1 batch=6 feature=4"))
    with tracker:
        Stack()(x)
    assert len(tracker.telling.step.usage.calls) == 3


def test_calls_that_go_on_from_their_own_state_have_one_record() -> None:
    x = torch.randn(9, 6, 5)
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    tracker.inputs.label(x, Layout.parse("seq=9 batch=6 feature=5"))
    with tracker:
        Picking(-1)(x)
    assert len(tracker.telling.step.usage.calls) == 1


def test_a_squeeze_in_a_loop_is_one_place() -> None:
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    x = torch.zeros(3, 1, 4)
    tracker.inputs.label(x, Layout.parse("batch=3 seq=1 feature=4"))
    with tracker:
        kept = [x.squeeze() for _ in range(6)] + [x.squeeze()]
    assert [known.sizes for one in kept if (known := tracker.book.mark(one))] == [(3, 4)] * 7
    assert [sizes for *_, sizes in tracker.effects.squeezes.would_be] == [(3, 4)] * 2


def test_a_copy_in_a_loop_comes_from_where_the_first_does() -> None:
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    x = torch.zeros(3, 1, 4)
    tracker.inputs.label(x, Layout.parse("batch=3 seq=1 feature=4"))
    with tracker:
        tracker.book.is_born(x)
        kept = [x.detach() for _ in range(6)]
    assert tracker.book.origin(x) is not None
    assert {tracker.book.origin(one) for one in kept} == {tracker.book.origin(x)}
    assert all(tracker.book.mark(one) is not None for one in kept)
