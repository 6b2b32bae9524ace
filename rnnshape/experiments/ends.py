"""A row that knows the first step of its sample and the last one, and none between: one of two readers was not turned back.

Who reads from the end has its results in the opposite order. Beside those of who reads from the start, row 0 knows step 0
from the one and the last step from the other; the row at the other end has all steps from both. Whatever the readers are made
of, and whether a flip, a loop or a list has turned them, no model that turns the results back has such rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from rnnshape.experiments.entry import Entry
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.lockstep import Found, found_at, recorded
from rnnshape.experiments.owners import changed
from rnnshape.experiments.recording import Comparing
from rnnshape.experiments.step_rows import Moved, perhaps_moved, rows_of_steps, with_other_steps
from rnnshape.experiments.tracing import earliest
from rnnshape.experiments.trial import Trial

if TYPE_CHECKING:
    from rnnshape.experiments.samples import Samples

__all__ = ["Ends", "ends_said", "measure_ends"]

FEWEST = 6
"""Steps from which on there are some between the two at each end."""


@dataclass(slots=True, eq=False)
class Ends:
    """Rows of the output that know both ends of their sample and nothing between.

    Attributes:
        name: of the tensor of the output.
        row: the first of its rows, or the last.
        last: the number of the last step.
        found: the operation that puts both readers in one place.
    """

    name: str
    row: int
    last: int
    found: Found | None


@dataclass(frozen=True, slots=True)
class _Question:
    """Steps that are changed, and the rows that must change then, or must not: seen from the end whose row knows so little."""

    steps: tuple[int, ...]
    changed: tuple[int, ...]
    same: tuple[int, ...] = ()


def _questions(steps: int) -> list[_Question]:
    """Return what is asked of two readers in one place. Most models answer the first otherwise, or the second."""
    last = steps - 1
    return [
        _Question((*range(1, last),), (last,), (0,)),
        _Question((last,), (0, last)),
        _Question((0,), (0, last)),
        _Question((*range(2, last - 1),), (last,), (1,)),
        _Question((last - 1,), (1, last)),
    ]


def measure_ends(trial: Trial, samples: Samples) -> Ends | None:
    """Change the steps between both ends, and then those at each end, as long as the answers are those of two readers.

    Where nobody has named the steps, each dim is tried that something returned has too: no other dim answers like that.

    Raises:
        Unfit: where the model raises, or nothing that is returned has a row for each step.
    """
    found = (_measured(trial, samples, moved, steps) for moved, steps in perhaps_moved(trial, samples) if steps >= FEWEST)
    return next((ends for ends in found if ends is not None), None)


def _measured(trial: Trial, samples: Samples, moved: list[Moved], steps: int) -> Ends | None:
    leaf, dim = rows_of_steps(samples, steps)
    at, from_end, so = samples.leaves.index(leaf), False, torch.tensor(True)
    given: list[dict[int, Tensor]] = []
    for number, question in enumerate(_questions(steps)):
        chosen = {steps - 1 - n for n in question.steps} if from_end else {*question.steps}
        given.append(with_other_steps(trial, moved, steps, chosen.__contains__))
        after = trial.run(given[-1])[at]
        if after.shape != leaf.value.shape:
            return None
        rows = changed(leaf.value, after).cpu().movedim(dim, 0).reshape(steps, -1)
        from_end = from_end if number else not bool(_answer(question, rows, False).any())
        so = so & _answer(question, rows, from_end)
        if not bool(so.any()):
            return None
    return Ends(leaf.name, steps - 1 if from_end else 0, steps - 1, _where(trial, leaf, given, steps, from_end))


def _answer(question: _Question, rows: Tensor, from_end: bool) -> Tensor:
    """Tell of each column whether its rows have changed, and have not, as those of two readers in one place do."""
    seen = rows.flip(0) if from_end else rows
    return seen[[*question.changed]].all(0) & ~seen[[*question.same]].any(0)


def _where(trial: Trial, leaf: Leaf, given: list[dict[int, Tensor]], steps: int, from_end: bool) -> Found | None:
    """Return the first operation whose result has such rows, and none of whose operands has."""
    entries, at = recorded(trial, leaf.name)
    if at is None:
        return None
    runs: list[_Differing] = []
    for tensors in given:
        runs.append(_Differing(entries))
        trial.run(tensors, runs[-1])
    numbers = {id(entry): number for number, entry in enumerate(entries)}

    def has_such_rows(entry: Entry) -> bool:
        found = [run.differs.get(numbers[id(entry)], {}) for run in runs]
        for of_each in _rows_of_each(entry, found, steps):
            answers = [_answer(question, rows, from_end) for question, rows in zip(_questions(steps), of_each, strict=True)]
            if bool(torch.stack(answers).all(0).any()):
                return True
        return False

    return found_at(entries, earliest(entries, at, has_such_rows), trial)


def _rows_of_each(entry: Entry, runs: list[dict[int, Tensor]], steps: int) -> Iterator[list[Tensor]]:
    """Yield the rows that changed in each run: of each tensor that has one for each step, along each dim of that size.

    Features are one column, as readers stand side by side in them.
    """
    for place, value in enumerate(entry.values):
        for dim, size in enumerate(value.shape):
            if size == steps and all(place in run for run in runs):
                features = value.dim() - 1 if dim < value.dim() - 1 else dim - 1
                each = (run[place] if features < 0 else run[place].any(features, keepdim=True) for run in runs)
                yield [differs.movedim(dim, 0).reshape(steps, -1) for differs in each]


class _Differing(Comparing):
    """Compares a run, and remembers what is another in it.

    Attributes:
        differs: by the number of the operation, and the place of a tensor in what came of it.
    """

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__(entries, 0)
        self.differs: dict[int, dict[int, Tensor]] = {}

    def _hear(self, entry: Entry, number: int, place: int, tensor: Tensor) -> None:
        if entry.values[place].shape == tensor.shape:
            self.differs.setdefault(number, {})[place] = changed(entry.values[place], tensor).cpu()


def ends_said(found: Ends) -> Experiment:
    """Say what was measured of rows that know both ends."""
    knows = f"row {found.row} of {found.name} depends on step 0 and on step {found.last}, and on none between"
    by = f"; {found.found.meeting.operation} puts both there" if found.found is not None else ""
    turned = "who reads from the end has its results in the opposite order, which nothing has turned back"
    return Experiment("steps", "together", (f"{knows}{by}: {turned}",))
