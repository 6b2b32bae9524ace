"""RNS311 and RNS314, of a layer that is called for one step at a time.

Each time it begins with the state from before the loop, or it goes on from its own state and has a reverse direction.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.mark import UNNAMED
from rnnshape.coordinates.tables import NOWHERE, SMALL, numbers, unique
from rnnshape.operations.uses import Ending, InitialState, RecurrentCall
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.usage import Begun

__all__: list[str] = []

FEWEST = 3
"""Calls from which on it is a loop."""

_STEPS = frozenset(["seq", "step", UNNAMED])


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
