"""What the tables may take: each bound holds, and what is beyond it is forgotten, or never let in."""

import gc
import weakref

import pytest
import torch

from rnnshape.coordinates import room, tables
from rnnshape.coordinates.room import MOST_RANGES, MOST_SHARED, MOST_TABLES, SMALL, Beside, Kept, Recent, admits, forget


def test_a_value_beside_a_tensor_goes_with_it():
    beside, tensor, other = Beside[str](), torch.zeros(2), torch.zeros(2)
    beside.put(tensor, "old")
    beside.put(tensor, "new")
    beside.put(other, "other")
    assert (beside.get(tensor), beside.get(other), len(beside.entries)) == ("new", "other", 2)
    del tensor
    assert [value for _, value in beside.entries.values()] == ["other"]
    beside.drop(other)
    assert beside.get(other) is None
    beside.put(other, "again")
    beside.clear()
    del other
    assert not beside.entries


def test_what_lay_beside_a_tensor_that_is_gone_is_not_taken_for_that_of_the_next_one():
    beside, tensor = Beside[str](), torch.zeros(2)
    beside.put(tensor, "first")
    stale = beside.entries[id(tensor)]
    beside.put(tensor, "second")
    stale[0].__callback__(stale[0])  # as if the first reference were told of late
    assert beside.get(tensor) == "second"


def test_what_holds_values_beside_tensors_is_gone_without_a_collection():
    beside, tensor = Beside[str](), torch.zeros(2)
    beside.put(tensor, "value")
    gone = weakref.ref(beside)
    gc.disable()
    try:
        del beside
        assert gone() is None
    finally:
        gc.enable()
    del tensor  # tells nobody


def test_a_memory_that_is_full_begins_anew():
    memory = Kept[int, str](2)
    assert [memory.keep(n, str(n)) for n in range(3)] == ["0", "1", "2"]
    assert memory == {2: "2"}


def test_all_memories_are_emptied_together_and_one_that_is_gone_is_not_held():
    memory, other = Kept[int, str](), Kept[int, str]()
    memory.keep(1, "one")
    gone = weakref.ref(other)
    before = len(room._memories)
    del other
    assert gone() is None
    assert len(room._memories) == before - 1
    forget()
    assert not memory


@pytest.mark.parametrize(("keys", "left"), [("abcd", "cd"), ("abab", "ab"), ("abac", "ac"), (["x", ()], ["x", ()])])
def test_the_oldest_goes_first(keys, left):
    recent = Recent[object, None](2)
    for key in keys:
        recent.keep(key, None)
    assert list(recent) == list(left)


def test_long_keys_push_out_more_and_one_that_is_too_long_is_not_kept():
    recent = Recent[tuple[int, ...], None](9, elements=10)
    for length in (4, 5, 6):
        recent.keep(tuple(range(length)), None)
    assert [len(key) for key in recent] == [6]
    recent.keep(tuple(range(11)), None)
    assert not recent


def shared():
    return sum(table.numel() for table in tables._tables.values())


def test_shared_tables_are_bounded_in_elements_and_nothing_that_was_found_out_of_them_holds_more():
    forget()
    for start in range(2 * MOST_SHARED // SMALL):
        table = tables.interned(torch.arange(start, start + SMALL).view(2, -1))
        assert tables.varies(table, 0)
        assert shared() <= MOST_SHARED
    held = {id(t): t for _, t, _ in tables._facts.values()} | {id(t): t for t in tables._tables.values()}
    assert sum(t.numel() for t in held.values()) <= MOST_SHARED


def test_shared_tables_are_bounded_in_number():
    forget()
    for start in range(2 * MOST_TABLES):
        tables.interned(torch.arange(start, start + 2))
        assert len(tables._tables) <= MOST_TABLES
        assert tables._shared.elements == 2 * len(tables._shared) == 2 * len(tables._tables)


def test_tables_of_one_element_are_bounded_in_number_and_leave_the_others():
    forget()
    pair = tables.interned(torch.arange(2))
    for coordinate in range(2 * MOST_RANGES):
        assert tables.alone(coordinate, 2) is tables.interned(torch.tensor([[coordinate]]))
        assert len(tables._ranges) <= MOST_RANGES
    assert tables.interned(torch.arange(2)) is pair


def test_what_is_found_out_of_a_large_table_is_known_while_it_lives():
    table = torch.arange(2 * SMALL).view(2, -1)
    assert [tables.varies(table, 0), tables.varies(table, 1), tables.varies(table[:, :1], 1)] == [True, True, False]
    assert tables._large.get(table) == {("_varies", 0): True, ("_varies", 1): True}
    key = id(table)
    del table
    assert key not in tables._large.entries


def test_a_shared_table_holds_no_larger_one():
    forget()
    piece = tables.interned(torch.arange(10 * SMALL)[5:7])
    assert piece.tolist() == [5, 6]
    assert piece.untyped_storage().nbytes() == 16
    assert tables.interned(torch.tensor([5, 6])) is piece


def test_what_is_found_out_of_a_table_that_is_not_shared_is_not_kept():
    forget()
    piece = torch.arange(10 * SMALL).view(2, -1)[:, :3]
    assert tables.varies(piece, 1)
    assert not tables._facts


def test_large_tables_are_let_in_while_there_is_room_and_make_room_when_they_go(monkeypatch):
    gc.collect()
    room._alive.clear()
    monkeypatch.setattr(room, "MOST_ALIVE", 5 * SMALL)
    first, second, third = (torch.zeros(2 * SMALL, dtype=torch.long) for _ in range(3))
    assert admits(first)
    assert admits(second)
    assert admits(second)  # counted once
    assert not admits(third)
    assert admits(torch.zeros(SMALL, dtype=torch.long))  # a small one always
    del first
    assert admits(third)
