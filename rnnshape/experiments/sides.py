"""`Sides`: where the padding of some samples is, and which elements of any tensor of theirs are real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnshape.experiments.content import Content

__all__ = ["Sides", "sides_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Where the padding of some tensors of the same steps is.

    Attributes:
        steps: how many there are, with those of padding.
        is_left: whether the padding is in front of the samples.
        real: for each sample, for each step, whether it is no padding.
    """

    steps: int
    is_left: bool
    real: Tensor

    @property
    def lengths(self) -> Tensor:
        """The steps of each sample that are real."""
        return self.real.sum(1)

    def says(self, tensor: Tensor) -> bool:
        """Tell whether a tensor says where the padding is: lengths, or a mask of it, whichever way round."""
        count = len(self.real)
        if tensor.is_complex() or tensor.numel() not in (count, count * self.steps):
            return False
        value = tensor.detach().cpu()
        if value.dtype != torch.bool and value.numel() == count:
            return bool((value.flatten() == self.lengths).all())
        if value.numel() == count * self.steps and bool(((value == 0) | (value == 1)).all()):
            sizes = [size for size in value.shape if size != 1]
            for mask in [self.real, self.real.t()]:
                if sizes == [size for size in mask.shape if size != 1]:
                    flat = value.flatten().bool()
                    return bool((flat == mask.flatten()).all() | (flat != mask.flatten()).all())
        return False

    def real_in(self, sizes: Sequence[int], judged: Tensor) -> list[Tensor]:
        """Return the real elements of a tensor, once for each way in which its dims may be samples and steps.

        Args:
            sizes: of the tensor.
            judged: the samples whose elements count.
        """
        count = len(self.real)
        real = self.real & judged[:, None]
        batches = [dim for dim, size in enumerate(sizes) if size == count]
        found = [self._mask(sizes, dim, real, judged) for dim in batches]
        if found:
            return found
        flat = [dim for dim, size in enumerate(sizes) if size == count * self.steps]
        for dim in flat:
            rows = [real.flatten(), real.t().flatten()]
            found += [_along(row, dim, len(sizes)).expand(tuple(sizes)) for row in rows]
        return found or [self._mask(sizes, None, real, judged)]

    def _mask(self, sizes: Sequence[int], batch: int | None, real: Tensor, judged: Tensor) -> Tensor:
        """Return the elements that are real along every dim of as many steps."""
        mask = torch.ones(tuple(sizes), dtype=torch.bool)
        if batch is not None:
            mask = mask & _along(judged, batch, len(sizes))
        for dim, size in enumerate(sizes):
            if size == self.steps and dim != batch:
                if batch is None:
                    mask = mask & _along(real.all(0), dim, len(sizes))
                    continue
                shape = [1] * len(sizes)
                shape[batch], shape[dim] = len(real), self.steps
                mask = mask & (real if batch < dim else real.t()).reshape(shape)
        return mask


def _along(row: Tensor, dim: int, ndim: int) -> Tensor:
    return row.view([-1 if d == dim else 1 for d in range(ndim)])


def sides_of(content: Content, count: int) -> Sides:
    """Return where the padding of an input is that has some."""
    place = content.place
    assert place.real is not None
    assert place.seq_dim is not None
    steps = place.tensor.size(place.seq_dim)
    at = place.real.movedim(place.seq_dim, -1).reshape(-1, steps)
    owner = place.samples.movedim(place.seq_dim, -1).reshape(-1, steps)[:, 0]
    real = torch.stack([at[owner == j][0] for j in range(count)]).cpu()
    return Sides(steps, not bool(real[:, 0].all()) and bool(real[:, -1].all()), real)
