"""RNS511 of numbers: a model that is to say what comes next, and has read it.

That the targets are numbers of the input the values of both tell; which of these had been read by then, coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import AHEAD, UNNAMED
from rnnshape.coordinates.tables import LARGEST, at_sizes, line_along, numbers_by_row, runs_along, unique
from rnnshape.layout.axes import Axis
from rnnshape.operations.ahead import TO_THE_END, reach_of
from rnnshape.operations.uses import LookAhead, Residual, RowLoss
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Numbers, Step

__all__: list[str] = []

_AHEAD = Memory(dict[Axis, tuple[Location | None, str, str]])
"""By the axis of places that have read steps behind their own, what has made it."""

FEWEST = 8
"""Targets that must be numbers of the input before it is no accident, and how many different ones there must be of them."""

NEARLY_ALL = 0.95
"""The share of targets that must be the numbers so many steps ahead."""

FURTHEST = 8
"""How many steps ahead, and behind, targets are looked for."""

MOST = 1 << 18
"""Numbers of the input that are compared with the targets at one place, about."""

MOST_ROWS = 256
"""Targets that are looked at."""

FEATURES = 3
"""Of the features that a target has, so many are looked at."""


class _Reader(NamedTuple):
    """What has read steps ahead.

    Attributes:
        of: where the axis of these steps comes from.
        at: at which of them each target stands.
        reach: how far ahead it has read.
        message: what it is, and has done.
        made: its line, path and class.
    """

    of: str
    at: Tensor
    reach: int
    message: str
    made: tuple[Location | None, str, str]


@note(LookAhead)
def steps_are_read_ahead(use: LookAhead, step: Step) -> None:
    """Remember what has read steps behind each place's own."""
    step.of(_AHEAD).setdefault(use.axis, step.scene())


@rule(RowLoss, Residual, where=lambda step: bool(step.numbers))
def numbers_that_were_read_before(use: RowLoss | Residual, step: Step) -> Iterator[Mistake]:
    """Predictions come from what has read, at that step, the very number that is their target, some steps ahead."""
    if not use.target.is_floating_point() or (isinstance(use, Residual) and not step.has_returned):
        return
    for reader in _readers(use, step):
        ahead = _steps_ahead(use, reader, step)
        if ahead is not None and ahead <= reader.reach:
            location, module, kind = reader.made
            come = "next" if ahead == 1 else f"{ahead} steps later"
            said = f"the targets are the numbers that come {come} in what it reads, and {reader.message}"
            yield Mistake("RNS511", said, location=location, module=module, kind=kind)
            return


def _readers(use: RowLoss | Residual, step: Step) -> Iterator[_Reader]:
    """Yield what has read steps behind those at which it is compared with its targets."""
    for axis, steps in use.rows.of("step"):
        call = step.usage.source(axis)
        if call is None or call.seq is None or call.order is None or call.directions == 1:
            continue
        if call.direction not in use.rows.tables and int(steps.max()) < len(call.order):
            at = torch.where(steps >= 0, call.order[steps.clamp(min=0)], -1)
            said = "it is bidirectional: its reverse half has read each of them"
            yield _Reader(call.seq.of, at, TO_THE_END, said, (call.location, call.module, call.kind))
    for axis, steps in use.rows.of(AHEAD):
        of, reach = reach_of(axis)
        windows = f"its windows reach {text.count(reach, 'step')} ahead"
        said = "each step attends to those behind it too" if reach == TO_THE_END else windows
        yield _Reader(of, steps, reach, f"{said}: it has read each of them", step.of(_AHEAD).get(axis, (None, "", "")))


class _Targets(NamedTuple):
    """Targets, and the numbers that the model was given.

    Attributes:
        values: the targets, a row for each, with a few of its features.
        whole: all of its features, where it has as many as the input.
        sample: of which sample of the input each is.
        at: at which step it stands.
        given: the numbers, by sample, step and feature.
        places: at which place of these each step lies; -1 where it is none of them.
    """

    values: Tensor
    whole: Tensor | None
    sample: Tensor
    at: Tensor
    given: Tensor
    places: Tensor


def _steps_ahead(use: RowLoss | Residual, reader: _Reader, step: Step) -> int | None:
    """Return how many steps ahead the targets are the numbers of an input; None where they are not, or its own steps too."""
    for numbers_given in step.numbers:
        targets = _targets(use, reader, numbers_given, step)
        if targets is not None and len(targets.values) >= FEWEST:
            if any(_are_numbers(targets, ahead) for ahead in range(-FURTHEST, 1)):
                return None
            return next((ahead for ahead in range(1, FURTHEST + 1) if _are_numbers(targets, ahead)), None)
    return None


def _targets(use: RowLoss | Residual, reader: _Reader, given: Numbers, step: Step) -> _Targets | None:
    """Return targets beside the steps of an input; None where it has no such steps, or nothing is known of their rows."""
    seq = _only(given, lambda axis: axis.of == reader.of)
    rows = _only(given, lambda axis: axis != seq and axis in use.rows.tables and axis.name in ("batch", UNNAMED))
    values = step.values(use.target)
    if seq is None or rows is None or values is None or values.dim() != len(use.rows.sizes) or values.numel() > LARGEST:
        return None
    tables = [at_sizes(table, values.shape) for table in (use.rows.tables[rows], reader.at)]
    by_row, sample, at = _in_rows(values.detach(), *tables)
    (seq_dim,), (rows_dim,) = runs_along(given.tables[seq]), runs_along(given.tables[rows])
    of_sample, of_step = _places(given.tables[rows], rows_dim), _places(given.tables[seq], seq_dim)
    known = (sample >= 0) & (sample < len(of_sample)) & (at >= 0)
    known &= of_sample[sample.clamp(0, len(of_sample) - 1)] >= 0
    by_step = given.values.movedim((rows_dim, seq_dim), (0, 1))
    by_step = by_step.reshape(by_step.size(0), by_step.size(1), -1)
    some = _some(known.nonzero().flatten(), max(min(MOST_ROWS, MOST // max(by_step.size(2), 1)), 2 * FEWEST))
    picked = by_row[some.to(by_row.device)].cpu()
    whole = picked if picked.size(1) == by_step.size(2) > 1 else None
    features = _some(torch.arange(picked.size(1)), FEATURES)
    return _Targets(picked[:, features], whole, of_sample[sample[some]], at[some], by_step, of_step)


def _in_rows(values: Tensor, sample: Tensor, at: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return targets with a row for each step of each sample, and of each row which they are."""
    free = [d for d in range(values.dim()) if sample.size(d) == at.size(d) == 1]
    order = [*(d for d in range(values.dim()) if d not in free), *free]
    sizes = [1 if d in free else size for d, size in enumerate(values.shape)]
    samples, steps = (table.expand(sizes).permute(order).flatten() for table in (sample, at))
    return values.permute(order).reshape(len(samples), -1), samples, steps


def _only(given: Numbers, is_wanted: Callable[[Axis], bool]) -> Axis | None:
    """Return the axis of an input that lies along one dim alone, and of which something else is true."""
    return next((a for a, table in given.tables.items() if len(runs_along(table)) == 1 and is_wanted(a)), None)


def _places(table: Tensor, dim: int) -> Tensor:
    """Return at which place along a dim each coordinate lies; -1 where it does nowhere."""
    line = line_along(table, dim)
    real = (line >= 0).nonzero().flatten()
    found = torch.full((int(line.max()) + 1,), -1)
    found[line[real]] = real
    return found


def _some(numbers: Tensor, most: int) -> Tensor:
    """Return some of many numbers, from the first to the last of them."""
    if len(numbers) <= most:
        return numbers
    return numbers[torch.linspace(0, len(numbers) - 1, most).long()]


def _are_numbers(targets: _Targets, ahead: int) -> bool:
    """Tell whether targets are the numbers of the input, so many steps ahead, wherever it has as many."""
    at = targets.at + ahead
    there = (at >= 0) & (at < len(targets.places))
    there &= targets.places[at.clamp(0, len(targets.places) - 1)] >= 0
    if int(there.sum()) * 2 <= len(there) or int(there.sum()) < FEWEST:
        return False
    rows, steps = targets.sample[there], targets.places[at[there]]
    device = targets.given.device
    given, found = targets.given[rows.to(device), steps.to(device)].cpu(), False
    if targets.whole is not None and len({*map(tuple, numbers_by_row(wanted := targets.whole[there]))}) >= FEWEST:
        found = float((given == wanted).all(1).float().mean()) >= NEARLY_ALL  # notes that sound, say, are but zeros and ones
        if not found:
            return False
    for wanted in targets.values[there].unbind(1):
        if len(unique(wanted)) >= FEWEST:
            if not bool(((given == wanted[:, None]).float().mean(0) >= NEARLY_ALL).any()):
                return False
            found = True
    return found
