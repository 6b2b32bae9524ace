"""RNS511: a model that is to say which word comes, and has read it.

That the targets are words of the input the numbers of both tell, and which of these a layer had read by then, its coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rnnshape.coordinates.mark import UNNAMED, Mark
from rnnshape.coordinates.tables import LARGEST, at_sizes, line_along, runs_along, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import RowLoss, TokenIds
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step, Words

__all__: list[str] = []

FEWEST = 8
"""Targets that must be words of the input before it is no accident."""

DIFFERENT = 3
"""How many words there must be among them: of fewer, many texts are alike."""


@note(TokenIds)
def words_are_looked_up(use: TokenIds, step: Step) -> None:
    """Remember which words a text has, by where its axis of steps comes from."""
    for dim in (0, 1) if len(use.mark.sizes) == 2 else ():
        seq, rows = _along(use.mark, dim, ("seq", UNNAMED)), _along(use.mark, 1 - dim, ("batch", UNNAMED))
        ids = step.values(use.ids) if seq is not None and rows is not None else None
        if seq is not None and rows is not None and ids is not None and ids.numel() <= LARGEST:
            at, sample = (line_along(use.mark.tables[a], d) for a, d in ((seq, dim), (rows, 1 - dim)))
            if min(int(at.min()), int(sample.min())) >= 0:
                words = torch.full((int(sample.max()) + 1, int(at.max()) + 1), -1)
                words[sample[:, None], at] = ids.detach().cpu().long().movedim(dim, 1)
                before = step.words.get(seq.of)
                if before is None or before.ids.numel() < words.numel():
                    step.words[seq.of] = Words(words, rows)


def _along(mark: Mark, dim: int, names: tuple[str, ...]) -> Axis | None:
    """Return the axis that lies along one dim of two, and no other."""
    return next((a for a, t in mark.tables.items() if a.name in names and runs_along(t) == [dim]), None)


@rule(RowLoss)
def words_that_were_read_before(use: RowLoss, step: Step) -> Iterator[Mistake]:
    """Scores come from a layer that has read, at that step or from behind, the very word that is their target."""
    for axis, steps in use.rows.of("step") if step.words else ():
        call = step.usage.source(axis)
        words = step.words.get(call.seq.of) if call is not None and call.seq is not None else None
        if call is None or words is None or call.order is None or use.target.is_floating_point():
            continue
        ahead = _words_ahead(use, steps, call.order, words, step)
        if ahead == 1 and call.directions == 2 and call.direction not in use.rows.tables:
            said = "the targets are the words that come next in what it reads, and it is bidirectional"
            yield _read(call, f"{said}: its reverse half has read each of them")
        elif ahead == 0 and call.is_carried:
            said = "the target of each step is the very word that it reads at that step"
            yield _read(call, f"{said}: it can copy it, and learns to say nothing of the next")


def _read(call: Recurrence, message: str) -> Mistake:
    return Mistake("RNS511", message, location=call.location, module=call.module, kind=call.kind)


def _words_ahead(use: RowLoss, steps: Tensor, order: Tensor, words: Words, step: Step) -> int | None:
    """Return whether the targets are the words that are read at each step, 0, or those after them, 1; None for neither."""
    target = step.values(use.target)
    samples = use.rows.tables.get(words.rows)
    if target is None or samples is None or target.numel() > LARGEST or target.dim() != len(use.rows.sizes):
        return None
    target = target.detach().cpu().long()
    sample, at = (at_sizes(t, target.shape).broadcast_to(target.shape) for t in (samples, steps))
    known = (sample >= 0) & (sample < len(words.ids)) & (at >= 0) & (at < len(order))
    for ignored in use.ignored:
        known &= target != ignored
    if not bool(known.any()):
        return None
    target, sample, at = target[known], sample[known], order[at[known]]
    found = [ahead for ahead in (0, 1) if _are_words(target, sample, at + ahead, words.ids)]
    return found[0] if len(found) == 1 else None


def _are_words(target: Tensor, sample: Tensor, at: Tensor, ids: Tensor) -> bool:
    """Tell whether targets are words of the input, wherever it has as many."""
    there = (at >= 0) & (at < ids.size(1))
    target, found = target[there], ids[sample[there], at[there]]
    enough = len(target) >= FEWEST and len(target) * 2 > len(there) and len(unique(target)) >= DIFFERENT
    return enough and bool(torch.equal(target, found))
