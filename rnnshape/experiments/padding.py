"""The experiment on padding: what lies beyond the end of the samples, and how much of it, must not reach what is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from rnnshape.experiments.content import Content
from rnnshape.experiments.gradients import Gradients, Loss
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, found_at
from rnnshape.experiments.owners import changed
from rnnshape.experiments.recording import Recording, recorded_run
from rnnshape.experiments.samples import Samples
from rnnshape.experiments.sides import Sides, sides_of
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.trial import Trial
from rnnshape.operations.names import WALKS

if TYPE_CHECKING:
    from rnnshape.experiments.reading import Read

__all__ = ["NOT_PADDED", "Changed", "Counted", "Padded", "counted_padding", "measure_padding", "padding_said"]

NOT_PADDED = "no input is known to be padded; rnnshape.probe takes lengths="
"""Why the experiment is not made."""

MORE = 2
"""Steps of padding that are added."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a loss counts of the padding.

    Attributes:
        name: of the tensor of the output.
        share: of its elements beyond the end of the samples that the loss depends on.
        found: the operation that makes the loss; None where it is not known.
    """

    name: str
    share: float
    found: Found | None


class Changed(NamedTuple):
    """Other padding, with which the real output of samples changes.

    Attributes:
        leaf: of the output.
        tensors: what is given.
        sides: where the padding was.
        judged: the samples whose content is as it was.
    """

    leaf: Leaf
    tensors: dict[int, Tensor]
    sides: Sides
    judged: Tensor


class _Change(NamedTuple):
    leaf: Leaf
    samples: list[int]


@dataclass(slots=True, eq=False)
class Padded:
    """What was measured about padding.

    Attributes:
        by_amount: the samples whose real output changes with more padding; None where no more could be added.
        by_content: those whose real output changes with other content in the padding; None where nothing else can be there.
        by_others: those whose real output changes where the longest samples are shorter; None where they could not be cut.
        told: whether the model is given lengths or a mask, so that it can know where the padding is.
        is_left: whether the padding is in front of the samples, where a recurrent layer reads it before them.
        changed: a run that shows it; None where there is none.
        read: where the padding is read; None where that is not known.
    """

    by_amount: list[int] | None
    by_content: list[int] | None
    by_others: list[int] | None
    told: bool
    is_left: bool
    changed: Changed | None = None
    read: Read | None = None

    @property
    def found(self) -> Found | None:
        """Where the padding is read."""
        return self.read.found if self.read else None

    @property
    def is_wrong(self) -> bool:
        """Whether the model could know better: it has lengths or a mask, or what reads the padding has one."""
        knows = self.told or (self.read is not None and self.read.has_mask)
        return bool(self.by_amount or self.by_others) and knows and not self.is_left


def measure_padding(trial: Trial, samples: Samples) -> Padded:
    """Add padding, take some away, and put other content into it.

    Raises:
        Unfit: where no input is padded, or it is not known where.
    """
    padded = [content for content in trial.inputs if content.place.real is not None and content.place.seq_dim is not None]
    if not padded:
        raise Unfit(NOT_PADDED)
    sides = sides_of(padded[0], trial.count)
    told = any(sides.says(content.place.tensor) for content in trial.kept)
    leaves = _read_by_users(trial, [leaf for leaf in samples.leaves if not leaf.is_whole and leaf.rows is not None])
    if not leaves or samples.mixed:
        raise Unfit("samples meet in the output, so nobody knows whose padding reaches it")
    every = torch.ones(trial.count, dtype=torch.bool)
    shorter = sides.lengths < int(sides.lengths.max())
    longer = _longer(trial, padded, sides)
    is_padding, is_placed = longer is not None, not any(leaf.is_moved for leaf in leaves)
    cut = _shorter(trial, sides) if is_padding and is_placed and bool(shorter.any()) else None
    if trial.may_draw:  # of other sizes, other random numbers are drawn
        longer = cut = None
    tried = [(longer, every), (_filled(trial, padded), every), (cut, shorter)]
    said = [_attempt(trial, leaves, samples, tensors, sides, judged) for tensors, judged in tried]
    found = Padded(_samples_in(said[0]), _samples_in(said[1]), _samples_in(said[2]), told, sides.is_left)
    for (tensors, judged), changes in zip(tried, said, strict=True):
        if changes and tensors is not None:
            found.changed = Changed(changes[0].leaf, tensors, sides, judged)
            break
    return found


def _read_by_users(trial: Trial, leaves: list[Leaf]) -> list[Leaf]:
    """Leave aside the final states of a recurrent layer that are returned as they are, beside what was computed further.

    They are for the next call, or for nobody; an encoder, which returns nothing else, returns them to be read.
    """
    run = recorded_run(trial)
    made = {name: at for (name, _), at in zip(trial.base, run.made, strict=False)}
    by = {leaf.name: (run.entries[at[0]].name, at[1]) for leaf in leaves if (at := made.get(leaf.name)) is not None}
    if all(name in WALKS for name, _ in by.values()):
        return leaves
    states = {leaf for leaf, (name, place) in by.items() if name in WALKS and place > 0}
    return [leaf for leaf in leaves if leaf.name not in states]


def _samples_in(changes: list[_Change] | None) -> list[int] | None:
    return None if changes is None else sorted({j for change in changes for j in change.samples})


def counted_padding(trial: Trial, samples: Samples, loss: Loss, target: Any) -> Counted | None:
    """Return what a loss counts of the padding that the model is told of; None where it counts none, or nothing tells.

    Raises:
        Unfit: where the loss has no gradient.
    """
    padded = [content for content in trial.inputs if content.place.real is not None and content.place.seq_dim is not None]
    if not padded:
        return None
    sides = sides_of(padded[0], trial.count)
    if not any(sides.says(content.place.tensor) for content in trial.kept):
        return None
    grown = _grown(trial, padded, sides, samples.leaves)
    gradients = Gradients(trial, loss, target)
    recording = Recording()
    found = gradients.of({id(c.place.tensor): c.base for c in trial.contents if c.place.is_target}, None, recording)
    recording.forget()
    for leaf, gradient in zip(samples.leaves, found, strict=True):
        dim = grown.get(leaf.name)
        beyond = _beyond(leaf, sides, dim) if gradient is not None and dim is not None else None
        if gradient is None or beyond is None or not bool(beyond.any()):
            continue
        if bool((gradient.cpu()[beyond] != 0).any()):
            share = float((gradient.cpu() != 0)[beyond].float().mean())
            return Counted(leaf.name, share, found_at(recording.entries, len(recording.entries) - 1))
    return None


def _grown(trial: Trial, padded: list[Content], sides: Sides, leaves: list[Leaf]) -> dict[str, int]:
    """Return the dim of each tensor of the output that is longer where there is more padding: that of the steps.

    Another dim may have as many elements. Where no padding can be added nothing tells.
    """
    longer = _longer(trial, padded, sides)
    try:
        after = trial.run(longer) if longer is not None else []
    except Unfit:
        return {}
    found: dict[str, int] = {}
    for leaf, other in zip(leaves, after, strict=False):
        sizes = zip(leaf.value.shape, other.shape, strict=False) if other.dim() == leaf.value.dim() else ()
        more = [dim for dim, (size, now) in enumerate(sizes) if now == size + MORE]
        if len(more) == 1 and leaf.value.size(more[0]) == sides.steps:
            found[leaf.name] = more[0]
    return found


def _beyond(leaf: Leaf, sides: Sides, dim: int) -> Tensor | None:
    """Return which elements of a tensor are beyond the end of their sample; None where it has no row for each of them."""
    if leaf.rows is None or leaf.is_whole or leaf.is_mixed or dim == leaf.rows.dim or len(leaf.rows.samples) != len(sides.real):
        return None
    shape = [1] * leaf.value.dim()
    shape[leaf.rows.dim], shape[dim] = len(sides.real), sides.steps
    table = ~sides.real[leaf.rows.samples]
    return (table if leaf.rows.dim < dim else table.t()).reshape(shape).expand(leaf.value.shape)


def _attempt(
    trial: Trial, leaves: list[Leaf], samples: Samples, tensors: dict[int, Tensor] | None, sides: Sides, judged: Tensor
) -> list[_Change] | None:
    """Return what changes of the real output; None where the model cannot be run like that."""
    if tensors is None:
        return None
    try:
        after = trial.run(tensors)
    except Unfit:  # a number of steps that is written down
        return None
    found: list[_Change] = []
    for leaf in leaves:
        differs = _of_real(leaf, after[samples.leaves.index(leaf)], sides, judged)
        if differs is None or leaf.rows is None:
            continue
        rows = leaf.rows.of(leaf.value.dim()).expand(leaf.value.shape)
        rows = rows[tuple(slice(size) for size in differs.shape)]
        if changes := [int(j) for j in torch.unique(rows[differs])]:
            found.append(_Change(leaf, changes))
    return found


def _of_real(leaf: Leaf, other: Tensor, sides: Sides, judged: Tensor) -> Tensor | None:
    """Return which real elements of a tensor differ; None where its steps are not those of the input."""
    value = leaf.value
    assert leaf.rows is not None
    grown = [dim for dim in range(value.dim()) if other.dim() == value.dim() and other.size(dim) != value.size(dim)]
    if other.dim() != value.dim() or len(grown) > 1 or leaf.rows.dim in grown:
        return None
    for dim in grown:
        size = min(other.size(dim), value.size(dim))
        other = other.narrow(dim, other.size(dim) - size if sides.is_left else 0, size)
        value = value.narrow(dim, value.size(dim) - size if sides.is_left else 0, size)
    differs = changed(value, other).cpu()
    differs &= judged[leaf.rows.samples].view([-1 if dim == leaf.rows.dim else 1 for dim in range(value.dim())])
    steps = [dim for dim in range(value.dim()) if dim != leaf.rows.dim and leaf.value.size(dim) == sides.steps]
    if grown and grown != steps[:1]:
        return None
    for dim in steps[:1]:  # padding itself may change
        shape = [1] * value.dim()
        shape[leaf.rows.dim], shape[dim] = len(leaf.rows.samples), value.size(dim)
        at = sides.steps - value.size(dim) if sides.is_left else 0
        table = sides.real[leaf.rows.samples].narrow(1, at, value.size(dim))
        real = (table if leaf.rows.dim < dim else table.t()).reshape(shape)
        differs = differs & real
    return differs


def _longer(trial: Trial, padded: list[Content], sides: Sides) -> dict[int, Tensor] | None:
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


def _shorter(trial: Trial, sides: Sides) -> dict[int, Tensor] | None:
    """Return what is given with the longest samples shorter; None where that cannot be.

    They stay the longest: a model that sorts its samples by length then has them in the same order.
    """
    lengths = sides.lengths
    longest = int(lengths.max())
    to = int(lengths[lengths < longest].max()) + 1
    if sides.is_left or to == longest or any(content.place.is_packed for content in trial.inputs):
        return None
    tensors = trial.unchanged()
    for content in trial.contents:
        place = content.place
        if place.seq_dim is not None and place.tensor.size(place.seq_dim) == sides.steps:
            tensors[id(place.tensor)] = content.base.narrow(place.seq_dim, 0, sides.steps - longest + to).clone()
        elif content in trial.kept and sides.says(content.base):
            tensors[id(place.tensor)] = content.base.clamp(max=to)
    return tensors


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
    if found.by_amount is None and found.by_content is None and found.by_others is None:
        return Experiment("padding", "unknown", ("the model runs with this padding alone",))
    words: list[str] = []
    if found.by_amount:
        words.append(f"{MORE} more steps of padding change the output of sample {found.by_amount[0]}")
    if found.by_others:
        words.append(f"where the longest samples are shorter, the output of sample {found.by_others[0]} changes")
    if found.by_content:
        words.append(f"other content in the padding changes the output of sample {found.by_content[0]}")
    if not words:
        return Experiment("padding", "apart")
    return Experiment("padding", "together" if found.is_wrong else "fact", tuple(words))
