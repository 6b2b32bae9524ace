"""Which layers of one step have read a tensor, and which the same turned round, where nobody has named its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rnnshape.coordinates.room import SMALL

if TYPE_CHECKING:
    from rnnshape.coordinates.mark import Mark
    from rnnshape.operations.recurrence import Recurrence

__all__ = ["Read", "Readers"]

MOST_SEEN = 1 << 7
"""Tensors that were turned of which it is remembered."""


class Read(NamedTuple):
    """What a layer has read.

    Attributes:
        call: the record of it.
        mark: of its input.
        seq_dim: along which it reads.
    """

    call: Recurrence
    mark: Mark
    seq_dim: int


class Readers:
    """The layers that read steps, and what was turned round before.

    Attributes:
        read: by the number of a call, what it has read.
    """

    def __init__(self) -> None:
        self.read: dict[int, Read] = {}
        self._turned: dict[int, tuple[Mark, Mark, int]] = {}

    def turns(self, before: Mark, after: Mark, dim: int) -> None:
        """Account for a tensor that is turned round along one dim; large tables go with their tensors."""
        if len(self._turned) < MOST_SEEN and _is_small(before) and _is_small(after):
            self._turned[id(after)] = (after, before, dim)  # held, so that no other has its id

    def reads(self, call: Recurrence, mark: Mark, seq_dim: int) -> None:
        """Account for a layer that reads steps of which nobody has said what they are."""
        if _is_small(mark):
            self.read[call.number] = Read(call, mark, seq_dim)

    def are_opposite(self, one: Read, other: Read) -> bool:
        """Tell whether the other layer has read from the end what the one has read from the beginning."""
        turned = self._turned.get(id(other.mark))
        return turned is not None and turned[1] is one.mark and turned[2] == one.seq_dim == other.seq_dim


def _is_small(mark: Mark) -> bool:
    return all(table.numel() <= SMALL for table in mark.tables.values())
