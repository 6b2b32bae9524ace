"""`Step`: what has been seen of a model since it was called, for rules that a single use tells too little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.mark import UNNAMED
from rnnshape.coordinates.padding import Padding
from rnnshape.coordinates.room import Recent
from rnnshape.layout.axes import ROLES, Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.report.location import Location
from rnnshape.rules.carrying import Carrying
from rnnshape.rules.memory import MOST_SEEN, Memory
from rnnshape.rules.usage import Usage

__all__ = ["Normalised", "Numbers", "Reading", "Scene", "Step", "Words"]

M = TypeVar("M")

Scene = Callable[[], tuple[Location | None, str, str]]
"""Tells where the model is: the user's line, and the path and class of the innermost module."""

Normalised = tuple[str, str, Location | None]
"""Of scores that were normalised along other axes: which these are, what to write instead, and where."""


class Reading(NamedTuple):
    """A mask that lets each step read in one direction.

    Attributes:
        name: of the operation that is given it.
        fits: what turns it round, None where that is not known.
        location: the user's line.
    """

    name: str
    fits: str | None
    location: Location | None


class Words(NamedTuple):
    """The words of a text.

    Attributes:
        ids: a copy of them, by sample and step.
        rows: the axis of the samples.
    """

    ids: Tensor
    rows: Axis


class Numbers(NamedTuple):
    """The numbers that a model was given in one tensor.

    Attributes:
        values: a copy of them.
        tables: of their axes.
    """

    values: Tensor
    tables: dict[Axis, Tensor]


class Step:
    """What has been seen of a model's call.

    Args:
        scene: tells where the model is at the moment.
        did_not_look: told of what a rule could not judge: the reason, and what it concerns.

    Attributes:
        usage: the recurrent layers that were called, and what was used of their states.
        carrying: the states that came with a graph, and how far backward went.
        padding: by where an axis of steps comes from, where its samples begin and end, as far as that is known.
        across: by the axis that a layer takes for the samples, where the rows of the other dim would begin and end.
        orders: in which samples were packed, where that is not the order in which they came; with the line that sorted them.
        normalised: axes over which a log_softmax normalised.
        beside: axes along which it did not, with what it did instead.
        masked: the steps of outputs that something has met which differs between samples; with the line that has made that.
        told: the codes of what was found.
        has_returned: whether the model has, so that what comes is a loss.
        filled: by where an axis of steps comes from, where its samples are filled with id 0, which nobody has called padding.
        folded: likewise, which elements of (rows, steps) are no padding, where several rows are of one sample.
        laid: of axes that somebody has named, along which dim of a model's input each lies.
        words: by where an axis of steps comes from, the words of the texts that have it.
        numbers: what the model was given that is no words.
        reading: in which directions masks let steps read, "past" or "future", with the first that does.
        is_doubled: whether there is one sample, which was given twice: what it chooses is right for both.
    """

    def __init__(self, scene: Scene, did_not_look: Callable[[str, str], None]) -> None:
        self.scene = scene
        self.did_not_look = did_not_look
        self.usage = Usage()
        self.carrying = Carrying()
        self.padding: dict[str, Padding] = {}
        self.across: dict[Axis, Padding] = {}
        self.orders: Recent[tuple[int, ...], Location | None] = Recent(MOST_SEEN)
        self.normalised: Recent[Axis, None] = Recent(MOST_SEEN)
        self.beside: Recent[Axis, Normalised] = Recent(MOST_SEEN)
        self.masked: Recent[Axis, Location | None] = Recent(MOST_SEEN)
        self.told: set[str] = set()
        self.has_returned = False
        self.reading: dict[str, Reading] = {}
        self.filled: dict[str, Padding] = {}
        self.folded: dict[str, Tensor] = {}
        self.laid: dict[Axis, int] = {}
        self.words: dict[str, Words] = {}
        self.numbers: list[Numbers] = []
        self.is_doubled = False
        self._memories: dict[Memory[Any], Any] = {}

    def begin(self) -> None:
        """Begin with the next call of the model: what earlier ones used of their states is no longer asked for."""
        self.usage = Usage()
        self.has_returned = False
        self.padding = {}
        self.across = {}
        self.reading = {}
        self.filled = {}
        self.folded = {}
        self.words = {}
        self.numbers = []
        self._memories = {memory: kept for memory, kept in self._memories.items() if memory.outlives}

    def of(self, memory: Memory[M]) -> M:
        """Return what a family of rules has written down of the step: an empty one as long as it has not."""
        found: M | None = self._memories.get(memory)
        if found is None:
            found = self._memories[memory] = memory.make()
        return found

    def is_sequence(self, axis: Axis) -> bool:
        """Tell whether an axis may be one of steps: by its name, or as the only one of an argument that has a word of its own.

        Whoever writes "batch words" has named a sequence; "batch nodes" too may be one, until a layer reads it otherwise.
        """
        if axis.name in ("seq", UNNAMED) or axis not in self.laid:
            return axis.name in ("seq", UNNAMED)
        others = [a for a in self.laid if a.of == axis.of and a != axis and a.name not in ("batch", "feature", "hidden")]
        return axis.name not in ROLES and not others

    def is_padded(self, seq: Axis, padding: Padding) -> None:
        """Remember where the samples of an axis begin and end, also for the layers that have read it already.

        What layers say of an axis changes its name, and not where it comes from.
        """
        self.padding[seq.of] = padding
        for call in self.usage.calls.values():
            if call.seq is not None and call.seq.of == seq.of and call.padding is None:
                call.is_padded(padding)

    def reads(self, direction: str, name: str, fits: str | None) -> None:
        """Remember in which direction a mask of an operation lets steps read, and what turns it round."""
        self.reading.setdefault(direction, Reading(name, fits, self.here()))

    def rename(self, names: Mapping[Axis, Axis]) -> None:
        """Give axes of the recurrent layers' inputs other names."""
        for old, new in names.items():
            if old in self.laid:
                self.laid[new] = self.laid.pop(old)
            if new.name == "batch" and (found := self.across.get(old) or self.padding.get(old.of)) is not None:
                self.across[new] = found
        self.words = {of: found._replace(rows=names.get(found.rows, found.rows)) for of, found in self.words.items()}
        self.numbers = [n._replace(tables={names.get(a, a): t for a, t in n.tables.items()}) for n in self.numbers]
        for call in self.usage.calls.values():
            call.rename(names)

    def source(self, axis: Axis, letter: str = "") -> Recurrence | None:
        """Return the call in this step that made an axis, as `Usage.source` does.

        For a rule that reads of the call what it was from its beginning on: the same marks have the same answer.
        """
        return self.usage.source(axis, letter)

    def here(self) -> Location | None:
        """Return the user's line."""
        return self.scene()[0]

    def values(self, tensor: Tensor) -> Tensor | None:
        """Return a tensor whose numbers may be looked at; None where it has none, as in a dry run."""
        return known_values(tensor)

    def table_of(self, tensor: Tensor) -> Tensor | None:
        """Return the parameter or buffer of which a tensor shows the first rows; None where it is no such view."""
        whole = tensor._base
        is_kept = whole is not None and whole.dim() > 0 and whole.grad_fn is None
        return whole if is_kept and whole is not None and whole.storage_offset() == tensor.storage_offset() else None

    def is_one_line(self, a: Location | None, b: Location | None) -> bool:
        """Tell whether two places are the same line. Places are asked for here, since a repeated operation has others."""
        return a == b

    @property
    def explains_the_output(self) -> bool:
        """Whether something was told of which comes whatever is wrong with the output."""
        return bool(self.told & {"RNS201", "RNS203", "RNS401"})
