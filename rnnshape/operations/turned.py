"""Two readers of one sequence, one of which reads it from its end: its states lie in the opposite order until they are turned.

Side by side, or added, neither order is that of the result, and which of them is meant nobody knows yet: whoever takes the last
of both has the states that have read everything. So the steps of the one go on under another name, and a rule judges what
becomes of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from rnnshape.coordinates.mark import TURNED, UNNAMED, Mark
from rnnshape.coordinates.tables import line_along, numbers, runs_along
from rnnshape.layout.axes import Axis

__all__ = ["FEWEST", "OF_STEPS", "are_turned", "holds_states_of_steps", "renamed", "told_apart", "turned_round"]

OF_STEPS = frozenset(["seq", UNNAMED])
"""The names of axes that may be those of steps."""

FEWEST = 3
"""Steps from which on an order is one."""


def told_apart(marks: Sequence[Mark], part_of: Callable[[str, Axis], Axis]) -> list[Mark]:
    """Return what is known of parts that are put side by side, with steps that lie in the opposite order under another name.

    Args:
        marks: of the parts.
        part_of: makes the other name, as `registry.Book.part_of` does.
    """
    found = list(marks)
    for axis in dict.fromkeys(a for m in marks for a in m.tables if a.name in OF_STEPS) if len(marks) > 1 else ():
        first = next(m for m in found if axis in m.tables)
        for at, mark in enumerate(found):
            table = mark.tables.get(axis)
            if table is None or mark is first or not (holds_states_of_steps(first) and holds_states_of_steps(mark)):
                continue
            if are_turned(first.tables[axis], table):
                found[at] = renamed(mark, axis, part_of(TURNED, axis))
    return found


def renamed(mark: Mark, axis: Axis, turned: Axis) -> Mark:
    """Return what is known of a tensor, with its steps under the name of those that lie in the opposite order."""
    return replace(mark, tables={turned if a == axis else a: t for a, t in mark.tables.items()})


def holds_states_of_steps(mark: Mark) -> bool:
    """Tell whether a tensor holds states of a recurrent layer or of a cell."""
    return any(axis.name == "hidden" for axis in mark.tables)


def are_turned(one: Tensor, other: Tensor) -> bool:
    """Tell whether the steps of the other lie along the same dim from the last to the first."""
    if one is other or one.numel() != other.numel() or one.numel() < FEWEST or runs_along(one) != runs_along(other):
        return False
    if len(runs_along(one)) != 1 or one.numel() != max(one.shape):
        return False
    line = one.flatten()
    steps = numbers(line)
    is_in_order = min(steps) >= 0 and (steps == sorted(set(steps)) or steps == sorted(set(steps), reverse=True))
    return is_in_order and torch.equal(line.flip(0), other.flatten())


def turned_round(mark: Mark) -> int | None:
    """Return the dim along which samples lie from the last to the first; None where they do not."""
    for _, table in mark.of("batch"):
        dims = runs_along(table)
        if len(dims) == 1:
            line = numbers(line_along(table, dims[0]))
            if line == [*range(len(line))][::-1]:
                return dims[0]
    return None
