"""RNS504, of a loss made by hand: the elements of a prediction lie along another dim than those of its target.

(batch, horizon, 1) from (batch, 1, horizon) is a table of every step against every other. Who compares pairs picks among them,
or weighs them; a mean of the whole table has the prediction of each step compared with the targets of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, disagreement, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.names import SUBTRACTS, SUBTRACTS_FROM
from rnnshape.operations.uses import Broadcast, Normalisation, Reduction, Weighing, marks_of
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.sketches import crossing
from rnnshape.rules.step import Step
from rnnshape.rules.tables import made_by_layers
from rnnshape.rules.wording import wrong

__all__: list[str] = []


class _Crossed(NamedTuple):
    """A difference of which the operands have their elements along different dims.

    Attributes:
        name: of the operation.
        given: the sizes of the prediction, and of the target.
        sizes: of the difference.
        location: the user's line.
    """

    name: str
    given: tuple[tuple[int, ...], tuple[int, ...]]
    sizes: tuple[int, ...]
    location: Location | None


_CROSSED = Memory(dict[frozenset[Axis], _Crossed])
"""Of the axes of a prediction and a target, the difference in which each element of one meets all of the other."""

_SUBTRACT = SUBTRACTS | SUBTRACTS_FROM
_WHOLE = frozenset(["mean", "sum"])


@note(Broadcast, Weighing, Reduction, Normalisation, where=lambda step: step.of(_CROSSED))
def pairs_are_compared(use: Broadcast | Weighing | Reduction | Normalisation, step: Step) -> None:
    """What becomes of a table of differences may meet what was made of it, as weights, or be compared along a dim: so pairs."""
    for axes in [*step.of(_CROSSED)]:
        met = [mark for mark in marks_of(use) if axes <= mark.tables.keys()]
        if len(met) > 1 or (met and isinstance(use, Normalisation)) or (met and not _is_whole(use)):
            del step.of(_CROSSED)[axes]


@note(Broadcast)
def every_element_of_a_prediction_meets_every_target(use: Broadcast, step: Step) -> None:
    """A difference has the elements of a prediction along one dim, and those of a target, of as many, along another."""
    if use.name not in _SUBTRACT or len(use.marks) != 2 or use.marks[0].target == use.marks[1].target:
        return
    scores, target = use.marks if use.marks[1].target else use.marks[::-1]
    if scores.widened or not made_by_layers(scores) or not _are_pairs(scores, target, use.sizes):
        return
    mine, other = _along(scores, use.sizes), _along(target, use.sizes)
    if mine - other and other - mine:
        step.of(_CROSSED)[mine ^ other] = _Crossed(use.name, (scores.sizes, target.sizes), use.sizes, step.here())


@rule(Reduction, where=lambda step: step.of(_CROSSED))
def a_table_of_pairs_is_reduced_whole(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A mean of all differences between the elements of a prediction and those of its target."""
    if use.name not in _WHOLE or not _is_whole(use) or "RNS504" in step.told:
        return
    for axes, found in step.of(_CROSSED).items():
        if axes <= use.mark.tables.keys():
            del step.of(_CROSSED)[axes]
            wide = f"broadcasts to {text.sizes(found.sizes)}, of which the {use.name} is taken: every row meets every target"
            message = f"{found.name} of {text.sizes(found.given[0])} and {text.sizes(found.given[1])} {wide}"
            yield wrong("RNS504", message, at=found.location, grids=(crossing(found.given, found.sizes),))
            return


def _is_whole(use: Broadcast | Weighing | Reduction | Normalisation) -> bool:
    """Tell whether a use is no reduction that leaves some dims."""
    return not isinstance(use, Reduction) or len(use.dims) == len(use.mark.sizes)


def _are_pairs(one: Mark, other: Mark, sizes: tuple[int, ...]) -> bool:
    """Tell whether two tensors of as many elements meet in as many pairs for each sample, whose places agree."""
    number = prod(one.sizes)
    if len(one.sizes) != len(other.sizes) or number != prod(other.sizes) or prod(sizes) <= number:
        return False
    for axis, table in one.of("batch"):
        met = other.tables.get(axis)
        if met is not None and runs_along(met) and runs_along(at_sizes(table, sizes)) == runs_along(at_sizes(met, sizes)):
            return disagreement(at_sizes(table, sizes), at_sizes(met, sizes)) is None
    return False


def _along(mark: Mark, sizes: tuple[int, ...]) -> frozenset[Axis]:
    """Return the axes that lie along dims of a difference, where there is one other dim that the operand has not."""
    pairs = list(zip(mark.sizes, sizes, strict=True))
    dims = [dim for dim, (size, met) in enumerate(pairs) if size == met > 1]
    if sum(size == 1 < met for size, met in pairs) != 1:
        return frozenset()
    along = [(axis, runs_along(table)) for axis, table in mark.tables.items() if axis.name != "batch"]
    return frozenset(axis for axis, ran in along if len(ran) == 1 and ran[0] in dims)
