"""RNS311 and RNS314, of a layer or a cell that is called for one step at a time.

Each time it begins with the state from before the loop, or it goes on from its own state and has a reverse direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import UNNAMED
from rnnshape.coordinates.tables import LARGEST, NOWHERE, SMALL, numbers, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import CellStep, Ending, InitialState, RecurrentCall
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.usage import Begun
from rnnshape.rules.wording import wrong

__all__: list[str] = []

FEWEST = 3
"""Calls from which on it is a loop."""

_STEPS = frozenset(["seq", "step", UNNAMED])


class _Led(NamedTuple):
    """What a cell was given at one step.

    Attributes:
        reads: which step of which axes it read.
        state: a copy of its h, or of its c, which it has not made itself.
        alike: how many steps behind one another began with that.
    """

    reads: dict[Axis, int]
    state: Tensor
    alike: int


_LED = Memory(dict[object, _Led])
"""What a cell was given last, by the line, its path and its class."""


@note(RecurrentCall)
def which_step_a_call_reads(use: RecurrentCall, step: Step) -> None:
    """A call of one step reads a known one of a sequence."""
    if use.call.steps == 1 and use.mark is not None:
        known = {axis: _only(table) for axis, table in use.mark.tables.items() if axis.name in _STEPS}
        reads = {axis: at for axis, at in known.items() if at is not None}
        step.usage.reads[use.call.number] = reads
        walk = step.usage.walks.setdefault(use.call.number, {})
        for axis, at in reads.items():
            walk.setdefault(axis, []).append(at)


def _only(table: Tensor) -> int | None:
    """Return the one coordinate that there is, beside features that have none."""
    found = set(numbers(unique(table))) - {NOWHERE} if table.numel() <= SMALL else set[int]()
    return found.pop() if len(found) == 1 else None


@note(InitialState)
def with_which_state_a_call_begins(use: InitialState, step: Step) -> None:
    """Calls of one layer at one line begin with a state each, which may be the same one."""
    call = use.call
    if call.number in step.usage.reads and not use.is_cell_state:
        key = (call.module, call.kind, call.location)
        step.usage.begun.setdefault(key, []).append(Begun(call, use.mark, step.usage.reads[call.number]))


@rule(Ending)
def every_step_begins_anew(use: Ending, step: Step) -> Iterator[Mistake]:
    """Consecutive steps of a sequence all begin with one state, and the states that the calls return reach nothing.

    The first call may have read none of them, but a token with which every answer begins.
    """
    call = use.call
    begun = step.usage.begun.get((call.module, call.kind, call.location), [])
    if len(begun) < FEWEST or begun[0].call is not call or any(one.state is not begun[0].state for one in begun):
        return
    if any(one.call.rows or one.call.returned or one.call.cell_state for one in begun):
        return
    for axis in {**begun[0].reads, **begun[1].reads}:
        reads = [one.reads.get(axis) for one in begun]
        known = reads if reads[0] is not None else reads[1:]
        first = known[0]
        if first is not None and len(known) >= FEWEST and known == [*range(first, first + len(known))]:
            message = f"each of {len(begun)} steps begins with the same state, and the states that are returned reach nothing"
            fits = "output, state = layer(step, state) goes on from the step before"
            yield Mistake("RNS311", message, fits, location=call.location, module=call.module, kind=call.kind)
            return


@rule(CellStep)
def every_step_of_a_cell_begins_anew(use: CellStep, step: Step) -> Iterator[Mistake]:
    """A cell reads consecutive steps of a sequence, all with the same h, or c: nothing of what it makes goes on to the next.

    With zeros for both it may read the leaves of a tree, of which each begins anew.
    """
    given = use.memory if use.goes_on else use.state
    state = None if given is None or (use.goes_on and use.keeps) else step.values(given)
    if state is None or state.numel() > LARGEST:
        return
    is_loop = use.goes_on or (use.keeps and use.memory is not None)
    if not is_loop and not bool(state.any()):
        return
    known = {axis: _only(table) for axis, table in use.mark.tables.items() if axis.counts_steps}
    reads = {axis: at for axis, at in known.items() if at is not None}
    place = step.scene()
    before = step.of(_LED).get(place)
    is_next = before is not None and any(before.reads.get(axis) == at - 1 for axis, at in reads.items())
    alike = before.alike + 1 if before is not None and is_next and torch.equal(before.state, state) else 1
    step.of(_LED)[place] = _Led(reads, state.detach().clone(), alike)
    if alike == FEWEST:
        what = "c" if use.goes_on else "h" if is_loop else "state"
        last = max(reads.values())
        given_at = f"at steps {last - 2}, {last - 1} and {last} it is given the same {what}"
        message = f"{given_at}, and not the {what} that it has made at the step before"
        fits = "h, c = cell(step, (h, c)) goes on" if use.memory is not None else "h = cell(step, h) goes on"
        yield wrong("RNS311", message, f"{fits} from the step before", seen=use.mark)


@rule(Ending)
def a_reverse_direction_that_goes_forward(use: Ending, step: Step) -> Iterator[Mistake]:
    """Both directions are given the steps one by one, each with the state from the step before: neither begins at the end."""
    call = use.call
    for steps in step.usage.walks.get(call.number, {}).values() if call.directions == 2 else ():
        first, last = steps[0], steps[-1]
        if len(steps) >= FEWEST and steps in ([*range(first, last + 1)], [*range(first, last - 1, -1)]):
            goes = f"it is given one step a call, from step {first} to step {last}, with the state from the call before"
            message = f"{goes}: its reverse direction goes the same way as the forward one"
            yield Mistake("RNS314", message, location=call.location, module=call.module, kind=call.kind)
            return
