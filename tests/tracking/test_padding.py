"""Lengths among the arguments, under any name, and what a padded batch that is not packed does to states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

import rnnshape as rs

LENGTHS = torch.tensor([5, 2, 7, 3])
RIGHT = torch.arange(7) < LENGTHS[:, None]
LEFT = RIGHT.flip(1)


def ids(real: Tensor) -> Tensor:
    return torch.randint(1, 20, (4, 7), generator=torch.Generator().manual_seed(0)) * real


class Reader(nn.Module):
    """Reads a padded batch; what it uses is given."""

    def __init__(self, use: Callable[..., Any], pad: int | None = None, directions: int = 1) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 6, padding_idx=pad)
        self.rnn = nn.GRU(6, 8, batch_first=True, bidirectional=directions == 2)
        self.decoder = nn.GRU(6, 8 * directions, batch_first=True)
        self.head = nn.Linear(8 * directions, 3)
        self.use = use

    def forward(self, words: Tensor, many: Tensor | None = None) -> Any:
        return self.use(self, words, many, *self.rnn(self.embed(words)))


def found(model: nn.Module, *inputs: Any, axes: Any = None) -> list[str]:
    report = rs.diagnose(model, *inputs, axes=axes, probe=False)  # some models add up their batch, so as to read all of it
    assert report.exception is None
    assert not [u for u in report.unfollowed if "mistake" in u]
    return [f.code for f in report.findings]


def at_lengths(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return m.head(y[torch.arange(len(y)), many - 1])


def last(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return m.head(y[:, -1])


def state(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return m.head(h[-1])


def both_halves(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return m.head(torch.cat([h[-2], h[-1]], 1))


def decoded(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return m.head(m.decoder(m.embed(words[:, :3]), h)[0]) + y.masked_fill(~RIGHT[..., None], 0).sum((1, 2))[:, None, None]


def counted(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return at_lengths(m, words, (words != 0).sum(1), y, h)


def every_step(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return m.head(y)


def scores_and_state(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    return m.head(y), h


def only_the_state(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
    return h


def output_and_state(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    return y, h


NAMED = ("batch seq", "batch")


@pytest.mark.parametrize("axes", [NAMED, None], ids=["named", "unnamed"])
@pytest.mark.parametrize(
    ("use", "real", "codes"),
    [
        (last, RIGHT, ["RNS303"]),
        (state, RIGHT, ["RNS303"]),
        (decoded, RIGHT, ["RNS303"]),
        (only_the_state, RIGHT, ["RNS303"]),
        (output_and_state, RIGHT, ["RNS303"]),
        (at_lengths, RIGHT, []),
        (every_step, RIGHT, []),
        (scores_and_state, RIGHT, []),
        (at_lengths, LEFT, ["RNS303"]),
        (last, LEFT, []),
        (state, LEFT, []),
        (only_the_state, LEFT, []),
    ],
)  # fmt: skip
def test_lengths_under_any_name(use: Callable[..., Any], real: Tensor, codes: list[str], axes: Any) -> None:
    assert found(Reader(use), ids(real), LENGTHS, axes=axes) == codes


@pytest.mark.parametrize("use", [last, state])
@pytest.mark.parametrize("kinds", [torch.tensor([5, 2, 7, 4]), torch.tensor([0, 2, 7, 3]), torch.tensor([5.0, 2, 7, 3])])
def test_what_counts_nothing_is_no_length(use: Callable[..., Any], kinds: Tensor) -> None:
    assert found(Reader(use), ids(RIGHT), kinds, axes=NAMED) == []
    assert found(Reader(use), ids(RIGHT), kinds) == []


@pytest.mark.parametrize(("longest", "codes"), [(7, ["RNS225"]), (6, [])])
def test_what_is_called_lengths_and_is_not_seen_reaches_the_last_step(longest: int, codes: list[str]) -> None:
    class Pooling(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.score = nn.GRU(5, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            output = self.rnn(x)[0]
            return (self.score(output).softmax(1) * output).sum(1)

    lengths = torch.tensor([5, 2, longest, 3])
    assert found(Pooling(), torch.randn(4, 7, 5), lengths, axes=("batch seq feature", "batch")) == codes


def test_lengths_that_are_counted() -> None:
    def too_late(m: Reader, words: Tensor, many: Tensor, y: Tensor, h: Tensor) -> Tensor:
        return m.head(y[torch.arange(len(y)), words.ne(0).long().sum(1).clamp(max=6)])

    assert found(Reader(too_late), ids(RIGHT)) == ["RNS303"]
    assert found(Reader(counted), ids(RIGHT)) == []
    assert found(Reader(counted), ids(LEFT)) == ["RNS303"]


def test_ids_of_padding() -> None:
    assert found(Reader(state, pad=0), ids(RIGHT)) == ["RNS303"]
    assert found(Reader(state, pad=0), ids(LEFT)) == []
    assert found(Reader(state, pad=0), ids(torch.ones(4, 7, dtype=torch.long))) == []
    assert found(Reader(decoded, pad=0), ids(RIGHT)) == []  # without lengths it may put up with it


def test_the_reverse_direction_begins_in_padding() -> None:
    assert found(Reader(every_step, directions=2), ids(RIGHT), LENGTHS) == ["RNS407"]
    assert found(Reader(every_step, directions=2), ids(LEFT), LENGTHS) == []
    assert found(Reader(every_step, pad=0, directions=2), ids(RIGHT)) == []
    assert found(Reader(both_halves, directions=2), ids(RIGHT), LENGTHS) == ["RNS303"]


class Packed(nn.Module):
    def __init__(self, turn: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.head, self.turn = nn.GRU(5, 8), nn.Linear(8, 3), turn

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.head(self.rnn(pack_padded_sequence(self.turn(x), lengths, enforce_sorted=False))[1][-1])


@pytest.mark.parametrize(
    ("turn", "codes"),
    [
        (lambda x: x.transpose(0, 1), []),
        (lambda x: x.view(x.size(1), x.size(0), -1), ["RNS203"]),
        (lambda x: x.reshape(-1, 5).view(x.size(1), x.size(0), 5), ["RNS203"]),
    ],
    ids=["turned", "viewed", "flattened"],
)
@pytest.mark.parametrize("batch", [4, 14])
def test_what_is_packed_was_mixed_before(turn: Callable[[Tensor], Tensor], codes: list[str], batch: int) -> None:
    lengths = torch.tensor([5, 2, 7, 3] * 4)[:batch]
    assert found(Packed(turn), torch.zeros(batch, 7, 5), lengths, axes=("batch seq feature", "batch")) == codes


def together(samples: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    return pad_sequence(list(samples), batch_first=True), torch.tensor([len(s) for s in samples])


@pytest.mark.parametrize(("use", "codes"), [(state, ["RNS303"]), (at_lengths, [])])
def test_batches_of_a_loader(use: Callable[..., Any], codes: list[str]) -> None:
    samples = [row[: int(n)] for row, n in zip(ids(RIGHT), LENGTHS, strict=True)] * 2
    model = Reader(use)
    with rs.watch(model, track=True, on="record") as report:
        for words, many in DataLoader(samples, batch_size=4, collate_fn=together):  # type: ignore[arg-type]
            model(words, many)
    assert [f.code for f in report.findings] == codes


# Samples that are cut to their own lengths


class Cut(nn.Module):
    """Reads samples that were cut, and takes the last step of each."""

    def __init__(self, read: Callable[[Any, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.fc, self.read = nn.GRU(5, 8, batch_first=True), nn.Linear(8, 3), read

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.fc(self.read(self.rnn, x, lengths))


def by_length(rnn: Any, x: Tensor, lengths: Tensor) -> Tensor:
    out = x.new_zeros(len(x), 8)
    for n in lengths.unique().tolist():
        rows = (lengths == n).nonzero().squeeze(1)
        out[rows] = rnn(x[rows, :n])[0][:, -1]
    return out


@pytest.mark.parametrize(
    ("read", "codes"),
    [
        pytest.param(
            lambda rnn, x, n: torch.cat([rnn(x[i : i + 1, : n[i]])[0][:, -1] for i in range(len(x))]), [], id="one by one"
        ),
        pytest.param(lambda rnn, x, n: torch.stack([rnn(s[: n[i]])[0][-1] for i, s in enumerate(x)]), [], id="unbatched"),
        pytest.param(by_length, [], id="those of one length"),
        pytest.param(lambda rnn, x, n: rnn(x[:, : n.max()])[0][:, -1], ["RNS303"], id="to the longest"),
        pytest.param(lambda rnn, x, n: rnn(x[:, : n.max()])[1][-1], ["RNS303"], id="to the longest, its state"),
        pytest.param(lambda rnn, x, n: rnn(x[:, : n.min()])[0][:, -1], [], id="to the shortest"),
        pytest.param(lambda rnn, x, n: rnn(x)[0][:, -1], ["RNS303"], id="not at all"),
    ],
)  # fmt: skip
def test_the_last_step_of_what_was_cut_is_padding_of_those_that_are_shorter(
    read: Callable[[Any, Tensor, Tensor], Tensor], codes: list[str]
) -> None:
    lengths = torch.tensor([8, 6, 5, 3, 4, 2])
    x = torch.randn(6, 9, 5) * (torch.arange(9) < lengths[:, None])[..., None]
    assert found(Cut(read), x, lengths, axes=("batch seq feature", "batch")) == codes
