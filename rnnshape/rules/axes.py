"""RNS2xx: an axis used as another.

What torch itself takes each dim for stands in its documentation of `Linear`, `RNN`, `MultiheadAttention`, `softmax` and the
losses; what must not happen is that samples lie along a dim that is summed over, normalised or read as steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from rnnshape import text
from rnnshape.coordinates.mark import ROWS, UNNAMED, Mark, Site
from rnnshape.coordinates.reading import layout_before
from rnnshape.coordinates.tables import broadcast_shapes, line_along, runs_along, separable, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import (
    AttentionInput,
    CellStep,
    Chaining,
    ChannelDropout,
    Contraction,
    Disagreement,
    InitialState,
    Joining,
    Normalisation,
    Output,
    Packing,
    Product,
    RecurrentInput,
    Returned,
    RowsGoOn,
    Scaling,
)
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.sketches import sketch
from rnnshape.rules.step import Step
from rnnshape.rules.tables import (
    beside_units,
    every_pair,
    exchanged,
    is_data,
    lies_along,
    lost_batch,
    only_sample,
    other_row,
    over_the_batch,
    repeated_otherwise,
    steps_along,
)
from rnnshape.rules.wording import another_dim, called, held, mixed, scrambled, viewed_for_a_transpose, wrong

__all__: list[str] = []


@rule(Contraction)
def samples_among_the_features(use: Contraction, step: Step) -> Iterator[Mistake]:
    """Weights of a layer sum over samples."""
    for axis, table in use.mark.of("batch"):
        if found := [d for d in use.dims if varies(table, d)]:
            channels = "conv" in use.name or use.name == "batch_norm"
            yield mixed(use.name, use.mark, axis, found[-1], "channels" if channels else "features")


@rule(Contraction)
def scrambled_features(use: Contraction, step: Step) -> Iterator[Mistake]:
    """Weights of a layer sum over pieces of an axis that lie in no order."""
    of_a_loop = use.name.endswith("_cell")
    found = scrambled(use.name, use.mark, use.dims, picked=of_a_loop)
    if found is None and (of_a_loop or "conv" in use.name):
        found = viewed_for_a_transpose(use.name, use.mark, use.dims, picked=of_a_loop)
    if found:
        yield found


@rule(Product)
def samples_in_a_product(use: Product, step: Step) -> Iterator[Mistake]:
    """The batch of one operand meets another axis of the other, and both are summed over."""
    left, right = (use.left, use.left_dim), (use.right, use.right_dim)
    for (mark, dim), (other, at) in ((left, right), (right, left)):
        for axis, table in mark.of("batch"):
            if not varies(table, dim) or any(varies(t, at) for _, t in other.of("batch")):
                continue
            if any(name != axis and varies(t, at) and is_data(name) for name, t in other.tables.items()):
                yield mixed(use.name, mark, axis, dim, "the one that it sums over")


@rule(Product)
def scrambled_operands(use: Product, step: Step) -> Iterator[Mistake]:
    """A product sums over pieces of an axis that lie in no order."""
    found = scrambled(use.name, use.left, (use.left_dim,)) or scrambled(use.name, use.right, (use.right_dim,))
    if found:
        yield found


@rule(Disagreement)
def samples_meet_others(use: Disagreement, step: Step) -> Iterator[Mistake]:
    """Element by element, samples of one operand meet other samples of the other, and nothing says that they should."""
    a, b, marks = use.one, use.other, use.marks
    if use.axis.name != "batch" or not runs_along(a) or not runs_along(b):
        return
    if {"RNS402", "RNS502"} & step.told and any(mark.target for mark in marks):
        return  # that the scores lie otherwise than the target was told where the two were compared
    crossed = runs_along(a) != runs_along(b) and a.dim() == b.dim()
    full = all(m.sizes == marks[0].sizes for m in marks)
    if crossed and full and not any(lies_along(m, use.axis, {*runs_along(a), *runs_along(b)}) for m in marks):
        return  # samples against samples, as in dist.expand(n, n) + dist.expand(n, n).t()
    turned = crossed and exchanged(marks, use.axis, a.dim()) and "RNS504" not in step.told
    apart = repeated_otherwise(a, b) and not every_pair(marks[0], marks[-1], runs_along(a)[0])
    if not (crossed and (full or turned or beside_units(marks, use.axis, a.dim()))) and not apart:
        return
    at = [int(t.broadcast_to(broadcast_shapes(a.shape, b.shape))[use.where]) for t in (a, b)]
    place = f"row {use.where[0]}" if runs_along(a) == runs_along(b) == [0] else f"element {list(use.where)}"
    message = f"{use.name} meets sample {at[0]} of one operand with sample {at[1]} of the other, at {place}"
    yield wrong("RNS205", message, shown=(("one", marks[0]), ("other", marks[-1])))


@rule(Joining)
def other_samples_side_by_side(use: Joining, step: Step) -> Iterator[Mistake]:
    """Parts are put side by side, and share neither their samples nor the dim in which these lie."""
    marks = use.marks
    for axis in dict.fromkeys(a for m in marks for a, _ in m.of("batch")):
        first, *rest = [m for m in marks if axis in m.tables]
        ways = {tuple(runs_along(m.tables[axis])) for m in (first, *rest)} - {()}
        if len(ways) > 1 and (use.dim,) not in ways and exchanged(marks, axis, len(marks[0].sizes)):
            message = f"{use.name} puts samples of one part beside steps of another: their batch lies along different dims"
            yield wrong("RNS205", message, shown=(("one", marks[0]), ("other", marks[-1])))
        for mark, other in product((first, *rest), repeat=2) if (use.dim,) in ways else ():
            if (dim := _lies_across(use, axis, mark, other)) is not None:
                message = f"{use.name} along dim {use.dim} adds to the samples, and those of the other part lie along dim {dim}"
                yield wrong("RNS205", message, shown=(("one", mark), ("other", other)))
                return
        for mark in rest:
            a, b = first.tables[axis], mark.tables[axis]
            along = runs_along(a)
            if along != [use.dim] and repeated_otherwise(a, b) and not every_pair(first, mark, along[0]):
                apart = "one part has each several times in a row, the other all in turn"
                message, shown = f"{use.name} puts different samples side by side: {apart}", (("one", first), ("other", mark))
                yield wrong("RNS205", message, "repeat_interleave on both fits", shown=shown)


def _lies_across(use: Joining, axis: Axis, mark: Mark, other: Mark) -> int | None:
    """Return along which dim of a part the samples lie that is added to the samples of another, which has others there."""
    (dim, *more), own = runs_along(other.tables[axis]) or [use.dim], runs_along(mark.tables[axis])
    if more or dim == use.dim or own != [use.dim] or len(mark.sizes) != len(other.sizes):
        return None
    there = [a for a, table in mark.tables.items() if a.name != "batch" and runs_along(table) == [dim]]
    return dim if any(is_data(a) or a.name == UNNAMED for a in there) else None


@rule(Normalisation)
def softmax_over_the_batch(use: Normalisation, step: Step) -> Iterator[Mistake]:
    """A softmax has the samples compete with each other."""
    if over_the_batch(use):
        message = f"{use.name} over dim {use.dim} normalises over the batch, so the samples compete with each other"
        yield wrong("RNS206", message, _over_steps_or_features(use), seen=use.mark)


@rule(Normalisation)
def softmax_over_one_score(use: Normalisation, step: Step) -> Iterator[Mistake]:
    """A softmax over a single score is 1, whatever the score."""
    if use.mark.single == use.dim:
        message = f"{use.name} over dim {use.dim}, which has one element, makes every weight 1, whatever the scores are"
        yield wrong("RNS207", message, _over_steps(use.mark), seen=use.mark)


def _over_steps(mark: Mark) -> str | None:
    steps = steps_along(mark)
    if steps is None or any(varies(table, steps) for _, table in mark.of("batch")):
        return None  # the steps of all samples in one dim
    return f"dim={steps} normalises over the steps"


def _over_steps_or_features(use: Normalisation) -> str | None:
    """Weights may be meant to be those of the steps or those of the features; logarithms are of classes, which are features."""
    made = [runs_along(table) for axis, table in use.mark.tables.items() if axis.counts_features]
    features = next((dims[0] for dims in made if len(dims) == 1 and dims != [use.dim]), None)
    steps = _over_steps(use.mark)
    if features is None:
        return steps
    over = f"dim={features} normalises over the features"
    return over if steps is None or use.name == "log_softmax" else f"{steps}, dim={features} over the features"


@rule(Scaling)
def scaled_over_the_batch(use: Scaling, step: Step) -> Iterator[Mistake]:
    """``F.normalize`` scales each sample by itself."""
    for _, table in use.mark.of("batch"):
        if runs_along(table) in ([d] for d in use.dims) and len(use.mark.sizes) > 1:
            what = f"{use.name} over dim {use.dims[0]} scales over the batch"
            last = len(use.mark.sizes) - 1
            fits = None if last in use.dims else f"dim={last} scales each vector by itself"
            message = f"{what}: what it makes of a sample depends on the others"
            yield wrong("RNS214", message, fits, seen=use.mark)


@rule(ChannelDropout)
def whole_steps_dropped(use: ChannelDropout, step: Step) -> Iterator[Mistake]:
    """Channel dropout of a sequence drops whole steps, or whole samples, where they lie along dim 1."""
    for axis, table in use.mark.tables.items():
        if axis.name in ("batch", "seq", "step") and runs_along(table) == [1]:
            dropped = "samples" if axis.name == "batch" else "steps"
            message = f"{use.name} drops whole channels, dim 1 of (batch, channels, positions): here whole {dropped}"
            fits = None if axis.name == "batch" else "transpose(1, 2) of its input and of its output drops whole features"
            yield wrong("RNS217", message, fits, seen=use.mark)


@rule(RecurrentInput)
def samples_read_as_steps(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A recurrent layer runs along the batch, or has samples among its features."""
    features = len(use.mark.sizes) - 1
    for axis, table in use.mark.of("batch"):
        dims = runs_along(table)
        if use.batch_dim is None:
            if varies(table, features):
                yield mixed(use.name, use.mark, axis, features, "features")
        elif dims == [use.seq_dim]:
            if len(unique(table)) < table.size(use.seq_dim):  # a view for a transpose: each sample for several steps
                yield mixed(use.name, use.mark, axis, use.seq_dim, "steps")
                return
            yield _runs_along_the_batch(use)
        elif any(d != use.batch_dim for d in dims):
            other = next(d for d in dims if d != use.batch_dim)
            yield mixed(use.name, use.mark, axis, other, "steps" if other == use.seq_dim else "features")


@rule(Packing)
def samples_packed_as_steps(use: Packing, step: Step) -> Iterator[Mistake]:
    """The steps of one row that is packed hold several samples: of packed data nobody sees that any more."""
    for axis, table in use.mark.of("batch"):
        dims, rows = runs_along(table), line_along(table, use.seq_dim)
        is_turned = dims == [use.seq_dim] and len(unique(rows)) == rows.numel()  # packed along another axis, RNS401
        if use.seq_dim in dims and not is_turned:
            yield mixed(use.name, use.mark, axis, use.seq_dim, "steps")


@rule(Packing)
def scrambled_steps_packed(use: Packing, step: Step) -> Iterator[Mistake]:
    """Pieces of an axis that lie in no order are packed as steps. What lies so along the features the layer sees."""
    found = scrambled(use.name, use.mark, (use.seq_dim,), use.seq_dim)
    if found and not scrambled(use.name, use.mark, (len(use.mark.sizes) - 1,)):
        yield found


@rule(Packing, InitialState)
def rows_viewed_for_a_transpose(use: Packing | InitialState, step: Step) -> Iterator[Mistake]:
    """What is packed, or begins a layer, has pieces of several rows, since a reshape has exchanged the sizes of two dims."""
    dims = (use.seq_dim,) if isinstance(use, Packing) else (0, 1)
    if found := viewed_for_a_transpose(use.name, use.mark, dims):
        yield found


@rule(RowsGoOn)
def steps_read_as_samples(use: RowsGoOn, step: Step) -> Iterator[Mistake]:
    """A text is read in pieces, and a layer takes for its batch what goes on from piece to piece, and carries a state on."""
    is_carried = any(step.usage.source(axis, "h") is None for state in use.states for axis, _ in state.of("layers"))
    if is_carried:
        goes_on = f"its input goes on along dim {use.batch_dim} where that of the call before has ended, as the targets do"
        message = f"{called(use.name)} takes dim {use.batch_dim} for its batch, and there the steps lie: {goes_on}"
        yield wrong("RNS201", message, f"batch_first={use.batch_dim != 0} of the layer fits", seen=use.mark)


_WAYS = ("down", "across")
"""Where the first two dims run in a picture."""


def _runs_along_the_batch(use: RecurrentInput) -> Mistake:
    wanted = "(batch, seq, feature)" if use.batch_dim == 0 else "(seq, batch, feature)"
    lie = f"the samples lie along dim {use.seq_dim}, its steps"
    # Turning the input alone would leave the output turned.
    fits = f"batch_first={use.batch_dim != 0} of the layer fits"
    if use.name == "ctc_loss":
        fits = "transpose(0, 1) of the scores fits"
    elif use.is_unbatched:
        wanted, lie = "2 dims as (seq, feature) of one sequence", "the samples lie along dim 0, its steps"
        step = use.seq_dim
        fits = f"unsqueeze({step}) of its input has one step of each sample, and squeeze({step}) of its output takes that away"
    message = f"{called(use.name)} runs along the batch: it reads {wanted}, and {lie}"
    drawn = sketch("input", use.mark, remark=f"dim {use.seq_dim}, {_WAYS[min(use.seq_dim, 1)]}, is read as steps")
    return wrong("RNS201", message, fits, seen=use.mark, grids=(drawn,))


@rule(RecurrentInput, AttentionInput)
def two_layers_disagree(use: RecurrentInput | AttentionInput, step: Step) -> Iterator[Mistake]:
    """A layer takes for its batch what another made as steps, and nothing in between has moved them."""
    batch_dim, seq_dim = (use.batch_dim, use.seq_dim) if isinstance(use, RecurrentInput) else (1, 0)
    if not any(runs_along(table) == [seq_dim] for _, table in use.mark.of(ROWS)):
        return  # whoever has named the batch is told which of the two is wrong
    for axis, table in use.mark.of("step"):
        source = step.usage.source(axis)
        if source is None or source.packed or axis in use.mark.sites or batch_dim is None or runs_along(table) != [batch_dim]:
            continue
        if source.seq is None:
            continue  # it may have read the places of each frame, and another one reads the frames
        first, second = source.module or source.kind, called(use.name)
        which = f"{use.role} of " if isinstance(use, AttentionInput) else ""
        returned = f"dim {batch_dim} of what {first} returns are its steps and dim {seq_dim} its batch"
        reads = f"{second} reads that, as {which}its input, the other way round"
        message = f"{first} and {second} disagree: {returned}, and {reads}"
        fits = f"batch_first={batch_dim == 1} of the layer fits"
        yield wrong("RNS218", message, fits)
        return


@rule(RecurrentInput)
def scrambled_input(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A recurrent layer reads pieces of an axis that lie in no order."""
    dims = (len(use.mark.sizes) - 1, use.seq_dim)
    if found := scrambled(use.name, use.mark, dims, use.seq_dim) or viewed_for_a_transpose(use.name, use.mark, dims):
        yield found


@rule(RecurrentInput)
def dealt_out(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """Steps hold pieces of a long run each, while something else than steps lies along them too.

    Frames that were stacked lie side by side in the features, ``t = 2 * i + j``; here it is the other way round.
    """
    steps, features = use.seq_dim, len(use.mark.sizes) - 1
    tables = use.mark.tables
    for axis, table in tables.items() if use.batch_dim is not None else ():
        if axis.name in ("batch", "step") or not is_data(axis) or {steps, features} - set(runs_along(table)) or -1 in table:
            continue
        others = [a for a, t in tables.items() if a != axis and a.name != "batch" and is_data(a) and varies(t, steps)]
        far, near = (table.movedim(d, 0).flatten(1)[:, 0] for d in (features, steps))
        if others and int((far[1:] - far[:-1]).abs().min()) > int(near.max() - near.min()):
            names = text.listed(sorted({axis.name, *(a.name for a in others)}))
            hold = f"elements {int(far[0])}, {int(far[1])}, ... of {axis.name}"
            message = f"each step holds {hold}, and {names} run along the steps together"
            yield wrong("RNS209", message, site=use.mark.sites.get(axis), seen=use.mark)


@rule(CellStep)
def a_loop_over_the_batch(use: CellStep, step: Step) -> Iterator[Mistake]:
    """A cell takes the state of one sample on to the next."""
    found = other_row(use)
    if found is not None and found.is_alone:
        on = f"takes the state of sample {found.was} on to sample {found.now}"
        message = f"{called(use.name)} {on}: the loop runs over the batch"
        fits = "loop over the steps: x.unbind(1) of (batch, seq, feature)"
        yield wrong("RNS201", message, fits, site=use.mark.sites.get(found.axis), seen=use.mark)


@rule(Chaining)
def a_recurrence_over_the_batch(use: Chaining, step: Step) -> Iterator[Mistake]:
    """A recurrence by hand, such as that of a CRF, takes what came of one sample on to the next."""
    for axis, _ in use.mark.of("batch"):
        site = use.mark.sites.get(axis)
        message = f"{use.name} takes what came of the samples before on to sample {use.now}: the loop runs over the batch"
        yield wrong("RNS201", message, _over_the_steps(site), site=site, seen=use.mark)


def _over_the_steps(site: Site | None) -> str | None:
    """Return what a loop runs over in the place of the samples, where both lie along one dim of what it picks from."""
    before = layout_before(site) if site is not None else None
    if before is None or before.names.count("batch") != 1 or before.names.count("seq") != 1:
        return None
    samples, steps = before.names.index("batch"), before.names.index("seq")
    return f"loop over the steps: transpose({samples}, {steps}) of what the loop runs over has them in the place of the samples"


@rule(AttentionInput)
def attention_over_the_batch(use: AttentionInput, step: Step) -> Iterator[Mistake]:
    """Multi-head attention runs over the samples, or has them among its features."""
    for axis, table in use.mark.of("batch"):
        dims = runs_along(table)
        if dims == [0]:
            what = f"without batch_first, dim 0 of {use.role} is for steps, and holds samples"
            fits, site = "nn.MultiheadAttention(..., batch_first=True) fits", use.mark.sites.get(axis)
            yield wrong("RNS204", f"attention runs over the batch: {what}", fits, site=site, seen=use.mark)
        elif any(d != 1 for d in dims):
            other = next(d for d in dims if d != 1)
            yield mixed(use.name, use.mark, axis, other, f"the {'features' if other else 'steps'} of {use.role}")


@rule(Output)
def the_batch_is_reduced_away(use: Output, step: Step) -> Iterator[Mistake]:
    """The output has no batch, though one went in: an operation took it away."""
    if not lost_batch(use.marks, use.samples, step):
        return
    for mark in use.marks:
        if only_sample(mark) is not None:
            return  # which is another mistake
        for site in mark.lost.values():
            message = f"{site.name} takes the batch away, and the output has none"
            yield wrong("RNS208", message, another_dim(site), site=site, seen=mark)


@rule(Returned)
def the_output_is_mixed(use: Returned, step: Step) -> Iterator[Mistake]:
    """The model returns samples that were cut into pieces."""
    for axis, table in use.mark.of("batch"):
        if not separable(table) and not step.explains_the_output:
            message = f"the output holds mixed samples: {held(use.mark, axis, runs_along(table)[-1])}"
            yield wrong("RNS203", message, site=use.mark.sites.get(axis), seen=use.mark)
