"""What the axes of the tensors were in which samples meet: the model is run once more, and followed up to there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from torch import Tensor

from rnnshape.coordinates.reading import readable
from rnnshape.experiments.entry import Entry
from rnnshape.experiments.lockstep import Found
from rnnshape.experiments.places import Given, tensors_of
from rnnshape.experiments.recording import Comparing
from rnnshape.experiments.trial import Trial
from rnnshape.text import ORDINALS
from rnnshape.tracking.marks import writes

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.tracking.track import Tracker

__all__ = ["with_layouts"]


def with_layouts(found: Found | None, trial: Trial, label_again: Callable[[], tuple[Tracker, Given]]) -> Found | None:
    """Return what was found with the Layouts of what the operation was given, as far as they are known.

    Args:
        found: an operation of the model; None where there is none.
        trial: the model.
        label_again: returns a copy of what it is given, with a tracker that knows the axes of that.
    """
    if found is None or trial.recorded is None:
        return found
    tracker, given = label_again()
    waiting = _Waiting(trial.recorded.entries, found.number)
    try:
        trial.subject.follow(given, tracker, waiting)
    except Exception:  # without them the line stands alone
        tracker.abandon()
        return found
    tracker.settle()
    return replace(found, meeting=replace(found.meeting, layouts=waiting.layouts(tracker)))


class _Waiting(Comparing):
    """Waits for one operation of a run that is known, and keeps what that is given.

    Args:
        entries: of the run.
        number: of the operation among them.
    """

    def __init__(self, entries: Sequence[Entry], number: int) -> None:
        super().__init__([entry.afresh() for entry in entries], 0)
        self._number = number
        self._given: list[Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        before = self._at
        result = super().__torch_function__(func, types, args, kwargs)
        if before == self._number and self._at == before + 1:
            given = [t for _, t in tensors_of([args, kwargs or {}])]
            self._given = given[1:] if writes(self._entries[before].name) else given
        return result

    def layouts(self, tracker: Tracker) -> tuple[tuple[str, Layout], ...]:
        """Return what a tracker that followed the same run knows of what the operation was given."""
        marks = [mark for t in self._given[: len(ORDINALS)] if (mark := tracker.book.mark(t)) is not None]
        known = [layout for mark in marks if (layout := readable(mark)) is not None]
        return tuple(zip(("given",) if len(known) == 1 else ORDINALS, known, strict=False))

