"""Which sample each element depends on: measured, by changing one sample after the other and looking what else changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import torch
from torch import Tensor

__all__ = ["MANY", "NOBODY", "Owners", "changed", "common", "dims_of", "found_again"]

NOBODY, MANY = -1, -2
"""Of an element that depends on no sample that was changed, and of one that depends on several."""

T = TypeVar("T")
"""What is found of a table."""

_CLOSE = {torch.float16: 1e-2, torch.bfloat16: 3e-2, torch.float64: 1e-9, torch.complex128: 1e-9}
"""How much of the largest element a difference may be that is only rounding, where that is not `CLOSE`."""

CLOSE = 1e-5

MOST_PAIRS = 1 << 14
"""Pairs of rows that are compared."""

FILLING, APART = 1e4, 1e3
"""What a mask fills in is at least as large as the first, and this many times as large as whatever else there is."""


def common(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first elements of each dim of two tensors, where their sizes depend on what the model was given."""
    if a.shape == b.shape or a.dim() != b.dim():
        return a, b
    sizes = [slice(min(m, n)) for m, n in zip(a.shape, b.shape, strict=True)]
    return a[tuple(sizes)], b[tuple(sizes)]


def changed(base: Tensor, other: Tensor) -> Tensor:
    """Return which elements differ by more than rounding; for tensors of equal sizes."""
    if not (base.is_floating_point() or base.is_complex()):
        return base != other
    base, other = base.detach(), other.detach()
    size, apart = base.abs(), (base - other).abs()
    largest, farthest = (float(t.max()) if t.numel() else 0.0 for t in (size, apart))
    close, smallest = _CLOSE.get(base.dtype, CLOSE), 4 * torch.finfo(base.dtype).eps
    if largest < FILLING and math.isfinite(farthest):  # nothing is infinite, no number, or a filling: so it nearly always is
        return apart > max(close * (largest if size.numel() else 1.0), smallest)
    scale = _scale(size)
    near = max(close * scale, smallest)  # what is nothing but rounding is no scale
    differs = (apart > near) & ~((size > scale) & (apart <= close * size))
    return (differs | (base.isfinite() != other.isfinite())) & ~(base.isnan() & other.isnan())


def _scale(size: Tensor) -> float:
    """Return how large elements are, past the one number that a mask has put in the place of some.

    >>> _scale(torch.tensor([0.5, 2.0, 1e9, 1e9])), _scale(torch.tensor([0.5, 50.0, 3e4]))
    (2.0, 30000.0)
    """
    known = size[size.isfinite()]
    largest = float(known.max()) if known.numel() else 1.0
    if largest < FILLING:
        return largest
    others = known[known < largest]
    below = float(others.max()) if others.numel() else largest
    return below if below * APART < largest else largest


def found_again(base: Tensor, other: Tensor, dim: int) -> Tensor:
    """Return which rows of a tensor along a dim another one has too, wherever they are in that.

    >>> found_again(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[9.0, 9.0], [1.0, 2.0], [5.0, 5.0]]), 0)
    tensor([ True, False])
    """
    rows, others = base.movedim(dim, 0), other.movedim(dim, 0)
    found = torch.zeros(len(rows), dtype=torch.bool)
    if rows.shape[1:] == others.shape[1:] and len(rows) * len(others) <= MOST_PAIRS:
        for one in others:
            found |= ~changed(rows, one.expand_as(rows)).reshape(len(rows), -1).any(1).cpu()
    return found


class Owners:
    """For each element of a tensor the one sample that it depends on.

    Args:
        sizes: of the tensor.

    Attributes:
        table: the number of a sample, `NOBODY` or `MANY`.
        counts: for each sample that was changed, how many elements changed.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.table = torch.full(tuple(sizes), NOBODY, dtype=torch.int16)
        self.counts: dict[int, int] = {}
        self._of, self._seen = self.table, dict[str, object]()

    def once(self, name: str, find: Callable[[], T]) -> T:
        """Return what is found of the table, which is looked for once as long as it is the same."""
        if self._of is not self.table:
            self._of, self._seen = self.table, {}
        if name not in self._seen:
            self._seen[name] = find()
        return cast("T", self._seen[name])

    @property
    def dims(self) -> list[int]:
        """The dims along which elements belong to different samples."""
        return self.once("dims", lambda: dims_of(self.table))

    def add(self, sample: int, differs: Tensor) -> None:
        """Hear which elements changed with a sample."""
        differs = differs.cpu()
        if differs.shape != self.table.shape:  # the sizes depend on what stands in the input
            whole = torch.zeros(self.table.shape, dtype=torch.bool)
            cut = tuple(slice(n) for n in differs.shape)
            whole[cut] = differs
            differs = whole
        self.counts[sample] = int(differs.sum())
        mine = torch.where(self.table == NOBODY, sample, MANY).to(self.table.dtype)
        self.table = torch.where(differs, mine, self.table)

    @property
    def is_mixed(self) -> bool:
        """Whether an element depends on several samples."""
        return self.once("is mixed", lambda: bool((self.table == MANY).any()))

    @property
    def share(self) -> float:
        """How many of the elements that depend on any sample depend on several."""
        known = int((self.table != NOBODY).sum())
        return int((self.table == MANY).sum()) / known if known else 0.0


def dims_of(table: Tensor) -> list[int]:
    """Return the dims along which elements belong to different samples; those of nobody do not count."""
    found: list[int] = []
    known = table != NOBODY
    for dim in range(table.dim()):
        if table.size(dim) > 1:
            low = torch.where(known, table, torch.iinfo(table.dtype).max).amin(dim)
            high = torch.where(known, table, torch.iinfo(table.dtype).min).amax(dim)
            if bool((known.any(dim) & (high > low)).any()):
                found.append(dim)
    return found
