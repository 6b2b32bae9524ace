"""RNS317: a window of steps that is moved the wrong way, and read again.

A forecaster reads a window, puts what it has made of it behind the others, and leaves the oldest out. Where the new one is put
in front, or a roll has brought the last step there, the layer reads what comes later before what comes earlier. A decoder that
begins with the state of an encoder is another layer, and what is rolled alone nobody has written into.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rnnshape.coordinates.mark import UNNAMED, Mark
from rnnshape.coordinates.tables import line_along, numbers, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import RecurrentCall, Rolling
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import called, wrong

__all__: list[str] = []

_ROLLED = Memory(dict[Axis, Location | None])
"""The axes of steps that were rolled along their dim, with the line."""

FEWEST = 4
"""Steps of a window from which on their order is one."""

_JOINS = frozenset(["cat", "concat", "concatenate", "hstack", "vstack"])

_WRITES = frozenset(["__setitem__", "copy_", "index_copy", "index_copy_", "select_scatter", "slice_scatter"])


class _Window(NamedTuple):
    """The steps that a layer reads, in the order in which it does.

    Attributes:
        axis: of the steps.
        steps: its coordinates.
        made: which of them the same layer has made, in a call before.
        before: the steps that it read in such a call.
    """

    axis: Axis
    steps: list[int]
    made: list[bool]
    before: list[int]


@note(Rolling)
def steps_are_rolled(use: Rolling, step: Step) -> None:
    """Remember where steps were rolled along their dim, as what is written into them later is the last to give them a form."""
    for axis, table in use.mark.tables.items():
        if use.dim is not None and (axis.counts_steps or axis.name == UNNAMED) and runs_along(table) == [use.dim]:
            step.of(_ROLLED)[axis] = step.here()


@rule(RecurrentCall)
def a_window_that_is_moved_the_wrong_way(use: RecurrentCall, step: Step) -> Iterator[Mistake]:
    """A layer reads a window again in which what it made of the last step stands in front, or the last one alone does."""
    mark = use.mark
    for window in _windows(use, mark, step) if mark is not None and use.batch_dim is not None else ():
        site = mark.sites.get(window.axis) if mark is not None else None
        if site is None or mark is None:
            continue
        layer, (first, second, *_) = called(use.name), window.steps
        if site.name in _JOINS and _is_put_in_front(window):
            first = window.before[-1] if first < 0 else first
            reads = f"{layer} reads what it has made of step {first} before step {second}, the oldest of the window"
            fits = "the steps from the second one on, and the new one behind them, fit"
            yield wrong("RNS317", f"{reads}, and what was the newest is gone", fits, site=site, seen=mark)
            return
        if site.name in _WRITES and window.axis in step.of(_ROLLED) and _is_wrapped(window):
            rolled = f"a roll has brought step {first} in front of step {second}"
            message = f"{rolled}, and {site.name} writes what {layer} has made over step {window.steps[-2] + 1}"
            fits = "rolled by -1, the window loses its oldest step, and has room behind the others"
            yield wrong("RNS317", message, fits, at=step.of(_ROLLED)[window.axis], seen=mark)
            return


def _windows(use: RecurrentCall, mark: Mark | None, step: Step) -> Iterator[_Window]:
    """Yield the steps that a layer reads which has been called before, and has made some of them."""
    tables = mark.tables if mark is not None else {}
    earlier = [(axis, call) for axis in tables if (call := _earlier_call(use, axis, step)) is not None]
    for axis, table in tables.items() if earlier else ():
        if axis.name not in ("seq", UNNAMED) or runs_along(table) != [use.seq_dim] or table.size(use.seq_dim) < FEWEST:
            continue
        made = [False] * table.size(use.seq_dim)
        for other, _ in earlier:
            line = tables[other].movedim(use.seq_dim, 0)
            if line.size(0) == len(made):
                made = [a or bool(b) for a, b in zip(made, numbers((line.reshape(len(made), -1) >= 0).any(1)), strict=True)]
        read = [call.order for _, call in earlier if call.seq == axis and call.order is not None]
        yield _Window(axis, numbers(line_along(table, use.seq_dim)), made, numbers(read[0]) if read else [])


def _earlier_call(use: RecurrentCall, axis: Axis, step: Step) -> Recurrence | None:
    """Return the earlier call of the same layer that has made an axis, of its output or of its state."""
    call = step.usage.source(axis, "h" if axis.name == "layers" else "") if axis.name in ("step", "layers") else None
    is_same = call is not None and call is not use.call and (call.module, call.kind) == (use.call.module, use.call.kind)
    return call if is_same else None


def _is_put_in_front(window: _Window) -> bool:
    """Tell whether what the layer has made of a later step, or of all, stands before all others, which are in order."""
    first, *others = window.steps
    in_order = others[0] >= 0 and all(b - a == 1 for a, b in pairwise(others))
    is_later = first > others[-1] or (first < 0 and window.before[:-1] == others)
    return window.made[0] and not any(window.made[1:]) and in_order and is_later


def _is_wrapped(window: _Window) -> bool:
    """Tell whether the last step stands before all others, and what the layer has made in the place of the one before it."""
    first, *others, _ = window.steps
    in_order = others[0] >= 0 and all(b - a == 1 for a, b in pairwise(others))
    return window.made[-1] and not any(window.made[:-1]) and in_order and first == others[-1] + 2
