"""Other content for what a model is given, in the range that occurs: tokens stay tokens, padding padding, and lengths stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from rnnshape.experiments.places import Place

__all__ = ["Content", "contents", "in_order", "without"]


class Content:
    """What stands in one tensor in an experiment, and what else might.

    Attributes:
        place: where samples lie in it.
        base: what stands in it at first.
        other: the same with other content in every sample.
    """

    def __init__(self, place: Place, base: Tensor, other: Tensor) -> None:
        self.place = place
        self.base = base
        self.other = other

    def changed(self, samples: Tensor) -> Tensor:
        """Return the tensor with other content in some samples.

        Args:
            samples: for each sample, whether it is changed.
        """
        return torch.where(samples[self.place.samples].to(self.base.device), self.other, self.base)

    def changes(self) -> list[int]:
        """Return the samples that have other content."""
        different = (self.base != self.other).cpu()
        return [j for j in range(self.place.count) if bool(different[self.place.samples == j].any())]


def contents(places: Iterable[Place], random: torch.Generator) -> list[Content]:
    """Return the content of each tensor; what must stay as it is, lengths and masks, has no other."""
    every = list(places)
    telling = [p for p in every if p.tensor.is_floating_point() or p.tensor.numel() > p.count]
    return [_content(place, random, keep=not place.is_target and _stays(place, bool(telling))) for place in every]


def _stays(place: Place, others: bool) -> bool:
    """Tell whether a tensor says how to read the others: lengths, one whole number for each sample, and masks."""
    tensor = place.tensor
    if tensor.dtype == torch.bool or tensor.is_complex():
        return True
    if not tensor.is_floating_point() and tensor.numel() <= place.count:  # one number each, also as a column
        return others
    steps = _steps(place)
    if steps is None or not bool(((tensor == 0) | (tensor == 1)).all()):
        return False
    ones = tensor.detach().movedim(steps, -1)
    falls = (ones[:, 1:] <= ones[:, :-1]).all() | (ones[:, 1:] >= ones[:, :-1]).all()
    return bool(falls) and bool((ones.sum(1) > 0).any())


def _steps(place: Place) -> int | None:
    """Return the dim of the steps of a matrix; where nobody has named it, the one beside that of the samples."""
    if place.tensor.dim() != 2:
        return None
    if place.seq_dim is not None:
        return place.seq_dim
    samples = place.samples
    return 1 if bool((samples == samples[:, :1]).all()) else 0 if bool((samples == samples[:1]).all()) else None


def _content(place: Place, random: torch.Generator, keep: bool) -> Content:
    base = place.tensor.detach().clone()
    if keep:
        return Content(place, base, base)
    spread = bool((base != base.flatten()[0]).any())
    if base.is_floating_point() and not spread:  # of nothing but zeros nobody sees where they go
        base = (torch.rand(base.shape, generator=random) - 0.5).to(base)
        if place.real is not None:
            base = torch.where(place.real.to(base.device), base, place.tensor.detach())
    count = place.count
    other = in_order(base, place.samples, [*range(1, count), 0])
    other = _filled(base, other, place, random)
    if base.is_floating_point() or base.is_complex():
        if base.is_complex() or not bool((base == base.round()).all()):
            other = other * (1 - 0.2 * torch.rand(base.shape, generator=random)).to(base)
        elif count == 1:
            other = other + 1
    else:
        other = _other_numbers(base, other, place, random)
    if place.real is not None:
        other = torch.where(place.real.to(base.device), other, base)
    return Content(place, base, other)


def _filled(base: Tensor, other: Tensor, place: Place, random: torch.Generator) -> Tensor:
    """Put real content where a sample is real and the one whose content it gets is padding."""
    if place.real is None:
        return other
    missing = place.real & ~in_order(place.real, place.samples, [*range(1, place.count), 0])
    pool = base[place.real.to(base.device)]
    drawn = pool[torch.randint(pool.numel(), (int(missing.sum()),), generator=random).to(pool.device)]
    other = other.clone()
    other[missing.to(base.device)] = drawn
    return other


def _other_numbers(base: Tensor, other: Tensor, place: Place, random: torch.Generator) -> Tensor:
    """Where whole numbers would be the same as before, take other ones that occur; what is negative, or padding, stays."""
    real = base >= 0 if place.real is None else (base >= 0) & place.real.to(base.device)
    values = torch.unique(base[real])
    if values.numel() < 2:
        return base
    numbers = torch.searchsorted(values, other.clamp(min=values[0], max=values[-1]).contiguous())
    same = (other == base) | (other < 0)
    shift = torch.randint(1, values.numel(), base.shape, generator=random).to(base.device)
    at = torch.searchsorted(values, base.clamp(min=values[0], max=values[-1]).contiguous())
    moved = values[torch.where(same, at + shift, numbers) % values.numel()]
    return torch.where(real, moved, base)


def in_order(tensor: Tensor, samples: Tensor, source: Sequence[int]) -> Tensor:
    """Return a tensor in which each sample has the content of another one.

    Args:
        tensor: the tensor.
        samples: for each element the number of its sample.
        source: for each sample, whose content it gets.
    """
    rows = samples.reshape(-1)
    at = [(rows == j).nonzero().flatten().to(tensor.device) for j in range(len(source))]
    before = tensor.reshape(-1)
    after = before.clone()
    for j, k in enumerate(source):
        length = min(len(at[j]), len(at[k]))
        after[at[j][:length]] = before[at[k][:length]]
    return after.view(tensor.shape)


def without(tensor: Tensor, samples: Tensor, sample: int) -> Tensor | None:
    """Return a tensor without the rows of a sample; None where its samples lie along no one dim.

    Args:
        tensor: the tensor.
        samples: for each element the number of its sample.
        sample: the one that is left out.
    """
    for dim in range(tensor.dim()):
        line = samples.movedim(dim, 0).reshape(tensor.size(dim), -1)
        if bool((line == line[:, :1]).all()):
            return tensor.index_select(dim, (line[:, 0] != sample).nonzero().flatten().to(tensor.device))
    return None
