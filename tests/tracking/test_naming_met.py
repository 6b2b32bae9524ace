"""A dim that nobody has named, and that meets samples one to one, is the batch from the next step on, unless it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Weighed(nn.Module):
    """Weighs the steps of each sample by what it is given."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.rnn = nn.GRU(3, 7, batch_first=True)
        self.out = nn.Linear(7, 1)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        scores = self.out(self.rnn(x)[0]).squeeze(2)
        return (scores * weights.softmax(self.dim)).sum(1)


class Sentences(nn.Module):
    """Reads the words of each sentence, weighs the sentences of a text, and reads these."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.GRU(3, 7, batch_first=True)
        self.sentences = nn.GRU(7, 7)

    def forward(self, text: Tensor, weights: Tensor) -> Tensor:
        read = self.words(text)[1][0] * weights.softmax(0)
        return self.sentences(read.unsqueeze(1))[0].mean(0)


class Moments(nn.Module):
    """Weighs the steps that all samples share, which are read one by one, with the samples along the other dim."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(3, 7)
        self.out = nn.Linear(7, 1)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        return (self.out(self.rnn(x)[0]).squeeze(2) * weights.softmax(0)).sum(0)


def followed(model: nn.Module, make: Callable[[], tuple[Tensor, ...]], steps: int = 3) -> rs.Report:
    """Follow some steps of a model, as `rnnshape run` does."""
    with rs.watch(track=steps, on="record") as report:
        for _ in range(steps):
            model(*make()).sum().backward()
    assert not [what for what in report.unfollowed if "mistake" in what]
    return report


def codes(report: rs.Report) -> set[str]:
    return {f.code for f in report.findings if f.severity != "info"}


def assumed(report: rs.Report) -> str:
    return str(report).partition("assumed:")[2]


def test_it_is_named_in_the_next_step() -> None:
    def make() -> tuple[Tensor, ...]:
        return torch.randn(5, 8, 3), torch.randn(5, 8)

    assert codes(followed(Weighed(0), make, steps=1)) == set()
    report = followed(Weighed(0), make, steps=2)
    assert codes(report) == {"RNS206"}
    assert "weights: nobody has named the batch, so samples were judged on dim 0" in assumed(report)
    assert "whatever meets it element by element" in assumed(report)
    assert codes(followed(Weighed(1), make)) == set()


def test_as_many_steps_as_samples_name_nothing() -> None:
    report = followed(Weighed(0), lambda: (torch.randn(8, 8, 3), torch.randn(8, 8)))
    assert codes(report) == set()
    assert "weights" not in assumed(report)


def test_a_dim_as_long_as_the_steps_of_any_layer_is_not_named() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.GRU(3, 7, batch_first=True), nn.GRU(3, 7)

        def forward(self, x: Tensor, weights: Tensor) -> Tensor:
            read = self.one(x)[1][0] * weights.softmax(0)
            return self.other(x[:, :5].transpose(0, 1))[1][0] + read

    report = followed(Both(), lambda: (torch.randn(5, 8, 3), torch.randn(5, 1)))
    assert codes(report) == set()
    assert "weights" not in assumed(report)


def test_sentences_that_a_layer_reads_as_steps_are_not_the_batch() -> None:
    report = followed(Sentences(), lambda: (torch.randn(6, 9, 3), torch.randn(6, 1)))
    assert codes(report) == set()
    assert "weights" not in assumed(report)


def test_steps_that_are_weighed_are_not_the_batch() -> None:
    report = followed(Moments(), lambda: (torch.randn(6, 9, 3), torch.randn(6, 1)))
    assert codes(report) == set()
    assert "weights" not in assumed(report)


@pytest.mark.parametrize("cut", [slice(None, 5), slice(2, 7)])
def test_a_part_of_a_longer_dim_is_not_named(cut: slice) -> None:
    class Some(Weighed):
        def forward(self, x: Tensor, weights: Tensor) -> Tensor:
            return super().forward(x, weights[cut])

    report = followed(Some(0), lambda: (torch.randn(5, 8, 3), torch.randn(9, 8)))
    assert codes(report) == set()
    assert "weights" not in assumed(report)


def test_it_is_taken_back_where_a_later_step_reads_it_as_steps() -> None:
    class Turns(Sentences):
        """Reads single sentences at first, and those of a text in turn later."""

        def __init__(self) -> None:
            super().__init__()
            self.turn = 0

        def forward(self, text: Tensor, weights: Tensor) -> Tensor:
            self.turn += 1
            read = self.words(text)[1][0] * (weights.softmax(0) if self.turn > 1 else weights)
            return read if self.turn == 1 else self.sentences(read.unsqueeze(1))[0].mean(0)

    assert codes(followed(Turns(), lambda: (torch.randn(6, 9, 3), torch.randn(6, 1)))) == set()


def test_scores_of_every_sample_with_what_belongs_to_each_are_no_softmax_over_the_batch() -> None:
    """The items of other samples are those that were not chosen, each with a bias of its own."""

    class Items(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.items, self.bias = nn.GRU(5, 5), nn.Embedding(20, 5), nn.Embedding(20, 1)

        def forward(self, clicked: Tensor, following: Tensor) -> Tensor:
            state = self.rnn(self.items(clicked).unsqueeze(0))[1][0]
            scores = state @ self.items(following).t() + self.bias(following).t()
            return scores.softmax(1).diagonal() * scores.diagonal()

    def make() -> tuple[Tensor, ...]:
        return torch.randint(0, 20, (6,)), torch.randint(0, 20, (6,))

    assert codes(followed(Items(), make)) == set()
    assert rs.diagnose(Items(), *make(), axes=("batch", "batch"), probe=False).ok
