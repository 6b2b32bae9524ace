"""`Mark`: what is known of one tensor, and `Site`: the operation that gave an axis of it its present form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import Tensor

from rnnshape.coordinates.roles import NOTHING, Roles
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout

__all__ = [
    "ACROSS", "AHEAD", "AVERAGE", "BATCH", "CENTRED", "CHAIN", "CHARGED", "CHOICE", "COLUMN", "COMPETING", "COUNTED", "DEALT",
    "DISPLACED", "DOWN", "DRAW", "DRAWN", "FLAGS", "GUESSED", "KEYS", "LATEST", "LEVELLED", "MADE", "MEAN", "MISSING",
    "MIXTURE", "NORM", "OF_EVERYONE", "OF_NUMBERS", "OF_SCORES", "ONES", "PART", "POOLED", "POSITIONS", "QUERIES", "RANKED",
    "ROWS", "RUNNING", "SCALED", "SHARE", "SQUEEZED", "SUMS", "TORN", "TOTAL", "TURNED", "UNNAMED", "WEIGHED", "Form", "Mark",
    "Site", "argument_of", "of_scores", "spread",
]  # fmt: skip

COLUMN = "#column"
"""How the origin of an axis ends that lies along a dim with another, where columns of a tensor were put behind one another."""

MADE = "#"
"""How the origin of an axis begins that a call of a recurrent layer made; no argument has such a name."""

BATCH = Axis("batch")
"""The samples of a step, where somebody has named them, or everything in it agrees on them."""

DRAW = "draw"
"""The name of the axis of batches that a DataLoader has drawn in random order, one of them in each tensor: two in a row have
different coordinates, so that a state of the one does not go with the other."""

GUESSED = "?"
"""How the origin of a batch begins that is one because a layer takes it for that, as long as the step goes on."""

UNNAMED = "unnamed"
"""The name of a dim of an input that nobody has named."""

ROWS = "rows"
"""The name of an unnamed dim that one layer took for its batch, and another for its steps: it need not be the samples. So it
may lie anywhere, but not be cut up in no order."""

COMPETING = "competing"
"""The name of an axis of weights: along it lie those that a softmax made to sum to one."""

QUERIES = "queries"
"""The name of an axis of scores between elements of one axis, which stands in its origin: which of them is the query."""

KEYS = "keys"
"""The name of the other one: which of them is the key."""

ONES = "ones"
"""The name of an axis of weights that are all 1, as a softmax over one score makes them."""

WEIGHED = "weighed"
"""The name of an axis of what was multiplied with such weights."""

MISSING = "missing"
"""The name of an axis of weights that a softmax has made to sum to one along another dim than this: which others, as bits of a
number, are not here. Beside what they weigh it goes on, and what is added up has only those that none of the parts has."""

PART = "part"
"""The name of an axis of what was multiplied with one of them: along it lie the weights that sum to one. Its origin is that of
the other, and tells of the softmax over which dim it ran, and along which the parts lay."""

MIXTURE = "mixture"
"""The name of the same axis of what all parts were added up to."""

RUNNING = "running"
"""The name of the axis of a running sum of samples that somebody has turned round before: along it the sum runs."""

COUNTED = "counted"
"""The name of the axis of what a comparison with one number for each sample has made: along it lie the places that count."""

POSITIONS = "positions"
"""The name of an axis of numbers that say at which step something stands."""

TURNED = "turned"
"""The name of an axis of steps beside the same in the opposite order, which stands in its origin."""

SCALED = "scaled"
"""The name of an axis of vectors: along it lie elements that were divided by their norm."""

TOTAL = "total"
"""The name of the axis of a sum over samples, each of which had something of its own: their axis stands in its origin."""

SUMS = "sums"
"""The name of the axis of sums over samples alone, one for each of whatever lies beside: their axis stands in its origin."""

MEAN = "mean"
"""The name of the axis of a mean over samples, of units that a layer has made: their axis stands in its origin."""

AVERAGE = "average"
"""The name of the axis of one number that all samples have made together beside their targets: their axis stands in its origin.
Of several numbers, side by side, it tells which is which."""

CHARGED = "charged"
"""The name of the axis of values to which a sum of all samples was added: their axis stands in its origin."""

CENTRED = "centred"
"""The name of the axis of values from which their own mean over all samples was subtracted: their axis stands in its origin."""

LEVELLED = "levelled"
"""The name of the axis of such values beside one that each sample has for all its units."""

SHARE = "share"
"""The name of the axis of weights that were divided by the sum of those of all samples: along it lie those of one sample."""

DEALT = "dealt"
"""The name of the axis of what was multiplied with such weights."""

POOLED = "pooled"
"""The name of the axis of what such weights were summed up to for each sample: the axis of samples stands in its origin."""

OF_EVERYONE = frozenset([CHARGED, CENTRED, LEVELLED, SHARE, DEALT, POOLED])
"""The names of axes of what each sample has of its own, and in which all samples have a part by one number."""

SQUEEZED = "squeezed"
"""The name of an axis that tells that samples lie where a dim was that nobody has named: it was of size 1, and squeezed."""

NORM = "norm"
"""The name of the axis of a norm of several samples together: their axis stands in its origin."""

DRAWN = "drawn"
"""The name of the axis of random numbers that were drawn for nothing in particular: which of them it is."""

FLAGS = "flags"
"""The name of the axis of whole numbers that were fractions, or answers of yes or no, before: they count nothing."""

CHOICE = "choice"
"""The name of an axis of numbers that were chosen by scores, and of what was picked at them: whose choice each of them is. The
samples' axis stands in its origin."""

RANKED = "ranked"
"""The name of the axis of whole numbers that were chosen by scores, of anything but layers, and of what is counted off them."""

DISPLACED = "displaced"
"""The name of the axis of a state whose layers were picked at such numbers."""

CHAIN = "chain"
"""The name of an axis of what came of one sample, and of another after it: the larger of their numbers. The samples' axis
stands in its origin. It goes on through a sum over units, as a recurrence does that somebody has written by hand."""

DOWN = "down"
"""The name of the axis of places in a map that a convolution or a pooling has made: in which line each of them lies. It tells
nothing of the data but their order."""

ACROSS = "across"
"""The name of the other one: where in its line each place lies."""

TORN = "torn"
"""The name of the axis of pieces of such a map that a layer has read, which hold the end of one line and the beginning of the
next."""

AHEAD = "ahead"
"""The name of the axis of places each of which has read steps that lie behind its own, in a window on both sides of it or by
attention without a mask: along it they lie. Which steps these are its origin stands for."""

LATEST = "latest"
"""The name of the axis of what a convolution has made of one step of a sequence, which stands in its origin, and of states that
came before: which of its steps was read last. It goes on through a cell that somebody has written by hand."""

OF_NUMBERS = frozenset([POSITIONS, CHOICE, FLAGS, RANKED])
"""The names of axes that numbers have, and not what is looked up at them."""

OF_SCORES = OF_EVERYONE | {
    COMPETING, QUERIES, KEYS, ONES, WEIGHED, POSITIONS, SCALED, TOTAL, SUMS, MEAN, AVERAGE, SQUEEZED, NORM, DRAWN, CHOICE,
    CHAIN, FLAGS, RANKED, DISPLACED, DOWN, ACROSS, TORN, MISSING, MIXTURE, PART, RUNNING, COUNTED, AHEAD, LATEST,
}  # fmt: skip
"""The names of axes that scores and weights have, and nothing that is made of them."""


def of_scores(name: str, axis: Axis | None = None) -> Axis:
    """Return the axis of scores that has this name, and tells of elements of another axis where there is one."""
    return Axis(name, MADE if axis is None else f"{MADE}{axis.name}/{axis.of}")


class Site:
    """The operation that gave a table its present form.

    Attributes:
        location: the user's line.
        name: of the operation, such as "view".
        sizes: of its result.
        sizes_before: of what it was applied to.
        tables_before: likewise; emptied once a Layout was read off them, as `reading.layout_before` does. There is no Mark
            here: one would hold all sites before it.
        layout_before: that Layout, None where it does not factor or nobody has asked.
    """

    __slots__ = ("layout_before", "location", "name", "sizes", "sizes_before", "tables_before")

    def __init__(self, location: Location | None, name: str, before: Mark, sizes: tuple[int, ...]) -> None:
        self.location = location
        self.name = name
        self.sizes = sizes
        self.sizes_before = before.sizes
        self.tables_before = before.tables
        self.layout_before: Layout | None = None

    def rename(self, names: Mapping[Axis, Axis]) -> None:
        """Give axes of what was there before other names."""
        self.tables_before = {names.get(axis, axis): table for axis, table in self.tables_before.items()}


class Form:
    """What is known of a tensor, as far as an operation can tell. Two that are alike are one object.

    Attributes:
        tables: held, as they go by their ids; those of one element do not count.
        lone: whether there are any of one element.
    """

    __slots__ = ("lone", "tables")

    def __init__(self, tables: tuple[Tensor, ...], lone: bool) -> None:
        self.tables = tables
        self.lone = lone


@dataclass(slots=True, eq=False)
class Mark:
    """What is known of one tensor.

    Attributes:
        sizes: of the tensor.
        tables: for each known axis, its table.
        sites: for each axis, the last operation that moved it.
        lost: axes that were reduced away, with the place; they matter only if nothing brings them back.
        target: whether it comes from the target of a loss.
        single: the dim that a layer of one output feature made, while it is where it was made.
        widened: whether somebody gave it a dim of size one, to meet every element of another tensor.
        made: where the tensor came from.
        spread: axes of features whose vectors lost the batch, and met those of every sample afterwards, with the place where
            it was lost.
        roles: what it is to a cell that somebody has written by hand, see `coordinates.roles`.
        form: found when it is first asked for. A mark is not changed any more once it is in a book.
    """

    sizes: tuple[int, ...]
    tables: dict[Axis, Tensor] = field(default_factory=dict[Axis, Tensor])
    sites: dict[Axis, Site] = field(default_factory=dict[Axis, Site])
    lost: dict[Axis, Site] = field(default_factory=dict[Axis, Site])
    target: bool = False
    single: int | None = None
    widened: bool = False
    made: Location | None = None
    spread: dict[Axis, Site] = field(default_factory=dict[Axis, Site])
    roles: Roles = NOTHING
    form: Form | None = field(default=None, init=False)

    def of(self, name: str) -> list[tuple[Axis, Tensor]]:
        """Return the tables of all axes of a name."""
        return [(axis, table) for axis, table in self.tables.items() if axis.name == name]


def argument_of(axis: Axis) -> str:
    """Return the argument of which an axis is a dim that nobody had named; an empty text where it is none."""
    return axis.of.rpartition(".")[0]


def spread(sources: Sequence[Mark], tables: Mapping[Axis, Tensor]) -> dict[Axis, Site]:
    """Return the features that have lost their batch, and stand beside other features of every sample in a result.

    Beside its own vectors a mean of the batch centres them, or is what they have in common.
    """
    found: dict[Axis, Site] = {}
    for source in sources:
        found |= {axis: site for axis, site in source.spread.items() if axis in tables}
        for lost in [axis for axis in source.lost if axis.name == "batch" and axis in tables and axis not in source.tables]:
            others = {axis for other in sources if lost in other.tables for axis in other.tables}
            units = [a for a in source.tables if a.name == "feature" and a in tables and a not in others]
            found |= dict.fromkeys(units, source.lost[lost])
    return found
