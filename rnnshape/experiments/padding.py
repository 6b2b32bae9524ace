"""The experiment on padding: what lies beyond the end of the samples, and how much of it, must not reach what is real."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnnshape.experiments.content import Content
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, reading_padding
from rnnshape.experiments.owners import changed
from rnnshape.experiments.samples import Samples
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.trial import Trial

__all__ = ["Padded", "measure_padding", "padding_said"]

MORE = 2
"""Steps of padding that are added."""


@dataclass(slots=True, eq=False)
class Padded:
    """What was measured about padding.

    Attributes:
        by_amount: the samples whose real output changes with more padding; None where no more could be added.
        by_content: those whose real output changes with other content in the padding; None where nothing else can be there.
        found: where the padding is read; None where that is not known.
        told: whether the model is given lengths or a mask, so that it can know where the padding is.
    """

    by_amount: list[int] | None
    by_content: list[int] | None
    told: bool
    found: Found | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """Where the padding of some tensors of the same steps is."""

    steps: int
    is_left: bool
    real: Tensor  # (samples, steps)

    @property
    def lengths(self) -> Tensor:
        return self.real.sum(1)


def measure_padding(trial: Trial, samples: Samples) -> Padded:
    """Add padding, and put other content into it.

    Raises:
        Unfit: where no input is padded, or it is not known where.
    """
    padded = [content for content in trial.inputs if content.place.real is not None and content.place.seq_dim is not None]
    if not padded:
        raise Unfit("no input is known to be padded; pass lengths=")
    sides = _sides(padded[0], trial.count)
    told = any(content.place.tensor.dim() <= 2 for content in trial.kept)
    leaves = [leaf for leaf in samples.leaves if not leaf.is_whole and leaf.rows is not None]
    if not leaves or samples.mixed:
        raise Unfit("samples meet in the output, so nobody knows whose padding reaches it")
    amount = _attempt(trial, leaves, samples, _longer(trial, padded, sides), sides)
    content = _attempt(trial, leaves, samples, _filled(trial, padded), sides)
    found = Padded(amount, content, told)
    filled = _filled(trial, padded)
    if (amount or content) and filled is not None:
        found.found = reading_padding(trial, leaves[0], filled, sides.steps)
    return found


def _sides(content: Content, count: int) -> _Sides:
    place = content.place
    assert place.real is not None
    assert place.seq_dim is not None
    steps = place.tensor.size(place.seq_dim)
    at = place.real.movedim(place.seq_dim, -1).reshape(-1, steps)
    owner = place.samples.movedim(place.seq_dim, -1).reshape(-1, steps)[:, 0]
    real = torch.stack([at[owner == j][0] for j in range(count)])
    return _Sides(steps, not bool(real[:, -1].any()) or not bool(real[:, 0].all()), real)


def _attempt(
    trial: Trial, leaves: list[Leaf], samples: Samples, tensors: dict[int, Tensor] | None, sides: _Sides
) -> list[int] | None:
    """Return the samples whose real output changes; None where the model cannot be run like that."""
    if tensors is None:
        return None
    try:
        after = trial.run(tensors)
    except Unfit:  # a number of steps that is written down
        return None
    found: set[int] = set()
    for leaf in leaves:
        other = after[samples.leaves.index(leaf)]
        differs = _of_real(leaf, other, sides)
        if differs is None or leaf.rows is None:
            continue
        rows = leaf.rows.of(leaf.value.dim()).expand(leaf.value.shape)
        found |= {int(j) for j in torch.unique(rows[differs])}
    return sorted(found)


def _of_real(leaf: Leaf, other: Tensor, sides: _Sides) -> Tensor | None:
    """Return which real elements of a tensor differ; None where its steps are not those of the input."""
    value = leaf.value
    assert leaf.rows is not None
    grown = [dim for dim in range(value.dim()) if other.dim() == value.dim() and other.size(dim) != value.size(dim)]
    if other.dim() != value.dim() or len(grown) > 1 or leaf.rows.dim in grown:
        return None
    if grown:
        start = other.size(grown[0]) - value.size(grown[0]) if sides.is_left else 0
        if value.size(grown[0]) > other.size(grown[0]) or start < 0:
            return None
        other = other.narrow(grown[0], start, value.size(grown[0]))
    differs = changed(value, other).cpu()
    steps = [dim for dim in range(value.dim()) if dim != leaf.rows.dim and value.size(dim) == sides.steps]
    if grown and grown != steps[:1]:
        return None
    for dim in steps[:1]:  # padding itself may change
        shape = [1] * value.dim()
        shape[leaf.rows.dim], shape[dim] = len(leaf.rows.samples), sides.steps
        table = sides.real[leaf.rows.samples]
        real = (table if leaf.rows.dim < dim else table.t()).reshape(shape)
        differs = differs & real
    return differs


def _longer(trial: Trial, padded: list[Content], sides: _Sides) -> dict[int, Tensor] | None:
    """Return what is given with more padding in all tensors of these steps; None where their padding is not one number."""
    tensors = trial.unchanged()
    for content in trial.contents:
        place = content.place
        if place.is_target or place.seq_dim is None or place.tensor.size(place.seq_dim) != sides.steps:
            continue
        at = content.base.movedim(place.seq_dim, -1).reshape(-1, sides.steps)
        owner = place.samples.movedim(place.seq_dim, -1).reshape(-1, sides.steps)[:, 0]
        fillings = torch.unique(at[~sides.real[owner].to(at.device)])
        if fillings.numel() != 1:
            return None
        shape = list(content.base.shape)
        shape[place.seq_dim] = MORE
        more = content.base.new_full(shape, fillings.item())
        parts = [more, content.base] if sides.is_left else [content.base, more]
        tensors[id(place.tensor)] = torch.cat(parts, place.seq_dim)
    return tensors if any(tensors[id(c.place.tensor)] is not c.base for c in padded) else None


def _filled(trial: Trial, padded: list[Content]) -> dict[int, Tensor] | None:
    """Return what is given with real content in its padding."""
    tensors = trial.unchanged()
    for content in padded:
        real = content.place.real
        assert real is not None
        real = real.to(content.base.device)
        pool = content.base[real]
        drawn = pool[torch.arange(int((~real).sum()), device=pool.device) % max(1, pool.numel())]
        other = content.base.clone()
        other[~real] = drawn
        tensors[id(content.place.tensor)] = other
    return tensors


def padding_said(found: Padded) -> Experiment:
    """Say what was measured about padding."""
    if found.by_amount is None and found.by_content is None:
        return Experiment("padding", "unknown", ("the model runs with this padding alone",))
    words: list[str] = []
    if found.by_amount:
        words.append(f"{MORE} more steps of padding change the output of sample {found.by_amount[0]}")
    if found.by_content:
        words.append(f"other content in the padding changes the output of sample {found.by_content[0]}")
    if not words:
        return Experiment("padding", "apart")
    return Experiment("padding", "together" if found.by_amount and found.told else "fact", tuple(words))
