"""RNS3xx, of cells and of the two states of an LSTM: h, which is its answer, and c, which it keeps for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import MADE, Mark, Site
from rnnshape.coordinates.roles import ANSWER, EXCHANGED, READS_ANSWER, READS_KEPT
from rnnshape.coordinates.tables import LARGEST, NOWHERE, runs_along, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import (
    Answer,
    AttentionInput,
    CellStep,
    Classes,
    Consumption,
    Contraction,
    Ending,
    InitialState,
    Joining,
    LoopEnding,
    Normalisation,
    Output,
    Product,
    RecurrentInput,
    Reduction,
    Returned,
    Scaling,
    StatePair,
    marks_of,
)
from rnnshape.report.mistake import Mistake
from rnnshape.rules.loops import CELL, holds_units
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import are_alike, is_in_order
from rnnshape.rules.wording import called, mixed_in_a_loop, wrong

__all__: list[str] = []


class _Given(NamedTuple):
    """The h that a cell was given.

    Attributes:
        rows: a copy of it.
        seq: the axis of the steps that it reads.
        step: which of them it has read with it.
        real: of which rows that step is one, and no padding.
    """

    rows: Tensor
    seq: Axis
    step: int
    real: Tensor


_GIVEN = Memory(dict[str, _Given])
"""By the path of a cell, the h that it was given last, and for which step of which axis."""

FEWEST = 2
"""Steps from which on a cell that is given the state of another one was not only begun with it."""

Uses = (
    Consumption | Contraction | Product | Reduction | Scaling | Normalisation | RecurrentInput | InitialState | AttentionInput
    | Classes | Returned
)  # fmt: skip


@note(
    Consumption, Contraction, Product, Reduction, Scaling, Normalisation, RecurrentInput, InitialState, AttentionInput, Classes,
    Returned,
)  # fmt: skip
def states_of_a_cell_are_used(use: Uses, step: Step) -> None:
    """What consumes a tensor uses the states in it; what a cell itself does with its states, `a_cell_goes_on` knows."""
    if use.name.endswith("_cell") or (isinstance(use, InitialState) and use.is_cell_state):
        return
    for mark in marks_of(use):
        if holds_units(mark):
            step.usage.loops.use(mark, step.here)


@note(CellStep)
def a_cell_goes_on(use: CellStep, step: Step) -> None:
    """A cell reads what others have made, and goes on from its own state or begins with another's."""
    if holds_units(use.mark):
        step.usage.loops.use(use.mark, step.here)
    if use.hidden is not None:
        step.usage.loops.given |= {axis for axis in use.hidden.tables if axis.name == "hidden"}
    if use.goes_on and use.hidden is not None:
        step.usage.loops.goes_on(use.mark, use.hidden, use.states, step.scene)
    elif use.hidden is not None and holds_units(use.hidden):
        step.usage.loops.use(use.hidden, step.here)


@note(Joining)
def states_of_a_cell_are_joined(use: Joining, step: Step) -> None:
    """A list of states may grow on the left."""
    if len(use.marks) == 2 and all(map(holds_units, use.marks)) and not any(varies(t, use.dim) for t in _units(use.marks[0])):
        step.usage.loops.joins(use.marks, step.here)


def _units(mark: Mark) -> list[Tensor]:
    return [table for axis, table in mark.tables.items() if axis.name in ("hidden", CELL)]


# h and c


@rule(StatePair)
def h_and_c_of_a_cell_exchanged(use: StatePair, step: Step) -> Iterator[Mistake]:
    """The (h, c) that is given is the c and the h that a cell has made, and nothing else is in them."""
    if _letter(use.first) == "c" and _letter(use.second) == "h":
        name = called(use.name)
        message = "a cell state is given for h, and a hidden state for c: they changed places"
        yield wrong("RNS309", message, f"{name} takes and returns (h, c), in this order", seen=use.first)


@rule(Answer)
def h_and_c_by_hand_exchanged(use: Answer, step: Step) -> Iterator[Mistake]:
    """Gates that were made of a memory have kept an answer, and a memory was made of that: c and h have changed places."""
    if EXCHANGED in use.mark.roles:
        message = "the gates read the memory c of the step before, and keep its answer h: they changed places"
        fits = "c = f * c + i * g goes on from c, and h = o * tanh(c) is what the gates read"
        yield wrong("RNS309", message, fits, seen=use.mark)


@rule(Output)
def only_c_by_hand(use: Output, step: Step) -> Iterator[Mistake]:
    """What is returned was made of the memory of a cell by hand, and of no answer."""
    found = [mark for mark in use.marks if READS_KEPT in mark.roles]
    if found and use.samples and not any({ANSWER, READS_ANSWER} & mark.roles for mark in use.marks):
        message = "what is returned was made of the memory c of a cell, and of no answer h"
        fits = "h = o * tanh(c) is the answer of a cell"
        yield wrong("RNS310", message, fits, seen=found[0], at=found[0].made)


def _letter(mark: Mark) -> str | None:
    """Return whether a tensor holds units of h or of c as they were made; None where it holds both, or others."""
    last = len(mark.sizes) - 1
    found: set[str | None] = set()
    for axis, table in mark.tables.items():
        if axis.name == "layers" and axis.of.startswith(MADE):
            found.add(axis.of[-1] if bool((table >= 0).all()) else None)
        elif last in runs_along(table) and axis.name in ("hidden", CELL, "feature"):
            is_whole = axis.name != "feature" and bool((table >= 0).all())
            found.add(("c" if axis.name == CELL else "h") if is_whole else None)
    return found.pop() if len(found) == 1 else None


@rule(Ending)
def only_c_of_a_layer(use: Ending, step: Step) -> Iterator[Mistake]:
    """Of a layer c_n is used, and neither its output nor h_n."""
    call = use.call
    if call.cell_state is not None and not call.used and not call.rows:
        message = "only the cell state c_n is used, and neither the output nor h_n"
        fits = "an LSTM returns output, (h_n, c_n): h_n is its answer"
        yield Mistake("RNS310", message, fits, location=call.cell_state, module=call.module, kind=call.kind)


@rule(LoopEnding)
def only_c_of_a_cell(use: LoopEnding, step: Step) -> Iterator[Mistake]:
    """Of a cell c is used, and h by nothing but the cell itself."""
    loop, used = step.usage.loops.loops[use.hidden], step.usage.loops.used
    if loop.cell is not None and loop.cell in used and loop.hidden not in used:
        message = "the cell state c is used, and the hidden state h by the cell itself only"
        fits = "LSTMCell returns (h, c): h is its answer"
        yield Mistake("RNS310", message, fits, location=used[loop.cell].location, module=loop.module, kind=loop.kind)


@rule(CellStep)
def the_state_of_another_cell(use: CellStep, step: Step) -> Iterator[Mistake]:
    """A cell reads what another has made, and goes on from that too; what it makes itself goes on to no step."""
    if use.goes_on or use.hidden is None or use.made is None or not are_alike(use.hidden, use.mark):
        return
    loop = step.usage.loops.follows(use.hidden, use.made)
    if loop is not None and step.usage.loops.followed[use.made] >= FEWEST:
        other = loop.module or loop.kind
        message = f"at each step it is given the state of {other}, which it reads, and its own reaches no later step"
        yield wrong("RNS315", message, seen=use.mark)


@rule(CellStep)
def samples_cut_up_before_a_loop(use: CellStep, step: Step) -> Iterator[Mistake]:
    """A loop gives a cell the rows of what a reshape has made of samples and steps in one dim, cut the other way round."""
    found = (mixed_in_a_loop(use.name, use.mark, axis) for axis, _ in use.mark.of("batch"))
    yield from filter(None, found)


@rule(Joining)
def pieces_beside_whole_samples(use: Joining, step: Step) -> Iterator[Mistake]:
    """A loop puts a row of what a reshape has made of samples and steps beside what each sample has of its own."""
    for mark in use.marks if "RNS203" not in step.told else ():
        whole = any(is_in_order(table) for other in use.marks if other is not mark for _, table in other.of("batch"))
        for axis, _ in mark.of("batch") if whole else ():
            site = mark.sites.get(axis)
            before = site.tables_before.get(axis) if site is not None else None
            if before is not None and is_in_order(before) and (found := mixed_in_a_loop(use.name, mark, axis)):
                yield found
                return


# The order of the steps


@rule(LoopEnding)
def only_the_first_state_of_a_loop(use: LoopEnding, step: Step) -> Iterator[Mistake]:
    """Of all states that a cell makes the first is used: those after it reach nothing."""
    loops = step.usage.loops
    loop, used = loops.loops[use.hidden], loops.used.get(use.hidden)
    for axis, steps in used.steps.items() if used is not None else ():
        others = loop.read.get(axis, set())
        if used is None or len(steps) > 1 or len(others) < 2 or steps & others:
            continue
        if NOWHERE in steps and axis in loop.begun:
            continue
        first = "its first step" if NOWHERE in steps else f"step {min(steps)}"
        reads = "" if NOWHERE in steps else ", the first that the cell reads"
        message = f"only the state after {first} is used{reads}: {len(others)} more follow"
        where, fits = used.location, "the last state of the loop has read every step"
        if NOWHERE in steps:
            fits = f"{fits}, and each step has a state of its own"
        if use.hidden in loops.prepended:
            where = loops.prepended[use.hidden]
            fits = "torch.cat([states, h], dim), with the new state behind the earlier ones, has them in the order of the steps"
        yield Mistake("RNS311", message, fits, location=where, module=loop.module, kind=loop.kind)
        return


# A mask of steps


@rule(CellStep, where=lambda step: step.padding)
def steps_masked_the_wrong_way_round(use: CellStep, step: Step) -> Iterator[Mistake]:
    """A mask keeps the state of each sample at its real steps, and has it go on over the padding.

    It shows in what the cell is given next: rows that are what they were before the last step, and rows that are not.
    """
    found = [(axis, table) for axis, table in use.mark.of("seq") if table.numel() == 1]
    state = step.values(use.state) if len(found) == 1 and use.state is not None else None
    if state is None or state.dim() != 2 or state.numel() > LARGEST:
        return
    (axis, table), path = found[0], step.scene()[1]
    rows, before = state.detach().cpu().clone(), step.of(_GIVEN).get(path)
    real = _real_rows(use.mark, axis, int(table), step)
    if real is not None and real.numel() == rows.size(0):
        step.of(_GIVEN)[path] = _Given(rows, axis, int(table), real)
    if before is None or before.seq != axis or abs(before.step - int(table)) != 1 or before.rows.shape != rows.shape:
        return
    kept = (rows == before.rows).all(1)
    if bool(before.real.any()) and bool(torch.equal(kept, before.real)) and not bool(before.real.all()):
        message = "the mask of the steps is the wrong way round: real steps leave the state as it is, and padding changes it"
        yield wrong("RNS409", message, at=use.hidden.made if use.hidden else None, seen=use.mark)


def _real_rows(mark: Mark, seq: Axis, at: int, step: Step) -> Tensor | None:
    """Return of which rows a step is real; None where that is not known."""
    padding = step.padding.get(seq.of)
    rows = mark.sizes[0]
    samples = next((table for _, table in mark.of("batch") if runs_along(table) == [0] and table.numel() == rows), None)
    known = padding.of_rows(samples.flatten()) if padding is not None and samples is not None else None
    return (known.first <= at) & (at <= known.last) if known is not None else None


# One state for all samples


@rule(InitialState, CellStep)
def a_state_averaged_over_the_batch(use: InitialState | CellStep, step: Step) -> Iterator[Mistake]:
    """A state has lost its batch, in a mean or a sum over it, and is given to every sample of the input."""
    states, tables = ((use.mark,), use.rows) if isinstance(use, InitialState) else (use.states, use.mark.tables)
    for state in states:
        for axis, site in state.lost.items():
            rows = tables.get(axis)
            if axis.name == "batch" and rows is not None and len(unique(rows)) > 1 and axis not in state.tables:
                yield _averaged(site, state)
                return


@rule(Contraction)
def a_state_by_hand_averaged_over_the_batch(use: Contraction, step: Step) -> Iterator[Mistake]:
    """A layer of a cell by hand goes on from what it has made itself, averaged over the batch, beside other features."""
    if use.reads_own_mean:
        yield _averaged(next(iter(use.mark.spread.values())), use.mark)


def _averaged(site: Site, state: Mark) -> Mistake:
    message = f"{site.name} takes the batch of a state away: every sample goes on from what all of them have in common"
    return wrong("RNS501", message, f"without {site.name} each sample has a row of its own", site=site, seen=state)
