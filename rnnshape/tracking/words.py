"""`Words`: the words of somebody's own for steps, as "minutes" or "tokens" are.

An axis along which a recurrent layer walks is a sequence, whatever it is called: from then on it is what `seq` is to others.
A word for a piece of time or of text is one from the beginning, where it is the only one of its tensor. Places and variables
keep their names: who walks along these may have taken them for steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import line_along, only, runs_along
from rnnshape.layout.axes import PLACES, ROLES, VARIABLES, Axis
from rnnshape.tracking.renaming import Names

__all__ = ["Words"]

_PIECES = frozenset([
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "quarter",
    "quarters", "year", "years", "tick", "ticks", "moment", "moments", "frame", "frames", "word", "words", "token", "tokens",
    "char", "chars", "character", "characters", "letter", "letters", "phoneme", "phonemes", "note", "notes", "beat", "beats",
    "event", "events", "turn", "turns", "utterance", "utterances", "visit", "visits", "click", "clicks",
])  # fmt: skip
"""Pieces of time and of text: they come one after the other."""


class Words:
    """The axes for which somebody has a word of their own, until a layer has walked along them.

    It outlives a step: what is the sequence of one is that of the next.

    Args:
        rename: gives axes other names, in all that is known.
    """

    def __init__(self, rename: Callable[[Names], None]) -> None:
        self._rename = rename
        self._sizes: dict[Axis, int] = {}
        self._said: set[Axis] = set()
        self._sequences: set[str] = set()

    def known(self, axes: Sequence[Axis], sizes: Sequence[int]) -> list[Axis]:
        """Return what the axes of a tensor are that somebody has named, by what is known of their words.

        Args:
            axes: as they were named.
            sizes: of each.
        """
        self._said.update(axes)
        pieces = [axis for axis in axes if axis.name.lower() in _PIECES]
        found: list[Axis] = []
        for axis, size in zip(axes, sizes, strict=True):
            if (axis.name in self._sequences or pieces == [axis]) and self._is_free(axis):
                axis = Axis("seq", axis.of)
            elif axis.name not in ROLES and axis.name.lower() not in PLACES | VARIABLES:
                self._sizes[axis] = size
            found.append(axis)
        return found

    def _is_free(self, axis: Axis) -> bool:
        """Tell whether nothing else of that tensor was called the steps."""
        return Axis("seq", axis.of) not in self._said

    def concerns(self, mark: Mark) -> bool:
        """Tell whether a tensor has axes of which a layer may say that they are sequences."""
        return not self._sizes.keys().isdisjoint(mark.tables)

    def walked(self, mark: Mark, dim: int | None) -> None:
        """Hear that a layer walks along a dim of a tensor: where all of an axis lies there, in its order, it is a sequence.

        Args:
            mark: what is known of the tensor.
            dim: its steps; None where it is read one step at a time, so that it is of one of an axis.
        """
        for axis, table in [*mark.tables.items()]:
            if axis not in self._sizes:
                continue
            is_one_step = dim is None and only(table) is not None
            if is_one_step or (runs_along(table) == [dim] and self._is_all(axis, line_along(table, dim or 0))):
                self.is_a_sequence(axis)

    def _is_all(self, axis: Axis, line: torch.Tensor) -> bool:
        return torch.equal(line, torch.arange(self._sizes[axis]))

    def is_a_sequence(self, axis: Axis) -> None:
        """Hear that something walks along an axis: every one of that word is a sequence then."""
        alike = [other for other in self._sizes if other.name == axis.name]
        if alike and all(map(self._is_free, alike)):
            self._sequences.add(axis.name)
            for other in alike:
                del self._sizes[other]
            self._rename({other: Axis("seq", other.of) for other in alike})
