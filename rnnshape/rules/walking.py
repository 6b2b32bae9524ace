"""Loops that are recurrent layers by hand: what they walk along has the steps, whatever nobody has said.

At each step such a loop reads that step, and what it made of the steps before, which has other units. `Walks` holds what was
seen of that. It is known when the model has returned, and so it names the inputs of the next training step.
"""

from __future__ import annotations

from rnnshape.coordinates.mark import LATEST, MADE, UNNAMED, Mark
from rnnshape.coordinates.tables import only, runs_along
from rnnshape.layout.axes import ROLES, Axis
from rnnshape.operations.uses import CellStep, Disagreement, Joining
from rnnshape.rules.registry import note
from rnnshape.rules.step import Step
from rnnshape.rules.walks import WALKS

__all__: list[str] = []


def _are_heard(step: Step) -> bool:
    return step.of(WALKS).are_heard


@note(CellStep, where=_are_heard)
def a_cell_walks_along_a_dim(use: CellStep, step: Step) -> None:
    """A cell of torch's reads a slice of a dim that nobody has named, and goes on from what it has made itself."""
    for axis in [axis for axis in use.mark.tables if _may_be_steps(axis, step)] if use.goes_on else ():
        read = _slice(use.mark, axis)
        if read is not None:
            step.of(WALKS).goes(axis, read, None, frozenset(_units(use.mark)), None)


@note(Disagreement, Joining, where=_are_heard)
def a_loop_walks_along_a_dim(use: Disagreement | Joining, step: Step) -> None:
    """A slice of a dim that nobody has named meets, or is put beside, what an earlier or a later one was read for."""
    if len(use.marks) != 2:
        return
    one, other = use.marks
    for now, before in ((one, other), (other, one)) if _units(one) != _units(other) else ():
        for axis in [axis for axis in now.tables if _may_be_steps(axis, step)]:
            read, was = _slice(now, axis), _slice(before, axis)
            if read is not None and was is not None:
                step.of(WALKS).goes(axis, read, was, frozenset(_units(now)), _rows(now, before))


def _may_be_steps(axis: Axis, step: Step) -> bool:
    """Tell whether nobody has said what an axis is, or with a word that is no role."""
    return axis.name == UNNAMED or (axis.name not in ROLES and axis in step.laid)


def _slice(mark: Mark, axis: Axis) -> int | None:
    """Return the one element of an axis that a tensor is of, or has read last; None where there is none."""
    table = mark.tables.get(axis, mark.tables.get(Axis(LATEST, f"{MADE}{axis.of}")))
    return None if table is None else only(table)


def _units(mark: Mark) -> set[Axis]:
    """Return the axes of features that run along a tensor."""
    return {axis for axis, table in mark.tables.items() if axis.counts_features and runs_along(table)}


def _rows(now: Mark, before: Mark) -> tuple[Axis, int] | None:
    """Return the one unnamed axis that both have along their first dim, and how long it is; None where there is none."""
    found = [axis for axis, table in now.tables.items() if runs_along(table) == [0] and before.tables.get(axis) is table]
    return (found[0], now.sizes[0]) if len(found) == 1 and found[0].name == UNNAMED else None
