"""Dimensions in another order."""

from __future__ import annotations

from collections.abc import Sequence

from rnnshape.errors import LayoutError
from rnnshape.layout.axes import Dims
from rnnshape.layout.dims import position, render

__all__ = ["moved", "permuted", "transposed"]


def permuted(dims: Dims, order: Sequence[int]) -> Dims:
    """Return dimensions in an order that names each of them once."""
    places = [position(dims, d) for d in order]
    if sorted(places) != list(range(len(dims))):
        raise LayoutError(f"permute{tuple(order)}: name each of the {len(dims)} dims of {render(dims)} once")
    return tuple(dims[d] for d in places)


def transposed(dims: Dims, dim0: int, dim1: int) -> Dims:
    """Return dimensions of which two have changed places."""
    order = list(range(len(dims)))
    a, b = position(dims, dim0), position(dims, dim1)
    order[a], order[b] = b, a
    return permuted(dims, order)


def moved(dims: Dims, source: Sequence[int], destination: Sequence[int], call: str) -> Dims:
    """Return dimensions of which some have moved to new places; the others keep their order."""
    sources, destinations = ([position(dims, d) for d in given] for given in (source, destination))
    if not len(sources) == len(destinations) == len(set(sources)) == len(set(destinations)):
        raise LayoutError(f"{call}: name as many dims of {render(dims)} on both sides, each once")
    placed = dict(zip(destinations, sources, strict=True))
    others = iter(d for d in range(len(dims)) if d not in placed.values())
    return permuted(dims, [placed[d] if d in placed else next(others) for d in range(len(dims))])
