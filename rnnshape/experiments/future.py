"""The experiment on the future: the output of a step must not depend on later ones, where a model is causal."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from rnnshape.experiments.influence import Experiment, Matrix
from rnnshape.experiments.lockstep import Found, seeing_ahead
from rnnshape.experiments.owners import changed
from rnnshape.experiments.samples import Samples
from rnnshape.experiments.step_rows import moved_inputs, rows_of_steps, with_other_steps
from rnnshape.experiments.trial import Trial

__all__ = ["Future", "future_said", "measure_future"]

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


def future_said(found: Future) -> Experiment:
    """Say what was measured about steps."""
    if found.ahead is None:
        return Experiment("future", "apart", (), found.matrix)
    step, later = found.ahead
    return Experiment("future", "together", (f"changing step {later} changes the output of step {step}",), found.matrix)
