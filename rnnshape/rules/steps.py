"""RNS24x: steps that are read in no order, or taken for channels or ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import AHEAD, POSITIONS, UNNAMED, Mark, Site
from rnnshape.coordinates.reading import layout_before
from rnnshape.coordinates.tables import first_along, numbers, runs_along, separable, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import (
    ChannelNorm,
    Contraction,
    Ending,
    ImplicitDim,
    Joining,
    Packing,
    RecurrentCall,
    RecurrentInput,
    TokenIds,
)
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data
from rnnshape.rules.wording import called, in_order, instead, last_step, word, wrong

__all__: list[str] = []

_ONE_BY_ONE = Memory(dict[int, tuple[Mark, int]])
"""By the number of a call, what it reads where the steps of one sequence are its batch, and along which dim."""

_EMBEDS = Memory(set[int])
"""What ids of tokens were looked up in, by the ids of these tensors."""


class _ScaledChannels(NamedTuple):
    """A dim of an input that nobody has named, which a normalisation takes for its channels.

    Attributes:
        name: of the operation.
        places: where the axis comes from that it takes for the places of each channel.
        fits: what takes these for the channels.
        location: the user's line.
    """

    name: str
    places: str
    fits: str
    location: Location | None


_SCALED = Memory(dict[str, _ScaledChannels])
"""By where an axis comes from, what takes it for channels, of which each has a scale of its own."""

_RESHAPES = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as"])
_OF_TWO = frozenset(["max", "min", "median"])
"""What returns values, and where they stand."""

_LAYERS = {"batch_norm": "nn.BatchNorm1d(", "instance_norm": "nn.InstanceNorm1d(", "group_norm": "nn.GroupNorm(..., "}
_TURNED = "transpose(1, 2) of its input and of its output normalises each feature"
_PICKS = frozenset(["index", "select", "narrow", "index_select"])


@rule(RecurrentInput, Packing)
def steps_come_again(use: RecurrentInput | Packing, step: Step) -> Iterator[Mistake]:
    """A layer reads as many steps as there are, and some of them come twice: a view of (batch, channel, seq) for a transpose.

    Windows that overlap come in order, and whoever reads one variable after the other has more steps than the sequence.
    """
    mark, dim = use.mark, use.seq_dim
    for axis, table in mark.tables.items() if use.batch_dim is not None else ():
        site = mark.sites.get(axis)
        if not axis.counts_steps or site is None or not _starts_again(table, dim):
            continue
        if len(unique(table)) == mark.sizes[dim] and _others_along(mark, axis, dim):
            rows = numbers(first_along(table, dim).flatten())
            shown = ", ".join(map(str, rows[:7]))
            message = f"the steps of {called(use.name)} begin at steps {shown}, ... of {word(axis)}: they come several times"
            yield wrong("RNS240", message, _in_order(site, axis, dim), site=site, seen=mark)
            return


@note(RecurrentCall)
def steps_in_place_of_samples(use: RecurrentCall, step: Step) -> None:
    """Remember where nothing but the steps of one sequence lies along the dim of the batch: each is a sequence of its own."""
    mark, rows = use.mark, use.batch_dim
    if mark is None or rows is None or mark.sizes[use.seq_dim] > 1 or mark.sizes[rows] < 2 or mark.of("batch"):
        return
    along = [axis for axis, table in mark.tables.items() if is_data(axis) and rows in runs_along(table)]
    if along and all(axis.name == "seq" and runs_along(mark.tables[axis]) == [rows] for axis in along):
        step.of(_ONE_BY_ONE)[use.call.number] = (mark, rows)


@rule(Ending, where=lambda step: step.of(_ONE_BY_ONE))
def steps_read_one_by_one(use: Ending, step: Step) -> Iterator[Mistake]:
    """Each step was read from a state of zeros; who keeps one for each, as a replayed game does, means it."""
    call = use.call
    mark, rows = step.of(_ONE_BY_ONE).get(call.number, (None, 0))
    if mark is not None and not call.is_carried:
        takes = f"{call.kind} takes dim {rows} for its batch, and the steps of one sequence lie along it"
        message = f"{takes}: it reads {mark.sizes[rows]} sequences of one step each, and no step knows of another"
        fits = f"batch_first={rows != 0} of the layer fits"
        found = wrong("RNS201", message, fits, seen=mark, at=call.location)
        yield replace(found, module=call.module, kind=call.kind)


@rule(Contraction, RecurrentInput)
def rows_of_several_steps_come_again(use: Contraction | RecurrentInput, step: Step) -> Iterator[Mistake]:
    """Sequences were put behind one another, or in heads, and a view has cut them into as many rows as each has steps.

    So every row has several steps, and another row has the same ones. Frames that are stacked have fewer rows than there are
    steps, and no row of windows comes again.
    """
    mark, last = use.mark, len(use.mark.sizes) - 1
    for axis, table in mark.tables.items() if isinstance(use, RecurrentInput) or use.name == "linear" else ():
        site = mark.sites.get(axis)
        if not axis.counts_steps or site is None or site.name not in _RESHAPES or not varies(table, last):
            continue
        for dim in runs_along(table):
            if dim != last and mark.sizes[dim] == len(unique(table)) and _starts_again(table, dim):
                line = numbers(first_along(table, dim).flatten())
                held = text.listed([*map(str, numbers(unique(table.narrow(dim, 0, 1))))])
                holds = f"row 0 of {text.sizes(mark.sizes)} holds steps {held} of {word(axis)}"
                message = f"{holds}, and row {line.index(line[0], 1)} holds them again"
                yield wrong("RNS240", message, in_order(site), site=site, seen=mark)
                return


@note(TokenIds)
def tokens_are_looked_up(use: TokenIds, step: Step) -> None:
    """Ids of tokens have vectors of their own, in which no number of a step belongs."""
    if not use.mark.of(POSITIONS) and use.vectors.is_leaf:  # what is made for this call may be freed, and another get its id
        step.of(_EMBEDS).add(id(use.vectors))


@rule(TokenIds)
def positions_taken_for_ids(use: TokenIds, step: Step) -> Iterator[Mistake]:
    """The number of a step is looked up where tokens are, or a number of a step for each feature."""
    for axis, table in use.mark.of(POSITIONS):
        units = any(a.counts_features and runs_along(t) for a, t in use.mark.tables.items())
        if bool((table >= 0).all()) and (units or id(use.vectors) in step.of(_EMBEDS)):
            site = use.mark.sites.get(axis)
            message = "numbers of steps are looked up as ids of tokens: the largest score was sought along the steps"
            yield wrong("RNS245", message, _along_the_scores(site), site=site, seen=use.mark)


@rule(Joining)
def positions_put_beside_features(use: Joining, step: Step) -> Iterator[Mistake]:
    """Where the largest of each feature stands, which a maximum returns second, is put beside features in the place of it."""
    for mark in use.marks:
        position = next(iter(mark.of(POSITIONS)), None)
        others = [other for other in use.marks if not other.of(POSITIONS) and _has_units(other, use.dim, step)]
        if position is None or not others or not _has_units(mark, use.dim, step):
            continue
        site = mark.sites.get(position[0])
        what = site.name if site is not None else "a maximum"
        returns = f"{what} returns what it finds first, and at which step second"
        message = f"{use.name} puts numbers of steps beside features: {returns}"
        yield wrong("RNS245", message, f"{what}(...)[0] has what it finds" if what in _OF_TWO else None, seen=mark, site=site)
        return


def _has_units(mark: Mark, dim: int, step: Step) -> bool:
    """Tell whether units that a layer has made lie along a dim: when what was measured peaks may be told on purpose."""
    made = [(axis, table) for axis, table in mark.tables.items() if axis.counts_features and axis not in step.laid]
    return any(runs_along(table) == [dim] for _, table in made)


def _along_the_scores(site: Site | None) -> str | None:
    """Return the dim along which the scores lie, where there was one beside the steps."""
    tables = site.tables_before if site is not None else {}
    dims = {tuple(runs_along(table)) for axis, table in tables.items() if axis.counts_features}
    dim = dims.pop() if len(dims) == 1 else ()
    return f"dim={dim[0]} of {site.name} has an id for each step" if site is not None and len(dim) == 1 else None


@rule(RecurrentInput)
def cut_in_another_way(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """Steps were cut into so many pieces of so many, and at once, in no other order, into as many of the other number.

    So a layer reads every other step where it was to read a run of them: the sizes were exchanged, and the dims not.
    """
    for axis, table in use.mark.tables.items() if use.batch_dim is not None else ():
        site = use.mark.sites.get(axis)
        if not axis.counts_steps or site is None or site.name not in _RESHAPES or not varies(table, use.seq_dim):
            continue
        before = layout_before(site)
        words = before.names if before is not None else ()
        for at in range(min(len(words), len(site.sizes)) - 1):
            pieces, each = site.sizes_before[at : at + 2]
            is_cut = words[at] == words[at + 1] == "seq" and site.sizes[:at] == site.sizes_before[:at]
            if is_cut and pieces != each == site.sizes[at] == use.mark.sizes[use.seq_dim]:
                line = numbers(first_along(table, use.seq_dim).flatten())
                if line == [*range(0, pieces * each, pieces)]:
                    cut = f"{site.name} of {text.sizes(site.sizes_before)} to {text.sizes(site.sizes)}"
                    apart = ", ".join(map(str, line[:3]))
                    reads = f"{called(use.name)} reads steps {apart}, ... for neighbours"
                    message = f"{cut} cuts the steps, which are {pieces} runs of {each}, anew into {each} of {pieces}: {reads}"
                    yield wrong("RNS209", message, site=site, seen=use.mark)
                    return


def _in_order(site: Site, axis: Axis, dim: int) -> str | None:
    """Return what to write for a reshape, where moving the dim of the steps to its place gives the same sizes."""
    before = layout_before(site) if site.name in _RESHAPES else None
    dims = [d for d, names in enumerate(before.names) if names == axis.name] if before is not None else []
    if len(dims) != 1:
        return None
    sizes = [*site.sizes_before[: dims[0]], *site.sizes_before[dims[0] + 1 :]]
    sizes.insert(dim, site.sizes_before[dims[0]])
    if tuple(sizes) == site.sizes:
        return instead(site, f"movedim({dims[0]}, {dim})")
    if dim + 2 == len(site.sizes) and (*sizes[: dim + 1], prod(sizes[dim + 1 :])) == site.sizes:
        return instead(site, f"movedim({dims[0]}, {dim}).flatten({dim + 1})")
    return None


def _starts_again(table: Tensor, dim: int) -> bool:
    """Tell whether an axis goes on along a dim, and then begins anew."""
    if not varies(table, dim) or -1 in table or not separable(table):
        return False
    line = first_along(table, dim).flatten()
    turns = (line[1:] < line[:-1]).nonzero().flatten() + 1
    return len(turns) > 0 and bool((line[turns] == line[0]).all()) and int(line[1]) >= int(line[0])


def _others_along(mark: Mark, axis: Axis, dim: int) -> bool:
    """Tell whether another axis than samples lies along a dim as well."""
    others = [table for name, table in mark.tables.items() if name != axis and name.name not in ("batch", AHEAD)]
    return any(varies(table, dim) for table in others)


@rule(ChannelNorm)
def steps_taken_for_channels(use: ChannelNorm, step: Step) -> Iterator[Mistake]:
    """A normalisation of (batch, seq, feature) has a mean and a scale for each step, and none for a feature.

    Without scales it does to each step what a layer norm does, which may be meant, but where it was made for the features.
    """
    sizes = use.mark.sizes
    if len(sizes) != 3:
        return
    along = _alone_along(use.mark)
    steps = 1 in along and along[1].counts_steps and 2 in along and along[2].counts_features
    if use.channels == sizes[2] != sizes[1] and not use.has_scales:
        made = f"{use.name} takes dim 1 for its channels, of which it was made for {sizes[2]}"
        message = f"{made}, and here they lie along dim 2: each {_element(along)} is levelled by itself"
        yield wrong("RNS241", message, _TURNED if steps else None, seen=use.mark)
    elif use.has_scales and steps:
        message = f"{use.name} takes dim 1 for its channels, and here the steps lie along it: each step has a scale of its own"
        yield wrong("RNS241", message, _of_features(use.name, sizes), seen=use.mark)


def _alone_along(mark: Mark) -> dict[int, Axis]:
    """Return an axis for each dim along which one runs, and along no other."""
    found = {axis: dims for axis, table in mark.tables.items() if len(dims := runs_along(table)) == 1}
    return {dims[0]: axis for axis, dims in found.items() if axis.name != AHEAD}


def _of_features(name: str, sizes: tuple[int, ...]) -> str:
    """Return what normalises each feature of (batch, seq, feature)."""
    return f"{_LAYERS[name]}{sizes[2]}) with {_TURNED}" if sizes[1] != sizes[2] else _TURNED


@note(ChannelNorm)
def channels_of_what_nobody_has_named(use: ChannelNorm, step: Step) -> None:
    """A normalisation takes dims that nobody has named for channels and places: a layer may take them otherwise."""
    along = _alone_along(use.mark)
    sizes = use.mark.sizes
    if use.has_scales and len(sizes) == 3 and {1, 2} <= along.keys() and along[1].name == along[2].name == UNNAMED:
        step.of(_SCALED)[along[1].of] = _ScaledChannels(use.name, along[2].of, _of_features(use.name, sizes), step.here())


@rule(RecurrentInput, where=lambda step: step.of(_SCALED))
def channels_read_as_steps(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """What a normalisation has taken for channels a layer takes for steps: it cannot be both.

    Who hands channels over as steps on purpose does so beside a convolution, which says that their places are the steps.
    """
    mark = use.mark
    along = {axis.of: (axis, dims[0]) for axis, table in mark.tables.items() if len(dims := runs_along(table)) == 1}
    for of, taken in step.of(_SCALED).items():
        is_named = taken.places in along and along[taken.places][0].name != UNNAMED
        if of in along and along[of][1] == use.seq_dim and use.batch_dim is not None and not is_named:
            reads = f"{called(use.name)} takes it for its steps: each step has a scale of its own"
            message = f"{taken.name} takes dim 1 of its input for its channels, and {reads}"
            yield wrong("RNS241", message, taken.fits, seen=mark, at=taken.location)
            return


def _element(along: Mapping[int, Axis]) -> str:
    """Return the word for what has one number of dim 1."""
    axis = along.get(1)
    known = {"seq": "step", "step": "step", "batch": "sample"}
    return known.get(axis.name, "row") if axis is not None else "row"


@rule(ImplicitDim)
def a_dim_that_nobody_gave(use: ImplicitDim, step: Step) -> Iterator[Mistake]:
    """Without a dim softmax, normalize and cosine_similarity take one by the number of dims, along which the steps may lie."""
    last = len(use.mark.sizes) - 1
    steps = any(a.counts_steps and runs_along(table) == [use.dim] for a, table in use.mark.tables.items())
    if steps and use.dim != last:
        message = f"{use.name} takes dim {use.dim} where it is given none, and the steps lie along it"
        yield wrong("RNS242", message, seen=use.mark)


@rule(Contraction)
def one_unit_of_all_steps(use: Contraction, step: Step) -> Iterator[Mistake]:
    """An index along the features has left one unit, and the steps lie where a layer reads features."""
    for axis, table in use.mark.of("step"):
        call = step.source(axis)
        units = use.mark.tables.get(call.hidden) if call is not None else None
        if call is None or units is None or units.numel() > 1 or call.width * call.directions < 2 or int(units.max()) < 0:
            continue
        site = use.mark.sites.get(call.hidden)
        if runs_along(table) == list(use.dims) and site is not None and site.name in _PICKS:
            unit = int(units.max())
            what = f"an index took one of {call.width} units for one step"
            message = f"{called(use.name)} reads unit {unit} of every step: {what}"
            yield wrong("RNS243", message, _step_in_its_place(use, site), site=site, seen=use.mark)


def _step_in_its_place(use: Contraction, site: Site) -> str | None:
    """Return what has every unit of the last step, where nothing has turned what the index has left."""
    index = last_step(site) if site.sizes == use.mark.sizes else None
    return f"output{index} has every unit of the last step" if index == "[:, -1]" else None
