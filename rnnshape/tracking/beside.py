"""Dims of inputs that nobody has named, beside samples: element by element, each has met one of these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import torch

from rnnshape.coordinates.mark import UNNAMED, Mark, argument_of
from rnnshape.coordinates.tables import along, runs_along
from rnnshape.layout.axes import Axis

__all__ = ["BY_MEETING", "Met"]

BY_MEETING = "whatever meets it element by element"
"""What takes a dim for the batch that has met the samples of another tensor, one to one."""


class Met:
    """The unnamed dims of inputs that have met samples in a step, one to one.

    Once the step is over it is known what its layers take for their batch and steps, and so whether these are samples.
    """

    def __init__(self) -> None:
        self._met: dict[Axis, tuple[int, set[Axis]]] = {}
        self._walked: set[int] = set()

    def hear(self, mark: Mark, batches: Collection[Axis], sizes: Mapping[Axis, int]) -> None:
        """Hear how axes lie in a tensor.

        Args:
            mark: what is known of the tensor.
            batches: what is taken for samples.
            sizes: of the unnamed dims of inputs; of one with two dims of a size nothing is told.
        """
        for axis, samples, number in _lie_beside(mark, batches):
            alike = [dim for dim, size in sizes.items() if size == number and argument_of(dim) == argument_of(axis)]
            if alike == [axis]:
                self._met.setdefault(samples, (number, set()))[1].add(axis)

    def walk(self, steps: Collection[int]) -> None:
        """Hear how many steps a layer reads: as many samples might be taken for them."""
        self._walked.update(steps)

    def settle(self, batches: Collection[Axis]) -> set[Axis]:
        """End the step, and return which dims have met samples.

        Args:
            batches: what is still taken for samples.
        """
        found = [met for samples, (number, met) in self._met.items() if samples in batches and number not in self._walked]
        self._met.clear()
        self._walked.clear()
        return set[Axis]().union(*found)


def _lie_beside(mark: Mark, batches: Collection[Axis]) -> Iterator[tuple[Axis, Axis, int]]:
    """Yield which unnamed dims lie as samples do, in their order, along a dim that alone is so long: what, which, how many."""
    unnamed = [(axis, table) for axis, table in mark.tables.items() if axis.name == UNNAMED]
    for samples in [axis for axis in mark.tables if axis in batches] if unnamed else ():
        table = mark.tables[samples]
        dims, number = runs_along(table), table.numel()
        if len(dims) != 1 or mark.sizes.count(number) != 1 or not torch.equal(table, along(number, dims[0], table.dim())):
            continue
        for axis, other in unnamed:
            if torch.equal(other, table):
                yield axis, samples, number
