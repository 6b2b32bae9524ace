"""Collate functions that are given lists, numbers and arrays, and make the tensors themselves: in which order samples lie."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

import rnnshape as rs
from rnnshape.coordinates.mark import BATCH
from rnnshape.coordinates.tables import line_along, numbers, runs_along
from rnnshape.session import trackers
from rnnshape.tracking.parts import parts_of

DRAWN = random.Random(0)
LENGTHS = (4, 7, 2, 9, 5, 3, 8, 6)
TURNS = [
    {
        "notes": [DRAWN.randrange(1, 90) for _ in range(n)],
        "frames": [[DRAWN.random(), DRAWN.random()] for _ in range(n)],
        "spans": np.array([DRAWN.randrange(1, 90) for _ in range(n)]),
        "key": DRAWN.randrange(9),
        "tempo": DRAWN.random(),
        "is_minor": n % 2,
        "name": "o" * n,
    }
    for n in LENGTHS
]
ALL = [*range(8)]
SORTED = sorted(ALL, key=lambda i: -LENGTHS[i])

Turns = list[dict[str, Any]]


def longest_first(turns: Turns) -> Turns:
    return sorted(turns, key=lambda turn: -len(turn["notes"]))


def rows(tensor: Tensor) -> tuple[int, list[int]] | None:
    (tracker,) = trackers()
    mark = tracker.book.mark(tensor)
    table = mark.tables.get(BATCH) if mark is not None else None
    if table is None:
        return None
    (dim,) = runs_along(table)
    return dim, numbers(line_along(table, dim))


def known(collate: Callable[[Turns], Any], turns: Any = TURNS) -> list[Any]:
    """Return what is known of the tensors of the first batch."""
    with rs.watch(nn.GRU(4, 8), track=True, on="record") as report:
        batch = next(iter(DataLoader(turns, batch_size=8, collate_fn=collate)))
        found = [rows(tensor) for tensor in batch]
        (tracker,) = trackers()
        assert tracker.book.collating is None
    assert report.unfollowed == ()
    return found


def padded_by_hand(lists: list[Any], pad: int = 0, left: bool = False, longest: int = 9) -> list[Any]:
    padding = [[pad] * (longest - len(one)) for one in lists]
    return [more + one if left else one + more for one, more in zip(lists, padding, strict=True)]


def notes(turns: Turns) -> list[list[int]]:
    return [turn["notes"] for turn in turns]


def filled(turns: Turns) -> Tensor:
    table = torch.zeros(len(turns), 9, dtype=torch.long)
    for row, turn in enumerate(turns):
        table[row, : len(turn["notes"])] = torch.tensor(turn["notes"])
    return table


def filled_by_numpy(turns: Turns) -> Tensor:
    table = np.full((len(turns), 12), -1)
    for row, turn in enumerate(turns):
        table[row, : len(turn["notes"])] = turn["notes"]
    return torch.from_numpy(table)


MADE: dict[str, Callable[[Turns], Tensor]] = {
    "each a tensor": lambda turns: pad_sequence([torch.tensor(n) for n in notes(turns)], batch_first=True),
    "as_tensor, steps first": lambda turns: pad_sequence([torch.as_tensor(n) for n in notes(turns)]),
    "LongTensor": lambda turns: pad_sequence([torch.LongTensor(n) for n in notes(turns)], batch_first=True),
    "features": lambda turns: pad_sequence([torch.FloatTensor(t["frames"]) for t in turns], batch_first=True),
    "arrays": lambda turns: pad_sequence([torch.from_numpy(t["spans"]) for t in turns], batch_first=True),
    "lists of lists": lambda turns: torch.tensor(padded_by_hand(notes(turns))),
    "padded at the left": lambda turns: torch.tensor(padded_by_hand(notes(turns), 97, left=True, longest=11)),
    "cut off": lambda turns: torch.tensor([row[:6] for row in padded_by_hand(notes(turns))]),
    "all but the last": lambda turns: pad_sequence([torch.tensor(n[:-1]) for n in notes(turns)], batch_first=True),
    "all but the first": lambda turns: pad_sequence([torch.tensor(n[1:]) for n in notes(turns)], padding_value=-100),
    "begun and ended": lambda turns: torch.tensor(padded_by_hand([[97, *n, 98] for n in notes(turns)], longest=11)),
    "filled": filled,
    "filled by numpy": filled_by_numpy,
    "numbers": lambda turns: torch.tensor([turn["tempo"] for turn in turns]),
    "classes": lambda turns: torch.LongTensor([turn["key"] for turn in turns]),
    "columns": lambda turns: torch.tensor([[turn["tempo"]] for turn in turns]),
    "lengths": lambda turns: torch.tensor([len(turn["notes"]) for turn in turns]),
    "lengths of words": lambda turns: torch.tensor([len(turn["name"]) for turn in turns]),
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_which_order_it_is_is_known_beside_what_lies_in_another(made: Callable[[Turns], Tensor]) -> None:
    def in_two(turns: Turns) -> tuple[Tensor, Tensor]:
        return filled(longest_first(turns)), made(turns)

    first, second = known(in_two)
    assert first == (0, SORTED)
    assert second is not None
    assert second[1] == ALL


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_what_is_sorted_as_a_whole_is_numbered_as_it_lies(made: Callable[[Turns], Tensor]) -> None:
    def together(turns: Turns) -> tuple[Tensor, Tensor]:
        turns.sort(key=lambda turn: -len(turn["notes"]))
        return filled(turns), made(turns)

    first, second = known(together)
    assert (first, second[1]) == ((0, ALL), ALL)


def test_a_mask_is_in_the_order_of_what_it_is_made_of() -> None:
    def together(turns: Turns) -> tuple[Tensor, ...]:
        some = torch.LongTensor(padded_by_hand(notes(longest_first(turns))))
        return some, some != 0, filled(turns)

    assert known(together) == [(0, SORTED), (0, SORTED), (0, ALL)]


def test_a_square_batch_is_known_where_its_lists_are() -> None:
    short = [{**turn, "notes": turn["notes"][:8]} for turn in TURNS]
    assert known(lambda turns: [pad_sequence([torch.tensor(n) for n in notes(turns)])], short) == [(1, ALL)]


def test_few_classes_may_lie_in_either_order_and_so_lie_in_that_of_the_rest() -> None:
    def together(turns: Turns) -> tuple[Tensor, Tensor]:
        alternating = [turns[i] for i in (4, 1, 2, 3, 0, 5, 6, 7)]
        return filled(alternating), torch.tensor([turn["is_minor"] for turn in turns])

    assert known(together) == [(0, ALL)] * 2
    assert known(lambda turns: (filled(longest_first(turns)), torch.tensor([t["is_minor"] for t in turns])))[1] == (0, ALL)


def test_what_is_computed_is_of_nobody() -> None:
    def together(turns: Turns) -> tuple[Tensor, Tensor, Tensor]:
        scores = [sum(turn["notes"]) % 4 for turn in turns]
        return filled(longest_first(turns)), filled(turns), torch.tensor(scores)

    assert known(together) == [(0, SORTED), (0, ALL), None]


def test_of_a_sample_that_comes_twice_nothing_is_told() -> None:
    assert parts_of([TURNS[0], TURNS[1], TURNS[0], TURNS[2]]) is None
    assert parts_of([[1, 2], [1, 2]]) is not None
    columns = ["pitch", "time"]
    held = parts_of([{**turn, "columns": columns} for turn in TURNS[:3]])
    assert held is not None
    assert id(columns) not in held.owners
    assert known(lambda turns: [filled(turns)], [TURNS[i] for i in (0, 1, 2, 3, 4, 5, 6, 6)]) == [(0, ALL)]


def test_some_rows_of_nobody_leave_the_rest_unknown_where_they_are_moved() -> None:
    def together(turns: Turns) -> tuple[Tensor, Tensor]:
        texts = [torch.tensor(n if len(n) != 5 else [0]) for n in notes(longest_first(turns))]
        return pad_sequence(texts, batch_first=True), torch.tensor([sum(turn["notes"]) for turn in turns])

    (_, order), scores = known(together)
    assert sorted(order) == [-1, *(i for i in ALL if LENGTHS[i] != 5)]
    assert scores is None


def test_nothing_holds_the_samples_afterwards() -> None:
    def fails(turns: Turns) -> Any:
        raise KeyError

    with rs.watch(nn.GRU(4, 8), track=True, on="record"):
        (tracker,) = trackers()
        with pytest.raises(KeyError):
            next(iter(DataLoader(TURNS, batch_size=8, collate_fn=fails)))  # pyright: ignore[reportArgumentType]
    assert tracker.book.collating is None


def test_where_the_way_back_is_yielded_too_nothing_lies_in_the_order_of_the_rest_by_guess() -> None:
    def together(turns: Turns) -> tuple[Tensor, ...]:
        order = sorted(range(8), key=lambda i: -len(turns[i]["notes"]))
        return filled([turns[i] for i in order]), torch.tensor(order).argsort(), torch.tensor([t["is_minor"] for t in turns])

    assert known(together) == [(0, SORTED), None, None]


def test_several_rows_of_each_sample_are_no_batch_along_the_dim_that_happens_to_be_as_long() -> None:
    def twice(turns: Turns) -> tuple[Tensor, Tensor]:
        both = [turn for turn in turns for _ in range(2)]
        return torch.tensor([n[:2] * 4 for n in notes(both)]), torch.tensor([len(n) for n in notes(both)])

    assert known(twice) == [None, None]
