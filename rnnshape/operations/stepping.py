"""A layer that is called for one step at a time, and goes on from the state that it returned: all these calls have one record.

Each call would otherwise make axes of its own, and what a decoder carries along would grow with every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import piece_along, runs_along
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.registry import Operation
from rnnshape.operations.turned import OF_STEPS

__all__ = ["continued", "remember", "walks_anew", "without_own"]


def continued(op: Operation, call: Recurrence, states: Sequence[Mark | None]) -> Recurrence | None:
    """Return the record of the call whose state this one goes on from, whole and at the same line; None where there is none.

    Args:
        op: the operation.
        call: the record that it would have.
        states: what is known of the states that it is given.
    """
    if call.steps != 1 or call.packed or not states or None in states:
        return None
    first = states[0]
    for axis in first.tables if first is not None else ():
        earlier = op.book.recent.get((continued, axis)) if axis.name == "layers" else None
        if earlier is not None and _goes_on(op, earlier, call) and all(map(_is_whole, [earlier] * 2, "hc", states)):
            return earlier
    return None


def _goes_on(op: Operation, earlier: Recurrence, call: Recurrence) -> bool:
    """Tell whether two calls are of the same layer, at the same line."""
    made = [(c.layers, c.directions, c.width, c.module, c.kind, c.location) for c in (earlier, call)]
    return made[0] == made[1] and op.book.recent.get((remember, earlier.number)) == _weights(op)


def _is_whole(call: Recurrence, letter: str, state: Mark | None) -> bool:
    """Tell whether a state has all rows of the one that a call has returned, in their order."""
    rows = call.layers * call.directions
    table = None if state is None else state.tables.get(call.layer(letter))
    return table is not None and table is piece_along(rows, 0, 3, call.directions, rows)


def _weights(op: Operation) -> object:
    """Return what is the same for calls of the same layer alone."""
    return op.book.fresh("calls", op.args[2][0])


def remember(op: Operation, call: Recurrence) -> None:
    """Remember a call, for one that goes on from its state."""
    if call.steps == 1 and not call.packed:
        op.book.recent.keep((continued, call.layer("h")), call)
        op.book.recent.keep((remember, call.number), _weights(op))


def walks_anew(op: Operation, mark: Mark, states: Sequence[object], seq_dim: int, call: Recurrence) -> None:
    """Tell of rows along which a layer walks anew at each step of a sequence, with the state that it has from the step before.

    The sequence is what it is led along, and the rows are no steps: a decoder that was given (batch, 1, feature) for (1, batch,
    feature) goes from the last sample at one step to the first at the next.

    Args:
        op: the operation.
        mark: what is known of its input.
        states: that it begins with.
        seq_dim: the dim that it takes for its steps.
        call: the record of it.
    """
    lone = [(axis, t) for axis, t in mark.tables.items() if axis.name in OF_STEPS and not runs_along(t)]
    at = {axis: int(t.max()) for axis, t in lone}
    if call.steps == 1 or not at:
        return
    for axis in [axis for state in states[:1] if (known := op.book.mark(state)) for axis in known.tables]:
        module, before = op.book.recent.get((walks_anew, axis)) or ("", {})
        if module == call.module and any(before.get(seq, step) != step for seq, step in at.items()):
            for rows in [rows for rows, table in mark.tables.items() if runs_along(table) == [seq_dim]]:
                op.book.is_beside_the_steps(rows)
    op.book.recent.keep((walks_anew, call.layer("h")), (call.module, at))


def without_own(mark: Mark | None, call: Recurrence) -> Mark | None:
    """Return what is known of an input, without which of the earlier calls it comes from: what comes of it is of this one."""
    if mark is None:
        return None
    own = {call.step, call.direction, call.hidden}
    own.update(axis(letter) for axis in (call.layer, call.row_direction) for letter in "hc")
    kept = {axis: table for axis, table in mark.tables.items() if axis not in own}
    return mark if len(kept) == len(mark.tables) else replace(mark, tables=kept)
