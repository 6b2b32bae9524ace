"""The experiments on a loss: whose gradient the target of one sample reaches, and whether it matters which target is whose.

The gradient is that of the loss by the output. What reaches all other samples alike, as where a loss is divided by how many
targets count, is a common factor and no influence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rnnshape.experiments.content import Content, in_order
from rnnshape.experiments.gradients import Gradients, Loss
from rnnshape.experiments.influence import Experiment, Matrix
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, first_meeting
from rnnshape.experiments.owners import CLOSE
from rnnshape.experiments.recording import Comparing, Recording
from rnnshape.experiments.samples import Samples, shuffled
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.trial import Trial

__all__ = ["Targets", "measure_targets", "targets_said"]

@dataclass(slots=True, eq=False)
class Targets:
    """What was measured about targets.

    Attributes:
        matrix: how much of the gradient of each sample's output changes with the target of each.
        others: whether each element of a gradient depends on one target, and some on that of another sample.
        any_order: whether it does not matter to the loss which target is whose, and outputs do not meet in it either.
        crossing: a sample and another one whose gradient it reaches; None where there are none.
        found: where they meet in the loss; None where that is not known.
        follows: whether the loss knows in which order the output has its samples, and that is not theirs: with samples and
            targets in another order all gradients are the same ones, wherever they lie.
    """

    matrix: Matrix
    others: bool
    any_order: bool
    crossing: tuple[int, int] | None
    found: Found | None = None
    follows: bool = False


def measure_targets(trial: Trial, samples: Samples, loss: Loss, target: Any) -> Targets:
    """Change one target after the other.

    Raises:
        Unfit: where the targets are not known, or the loss has no gradient.
    """
    contents = [c for c in trial.contents if c.place.is_target and c.place.count == trial.count]
    if not contents:
        raise Unfit("nobody has said which dim of the target is the batch; pass target_axes=")
    if len({j for content in contents for j in content.changes()}) < trial.count:
        raise Unfit("the target of some samples cannot be changed, as all targets are alike")
    mine = [_owners(leaf) for leaf in samples.leaves]
    gradients = Gradients(trial, loss, target)
    first = gradients.of({id(c.place.tensor): c.base for c in contents})
    if all(g is None for g in first):
        raise Unfit("the loss has no gradient by the output")
    if all(owners is None for owners, g in zip(mine, first, strict=True) if g is not None):
        raise Unfit("samples meet in the output, so no gradient is that of one of them")
    reached: dict[int, list[Tensor | None]] = {}
    for sample in range(trial.count):
        which = torch.arange(trial.count) == sample
        after = gradients.of({id(c.place.tensor): c.changed(which) for c in contents})
        reached[sample] = [_reached(g, a, o, sample) for g, a, o in zip(first, after, mine, strict=True)]
    values, crossing = _matrix(reached, mine, trial.count)
    others = crossing is not None and _is_of_others(reached, mine)
    any_order = crossing is not None and not others and _any_order(gradients, contents, first, mine, trial.count)
    where = _meeting(gradients, contents, mine, trial.count) if others or any_order else None
    follows = crossing is None and any(leaf.is_lost for leaf in samples.leaves) and _follows(trial, gradients, contents, first)
    return Targets(Matrix("output", "target", values), others, any_order, crossing, where, follows)


def _follows(trial: Trial, gradients: Gradients, contents: list[Content], first: list[Tensor | None]) -> bool:
    """Tell whether a loss of samples and targets in another order has the same gradients, wherever they lie."""
    source = shuffled(trial.count)
    moved = trial.in_order(source)
    if moved is None:
        return False
    outputs = trial.run(moved)
    if [t.shape for t in outputs] != [t.shape for t in gradients.tensors]:
        return False
    values = {id(t): other.detach() for t, other in zip(gradients.tensors, outputs, strict=True)}
    after = gradients.of({id(c.place.tensor): in_order(c.base, c.place.samples, source) for c in contents}, values)
    return all(_are_the_same(a, b) for a, b in zip(first, after, strict=True) if a is not None)


def _are_the_same(one: Tensor, other: Tensor | None) -> bool:
    """Tell whether two tensors have the same elements, in whatever order."""
    a, b = one.detach().flatten().sort().values, other.detach().flatten().sort().values if other is not None else None
    return b is not None and not bool(((a - b).abs() > CLOSE * 10 * float(a.abs().max())).any())


def _meeting(gradients: Gradients, contents: list[Content], mine: list[Tensor | None], count: int) -> Found | None:
    """Return where the output of one sample meets the target of another one, in the loss."""
    base = {id(c.place.tensor): c.base for c in contents}
    recording = Recording()
    gradients.of(base, None, recording)
    recording.forget()
    for sample in range(count):
        which = torch.arange(count) == sample
        values = {
            id(t): torch.where((o == sample).to(t.device), t.detach() * 0.9 + 0.01, t.detach())
            for t, o in zip(gradients.tensors, mine, strict=True)
            if o is not None
        }
        gradients.of({id(c.place.tensor): c.changed(which) for c in contents}, values, Comparing(recording.entries, sample))
    return first_meeting(recording.entries)


def _owners(leaf: Leaf) -> Tensor | None:
    """Return the sample of each element, None where several meet in it, or it is of the batch as a whole."""
    return None if leaf.is_mixed or leaf.is_whole or not leaf.value.is_floating_point() else leaf.owners.table


def _reached(before: Tensor | None, after: Tensor | None, owners: Tensor | None, sample: int) -> Tensor | None:
    """Return where a gradient changed, but for a factor that the gradients of all other samples have in common."""
    if before is None or after is None or owners is None:
        return None
    others = (owners >= 0) & (owners != sample)
    a, b = before.detach().cpu().double(), after.detach().cpu().double()
    if not bool(a.isfinite().all() & b.isfinite().all()):
        return None
    telling = others & (a != 0)
    factor = float((b[telling] / a[telling]).median()) if bool(telling.any()) else 1.0
    close = CLOSE * 10 * max(float(a.abs().max()), float(b.abs().max()))
    return torch.where(others, (b - factor * a).abs() > close, (b - a).abs() > close)


def _matrix(
    reached: dict[int, list[Tensor | None]], mine: list[Tensor | None], count: int
) -> tuple[tuple[tuple[float, ...], ...], tuple[int, int] | None]:
    values = [[0.0] * count for _ in range(count)]
    crossing: tuple[int, int] | None = None
    for j, tensors in reached.items():
        for differs, owners in zip(tensors, mine, strict=True):
            if differs is None or owners is None:
                continue
            for i in range(count):
                own = owners == i
                share = float(differs[own].float().mean()) if bool(own.any()) else 0.0
                values[i][j] = max(values[i][j], share)
                if i != j and share > 0 and crossing is None:
                    crossing = (j, i)
    return tuple(map(tuple, values)), crossing


def _is_of_others(reached: dict[int, list[Tensor | None]], mine: list[Tensor | None]) -> bool:
    """Tell whether each element of the gradients depends on one target at most, and some on that of another sample."""
    for at, owners in enumerate(mine):
        tables = [t[at] for t in reached.values()]
        if owners is None or any(t is None for t in tables):
            continue
        if int(torch.stack([t for t in tables if t is not None]).sum(0).max()) > 1:
            return False
    return True


def _any_order(
    gradients: Gradients, contents: list[Content], first: list[Tensor | None], mine: list[Tensor | None], count: int
) -> bool:
    """Tell whether exchanging targets leaves every gradient as it is, while outputs do not reach one another's."""
    source = shuffled(count)
    after = gradients.of({id(c.place.tensor): in_order(c.base, c.place.samples, source) for c in contents})
    if all(torch.equal(in_order(c.base, c.place.samples, source), c.base) for c in contents):
        return False
    for a, b in zip(first, after, strict=True):
        if a is not None and b is not None and bool(((a - b).abs() > CLOSE * float(a.abs().max())).any()):
            return False
    base = {id(c.place.tensor): c.base for c in contents}
    for at, (tensor, owners) in enumerate(zip(gradients.tensors, mine, strict=True)):
        if owners is None or first[at] is None:
            continue
        moved = torch.where((owners == 0).to(tensor.device), tensor.detach() * 0.9 + 0.01, tensor.detach())
        other = gradients.of(base, {id(tensor): moved})[at]
        differs = _reached(first[at], other, owners, 0)
        if differs is None or bool(differs[(owners != 0) & (owners >= 0)].any()):
            return False
    return True


def targets_said(found: Targets) -> Experiment:
    """Say what was measured about targets."""
    if found.crossing is None:
        return Experiment("targets", "apart", (), found.matrix, "gradients")
    j, i = found.crossing
    words = [f"the target of sample {j} changes the gradient of sample {i}'s output"]
    if found.others:
        words.append("every gradient depends on one target, and some on that of another sample")
    if found.any_order:
        words.append("it does not matter to the loss which target is whose")
    return Experiment(
        "targets", "together" if found.others or found.any_order else "fact", tuple(words), found.matrix, "gradients"
    )
