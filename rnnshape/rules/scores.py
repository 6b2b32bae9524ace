"""RNS510: scores that are not what a loss takes them for. What it takes stands in torch's documentation of each."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.uses import ClassScores
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

LEAST = 0.1
"""By how much the logarithm of a sum must exceed that of 1: less may be rounding, or a sum of smoothed probabilities."""

FEWEST = 3
"""Rows that tell: of one or two it may be an accident."""


@rule(ClassScores)
def scores_that_are_no_log_probabilities(use: ClassScores, step: Step) -> Iterator[Mistake]:
    """A loss takes logarithms of probabilities, and those that it gets sum to more than 1."""
    if use.name not in ("nll_loss", "ctc_loss") or _was_normalised(use, step):
        return
    rows = _rows(use, step)
    if rows is None or (use.name == "nll_loss" and not bool((rows > LEAST).any())):
        return  # the logarithm of 1 - p, say
    if int((rows.logsumexp(1) > LEAST).sum()) * 2 > len(rows):
        message = f"{use.name} takes logarithms of probabilities, and these scores are none: they would sum to more than 1"
        yield wrong("RNS510", message, seen=use.mark)


@rule(ClassScores)
def probabilities_for_scores(use: ClassScores, step: Step) -> Iterator[Mistake]:
    """``cross_entropy`` makes probabilities of scores, and gets some that are probabilities already."""
    rows = _rows(use, step) if use.name == "cross_entropy" else None
    if rows is not None and bool((rows >= 0).all()) and bool(((rows.sum(1) - 1).abs() < 1e-4).all()):
        message = "cross_entropy makes probabilities of scores by itself, and gets probabilities: rows that sum to 1"
        yield wrong("RNS510", message, seen=use.mark)


def _was_normalised(use: ClassScores, step: Step) -> bool:
    """Tell whether the scores come from a log_softmax, whatever was done to them since."""
    axes = [axis for axis, table in use.mark.tables.items() if use.dim in runs_along(table)]
    return any(axis in step.normalised or axis in step.beside for axis in axes)


def _rows(use: ClassScores, step: Step) -> Tensor | None:
    """Return the scores of each row, without rows that are all alike, such as padding; None where there are too few."""
    values = step.values(use.scores)
    if values is None or values.dim() < 2 or values.size(use.dim) < 2 or not values.is_floating_point():
        return None
    rows = values.detach().movedim(use.dim, -1).flatten(0, -2).float()
    rows = rows[(rows != rows[:, :1]).any(1) & rows.isfinite().any(1)]
    return rows if len(rows) >= FEWEST else None
