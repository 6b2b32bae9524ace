"""RNS244 and RNS247: steps taken for features, what is in no order walked over in their place, and features turned round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.room import Recent
from rnnshape.coordinates.tables import first_along, runs_along, separable
from rnnshape.layout.axes import PLACES, VARIABLES, Axis
from rnnshape.operations.turned import are_turned
from rnnshape.operations.uses import Contraction, Joining, RecurrentInput, Reduction, Turning, Unfolding, Window
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import MOST_SEEN, Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import data_along, is_data
from rnnshape.rules.wording import called, word, wrong

__all__: list[str] = []

_WINDOWED = Memory(lambda: Recent[Axis, None](MOST_SEEN), outlives=True, is_same_at_one_place=True)
"""The channels that convolutions have made of windows over steps."""


class _Unfolded(NamedTuple):
    """Windows over steps.

    Attributes:
        steps: of the sequence that they were cut out of.
        behind: axes that lay behind the steps wherever windows were cut out of them, and lie before those of a window since.
        location: the user's line.
    """

    steps: int
    behind: frozenset[Axis]
    location: Location | None


_UNFOLDED = Memory(lambda: Recent[Axis, _Unfolded](MOST_SEEN), outlives=True)
"""Axes of steps of which windows were cut out."""


class _Reduced(NamedTuple):
    """Units of a layer that were taken away.

    Attributes:
        name: of the operation.
        dim: along which they lay.
        location: the user's line.
    """

    name: str
    dim: int
    location: Location | None


_WITHOUT_UNITS = Memory(lambda: Recent[Axis, _Reduced](MOST_SEEN), outlives=True, is_same_at_one_place=True)
"""Axes of steps of which a reduction left these, and no units, of which there were as many."""

FEWEST = 3
"""Places from which on they are a row."""


@note(Window)
def units_of_steps(use: Window, step: Step) -> None:
    """A convolution runs over steps, or over what another has made of them: its channels are units, in no order."""
    mark, last = use.mark, len(use.mark.sizes)
    over_steps = any(runs_along(t) == [d] for a, t in mark.tables.items() if a.counts_steps for d in range(2, last))
    if over_steps or any(axis in step.of(_WINDOWED) and runs_along(table) == [1] for axis, table in mark.tables.items()):
        step.of(_WINDOWED).keep(use.units, None)


@note(Unfolding)
def steps_are_unfolded(use: Unfolding, step: Step) -> None:
    """Windows over steps: the elements of each lie last from here on, wherever the steps have been."""
    for axis, table in use.mark.tables.items():
        if axis.counts_steps and runs_along(table) == [use.dim]:
            behind = frozenset(a for a, t in use.mark.tables.items() if len(at := runs_along(t)) == 1 and at[0] > use.dim)
            before = step.of(_UNFOLDED).get(axis)
            behind = behind if before is None else behind & before.behind
            step.of(_UNFOLDED).keep(axis, _Unfolded(use.mark.sizes[use.dim], behind, step.here()))


@rule(RecurrentInput)
def steps_taken_for_features(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A layer walks over places, variables or units, and what it reads of each are all steps at once."""
    last = len(use.mark.sizes) - 1
    as_many = use.batch_dim is not None and use.mark.sizes[use.seq_dim] == use.mark.sizes[last] > 1
    seq = _steps_along(use.mark, last) if use.batch_dim is not None else None
    variables = _variables(use.mark, use.seq_dim, seq, step) if seq is not None and as_many else []
    along = {axis for axis, table in use.mark.tables.items() if runs_along(table) == [use.seq_dim]}
    fits = f"input.transpose({use.seq_dim}, 2) fits"
    if seq is not None and (
        walked := sorted(axis.name for axis in along if axis.name.lower() in PLACES or axis.name in variables)
    ):
        walks = f"{called(use.name)} walks over {text.listed(walked)}"
        message = f"{walks}: all {use.mark.sizes[-1]} steps of seq lie along its features"
        yield wrong("RNS244", message, fits if variables else None, site=use.mark.sites.get(seq), seen=use.mark)
    elif as_many and _units_alone(use.mark, use.seq_dim, step):
        windowed = any(axis in step.of(_WINDOWED) for axis in along) and not _others_than_steps(use.mark, last)
        if windowed or seq is not None:
            made = "the channels of a convolution" if windowed else "units that a layer has made"
            there = "positions" if windowed else "steps of seq"
            walks = f"{called(use.name)} walks over {made}, which are in no order"
            message = f"{walks}: all {use.mark.sizes[-1]} {there} lie along its features"
            yield wrong("RNS244", message, fits, site=use.mark.sites.get(seq) if seq is not None else None, seen=use.mark)


@rule(RecurrentInput)
def windows_taken_for_features(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A layer walks over variables or units, and what it reads of each are steps of a window: ``unfold`` has put these last.

    There are as many of the one as of the other; else the layer was made for it.
    """
    mark, last = use.mark, len(use.mark.sizes) - 1
    if use.batch_dim is None or mark.sizes[use.seq_dim] != mark.sizes[last]:
        return
    along = [a for a, t in mark.tables.items() if is_data(a) and runs_along(t) == [use.seq_dim]]
    for seq, table in mark.tables.items():
        unfolded = step.of(_UNFOLDED).get(seq) if _are_windows(table, use.batch_dim, last) else None
        if unfolded is None or len(along) != 1 or along[0] not in unfolded.behind or unfolded.steps == mark.sizes[last]:
            continue
        if along[0].name.lower() in VARIABLES or along[0].counts_features:
            over = "units that a layer has made" if along[0].counts_features and along[0] not in step.laid else along[0].name
            walks = f"{called(use.name)} walks over {over}: unfold puts the steps of a window last"
            message = f"{walks}, and all {mark.sizes[last]} of them lie along its features"
            yield wrong("RNS244", message, f"input.transpose({use.seq_dim}, 2) fits", seen=mark, at=unfolded.location)


@note(Reduction)
def units_are_reduced_away(use: Reduction, step: Step) -> None:
    """A reduction takes all units of a layer away, and leaves the steps, of which there are as many."""
    mark, seq = use.mark, None
    if len(use.dims) == 1 and len(mark.sizes) > 2:
        seq = next((s for d in range(len(mark.sizes)) if d != use.dims[0] and (s := _steps_along(mark, d)) is not None), None)
    as_many = seq is not None and mark.tables[seq].numel() == mark.sizes[use.dims[0]]
    if seq is not None and as_many and _units_alone(mark, use.dims[0], step):
        step.of(_WITHOUT_UNITS).keep(seq, _Reduced(use.name, use.dims[0], step.here()))


@rule(Contraction)
def steps_read_for_the_units_that_were_reduced(use: Contraction, step: Step) -> Iterator[Mistake]:
    """A layer reads all steps in the place of units that a maximum over another dim than meant has taken away."""
    seq = _steps_along(use.mark, use.dims[0]) if use.name == "linear" and len(use.dims) == 1 else None
    units = any(axis.counts_features and runs_along(table) for axis, table in use.mark.tables.items())
    if seq is not None and not units and (reduced := step.of(_WITHOUT_UNITS).get(seq)) is not None:
        reads = f"{called(use.name)} reads all {use.mark.sizes[use.dims[0]]} steps of seq for features"
        message = f"{reads}: {reduced.name} over dim {reduced.dim} has taken the units away, of which there were as many"
        yield wrong("RNS244", message, seen=use.mark, at=reduced.location)


@rule(Joining)
def features_in_two_orders(use: Joining, step: Step) -> Iterator[Mistake]:
    """Samples are put beside others whose features lie from the last to the first, and what reads them has one set of weights.

    So it is where a flip along the features stands for one along the steps. Units that a layer has made have other names, and
    so have the dims of a picture, which is mirrored on purpose.
    """
    first, *rest = use.marks
    if not any(runs_along(table) == [use.dim] for _, table in first.of("batch")):
        return
    for axis, table in first.tables.items():
        dims = runs_along(table) if axis.name.lower() in VARIABLES and axis in step.laid else []
        if len(dims) != 1 or dims == [use.dim]:
            continue
        for mark in rest:
            if axis in mark.tables and are_turned(table, mark.tables[axis]):
                turned = f"dim {dims[0]}, {axis.name}, lies from the last to the first"
                message = f"{use.name} puts samples beside others whose {turned}: a flip has turned it round, and left the "
                message += "steps as they were"
                yield wrong("RNS247", message, shown=(("one", first), ("other", mark)))
                return


@rule(RecurrentInput)
def features_read_from_the_last(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A recurrent layer reads units that a layer in front of it has made, turned round, in steps that lie as they did.

    Units have no order: what turns them was to turn the steps. What was given lies as its owner wants it, pictures above all.
    """
    last = len(use.mark.sizes) - 1
    if use.seq_dim == last or not _units_alone(use.mark, last, step):
        return
    for axis, table in use.mark.tables.items():
        if axis.counts_features and runs_along(table) == [last] and _is_turned(table):
            turned = f"a flip along dim {last} has turned these round, and left the steps as they were"
            message = f"{called(use.name)} reads the features of each step from the last to the first: {turned}"
            yield wrong("RNS247", message, seen=use.mark)


@rule(Turning)
def states_turned_along_their_units(use: Turning, step: Step) -> Iterator[Mistake]:
    """The output of a recurrent layer is turned round along its units, which have no order, in place of along its steps."""
    for axis, table in use.mark.of("step"):
        call = step.source(axis)
        if call is None or runs_along(table) == [use.dim] or not _units_alone(use.mark, use.dim, step):
            continue
        units = use.mark.tables.get(call.hidden)
        if units is not None and runs_along(units) == [use.dim]:
            message = f"{use.name} along dim {use.dim} turns the units of each state round, and leaves the steps as they were"
            yield wrong("RNS247", message, seen=use.mark)
            return


def _is_turned(table: Tensor) -> bool:
    """Tell whether all elements of an axis lie from the last to the first."""
    line = table.flatten()
    return line.numel() > 2 and torch.equal(line, torch.arange(line.numel() - 1, -1, -1))


def _steps_along(mark: Mark, dim: int) -> Axis | None:
    """Return the axis of all steps of a sequence, where it lies along this dim and no other does."""
    found = [(axis, table) for axis, table in mark.of("seq") if runs_along(table)]
    if len(found) != 1 or runs_along(found[0][1]) != [dim] or found[0][1].numel() != mark.sizes[dim]:
        return None
    return found[0][0]


def _places_along(mark: Mark, dim: int, step: Step) -> Axis | None:
    """Return the axis of steps, or of other places that somebody has named, such as letters, that lies in a row along a dim.

    No other axis does, and none of variables; two words that were picked are no row.
    """
    along = [axis for axis in data_along(mark, dim) if axis.name != "batch"]
    named = [axis for axis in along if axis.name == "seq" or axis in step.laid]
    if len(named) != 1 or not all(axis in named or axis.counts_steps for axis in along):
        return None
    (axis,), table = named, mark.tables[named[0]]
    is_of_places = not axis.counts_features and axis.name.lower() not in VARIABLES
    in_a_row = table.numel() == mark.sizes[dim] >= FEWEST and bool((table.flatten().diff() == 1).all())
    return axis if is_of_places and runs_along(table) == [dim] and in_a_row else None


def _are_windows(table: Tensor, rows: int, last: int) -> bool:
    """Tell whether steps lie along the last dim in a row, and from another one on in each of several rows, if there are any."""
    if runs_along(table) not in ([rows, last], [last]) or -1 in table or not separable(table):
        return False
    line = first_along(table, last).flatten()
    return bool((line[1:] - line[:-1] == 1).all())


def _variables(mark: Mark, dim: int, seq: Axis, step: Step) -> list[str]:
    """Return which variables lie along a dim, on the same side of the steps as in the input: whoever turns them means it."""
    found = [axis for axis, table in mark.tables.items() if axis.name.lower() in VARIABLES and runs_along(table) == [dim]]
    (at,) = runs_along(mark.tables[seq])
    return sorted(
        axis.name
        for axis in found
        if seq in step.laid and axis in step.laid and (step.laid[axis] < step.laid[seq]) == (dim < at)
    )


def _units_alone(mark: Mark, dim: int, step: Step) -> bool:
    """Tell whether all units that a layer's weights have made lie along a dim, and nothing else does."""
    along = data_along(mark, dim)
    if len(along) != 1:
        return False
    axis, table = along[0], mark.tables[along[0]]
    return axis.counts_features and axis not in step.laid and table.numel() == mark.sizes[dim] and -1 not in table


def _others_than_steps(mark: Mark, dim: int) -> bool:
    """Tell whether something of the data that is no step lies along a dim."""
    return not all(axis.counts_steps for axis in data_along(mark, dim))


@rule(Window)
def steps_taken_for_the_channels_of_a_window(use: Window, step: Step) -> Iterator[Mistake]:
    """A window runs over variables or units, as if they were in an order, and sums over all steps, as if they were channels.

    Where there are not as many of the one as of the other, the convolution was made for it: over variables, which may have an
    order. Units of a layer have none. One of width 1 mixes steps on purpose, and one of all units takes no piece of them.
    """
    seq, places = _steps_along(use.mark, 1), _places_along(use.mark, 1, step)
    for dim, width in enumerate(use.widths, 2):
        if places is None or not 2 <= width < use.mark.sizes[dim] or "RNS244" in step.told:
            continue
        may_be_named = seq is not None and len(use.mark.sizes) == 3 and use.mark.sizes[1] == use.mark.sizes[dim]
        found = _variables(use.mark, dim, seq, step) if may_be_named and seq is not None else []
        if found or _units_alone(use.mark, dim, step):
            takes = f"{called(use.name)} takes dim 1 of (batch, channels, positions) for channels"
            over = text.listed(found) if found else "units that a layer has made, which are in no order"
            lie = "all steps lie" if places == seq else f"all of {word(places)} lies"
            yield wrong("RNS244", f"{takes}: here {lie} along it, and the window runs over {over}", seen=use.mark)
            return
