"""A reshape that exchanged sizes, and no dims: RNS209 where that is returned, compared, read, pooled, attended to."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import ROWS, TURNED, Mark, Site
from rnnshape.coordinates.tables import line_along, runs_along, separable
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import AttentionInput, Comparison, Contraction, Pooling, Product, Reduction, Returned
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data
from rnnshape.rules.wording import called, in_order, instead, scrambled, word, wrong

__all__: list[str] = []

_RESHAPES = frozenset(["view", "reshape", "view_as", "reshape_as"])

_Sizes = list[tuple[int, int]]

_OTHERS = frozenset(["batch", ROWS, TURNED])
"""Axes of which other rules tell that they were cut up."""


@rule(Returned, Comparison)
def sizes_exchanged_and_no_dims(use: Returned | Comparison, step: Step) -> Iterator[Mistake]:
    """A reshape gave dims the sizes of one another, and what lay along them lies now in no order.

    Where the other side of a comparison was cut up as well, both may be cut up in the same way, which changes no loss.
    """
    mark = use.scores if isinstance(use, Comparison) else use.mark
    if "RNS203" in step.told or (isinstance(use, Returned) and "RNS209" in step.told):
        return  # that reshape has mixed samples as well, or what comes of them is in no order anyway; or the loss has told it
    if isinstance(use, Comparison) and any(not separable(table) for table in use.target.tables.values()):
        return
    for axis, table in sorted(mark.tables.items(), key=lambda item: item[0].counts_features):
        site = mark.sites.get(axis) if is_data(axis) and axis.name not in _OTHERS else None
        if site is None or len(runs_along(table)) < 2 or not _has_exchanged(site, axis):
            continue
        taken = "the loss compares it as it lies" if isinstance(use, Comparison) else "the model returns it as it lies"
        yield _scrambled(axis, site, mark, "exchanges sizes, and no dims", taken)
        return


@rule(Reduction, Pooling)
def pooled_in_no_order(use: Reduction | Pooling, step: Step) -> Iterator[Mistake]:
    """What is taken together along a dim is some of this and some of that, where a reshape has exchanged the sizes of dims."""
    dims = use.dims if isinstance(use, Reduction) else (len(use.mark.sizes) - 1,)
    if not dims:
        return
    yield from _in_no_order(use.mark, dims, step, f"{called(use.name)} over dim {dims[0]} takes together what lies there")


@rule(Product)
def multiplied_in_no_order(use: Product, step: Step) -> Iterator[Mistake]:
    """A product sums over pieces of an axis, each of which has another place beside it."""
    for mark, dim in ((use.left, use.left_dim), (use.right, use.right_dim)):
        yield from _in_no_order(mark, (dim,), step, f"{called(use.name)} sums over dim {dim} as it lies")


@rule(Contraction)
def read_in_no_order(use: Contraction, step: Step) -> Iterator[Mistake]:
    """Weights of a layer read pieces of an axis, each of which has another place beside it."""
    if use.dims:
        yield from _in_no_order(use.mark, use.dims, step, f"{called(use.name)} reads dim {use.dims[-1]} as it lies")


def _in_no_order(mark: Mark, dims: tuple[int, ...], step: Step, taken: str) -> Iterator[Mistake]:
    """Say that what lies along some dims is a part of an axis that a reshape has cut up, whose other parts lie beside it."""
    for axis, table in mark.tables.items() if "RNS203" not in step.told else ():
        site, along = mark.sites.get(axis), {*runs_along(table)}
        if site is None or not is_data(axis) or axis.name in _OTHERS:
            continue
        if along & {*dims} and along - {*dims}:
            if _has_exchanged(site, axis):
                yield _scrambled(axis, site, mark, "exchanges sizes, and no dims", taken)
                return
            if _merges_heads(site, axis, table):
                yield _scrambled(axis, site, mark, "merges heads that lie in front of the steps", taken)
                return


@rule(AttentionInput)
def attended_to_in_no_order(use: AttentionInput, step: Step) -> Iterator[Mistake]:
    """Multi-head attention runs over pieces of an axis that lie in no order, some of them in the row of another sample."""
    if found := scrambled(use.name, use.mark, (0, 2), 0):
        yield found


def _scrambled(axis: Axis, site: Site, mark: Mark, does: str, taken: str) -> Mistake:
    """Say that a reshape has scrambled an axis, what it does, and how that is taken."""
    was, now = text.sizes(site.sizes_before), text.sizes(site.sizes)
    cut = f"{word(axis)} is scrambled: {site.name} of {was} to {now} {does}"
    same = sorted(site.sizes) == sorted(site.sizes_before)
    return wrong("RNS209", f"{cut}, and {taken}", in_order(site) if same else _moved(site, axis), site=site, seen=mark)


def _has_exchanged(site: Site, axis: Axis) -> bool:
    """Tell whether a reshape gave the same sizes in another order, and this axis lay along one dim, and others along others.

    One of them has to be of features: chunks of a sequence may be cut anew into others, of which there are as many.
    """
    before, after, table = _larger(site.sizes_before), _larger(site.sizes), site.tables_before.get(axis)
    if site.name not in _RESHAPES or table is None or not _is_run(table):
        return False
    if sorted(size for _, size in before) != sorted(size for _, size in after):
        return axis.counts_steps and _has_cut_features(before, after, runs_along(table)[0], site)
    moved = {dim for (dim, size), (_, other) in zip(before, after, strict=True) if size != other}
    own = runs_along(table)[0]
    others = {other: {*runs_along(t)} & moved for other, t in site.tables_before.items() if other != axis and is_data(other)}
    has_features = axis.counts_features or any(dims and other.counts_features for other, dims in others.items())
    return own in moved and has_features and any(dims - {own} for dims in others.values())


def _has_cut_features(before: _Sizes, after: _Sizes, own: int, site: Site) -> bool:
    """Tell whether a reshape cut features into dims, and put one of as many places as there are steps among them."""
    features = [dims for a, t in site.tables_before.items() if a.counts_features and (dims := runs_along(t))]
    if not any(own not in dims for dims in features) or len(after) <= len(before):
        return False
    steps, rest = site.sizes_before[own], [size for dim, size in before if dim != own]
    return any(size == steps and _cuts(rest, [s for d, s in after if d != dim]) for dim, size in after)


def _moved(site: Site, axis: Axis) -> str | None:
    """Return what cuts the features, which lie behind the steps, and moves these to where a dim has as many places."""
    table = site.tables_before.get(axis)
    own = runs_along(table)[0] if table is not None else -1
    at = [dim for dim, size in enumerate(site.sizes) if size == site.sizes_before[own]]
    if own < 0 or len(at) != 1 or own + 2 != len(site.sizes_before) or site.sizes[:own] != site.sizes_before[:own]:
        return None
    pieces = [size for dim, size in enumerate(site.sizes) if dim >= own and dim != at[0]]
    return instead(site, f"unflatten(-1, {text.sizes(tuple(pieces))}).movedim({own}, {at[0]})")


def _cuts(sizes: list[int], pieces: list[int]) -> bool:
    """Tell whether sizes are those of dims that were cut into pieces, one after the other."""
    left = iter(pieces)
    for size in sizes:
        while size > 1:
            piece = next(left, 0)
            if not piece or size % piece:
                return False
            size //= piece
    return next(left, None) is None


def _merges_heads(site: Site, axis: Axis, table: Tensor) -> bool:
    """Tell whether a reshape has put the steps of one head behind those of another, and features between them.

    Before it the steps lay along one dim, and pieces of what the queries read along one in front of it and one behind it.
    """
    before = site.tables_before.get(axis)
    if not axis.counts_steps or site.name not in _RESHAPES or before is None or len(site.sizes) >= len(site.sizes_before):
        return False
    own, rows = runs_along(before), runs_along(table)
    made = [runs_along(t) for other, t in site.tables_before.items() if other.counts_features]
    heads = any(dims[:1] < own < dims[-1:] for dims in made if len(dims) > 1)
    return len(own) == 1 and heads and rows == [len(site.sizes) - 2, len(site.sizes) - 1]


def _is_run(table: Tensor) -> bool:
    """Tell whether a table lists neighbours one after the other, along one dim; a part of a larger projection begins later."""
    dims = runs_along(table)
    line = line_along(table, dims[0]) if len(dims) == 1 else table
    return len(dims) == 1 and torch.equal(line - line[0], torch.arange(len(line)))


def _larger(sizes: tuple[int, ...]) -> _Sizes:
    """Return the sizes above one, each behind its dim."""
    return [(dim, size) for dim, size in enumerate(sizes) if size > 1]
