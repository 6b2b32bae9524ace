"""The experiment on the future: the output of a step must not depend on later ones, where a model is causal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnshape.experiments.content import Content
from rnnshape.experiments.influence import Experiment, Matrix
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, seeing_ahead
from rnnshape.experiments.owners import changed
from rnnshape.experiments.samples import Samples
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.trial import Trial

__all__ = ["Future", "future_said", "measure_future", "moved_inputs", "rows_of_steps", "with_other_steps"]

MOST = 16
"""Steps up to which each is changed."""


@dataclass(slots=True, eq=False)
class Future:
    """What was measured about steps.

    Attributes:
        matrix: how much of the output of each step changes with each step.
        ahead: a step and a later one that its output depends on; None where there are none.
        found: where the first operation is that looks ahead.
    """

    matrix: Matrix
    ahead: tuple[int, int] | None
    found: Found | None = None


def measure_future(trial: Trial, samples: Samples) -> Future:
    """Change one step of all samples after the other.

    Raises:
        Unfit: where it is not known where the steps are.
    """
    moved, steps = moved_inputs(trial)
    leaf, dim = rows_of_steps(samples, steps)
    tried = [*range(steps)] if steps <= MOST else sorted({0, 1, steps // 2, steps - 2, steps - 1})
    at = samples.leaves.index(leaf)
    columns: dict[int, Tensor] = {}
    for step in tried:
        other = trial.run(with_other_steps(trial, moved, steps, lambda n, mine=step: n == mine))[at]
        if other.shape == leaf.value.shape:
            columns[step] = changed(leaf.value, other).cpu().movedim(dim, 0).reshape(steps, -1).float().mean(1)
    values = tuple(tuple(float(columns[s][row]) if s in columns else 0.0 for s in range(steps)) for row in range(steps))
    ahead = next(((row, s) for row in range(steps) for s in range(row + 1, steps) if values[row][s] > 0), None)
    found = Future(Matrix("step", "step", values), ahead)
    if ahead is not None:
        later = with_other_steps(trial, moved, steps, lambda n: n > ahead[0])
        found.found = seeing_ahead(trial, leaf, later, steps, ahead[0])
    return found


def moved_inputs(trial: Trial) -> tuple[list[Content], int]:
    """Return the inputs whose steps can be changed, and how many steps the first of them has.

    Raises:
        Unfit: where there are none.
    """
    moved = [c for c in trial.inputs if c.place.seq_dim is not None and c.other is not c.base]
    if not moved:
        raise Unfit("nobody has said which dim of an input is the steps; call it seq in axes=")
    return moved, moved[0].place.tensor.size(moved[0].place.seq_dim or 0)


def rows_of_steps(samples: Samples, steps: int) -> tuple[Leaf, int]:
    """Return a tensor of the output that has a row for each step, and the dim of these rows.

    Raises:
        Unfit: where none has.
    """
    for leaf in samples.leaves:
        dims = [d for d, n in enumerate(leaf.value.shape) if n == steps and (leaf.rows is None or d != leaf.rows.dim)]
        if dims and not leaf.is_whole:
            return leaf, dims[0]
    raise Unfit("nothing that is returned has a row for each step")


def with_other_steps(trial: Trial, moved: list[Content], steps: int, which: Callable[[int], bool]) -> dict[int, Tensor]:
    """Return what is given with other content in some steps of all inputs that have so many."""
    chosen = torch.tensor([which(n) for n in range(steps)])
    tensors = trial.unchanged()
    for content in moved:
        dim = content.place.seq_dim
        if dim is not None and content.base.size(dim) == steps:
            mask = chosen.view([-1 if d == dim else 1 for d in range(content.base.dim())]).to(content.base.device)
            tensors[id(content.place.tensor)] = torch.where(mask, content.other, content.base)
    return tensors


def future_said(found: Future) -> Experiment:
    """Say what was measured about steps."""
    if found.ahead is None:
        return Experiment("future", "apart", (), found.matrix)
    step, later = found.ahead
    return Experiment("future", "together", (f"changing step {later} changes the output of step {step}",), found.matrix)
