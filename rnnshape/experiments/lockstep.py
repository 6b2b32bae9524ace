"""Where samples first meet: the first operation whose inputs keep them apart and whose output does not, by runs in lockstep."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.experiments.entry import Entry
from rnnshape.experiments.influence import Meeting
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.made import made_at
from rnnshape.experiments.owners import MANY, NOBODY
from rnnshape.experiments.recording import Comparing, Ordering, recorded_run
from rnnshape.experiments.tracing import (
    along_another_dim,
    earliest,
    in_another_order,
    in_different_orders,
    is_made_order,
    is_mixed,
    is_moved,
    is_scattered,
    is_turned_once,
    of_every_pair,
    of_whole_samples,
    picked,
    samples_of,
)
from rnnshape.experiments.trial import Trial
from rnnshape.report.location import Location

__all__ = [
    "Found", "first_meeting", "found_at", "meeting_of", "misreading_of", "origin_of", "place_of", "recorded", "seeing_ahead",
]  # fmt: skip

MOST_ROWS = 4
"""Samples that are named of a row."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Where samples meet, and how.

    Attributes:
        meeting: for the user.
        of_whole_samples: whether rows of whole samples meet rows of other ones, in another order, as negatives do.
        of_every_pair: whether each sample meets every other one, as in a matrix of distances.
        table: of the result, on which sample each element depends.
        cause: the line that brought them there: it took one out of all, or put them into another order; None where none did.
        did: that in words.
        is_made_order: whether that order is made by the model, of nothing that it is given.
        made_at: the line where the layer was made in which they meet; None where they meet in the user's own code.
        number: of the operation, among those of the run.
    """

    meeting: Meeting
    of_whole_samples: bool
    of_every_pair: bool
    table: Tensor
    cause: Location | None = None
    did: str = ""
    is_made_order: bool = False
    made_at: Location | None = None
    number: int = 0


def meeting_of(trial: Trial, leaf: Leaf, entries: list[Entry] | None = None) -> Found | None:
    """Return where samples first meet on the way to a tensor of the output; None where that is not known.

    Args:
        trial: the model.
        leaf: in which they are mixed, scattered, or in another order, or which does not depend on some.
        entries: a run, of which it is known on which samples its operations depend; None where one is to be made.
    """
    is_known = entries is not None
    entries, at = recorded(trial, leaf.name, entries)
    if at is None:
        return None
    for sample in [] if is_known else trial.samples:
        trial.run(trial.with_other([sample]), Comparing(entries, sample))
    if leaf.owners.is_mixed:
        return _met(entries, earliest(entries, at, is_mixed), trial)
    if leaf.is_scattered:
        here = earliest(entries, at, is_scattered)
    elif len(left := samples_of(entries[at])) < len(trial.samples):
        here = earliest(entries, at, lambda entry: bool(found := samples_of(entry)) and found <= left)
    else:
        here = _moving(entries, at)
    return found_at(entries, here, trial)


def _moving(entries: list[Entry], at: int) -> int | None:
    """Return the last operation that put samples into another order, on the way to one of which they are in none."""
    if not is_moved(entries[at]):
        return None
    last = in_another_order(entries, at)
    return last if last is not None else earliest(entries, at, is_moved)


def misreading_of(trial: Trial, leaf: Leaf) -> Found | None:
    """Return where lengths or masks of some samples meet what is of other ones, on the way to a tensor of the output."""
    entries, at = recorded(trial, leaf.name)
    if at is None:
        return None
    for j in range(0, trial.count - 1, 2):
        source = [*range(trial.count)]
        source[j], source[j + 1] = j + 1, j
        exchanged = trial.in_order(source, lambda content: content in trial.kept) or {}
        kept = {id(content.place.tensor) for content in trial.kept}
        tensors = trial.with_other([j, j + 1]) | {key: value for key, value in exchanged.items() if key in kept}
        trial.run(tensors, Comparing(entries, j))
    return _met(entries, earliest(entries, at, is_mixed), trial)


def place_of(trial: Trial, leaf: Leaf, source: list[int]) -> Found | None:
    """Return the first operation whose result goes by the place in the batch, and none of whose operands does.

    Args:
        trial: the model.
        leaf: of the output.
        source: the other order.
    """
    entries, at = recorded(trial, leaf.name)
    moved = trial.in_order(source)
    if at is None or moved is None:
        return None
    ordering = Ordering(entries, source, trial.lines)
    trial.run(moved, ordering)
    numbers = {id(entry): number for number, entry in enumerate(entries)}
    here = earliest(entries, at, lambda entry: numbers[id(entry)] in ordering.lost)
    if here is None or any(size == trial.count for sizes in entries[here].states for size in sizes):
        return None  # states that are kept from call to call have a place each
    return found_at(entries, here, trial)


def origin_of(trial: Trial, leaf: Leaf) -> Found | None:
    """Return the operation that made a tensor of the output."""
    entries, at = recorded(trial, leaf.name)
    return found_at(entries, at, trial)


def recorded(trial: Trial, name: str, entries: list[Entry] | None = None) -> tuple[list[Entry], int | None]:
    """Return a run, or the one that is given, with the number of the operation that made a tensor of the output."""
    run = recorded_run(trial)
    entries = entries or [entry.afresh() for entry in run.entries]
    for (own, _), made in zip(trial.base, run.made, strict=False):
        if own == name and made is not None:
            number, place = made
            entries[number].used.add(place)
            return entries, number
    return entries, None


def seeing_ahead(trial: Trial, leaf: Leaf, later: dict[int, Tensor], steps: int, step: int) -> Found | None:
    """Return the first operation of which the rows up to a step depend on later ones.

    Args:
        trial: the model.
        leaf: of the output.
        later: what is given, with other content in the later steps.
        steps: how many there are.
        step: the last one that must not change.
    """
    entries, at = recorded(trial, leaf.name)
    if at is None:
        return None
    trial.run(later, Comparing(entries, 0))

    def looks_ahead(entry: Entry) -> bool:
        for owners in entry.owners:
            dims = [d for d, size in enumerate(owners.table.shape) if size == steps]
            if dims and all(bool((owners.table.narrow(d, 0, step + 1) != NOBODY).any()) for d in dims):
                return True
        return False

    here = earliest(entries, at, looks_ahead)
    return found_at(entries, here, trial)


def first_meeting(entries: list[Entry]) -> Found | None:
    """Return where samples first meet among some operations."""
    return _met(entries, next((at for at, entry in enumerate(entries) if is_mixed(entry)), None))


def _met(entries: list[Entry], here: int | None, trial: Trial | None = None) -> Found | None:
    """Return where samples meet, and what has brought them there."""
    if here is None:
        return None
    whole, pairs = of_whole_samples(entries, entries[here]), of_every_pair(entries, entries[here])
    if scattered := [n for n in entries[here].operands if is_scattered(entries[n])]:
        here = earliest(entries, scattered[0], is_scattered) or here
    found = found_at(entries, here, trial)
    if found is None:
        return None
    found = replace(found, of_whole_samples=whole, of_every_pair=pairs)
    if in_different_orders(entries, entries[here]):
        orders = [n for operand in entries[here].operands if (n := in_another_order(entries, operand)) is not None]
        if not orders:
            return found
        last = max(orders)
        did = f"{_named(entries[last])} has put the samples into another order"
        made_order = is_made_order(entries, last)
        return replace(found, cause=entries[last].location, did=did, is_made_order=made_order, made_at=None)
    if (one := picked(entries, here)) is not None:
        if scattered := [n for n in entries[one].operands if is_scattered(entries[n])]:
            return found_at(entries, earliest(entries, scattered[0], is_scattered), trial)
        did = f"{_named(entries[one])} took one sample out of all"
        return replace(found, cause=entries[one].location, did=did, made_at=None)
    if not is_scattered(entries[here]) and (turned := along_another_dim(entries, here)) is not None:
        name, line = _named(entries[turned]), entries[turned].location
        meeting = replace(found.meeting, turned=name, turned_at=line) if is_turned_once(entries, turned) else found.meeting
        return replace(found, meeting=meeting, cause=line, did=f"{name} has put them along that dim")
    return found


def found_at(entries: list[Entry], here: int | None, trial: Trial | None = None) -> Found | None:
    """Return an operation as what is found; None where it is an input, or there is none.

    Args:
        entries: the run.
        here: the number of the operation.
        trial: the model; None for a loss.
    """
    if here is None or entries[here].name == "input":
        return None
    entry = entries[here]
    owners = max(entry.owners, key=lambda o: o.share)
    module, kind = entry.module
    return Found(
        Meeting(_named(entry), entry.location, module, kind, tuple(owners.table.shape), _rows(owners.table)),
        False,
        False,
        owners.table,
        made_at=made_at(trial.subject.model, module) if trial is not None else None,
        number=here,
    )


def _named(entry: Entry) -> str:
    return {"__getitem__": "index", "__setitem__": "assignment", "__iter__": "iteration"}.get(entry.name, entry.name)


def _rows(table: Tensor) -> str:
    """Say which samples are in the first row that has several."""
    for row in range(table.size(0) if table.dim() > 1 else 0):
        inside = [int(n) for n in torch.unique(table[row]) if int(n) not in (NOBODY, MANY)]
        if len(inside) > 1:
            more = [f"{len(inside) - MOST_ROWS} more"] if len(inside) > MOST_ROWS else []
            return f"row {row} of {text.sizes(table.shape)} holds samples {text.listed([*map(str, inside[:MOST_ROWS]), *more])}"
    return ""
