"""Operations of a run that may deal steps out, and whether any is reached: others need no runs of the experiment on steps."""

from __future__ import annotations

from collections.abc import Sequence

from rnnshape.experiments.entry import Entry
from rnnshape.tracking.marks import writes

__all__ = ["RESHAPES", "candidates", "is_reached", "only_joins"]

RESHAPES = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as"])
"""Operations that leave every element where it is in memory, and only say anew which of them are a row."""


def only_joins(before: Sequence[int], after: Sequence[int]) -> bool:
    """Tell whether a reshape does no more than join neighbouring dims: what lay in rows does so afterwards.

    >>> only_joins((6, 1, 9, 4), (54, 4)), only_joins((54, 4), (6, 9, 4)), only_joins((6, 9), (9, 6))
    (True, False, False)
    """
    left = [size for size in before if size != 1]
    for size in after:
        made = 1
        while made < size and left:
            made *= left.pop(0)
        if made != size:
            return False
    return not left


def candidates(entries: Sequence[Entry]) -> list[int]:
    """Return the numbers of the operations that may deal steps out."""
    found: list[int] = []
    for number, entry in enumerate(entries):
        if entry.name in RESHAPES and entry.values:
            sizes = entry.values[0].shape
            given = [v.shape for n in entry.operands for v in entries[n].values if v.numel() == sizes.numel()]
            if not given or not all(only_joins(one, sizes) for one in given):
                found.append(number)
    return found


def is_reached(entries: Sequence[Entry], source: int, wanted: Sequence[int], walks: Sequence[int]) -> bool:
    """Tell whether one of some operations may depend on single steps of a source.

    A tensor that is written to, or that nobody is known to have made, may hold anything that came before.

    Args:
        entries: of the run.
        source: the number of the operation whose steps are changed.
        wanted: numbers of the operations that are asked about.
        walks: numbers of recurrent layers that read all those steps one after the other: what they return is of several.
    """
    if any(writes(entry.name) for entry in entries[: max(wanted, default=0)]):
        return any(number > source for number in wanted)
    reached = {source}
    for number, entry in enumerate(entries):
        if number > source and number not in walks and (entry.states or not reached.isdisjoint(entry.operands)):
            reached.add(number)
    return not reached.isdisjoint(wanted)
