"""Which states of a cell a model used beside the loop that makes them. Accounted for while they are consumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from rnnshape.coordinates.mark import MADE, UNNAMED, Mark
from rnnshape.coordinates.tables import NOWHERE, SMALL, broadcast_tensors, numbers, unique
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location

__all__ = ["CELL", "Loop", "Loops", "Place", "Used", "holds_units"]

CELL = "cell"
"""The name of the axis of the units of a cell state."""

Place = Callable[[], "Location | None"]
"""Returns the user's line."""

Scene = tuple["Location | None", str, str]


@dataclass(slots=True)
class Loop:
    """All steps of one cell in a model's call that go on from a state of its own.

    Attributes:
        hidden: the axis of the units of its h.
        cell: that of its c.
        module: path of the cell.
        kind: its class.
        location: of the first such step.
        read: for every axis of steps, which of them it has read.
        begun: axes of steps of which it has read one before these: of the target's words, a decoder's first one is none.
    """

    hidden: Axis
    module: str
    kind: str
    location: Location | None
    cell: Axis | None = None
    read: dict[Axis, set[int]] = field(default_factory=dict[Axis, set[int]])
    begun: set[Axis] = field(default_factory=set[Axis])


@dataclass(slots=True)
class Used:
    """What was used of h or c by others than the cell itself.

    Attributes:
        location: where it was used first.
        steps: for every axis of steps of which each use tells, those that were used.
    """

    location: Location | None
    steps: dict[Axis, set[int]]


class Loops:
    """The loops of one step.

    Attributes:
        loops: by the axis of the units of h.
        used: by the axis of the units of h or of c.
        prepended: by the same, where a state was put before those of earlier steps.
        given: the axes of the units of every h that a cell was given.
        followed: for a cell, by the same, how often it was given the h of another one, which it reads at that step too.
    """

    def __init__(self) -> None:
        self.loops: dict[Axis, Loop] = {}
        self.used: dict[Axis, Used] = {}
        self.prepended: dict[Axis, Location | None] = {}
        self.given: set[Axis] = set()
        self.followed: Counter[Axis] = Counter()

    def goes_on(self, input: Mark, h: Mark, states: tuple[Mark, ...], scene: Callable[[], Scene]) -> None:
        """Account for a step that goes on from a state h which the cell has made itself."""
        hidden = _hidden(h)
        if len(hidden) != 1:
            return
        loop = self.loops.get(hidden[0])
        if loop is None:
            location, module, kind = scene()
            loop = self.loops[hidden[0]] = Loop(hidden[0], module, kind, location)
            loop.begun = {axis for axis, steps in _read(h).items() if NOWHERE not in steps}
        for axis, steps in _read(input).items():
            loop.read.setdefault(axis, set()).update(steps)
        for state in states:
            loop.cell = next((axis for axis in state.tables if axis.name == CELL), loop.cell)

    def follows(self, h: Mark, made: Axis) -> Loop | None:
        """Account for a cell that is given the h which it reads, and return the loop that has made it.

        Returns:
            None where no loop of another cell has, or where what the cell itself has made was given to one.
        """
        loop = next((self.loops[axis] for axis in _hidden(h) if axis in self.loops and axis != made), None)
        if loop is None or made in self.given:
            return None
        self.followed[made] += 1
        return loop

    def joins(self, parts: tuple[Mark, ...], here: Place) -> None:
        """Account for states that are put one behind the other."""
        first, second = (_steps(part, None) for part in parts[:2])
        later = any(min(first[axis]) > max(second[axis]) for axis in first.keys() & second.keys())
        for axis in parts[0].tables if later else ():
            if axis.name == "hidden" and axis in parts[1].tables:
                self.prepended.setdefault(axis, here())

    def use(self, mark: Mark, here: Place) -> None:
        """Account for the consumption of a tensor by something else than the cell that made it."""
        for axis, table in mark.tables.items():
            if axis.name in ("hidden", CELL) and table.numel() > 1 and not axis.of.startswith(MADE):
                steps = {**_steps(mark, table), **{axis: {NOWHERE} for axis in _of_no_step(mark)}}
                used = self.used.get(axis)
                if used is None:
                    self.used[axis] = Used(_place(mark, here), steps)
                else:
                    used.steps = {a: used.steps[a] | steps[a] for a in used.steps.keys() & steps.keys()}


def _hidden(h: Mark) -> list[Axis]:
    return [axis for axis, table in h.tables.items() if axis.name == "hidden" and table.numel() > 1]


def holds_units(mark: Mark) -> bool:
    """Tell whether a tensor holds units of a cell's states."""
    return any(name in ("hidden", CELL) and not of.startswith(MADE) for name, of, _ in mark.tables)


def _steps(mark: Mark, units: Tensor | None) -> dict[Axis, set[int]]:
    """Return for every axis of steps which there are, where units are known; of one that leaves some open, nothing."""
    found: dict[Axis, set[int]] = {}
    for axis, table in mark.tables.items():
        if axis.name not in ("seq", UNNAMED) or table.numel() > SMALL:
            continue
        if table.numel() == 1:
            found[axis] = {int(table)}
            continue
        if units is not None and bool((table < 0).any()):
            if table.dim() != units.dim() or table.numel() * units.numel() > SMALL:
                continue
            known, table = broadcast_tensors(units >= 0, table)
            table = table[known]
        found[axis] = set(numbers(unique(table)))
    return {axis: steps for axis, steps in found.items() if steps and NOWHERE not in steps}


def _read(input: Mark) -> dict[Axis, set[int]]:
    """Return for every axis of steps which a cell reads; NOWHERE where it reads none, as zeros are."""
    tables = ((axis, table) for axis, table in input.tables.items() if axis.name in ("seq", UNNAMED))
    found = {axis: set(numbers(unique(table))) for axis, table in tables if table.numel() <= SMALL}
    return {axis: steps - {NOWHERE} or steps for axis, steps in found.items()}


def _of_no_step(mark: Mark) -> set[Axis]:
    """Return the axes of steps that a tensor has, where it is of none of these."""
    tables = ((axis, table) for axis, table in mark.tables.items() if axis.name == "seq")
    return {axis for axis, table in tables if table.numel() <= SMALL and bool((table == NOWHERE).all())}


def _place(mark: Mark, here: Place) -> Location | None:
    """Return where a step was picked, else the present place."""
    picked = (site for axis, site in mark.sites.items() if axis.name in ("seq", UNNAMED) and site.location)
    return next((site.location for site in picked), None) or here()
