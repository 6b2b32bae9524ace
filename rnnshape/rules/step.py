"""`Step`: what has been seen of a model since it was called, for rules that a single use tells too little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.padding import Padding
from rnnshape.coordinates.room import Recent
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.report.location import Location
from rnnshape.rules.carrying import Carrying
from rnnshape.rules.usage import Usage
from rnnshape.rules.walks import Walks

__all__ = [
    "Crossed", "CutOff", "Given", "Normalised", "Numbers", "Pieces", "Profile", "Reading", "Reduced", "ScaledChannels",
    "Scene", "Step", "Unfolded", "Words",
]  # fmt: skip

Scene = Callable[[], tuple[Location | None, str, str]]
"""Tells where the model is: the user's line, and the path and class of the innermost module."""

Normalised = tuple[str, str, Location | None]
"""Of scores that were normalised along other axes: which these are, what to write instead, and where."""

MOST_SEEN = 1 << 7
"""Of what outlives a call of the model, for a loss behind it, the last so many are known."""


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


class Reduced(NamedTuple):
    """Units of a layer that were taken away.

    Attributes:
        name: of the operation.
        dim: along which they lay.
        location: the user's line.
    """

    name: str
    dim: int
    location: Location | None


class Profile(NamedTuple):
    """The features of each step, taken together.

    Attributes:
        name: of the operation.
        dim: along which they lay.
        location: the user's line.
        read_by: what has read all steps for features; "" where nothing has.
    """

    name: str
    dim: int
    location: Location | None
    read_by: str = ""


class CutOff(NamedTuple):
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


class ScaledChannels(NamedTuple):
    """A dim of an input that nobody has named, which a normalisation takes for its channels.

    Attributes:
        name: of the operation.
        places: where the axis comes from that it takes for the places of each channel.
        fits: what takes these for the channels.
        location: the user's line.
    """

    name: str
    places: str
    fits: str
    location: Location | None


class Unfolded(NamedTuple):
    """Windows over steps.

    Attributes:
        steps: of the sequence that they were cut out of.
        behind: axes that lay behind the steps wherever windows were cut out of them, and lie before those of a window since.
        location: the user's line.
    """

    steps: int
    behind: frozenset[Axis]
    location: Location | None


class Crossed(NamedTuple):
    """A difference of which the operands have their elements along different dims.

    Attributes:
        name: of the operation.
        given: the sizes of the prediction, and of the target.
        sizes: of the difference.
        location: the user's line.
    """

    name: str
    given: tuple[tuple[int, ...], tuple[int, ...]]
    sizes: tuple[int, ...]
    location: Location | None


class Pieces(NamedTuple):
    """The pieces of one sequence that a layer reads as the rows of a batch.

    Attributes:
        axis: of its steps.
        first: the step with which each row begins.
        last: the step with which it ends.
        location: the line that has put them there.
    """

    axis: Axis
    first: list[int]
    last: list[int]
    location: Location | None


class Given(NamedTuple):
    """The h that a cell was given.

    Attributes:
        rows: a copy of it.
        seq: the axis of the steps that it reads.
        step: which of them it has read with it.
        real: of which rows that step is one, and no padding.
    """

    rows: Tensor
    seq: Axis
    step: int
    real: Tensor


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
        masked: the steps of outputs that something has met which differs between samples.
        told: the codes of what was found.
        has_returned: whether the model has, so that what comes is a loss.
        filled: by where an axis of steps comes from, where its samples are filled with id 0, which nobody has called padding.
        folded: likewise, which elements of (rows, steps) are no padding, where several rows are of one sample.
        counted: by the number of places that a mask has, the longest length that it was made of; 0 where it is not known.
        along_queries: of the origins of steps, where a mask of keys was laid along the queries.
        levels: of axes of steps, by the step that was picked, the fractions by which what became of it was multiplied.
        laid: of axes that somebody has named, along which dim of a model's input each lies.
        embeds: what ids of tokens were looked up in, by the ids of these tensors.
        joined_twice: the lines that have put a tensor beside itself.
        words: by where an axis of steps comes from, the words of the texts that have it.
        numbers: what the model was given that is no words.
        ahead: by the axis of places that have read steps behind their own, what has made it.
        cells: by the path of a cell, the h that it was given last, and for which step of which axis.
        unfolded: axes of steps of which windows were cut out.
        windowed: the channels that convolutions have made of windows over steps.
        without_units: axes of steps of which a reduction left these, and no units, of which there were as many.
        profiles: of the steps of an output, how the features of each were taken together.
        read_by_layers: the steps of outputs of which a layer has read the features.
        given_back: the steps of outputs that have met as many numbers, made for them.
        charged: the lines of sums of all samples that each one's own has met, where they are no numbers of flags.
        reading: in which directions masks let steps read, "past" or "future", with the first that does.
        scaled: by where an axis comes from, what takes it for channels, of which each has a scale of its own.
        crossed: of the axes of a prediction and a target, the difference in which each element of one meets all of the other.
        cut_off: by the axis of the samples, the first ones that two tensors which met both lack.
        first_that_counts: likewise, the first sample that a sum or a loss has taken together with others.
        one_by_one: by the number of a call, what it reads where the steps of one sequence are its batch, and along which dim.
        rolled: the axes of steps that were rolled along their dim, with the line.
        pieces: by the number of a call, the pieces of one sequence that it reads as the rows of a batch, with those before.
        walks: the unnamed dims along which loops walk as recurrent layers do.
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
        self.masked: Recent[Axis, None] = Recent(MOST_SEEN)
        self.told: set[str] = set()
        self.has_returned = False
        self.charged: set[Location | None] = set()
        self.reading: dict[str, Reading] = {}
        self.filled: dict[str, Padding] = {}
        self.folded: dict[str, Tensor] = {}
        self.counted: dict[int, int] = {}
        self.levels: dict[Axis, dict[int, set[float]]] = {}
        self.laid: dict[Axis, int] = {}
        self.along_queries: dict[str, Location | None] = {}
        self.embeds: set[int] = set()
        self.joined_twice: list[Location | None] = []
        self.words: dict[str, Words] = {}
        self.numbers: list[Numbers] = []
        self.ahead: dict[Axis, tuple[Location | None, str, str]] = {}
        self.cells: dict[str, Given] = {}
        self.unfolded: Recent[Axis, Unfolded] = Recent(MOST_SEEN)
        self.windowed: Recent[Axis, None] = Recent(MOST_SEEN)
        self.profiles: dict[Axis, Profile] = {}
        self.read_by_layers: set[Axis] = set()
        self.given_back: set[Axis] = set()
        self.without_units: Recent[Axis, Reduced] = Recent(MOST_SEEN)
        self.scaled: dict[str, ScaledChannels] = {}
        self.crossed: dict[frozenset[Axis], Crossed] = {}
        self.cut_off: dict[Axis, CutOff] = {}
        self.first_that_counts: dict[Axis, int] = {}
        self.one_by_one: dict[int, tuple[Mark, int]] = {}
        self.rolled: dict[Axis, Location | None] = {}
        self.pieces: dict[int, tuple[Pieces, ...]] = {}
        self.walks = Walks()
        self.is_doubled = False

    def begin(self) -> None:
        """Begin with the next call of the model: what earlier ones used of their states is no longer asked for."""
        self.usage = Usage()
        self.has_returned = False
        self.padding = {}
        self.across = {}
        self.reading = {}
        self.filled = {}
        self.folded = {}
        self.along_queries = {}
        self.embeds = set()
        self.joined_twice = []
        self.words = {}
        self.numbers, self.ahead = [], {}
        self.cells = {}
        self.charged = set()
        self.levels = {}
        self.scaled = {}
        self.crossed = {}
        self.profiles, self.read_by_layers, self.given_back = {}, set(), set()
        self.cut_off, self.first_that_counts = {}, {}
        self.one_by_one = {}
        self.rolled, self.pieces = {}, {}
        self.walks = Walks()

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
