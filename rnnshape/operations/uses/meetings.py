"""Where elements of several tensors meet, lie side by side, or go to the places that numbers name."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location

__all__ = [
    "AddingUp", "Addition", "Broadcast", "Choosing", "ColumnDifference", "Counting", "Deciding", "Disagreement", "Filling",
    "Gathering",
    "Joining", "Masking", "Meeting", "Numbering", "Overwriting", "Overwritten", "Picking", "Rolling",
    "Turning", "TurningBack",
]  # fmt: skip


class Meeting(NamedTuple):
    """Known tensors are combined or joined row by row."""

    name: str
    marks: tuple[Mark, ...]


class Disagreement(NamedTuple):
    """Two operands give an element different coordinates on an axis.

    Attributes:
        marks: of all operands.
        one: the table of those before.
        other: the table of the operand that disagrees.
        where: the first element on which they do.
    """

    name: str
    marks: tuple[Mark, ...]
    axis: Axis
    one: Tensor
    other: Tensor
    where: tuple[int, ...]


class Broadcast(NamedTuple):
    """Known tensors meet element by element in a result of these sizes."""

    name: str
    marks: tuple[Mark, ...]
    sizes: tuple[int, ...]


class TurningBack(NamedTuple):
    """A flip puts samples in their order again that lay from the last to the first.

    Attributes:
        dim: along which they lie.
        dims: that the flip turns.
    """

    name: str
    mark: Mark
    dim: int
    dims: tuple[int, ...]


class Counting(NamedTuple):
    """One number for each sample is compared with the numbers of places, so that a mask has as many ones.

    Attributes:
        tensors: the numbers of the samples, and those of the places.
    """

    name: str
    mark: Mark
    tensors: tuple[Tensor, Tensor]


class Masking(NamedTuple):
    """Values meet such a mask."""

    name: str
    mask: Mark
    values: Mark


class Addition(NamedTuple):
    """Something of which nothing is known is added to a known tensor.

    Attributes:
        tensor: that is added.
    """

    name: str
    mark: Mark
    tensor: Tensor


class ColumnDifference(NamedTuple):
    """A known column of n rows, and n elements of which nothing is known, one from the other: n by n differences.

    Attributes:
        tensor: the elements.
    """

    name: str
    mark: Mark
    tensor: Tensor


class Deciding(NamedTuple):
    """The smaller of two numbers is taken, of which all samples have made each, by two orders of the same things."""

    name: str
    marks: tuple[Mark, Mark]


class Joining(NamedTuple):
    """Parts are put side by side along a dim; in all others they share their places.

    Attributes:
        is_doubled: whether one of the parts is there more than once.
    """

    name: str
    marks: tuple[Mark, ...]
    dim: int
    is_doubled: bool


class Filling(NamedTuple):
    """Rows are overwritten with what nothing is known of, at the numbers that a tensor of one dim says.

    Attributes:
        mark: of what is written to, before.
        dim: along which rows are picked.
        at: which.
        picks: what is known of that.
    """

    name: str
    mark: Mark
    dim: int
    at: Tensor
    picks: Mark | None


class Picking(NamedTuple):
    """Rows are picked at numbers that were flags.

    Attributes:
        mark: of what is picked from.
        dim: along which.
        at: the numbers.
        picks: what is known of these.
    """

    name: str
    mark: Mark
    dim: int
    at: Tensor
    picks: Mark


class Numbering(NamedTuple):
    """Numbers pick an element each, and their rows are rows of what comes of it.

    Attributes:
        result: what is known of what was picked.
        numbers: what is known of the numbers.
        tables: of the numbers, at the dims of the result.
    """

    name: str
    result: Mark
    numbers: Mark
    tables: dict[Axis, Tensor]


class Overwriting(NamedTuple):
    """Values are written where numbers say, each in the place of what was there.

    Attributes:
        sizes: of what is written to.
        dim: along which the numbers count; None for an index.
        at: the numbers, or the index.
        values: that are written.
    """

    name: str
    sizes: tuple[int, ...]
    dim: int | None
    at: Any
    values: Tensor


class Overwritten(NamedTuple):
    """Tensors are put together that are the same memory, and it was written to after one of them was taken.

    Attributes:
        parts: how many they are.
        location: the line that took the first.
    """

    name: str
    parts: int
    location: Location | None


class Rolling(NamedTuple):
    """Elements move on, and those that leave at the end come in at the start.

    Attributes:
        mark: of what is rolled.
        shift: by how many elements.
        dim: along which; None where all move on in memory, whatever the dims.
    """

    name: str
    mark: Mark
    shift: int
    dim: int | None


class Turning(NamedTuple):
    """A tensor is turned round along one dim: what was last comes first.

    Attributes:
        mark: of it before.
        after: of what comes of it.
        dim: along which.
    """

    name: str
    mark: Mark
    after: Mark
    dim: int


class Gathering(NamedTuple):
    """Elements are picked along a dim by an index that has the same number of dims, and may be narrower along the others.

    Attributes:
        mark: of what is picked from.
        dim: along which the numbers count.
        sizes: of the index.
    """

    name: str
    mark: Mark
    dim: int
    sizes: tuple[int, ...]


class AddingUp(NamedTuple):
    """Rows are added up where numbers say.

    Attributes:
        mark: of the rows.
        sizes: of what they are added to.
        dim: along which the numbers count.
    """

    name: str
    mark: Mark
    sizes: tuple[int, ...]
    dim: int


class Choosing(NamedTuple):
    """The largest elements along a dim are picked."""

    name: str
    mark: Mark
    dim: int
