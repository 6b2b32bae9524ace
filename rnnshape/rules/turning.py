"""RNS250: samples are turned round, and turned back, and in between each of them was read by itself."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.mark import RUNNING, UNNAMED, Mark, Site
from rnnshape.coordinates.tables import line_along, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import TurningBack
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_TURNS = frozenset(["flip", "flipud", "fliplr"])


@rule(TurningBack)
def samples_turned_round_and_back(use: TurningBack, step: Step) -> Iterator[Mistake]:
    """A running sum, or a layer, goes along the steps between two flips of the batch, which change nothing that it reads.

    Who packs a batch has its longest sample first, and may turn a sorted batch round for that.
    """
    for samples, _ in use.mark.of("batch"):
        site = use.mark.sites.get(samples)
        if site is None or site.name not in _TURNS or samples not in site.tables_before or use.dims != (use.dim,):
            continue
        for axis, along in use.mark.tables.items():
            dims = runs_along(along)
            if len(dims) == 1 and axis not in site.tables_before and _goes_along(axis, use.mark, dims[0], step):
                yield _mistake(use, site, axis, dims[0])
                return


def _goes_along(axis: Axis, mark: Mark, dim: int, step: Step) -> bool:
    """Tell whether something has gone along a dim, from step to step of each sample."""
    if axis.name == RUNNING:
        steps = [t for a, t in mark.tables.items() if a.counts_steps or a.name == UNNAMED]
        return any(runs_along(t) == [dim] and _is_in_order(t, dim) for t in steps)
    call = step.source(axis) if axis.name == "step" else None
    return call is not None and not call.packed


def _is_in_order(table: Tensor, dim: int) -> bool:
    return bool((line_along(table, dim).diff() > 0).all())


def _mistake(use: TurningBack, site: Site, axis: Axis, dim: int) -> Mistake:
    goes = f"a running sum over dim {dim}" if axis.name == RUNNING else f"a layer that reads along dim {dim}"
    turns = f"{site.name} turns the samples round, along dim {use.dim}, and {use.name} turns them back"
    message = f"{turns}: in between {goes} goes from the first step of each to the last, as it would without"
    return wrong("RNS250", message, f"flip({dim}) in both places turns the steps", site=site, seen=use.mark)
