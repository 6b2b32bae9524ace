"""RNS246 and RNS248, and RNS214 by hand: vectors that are scaled or compared along another axis than that of their elements.

A product of two vectors of norm 1 is the cosine of the angle between them. ``F.normalize`` takes dim 1 where nobody gives one.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape import text
from rnnshape.coordinates.mark import NORM, OF_SCORES, SCALED, Mark, of_scores
from rnnshape.coordinates.tables import runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Comparing, Division, Pairing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

@rule(Pairing)
def scaled_along_another_axis(use: Pairing, step: Step) -> Iterator[Mistake]:
    """A product sums over units: one operand has vectors of norm 1 along them, and the other was scaled over steps or heads.

    Whoever sums over what was scaled, as where channels attend to one another, means it. Where both were scaled over steps,
    each unit may be meant to have a scale of its own, whatever is compared then.
    """
    for at in (0, 1) if len(use.summed) == 1 else ():
        mark, other = use.marks[at], use.marks[1 - at]
        dim, its = use.summed[0][at], use.summed[0][1 - at]
        over, units = _scaled_along(mark), _vectors_along(mark, dim)
        if over is None or units is None or _scaled_along(other) != its or over == dim:
            continue
        kind = _alone(mark, over, units)
        if not kind:
            continue
        scaled = f"those of one operand have norm 1, and each element of the others was scaled over the {kind}, dim {over}"
        site = next(mark.sites[axis] for axis, _ in mark.of(SCALED))
        where = runs_along(site.tables_before[units]) if units in site.tables_before else []
        if len(where) > 1 and site.tables_before[units] is mark.tables[units]:  # in heads, and not moved since
            where = [dim]
        fits = f"dim={where[0]} scales each vector by itself" if len(where) == 1 else None
        yield wrong("RNS246", f"{use.name} compares vectors: {scaled}", fits, seen=mark, at=site.location)
        return


def _scaled_along(mark: Mark) -> int | None:
    """Return along which dim a tensor was scaled, None where it was not."""
    found = [dims[0] for _, table in mark.of(SCALED) if len(dims := runs_along(table)) == 1]
    return found[0] if found else None


def _alone(mark: Mark, dim: int, units: Axis) -> str:
    """Return what lies along the dim along which a tensor was scaled: its steps, heads of its units, "" for anything else."""
    along = [a for a, table in mark.tables.items() if a.name != SCALED and dim in runs_along(table)]
    if along and all(a.counts_steps for a in along):
        return "steps"
    return "heads" if along == [units] else ""


def _vectors_along(mark: Mark, dim: int) -> Axis | None:
    """Return the units of a layer, or the features, that lie along a dim, as a whole or in heads."""
    return next((a for a, table in mark.tables.items() if a.counts_features and dim in runs_along(table)), None)


def _units_along(mark: Mark, dim: int) -> Axis | None:
    """Return the units of a layer, or the features, that lie along a dim."""
    return next((a for a, table in mark.tables.items() if a.counts_features and runs_along(table) == [dim]), None)


@rule(Division)
def divided_by_the_norm_of_all_samples(use: Division, step: Step) -> Iterator[Mistake]:
    """Vectors are divided by a norm of those of all samples together; a loss may be a function of all of them."""
    last = len(use.mark.sizes) - 1
    is_inside = bool(step.scene()[2]) and not use.mark.target
    for axis, table in use.mark.of("batch") if is_inside and _units_along(use.mark, last) else ():
        site = use.by.sites.get(of_scores(NORM, axis))
        if site is None or of_scores(NORM, axis) not in use.by.tables or last in runs_along(table):
            continue
        own = {a for a in use.mark.tables if a.name not in OF_SCORES}
        if site.sizes_before == use.mark.sizes and own == {a for a in site.tables_before if a.name not in OF_SCORES}:
            takes = f"{site.name} takes the vectors of all samples together, and each is divided by that"
            message = f"{takes}: what it makes of a sample depends on the others"
            fits = f"dim={last}, keepdim=True of {site.name} scales each vector by itself"
            yield wrong("RNS214", message, fits, at=site.location, seen=use.mark)
            return


@rule(Comparing)
def compared_with_a_single_number(use: Comparing, step: Step) -> Iterator[Mistake]:
    """Broadcasting makes a vector of a single number: what is said of the other vector is whose mean it has, and no more."""
    several = max(use.one[use.dim], use.other[use.dim])
    takes = f"{use.name} compares along dim {use.dim}, where one operand has {several} numbers and the other a single one"
    message = f"{takes}: {text.sizes(use.one)} and {text.sizes(use.other)}"
    units = {
        dims[0] for axis, table in use.mark.tables.items()
        if axis.counts_features and len(dims := runs_along(table)) == 1 and use.one[dims[0]] == use.other[dims[0]]
    }  # fmt: skip
    fits = f"dim={units.pop()} compares vectors" if len(units) == 1 and use.name == "cosine_similarity" else None
    yield wrong("RNS248", message, fits, seen=use.mark)
