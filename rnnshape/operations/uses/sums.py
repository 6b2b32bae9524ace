"""What is done along dims: sums, products, normalisation and windows."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis

__all__ = [
    "ChannelDropout", "ChannelNorm", "Comparing", "Consumption", "Contraction", "Cumulation", "Division",
    "ImplicitDim", "Normalisation",
    "Pairing", "Pooling", "Product", "Reduction", "Remainder", "Scaling", "Sharing", "Unfolding", "Weighing", "Window",
]  # fmt: skip


class Consumption(NamedTuple):
    """Elements go into something that comes out as something else; no dim is special."""

    name: str
    marks: tuple[Mark, ...]


class Contraction(NamedTuple):
    """Dims are summed over with weights of the layer's own.

    Attributes:
        reads_own_mean: whether there is what these weights have made themselves, of all samples together, as in Mark.spread.
    """

    name: str
    mark: Mark
    dims: tuple[int, ...]
    reads_own_mean: bool = False


class Product(NamedTuple):
    """A dim of one known tensor meets a dim of another, and both are summed over."""

    name: str
    left: Mark
    left_dim: int
    right: Mark
    right_dim: int


class Pairing(NamedTuple):
    """Two known tensors meet in a product.

    Attributes:
        tensors: the two.
        marks: of them.
        summed: the dims that meet and are summed over, of the one and of the other.
        beside: the dims that meet and stay.
    """

    name: str
    tensors: tuple[Tensor, Tensor]
    marks: tuple[Mark, Mark]
    summed: tuple[tuple[int, int], ...]
    beside: tuple[tuple[int, int], ...]


class Weighing(NamedTuple):
    """Two known tensors are multiplied: one may hold weights for the other.

    Attributes:
        tensors: the two.
        marks: of them.
    """

    name: str
    tensors: tuple[Tensor, Tensor]
    marks: tuple[Mark, Mark]


class Reduction(NamedTuple):
    """A mean, a sum, a maximum over dims.

    Attributes:
        tensor: that is reduced.
    """

    name: str
    mark: Mark
    dims: tuple[int, ...]
    tensor: Tensor


class Cumulation(NamedTuple):
    """A running product or extreme: every element is multiplied or compared with all those before it along a dim."""

    name: str
    mark: Mark
    dim: int
    tensor: Tensor


class Remainder(NamedTuple):
    """A number is subtracted from a sum over samples, or that from a number."""

    name: str
    mark: Mark


class Sharing(NamedTuple):
    """What each sample has of its own meets a sum of all of them.

    Attributes:
        tensors: what the samples have, and the sum.
        marks: of the two.
        divides: whether it is divided by the sum, which is of itself; else the sum is added, or subtracted.
    """

    name: str
    tensors: tuple[Tensor, Tensor]
    marks: tuple[Mark, Mark]
    divides: bool


class Division(NamedTuple):
    """A known tensor is divided by another, which is a norm.

    Attributes:
        mark: of the one.
        by: of the norm.
    """

    name: str
    mark: Mark
    by: Mark


class Scaling(NamedTuple):
    """Elements are divided by a norm along dims."""

    name: str
    mark: Mark
    dims: tuple[int, ...]


class Comparing(NamedTuple):
    """Vectors of two tensors are compared along a dim, in which one of them has one number, and the other several.

    Attributes:
        mark: of both together.
        dim: along which.
        one: the sizes of the first, with dims of size one before them, as broadcasting sees it.
        other: likewise.
    """

    name: str
    mark: Mark
    dim: int
    one: tuple[int, ...]
    other: tuple[int, ...]


class Normalisation(NamedTuple):
    """A softmax along a dim."""

    name: str
    mark: Mark
    dim: int


class ImplicitDim(NamedTuple):
    """A dim that nobody gave is one that torch picks by the number of dims, or always the same."""

    name: str
    mark: Mark
    dim: int


class ChannelNorm(NamedTuple):
    """Each channel, dim 1, is normalised over all positions, and over the batch or within each sample.

    Attributes:
        has_scales: whether it has a scale for each channel, or would have one that is learned.
        channels: for how many it was made, where it is a layer that says so and takes any number.
    """

    name: str
    mark: Mark
    has_scales: bool
    channels: int | None


class Window(NamedTuple):
    """A window runs over the positions of (batch, channels, positions ...), and sums over all channels.

    Attributes:
        widths: of the window, along each dim of the positions.
        units: the axis of the channels that it makes.
    """

    name: str
    mark: Mark
    widths: tuple[int, ...]
    units: Axis


class Pooling(NamedTuple):
    """Windows run over the last dim, and leave one number each.

    Attributes:
        width: of a window; there is more than one.
    """

    name: str
    mark: Mark
    width: int


class Unfolding(NamedTuple):
    """Windows are cut out along a dim, and their own elements lie along a new last dim, behind all others.

    Attributes:
        mark: of what they are cut out of.
        dim: along which.
    """

    name: str
    mark: Mark
    dim: int


class ChannelDropout(NamedTuple):
    """Whole channels of (batch, channels, positions) are dropped: dim 1 of three."""

    name: str
    mark: Mark
