"""RNS249, of a layer that reads steps in the place of the features, which a mean or a maximum has taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import numbers, runs_along, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import Broadcast, Contraction, Ending, Pooling, Product, RecurrentInput, Reduction, Weighing
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.names import called
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step

__all__: list[str] = []


class _Profile(NamedTuple):
    """The features of each step, taken together.

    Attributes:
        name: of the operation.
        dim: along which they lay.
        location: the user's line.
        read_by: what has read all steps for features; "" where nothing has.
    """

    name: str
    dim: int
    location: Location | None
    read_by: str = ""


_PROFILES = Memory(dict[Axis, _Profile])
"""Of the steps of an output, how the features of each were taken together."""

_READ_BY_LAYERS = Memory(set[Axis])
"""The steps of outputs of which a layer has read the features."""

_GIVEN_BACK = Memory(set[Axis])
"""The steps of outputs that have met as many numbers, made for them."""

_POOLS = frozenset(["mean", "max", "amax", "min", "amin", "median"])
"""What is taken over the steps to answer for all of them. A sum over features may be a product of two vectors."""


@note(Reduction)
def features_are_pooled(use: Reduction, step: Step) -> None:
    """Something is taken over all features of an output, and leaves a number for each of its steps."""
    if use.name not in _POOLS or len(use.dims) != 1 or len(use.mark.sizes) < 3:
        return
    for axis, table in use.mark.of("step"):
        call = step.source(axis)
        if call is not None and _is_output(use.mark, call, table, use.dims[0]):
            step.of(_PROFILES).setdefault(axis, _Profile(use.name, use.dims[0], step.here()))


@note(Pooling)
def features_are_pooled_in_windows(use: Pooling, step: Step) -> None:
    """Windows as wide as there are steps run over the features of an output: whoever made them so meant all the steps."""
    last = len(use.mark.sizes) - 1
    for axis, table in use.mark.of("step") if last > 1 else ():
        call = step.source(axis)
        if call is not None and use.width == call.steps < use.mark.sizes[last] and _is_output(use.mark, call, table, last):
            step.of(_PROFILES).setdefault(axis, _Profile(use.name, last, step.here()))


def _is_output(mark: Mark, call: Recurrence, steps: Tensor, dim: int) -> bool:
    """Tell whether steps of an output lie along one dim, and all its units along another, beside those of no other layer."""
    units, along = mark.tables.get(call.hidden), runs_along(steps)
    if units is None or runs_along(units) != [dim] or len(along) != 1 or along == [dim]:
        return False
    others = [a for a, t in mark.tables.items() if a.counts_features and a != call.hidden and varies(t, dim)]
    return mark.sizes[dim] == call.width * call.directions and -1 not in units and not others


@note(Contraction, RecurrentInput)
def a_layer_reads_features(use: Contraction | RecurrentInput, step: Step) -> None:
    """A layer reads the features of each step; what it makes of them may be a score for each. Or it reads the steps."""
    last = len(use.mark.sizes) - 1
    is_layer = isinstance(use, RecurrentInput) or use.name == "linear"
    for axis, table in use.mark.of("step") if isinstance(use, RecurrentInput) or use.dims == (last,) else ():
        call = step.source(axis)
        if call is None:
            continue
        units = use.mark.tables.get(call.hidden)
        if units is not None and not _side_by_side(table, units, last):
            if not use.name.endswith("_norm"):  # which makes no score of them
                step.of(_READ_BY_LAYERS).add(axis)
        elif is_layer and axis in step.of(_PROFILES) and _are_all(table, last, call):
            step.of(_PROFILES)[axis] = step.of(_PROFILES)[axis]._replace(read_by=use.name)


def _side_by_side(steps: Tensor, units: Tensor, dim: int) -> bool:
    """Tell whether numbers of steps lie beside units along a dim, and no number is of both."""
    return runs_along(steps) == [dim] == runs_along(units) and not bool(((steps >= 0) & (units >= 0)).any())


def _are_all(steps: Tensor, dim: int, call: Recurrence) -> bool:
    """Tell whether all steps of a call lie along a dim, once or several times, whatever else there is beside them."""
    return runs_along(steps) == [dim] and len(set(numbers(unique(steps))) - {-1}) == call.steps > 2


@note(Weighing, Broadcast)
def steps_meet_what_was_made_for_them(use: Weighing | Broadcast, step: Step) -> None:
    """As many numbers as there are steps meet these: gates, weights, what is put back on them."""
    for one in use.marks:
        for axis, table in one.of("step"):
            dims = [d - len(one.sizes) for d in runs_along(table)]
            if len(dims) == 1 and any(_has_others(other, one.sizes[dims[0]], dims[0]) for other in use.marks):
                step.of(_GIVEN_BACK).add(axis)


def _has_others(mark: Mark, size: int, dim: int) -> bool:
    """Tell whether something else than steps, or a mask of steps, lies along a dim, which is counted from the last one."""
    if -dim > len(mark.sizes) or mark.sizes[dim] != size:
        return False
    return not any(axis.counts_steps and runs_along(table) == [len(mark.sizes) + dim] for axis, table in mark.tables.items())


@note(Product)
def steps_are_summed_with_what_was_made_for_them(use: Product, step: Step) -> None:
    """Weights for the steps sum these up."""
    for one, dim, other in ((use.left, use.left_dim, use.right), (use.right, use.right_dim, use.left)):
        for axis, table in one.of("step"):
            if runs_along(table) == [dim] and axis not in other.tables:
                step.of(_GIVEN_BACK).add(axis)


@rule(Ending)
def steps_read_for_pooled_features(use: Ending, step: Step) -> Iterator[Mistake]:
    """A layer has read all steps in the place of the features that were pooled, and nothing gives the steps back."""
    call = use.call
    profile = step.of(_PROFILES).get(call.step)
    if profile is None or not profile.read_by or {"RNS244", "RNS249"} & step.told:
        return
    if call.step in step.of(_READ_BY_LAYERS) or call.step in step.of(_GIVEN_BACK):
        return
    pooled = f"{profile.name} over dim {profile.dim} of its output takes the features together, and leaves the steps"
    message = f"{pooled}: {called(profile.read_by)} reads all {call.steps} of them for features"
    yield Mistake("RNS249", message, location=profile.location or call.location, module=call.module, kind=call.kind)
