"""RNS504, RNS508: what broadcasts in a loss, and should not.

torch aligns sizes at their last dims, and repeats what has one element along a dim, or none. Whoever compares every pair gives
an operand a dim for it, ``scores[:, None] - scores[None]``; here one had such a dim from where it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import prod

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, disagreement, runs_along
from rnnshape.operations.names import SUBTRACTS, SUBTRACTS_FROM
from rnnshape.operations.uses import Broadcast, ColumnDifference, WideLoss
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.sketches import crossing
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_in_order, made_by_layers
from rnnshape.rules.wording import wrong

__all__: list[str] = []

Sizes = tuple[int, ...]

_COMPARES = frozenset(["eq", "ne", "lt", "le", "gt", "ge", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"])
_TAKES_A_DIFFERENCE = SUBTRACTS | SUBTRACTS_FROM | {"dist"}
_WARNS = frozenset(["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
"""The losses of which torch says "Using a target size ... that is different to the input size"."""


@rule(Broadcast)
def every_sample_meets_every_other(use: Broadcast, step: Step) -> Iterator[Mistake]:
    """Operands of different numbers of dims have their samples along different dims of the result: (batch, 1) and (batch,)."""
    for one, other in combinations(use.marks, 2):
        if _samples_cross(one, other, use.sizes) and not _is_every_pair(use, one, other):
            yield _rows_of_every_sample(use, one, other)


UNKNOWN_OPERAND = (
    "every prediction meets every element, and whose rows these are is not known, so whether that is meant cannot be seen; "
    "a DataLoader that yields inputs and targets, or one index for both, tells"
)
"""Why a column that broadcasts against as many elements was not judged."""

TOLERANCE = 1e-3
"""By which part of their mean the steps of a grid differ at most."""


@rule(ColumnDifference)
def every_prediction_meets_every_target(use: ColumnDifference, step: Step) -> Iterator[Mistake]:
    """A loss by hand subtracts targets (batch,) from predictions (batch, 1), and nobody has said that these are targets."""
    if (rows := _one_for_each_sample(use, step)) is not None:
        size = rows.sizes[0]
        yield _rows_of_every_sample(Broadcast(use.name, (use.mark, rows), (size, size)), use.mark, rows)


@note(ColumnDifference)
def elements_of_which_nothing_is_known(use: ColumnDifference, step: Step) -> None:
    """What n elements are that meet a column of n rows may not be known: then it is said, and not blamed."""
    if not use.mark.widened and len(use.tensor) > 1 and _one_for_each_sample(use, step) is None:
        sizes = f"{text.sizes(use.mark.sizes)} and {text.sizes((len(use.tensor),))}"
        step.did_not_look(UNKNOWN_OPERAND, f"{use.name} of {sizes}")


def _one_for_each_sample(use: ColumnDifference, step: Step) -> Mark | None:
    """Return what is known of elements that can only be one for each prediction of a column; None where they need not be.

    They are data that nobody trains, which the model has not seen, and no grid of even steps, as the middles of bins are. And
    nothing in the model has as many elements, but its batch.
    """
    samples = [table for _, table in use.mark.of("batch") if is_in_order(table) and runs_along(table) == [0]]
    values = step.values(use.tensor)
    if use.mark.widened or use.mark.single != 1 or len(samples) != 1 or not step.has_returned or values is None:
        return None
    number = len(values)
    others = {n for call in step.usage.calls.values() for n in (call.steps, call.width, call.width * call.directions)}
    if number in others or values.requires_grad or not values.is_floating_point() or number < 2:
        return None
    gaps = values.diff()
    if bool(((gaps - gaps.mean()).abs() <= TOLERANCE * gaps.mean().abs()).all()):
        return None
    return Mark((number,), {axis: table.flatten() for axis, table in use.mark.of("batch")}, target=True)


def _rows_of_every_sample(use: Broadcast, one: Mark, other: Mark) -> Mistake:
    """Say that each row of a column meets all samples of the other operand; a column that a layer made is a prediction."""
    column, plain = (one, other) if 1 in one.sizes else (other, one)
    first, second = text.sizes(one.sizes), text.sizes(other.sizes)
    row = "prediction" if len(use.sizes) == 2 else "sample"
    wide = f"broadcasts to {text.sizes(use.sizes)}: every {row} meets every sample"
    is_prediction = not column.target and bool(made_by_layers(column))
    what = "the prediction" if is_prediction else f"the operand of sizes {text.sizes(column.sizes)}"
    dim = _squeezed(column.sizes, plain.sizes)
    fits = f"squeeze({dim}) of {what} fits" if dim is not None else None
    at, drawn = column.made if is_prediction else None, crossing((one.sizes, other.sizes), use.sizes)
    return wrong("RNS504", f"{use.name} of {first} and {second} {wide}", fits, at=at, grids=(drawn,))


def _samples_cross(one: Mark, other: Mark, sizes: Sizes) -> bool:
    """Tell whether the samples of two operands, of which one has a dim more, lie along different dims of a result."""
    if len(one.sizes) == len(other.sizes):
        return False
    for axis, table in one.of("batch"):
        met = other.tables.get(axis)
        if met is None or {len(runs_along(t)) for t in (table, met)} != {1}:
            continue
        a, b = at_sizes(table, sizes), at_sizes(met, sizes)
        if runs_along(a) != runs_along(b) and disagreement(a, b) is not None:
            return True
    return False


def _is_every_pair(use: Broadcast, one: Mark, other: Mark) -> bool:
    """Tell whether every pair of samples may be compared on purpose.

    One operand was given a dim for it, or both are what one layer made, or are targets: a target and scores are no pair.
    """
    if one.target != other.target:
        return False
    made = made_by_layers(one), made_by_layers(other)
    are_targets = one.target and not any(made)
    of_one_layer = len(use.sizes) == 2 and not made[0].isdisjoint(made[1])
    return one.widened or other.widened or are_targets or of_one_layer or use.name in _COMPARES


def _squeezed(wide: Sizes, sizes: Sizes) -> int | None:
    """Return the dim of size one without which these sizes are the others."""
    found = [d for d, s in enumerate(wide) if s == 1 and (*wide[:d], *wide[d + 1 :]) == sizes]
    return found[-1] if found else None


@rule(Broadcast)
def every_element_meets_every_target(use: Broadcast, step: Step) -> Iterator[Mistake]:
    """Predictions and targets of as many elements broadcast to more: (batch, 1, horizon) and (batch, horizon, 1)."""
    scores, target = _scores_and_target(use.marks)
    if scores is None or target is None or prod(scores.sizes) != prod(target.sizes) or prod(use.sizes) <= prod(scores.sizes):
        return
    if _as_given(target) and _samples_agree(scores, target, use.sizes):
        yield _wide(use.name, (scores.sizes, target.sizes), use.sizes, scores)


@rule(Broadcast)
def every_step_meets_one_target(use: Broadcast, step: Step) -> Iterator[Mistake]:
    """A difference compares the predictions of all steps with the one target of their sample."""
    scores, target = _scores_and_target(use.marks)
    if scores is None or target is None or use.name not in _TAKES_A_DIFFERENCE or use.sizes != scores.sizes:
        return
    if _as_given(target) and _samples_agree(scores, target, use.sizes) and _repeated_along(scores, target) is not None:
        yield _one_for_all(use.name, (scores.sizes, target.sizes), use.sizes, (scores, target))


def _scores_and_target(marks: tuple[Mark, ...]) -> tuple[Mark | None, Mark | None]:
    """Return the operand that is made by the model and that which is the target, where these are the two."""
    if len(marks) != 2 or marks[0].target == marks[1].target:
        return None, None
    return (marks[1], marks[0]) if marks[0].target else (marks[0], marks[1])


def _as_given(target: Mark) -> bool:
    """Tell whether nobody has moved the axes of a target, or given it a dim for a comparison."""
    return not target.widened and not any(axis in target.sites for axis in target.tables)


def _samples_agree(one: Mark, other: Mark, sizes: Sizes) -> bool:
    """Tell whether two operands know their samples, and have the same ones at the same places of a result."""
    for axis, table in one.of("batch"):
        met = other.tables.get(axis)
        if met is not None and runs_along(met) and runs_along(at_sizes(table, sizes)) == runs_along(at_sizes(met, sizes)):
            return disagreement(at_sizes(table, sizes), at_sizes(met, sizes)) is None
    return False


def _repeated_along(scores: Mark, target: Mark) -> int | None:
    """Return the dim of the steps of the scores along which a target is repeated, None where it is not."""
    sizes = (1,) * (len(scores.sizes) - len(target.sizes)) + target.sizes
    for axis, table in scores.tables.items():
        if axis.counts_steps and len(dims := runs_along(table)) == 1 and sizes[dims[0]] == 1:
            return dims[0]
    return None


@rule(WideLoss)
def sizes_of_a_loss_differ(use: WideLoss, step: Step) -> Iterator[Mistake]:
    """Scores and target of one of torch's losses broadcast: to more than either has, or one of them along the other."""
    known, wanted = use.marks
    numbers = [prod(sizes) for sizes in use.given]
    is_every_pair = known is not None and wanted is not None and known.widened and wanted.widened and use.name not in _WARNS
    crosses = known is not None and wanted is not None and _samples_cross(known, wanted, use.sizes)
    if crosses or (prod(use.sizes) > max(numbers) and not is_every_pair):
        yield _wide(use.name, use.given, use.sizes, known)
    elif use.name in _WARNS and min(numbers) > 1:
        yield _one_for_all(use.name, use.given, use.sizes, use.marks)


def _wide(name: str, given: tuple[Sizes, Sizes], sizes: Sizes, scores: Mark | None) -> Mistake:
    fits = _squeezed(*given)
    wide = f"broadcasts to {text.sizes(sizes)}: every row meets every target"
    message = f"{name} of {text.sizes(given[0])} and {text.sizes(given[1])} {wide}"
    suggestion = f"output.squeeze({fits}) fits" if fits is not None else None
    return wrong("RNS504", message, suggestion, at=scores.made if scores else None, grids=(crossing(given, sizes),))


def _one_for_all(name: str, given: tuple[Sizes, Sizes], sizes: Sizes, marks: tuple[Mark | None, Mark | None]) -> Mistake:
    scores, target = marks
    repeated = _repeated_along(scores, target) if scores and target and len(scores.sizes) >= len(target.sizes) else None
    less = "the target is repeated" if prod(given[1]) < prod(sizes) else "the scores are repeated"
    what = "every step is compared with the one target of its sample" if repeated is not None else less
    fits = None
    if repeated is not None and (*given[0][:repeated], *given[0][repeated + 1 :]) == given[1]:
        fits = f"output[{':, ' * repeated}-1] has the prediction of the last step"
    message = f"{name} of {text.sizes(given[0])} and {text.sizes(given[1])} broadcasts to {text.sizes(sizes)}: {what}"
    return wrong("RNS508", message, fits, at=scores.made if scores else None, grids=(crossing(given, sizes),))
