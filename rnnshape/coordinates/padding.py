"""`Padding`: where the samples of a padded tensor begin and end, by lengths and by what stands in the tensor itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

__all__ = ["Padding", "by_lengths", "of_real", "side_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Padding:
    """Where the samples of a padded tensor begin and end.

    Attributes:
        first: the first real step of each sample.
        last: the last one of each.
        steps: of the tensor, padding and all.
        is_seen: whether what stands in the tensor shows it; else only the name of an argument says so.
        has_lengths: whether somebody has the lengths: they are an argument, or were counted.
    """

    first: Tensor
    last: Tensor
    steps: int
    is_seen: bool
    has_lengths: bool

    @property
    def is_right(self) -> bool:
        """Whether there is padding behind the end of a sample."""
        return bool((self.last < self.steps - 1).any())

    @property
    def is_left(self) -> bool:
        """Whether there is padding before the beginning of a sample."""
        return bool((self.first > 0).any())

    @property
    def lengths(self) -> Tensor:
        """The real steps of each sample."""
        return self.last - self.first + 1

    def of_rows(self, rows: Tensor) -> Padding | None:
        """Return that of some samples, in their order; None where one of them is unknown."""
        if not rows.numel() or int(rows.min()) < 0 or int(rows.max()) >= self.first.numel():
            return None
        return replace(self, first=self.first[rows], last=self.last[rows])

    def of_steps(self, steps: int) -> Padding:
        """Return that of the first steps alone: a sample that has them all has no padding there."""
        if self.is_left or steps >= self.steps:
            return self
        return replace(self, last=self.last.clamp(max=steps - 1), steps=steps)

    def numbered(self, samples: Tensor) -> Padding | None:
        """Return the same by the numbers of the samples, of which these lie where they lie; None where not all of them do."""
        order = samples.argsort()
        whole = torch.equal(samples[order], torch.arange(self.first.numel()))
        return replace(self, first=self.first[order], last=self.last[order]) if whole else None


def by_lengths(lengths: Tensor, steps: int, side: str, *, is_seen: bool) -> Padding:
    """Return the padding of samples of which the lengths are given.

    Args:
        lengths: of the samples.
        steps: of the padded tensor.
        side: of the padding, "left" or "right".
        is_seen: as in Padding.
    """
    first = steps - lengths if side == "left" else torch.zeros_like(lengths)
    return Padding(first, first + lengths - 1, steps, is_seen, has_lengths=True)


def of_real(real: Tensor, *, has_lengths: bool = False) -> Padding | None:
    """Return the padding of samples of which it is known what is real; None where there is none, or none on one side only.

    Args:
        real: (samples, steps), whether each element is.
        has_lengths: as in Padding.
    """
    if real.numel() == 0 or not bool(real.any(1).all()):
        return None
    real, steps = real.cpu().long(), real.size(1)
    found = Padding(real.argmax(1), steps - 1 - real.flip(1).argmax(1), steps, True, has_lengths)
    return found if found.is_left != found.is_right else None


def side_of(values: Tensor, lengths: Tensor) -> str | None:
    """Return on which side of its samples a tensor has padding, if these are their lengths: "left", "right", or None.

    It shows where all that is no part of a sample is one constant, and no sample ends, or begins, with that. Whole numbers that
    are no lengths, such as classes, have nothing behind them that they could count.

    Args:
        values: (samples, steps) or (samples, steps, features).
        lengths: whole numbers, one for each sample, each at least 1 and at most the steps.
    """
    values = values.detach()
    lengths = lengths.to(values.device)
    samples, steps = values.shape[:2]
    beyond = torch.arange(steps, device=values.device) >= lengths[:, None]
    if not bool(beyond.any()):
        return None
    for side in ("right", "left"):
        rows = (values if side == "right" else values.flip(1)).reshape(samples, steps, -1)
        filling = rows[lengths.argmin(), -1]
        if int(beyond.sum()) == 1 and (len(filling) == 1 or bool((filling != filling[0]).any())):
            continue  # a single step is constant whatever it is
        fills = (rows == filling).all(-1)
        at_ends = fills[torch.arange(samples, device=values.device), lengths - 1]
        if bool(fills[beyond].all()) and not bool(at_ends.any()):
            return side
    return None
