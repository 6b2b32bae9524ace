"""The first evaluation behind the training steps: its first calls are followed, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

import rnnshape as rs
from rnnshape.hooks.steps import EVALUATES, PREDICTS
from rnnshape.tracking.counting import StepCount

UNTOUCHED = nn.Module.eval, nn.Module.__call__


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    assert (nn.Module.eval, nn.Module.__call__) == UNTOUCHED
    assert torch._C._len_torch_function_stack() == 0


def is_followed() -> bool:
    return torch._C._len_torch_function_stack() > 0


class Answering(nn.Module):
    """Scores of the words of an answer (batch, word, vocabulary); an evaluation has each go on from the likeliest."""

    def __init__(self, mixes: bool = False) -> None:
        super().__init__()
        self.mixes = mixes
        self.embed, self.gru, self.out = nn.Embedding(20, 6), nn.GRU(6, 8, batch_first=True), nn.Linear(8, 20)

    def forward(self, asked: Tensor, answer: Tensor | None = None) -> Tensor:
        _, state = self.gru(self.embed(asked))
        if answer is not None:
            return self.out(self.gru(self.embed(answer), state)[0])
        state, word, said = state.repeat_interleave(2, 1), asked[:, -1].repeat_interleave(2), list[Tensor]()
        for _ in range(3):
            _, state = self.gru(self.embed(word)[:, None], state)
            said.append(self.out(state[0]))
            word = said[-1].argmax(1)
            best = said[-1].amax(1).view(-1, 2).argmax(1)
            first = 0 if self.mixes else 2 * torch.arange(len(asked))
            state = state[:, (best + first).repeat_interleave(2)]
        return torch.stack(said, 1)


def train(model: nn.Module, steps: int) -> list[bool]:
    followed: list[bool] = []
    for _ in range(steps):
        scores = model(torch.randint(20, (5, 7)), torch.randint(20, (5, 4)))
        nn.functional.cross_entropy(scores.transpose(1, 2), torch.randint(20, (5, 4))).backward()
        followed.append(is_followed())
    return followed


def evaluate(model: nn.Module, calls: int, with_eval: bool = True) -> list[bool]:
    followed: list[bool] = []
    if with_eval:
        model.eval()
    with torch.no_grad():
        for asked in DataLoader(list(torch.randint(20, (5 * calls, 7))), 5):
            model(asked)
            followed.append(is_followed())
    model.train()
    return followed


@pytest.mark.parametrize("of_all", [True, False], ids=["process", "model"])
@pytest.mark.parametrize("steps", [2, 5])
def test_the_first_calls_are_followed(of_all: bool, steps: int) -> None:
    model = Answering()
    with rs.watch(None if of_all else model, track=2, on="record") as report:
        assert train(model, steps) == [True, True, False, False, False][:steps]
        assert evaluate(model, 4) == [True, True, False, False]
        assert nn.Module.eval is UNTOUCHED[0], "nobody waits for another one"
        assert train(model, 2) == evaluate(model, 2) == [False, False]
    assert report.findings == ()


@pytest.mark.parametrize("steps", [2, 5])
def test_samples_that_are_mixed_there_are_told(steps: int) -> None:
    model = Answering(mixes=True)
    with rs.watch(model, track=2, on="record") as report:
        train(model, steps)
        assert report.findings == ()
        evaluate(model, 3)
    assert {found.code for found in report.findings} == {"RNS501"}


def test_training_that_goes_on_ends_it() -> None:
    model = Answering()
    with rs.watch(model, track=2, on="record"):
        train(model, 3)
        assert evaluate(model, 1) == [True]
        assert train(model, 1) == evaluate(model, 1) == [False]


def test_without_eval_it_is_followed_only_where_it_comes_at_once() -> None:
    model = Answering()
    with rs.watch(model, track=2, on="record"):
        train(model, 2)
        assert evaluate(model, 3, with_eval=False) == [True, True, False]
    with rs.watch(model, track=2, on="record"):
        train(model, 3)
        assert evaluate(model, 1, with_eval=False) == [False]


def test_of_a_tensor_that_nobody_has_named_nothing_is_guessed() -> None:
    model = Answering(mixes=True)
    with rs.watch(model, track=2, on="record") as report:
        train(model, 3)
        model.eval()(torch.randint(20, (5, 7)))
        model.train()
        train(model, 1)
    assert report.findings == ()
    assert f"Answering: {EVALUATES}" in report.blind
    assert not any(PREDICTS in reason for reason in report.blind), "it has called backward before"


def test_another_model_is_not_waited_for() -> None:
    model, other = Answering(), Answering()
    with rs.watch(model, track=2, on="record"):
        train(model, 3)
        assert evaluate(other, 1) == [False]
        assert evaluate(model, 1) == [True]
    with rs.watch(track=2, on="record"):
        train(model, 3)
        nn.Dropout().eval()
        nn.ReLU().eval()
        assert not is_followed(), "a layer without parameters is no model"


def test_a_forward_is_what_it_is_without_a_watch() -> None:
    torch.manual_seed(3)
    model = Answering()
    asked = torch.randint(20, (5, 7))
    bare = model.eval()(asked)
    model.train()
    with rs.watch(model, track=2, on="record"):
        train(model, 3)
        assert model.eval() is model
        assert is_followed()
        assert torch.equal(model(asked), bare)


def test_somebody_who_stands_before_us_stays() -> None:
    model, seen = Answering(), list[nn.Module]()
    before = nn.Module.eval
    try:
        with rs.watch(model, track=1, on="record"):
            train(model, 2)
            ours = nn.Module.eval

            def theirs(self: nn.Module) -> nn.Module:
                seen.append(self)
                return ours(self)

            nn.Module.eval = theirs
            assert evaluate(model, 1) == [True]
        assert nn.Module.eval is theirs
        assert model.eval() is model
        assert seen == [model, model]
        model.train()
    finally:
        nn.Module.eval = before
    with rs.watch(model, track=1, on="record"):
        train(model, 2)
        assert evaluate(model, 1) == [True], "what they took away with them stands there again"


def test_an_evaluation_has_as_many_calls_as_there_are_steps() -> None:
    count = StepCount(2)
    assert [count.call(trains=True, backwards=n) for n in range(3)] == ["follow", "follow", "stop"]
    assert count.has_trained
    count.evaluate()
    assert not count.has_trained
    assert [count.call(trains=False, backwards=2) for _ in range(3)] == ["follow", "follow", "stop"]
    count.evaluate()
    assert count.call(trains=True, backwards=2) == "stop"
