"""RNS512: a sum over samples, where each of them has something of its own."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.mark import TOTAL, of_scores
from rnnshape.coordinates.tables import LARGEST, runs_along
from rnnshape.operations.uses import Remainder, Weighing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@rule(Weighing)
def a_total_meets_a_mask(use: Weighing, step: Step) -> Iterator[Mistake]:
    """One number, the sum over all steps of all samples, is multiplied with a mask of these: too late to leave any out."""
    for at in (0, 1):
        total, mask = use.marks[at], use.marks[1 - at]
        samples = [axis for axis, table in mask.of("batch") if runs_along(table) and of_scores(TOTAL, axis) in total.tables]
        steps = any(a.name in ("seq", "step") and runs_along(table) for a, table in mask.tables.items())
        if total.sizes or not samples or not steps:
            continue
        if _is_mask(step.values(use.tensors[1 - at])) and not _counts(step.values(use.tensors[at])):
            (axis, _), *_ = total.of(TOTAL)
            summed = total.sites[axis]
            takes = f"{summed.name} takes all steps of all samples together, and {use.name} with a mask of them comes behind it"
            message = f"{takes}: each step is charged with what all have in common, that of the padding too"
            yield wrong("RNS512", message, at=summed.location, seen=mask)
            return


def _is_mask(values: Tensor | None) -> bool:
    """Tell whether a tensor has ones, and zeros, and nothing else."""
    if values is None or values.numel() > LARGEST:
        return False
    return bool(((values == 0) | (values == 1)).all()) and bool((values == 0).any()) and bool((values == 1).any())


def _counts(value: Tensor | None) -> bool:
    """Tell whether a sum is a whole number, as one of flags is: how many there are concerns all of them alike."""
    return value is None or bool((value == value.round()).all() & (value != 0).any())


@rule(Remainder)
def weights_of_other_samples_sum_to_one(use: Remainder, step: Step) -> Iterator[Mistake]:
    """Weights were summed over the samples, and their sum is held against a number: each sample has its own to look at."""
    for axis, _ in use.mark.of(TOTAL) if use.mark.sizes else ():
        site = use.mark.sites[axis]
        dims = {tuple(runs_along(t)) for a, t in site.tables_before.items() if a.name in ("seq", "step")} - {()}
        fits = f"dim={dims.pop()[0]} of {site.name} takes the steps together" if len(dims) == 1 else None
        adds = f"{site.name} adds up the weights of all samples"
        message = f"{adds}, and the sum, which grows with their number, is held against one"
        yield wrong("RNS512", message, fits, at=site.location, seen=use.mark)
        return
