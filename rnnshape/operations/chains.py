"""What goes on from one sample to the next: a recurrence by hand, whose loop runs over the batch.

Where sample 1 is added to something of sample 0, two samples are added, which may be meant. In a recurrence the earlier one has
been through a product or a sum over units before, and lacks the units that the later one still has, as in
``alpha = torch.logsumexp(alpha.unsqueeze(2) + transitions, 1) + scores[i]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape.coordinates.mark import CHAIN, Mark
from rnnshape.coordinates.tables import alone, at_sizes, lone, runs_along
from rnnshape.operations.uses import Chaining

if TYPE_CHECKING:
    from rnnshape.operations.registry import Operation

__all__ = ["linked"]


def linked(op: Operation, marks: list[Mark], met: Mark) -> None:
    """Remember of what two operands make that it goes on from one sample to the next, and tell where it has done so before."""
    for before, after in (marks, marks[::-1]) if len(marks) == 2 else ():
        for axis, table in after.of("batch"):
            now, known = lone(table), before.tables.get(axis)
            if now is None or not _have_steps(after) or not _lacks_units(before, after, len(met.sizes)):
                continue
            chain = op.book.part_of(CHAIN, axis)
            link = before.tables.get(chain) if known is None else known
            was = None if link is None else lone(link)
            if was is None or (known is not None and abs(now - was) != 1):
                continue
            met.tables.pop(axis, None)
            met.tables[chain] = alone(max(now, was), len(met.sizes))
            if known is None and now not in (was, was - 1):
                op.emit(Chaining(op.name, after, now))
            return


def _have_steps(mark: Mark) -> bool:
    return any(axis.counts_steps and runs_along(table) for axis, table in mark.tables.items())


def _lacks_units(before: Mark, after: Mark, ndim: int) -> bool:
    """Tell whether units of one operand are no units of the other, or lie along another dim there."""
    for axis, table in after.tables.items():
        if axis.counts_features and runs_along(table):
            own, sizes = before.tables.get(axis), (1,) * ndim
            if own is None or runs_along(at_sizes(own, sizes)) != runs_along(at_sizes(table, sizes)):
                return True
    return False
