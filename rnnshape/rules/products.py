"""RNS252: a product sums units of the one operand with steps of the other, of which there are as many."""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape import text
from rnnshape.coordinates.mark import COMPETING, Mark
from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.uses import Pairing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.names import called
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import data_along, made_by_layers
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_SHOWN = ("batch", "seq", "directions", "hidden", "feature")


@rule(Pairing)
def units_summed_with_steps(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Both operands have steps, and units that layers made, and the units of one meet the steps of the other.

    Weights of steps are no such units, whoever made them: they are those of a softmax, or one row for each sample.
    """
    for one, other, dim, at in _both_ways(use):
        along = _units_of_steps(one, dim)
        turned = _units_in_place_of_steps(other, at)
        if not along or turned is None or other.sizes[turned] != one.sizes[dim] or one.of(COMPETING):
            continue
        units = f"{called(use.name)} sums the units along dim {dim} of {text.sizes(one.sizes)}"
        steps = f"the steps along dim {at} of {text.sizes(other.sizes)}"
        message = f"{units} with {steps}: there happen to be {one.sizes[dim]} of both"
        fits = f"transpose({min(turned, at)}, {max(turned, at)}) of the other one has its units there"
        yield wrong("RNS252", message, fits, shown=(("one", one), ("other", other)), axes=_SHOWN)
        return


def _both_ways(use: Pairing) -> Iterator[tuple[Mark, Mark, int, int]]:
    """Yield the two operands and the dims that are summed over, each of them first."""
    one, other = use.marks
    if len(use.summed) == 1:
        (dim, at), *_ = use.summed
        yield one, other, dim, at
        yield other, one, at, dim


def _units_of_steps(mark: Mark, dim: int) -> bool:
    """Tell whether nothing but units that layers made lies along a dim, and steps along another."""
    made = made_by_layers(mark)
    along = data_along(mark, dim)
    steps = any(axis.counts_steps and runs_along(table) not in ([], [dim]) for axis, table in mark.tables.items())
    return bool(along) and steps and all(axis in made for axis in along)


def _units_in_place_of_steps(mark: Mark, dim: int) -> int | None:
    """Return along which dim the units lie of a tensor whose steps, and nothing else, lie along this one."""
    made = made_by_layers(mark)
    along = data_along(mark, dim)
    units = {tuple(runs_along(table)) for axis, table in mark.tables.items() if axis in made} - {()}
    if not along or not all(axis.counts_steps for axis in along) or len(units) != 1:
        return None
    (dims,) = units
    return dims[0] if len(dims) == 1 and dims != (dim,) else None
