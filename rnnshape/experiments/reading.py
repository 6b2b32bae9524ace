"""Where padding is read, and where what was computed is lost: two more questions to runs in lockstep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from rnnshape.experiments.entry import Entry
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, found_at, recorded
from rnnshape.experiments.owners import NOBODY
from rnnshape.experiments.recording import Comparing
from rnnshape.experiments.sides import Sides
from rnnshape.experiments.tracing import earliest, reaching
from rnnshape.experiments.trial import Trial

__all__ = ["Lost", "Read", "losing", "reading_padding"]

NEAR = 2
"""Operations from what reads padding back to the mask of it."""

HIDDEN = -1e3
"""A score below this one is that of what is hidden."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Where padding is read.

    Attributes:
        found: the operation; None where it is not known.
        has_mask: whether a mask of the padding goes into it: then the mask is wrong.
    """

    found: Found | None
    has_mask: bool


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """Where what was computed is lost.

    Attributes:
        found: the operation; None where it is not known.
        is_told: whether it picks by numbers that the model is given, the same for all samples: with others it may matter.
    """

    found: Found | None
    is_told: bool


def reading_padding(trial: Trial, leaf: Leaf, tensors: dict[int, Tensor], sides: Sides, judged: Tensor) -> Read | None:
    """Return the first operation whose real results change with the padding, and those of whose operands do not.

    Args:
        trial: the model.
        leaf: of the output.
        tensors: what is given, with other padding.
        sides: where the padding was.
        judged: the samples whose content is as it was.
    """
    entries, at = recorded(trial, leaf.name)
    if at is None:
        return None
    trial.run(tensors, Comparing(entries, 0, grown=True))

    def reads(entry: Entry) -> bool:
        return any(
            all(bool((differs & mask).any()) for mask in sides.real_in(differs.shape, judged))
            for place, owners in enumerate(entry.owners)
            if place in entry.used and owners.counts and bool((differs := owners.table != NOBODY).any())
        )

    here = earliest(entries, at, reads)
    found, mask = found_at(entries, here, trial), None if here is None else _mask(entries, here, sides)
    if found is None or mask is None or mask.name == "input":
        return Read(found, mask is not None)
    return Read(replace(found, cause=mask.location, did="its mask hides what is no padding"), True)


def _mask(entries: Sequence[Entry], here: int, sides: Sides) -> Entry | None:
    """Return what made the mask of the padding that goes into an operation, or into what was made for it just before."""

    def is_mask(entry: Entry) -> bool:
        return any(sides.says(v) for v in entry.values if v.numel() > len(sides.real))

    def hides(entry: Entry) -> bool:
        return any(v.is_floating_point() and bool((v < HIDDEN).any()) and sides.says(v < HIDDEN) for v in entry.values)

    near = {here}
    for _ in range(NEAR):
        near |= {n for at in near for n in entries[at].operands}
    for is_so in (hides, is_mask):
        for n in sorted(near, reverse=True):
            if (made := earliest(entries, n, is_so)) is not None:
                return entries[made]
    return None


def losing(trial: Trial, name: str, weights: dict[str, Tensor], reading: dict[str, Tensor]) -> Lost | None:
    """Return the operation behind which some weights matter no longer.

    Args:
        trial: the model.
        name: of a tensor of the output.
        weights: others that change nothing of the output.
        reading: others that do, on the same way; empty where there are none.
    """
    entries, at = recorded(trial, name)
    if at is None:
        return None
    trial.result(trial.unchanged(), Comparing(entries, 0), weights)
    if reading:
        trial.result(trial.unchanged(), Comparing(entries, 1), reading)
    on_the_way = sorted(reaching(entries, at))
    lost = [n for n in on_the_way if not _counts(entries[n], 0) and any(_counts(entries[m], 0) for m in entries[n].operands)]
    telling = [n for n in lost if _counts(entries[n], 1)] if reading else []
    here = next(iter(telling or lost), None)
    return Lost(found_at(entries, here, trial), here is not None and _is_told(entries, here))


def _is_told(entries: Sequence[Entry], here: int) -> bool:
    """Tell whether an operation picks by whole numbers of an input, all of them the same."""
    numbers = [n for n in entries[here].operands if entries[n].values and not entries[n].values[0].is_floating_point()]
    told = [n for n in numbers if any(entries[m].name == "input" for m in reaching(entries, n))]
    return any(entries[n].values[0].unique().numel() < 2 for n in told)


def _counts(entry: Entry, sample: int) -> int:
    return sum(owners.counts.get(sample, 0) for owners in entry.owners)
