"""The experiment on the number of samples: without one of them, the others must come to what they came to with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rnnshape.experiments.content import without
from rnnshape.experiments.entry import Entry
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, found_at, recorded
from rnnshape.experiments.owners import NOBODY, changed, common
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.recording import Comparing, Recording, Still
from rnnshape.experiments.samples import Samples
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.tracing import LAYERS, earliest
from rnnshape.experiments.trial import Trial

__all__ = ["Number", "measure_number", "number_said"]

FEWEST = 3
"""Samples of which one can be left out, so that two are left."""


@dataclass(slots=True, eq=False)
class Number:
    """What was measured about the number of samples.

    Attributes:
        count: how many samples there were.
        share: how much of the output of a sample that is left is another one; 0 where nothing is.
        sample: that sample.
        name: of the tensor.
        is_of_number: whether it is the same other one whichever sample is left out.
        found: the first operation that comes to another result, or that runs less often.
        did: that in words.
        edit: what makes the model independent of their number, tried on a copy; empty where none is known.
    """

    count: int
    share: float = 0.0
    sample: int = 0
    name: str = ""
    is_of_number: bool = True
    found: Found | None = None
    did: str = ""
    edit: str = ""


def measure_number(trial: Trial, samples: Samples) -> Number:
    """Leave the last sample out, and where that changes the others, the first one instead.

    Raises:
        Unfit: where nothing can be said of their number, a run raises, or one sample can't be left out.
    """
    if why := _why_not(samples):
        raise Unfit(why)
    leaves = [(at, leaf) for at, leaf in enumerate(samples.leaves) if leaf.rows is not None and leaf.order == "kept"]
    if trial.count < FEWEST:
        raise Unfit("with one of two samples left out there is no batch any more; give three")
    found, last = Number(trial.count), trial.count - 1
    still = [t for _, t in tensors_of(trial.result(trial.unchanged(), Still()).output)] if trial.may_draw else None
    fewer = _outputs_without(trial, last)
    for at, leaf in leaves:
        base = leaf.value if still is None else still[at]
        for sample in range(last):
            share = _share_changed(_of_sample(base, leaf, sample), _of_sample(fewer[at], leaf, sample, last))
            if share > found.share:
                found = Number(trial.count, share, sample, leaf.name)
    if not found.share:
        return found
    others = _outputs_without(trial, 0)
    found.is_of_number = all(
        not _share_changed(_of_sample(fewer[at], leaf, sample, last), _of_sample(others[at], leaf, sample, 0))
        for at, leaf in leaves
        for sample in range(1, last)
    )
    if found.is_of_number:
        _where(trial, next(leaf for _, leaf in leaves if leaf.name == found.name), found)
    return found


def _why_not(samples: Samples) -> str:
    """Say why nothing can be said of the number of samples; empty where something can."""
    leaves = [leaf for leaf in samples.leaves if not leaf.is_whole]
    if not leaves:
        return "the output is of the batch as a whole"
    if samples.mixed or any(leaf.is_of_pairs for leaf in leaves):
        return "samples meet, whatever their number"
    if samples.shuffles:
        return "the model draws an order of the samples, another one for another number of them"
    if any(leaf.order == "unknown" for leaf in leaves):
        return f"it is not known which rows are whose, as {samples.why_no_order}"
    if any(leaf.order == "lost" for leaf in leaves):
        return "the place of a sample in its batch matters, whatever their number"
    if not any(leaf.rows is not None and leaf.order == "kept" for leaf in leaves):
        return "the samples lie in no rows of the output"
    return ""


def _outputs_without(trial: Trial, sample: int) -> list[Tensor]:
    given = _given_without(trial, sample)
    try:
        run = trial.result(given, Still() if trial.may_draw else None)
    except Unfit as error:
        raise Unfit(f"with a batch of {trial.count - 1} {error}") from None
    return [t for _, t in tensors_of(run.output)]


def _given_without(trial: Trial, sample: int) -> dict[int, Tensor]:
    """Return what is given, without one sample."""
    if trial.unplaced or any(content.place.is_packed for content in trial.inputs):
        raise Unfit("nobody has said where the samples are in all that it is given, so none can be left out")
    tensors = trial.unchanged()
    for content in trial.inputs:
        less = without(content.base, content.place.samples, sample)
        if less is None:
            raise Unfit(f"the samples of {content.place.name} lie in no rows, so none can be left out")
        tensors[id(content.place.tensor)] = less
    return tensors


def _of_sample(tensor: Tensor, leaf: Leaf, sample: int, gone: int | None = None) -> Tensor | None:
    """Return what belongs to a sample in a result, of a batch without another one; None where its rows are not those."""
    assert leaf.rows is not None
    rows = leaf.rows.samples if gone is None else leaf.rows.samples[leaf.rows.samples != gone]
    if tensor.dim() != leaf.value.dim() or tensor.size(leaf.rows.dim) != len(rows):
        return None
    return tensor.index_select(leaf.rows.dim, (rows == sample).nonzero().flatten().to(tensor.device))


def _share_changed(base: Tensor | None, other: Tensor | None) -> float:
    """Return the share that is another one, of what both have; 0 where they can't be compared."""
    if base is None or other is None:
        return 0.0
    base, other = common(base, other)
    if base.shape != other.shape or not base.numel():
        return 0.0
    return float(changed(base, other).float().mean())


def _where(trial: Trial, leaf: Leaf, found: Number) -> None:
    """Find the operation that runs once for each sample, else the first whose result is another one."""
    entries, at = recorded(trial, leaf.name)
    recording, comparing = Recording(), _Fewer(entries, trial.count)
    given = _given_without(trial, trial.count - 1)
    trial.result(given, recording)
    recording.forget()
    calls, less = Counter(map(_call, entries)), Counter(map(_call, recording.entries))
    fewer = [n for n, entry in enumerate(entries) if less[_call(entry)] < calls[_call(entry)]]
    if fewer:
        here = next((n for n in fewer if entries[n].name in LAYERS), fewer[0])
        name, often = entries[here].name, _call(entries[here])
        found.found = found_at(entries, here, trial)
        found.did = f"{name} runs {less[often]} times then, and not {calls[often]}"
    elif at is not None:
        trial.result(given, comparing)
        here = earliest(entries, at, lambda entry: any(bool((o.table != NOBODY).any()) for o in entry.owners))
        found.found = found_at(entries, here, trial)
        found.did = f"the first that comes to another result is {found.found.meeting.operation}" if found.found else ""
    if found.found is not None:
        found.found = replace(found.found, made_at=None)


def _call(entry: Entry) -> tuple[str, tuple[str, str]]:
    return entry.name, entry.module


class _Fewer(Comparing):
    """Compares a run with one that has a sample less, the last: what there is of the others, where that lies in front.

    Args:
        entries: of the run that is remembered.
        count: how many samples that has.
    """

    def __init__(self, entries: list[Entry], count: int) -> None:
        super().__init__(entries, 0)
        self._count = count

    def _hear(self, entry: Entry, number: int, place: int, tensor: Tensor) -> None:
        value = entry.values[place]
        if value.dim() != tensor.dim():
            return
        shorter = [d for d in range(value.dim()) if value.size(d) != tensor.size(d)]
        if len(shorter) > 1 or any(value.size(d) != self._count != tensor.size(d) + 1 for d in shorter):
            return
        differs = torch.zeros(value.shape, dtype=torch.bool)
        a, b = common(value, tensor)
        differs[tuple(slice(n) for n in a.shape)] = changed(a, b).cpu()
        entry.owners[place].add(0, differs)


def number_said(found: Number) -> Experiment:
    """Say what was measured about the number of samples."""
    if not found.share:
        return Experiment("number", "apart")
    changed_of = f"{found.share:.0%} of sample {found.sample}'s {found.name}"
    said = f"without the last of {found.count} samples, {changed_of} is another one"
    if found.is_of_number:
        return Experiment("number", "together", (said,))
    return Experiment("number", "unknown", (said, "without the first it is not the same: it is not their number alone"))
