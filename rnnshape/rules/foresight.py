"""RNS511: a model that is to say which word comes, and has read it.

That the targets are words of the input the numbers of both tell, and which of these a layer had read by then, its coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import CHOICE, UNNAMED, Mark
from rnnshape.coordinates.tables import LARGEST, at_sizes, line_along, numbers, runs_along, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import RowLoss, TokenIds
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step, Words

__all__: list[str] = []

FEWEST = 8
"""Targets that must be words of the input before it is no accident."""

DIFFERENT = 3
"""How many words there must be among them: of fewer, many texts are alike."""

COPIES = "it can copy it, and learns to say nothing of the next"
"""What comes of a word that was read before it is the target."""

UNREAD, SEVERAL = -1, -2
"""In place of a word: nobody has looked one up there yet; several were."""


@note(TokenIds)
def words_are_looked_up(use: TokenIds, step: Step) -> None:
    """Remember which words a text has, by where its axis of steps comes from."""
    for dim in (0, 1) if len(use.mark.sizes) == 2 else ():
        seq, rows = _along(use.mark, dim, step.is_sequence), _along(use.mark, 1 - dim, _may_be_samples)
        ids = step.values(use.ids) if seq is not None and rows is not None else None
        if seq is not None and rows is not None and ids is not None and ids.numel() <= LARGEST:
            at, sample = (line_along(use.mark.tables[a], d) for a, d in ((seq, dim), (rows, 1 - dim)))
            if min(int(at.min()), int(sample.min())) >= 0:
                _read_words(step, seq, rows, sample[:, None], at, ids.detach().cpu().long().movedim(dim, 1))


@note(TokenIds)
def a_word_is_looked_up(use: TokenIds, step: Step) -> None:
    """Remember one word of each text, as a decoder reads them that is led step by step."""
    dims = [d for d, size in enumerate(use.mark.sizes) if size > 1]
    if len(dims) != 1 or len(use.mark.sizes) > 2 or use.mark.of(CHOICE):  # what the model itself has said is none
        return
    rows, seq = _along(use.mark, dims[0], _may_be_samples), _only_step(use.mark)
    ids = step.values(use.ids) if rows is not None and seq is not None else None
    if rows is None or seq is None or ids is None:
        return
    sample, at = line_along(use.mark.tables[rows], dims[0]), use.mark.tables[seq].max()
    if int(sample.min()) >= 0 and int(at) * len(sample) <= LARGEST:
        _read_words(step, seq, rows, sample, at.expand_as(sample), ids.detach().cpu().long().flatten())


def _read_words(step: Step, seq: Axis, rows: Axis, sample: Tensor, at: Tensor, ids: Tensor) -> None:
    """Add words to what is known of a text: of places where others were read before, as where some are left out, nothing is."""
    before = step.words.get(seq.of)
    if before is not None and before.rows != rows:
        return
    known = before.ids if before is not None else torch.full((0, 0), UNREAD)
    if int(at.max()) >= known.size(1) or int(sample.max()) >= known.size(0):
        known = _wider(known, int(sample.max()) + 1, int(at.max()) + 1)
    there = known[sample, at]
    known[sample, at] = torch.where((there == UNREAD) | (there == ids), ids, SEVERAL)
    step.words[seq.of] = Words(known, rows)


def _only_step(mark: Mark) -> Axis | None:
    """Return the axis of steps of which there is one, where there is one such axis."""
    found = [a for a, t in mark.tables.items() if a.name in ("seq", "step", UNNAMED) and t.numel() == 1 and int(t.max()) >= 0]
    return found[0] if len(found) == 1 else None


def _wider(ids: Tensor, samples: int, steps: int) -> Tensor:
    """Return a larger table of words, of which the new ones are not known yet."""
    larger = torch.full((max(samples, ids.size(0)), max(steps, 2 * ids.size(1))), UNREAD)
    larger[: ids.size(0), : ids.size(1)] = ids
    return larger


def _may_be_samples(axis: Axis) -> bool:
    return axis.name in ("batch", UNNAMED)


def _along(mark: Mark, dim: int, fits: Callable[[Axis], bool]) -> Axis | None:
    """Return the axis that fits and lies along one dim of two, and no other."""
    return next((a for a, t in mark.tables.items() if fits(a) and runs_along(t) == [dim]), None)


@rule(RowLoss)
def words_that_were_read_before(use: RowLoss, step: Step) -> Iterator[Mistake]:
    """Scores come from a layer that has read, at that step or from behind, the very word that is their target."""
    for axis, steps in use.rows.of("step") if step.words else ():
        call = step.usage.source(axis)
        words = step.words.get(call.seq.of) if call is not None and call.seq is not None else None
        if call is None or words is None or call.order is None or use.target.is_floating_point():
            continue
        targets = _targets(use, steps, words, step)
        ahead = _words_ahead(_in_order(targets, call.order), words.ids) if targets is not None else None
        if targets is None or ahead is None:
            continue
        if ahead == 1 and call.directions == 2 and call.direction not in use.rows.tables and _is_everywhere(targets, words):
            said = "the targets are the words that come next in what it reads, and it is bidirectional"
            yield _read(call, f"{said}: its reverse half has read each of them")
        elif ahead == 0 and call.is_carried:
            yield _read(call, f"the target of each step is the very word that it reads at that step: {COPIES}")
        elif ahead == -1 and call.directions == 1 and _goes_forward(call.order) and _is_everywhere(targets, words):
            yield _read(call, f"the target of each step is the word that it reads at the step before: {COPIES}")


@rule(RowLoss)
def the_word_that_a_step_reads(use: RowLoss, step: Step) -> Iterator[Mistake]:
    """Scores were made of a word, one step at a time, and that very word is their target."""
    if not step.words or use.target.is_floating_point():
        return
    for axis, steps in use.rows.tables.items():
        words = step.words.get(axis.of) if axis.name in ("seq", "step", UNNAMED) and axis.of else None
        reader = _reader(axis, step) if words is not None and axis != words.rows else None
        if reader is None or words is None:
            continue
        targets = _targets(use, steps, words, step)
        if targets is not None and _words_ahead(targets.picked(_are_first(targets)), words.ids) == 0:
            location, module, kind = reader
            said = "it is led word by word, and the target of each step is the very word that it has read at that step"
            message = f"{said}: {COPIES}"
            yield Mistake("RNS511", message, location=location, module=module, kind=kind)
            return


def _reader(axis: Axis, step: Step) -> tuple[Location | None, str, str] | None:
    """Return the line, the path and the class of what has read the steps of an axis one by one, with a state."""
    for number, walk in step.usage.walks.items():
        call = step.usage.calls.get(number)
        if axis in walk and call is not None and call.is_carried:
            return call.location, call.module, call.kind
    for loop in step.usage.loops.loops.values():
        if axis in loop.read:
            return loop.location, loop.module, loop.kind
    return None


def _read(call: Recurrence, message: str) -> Mistake:
    return Mistake("RNS511", message, location=call.location, module=call.module, kind=call.kind)


class _Targets(NamedTuple):
    """Targets of a loss that words of a text may be.

    Attributes:
        words: their numbers.
        sample: of which text each is.
        at: which of its words had been read.
    """

    words: Tensor
    sample: Tensor
    at: Tensor

    def picked(self, rows: Tensor) -> _Targets:
        """Return those of some rows."""
        return _Targets(self.words[rows], self.sample[rows], self.at[rows])


def _targets(use: RowLoss, steps: Tensor, words: Words, step: Step) -> _Targets | None:
    """Return the targets of a loss beside the steps of its scores; None where nothing is known of their rows."""
    target = step.values(use.target)
    samples = use.rows.tables.get(words.rows)
    if target is None or samples is None or target.numel() > LARGEST or target.dim() != len(use.rows.sizes):
        return None
    target = target.detach().cpu().long()
    sample, at = (at_sizes(t, target.shape).broadcast_to(target.shape) for t in (samples, steps))
    known = (sample >= 0) & (sample < len(words.ids)) & (at >= 0)
    for ignored in use.ignored:
        known &= target != ignored
    return _Targets(target[known], sample[known], at[known])


def _words_ahead(targets: _Targets, ids: Tensor) -> int | None:
    """Return whether targets are the words that were read last, 0, those after them, 1, or before them, -1; None for others."""
    found = [ahead for ahead in (0, 1, -1) if _are_words(targets.words, targets.sample, targets.at + ahead, ids)]
    return found[0] if found[1:] in ([], [-1]) and found else None


def _is_everywhere(targets: _Targets, words: Words) -> bool:
    """Tell whether targets stand beside most words of the texts: a span that is to be found there stands beside a few."""
    return 2 * len({*zip(numbers(targets.sample), numbers(targets.at), strict=True)}) > int((words.ids != UNREAD).sum())


def _goes_forward(order: Tensor) -> bool:
    """Tell whether a layer reads the words as they stand, and none of them from behind."""
    return bool((order.diff() > 0).all())


def _in_order(targets: _Targets, order: Tensor) -> _Targets:
    """Return targets beside the words that a layer has read, which may read them in another order than they stand."""
    read = targets.picked(targets.at < len(order))
    return read._replace(at=order[read.at])


def _are_first(targets: _Targets) -> Tensor:
    """Tell which targets stand beside a word first; those behind them stand beside what the model has said since."""
    first: dict[tuple[int, int], int] = {}
    each = zip(numbers(targets.sample), numbers(targets.at), strict=True)
    return torch.tensor([first.setdefault(word, row) == row for row, word in enumerate(each)], dtype=torch.bool)


def _are_words(target: Tensor, sample: Tensor, at: Tensor, ids: Tensor) -> bool:
    """Tell whether targets are words of the input, wherever it has as many."""
    there = (at >= 0) & (at < ids.size(1))
    there &= ids[sample, at.clamp(0, ids.size(1) - 1)] != UNREAD
    target, found = target[there], ids[sample[there], at[there]]
    enough = len(target) >= FEWEST and len(target) * 2 > len(there) and len(unique(target)) >= DIFFERENT
    return enough and bool(torch.equal(target, found))
