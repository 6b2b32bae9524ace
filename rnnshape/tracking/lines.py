"""`Line`: how a tensor lies in one line of elements that a script has cut it from."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["Line", "line_of"]


class Line(NamedTuple):
    """How a tensor lies in a line of elements that it was cut from.

    Attributes:
        sizes: of the tensor.
        strides: of its dims in the line.
    """

    sizes: tuple[int, ...]
    strides: tuple[int, ...]

    def dealt_out(self, batch_dim: int) -> str:
        """Say that neighbours in the line are different samples; empty where each sample is a piece of it."""
        step = self.strides[batch_dim] * self.sizes[batch_dim]
        others = [s for dim, s in enumerate(self.strides) if dim != batch_dim and self.sizes[dim] > 1]
        if self.sizes[batch_dim] < 2 or step not in others:
            return ""
        every = f"each has one of every {self.sizes[batch_dim]}"
        cut = f"it was cut from one line of elements such that neighbours are different samples, and {every}"
        return f"{cut}: whether that is meant is not known; line.view(batch, -1).t() cuts it into pieces"


def line_of(tensor: Tensor) -> Line | None:
    """Return how a tensor lies in the line that it is a view of; None where it is of none."""
    base = tensor._base
    return Line(tuple(tensor.shape), tensor.stride()) if base is not None and base.dim() == 1 and base.is_contiguous() else None
