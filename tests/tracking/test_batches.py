"""Batches of DataLoaders, with the collate functions that people write: which dim is the batch, and in which order."""

from __future__ import annotations

import itertools
from collections import UserDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_sequence, pad_sequence
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    Sampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,  # pyright: ignore[reportUnknownVariableType]
)

import rnnshape as rs
from rnnshape.coordinates.mark import BATCH
from rnnshape.coordinates.tables import line_along, numbers, runs_along
from rnnshape.session import trackers

GENERATOR = torch.Generator().manual_seed(0)
LENGTHS = (4, 7, 2, 9, 5, 3)
SAMPLES = [(torch.rand(n, 4, generator=GENERATOR), n % 3) for n in LENGTHS]


class Rows(NamedTuple):
    """Where the samples of a tensor lie, and in which order."""

    dim: int
    order: list[int]


def rows(tensor: Tensor) -> Rows | None:
    (tracker,) = trackers()
    mark = tracker.book.mark(tensor)
    table = mark.tables.get(BATCH) if mark is not None else None
    if table is None:
        return None
    (dim,) = runs_along(table)
    return Rows(dim, numbers(line_along(table, dim)))


def known(
    collate: Callable[[Any], Any], see: Callable[[Any], list[Tensor]], samples: Any = SAMPLES, **options: Any
) -> list[Any]:
    """Return what is known of tensors of the first batch."""
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        batch = next(iter(DataLoader(samples, batch_size=6, collate_fn=collate, **options)))
        return [rows(tensor) for tensor in see(batch)]


ALL = [0, 1, 2, 3, 4, 5]


def first(samples: Any) -> list[Tensor]:
    return [x for x, _ in samples]


def labels(samples: Any) -> Tensor:
    return torch.tensor([y for _, y in samples])


def by_length(samples: Any) -> Any:
    return sorted(samples, key=lambda sample: -len(sample[0]))


def test_padded_batch_first() -> None:
    assert known(lambda s: (pad_sequence(first(s), batch_first=True), labels(s)), list) == [Rows(0, ALL), Rows(0, ALL)]


def test_padded_steps_first() -> None:
    assert known(lambda s: (pad_sequence(first(s)), labels(s)), list) == [Rows(1, ALL), Rows(0, ALL)]


def test_dicts_and_what_is_like_them() -> None:
    def together(samples: Any) -> UserDict[str, Tensor]:
        return UserDict(x=pad_sequence(first(samples), batch_first=True), y=labels(samples))

    assert known(together, lambda batch: [batch["x"], batch["y"]]) == [Rows(0, ALL), Rows(0, ALL)]


def test_dataclasses_and_plain_objects() -> None:
    @dataclass
    class Batch:
        x: Tensor
        y: Tensor

    class Plain:
        def __init__(self, x: Tensor) -> None:
            self.x = x

    def together(samples: Any) -> tuple[Batch, Plain]:
        x = pad_sequence(first(samples))
        return Batch(x, labels(samples)), Plain(x.clone())

    assert known(together, lambda b: [b[0].x, b[0].y, b[1].x]) == [Rows(1, ALL), Rows(0, ALL), Rows(1, ALL)]


def test_arrays_and_tables_filled_by_hand_have_as_many_rows_as_there_are_samples() -> None:
    def together(samples: Any) -> tuple[Tensor, Tensor]:
        table = np.zeros((len(samples), max(LENGTHS)), dtype=np.int64)
        return torch.from_numpy(table), torch.from_numpy(table.T.copy())

    assert known(together, list) == [Rows(0, ALL), Rows(1, ALL)]


def test_of_two_dims_of_that_size_neither_is_the_batch_by_its_size() -> None:
    assert known(lambda s: (torch.zeros(6, 6, 4), torch.zeros(9, 6)), list) == [None, None]


def test_samples_that_are_sorted_together_are_numbered_as_they_lie() -> None:
    def together(samples: Any) -> tuple[Tensor, Tensor]:
        samples = by_length(samples)
        return pad_sequence(first(samples)), labels(samples)

    assert known(together, list) == [Rows(1, ALL), Rows(0, ALL)]


def test_samples_that_are_sorted_apart_keep_their_numbers() -> None:
    def together(samples: Any) -> list[Tensor]:
        x, z = pad_sequence(first(samples)), pad_sequence([2 * x for x in first(samples)])
        order = torch.tensor(LENGTHS).argsort(descending=True)
        return [x[:, order], z, torch.zeros(6)]

    order = [3, 1, 4, 0, 5, 2]
    assert known(together, list) == [Rows(1, order), Rows(1, ALL), None]


def with_lengths(samples: Any) -> tuple[Tensor, Tensor]:
    parts = [x for x, _ in samples]
    return pad_sequence(parts, batch_first=True), torch.tensor([len(part) for part in parts])


def test_one_sample_twice_in_a_batch_is_two_rows_that_are_numbered_as_they_lie() -> None:
    twice = [*SAMPLES[:3], SAMPLES[1], *SAMPLES[3:5]]
    assert known(with_lengths, list, twice) == [Rows(0, [*range(6)])] * 2


def test_what_all_samples_have_in_common_is_of_none_of_them() -> None:
    ones, in_order = torch.ones(9, 4), [*range(6)]
    together = [(x, ones) for x, _ in SAMPLES]
    assert known(lambda s: pad_sequence(first(s)), lambda batch: [batch], together) == [Rows(1, in_order)]
    assert known(lambda s: torch.stack([shared for _, shared in s]), lambda batch: [batch], together) == [Rows(0, in_order)]


def test_packed_sequences() -> None:
    def together(samples: Any) -> Any:
        return pack_sequence(first(samples), enforce_sorted=False)

    with rs.watch(model := nn.GRU(4, 8), track=True, on="record") as report:
        for packed in DataLoader(SAMPLES, batch_size=6, collate_fn=together):
            h = model(packed)[1]
            assert rows(h) == Rows(1, ALL)
    assert report.findings == ()


def test_an_iterable_dataset() -> None:
    class Endless(IterableDataset[Any]):
        def __iter__(self) -> Iterator[Any]:
            yield from SAMPLES

    assert known(lambda s: (pad_sequence(first(s)),), list, Endless()) == [Rows(1, ALL)]


def together_in_a_worker(samples: Any) -> tuple[Tensor, Tensor]:
    return pad_sequence(first(samples), batch_first=True), labels(samples)


def test_workers_put_together_what_has_one_size_in_common() -> None:
    assert known(together_in_a_worker, list, num_workers=1) == [Rows(0, ALL), Rows(0, ALL)]


class InOrder(IterableDataset[Any]):
    """The same samples, whoever iterates."""

    def __iter__(self) -> Iterator[Any]:
        yield from SAMPLES


@pytest.mark.parametrize("workers", [0, 2])
def test_an_iterable_dataset_in_workers(workers: int) -> None:
    assert known(together_in_a_worker, list, InOrder(), num_workers=workers) == [Rows(0, ALL), Rows(0, ALL)]


class Backwards(Sampler[int]):
    """A sampler of the user's own."""

    def __iter__(self) -> Iterator[int]:
        return iter(range(5, -1, -1))

    def __len__(self) -> int:
        return 6


class Pairs(Sampler[list[int]]):
    """A batch sampler of the user's own."""

    def __iter__(self) -> Iterator[list[int]]:
        return iter([[4, 1, 3], [0, 2, 5]])


TENSORS = TensorDataset(torch.rand(6, 9, 4), torch.arange(6) % 3)


@pytest.mark.filterwarnings("ignore:.pin_memory. argument is set")
@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"batch_size": 6, "sampler": Backwards()}, 6),
        ({"batch_sampler": Pairs()}, 3),
        ({"batch_sampler": Pairs(), "num_workers": 1}, 3),
        ({"batch_sampler": BatchSampler(Backwards(), 2, drop_last=True)}, 2),
        ({"batch_size": 6, "pin_memory": True}, 6),
        ({"batch_size": 4, "sampler": WeightedRandomSampler(torch.ones(6), 6)}, 4),
    ],
)
@pytest.mark.parametrize("collate", [None, default_collate, lambda samples: default_collate(samples)])
def test_samplers_batch_samplers_and_pinned_memory(options: Any, count: int, collate: Any) -> None:
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        batch = next(iter(DataLoader(TENSORS, collate_fn=collate, **options)))
        assert [rows(tensor) for tensor in batch] == [Rows(0, ALL[:count])] * 2


@dataclass
class Sides:
    words: Tensor
    more: dict[str, Any]


def nested(samples: Any) -> dict[str, Any]:
    words = pad_sequence(first(samples), batch_first=True)
    return {"x": Sides(words, {"time_first": (words.transpose(0, 1), [words])}), "y": {"z": (labels(samples),)}}


@pytest.mark.parametrize("workers", [0, 1])
def test_nests_of_dicts_dataclasses_tuples_and_lists(workers: int) -> None:
    def see(batch: Any) -> list[Tensor]:
        first, (second,) = batch["x"].more["time_first"]
        return [batch["x"].words, first, second, batch["y"]["z"][0]]

    at = [Rows(0, ALL), Rows(1, ALL), Rows(0, ALL), Rows(0, ALL)]
    assert known(nested, see, num_workers=workers) == at


def test_of_a_dataset_that_yields_batches_itself_nothing_is_known() -> None:
    ready = [(torch.rand(6, 9, 4), torch.arange(6))]
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        batch = next(iter(DataLoader(ready, batch_size=None)))  # pyright: ignore[reportArgumentType]
        assert [rows(tensor) for tensor in batch] == [None, None]


def alone(samples: Any) -> Tensor:
    return pad_sequence(first(samples))


@pytest.mark.parametrize(("number", "count"), [(0, 4), (1, 2)])
def test_how_many_samples_a_worker_puts_together_is_known_of_the_last_batch_too(number: int, count: int) -> None:
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        batches = list(DataLoader(SAMPLES, batch_size=4, collate_fn=alone, num_workers=1))
        assert rows(batches[number]) == Rows(1, ALL[:count])


class Endless(Sampler[int]):
    """A sampler that does not know how many it draws."""

    def __iter__(self) -> Iterator[int]:
        return itertools.cycle(range(6))


def test_of_a_sampler_without_a_length_the_sizes_tell() -> None:
    loader = DataLoader(SAMPLES, batch_size=4, sampler=Endless(), collate_fn=together_in_a_worker, num_workers=1)
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        assert [rows(tensor) for tensor in next(iter(loader))] == [Rows(0, ALL[:4])] * 2


def test_samples_are_none_of_a_batch_afterwards() -> None:
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        next(iter(DataLoader(SAMPLES, batch_size=6, collate_fn=lambda s: pad_sequence(first(s)))))
        assert [rows(x) for x, _ in SAMPLES] == [None] * 6


def test_a_collate_function_gets_and_gives_what_it_does_without_us() -> None:
    seen: list[Any] = []

    def together(samples: Any) -> Any:
        seen.append(samples)
        return samples

    loader = DataLoader(SAMPLES, batch_size=6, collate_fn=together)
    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        (batch,) = loader
    assert batch is seen[0]
    assert all(given is own for given, own in zip(batch, SAMPLES, strict=True))
    assert loader.collate_fn is together


def test_an_exception_of_the_collate_function_passes_and_leaves_it_in_its_place() -> None:
    def together(samples: Any) -> Any:
        raise KeyError("mine")

    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        iterator = iter(DataLoader(SAMPLES, batch_size=6, collate_fn=together))
        with pytest.raises(KeyError, match="mine"):
            next(iterator)
    assert iterator._dataset_fetcher.collate_fn is together


# Targets, and what a sampler draws


class Last(nn.Module):
    def __init__(self, keeps: bool = False, cell: bool = False) -> None:
        super().__init__()
        self.rnn, self.cell = nn.LSTM(4, 8, batch_first=True), nn.LSTMCell(4, 8) if cell else None
        self.fc = nn.Linear(8, 3)
        self.keeps, self.state = keeps, None

    def forward(self, x: Tensor) -> Tensor:
        if self.cell is not None:
            state = self.cell(x[:, 0], self.state)
            output = state[0][:, None]
        else:
            output, state = self.rnn(x, self.state)
        self.state = tuple(s.detach() for s in state) if self.keeps else None
        return self.fc(output[:, -1])


def data(count: int = 18) -> TensorDataset:
    return TensorDataset(torch.rand(count, 9, 4), torch.arange(count) % 3)


def trained(model: nn.Module, batches: Any) -> rs.Report:
    with rs.watch(model, track=True, on="record") as report:
        for x, y in batches:
            F.cross_entropy(model(x), y).backward()
    return report


def test_targets_of_a_loader_are_targets() -> None:
    model = Last()
    with rs.watch(model, track=True, on="record") as report:
        for x, y in DataLoader(data(), batch_size=6):
            F.cross_entropy(model(x).flip(0), y)
    assert [f.code for f in report.findings] == ["RNS402"]


def test_what_a_model_is_given_is_no_target() -> None:
    class Both(Last):
        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return F.cross_entropy(super().forward(x).flip(0), y)  # as with negatives

    model = Both()
    with rs.watch(model, track=True, on="record") as report:
        for x, y in DataLoader(data(), batch_size=6):
            model(x, y)
    assert report.findings == ()


@pytest.mark.parametrize("cell", [False, True])
def test_a_state_does_not_go_with_the_next_batch_of_a_shuffled_loader(cell: bool) -> None:
    report = trained(Last(keeps=True, cell=cell), DataLoader(data(), batch_size=6, shuffle=True))
    (finding,) = report.findings
    assert finding.code == "RNS501"
    assert finding.message == (
        "the state is that of the batch before, and the DataLoader draws its samples in random order: "
        "no row of it goes on with what it has read"
    )


@pytest.mark.parametrize("cell", [False, True])
def test_a_state_may_go_with_the_next_batch_in_order_and_through_one_batch(cell: bool) -> None:
    assert trained(Last(keeps=True, cell=cell), DataLoader(data(), batch_size=6)).findings == ()
    assert trained(Last(cell=cell), DataLoader(data(), batch_size=6, shuffle=True)).findings == ()
    twice = ((x, y) for x, y in DataLoader(data(6), batch_size=6, shuffle=True) for _ in range(2))
    assert trained(Last(keeps=True, cell=cell), twice).findings == ()


def pairs(x: DataLoader[Any], y: DataLoader[Any]) -> Iterator[tuple[Tensor, Tensor]]:
    for (one,), (other,) in zip(x, y, strict=True):
        yield one, other


def test_two_loaders_that_shuffle_apart() -> None:
    x, y = (DataLoader(TensorDataset(t), batch_size=6, shuffle=True) for t in data().tensors)
    (finding,) = trained(Last(), pairs(x, y)).findings
    assert finding.code == "RNS502"
    assert finding.message == "scores and target come from two DataLoaders that draw 18 samples each in an order of their own"
    x, y = (DataLoader(TensorDataset(t), batch_size=6) for t in data().tensors)
    assert trained(Last(), pairs(x, y)).findings == ()


@pytest.mark.parametrize("time_first", [True, False])
def test_a_target_that_is_cut_from_the_same_tensor_as_the_input_is_one(time_first: bool) -> None:
    text = torch.arange(120).view(20, 6).clone() if time_first else torch.arange(120).view(6, 20).clone()
    model = nn.Sequential(nn.Embedding(120, 4), Letters(time_first))
    seen = list[Rows | None]()
    with rs.watch(track=3, on="record") as report:
        for i in (0, 5, 10):
            cut = (slice(i, i + 5), slice(i + 1, i + 6))
            x, y = (text[cut[0]], text[cut[1]]) if time_first else (text[:, cut[0]], text[:, cut[1]])
            model(x).sum().backward()
            seen.append(rows(y))
    assert seen == [None, *[Rows(int(time_first), [0, 1, 2, 3, 4, 5])] * 2]
    assert report.findings == ()


@pytest.mark.parametrize("cut", [lambda i: slice(i, i + 4), lambda i: torch.arange(i, i + 4)], ids=["slice", "index"])
def test_a_source_of_which_an_input_has_some_samples_is_not_labelled(cut: Callable[[int], Any]) -> None:
    data = torch.randn(12, 7, 4)
    model = Letters(time_first=False)
    with rs.watch(track=3, on="record"):
        for i in (0, 4, 8):
            model(data[cut(i)]).sum().backward()
            assert rows(data) is None


class Letters(nn.Module):
    def __init__(self, time_first: bool) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=not time_first)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


class Words(nn.Module):
    """Drops the padding of each sentence and pads anew; beside a word lies what the step before has made."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.embedding = nn.LSTMCell(4 + 8, 8), nn.Embedding(20, 4)

    def forward(self, sentences: Tensor) -> Tensor:
        real = [sentence[sentence != -1] for sentence in sentences]
        words = torch.ones(len(real), max(map(len, real)), dtype=torch.long)
        for row, sentence in enumerate(real):
            words[row, : len(sentence)] = sentence
        memory = h = c = torch.zeros(len(real), 8)
        for step in self.embedding(words).unbind(1):
            h, c = self.cell(torch.cat([step, memory], 1), (h, c))
            memory = h
        return memory


def padded(sentences: list[Tensor]) -> Tensor:
    return nn.utils.rnn.pad_sequence(sentences, batch_first=True, padding_value=-1)


def test_a_cell_that_reads_padding_of_no_batch_beside_its_memory() -> None:
    sentences, model = [torch.randint(2, 20, (3 + n % 4,)) for n in range(18)], Words()
    with rs.watch(model, track=True, on="record") as report:
        for batch in DataLoader(sentences, batch_size=6, shuffle=True, collate_fn=padded):  # pyright: ignore[reportArgumentType]
            model(batch).pow(2).mean().backward()
    assert (report.findings, report.unfollowed) == ((), ())
