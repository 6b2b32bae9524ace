"""RNS234: one choice among several orders, which all samples have made together."""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape.coordinates.mark import AVERAGE, Site
from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.uses import Deciding, Reduction
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@rule(Deciding)
def the_better_order_of_all_samples(use: Deciding, step: Step) -> Iterator[Mistake]:
    """The smaller of two errors is taken, each the mean of all samples: all of them must have one order."""
    for axis, site in use.marks[0].sites.items():
        if axis.name == AVERAGE:
            yield _one_for_all(use.name, site)
            return


@rule(Reduction)
def the_best_order_of_all_samples(use: Reduction, step: Step) -> Iterator[Mistake]:
    """The smallest of several errors is taken that lie side by side, each the mean of all samples."""
    for axis, table in use.mark.of(AVERAGE) if use.name in ("min", "amin", "argmin") else ():
        if runs_along(table) == [*use.dims] and axis in use.mark.sites:
            yield _one_for_all(use.name, use.mark.sites[axis])
            return


def _one_for_all(name: str, site: Site) -> Mistake:
    takes = f"{name} chooses among errors of several orders, and {site.name} has taken those of all samples together"
    return wrong("RNS234", f"{takes}: one order is chosen for all, and each sample has its own", at=site.location)
