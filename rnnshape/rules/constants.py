"""RNS408 of a loss whose targets are one number at every step, so that the padding of shorter samples counts like the rest.

What tells true steps from others has ones for targets, and zeros. What it says of the padding is then no less wanted than what
it says of real steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import LARGEST, at_sizes
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import RowLoss
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

LEAST = 3
"""Rows of padding from which on it is no accident."""

_OF_CLASSES = frozenset([
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss", "hinge_embedding_loss", "cross_entropy",
    "nll_loss", "nll_loss_nd",
])  # fmt: skip
"""Losses whose targets are classes; a number that all states are to come near to may be a penalty on them."""


class _Turn(NamedTuple):
    """All steps of all samples, one after another in a line of rows, of which some are padding.

    Attributes:
        at: the rows, (samples, steps).
        padding: which of them are.
    """

    at: Tensor
    padding: Tensor


@rule(RowLoss)
def a_loss_of_one_target_counts_padding(use: RowLoss, step: Step) -> Iterator[Mistake]:
    """A loss has a row for every step of samples whose lengths somebody has, and one number for all targets of a turn."""
    target, scores = step.values(use.target), step.values(use.scores)
    if use.name not in _OF_CLASSES or use.target.requires_grad or target is None or scores is None or "RNS408" in step.told:
        return
    if max(target.numel(), scores.numel()) > LARGEST or (use.wanted is not None and use.wanted.tables):
        return
    turns = _turns(use.rows, step)
    if turns and all(_is_one(target.flatten(), turn, use.ignored) for turn in turns) and _are_scored(use, scores, turns):
        padding = sum(int(turn.padding.sum()) for turn in turns)
        whole = sum(turn.padding.numel() for turn in turns)
        message = f"{use.name} counts the padding of shorter samples like their steps: {padding} of its {whole} targets"
        yield wrong("RNS408", message, seen=use.rows)


def _is_one(target: Tensor, turn: _Turn, ignored: tuple[int, ...]) -> bool:
    """Tell whether all steps of a turn have the same target, in the padding too, and nobody ignores it."""
    wanted = target[turn.at.to(target.device)]
    return bool((wanted == wanted[0, 0]).all()) and float(wanted[0, 0]) not in ignored


def _are_scored(use: RowLoss, scores: Tensor, turns: list[_Turn]) -> bool:
    """Tell whether the padding has scores of its own: a mask may have left zeros there."""
    is_of_rows = scores.shape == use.target.shape
    lines = scores.flatten() if is_of_rows else scores.movedim(1, -1).flatten(0, -2)
    behind = torch.cat([lines[turn.at[turn.padding].to(lines.device)] for turn in turns])
    return bool((behind != 0).any()) and bool(torch.isfinite(behind).any())


def _turns(rows: Mark, step: Step) -> list[_Turn]:
    """Return the turns of steps that the rows of a loss are; none where they are anything else, or nothing is padding."""
    for axis, table in rows.of("step"):
        call = step.usage.source(axis)
        samples = next((t for _, t in rows.of("batch")), None)
        if call is None or axis in step.masked or _numel(rows) > LARGEST or not _has_lengths(call):
            continue
        steps = _in_a_line(table, rows)
        who = [_one_after_another(steps)] if samples is None else _known(_in_a_line(samples, rows))
        return next((found for known in who if (found := _in_turns(steps, known, call))), list[_Turn]())
    return []


def _in_a_line(table: Tensor, rows: Mark) -> Tensor:
    return at_sizes(table, rows.sizes).broadcast_to(rows.sizes).flatten()


def _one_after_another(steps: Tensor) -> Tensor:
    """Return whose each row is, where each sample's steps lie behind those of the one before."""
    return (steps == steps[0]).cumsum(0) - 1


def _known(samples: Tensor) -> Iterator[Tensor]:
    """Yield whose each row may be: what was unpacked is of nobody in the padding, which lies behind its sample, or beside."""
    yield samples
    if int(samples.min()) < 0 <= int(samples[0]):
        places = torch.where(samples >= 0, torch.arange(len(samples)), 0).cummax(0).values
        yield samples[places]
        of_one_step = samples[: int(samples.max()) + 1]
        tiled = of_one_step.repeat(-(-len(samples) // len(of_one_step)))[: len(samples)]
        if bool(((samples == tiled) | (samples < 0)).all()):
            yield tiled


def _padding(steps: Tensor, samples: Tensor, call: Recurrence) -> Tensor:
    """Return which steps lie behind the end of their sample."""
    if call.packed or call.ends is None:
        return steps < 0
    return steps > call.ends[samples]


def _numel(rows: Mark) -> int:
    return torch.Size(rows.sizes).numel()


def _has_lengths(call: Recurrence) -> bool:
    """Tell whether it is known where the samples of a call end, since somebody has their lengths."""
    if call.packed:
        return call.ragged
    return call.ends is not None and call.padding is not None and call.padding.has_lengths and not call.padding.is_left


def _in_turns(steps: Tensor, samples: Tensor, call: Recurrence) -> list[_Turn]:
    """Return how often all steps of all samples are there, each time in order, with the padding of shorter ones behind."""
    of_each = [(samples == sample).nonzero().flatten() for sample in range(int(samples.max()) + 1)]
    first = int(steps[steps >= 0].min()) if bool((steps >= 0).any()) else -1
    turns = int((steps[of_each[0]] == first).sum())
    if first < 0 or int(samples.min()) < 0 or turns < 1 or len({len(rows) for rows in of_each}) != 1 or len(of_each[0]) % turns:
        return []
    at = torch.stack(of_each).reshape(len(of_each), turns, len(of_each[0]) // turns)  # (samples, turns, steps)
    wanted = torch.arange(at.size(2)) + first
    found, padding = steps[at], _padding(steps[at], samples[at], call)
    is_in_order = bool(((found == wanted) | (padding & (found < 0))).all())
    is_behind = bool((padding[..., 1:] >= padding[..., :-1]).all()) and not bool(padding[..., 0].any())
    is_alike, is_some = bool((padding == padding[:, :1]).all()), not bool(padding.any(2).any(1).all())
    if not (is_in_order and is_behind and is_alike and is_some) or int(padding[:, 0].sum()) < LEAST:
        return []
    return [_Turn(at[:, turn], padding[:, turn]) for turn in range(turns)]
