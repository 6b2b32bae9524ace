"""RNS2xx of attention: what weights are normalised over, what a mask leaves out, and which steps meet which.

Where padding lies the lengths or the ids tell; what a mask leaves out, and whether weights fall on padding, its numbers do.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape.coordinates.mark import COMPETING, KEYS, QUERIES, WEIGHED, Mark, Site, of_scores
from rnnshape.coordinates.tables import LARGEST, at_sizes, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Broadcast, Pairing, Reduction
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.weights import (
    Weights,
    at_weights,
    dim_before,
    padded,
    pieces_along,
    read_direction,
    weights_of,
)  # fmt: skip
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_ALONG_QUERIES = Memory(dict[str, Location | None])
"""Of the origins of steps, where a mask of keys was laid along the queries."""

SHARE = 0.001
"""The least share of the weights of a sample that is worth a finding."""

_MASKS = frozenset(["masked_fill", "masked_fill_", "where", "add", "__add__", "add_", "__iadd__", "sub", "__sub__"])

_OF_SEQUENCE = frozenset(["seq", "step", QUERIES, KEYS])


# What was normalised


@rule(Pairing)
def weights_that_are_all_one(use: Pairing, step: Step) -> Iterator[Mistake]:
    """A softmax over a dim of one element makes weights of 1, and the steps are summed with them."""
    found = weights_of(use)
    if found is not None and found.is_product and found.competing.numel() == 1 and "RNS207" not in step.told:
        yield _all_one(found.site, found.own)


@rule(Reduction)
def weighed_by_ones(use: Reduction, step: Step) -> Iterator[Mistake]:
    """Steps are summed that were multiplied with weights of 1."""
    site = next((use.mark.sites.get(axis) for axis, table in use.mark.of(WEIGHED) if table.numel() == 1), None)
    if site is None or use.name not in ("sum", "mean", "nansum") or len(use.dims) != 1 or "RNS207" in step.told:
        return
    for axis, table in use.mark.tables.items():
        if axis.counts_steps and runs_along(table) == [*use.dims]:
            yield _all_one(site, axis)
            return


@rule(Reduction)
def weighed_by_weights_of_the_queries(use: Reduction, step: Step) -> Iterator[Mistake]:
    """Steps are summed that were multiplied with weights which a softmax has normalised over the queries."""
    for weighed, table in use.mark.of(WEIGHED) if use.name in ("sum", "mean", "nansum") and len(use.dims) == 1 else ():
        dims, site = runs_along(table), use.mark.sites.get(weighed)
        if site is None or len(dims) != 1 or dims[0] in use.dims or not _is_sequence(use.mark, dims[0], step):
            continue
        for axis, steps in use.mark.tables.items():
            if axis.counts_steps and runs_along(steps) == [*use.dims] and weighed == of_scores(WEIGHED):
                yield _of_the_queries(site, axis, use.name, "queries", "keys")
                return


@rule(Reduction)
def queries_are_summed(use: Reduction, step: Step) -> Iterator[Mistake]:
    """Each key was multiplied with its own weight for each query, and a sum takes the queries together, not the keys."""
    for weighed, table in use.mark.of(WEIGHED) if use.name in ("sum", "nansum") and len(use.dims) == 1 else ():
        dims, site = runs_along(table), use.mark.sites.get(weighed)
        if weighed == of_scores(WEIGHED) or site is None or len(dims) != 1 or dims[0] in use.dims:
            continue
        queries = any(axis.counts_steps and runs_along(steps) == [*use.dims] for axis, steps in use.mark.tables.items())
        if queries and _is_sequence(use.mark, dims[0], step):
            sums = f"{use.name} over dim {use.dims[0]} takes the queries together"
            message = f"{sums}, and the weights of {site.name} sum to 1 over the keys, dim {dims[0]}"
            yield wrong("RNS220", message, f"dim={dims[0]} of {use.name} takes the keys together", seen=use.mark)
            return


def _of_the_queries(site: Site, own: Axis, name: str, over: str, summed: str) -> Mistake:
    keys = dim_before(site, own) if "softmax" in site.name else None
    fits = None if keys is None else f"dim={keys} normalises over the {summed}"
    what = f"{site.name} normalises over the {over}"
    message = f"{what}, and {name} sums over the {summed} with weights that do not sum to 1"
    return wrong("RNS220", message, fits, site=site)


def _all_one(site: Site, axis: Axis) -> Mistake:
    over = dim_before(site, axis)
    fits = None if over is None else f"dim={over} normalises over the steps"
    message = f"{site.name} over a dim of one element makes every weight 1, whatever the scores are"
    return wrong("RNS207", message, fits, site=site)


@rule(Pairing)
def weights_of_the_queries(use: Pairing, step: Step) -> Iterator[Mistake]:
    """A softmax normalises over the queries or the heads, and the keys are summed over with these weights."""
    found = weights_of(use)
    if found is None or not found.is_product or found.sum_to_one or not found.weighs_vectors:
        return
    dims = runs_along(found.competing)
    if len(dims) != 1:
        return
    over = "queries" if _is_sequence(found.mark, dims[0], step) else "heads" if _are_heads(found, dims[0], step) else ""
    summed = "keys"
    if found.own.name == QUERIES and over == "queries":
        over, summed = "keys", "queries"
    if over:
        yield _of_the_queries(found.site, found.own, use.name, over, summed)


@rule(Pairing)
def weights_that_meet_another_sequence(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Values are summed along steps of another sequence, while their weights have those of their own along a dim that stays."""
    for one in (0, 1) if use.summed else ():
        weights, values = use.marks[one], use.marks[1 - one]
        if not weights.of(COMPETING):
            continue
        summed, beside = ([(pair[one], pair[1 - one]) for pair in pairs] for pairs in (use.summed, use.beside))
        for dim, at in summed:
            own = [a for a, t in values.tables.items() if a.counts_steps and runs_along(t) == [at]]
            met = [a for a, t in weights.tables.items() if a.counts_steps and runs_along(t) == [dim]]
            stays = [d for a in own if a in weights.tables and len(d := runs_along(weights.tables[a])) == 1 and d != [dim]]
            if stays and met and not set(met) & set(values.tables) and stays[0][0] not in {d for d, _ in (*summed, *beside)}:
                what = f"{use.name} sums the values of one sequence over dim {dim} of the weights, the steps of another"
                message = f"{what}: their own steps lie along dim {stays[0][0]} of the weights, and are left over"
                yield wrong("RNS220", message, shown=(("weights", weights), ("values", values)))
                return


def _is_sequence(mark: Mark, dim: int, step: Step) -> bool:
    """Tell whether steps lie along a dim: those of a sequence, or of a loop over a cell that has read one."""
    read = {axis for loop in step.usage.loops.loops.values() for axis in loop.read}
    return any((a.name in _OF_SEQUENCE or a in read) and runs_along(t) == [dim] for a, t in mark.tables.items())


def _are_heads(found: Weights, dim: int, step: Step) -> bool:
    """Tell whether pieces of the values' features lie along a dim, while queries lie along a third one."""
    at = next((e for d, e in found.beside if d == dim), None)
    made = [table for axis, table in found.values.tables.items() if axis.counts_features]
    others = [d for d in range(len(found.mark.sizes)) if d not in (dim, found.dim)]
    return at is not None and any(varies(t, at) for t in made) and any(_is_sequence(found.mark, d, step) for d in others)


# Padding


def _has_padding(step: Step) -> bool:
    """Tell whether it is known of any sequence where its samples end."""
    return bool(step.padding) or any(call.packed for call in step.usage.calls.values())


@rule(Pairing, where=_has_padding)
def weights_on_padding(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Weights that steps are summed with: those of a sample sum to one, and none is for its padding."""
    found = weights_of(use)
    if found is None or not found.sum_to_one or found.tensor.numel() > LARGEST:
        return
    elsewhere = padded(found.values, step)
    padding = None if elsewhere is None else at_weights(elsewhere, found)
    values = step.values(found.tensor)
    if padding is None or values is None or not values.is_floating_point():
        return
    share = _share_of(padding, values.detach().float().cpu(), found.dim)
    if share is None:
        return
    if bool((share > 1 - SHARE).all()):
        message = "the mask is the wrong way round: all the weights of the shorter samples fall on their padding"
        yield wrong("RNS221", message, "~ of the mask fits", seen=found.mark)
    elif bool((share > SHARE).any()) and found.own.of in step.of(_ALONG_QUERIES):
        at = step.of(_ALONG_QUERIES)[found.own.of]
        message = "the mask lies along the queries: it leaves out whole queries, and the keys that are padding are weighed"
        yield wrong("RNS222", message, at=at, seen=found.mark)
    elif bool((share > SHARE).any()):
        fits = "scores.masked_fill(padding, float('-inf')) before the softmax leaves the padding out"
        yield wrong("RNS225", "the attention weighs the padding of shorter samples too", fits, seen=found.mark)


@note(Broadcast)
def a_mask_is_laid_along_the_queries(use: Broadcast, step: Step) -> None:
    """Scores between the steps of one sequence meet what has steps along their queries, and nothing along their keys."""
    if use.name not in _MASKS or len(use.marks) != 2:
        return
    for scores, mask in (use.marks, use.marks[::-1]):
        along = [runs_along(at_sizes(t, use.sizes)) for a, t in mask.tables.items() if a.counts_steps]
        for keys, table in scores.of(KEYS):
            queries = scores.tables.get(Axis(QUERIES, keys.of))
            dims = [runs_along(at_sizes(t, use.sizes)) for t in (table, queries) if t is not None]
            if len(dims) == 2 and len(dims[0]) == len(dims[1]) == 1 and dims[1] in along and dims[0] not in along:
                step.of(_ALONG_QUERIES).setdefault(keys.of, step.here())


@note(Pairing)
def what_weights_let_read(use: Pairing, step: Step) -> None:
    """Weights between steps of one axis are zero before each query, or behind it: a mask has left that out."""
    if not any(mark.of(KEYS) for mark in use.marks) or len(step.reading) > 1:
        return
    found = weights_of(use)
    if found is None or not found.is_product or found.own.name != KEYS or found.tensor.numel() > LARGEST:
        return
    queries = [dim for axis, table in found.mark.of(QUERIES) if axis.of == found.own.of for dim in runs_along(table)]
    values = step.values(found.tensor) if len(queries) == 1 and found.sum_to_one else None
    if values is not None and values.is_floating_point() and _has_a_corner(values, queries[0], found.dim):
        seen = ((values > 0) & ~_shows_nothing(values, found.dim)).detach().movedim((*queries, found.dim), (-2, -1))
        seen = seen.reshape(-1, *seen.shape[-2:]).any(0)
        if direction := read_direction(~seen):
            step.reads(direction, "this attention", None)


def _has_a_corner(weights: Tensor, queries: int, keys: int) -> bool:
    """Tell whether the first query does not read the last key, or the last query not the first key: else it is no triangle.

    Neither does where all keys are hidden from a query.
    """
    for query, key in ((0, -1), (-1, 0)):
        at: list[int | slice] = [0] * weights.dim()
        at[queries], at[keys] = query, slice(None)
        row = weights[tuple(at)]
        if bool(row[key] == 0) or bool(_shows_nothing(row, 0)):
            return True
    return False


def _shows_nothing(weights: Tensor, keys: int) -> Tensor:
    """Tell of each query whether all keys are hidden from it: then its weights are all the same, or no numbers."""
    return weights.isnan().any(keys, keepdim=True) | (weights.amax(keys, keepdim=True) == weights.amin(keys, keepdim=True))


@rule(Pairing)
def heads_that_meet_in_weights(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Weights of (batch, steps, heads, heads): each step weighs pieces of its own features."""
    for mark, other, pairs in ((use.marks[1], use.marks[0], [(e, d) for d, e in use.summed]), (*use.marks, use.summed)):
        competing = [runs_along(table) for _, table in other.of(COMPETING)]
        for at, dim in pairs:
            if competing == [[dim]] and pieces_along(mark, at) and (at - 1, dim - 1) not in pairs:
                what = f"{use.name} sums over dim {at}, which holds heads"
                yield wrong("RNS224", f"{what}: each step attends to its own heads, and to no other step", seen=mark)


def _share_of(padding: Tensor, weights: Tensor, dim: int) -> Tensor | None:
    """Return which share of the weights of each sample that has padding falls on that; None where they are no weights."""
    whole = padding.expand([max(p, w) for p, w in zip(padding.shape, weights.shape, strict=True)])
    if whole.shape != weights.shape:
        return None
    has_both = whole.any(dim) & ~whole.all(dim)
    if not bool(has_both.any()):
        return None
    total = weights.sum(dim)[has_both]
    if bool(torch.isnan(total).any()) or not torch.allclose(total, torch.ones(()), atol=SHARE):
        return None
    return weights.masked_fill(~whole, 0.0).sum(dim)[has_both]
