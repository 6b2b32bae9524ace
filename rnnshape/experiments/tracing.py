"""Walks among recorded operations: where samples come together, are taken apart, put into another order, or picked.

An operation is an `Entry`; its `owners` say on which sample each element of its results depends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from rnnshape.experiments.entry import Entry
from rnnshape.experiments.owners import MANY, NOBODY, dims_of
from rnnshape.operations.names import CELLS, WALKS

__all__ = [
    "LAYERS", "along_another_dim", "before", "earliest", "in_another_order", "in_different_orders", "is_made_order", "is_mixed",
    "is_moved", "is_scattered", "is_turned_once", "line_of", "of_every_pair", "of_whole_samples", "picked", "reaching",
    "samples_of",
]  # fmt: skip

LAYERS = frozenset([
    *WALKS, *CELLS, "linear", "conv1d", "conv2d", "multi_head_attention_forward", "scaled_dot_product_attention",
])
"""Operations that take samples along a dim of their own, and mix what lies along another one."""

_MADE_ORDERS = frozenset(["roll", "index", "__getitem__", "index_select"])
"""Operations with which a model pairs samples with other ones, as negatives; by numbers that no sample has told."""


def earliest(entries: Sequence[Entry], at: int, is_so: Callable[[Entry], bool]) -> int | None:
    """Follow an operation back to the first of which something is so, and of none of its operands."""
    if not is_so(entries[at]):
        return None
    seen = {at}
    while True:
        found = [n for n in entries[at].operands if n not in seen and n < at and is_so(entries[n])]
        if not found:
            return at
        at = min(found)
        seen.add(at)


def before(entries: Sequence[Entry], at: int) -> Iterator[Entry]:
    """Yield the operands of an operation."""
    return (entries[n] for n in entries[at].operands if n < at)


def reaching(entries: Sequence[Entry], at: int) -> set[int]:
    """Return the operations on the way to one, and itself."""
    found, open_ = {at}, [at]
    while open_:
        for n in entries[open_.pop()].operands:
            if n not in found:
                found.add(n)
                open_.append(n)
    return found


def is_mixed(entry: Entry) -> bool:
    """Tell whether an element depends on several samples."""
    return any(owners.is_mixed for owners in entry.owners)


def is_scattered(entry: Entry) -> bool:
    """Tell whether samples lie in no rows, though each element is of one of them."""
    return any(not owners.is_mixed and len(dims_of(owners.table)) > 1 for owners in entry.owners)


def is_moved(entry: Entry) -> bool:
    """Tell whether an operation made rows of samples that are in no order."""
    return any((line := line_of(owners.table)) is not None and not _is_in_order(line) for owners in entry.owners)


def samples_of(entry: Entry) -> frozenset[int]:
    """Return the samples that an operation's results depend on."""
    return frozenset(j for owners in entry.owners for j, count in owners.counts.items() if count)


def line_of(table: Tensor) -> list[int] | None:
    """Return the sample of each row along the dim of the samples; None where they lie along no dim, or several."""
    dims = dims_of(table)
    if len(dims) != 1 or bool((table == MANY).any()):
        return None
    others = [d for d in range(table.dim()) if d != dims[0]]
    return [int(n) for n in (table.amax(others) if others else table)]


def _is_in_order(line: list[int]) -> bool:
    """Tell whether samples follow one another, each of them in one piece, or all of them again and again."""
    count = max(line) + 1
    each = [stride for stride in range(1, len(line) + 1) if stride * count <= len(line)]
    return any(line == [at // stride % count for at in range(len(line))] for stride in each)


def of_whole_samples(entries: Sequence[Entry], meeting: Entry) -> bool:
    """Tell whether rows of whole samples meet, which lie along the same dim in different orders."""
    lines = _lines(entries, meeting)
    return any(sorted(line) == sorted(lines[0]) and line != lines[0] and len(line) == len(lines[0]) for line in lines[1:])


def of_every_pair(entries: Sequence[Entry], meeting: Entry) -> bool:
    """Tell whether samples lie along different dims of what meets, from the right: each of them meets every other one."""
    tables = [table for n in meeting.operands for table in _tables(entries[n])[:1]]
    dims = {tuple(dim - table.dim() for dim in dims_of(table)) for table in tables}
    return len(dims) > 1 and all(len(own) == 1 for own in dims)


def _tables(entry: Entry) -> list[Tensor]:
    """Return of which sample each element is, of each tensor that samples run along."""
    return [owners.table for owners in entry.owners if dims_of(owners.table)]


def in_different_orders(entries: Sequence[Entry], meeting: Entry) -> bool:
    """Tell whether as many rows of some samples meet those of other ones."""
    lines = _lines(entries, meeting)
    return any(line != lines[0] and len(line) == len(lines[0]) for line in lines[1:])


def _lines(entries: Sequence[Entry], meeting: Entry) -> list[list[int]]:
    """Return the samples along each operand that has any; nothing where one of them has them along no dim, or several."""
    known = [n for n in meeting.operands if any(dims_of(owners.table) for owners in entries[n].owners)]
    lines = [next((line for o in entries[n].owners if (line := line_of(o.table)) is not None), None) for n in known]
    return [] if None in lines else [line for line in lines if line is not None]


def along_another_dim(entries: Sequence[Entry], meeting: int) -> int | None:
    """Return the last operation that put samples along another dim, before a layer mixed them that reads no other operand."""
    operands = [n for n in entries[meeting].operands if entries[meeting].name in LAYERS and samples_of(entries[n])]
    at = operands[0] if len(operands) == 1 else None
    while at is not None:
        mine = _dim(entries[at])
        known = [n for n in entries[at].operands if n < at and _dim(entries[n]) is not None]
        if mine is None or not known:
            return None
        if _dim(entries[known[0]]) != mine:
            return at
        at = known[0]
    return None


def is_turned_once(entries: Sequence[Entry], turned: int) -> bool:
    """Tell whether samples lay along one dim from what the model is given up to the operation that put them along another.

    One that adds or takes away a dim has not turned anything.
    """
    known = [n for n in entries[turned].operands if n < turned and _dim(entries[n]) is not None]
    if not any(owners.table.dim() == own.table.dim() for own in entries[turned].owners for owners in entries[known[0]].owners):
        return False
    first = _dim(entries[known[0]])
    while known:
        if _dim(entries[known[0]]) != first:
            return False
        known = [n for n in entries[known[0]].operands if n < known[0] and _dim(entries[n]) is not None]
    return True


def _dim(entry: Entry) -> int | None:
    """Return the dim along which the samples of the first tensor lie that is used."""
    for place, owners in enumerate(entry.owners):
        if place in entry.used or entry.name == "input":
            dims = dims_of(owners.table)
            return dims[0] if len(dims) == 1 else None
    return None


def picked(entries: Sequence[Entry], meeting: int) -> int | None:
    """Return the operation that took one sample out of all, where an operand of a meeting is of that one alone."""
    for n in entries[meeting].operands:
        here = earliest(entries, n, _is_of_one) if _is_of_one(entries[n]) else None
        if here is not None and any(len(samples_of(entry)) > 1 for entry in before(entries, here)):
            return here
    return None


def _is_of_one(entry: Entry) -> bool:
    """Tell whether each tensor that an operation made depends on one sample alone, and some on one."""
    each = [sum(1 for count in owners.counts.values() if count) for owners in entry.owners]
    return max(each, default=0) == 1


def in_another_order(entries: Sequence[Entry], at: int) -> int | None:
    """Return the operation that put samples into the order in which they are in a result; None where they came in it."""
    order = _order(entries[at])
    if order is None:
        return None
    first = min(n for n in reaching(entries, at) if _order(entries[n]) == order)
    return first if any(_order(entry) is not None for entry in before(entries, first)) else None


def _order(entry: Entry) -> list[int] | None:
    """Return the samples as they follow one another, each run of rows of the same one once."""
    for owners in entry.owners:
        if (line := line_of(owners.table)) is not None:
            known = [j for j in line if j != NOBODY]
            return [j for at, j in enumerate(known) if at == 0 or known[at - 1] != j]
    return None


def is_made_order(entries: Sequence[Entry], at: int) -> bool:
    """Tell whether an operation pairs samples by numbers that do not depend on what is in them, as for negatives."""
    if entries[at].name not in _MADE_ORDERS:
        return False
    numbers = [n for n in reaching(entries, at) if entries[n].values and not entries[n].values[0].is_floating_point()]
    mine = [n for n in entries[at].operands if n in numbers]
    return entries[at].name == "roll" or any(not _is_of_input(entries, n) for n in mine)


def _is_of_input(entries: Sequence[Entry], at: int) -> bool:
    """Tell whether something is made of what the model is given, its lengths and masks too."""
    return any(entries[n].name == "input" for n in reaching(entries, at))
