"""Where samples first meet: the first operation whose inputs keep them apart and whose output does not, by runs in lockstep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.experiments.influence import Meeting
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.owners import MANY, NOBODY, dims_of
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.recording import Comparing, Entry, Recording
from rnnshape.experiments.trial import Trial

__all__ = ["Found", "first_meeting", "meeting_of", "misreading_of", "origin_of", "reading_padding", "seeing_ahead"]

MOST_ROWS = 4
"""Samples that are named of a row."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Where samples meet, and how.

    Attributes:
        meeting: for the user.
        of_whole_samples: whether rows of whole samples meet rows of other ones, in another order, as negatives do.
        is_scattering: whether the operation takes samples apart, which lay in rows before.
        table: of the result, on which sample each element depends.
    """

    meeting: Meeting
    of_whole_samples: bool
    is_scattering: bool
    table: Tensor


def meeting_of(trial: Trial, leaf: Leaf) -> Found | None:
    """Return where samples first meet on the way to a tensor of the output; None where that is not known.

    Args:
        trial: the model.
        leaf: in which they are mixed, scattered, or in another order, or which does not depend on some.
    """
    entries, at = _recorded(trial, leaf)
    if at is None:
        return None
    for sample in trial.samples:
        trial.run(trial.with_other([sample]), Comparing(entries, sample))
    if leaf.owners.is_mixed:
        return _met(entries, _earliest(entries, at, _is_mixed))
    if leaf.is_scattered:
        here = _earliest(entries, at, _is_scattered)
    elif len(left := _samples(entries[at])) < len(trial.samples):
        here = _earliest(entries, at, lambda entry: bool(found := _samples(entry)) and found <= left)
    else:
        here = _earliest(entries, at, _is_moved)
    return None if here is None or entries[here].name == "input" else _found(entries[here], False)


def misreading_of(trial: Trial, leaf: Leaf) -> Found | None:
    """Return where lengths or masks of some samples meet what is of other ones, on the way to a tensor of the output."""
    entries, at = _recorded(trial, leaf)
    if at is None:
        return None
    for j in range(0, trial.count - 1, 2):
        source = [*range(trial.count)]
        source[j], source[j + 1] = j + 1, j
        exchanged = trial.in_order(source, lambda content: content in trial.kept) or {}
        kept = {id(content.place.tensor) for content in trial.kept}
        tensors = trial.with_other([j, j + 1]) | {key: value for key, value in exchanged.items() if key in kept}
        trial.run(tensors, Comparing(entries, j))
    return _met(entries, _earliest(entries, at, _is_mixed))


def origin_of(trial: Trial, leaf: Leaf) -> Found | None:
    """Return the operation that made a tensor of the output."""
    entries, at = _recorded(trial, leaf)
    return None if at is None or entries[at].name == "input" else _found(entries[at], False)


def _recorded(trial: Trial, leaf: Leaf) -> tuple[list[Entry], int | None]:
    """Record a run; return it with the number of the operation that made a tensor of the output."""
    recording = Recording()
    outputs = [t for _, t in tensors_of(trial.result(trial.unchanged(), recording).output)]
    numbers = [recording.number_of(t) for (name, _), t in zip(trial.base, outputs, strict=False) if name == leaf.name]
    recording.forget()
    return recording.entries, next((n for n in numbers if n is not None), None)


def seeing_ahead(trial: Trial, leaf: Leaf, later: dict[int, Tensor], steps: int, step: int) -> Found | None:
    """Return the first operation of which the rows up to a step depend on later ones.

    Args:
        trial: the model.
        leaf: of the output.
        later: what is given, with other content in the later steps.
        steps: how many there are.
        step: the last one that must not change.
    """
    entries, at = _recorded(trial, leaf)
    if at is None:
        return None
    trial.run(later, Comparing(entries, 0))

    def looks_ahead(entry: Entry) -> bool:
        for owners in entry.owners:
            dims = [d for d, size in enumerate(owners.table.shape) if size == steps]
            if dims and all(bool((owners.table.narrow(d, 0, step + 1) != NOBODY).any()) for d in dims):
                return True
        return False

    here = _earliest(entries, at, looks_ahead)
    return None if here is None or entries[here].name == "input" else _found(entries[here], False)


def reading_padding(trial: Trial, leaf: Leaf, filled: dict[int, Tensor], steps: int) -> Found | None:
    """Return the first operation without a row for each step of which the result depends on padding.

    Args:
        trial: the model.
        leaf: of the output.
        filled: what is given, with other content in the padding.
        steps: how many there are.
    """
    entries, at = _recorded(trial, leaf)
    if at is None:
        return None
    trial.run(filled, Comparing(entries, 0))

    def reads(entry: Entry) -> bool:
        found = entry.owners
        return all(steps not in o.table.shape for o in found) and any(any(o.counts.values()) for o in found)

    here = _earliest(entries, at, reads)
    return None if here is None or entries[here].name == "input" else _found(entries[here], False)


def first_meeting(entries: list[Entry]) -> Found | None:
    """Return where samples first meet among some operations."""
    return _met(entries, next((at for at, entry in enumerate(entries) if _is_mixed(entry)), None))


def _met(entries: list[Entry], here: int | None) -> Found | None:
    if here is None:
        return None
    whole = _of_whole_samples(entries, entries[here])
    if scattered := [n for n in entries[here].operands if _is_scattered(entries[n])]:
        here = _earliest(entries, scattered[0], _is_scattered) or here
    return None if entries[here].name == "input" else _found(entries[here], whole)


def _is_mixed(entry: Entry) -> bool:
    return any(owners.is_mixed for owners in entry.owners)


def _earliest(entries: list[Entry], at: int, is_so: Callable[[Entry], bool]) -> int | None:
    """Follow an operation back to the first of which something is so, and of none of its operands."""
    if not is_so(entries[at]):
        return None
    seen = {at}
    while True:
        before = [n for n in entries[at].operands if n not in seen and n < at and is_so(entries[n])]
        if not before:
            return at
        at = min(before)
        seen.add(at)


def _is_moved(entry: Entry) -> bool:
    """Tell whether an operation made rows of samples that are in no order."""
    return any((line := _line(owners.table)) is not None and not _is_in_order(line) for owners in entry.owners)


def _is_in_order(line: list[int]) -> bool:
    """Tell whether samples follow one another, each of them in one piece, or all of them again and again."""
    count = max(line) + 1
    each = [stride for stride in range(1, len(line) + 1) if stride * count <= len(line)]
    return any(line == [at // stride % count for at in range(len(line))] for stride in each)


def _is_scattered(entry: Entry) -> bool:
    return any(not owners.is_mixed and len(dims_of(owners.table)) > 1 for owners in entry.owners)


def _samples(entry: Entry) -> frozenset[int]:
    return frozenset(j for owners in entry.owners for j, count in owners.counts.items() if count)


def _of_whole_samples(entries: list[Entry], meeting: Entry) -> bool:
    """Tell whether rows of whole samples meet, which lie along the same dim in different orders."""
    lines = [line for n in meeting.operands for owners in entries[n].owners if (line := _line(owners.table)) is not None]
    known = [n for n in meeting.operands if any(dims_of(owners.table) for owners in entries[n].owners)]
    if len(lines) < 2 or len(lines) != len(known):
        return False
    first, *others = lines
    return any(sorted(line) == sorted(first) and line != first and len(line) == len(first) for line in others)


def _line(table: Tensor) -> list[int] | None:
    dims = dims_of(table)
    if len(dims) != 1 or bool((table == MANY).any()):
        return None
    others = [d for d in range(table.dim()) if d != dims[0]]
    return [int(n) for n in (table.amax(others) if others else table)]


def _found(entry: Entry, whole: bool) -> Found:
    owners = max(entry.owners, key=lambda o: o.share)
    module, kind = entry.module
    name = {"__getitem__": "index", "__setitem__": "assignment"}.get(entry.name, entry.name)
    return Found(
        Meeting(name, entry.location, module, kind, tuple(owners.table.shape), _rows(owners.table)),
        whole,
        _is_scattered(entry),
        owners.table,
    )


def _rows(table: Tensor) -> str:
    """Say which samples are in the first row that has several."""
    for row in range(table.size(0) if table.dim() > 1 else 0):
        inside = [int(n) for n in torch.unique(table[row]) if int(n) not in (NOBODY, MANY)]
        if len(inside) > 1:
            more = [f"{len(inside) - MOST_ROWS} more"] if len(inside) > MOST_ROWS else []
            return f"row {row} of {text.sizes(table.shape)} holds samples {text.listed([*map(str, inside[:MOST_ROWS]), *more])}"
    return ""
