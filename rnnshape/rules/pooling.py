"""RNS404, 405, 408: what counts padding, in a pooling over the steps or in a loss.

Where samples end the coordinates tell: an output that was unpacked has none behind, and of one that was not the lengths, or the
ids of padding, tell. Whether a mask was applied, in whatever way, the model's own numbers tell.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import LARGEST, runs_along
from rnnshape.operations.names import MAXIMA
from rnnshape.operations.uses import Broadcast, Reduction, RowLoss, Weighing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.behind import at_the_end, behind_the_end
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import once_each
from rnnshape.rules.weights import HIDDEN
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_UNPACKS = frozenset(["_pad_packed_sequence", "index_select", "index"])
"""What leaves padding as it is: the rows of samples that were sorted by length are put back after they are unpacked."""

_MEANS = frozenset(["mean", "avg_pool1d", "adaptive_avg_pool1d"])

SHARE = 0.001
"""The least share of a sum that is worth a finding."""

UNCOUNTED = (
    "it counts the steps behind the ends of shorter samples, which are padding_idx; as nobody counts the real ones, that was "
    "taken for meant: if it is not, sum over the real steps, and divide by their number"
)
"""Why a mean over padding was not judged."""

FILLED = 3
"""Targets behind the ends of samples that are alike before they are taken for a filling: fewer may be so by chance."""

# Pooling over the steps


@note(Weighing, Broadcast)
def steps_are_masked(use: Weighing | Broadcast, step: Step) -> None:
    """Something that differs between samples meets the steps of an output: a mask, or weights."""
    for mark in use.marks:
        others = [other for other in use.marks if other is not mark and any(runs_along(t) for _, t in other.of("batch"))]
        for axis, _ in mark.of("step") if others else ():
            step.masked.keep(axis, others[-1].made)


@rule(Reduction)
def nothing_but_padding_is_counted(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A mask over the steps has left what stands in the padding of shorter samples, and nothing that is real."""
    picks = use.name in MAXIMA
    values = _numbers(use.tensor, step) if picks or use.name in ("mean", "sum") else None
    for axis, table in use.mark.of("step") if values is not None else ():
        for dim in runs_along(table)[:1]:
            padding = behind_the_end(use.mark, dim, step) if dim in use.dims else None
            if padding is None or values is None:
                continue
            counts, padding = values > HIDDEN if picks else values != 0, padding.to(values.device)
            if bool((counts & padding).any()) and not bool((counts & ~padding).any()):
                does = "picks what stands in the padding" if picks else "adds what stands in the padding"
                message = f"the mask is the wrong way round: {use.name} {does}, and nothing that is real"
                code = "RNS405" if picks else "RNS404" if len(use.dims) < len(use.mark.sizes) else "RNS408"
                at = step.masked.get(axis)
                fits = "~ of the mask fits" if picks else None  # what is summed may be masked by floats
                yield wrong(code, message, fits, at=at, seen=use.mark, marked=padding)
                return


@rule(Reduction)
def a_mean_counts_padding(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A mean over the steps divides by the longest length, and adds what stands behind a shorter sample's end."""
    if use.name not in _MEANS or len(use.dims) != 1:
        return
    padding = _padding_of(use, step)
    if padding is not None and (_is_untouched(use.mark, step) or _adds_padding(use, padding, step)):
        message = "the mean over the steps counts the padding of shorter samples: it divides by the longest length"
        packed = any(-1 in table for _, table in use.mark.of("step"))
        fits = "sum over the steps, and divide by lengths.unsqueeze(-1)" if packed and use.name == "mean" else None
        yield wrong("RNS404", message, fits, seen=use.mark, marked=padding)


@note(Reduction)
def a_mean_over_what_nobody_counts(use: Reduction, step: Step) -> None:
    """A mean over steps of which ids alone tell that they are padding may be meant: it is said, and not blamed."""
    if use.name not in _MEANS or len(use.dims) != 1:
        return
    for axis, _ in use.mark.of("step"):
        call = step.usage.source(axis)
        if call is None or call.seq is None or call.packed:
            continue
        padding = step.padding.get(call.seq.of)
        behind = _behind_folded(use, step.folded.get(call.seq.of))
        if padding is not None and padding.is_seen and not padding.has_lengths:
            behind = behind_the_end(use.mark, use.dims[0], step)
        if behind is not None and _adds_padding(use, behind, step):
            step.did_not_look(UNCOUNTED, f"{use.name} at {step.here()}")


def _behind_folded(use: Reduction, real: Tensor | None) -> Tensor | None:
    """Return what is padding, where a sample has several rows, which lie as they lay among the ids."""
    dim = use.dims[0]
    if real is None or len(use.mark.sizes) != 3 or dim > 1 or use.mark.sizes[dim] != real.size(1):
        return None
    return ~real.movedim(1, dim).unsqueeze(-1) if use.mark.sizes[1 - dim] == real.size(0) else None


@rule(Reduction)
def a_sum_adds_padding(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A sum over the steps adds what a layer has made of the padding."""
    if use.name != "sum" or len(use.dims) != 1 or "RNS225" in step.told:
        return
    padding = _padding_of(use, step)
    if padding is not None and _adds_padding(use, padding, step):
        message = "the sum over the steps adds what stands in the padding of shorter samples"
        yield wrong("RNS404", message, seen=use.mark, marked=padding)


@rule(Reduction)
def a_maximum_picks_padding(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A maximum over the steps has picked what lies behind a shorter sample's end."""
    if use.name not in MAXIMA or len(use.dims) != 1:
        return
    dim, values, padding = use.dims[0], _numbers(use.tensor, step), _padding_of(use, step)
    if padding is None or values is None:
        return
    padding = padding.to(values.device)
    least = torch.finfo(values.dtype).min
    real, behind = values.masked_fill(padding, least).amax(dim), values.masked_fill(~padding, least).amax(dim)
    if bool(((behind > real) & (real > least)).any()):
        message = "the maximum over the steps picks the padding of shorter samples"
        fits = "out.masked_fill(padding, float('-inf')) before it leaves the padding out"
        yield wrong("RNS405", message, fits, seen=use.mark, marked=padding)


def _padding_of(use: Reduction, step: Step) -> Tensor | None:
    """Return what is padding of an output that was packed, or of which somebody has the lengths: others may put up with it.

    Along the dim of the samples lies one step of each, as where sentences end: a sum over it is none over the steps.
    """
    for axis, table in use.mark.of("step"):
        rows = [rows for _, rows in use.mark.of("batch")]
        if not _in_turn(table, use.dims[0]) or any(once_each(r) and runs_along(r) == [use.dims[0]] for r in rows):
            continue
        call = step.usage.source(axis)
        padding = step.padding.get(call.seq.of) if call is not None and call.seq is not None else None
        if call is not None and (call.packed or (padding is not None and padding.is_seen and padding.has_lengths)):
            return behind_the_end(use.mark, use.dims[0], step)
    return None


def _in_turn(steps: Tensor, dim: int) -> bool:
    """Tell whether steps follow one another along a dim, each once, with padding at an end."""
    line = steps.movedim(dim, -1)
    both = (line[..., 1:] >= 0) & (line[..., :-1] >= 0)
    begins = (line[..., 1:] >= 0) & (line[..., :-1] < 0)
    in_one_piece = (begins.sum(-1) + (line[..., 0] >= 0) <= 1).all()
    return bool(both.any() and (line.diff() > 0)[both].all() and in_one_piece)


def _numbers(tensor: Tensor, step: Step) -> Tensor | None:
    """Return numbers with a fraction that may be looked at, None where there are none, or too many."""
    values = step.values(tensor)
    return None if values is None or not values.is_floating_point() or values.numel() > LARGEST else values.detach()


def _is_untouched(mark: Mark, step: Step) -> bool:
    """Tell whether an output is as it was unpacked: zeros behind the end, which add nothing, and are counted."""
    for axis, table in mark.of("step"):
        site = mark.sites.get(axis)
        if -1 in table and site is not None and site.name in _UNPACKS and axis not in step.masked:
            return True
    return False


def _adds_padding(use: Reduction, padding: Tensor, step: Step) -> bool:
    """Tell whether anything but zeros stands behind the end: nobody has put a mask over it."""
    values = _numbers(use.tensor, step)
    if values is None:
        return False
    values, padding = values.abs(), padding.to(values.device)
    behind, real = (values.masked_fill(where, 0.0).sum(use.dims[0]) for where in (~padding, padding))
    return bool((behind > SHARE * real).any())


# Losses


@rule(RowLoss)
def a_loss_counts_padding(use: RowLoss, step: Step) -> Iterator[Mistake]:
    """A loss has rows behind the end of shorter samples, where all targets are one filling that nobody ignores."""
    rows, target, scores = _rows_behind(use, step), step.values(use.target), step.values(use.scores)
    if rows is None or target is None or scores is None or target.numel() > LARGEST or scores.numel() > LARGEST:
        return
    padding, ends = (part.to(target.device).broadcast_to(target.shape) for part in rows)
    filling, real = target[padding], target[~(padding | ends)]
    if filling.numel() < FILLED or not real.numel() or bool((filling != filling[0]).any()):
        return
    if target.is_floating_point():
        if scores.shape != target.shape or not bool((scores[padding] != filling).any()) or bool((real == filling[0]).all()):
            return
        fits = None
    else:
        if int(filling[0]) in use.ignored or bool((real == filling[0]).any()):
            return
        fits = f"ignore_index={int(filling[0])} leaves the padding out"
    message = f"{use.name} counts the padding of shorter samples: {int(padding.sum())} of its {padding.numel()} targets"
    yield wrong("RNS408", message, fits, seen=use.rows)


def _rows_behind(use: RowLoss, step: Step) -> tuple[Tensor, Tensor] | None:
    """Return which rows of a loss are padding, by the target or by the scores, and at which a filling may stand for the end.

    A model of language is to say at the last real step that the sample ends there.
    """
    wanted = use.wanted or Mark(())
    for axis, table in wanted.of("seq"):
        padding = step.padding.get(axis.of)
        samples = next((t for _, t in wanted.of("batch") if int(t.min()) >= 0), None)
        if padding is not None and samples is not None and padding.is_right and int(samples.max()) < len(padding.last):
            after = table - padding.last[samples]
            return after > 1, after == 1
    for _, table in use.rows.of("step"):
        for dim in runs_along(table)[:1]:
            found, ends = behind_the_end(use.rows, dim, step), at_the_end(use.rows, step)
            if found is not None and ends is not None:
                return found, ends
    return None


@rule(Reduction)
def losses_of_padding_are_added(use: Reduction, step: Step) -> Iterator[Mistake]:
    """A mean of the losses of all steps counts those in the padding, over which nobody has put a mask."""
    is_whole = use.name in ("mean", "sum") and len(use.dims) == len(use.mark.sizes) and use.mark.target
    for _, table in use.mark.of("step") if is_whole else ():
        for dim in runs_along(table)[:1]:
            padding = behind_the_end(use.mark, dim, step)
            if padding is not None and _adds_padding(use, padding, step):
                yield wrong("RNS408", f"the {use.name} of the losses counts the padding of shorter samples", seen=use.mark)
                return
