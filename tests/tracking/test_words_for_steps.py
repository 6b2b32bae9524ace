"""Steps under another word than `seq`: what a layer walks along is a sequence, whatever it is called."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Body(nn.Module):
    """Walks along joints, and reads of each all steps at once."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(9, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


class Backwards(nn.Module):
    """Reads from both sides, and takes the last step for what both have read."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True, bidirectional=True), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0][:, -1])


class FirstState(nn.Module):
    """A cell reads step by step; the first of its states is taken for that of all."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.fc = nn.GRUCell(4, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        state, states = x.new_zeros(x.size(0), 8), list[Tensor]()
        for at in range(x.size(1)):
            state = self.cell(x[:, at], state)
            states.append(state)
        return self.fc(states[0])


class Document(nn.Module):
    """Reads the words of each sentence, then the sentences, and picks the last of these in the one or in the other order."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last, self.words, self.sentences = last, nn.GRU(4, 8, batch_first=True), nn.GRU(8, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        states = self.words(x.flatten(0, 1))[1][0].view(x.size(0), x.size(1), 8)
        return self.sentences(states)[0].select(self.last, -1)


def codes(model: nn.Module, axes: str, *sizes: int) -> list[str]:
    return [finding.code for finding in rs.diagnose(model, torch.randn(*sizes), axes=axes).findings]


@pytest.mark.parametrize(
    ("word", "told"), [("seq", ["RNS244"]), ("minutes", ["RNS244"]), ("Frames", ["RNS244"]), ("blocks", [])]
)
def test_a_word_for_time_is_a_sequence_though_no_layer_walks_along_it(word: str, told: list[str]) -> None:
    assert codes(Body(), f"batch joints {word}", 5, 6, 9) == told


@pytest.mark.parametrize("word", ["seq", "hours", "blocks"])
@pytest.mark.parametrize(("model", "code"), [(Backwards(), "RNS302"), (FirstState(), "RNS311")], ids=["layer", "cell"])
def test_what_something_walks_along_is_a_sequence(word: str, model: nn.Module, code: str) -> None:
    assert codes(model, f"batch {word} feature", 5, 9, 4) == [code]


def test_what_a_loop_by_hand_walks_along_is_a_sequence() -> None:
    class ByHand(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.reads, self.goes_on, self.fc = nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            state, states = x.new_zeros(x.size(0), 8), list[Tensor]()
            for at in range(x.size(1)):
                state = torch.tanh(self.reads(x[:, at]) + self.goes_on(state))
                states.append(state)
            return self.fc(states[0])

    for word in ("seq", "blocks"):
        with rs.watch(model := ByHand(), axes=f"batch {word} feature", track=3, on="record") as report:
            for x in torch.randn(3, 5, 9, 4):
                model(x).sum().backward()
        assert [finding.code for finding in report.findings] == codes(model, "batch seq feature", 5, 9, 4)


def test_places_keep_their_name_though_a_layer_walks_along_them() -> None:
    (finding,) = rs.diagnose(Body(), torch.randn(5, 6, 9), axes="batch joints seq").findings
    assert finding.message == "GRU walks over joints: all 9 steps of seq lie along its features"


def test_of_two_words_the_one_that_is_read_first_is_the_sequence() -> None:
    assert codes(Document(1), "batch sentences words feature", 5, 6, 9, 4) == []
    assert codes(Document(0), "batch sentences words feature", 5, 6, 9, 4) == codes(
        Document(0), "batch seq@sentences seq@words feature", 5, 6, 9, 4
    )


def test_a_word_beside_the_steps_is_no_sequence() -> None:
    assert codes(Document(1), "batch seq words feature", 5, 6, 9, 4) == []


def test_a_target_under_the_same_word_is_the_same_sequence() -> None:
    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[0])

    def loss(scores: Tensor, tags: Tensor) -> Tensor:
        return nn.functional.cross_entropy(scores.transpose(0, 1).flatten(0, 1), tags.flatten())

    tags = torch.randint(3, (5, 9))
    for word in ("seq", "blocks", "words"):
        report = rs.diagnose(
            Tagger(), torch.randn(5, 9, 4), axes=f"batch {word} feature", target=tags, target_axes=f"batch {word}", loss=loss
        )
        assert [finding.code for finding in report.findings] == ["RNS502"]
