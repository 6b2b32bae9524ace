"""What the oracles of the algebra share: sources whose coordinates are known, and the judge of a Layout's claims."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from hypothesis import assume
from hypothesis import strategies as st

from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Block, Dim, Factor
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import product

MOST_ELEMENTS = 2000
SOURCE_AXES = (Axis("batch"), Axis("seq"), Axis("hidden"), Axis("layers"), Axis("seq", "decoder"))


@dataclass(frozen=True)
class Source:
    """A Layout, and for every axis of it the coordinate of each of its elements, which are numbered row-major."""

    layout: Layout
    coordinates: dict[Axis, np.ndarray] = field(repr=False)
    totals: dict[Axis, int] = field(repr=False)

    @property
    def elements(self) -> torch.Tensor:
        return torch.arange(math.prod(self.layout.sizes)).reshape(self.layout.sizes)


def check_claims(layout: Layout, elements: torch.Tensor, source: Source) -> None:
    """Assert every claim of a Layout, given which element of the source stands at each place."""
    numbers = elements.numpy()
    assert layout.sizes == numbers.shape, f"{layout} has the sizes {layout.sizes}, not {numbers.shape}"
    if not numbers.size:
        return
    for at, dim in enumerate(layout.dims):
        stride = numbers.shape[at]
        for factor in dim:
            stride //= factor.size
            _check_factor(factor, at, stride, numbers, source)


def _check_factor(factor: Factor, at: int, stride: int, numbers: np.ndarray, source: Source) -> None:
    if factor.axis == UNKNOWN:
        return
    if factor.axis == COPIES:
        digits = np.moveaxis(numbers, at, 0).reshape(-1, factor.size, stride, *np.delete(numbers.shape, at))
        for axis, table in source.coordinates.items():
            found = table[digits]
            assert (found == found[:, :1]).all(), f"dim {at}: {factor} is said to be copies, but {axis} varies along it"
        return
    index = np.arange(numbers.shape[at]).reshape([-1 if d == at else 1 for d in range(numbers.ndim)])
    coordinate, total = _coordinate(factor.axis, numbers, source)
    assert factor.total == total, f"dim {at}: {factor} is said to have {factor.total} elements, not {total}"
    found = coordinate // factor.stride % factor.size
    assert (found == index // stride % factor.size).all(), f"dim {at}: {factor} is not what the elements hold"


def _coordinate(axis: Axis | Block, numbers: np.ndarray, source: Source) -> tuple[np.ndarray, int]:
    """Return the coordinate of each element on an axis or block, and how many elements that has."""
    if isinstance(axis, Block):
        flat, total = np.zeros_like(numbers), 1
        for part in axis.parts:
            coordinate, length = _coordinate(part.axis, numbers, source)
            assert part.total == length, f"{part} is said to have {part.total} elements, not {length}"
            flat = flat * part.size + coordinate // part.stride % part.size
            total *= part.size
        return flat, total
    uncropped = Axis(axis.name, axis.of)
    found, total = source.coordinates[uncropped][numbers], source.totals[uncropped]
    if axis.crop is None:
        return found, total
    start, stop, step, length = axis.crop
    assert length == total, f"{axis} is said to be cut from {length} elements, not {total}"
    assert np.isin(found, range(start, stop, step)).all(), f"{axis} does not hold all of these elements"
    return (found - start) // step, len(range(start, stop, step))


@st.composite
def sources(draw: st.DrawFn, smallest: int = 1, pieces: bool = True) -> Source:
    """Draw axes, cut some of them, shuffle the pieces and deal them out to dims."""
    sizes = st.sampled_from([s for s in (6, 9, 4, 3, 10, 2, 5, 12, 1, 0) if s >= smallest])
    axes = draw(st.permutations(SOURCE_AXES))[: draw(st.sampled_from([2, 3, 4, 1]))]
    totals: dict[Axis, int] = {}
    factors: list[Factor] = []
    for axis in axes:
        total = totals[axis] = draw(sizes)
        stride = 1
        for size in draw(factorizations(total)) if total and pieces and draw(st.integers(0, 3)) == 3 else [total]:
            factors.append(Factor(axis, size, stride, total))
            stride *= size
    assume(product(f.size for f in factors) <= MOST_ELEMENTS)
    if pieces:
        factors = draw(st.permutations(factors))
    dims: list[Dim] = []
    while factors:
        count = min(draw(st.sampled_from([1, 1, 2, 3])), len(factors))
        dims.append(tuple(factors[:count]))
        factors = factors[count:]
    return source_of(Layout(tuple(dims)), totals)


def source_of(layout: Layout, totals: dict[Axis, int]) -> Source:
    """Number the elements of a Layout in which every piece of every axis stands once."""
    factors = [f for d in layout.dims for f in d]
    digits = np.indices([f.size for f in factors]).reshape(len(factors), -1)
    coordinates = {
        axis: sum((digits[i] * f.stride for i, f in enumerate(factors) if f.axis == axis), np.zeros(digits.shape[1], np.int64))
        for axis in totals
    }
    return Source(layout, coordinates, totals)


@st.composite
def factorizations(draw: st.DrawFn, number: int, most: int = 5) -> list[int]:
    """Draw sizes whose product is the number; some are 1."""
    sizes = [1] * draw(st.sampled_from([2, 3, 2, most, 1]))
    if number == 0:
        sizes = draw(st.lists(st.integers(0, 4), min_size=1, max_size=most))
        return sizes if 0 in sizes else [*sizes, 0]
    divisor = 2
    while number > 1:
        while number % divisor == 0:
            sizes[draw(st.integers(0, len(sizes) - 1))] *= divisor
            number //= divisor
        divisor += 1
    return sizes
