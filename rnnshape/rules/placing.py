"""RNS227, RNS228 and RNS231: where numbers say that something belongs, something else is, or nothing comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import Site
from rnnshape.coordinates.reading import layout_before, readable
from rnnshape.coordinates.room import MOST_SHARED
from rnnshape.coordinates.tables import numbers, only, unique, varies
from rnnshape.operations.registry import leaves, on_cpu
from rnnshape.operations.uses import AddingUp, Gathering, Overwriting
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_PICKS = frozenset(["index", "index_select", "gather", "take_along_dim"])
"""What picks rows at numbers."""


@rule(Overwriting)
def values_overwrite_each_other(use: Overwriting, step: Step) -> Iterator[Mistake]:
    """Several values are written to one place, and differ: one of them is left, and the gradient is right for none.

    Where all of them go to one row or column, that may be one for what is not needed.
    """
    places = _places(use, step)
    values = step.values(use.values)
    if places is None or values is None or not places.numel():
        return
    order = places.flatten().argsort(stable=True)
    where, written = places.flatten()[order], _written(use, values, places).flatten()[order]
    again = (where[1:] == where[:-1]) & (written[1:] != written[:-1])
    lost = unique(where[1:][again])
    if lost.numel() < 2 or _is_one_line(use, lost):
        return
    first = text.sizes(_coordinates(int(lost[0]), use.sizes))
    several = f"{text.count(lost.numel(), 'place')} of {text.sizes(use.sizes)} get several values, such as {first}"
    yield wrong("RNS227", f"{use.name} writes values over others: {several}, and which one is left, nothing says")


def _places(use: Overwriting, step: Step) -> Tensor | None:
    """Return the number of the place that each value is written to; None where that is not known."""
    at = [step.values(tensor) for tensor in leaves(use.at)]
    if not at or any(found is None for found in at) or max(prod(use.sizes), use.values.numel()) > MOST_SHARED:
        return None
    every, index = torch.arange(prod(use.sizes)).view(use.sizes), on_cpu(use.at)
    if use.dim is None:
        return None if any(map(_is_mask, leaves(index))) else every[index]
    if "scatter" not in use.name:
        return every.index_select(use.dim, index)
    beside = [slice(None) if d == use.dim % len(use.sizes) else slice(n) for d, n in enumerate(index.shape)]
    return every[tuple(beside)].gather(use.dim, index)


def _is_mask(index: Tensor) -> bool:
    return index.dtype in (torch.bool, torch.uint8)


def _written(use: Overwriting, values: Tensor, places: Tensor) -> Tensor:
    """Return what is written to each place."""
    values = values.detach().cpu()
    if use.dim is not None and "scatter" in use.name:
        return values[tuple(slice(n) for n in places.shape)]
    return values.broadcast_to(places.shape)


def _coordinates(place: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for size in reversed(sizes):
        place, at = divmod(place, size)
        found.insert(0, at)
    return tuple(found)


def _is_one_line(use: Overwriting, lost: Tensor) -> bool:
    """Tell whether all places have the same number along a dim where numbers say."""
    rows = torch.tensor([_coordinates(place, use.sizes) for place in numbers(lost)])
    dims = range(len(use.sizes)) if use.dim is None else [use.dim]
    return any(use.sizes[d] > 1 and len(unique(rows[:, d])) == 1 for d in dims)


@rule(AddingUp)
def rows_of_one_sample(use: AddingUp, step: Step) -> Iterator[Mistake]:
    """What is added up was picked by numbers that count within one sample, from a dim with the rows of all samples.

    So it is with the edges of a graph, where the nodes of all samples, and of all their steps, were put in one row. It is the
    first sample that such numbers reach.
    """
    for axis, table in use.mark.of("batch"):
        sample, site = only(table), use.mark.sites.get(axis)
        if sample != 0 or site is None or site.name not in _PICKS:
            continue
        dims = _with_others(site)
        if dims and any(site.sizes_before[d] == use.sizes[use.dim] for d in dims):
            picked = f"{site.name} of {text.sizes(site.sizes_before)} takes rows of sample {sample} alone"
            message = f"{picked}, and {use.name} adds them up: its numbers count within one sample, its rows are those of all"
            yield wrong("RNS228", message, site=site, seen=use.mark)
            return


@rule(Gathering)
def only_the_first_is_reached(use: Gathering, step: Step) -> Iterator[Mistake]:
    """An index of size 1 along a dim of which gather takes nothing else reaches the first of that dim, and no other.

    Where everything along that dim is the same, as in what was expanded, nothing is left out.
    """
    for dim, (size, reached) in enumerate(zip(use.mark.sizes, use.sizes, strict=True)):
        if dim == use.dim or reached != 1 or size == 1:
            continue
        if not any(varies(table, dim) for table in use.mark.tables.values()):
            continue
        known = readable(use.mark)
        of = f"dim {dim}, {' x '.join(map(str, known.dims[dim])) if known is not None else size}"
        index = f"its index is {text.sizes(use.sizes)} for {text.sizes(use.mark.sizes)}, and gather takes along dim {use.dim}"
        mistake = wrong("RNS231", f"gather reads only the first of {of}: {index}", seen=use.mark)
        yield replace(mistake, layouts=(("seen", known),)) if known is not None else mistake
        return


def _with_others(site: Site) -> list[int]:
    """Return the dims along which samples lay together with another axis."""
    before = layout_before(site)
    axes = [name.split("*") for name in before.names] if before is not None else []
    return [dim for dim, found in enumerate(axes) if "batch" in found and len(found) > 1]
