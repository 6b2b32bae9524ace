"""RNS512: a sum over samples, where each of them has something of its own."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.mark import CHARGED, GUESSED, LEVELLED, POOLED, SQUEEZED, SUMS, TOTAL, Mark, Site, of_scores
from rnnshape.coordinates.tables import LARGEST, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import (
    Broadcast,
    CellStep,
    Contraction,
    Joining,
    RecurrentInput,
    Remainder,
    Returned,
    Sharing,
    Weighing,
)
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_CHARGED = Memory(set[Location | None])
"""The lines of sums of all samples that each one's own has met, where they are no numbers of flags."""

ALMOST = 1e-3
"""A sum of weights to which a small number was added, lest it be zero, is still theirs."""


@rule(Weighing)
def a_total_meets_a_mask(use: Weighing, step: Step) -> Iterator[Mistake]:
    """One number, the sum over all steps of all samples, is multiplied with a mask of these: too late to leave any out."""
    for at in (0, 1):
        total, mask = use.marks[at], use.marks[1 - at]
        samples = [axis for axis, table in mask.of("batch") if runs_along(table) and of_scores(TOTAL, axis) in total.tables]
        steps = any(a.counts_steps and runs_along(table) for a, table in mask.tables.items())
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
        dims = {tuple(runs_along(t)) for a, t in site.tables_before.items() if a.counts_steps} - {()}
        fits = f"dim={dims.pop()[0]} of {site.name} takes the steps together" if len(dims) == 1 else None
        adds = f"{site.name} adds up the weights of all samples"
        message = f"{adds}, and the sum, which grows with their number, is held against one"
        yield wrong("RNS512", message, fits, at=site.location, seen=use.mark)
        return


@note(Sharing)
def what_all_samples_make(use: Sharing, step: Step) -> None:
    """Write down which sums are of what each sample has: a number of flags concerns all alike, and nothing adds nothing.

    What is divided by a sum is a weight among those of all samples where none is negative, and together they make one.
    """
    own, total = (step.values(tensor) for tensor in use.tensors)
    site = next((use.marks[1].sites[axis] for axis, _ in (*use.marks[1].of(TOTAL), *use.marks[1].of(SUMS))), None)
    if own is None or total is None or site is None or _counts(total) or not bool(total.isfinite().all() & (total != 0).any()):
        return
    if not use.divides or (use.tensors[0].requires_grad and _are_weights(own, total)):
        step.of(_CHARGED).add(site.location)


def _are_weights(own: Tensor, total: Tensor) -> bool:
    return bool((own >= 0).all()) and bool((own.sum_to_size(total.shape) - total).abs().max() <= ALMOST * total.abs().max())


@rule(Returned, Contraction, RecurrentInput, CellStep)
def all_samples_in_each(use: Returned | Contraction | RecurrentInput | CellStep, step: Step) -> Iterator[Mistake]:
    """What each sample has goes on as its own, and one number that all samples have made together is in it."""
    if isinstance(use, Contraction) and use.name != "linear":
        return
    marks = (use.mark, *use.states) if isinstance(use, CellStep) else (use.mark,)
    for mark in marks:
        for name, say in _SAYINGS.items():
            parts = [of_scores(name, samples) for samples, table in mark.of("batch") if runs_along(table)]
            axis = next((part for part in parts if part in mark.tables), None)
            if axis is None or mark.target or (name == LEVELLED and not isinstance(use, Returned)):
                continue
            site = mark.sites[axis]
            if name == LEVELLED or site.location in step.of(_CHARGED):
                message, fits = say(site)
                yield wrong("RNS512", message, fits, at=site.location, seen=mark)
                return


def _charged(site: Site) -> tuple[str, str | None]:
    takes = f"{site.name} takes all samples together, and what it makes is added to what each of them has"
    return f"{takes}: the result of a sample depends on the others, and on their number", None


def _levelled(site: Site) -> tuple[str, str | None]:
    takes = f"{site.name} takes the samples together, and is subtracted from the values of each, beside one that they share"
    dims = {tuple(runs_along(t)) for a, t in site.tables_before.items() if a.name == "feature"} - {()}
    along = dims.pop() if len(dims) == 1 else ()
    fits = f"dim={along[0]}, keepdim=True of {site.name} takes those of each together" if len(along) == 1 else None
    return f"{takes}: the result of a sample depends on the others", fits


def _pooled(site: Site) -> tuple[str, str | None]:
    takes = f"{site.name} adds up the weights of all samples, and each is divided by that, and weighs what its sample has"
    samples = {d for a, t in site.tables_before.items() if a.name == "batch" for d in runs_along(t)}
    dims = [d for d in range(len(site.sizes_before)) if d not in samples]
    fits = f"dim={dims[0]}, keepdim=True of {site.name} takes those of each together" if len(dims) == 1 else None
    return f"{takes}: the weights of one sample do not sum to one, and depend on the others", fits


_SAYINGS = {CHARGED: _charged, POOLED: _pooled, LEVELLED: _levelled}


@rule(Broadcast, Joining)
def squeezed_and_summed(use: Broadcast | Joining, step: Step) -> Iterator[Mistake]:
    """A squeeze took away the dim that was to be summed over, where it was of size 1, and the samples lie in its place."""
    for mark in use.marks:
        for axis, site in mark.lost.items():
            part = of_scores(SQUEEZED, axis)
            is_known = axis.name == "batch" and not axis.of.startswith(GUESSED) and part in site.tables_before
            if site.name != "sum" or not is_known or not any(_runs(other, axis) for other in use.marks):
                continue
            (dim,) = runs_along(site.tables_before[axis])
            squeezed = f"squeeze has taken dim {dim} away, which was of size 1"
            takes = f"{squeezed}, and {site.name} takes the samples, which lie there"
            message = f"{takes}: {use.name} gives each sample what all of them make"
            yield wrong("RNS512", message, f"without squeeze, {site.name} takes that dim", at=site.location, seen=mark)
            return


def _runs(mark: Mark, axis: Axis) -> bool:
    return axis in mark.tables and bool(runs_along(mark.tables[axis]))
