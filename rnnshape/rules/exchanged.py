"""A reshape that exchanged sizes, and no dims: RNS209 where that is returned, compared, pooled, attended to."""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape import text
from rnnshape.coordinates.mark import ROWS, TURNED, Mark, Site
from rnnshape.coordinates.tables import runs_along, separable
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import AttentionInput, Comparison, Reduction, Returned
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data, is_in_order
from rnnshape.rules.wording import called, in_order, scrambled, word, wrong

__all__: list[str] = []

_RESHAPES = frozenset(["view", "reshape", "view_as", "reshape_as"])

_OTHERS = frozenset(["batch", ROWS, TURNED])
"""Axes of which other rules tell that they were cut up."""


@rule(Returned, Comparison)
def sizes_exchanged_and_no_dims(use: Returned | Comparison, step: Step) -> Iterator[Mistake]:
    """A reshape gave dims the sizes of one another, and what lay along them lies now in no order.

    Where the other side of a comparison was cut up as well, both may be cut up in the same way, which changes no loss.
    """
    mark = use.scores if isinstance(use, Comparison) else use.mark
    if "RNS203" in step.told:
        return  # that reshape has mixed samples as well, or what comes of them is in no order anyway
    if isinstance(use, Comparison) and any(not separable(table) for table in use.target.tables.values()):
        return
    for axis, table in sorted(mark.tables.items(), key=lambda item: item[0].counts_features):
        site = mark.sites.get(axis) if is_data(axis) and axis.name not in _OTHERS else None
        if site is None or len(runs_along(table)) < 2 or not _has_exchanged(site, axis):
            continue
        taken = "the loss compares it as it lies" if isinstance(use, Comparison) else "the model returns it as it lies"
        yield _scrambled(axis, site, mark, taken)
        return


@rule(Reduction)
def pooled_in_no_order(use: Reduction, step: Step) -> Iterator[Mistake]:
    """What is taken together along a dim is some of this and some of that, where a reshape has exchanged the sizes of dims."""
    mark, reduced = use.mark, {*use.dims}
    for axis, table in mark.tables.items() if "RNS203" not in step.told else ():
        site, along = mark.sites.get(axis) if is_data(axis) and axis.name not in _OTHERS else None, {*runs_along(table)}
        if site is None or not along & reduced or not along - reduced or not _has_exchanged(site, axis):
            continue
        yield _scrambled(axis, site, mark, f"{called(use.name)} over dim {use.dims[0]} takes together what lies there")
        return


@rule(AttentionInput)
def attended_to_in_no_order(use: AttentionInput, step: Step) -> Iterator[Mistake]:
    """Multi-head attention runs over pieces of an axis that lie in no order, some of them in the row of another sample."""
    if found := scrambled(use.name, use.mark, (0, 2), 0):
        yield found


def _scrambled(axis: Axis, site: Site, mark: Mark, taken: str) -> Mistake:
    """Say that a reshape has scrambled an axis, and how it is taken."""
    was, now = text.sizes(site.sizes_before), text.sizes(site.sizes)
    cut = f"{word(axis)} is scrambled: {site.name} of {was} to {now} exchanges sizes, and no dims"
    return wrong("RNS209", f"{cut}, and {taken}", in_order(site), site=site, seen=mark)


def _has_exchanged(site: Site, axis: Axis) -> bool:
    """Tell whether a reshape gave the same sizes in another order, and this axis lay along one dim, and others along others.

    One of them has to be of features: chunks of a sequence may be cut anew into others, of which there are as many.
    """
    before, after, table = _larger(site.sizes_before), _larger(site.sizes), site.tables_before.get(axis)
    if site.name not in _RESHAPES or sorted(size for _, size in before) != sorted(size for _, size in after):
        return False
    if table is None or not is_in_order(table):
        return False
    moved = {dim for (dim, size), (_, other) in zip(before, after, strict=True) if size != other}
    own = runs_along(table)[0]
    others = {other: {*runs_along(t)} & moved for other, t in site.tables_before.items() if other != axis and is_data(other)}
    has_features = axis.counts_features or any(dims and other.counts_features for other, dims in others.items())
    return own in moved and has_features and any(dims - {own} for dims in others.values())


def _larger(sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the sizes above one, each behind its dim."""
    return [(dim, size) for dim, size in enumerate(sizes) if size > 1]
