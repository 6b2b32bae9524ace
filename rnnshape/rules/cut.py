"""RNS251: the first samples are cut off, where the first steps were to be: they have no part in what is learned.

Nothing raises as long as all tensors are cut alike. That nothing else is made of these samples the graph of what is returned
tells: every way to what the model has made of them goes through such a cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import UNNAMED, Mark, Site
from rnnshape.coordinates.tables import line_along, numbers, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Broadcast, Output, Pairing, Reduction, RowLoss, Weighing
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.backward import nodes_behind, parents
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step

__all__: list[str] = []


class _CutOff(NamedTuple):
    """Samples that were cut off several tensors alike.

    Attributes:
        first: the first that is left.
        samples: how many there were.
        steps: the dim along which all steps were left.
        location: the user's line.
    """

    first: int
    samples: int
    steps: int
    location: Location | None


_CUT_OFF = Memory(dict[Axis, _CutOff])
"""By the axis of the samples, the first ones that two tensors which met both lack."""

_FIRST_THAT_COUNTS = Memory(dict[Axis, int])
"""By the axis of the samples, the first one that a sum or a loss has taken together with others."""

MOST_NAMED = 4
"""Samples that are named one by one."""

_SLICES = frozenset(["index", "narrow"])


class _Left(NamedTuple):
    """The samples of a tensor that lacks some in front.

    Attributes:
        axis: of them.
        first: the first that is left.
        last: likewise.
        steps: the dim of the steps.
        site: the slice, where it was one.
    """

    axis: Axis
    first: int
    last: int
    steps: int
    site: Site | None


@note(Broadcast, Weighing, Pairing, RowLoss, Reduction)
def samples_cut_off_alike(use: Broadcast | Weighing | Pairing | RowLoss | Reduction, step: Step) -> None:
    """Remember where two tensors meet, or have met, that have steps, and both of which lack the same first samples."""
    marks = (use.rows, use.wanted or Mark(())) if isinstance(use, RowLoss) else _that_met(use)
    one, other = (_left(mark) for mark in marks[:2]) if len(marks) > 1 else (None, None)
    if one is None or other is None or one[:3] != other[:3] or step.has_returned:
        return
    found = one if one.site is not None else other
    if found.site is not None and one.last + 1 == found.site.tables_before[one.axis].numel():
        step.of(_CUT_OFF).setdefault(one.axis, _CutOff(one.first, one.last + 1, found.steps, found.site.location))


def _that_met(use: Broadcast | Weighing | Pairing | Reduction) -> tuple[Mark, ...]:
    """Return what is known of two tensors; of what was made of two sequences, both are the same."""
    if not isinstance(use, Reduction):
        return use.marks
    sequences = {axis.of for axis in use.mark.tables if axis.name in ("seq", UNNAMED)}
    return (use.mark, use.mark) if len(sequences) > 1 else ()


def _left(mark: Mark) -> _Left | None:
    """Return which samples of a tensor are left, where these are more than half and its steps begin with the first."""
    for axis, table in mark.of("batch"):
        dims = runs_along(table)
        if len(dims) != 1 or int(table.min()) < 1:
            continue
        line = numbers(line_along(table, dims[0]))
        steps = _steps_from_the_first(mark, dims[0], line[0])
        if line == [*range(line[0], line[-1] + 1)] and len(line) > line[0] and steps is not None:
            site = mark.sites.get(axis)
            return _Left(axis, line[0], line[-1], steps, site if site is not None and _is_slice(site, axis) else None)
    return None


def _is_slice(site: Site, axis: Axis) -> bool:
    """Tell whether an operation has cut samples off of which all were there, in order."""
    before = site.tables_before.get(axis)
    return site.name in _SLICES and before is not None and torch.equal(before.flatten(), torch.arange(before.numel()))


def _steps_from_the_first(mark: Mark, samples: int, more_than: int) -> int | None:
    """Return the dim along which steps lie from the first on, more than so many; None where none do."""
    for axis, table in mark.tables.items():
        if not (axis.counts_steps or axis.name == UNNAMED):
            continue
        dims = runs_along(table)
        if len(dims) == 1 and dims[0] != samples and table.size(dims[0]) > more_than:
            line = line_along(table, dims[0])
            if torch.equal(line, torch.arange(len(line))):
                return dims[0]
    return None


@note(Reduction, RowLoss)
def samples_that_count(use: Reduction | RowLoss, step: Step) -> None:
    """Remember the first of the samples that a sum or a loss takes together: some may count that are cut off elsewhere."""
    mark = use.mark if isinstance(use, Reduction) else use.rows
    for axis, table in mark.of("batch"):
        if isinstance(use, RowLoss) or any(dim in use.dims for dim in runs_along(table)):
            first, known = int(table.min()), step.of(_FIRST_THAT_COUNTS)
            known[axis] = min(first, known.get(axis, first))


@rule(Output, where=lambda step: step.of(_CUT_OFF))
def the_first_samples_teach_nothing(use: Output, step: Step) -> Iterator[Mistake]:
    """All ways from what is returned to what was made of samples lead through cuts that take the same first ones away."""
    counts = step.of(_FIRST_THAT_COUNTS)
    for axis, cut in step.of(_CUT_OFF).items():
        if "RNS251" not in step.told and counts.get(axis, 0) == cut.first and _all_cut(use.tensors, cut.first):
            cuts = f"{_listed(cut.first)} of {cut.samples} {'is' if cut.first == 1 else 'are'} cut off"
            kept = f"all steps along dim {cut.steps} are kept"
            message = f"{cuts}, and {kept}: nothing that is returned is made of {'it' if cut.first == 1 else 'them'}"
            yield Mistake("RNS251", message, location=cut.location)
            return


def _listed(samples: int) -> str:
    """Name the first samples of a batch."""
    few = [*range(samples)] if samples <= MOST_NAMED else [0, 1, "...", samples - 1]
    return f"sample{'s' if samples > 1 else ''} {text.listed(few)}"


def _all_cut(tensors: Iterable[Tensor], first: int) -> bool:
    """Tell whether every way from some tensors to what lies behind slices that begin with this sample goes through one."""

    def cuts(node: Any) -> bool:
        return node.name().startswith("SliceBackward") and node._saved_start == first

    above = nodes_behind((tensor.grad_fn for tensor in tensors), cuts)
    slices = [node for node in above or () if cuts(node)]
    behind = nodes_behind(parent for node in slices for parent in parents(node))
    if above is None or behind is None or not slices:
        return False
    return not any(not hasattr(node, "variable") for node in {*above} & {*behind})
