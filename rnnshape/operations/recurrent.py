"""Recurrent layers and cells: one step each. Their door knows along which dim batch and seq may vary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from rnnshape._torch import is_unbatched_call
from rnnshape.coordinates.mark import AHEAD, CHOICE, OF_EVERYONE, SQUEEZED, TORN, UNNAMED, Mark
from rnnshape.coordinates.roles import read
from rnnshape.coordinates.tables import along, disagreement, interned, piece_along, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.marking import contracted, joined
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.registry import Operation, on_cpu, operation, repeatable, repeatable_in_a_loop
from rnnshape.operations.stepping import continued, remember, walks_anew, without_own
from rnnshape.operations.uses import (
    CellStep,
    Contraction,
    InitialState,
    RecurrentCall,
    RecurrentInput,
    RowsGoOn,
    StatePair,
    StatesGiven,
)

__all__ = ["recurrent"]


@repeatable_in_a_loop
@operation("lstm", "gru", "rnn_tanh", "rnn_relu", always=True)
def recurrent(op: Operation) -> None:
    """Torch's fused layer: (input, hx, ...) or, packed, (data, batch_sizes, hx, ...)."""
    second = op.argument(1, "hx")
    packed = isinstance(second, Tensor) and second.dim() == 1
    if packed:
        op.args = (op.args[0], on_cpu(op.args[1]), *op.args[2:])
    x = op.args[0]
    hx, bidirectional = (op.args[2], op.args[8]) if packed else (op.args[1], op.args[7])
    num_layers = op.args[5] if packed else op.args[4]
    batch_first = not packed and op.args[8]
    states = list(hx) if isinstance(hx, (tuple, list)) else [hx]
    op.emit(StatesGiven(op.name, tuple(states)))
    batch_dim, seq_dim = (None, 0) if packed else ((0, 1) if batch_first else (1, 0))
    alone = batch_dim is not None and x.size(batch_dim) == 1 and is_unbatched_call()
    if not packed:
        _hear_of_states(op, x, states, seq_dim)
        op.book.walks(x, seq_dim)
    mark = op.book.mark(x) if packed else op.book.reads(x, None if alone else batch_dim, (seq_dim,))
    if packed and mark is None:
        op.book.knows_nothing()
    steps = len(op.args[1]) if packed else x.size(seq_dim)
    directions = 2 if bidirectional else 1
    module, kind = op.book.calling_module()
    call = Recurrence(op.book.number(), num_layers, directions, steps, packed, module, kind, op.book.here())
    call.width = op.result[0].size(-1) // directions
    call.ragged = packed and bool((op.args[1] != op.args[1][0]).any())
    call.weight = _trained(op.args[3] if packed else op.args[2], op.result[0])
    earlier = continued(op, call, [op.book.mark(state) for state in states])
    call, op.goes_on = earlier or call, earlier is not None and not alone
    passed_on = mark if earlier is None else without_own(mark, call)
    rows = _batch_along_rows(op, passed_on, x, batch_dim)
    call.sites = passed_on.sites if passed_on is not None else {}
    op.emit(RecurrentCall(op.name, call, mark, batch_dim, seq_dim, rows, _last_steps(op.args[1]) if packed else None))
    if mark is not None:
        op.emit(RecurrentInput(op.name, mark, batch_dim, seq_dim, alone))
        if batch_dim is not None:
            _tell_of_rows_that_go_on(op, mark, states, batch_dim)
            walks_anew(op, mark, states, seq_dim, call)
    rows = _states(op, states, rows, call)
    of_states = {} if batch_dim is None or any(axis.name == "batch" for axis in rows) else _rows_of_states(op, states, mark)
    rows |= of_states
    _put_output(op, passed_on, rows, batch_dim, seq_dim, call, of_states)
    for letter, state in zip("hc", op.result[1:], strict=False):
        _put_state(op, state, rows, call, letter)
    remember(op, call)


def _hear_of_states(op: Operation, x: Tensor, states: list[Any], seq_dim: int) -> None:
    """Tell that a state has a row for each sample, where its rows are an axis that lies in pieces along the steps of the input.

    That says more of the axis than the input does, in which a view has put it there.
    """
    mark = op.book.mark(x)
    along_steps = {axis for axis, table in mark.tables.items() if runs_along(table) == [seq_dim]} if mark is not None else set()
    for state in states if along_steps else ():
        known = op.book.mark(state)
        if known is not None and any(axis in along_steps and runs_along(table) == [1] for axis, table in known.tables.items()):
            op.book.reads(state, 1, ())


def _tell_of_rows_that_go_on(op: Operation, mark: Mark, states: list[Any], batch_dim: int) -> None:
    """Tell of rows that are taken for a batch, and go on where those have ended from which the state may be."""
    known = tuple([found for state in states if (found := op.book.mark(state)) is not None])
    rows = [axis for axis, table in mark.tables.items() if runs_along(table) == [batch_dim]] if known else []
    if any(axis.name in (UNNAMED, "batch") and op.book.goes_on(axis) for axis in rows):
        op.emit(RowsGoOn(op.name, mark, known, batch_dim))


def _trained(weights: Any, output: Tensor) -> int | None:
    """Return the id of a weight in which the graph of an output ends, None where there is none."""
    weight = next(iter(weights), None)
    is_trained = isinstance(weight, Tensor) and weight.requires_grad and weight.is_leaf and output.requires_grad
    return id(weight) if is_trained else None


def _states(op: Operation, states: list[Any], rows: dict[Axis, Tensor], call: Recurrence) -> dict[Axis, Tensor]:
    """Tell of the initial states, and return the rows that belong to one sample in the input and in all of them."""
    known = [op.book.mark(state) for state in states]
    if len(known) == 2 and known[0] and known[1]:
        op.emit(StatePair(op.name, known[0], known[1]))
    for letter, mark in zip("hc", known, strict=False):
        if mark is not None:
            op.emit(InitialState(op.name, mark, rows, call, letter == "c"))
            rows = _shared_rows(rows, mark)
    return rows


def _rows_of_states(op: Operation, states: list[Any], mark: Mark | None) -> dict[Axis, Tensor]:
    """Return whose row each is where the input does not say: a decoder that begins with one token for all begins with these."""
    if mark is not None and mark.of("batch"):
        return {}
    found: dict[Axis, Tensor] = {}
    for state in states:
        known = op.book.mark(state)
        for axis, table in known.of("batch") if known is not None else ():
            if table.dim() == 3 and not varies(table, 0) and not varies(table, 2):
                found.setdefault(axis, table.amax((0, 2)))
    return found


def _last_steps(batch_sizes: Tensor) -> Tensor:
    """Return the last real step of each row of a packed batch."""
    return (batch_sizes > torch.arange(int(batch_sizes[0])).unsqueeze(1)).sum(1) - 1


def _batch_along_rows(op: Operation, mark: Mark | None, x: Tensor, batch_dim: int | None) -> dict[Axis, Tensor]:
    """Return, for every axis that lies along the batch dim, the coordinate of each row of the state."""
    if mark is None:
        return {}
    found: dict[Axis, Tensor] = {}
    if batch_dim is None:  # the rows of step 0 are all the samples, in the order of the data
        sizes = op.args[1].tolist()
        row = torch.cat([torch.arange(size) for size in sizes])  # of each element of the data, that of its sample in step 0
        for axis, table in mark.tables.items():
            line = table.amax(1).expand(x.size(0)) if table.dim() == 2 and not varies(table, 1) else None
            if line is not None and torch.equal(line[row], line):
                found[axis] = line[: sizes[0]]
        return found
    for axis, table in mark.tables.items():
        if all(d == batch_dim or not varies(table, d) for d in range(3)):
            for d in range(3):
                table = table if d == batch_dim else table.amax(d, keepdim=True)  # beside padding
            found[axis] = interned(table.reshape(-1))
    return found


def _shared_rows(batch: dict[Axis, Tensor], state: Mark) -> dict[Axis, Tensor]:
    """Return the rows that belong to one sample in the input and in its state."""
    shared: dict[Axis, Tensor] = {}
    for axis, rows in batch.items():
        table = state.tables.get(axis)
        if table is not None and table.dim() == 3:
            elsewhere = varies(table, 0) or varies(table, 2)
            if elsewhere or disagreement(interned(table.amax((0, 2))), rows) is not None:
                continue
        shared[axis] = rows
    return shared


_OF_THE_INPUT = OF_EVERYONE | {SQUEEZED, TORN}
"""Axes that tell of an input, and of nothing that a layer makes of it."""


def _put_output(
    op: Operation, mark: Mark | None, rows: dict[Axis, Tensor], batch_dim: int | None, seq_dim: int, call: Recurrence,
    of_states: dict[Axis, Tensor],
) -> None:  # fmt: skip
    output = op.result[0]
    put = Mark(tuple(output.shape))
    last = output.dim() - 1
    width = output.size(-1) // call.directions
    if mark is not None:
        # A sample that runs along the steps, or meets the state of another, is none of which the output could be.
        passed = {a: t for a, t in mark.tables.items() if t.size(last) == 1 and a.name not in _OF_THE_INPUT}
        put.tables = {a: t for a, t in passed.items() if _goes_on(a, rows)}
        put.sites = {a: s for a, s in mark.sites.items() if a in put.tables}
        put.target, put.roles = mark.target, read(mark.roles)
    for axis, row in of_states.items():
        put.tables[axis] = interned(row.view([-1 if d == batch_dim else 1 for d in range(3)]))
    if batch_dim is None:
        sizes = op.args[1].tolist()
        put.tables[call.step] = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes)).unsqueeze(1)
    else:
        put.tables[call.step] = along(output.size(seq_dim), seq_dim, 3)
    if call.directions == 2:
        put.tables[call.direction] = piece_along(2 * width, last, last + 1, width, 2)
    put.tables[call.hidden] = piece_along(output.size(-1), last, last + 1, 1, width)
    op.book.put(output, put)


def _put_state(op: Operation, state: Tensor, rows: dict[Axis, Tensor], call: Recurrence, letter: str) -> None:
    put = Mark(tuple(state.shape))
    layers = state.size(0)
    put.tables[call.layer(letter)] = piece_along(layers, 0, 3, call.directions, layers)
    if call.directions == 2:
        put.tables[call.row_direction(letter)] = piece_along(layers, 0, 3, 1, 2)
    if letter == "h":
        put.tables[call.hidden] = along(state.size(2), 2, 3)
    for axis, row in rows.items():
        if row.numel() in (1, state.size(1)):
            put.tables[axis] = interned(row.view(1, -1, 1))
    op.book.put(state, put)


@repeatable
@operation("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
def cell(op: Operation) -> None:
    """One step: (batch, feature) in, (batch, hidden) out."""
    x, hx = op.args[0], op.args[1]
    states = list(hx) if isinstance(hx, (tuple, list)) else [hx]
    op.emit(StatesGiven(op.name, tuple(states)))
    op.book.reads(x, 0 if x.dim() == 2 else None, ())
    made = op.book.fresh("hidden", op.args[2])
    before = op.book.mark(states[0])
    goes_on = before is not None and made in before.tables
    if goes_on:
        op.book.walks(x, None)
    source, known = op.book.mark(x), [op.book.mark(state) for state in states]
    marks = [m for m in (source, *known) if m is not None]
    if not marks:
        return
    if len(known) == 2 and known[0] and known[1]:
        op.emit(StatePair(op.name, known[0], known[1]))
    if source is not None:
        given = tuple(m for m in known if m and m is not source)
        memory, kept = (states[1], known[1]) if len(known) > 1 else (None, None)
        keeps = memory is None or (kept is not None and op.book.fresh("cell", op.args[3]) in kept.tables)
        op.emit(CellStep(op.name, source, given, known[0], goes_on, states[0], made, keeps, memory))
    _put_cell_states(op, _of_the_step(op, marks, source))


def _of_the_step(op: Operation, marks: list[Mark], source: Mark | None) -> dict[Axis, Tensor]:
    """Return what input and states leave of their axes; which step it is the input knows, the states are of the one before."""
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    last = len(marks[0].sizes) - 1
    for mark in marks:
        op.emit(Contraction(op.name, mark, (last,)))
        if mark is not source:
            mark = replace(mark, tables={a: t for a, t in mark.tables.items() if not _is_of_one_step(a, t, source)})
        sources.append((mark, contracted(mark, (last,), keepdim=True)))
    batches = joined(sources)
    return {a: t for _, found in reversed(sources) for a, t in found.items() if a.name != "batch" or a in batches}


def _goes_on(axis: Axis, rows: dict[Axis, Tensor]) -> bool:
    """Tell whether a layer's output has an axis of its input: samples that are its rows, and nobody's choice."""
    return axis in rows if axis.name == "batch" else axis.name != CHOICE


_OF_ONE_STEP = frozenset(["seq", "step", "layers", "directions", AHEAD])
"""Axes of which a state has an element that what comes of it does not have."""


def _is_of_one_step(axis: Axis, table: Tensor, source: Mark | None) -> bool:
    """Tell whether a state knows by this axis which step it is of; so it may by one that nobody has named."""
    picked = axis.name == UNNAMED and table.numel() == 1 and source is not None and axis not in source.tables
    return picked or axis.name in _OF_ONE_STEP


def _put_cell_states(op: Operation, tables: dict[Axis, Tensor]) -> None:
    """Tell h and c apart by the axes of their units: these are of equal length, and nothing else is the same of them."""
    results = op.result if isinstance(op.result, tuple) else (op.result,)
    for result, name, weight in zip(results, ("hidden", "cell"), op.args[2:4], strict=False):
        put = Mark(tuple(result.shape), dict(tables))
        put.tables[op.book.fresh(name, weight)] = along(result.size(-1), result.dim() - 1, result.dim())
        op.book.put(result, put)
