"""RNS501 of one sequence that is cut into rows: the state of each row goes on in a row that does not come next.

Of a long sequence a batch has several pieces, and a state is carried from one batch to the next. Where the pieces that follow
one another lie in one batch, row after row, none of them goes on from the one before it; cut into as many long pieces as it has
rows, and read side by side, each of them does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, numbers, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import InitialState, RecurrentCall
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []


class _Pieces(NamedTuple):
    """The pieces of one sequence that a layer reads as the rows of a batch.

    Attributes:
        axis: of its steps.
        first: the step with which each row begins.
        last: the step with which it ends.
        location: the line that has put them there.
    """

    axis: Axis
    first: list[int]
    last: list[int]
    location: Location | None


_PIECES = Memory(dict[int, tuple[_Pieces, ...]])
"""By the number of a call, the pieces of one sequence that it reads as the rows of a batch, with those before."""


@note(RecurrentCall)
def pieces_that_are_read(use: RecurrentCall, step: Step) -> None:
    """Remember the pieces of a sequence that lie along the batch of a layer, where no samples do."""
    mark = use.mark
    if mark is None or use.batch_dim is None or mark.sizes[use.batch_dim] < 2:
        return
    if any(runs_along(table) for _, table in mark.of("batch")):
        return
    for axis, table in mark.of("seq"):
        dims = runs_along(table)
        if use.batch_dim in dims and {*dims} <= {use.batch_dim, use.seq_dim}:
            rows = _rows(use, mark, axis)
            if all(row and row == [*range(row[0], row[0] + len(row))] and row[0] >= 0 for row in rows):
                site = mark.sites.get(axis)
                where = site.location if site is not None else None
                read = _Pieces(axis, [row[0] for row in rows], [row[-1] for row in rows], where)
                step.of(_PIECES)[use.call.number] = (*step.of(_PIECES).get(use.call.number, ()), read)[-2:]


def _rows(use: RecurrentCall, mark: Mark, axis: Axis) -> list[list[int]]:
    """Return the steps of each row, and -1 where some element is of no step."""
    sizes = [size if dim in (use.batch_dim, use.seq_dim) else 1 for dim, size in enumerate(mark.sizes)]
    others = [dim for dim, size in enumerate(sizes) if size == 1]
    table = at_sizes(mark.tables[axis], sizes)
    whole = (table.amin(others, keepdim=True) if others else table).broadcast_to(sizes)
    rows = whole.movedim((use.batch_dim or 0, use.seq_dim), (0, 1)).flatten(1)
    return [numbers(row) for row in rows]


@rule(InitialState, where=lambda step: step.of(_PIECES))
def a_piece_goes_on_in_another_row(use: InitialState, step: Step) -> Iterator[Mistake]:
    """A layer goes on from its own state, and the piece that comes next is not in the row whose state has read up to it."""
    call = _own(use, step)
    if call is None or use.call.number not in step.of(_PIECES):
        return
    *earlier, now = step.of(_PIECES)[use.call.number]
    if call is not use.call:  # calls of one step each, in a loop, are of one record
        earlier = [*step.of(_PIECES).get(call.number, ())]
    if earlier:
        yield from _told_of(earlier[-1], now, use.mark)


def _told_of(before: _Pieces, now: _Pieces, state: Mark) -> Iterator[Mistake]:
    """Yield it of a state that has read some pieces, and of those that are read next."""
    if before.axis != now.axis or len(before.last) != len(now.first):
        return
    if not all(last < first for last, first in zip(before.last, now.first, strict=True)):
        return  # what is read again goes on from what it told the first time
    rows = {first: row for row, first in enumerate(now.first)}
    pairs = [(was, rows[last + 1]) for was, last in enumerate(before.last) if last + 1 in rows]
    if pairs and all(was != to for was, to in pairs):
        was, to = pairs[0]
        last = before.last[was]
        reads = f"row {was} of the state has read up to step {last} of {now.axis.name}, and step {last + 1} is in row {to}"
        message = f"{reads}: pieces that follow one another lie in one batch, and each row goes on from what another has read"
        yield wrong("RNS501", message, at=now.location, seen=state)


def _own(use: InitialState, step: Step) -> Recurrence | None:
    """Return the call of the same layer whose state is handed on as it is."""
    if use.is_cell_state or "RNS501" in step.told:
        return None
    calls = [(axis, call) for axis, _ in use.mark.of("layers") if (call := step.source(axis, "h")) is not None]
    if len(calls) != 1 or calls[0][0] in use.mark.sites:
        return None
    call = calls[0][1]
    return call if (call.module, call.kind) == (use.call.module, use.call.kind) else None
