"""RNS3xx: the wrong state picked.

Rows of h_n are layer 0 forward, layer 0 reverse, layer 1 forward, ...; output is the last layer, its halves forward and reverse
(torch's documentation of `RNN`, "Outputs").
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark, Site
from rnnshape.coordinates.padding import Padding, of_real
from rnnshape.coordinates.tables import (
    SMALL,
    line_along,
    numbers_by_row,
    runs_along,
    separable,
    unique,
    varies,
)
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import (
    AttentionInput,
    Broadcast,
    CellStep,
    Classes,
    Consumption,
    Contraction,
    Disagreement,
    InitialState,
    Normalisation,
    Output,
    Product,
    RecurrentCall,
    RecurrentInput,
    Reduction,
    Returned,
    Scaling,
    StatePair,
    Unpacking,
    Weighing,
    marks_of,
)
from rnnshape.report.mistake import Mistake
from rnnshape.rules.assigned import indexed_at
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import but_states, lost_batch, only_sample
from rnnshape.rules.usage import holds_states
from rnnshape.rules.wording import instead, last_step, mixed, wrong

__all__: list[str] = []

Uses = (
    Consumption | Contraction | Product | Reduction | Scaling | Normalisation | RecurrentInput | InitialState | CellStep
    | AttentionInput | Classes | Returned
)  # fmt: skip

Meetings = AttentionInput | Consumption | Product | Weighing | Broadcast | Disagreement

# What is used of the states


@note(
    Consumption, Contraction, Product, Reduction, Scaling, Normalisation, RecurrentInput, InitialState, CellStep,
    AttentionInput, Classes, Returned,
)  # fmt: skip
def states_are_used(use: Uses, step: Step) -> None:
    """What consumes a tensor uses the states in it."""
    for mark in marks_of(use):
        if holds_states(mark) and step.usage.calls:
            step.usage.use(mark, step.here, _by(use, mark), use.call if isinstance(use, InitialState) else None)


_WEIGHTED = frozenset(["linear", "addmm", "matmul", "mm", "bilinear"])
"""What sums over features with weights of a layer's own."""


def _by(use: Uses, mark: Mark) -> str:
    """Return which kind of consumer takes a tensor, as `Usage.use` tells them apart."""
    if isinstance(use, CellStep):
        if mark is use.mark:
            return "input"
        return "state" if mark is use.hidden else "c"
    if isinstance(use, InitialState):
        return "c" if use.is_cell_state else "state"
    if isinstance(use, Contraction):
        if use.name == "lstm_cell":  # of its h the CellStep tells
            return "c"
        return "layer" if use.name in _WEIGHTED else ""
    if isinstance(use, RecurrentInput):
        return "input" if use.batch_dim is not None and mark.sizes[use.seq_dim] == 1 else "layer"
    return "caller" if isinstance(use, Returned) else ""


@note(AttentionInput, Consumption, Product, Weighing, Broadcast, Disagreement)
def states_are_held_against_all_steps(use: Meetings, step: Step) -> None:
    """A state that is a query is picked from all steps on purpose."""
    marks = [mark for mark in marks_of(use) if holds_states(mark)]
    if isinstance(use, AttentionInput) and use.role == "query":
        for axis in [axis for mark in marks for axis in mark.tables if axis.name in ("step", "layers")]:
            for letter in ("", "h"):
                if (source := step.usage.source(axis, letter)) is not None:
                    source.is_query = True
    for one in marks if len(marks) > 1 else ():
        for other in marks:
            if one is not other:
                step.usage.hold(one, other)


@note(InitialState)
def a_state_is_given(use: InitialState, step: Step) -> None:
    """A layer begins with a state that comes from somewhere."""
    use.call.is_carried = True


@note(RecurrentCall)
def a_layer_is_called(use: RecurrentCall, step: Step) -> None:
    """Begin to account for a call, with the real steps of each sample where these are known."""
    call = use.call
    step.usage.open(call)
    if call.packed:
        for axis, rows in use.rows.items():
            if axis.name == "batch" and use.ends is not None:
                call.ends_at(axis, rows, use.ends)
    elif use.mark is not None and use.batch_dim is not None:
        call.seq, call.reads = _seq_along(use.mark, use.seq_dim, step), _rows_from_the_first_step_on(use, step)
        padding = step.padding.get(call.seq.of) if call.seq is not None else None
        padding = padding or _filled(use.mark, use.batch_dim)
        if padding is not None:
            call.is_padded(padding)
        if call.seq is not None:
            call.order = line_along(use.mark.tables[call.seq], use.seq_dim)
            _goes_on(call.seq, use.mark, step)


@note(Unpacking)
def a_packed_output_is_padded(use: Unpacking, step: Step) -> None:
    """Whoever gives a total length has padding behind the longest sample too."""
    for axis, _ in use.mark.of("step"):
        if (call := step.usage.source(axis)) is not None:
            call.unpacked = use.steps


def _goes_on(seq: Axis, mark: Mark, step: Step) -> None:
    """Forget of earlier calls where samples end, if this one reads the steps behind theirs: they have read a part of them."""
    start = int(mark.tables[seq].amin())
    for call in step.usage.calls.values():
        if call.seq == seq and call.steps <= start:
            call.padding = call.sample = call.ends = None


def _seq_along(mark: Mark, dim: int, step: Step) -> Axis | None:
    """Return the axis of the steps, which a layer reads along this dim; it has no name where samples of several lengths met."""
    found = [axis for axis, table in mark.tables.items() if step.is_sequence(axis) and runs_along(table) == [dim]]
    return min(found, key=lambda axis: axis.name != "seq", default=None)


def _rows_from_the_first_step_on(use: RecurrentCall, step: Step) -> tuple[Axis, Tensor] | None:
    """Return the axis of the samples that a call reads, and which each row is; None where it reads but a part of the steps."""
    mark, batch_dim = use.mark, use.batch_dim
    seq = _seq_along(mark, use.seq_dim, step) if mark is not None else None
    if mark is None or batch_dim is None or seq is None:
        return None
    if not torch.equal(line_along(mark.tables[seq], use.seq_dim), torch.arange(mark.sizes[use.seq_dim])):
        return None
    for axis, table in mark.of("batch"):
        if not any(varies(table, d) for d in range(3) if d != batch_dim):
            rows = line_along(table, batch_dim)
            return (axis, rows) if rows.numel() <= SMALL else None  # it is held until the next step
    return None


def _filled(mark: Mark, batch_dim: int) -> Padding | None:
    """Return where samples of several lengths begin and end that were put side by side: what fills a row up is of no sample."""
    for table in mark.tables.values():
        if table.size(0) > 1 and table.size(1) > 1 and table.size(2) == 1 and bool((table < 0).any()):
            padding = of_real(table[..., 0].movedim(batch_dim, 0) >= 0)
            if padding is not None and len(unique(padding.lengths)) > 1:
                return padding
    return None


# What was picked


@rule(Output)
def a_sample_picked_for_a_step(use: Output, step: Step) -> Iterator[Mistake]:
    """Of several samples that went in, one reaches the output."""
    made = but_states(use.marks) or use.marks
    for mark in made if lost_batch(made, use.samples, step) else ():
        if (only := only_sample(mark)) is not None:
            axis, sample = only
            message = f"only sample {sample} reaches the output: an index took a sample where a step was meant"
            site = mark.sites.get(axis)
            index = last_step(site) if axis in mark.tables and site is not None and sample == use.samples - 1 else None
            if index and axis not in step.laid:  # only the layer says which dim is the batch, and may be wrong
                index, message = None, f"{message}, or the layer takes the steps for the batch, which nobody has named"
            whole = (indexed_at(site.location) if site is not None else "") or "output"
            fits = f"{whole}{index} has the last step of each sample" if index else None
            yield wrong("RNS301", message, fits, site=site, seen=mark)
        if mark.lost:
            return


@rule(Contraction)
def halves_cut_the_wrong_way(use: Contraction, step: Step) -> Iterator[Mistake]:
    """A dim as long as one half of an output has units of both: the output was cut as (hidden, 2)."""
    mark = use.mark
    for axis, table in mark.of("directions"):
        call = step.usage.source(axis)
        for dim in use.dims:
            if call is None or mark.sizes[dim] != call.width or not varies(table, dim):
                continue
            hidden = mark.tables.get(call.hidden)
            if hidden is not None and len(unique(hidden)) == call.width:
                continue  # every unit once: some of forward, some of reverse, chosen on purpose
            lies = f"the output is (directions=2 hidden={call.width}) and is taken for (hidden directions)"
            message = f"a dim as long as one direction, {call.width}, holds units of both: {lies}"
            site = mark.sites.get(axis)
            yield wrong("RNS307", message, _halves(site, call.width), site=site, seen=mark)


def _halves(site: Site | None, width: int) -> str:
    """Say how to have the halves apart: of a view as (..., hidden, 2), such that what follows it finds them where it looks."""
    if site is not None and site.name in ("view", "reshape", "unflatten") and site.sizes[-2:] == (width, 2):
        return instead(site, f"view(..., 2, {width}).transpose(-1, -2)")
    return f"the forward half is [..., :{width}], the reverse half [..., {width}:]"


@rule(StatePair)
def h_and_c_exchanged(use: StatePair, step: Step) -> Iterator[Mistake]:
    """The (h_0, c_0) of an LSTM are the c_n and h_n of another.

    A state that was made of both, as in a decoder that attends with ``[h; c]``, is neither: every element of the one must be
    the other's, and none its own.
    """
    for axis in use.first.tables:
        source = step.source(axis, "c")
        if source is None:
            continue
        h, c = source.layer("h"), source.layer("c")
        if _is_of(use.first, c, not_of=h) and _is_of(use.second, h, not_of=c):
            whose = source.module or source.kind
            message = f"h_0 is the cell state c_n of {whose}, and c_0 is its h_n: they changed places"
            yield wrong("RNS309", message, "the state of an LSTM is (h, c), in this order", seen=use.first)


@rule(StatePair)
def h_given_twice(use: StatePair, step: Step) -> Iterator[Mistake]:
    """Both states of an LSTM are the h_n of another, which has a c_n to give, as a layer with one state has not."""
    for axis in use.first.tables:
        source = step.source(axis, "h")
        if source is None or "LSTM" not in source.kind or source.cell_state is not None:
            continue
        h, c = source.layer("h"), source.layer("c")
        units = [mark.tables.get(source.hidden) for mark in (use.first, use.second)]  # a layer makes others of them
        if all(t is not None and runs_along(t) == [t.dim() - 1] for t in units) and all(
            _is_of(mark, h, not_of=c) for mark in (use.first, use.second)
        ):
            whose = source.module or source.kind
            message = f"h_0 and c_0 are both the h_n of {whose}, and its c_n is left out"
            yield wrong("RNS309", message, "the state of an LSTM is (h, c), in this order", seen=use.second)


def _is_of(mark: Mark, axis: Axis, not_of: Axis) -> bool:
    """Tell whether every element is of one axis, and none of another."""
    own, other = mark.tables.get(axis), mark.tables.get(not_of)
    return own is not None and bool((own >= 0).all()) and (other is None or bool((other < 0).all()))


@rule(Returned)
def states_of_several_samples_in_each_row(use: Returned, step: Step) -> Iterator[Mistake]:
    """A state is returned of which each row holds several samples, and each sample lies in several rows.

    Two states along the batch, viewed as (batch, 2 * hidden), have rows of two samples each, and then those samples once more.
    Pairs of samples that are meant lie in one row each.
    """
    mark = use.mark
    last = len(mark.sizes) - 1
    if step.explains_the_output or not any(
        axis.name == "layers" and step.usage.source(axis, axis.of[-1:]) for axis in mark.tables
    ):
        return
    for axis, table in mark.of("batch"):
        dims = runs_along(table)
        if last not in dims or len(dims) != 2 or not separable(table) or bool((table < 0).any()):
            continue
        rows = numbers_by_row(table.movedim(dims[0], 0).flatten(1))
        if len({tuple(sorted(set(row))) for row in rows}) < len(rows):
            yield mixed("the output", mark, axis, last, "features")
            return
