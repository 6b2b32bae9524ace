"""Uses: what an operation does with the axes of a tensor, where somebody may have meant another one.

A handler moves the tables, and emits a record for each use that it makes of them: it sums over this dim, it reads that one as
steps, it compares these rows. Whether that is right is not its affair: the rules of `rnnshape.rules` ask for the kinds of use
that they judge. Every record names the operation as torch calls it. Tensors stand beside their marks only where their numbers
tell something that no table does; a rule reads them through its `Step`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.report.location import Location

__all__ = [
    "AddingUp",
    "Addition",
    "Answer",
    "Attending",
    "AttentionInput",
    "Backward",
    "Broadcast",
    "CellStep",
    "Chaining",
    "ChannelDropout",
    "ChannelNorm",
    "Choosing",
    "ClassScores",
    "Classes",
    "ColumnDifference",
    "Comparison",
    "Consumption",
    "Contraction",
    "Disagreement",
    "Division",
    "Ending",
    "Filling",
    "ImplicitDim",
    "InitialState",
    "Joining",
    "Lengths",
    "LogProbabilities",
    "LoopEnding",
    "Meeting",
    "Normalisation",
    "Output",
    "Overwriting",
    "Packing",
    "Pairing",
    "Product",
    "RecurrentCall",
    "RecurrentInput",
    "Reduction",
    "Remainder",
    "Returned",
    "RowLoss",
    "RowsGoOn",
    "Scaling",
    "Sharing",
    "StatePair",
    "StatesGiven",
    "TokenIds",
    "Unpacking",
    "Use",
    "Weighing",
    "WideLoss",
    "Window",
    "marks_of",
]  # fmt: skip


class Consumption(NamedTuple):
    """Elements go into something that comes out as something else; no dim is special."""

    name: str
    marks: tuple[Mark, ...]


class Contraction(NamedTuple):
    """Dims are summed over with weights of the layer's own.

    Attributes:
        reads_own_mean: whether there is what these weights have made themselves, of all samples together, as in Mark.spread.
    """

    name: str
    mark: Mark
    dims: tuple[int, ...]
    reads_own_mean: bool = False


class Product(NamedTuple):
    """A dim of one known tensor meets a dim of another, and both are summed over."""

    name: str
    left: Mark
    left_dim: int
    right: Mark
    right_dim: int


class Pairing(NamedTuple):
    """Two known tensors meet in a product.

    Attributes:
        tensors: the two.
        marks: of them.
        summed: the dims that meet and are summed over, of the one and of the other.
        beside: the dims that meet and stay.
    """

    name: str
    tensors: tuple[Tensor, Tensor]
    marks: tuple[Mark, Mark]
    summed: tuple[tuple[int, int], ...]
    beside: tuple[tuple[int, int], ...]


class Weighing(NamedTuple):
    """Two known tensors are multiplied: one may hold weights for the other.

    Attributes:
        tensors: the two.
        marks: of them.
    """

    name: str
    tensors: tuple[Tensor, Tensor]
    marks: tuple[Mark, Mark]


class Reduction(NamedTuple):
    """A mean, a sum, a maximum over dims.

    Attributes:
        tensor: that is reduced.
    """

    name: str
    mark: Mark
    dims: tuple[int, ...]
    tensor: Tensor


class Remainder(NamedTuple):
    """A number is subtracted from a sum over samples, or that from a number."""

    name: str
    mark: Mark


class Sharing(NamedTuple):
    """What each sample has of its own meets a sum of all of them.

    Attributes:
        tensors: what the samples have, and the sum.
        marks: of the two.
        divides: whether it is divided by the sum, which is of itself; else the sum is added, or subtracted.
    """

    name: str
    tensors: tuple[Tensor, Tensor]
    marks: tuple[Mark, Mark]
    divides: bool


class Division(NamedTuple):
    """A known tensor is divided by another, which is a norm.

    Attributes:
        mark: of the one.
        by: of the norm.
    """

    name: str
    mark: Mark
    by: Mark


class Scaling(NamedTuple):
    """Elements are divided by a norm along dims."""

    name: str
    mark: Mark
    dims: tuple[int, ...]


class Normalisation(NamedTuple):
    """A softmax along a dim."""

    name: str
    mark: Mark
    dim: int


class ImplicitDim(NamedTuple):
    """A dim that nobody gave is one that torch picks by the number of dims, or always the same."""

    name: str
    mark: Mark
    dim: int


class ChannelNorm(NamedTuple):
    """Each channel, dim 1, is normalised over the batch and all positions."""

    name: str
    mark: Mark


class Window(NamedTuple):
    """A window runs over the positions of (batch, channels, positions ...), and sums over all channels.

    Attributes:
        widths: of the window, along each dim of the positions.
        units: the axis of the channels that it makes.
    """

    name: str
    mark: Mark
    widths: tuple[int, ...]
    units: Axis


class ChannelDropout(NamedTuple):
    """Whole channels of (batch, channels, positions) are dropped: dim 1 of three."""

    name: str
    mark: Mark


class RecurrentCall(NamedTuple):
    """A recurrent layer is called, whatever is known of its input.

    Attributes:
        call: the record of it, in which its use will be accounted for.
        mark: of the input, or None.
        batch_dim: of the input; None where it is packed.
        seq_dim: of the input.
        rows: for every axis that lies along the batch dim, the coordinate of each row.
        ends: the last step of each row of a packed input, else None.
    """

    name: str
    call: Recurrence
    mark: Mark | None
    batch_dim: int | None
    seq_dim: int
    rows: Mapping[Axis, Tensor]
    ends: Tensor | None


class RecurrentInput(NamedTuple):
    """A door: one dim is read as the batch, one as the steps, the last as the features.

    Attributes:
        batch_dim: None where the input is packed.
        is_unbatched: whether the layer was given two dims, as one sequence, and has added that of the batch.
    """

    name: str
    mark: Mark
    batch_dim: int | None
    seq_dim: int
    is_unbatched: bool = False


class StatesGiven(NamedTuple):
    """The initial states of a layer or a cell, whatever is known of them."""

    name: str
    tensors: tuple[Tensor, ...]


class StatePair(NamedTuple):
    """The known (h, c) that an LSTM or one of its cells is given."""

    name: str
    first: Mark
    second: Mark


class RowsGoOn(NamedTuple):
    """A recurrent layer takes rows for its batch that go on where those of the call before have ended, as the targets do.

    Attributes:
        mark: of its input.
        states: what is known of its initial states.
        batch_dim: which it takes for its batch.
    """

    name: str
    mark: Mark
    states: tuple[Mark, ...]
    batch_dim: int


class InitialState(NamedTuple):
    """An initial state: rows are layers and directions, dim 1 is the batch.

    Attributes:
        rows: for every axis that lies along the batch dim of the input, the coordinate of each row.
        call: the layer's.
        is_cell_state: whether it is the c_0 of an LSTM.
    """

    name: str
    mark: Mark
    rows: Mapping[Axis, Tensor]
    call: Recurrence
    is_cell_state: bool = False


class CellStep(NamedTuple):
    """One step of a cell: row i of the input meets row i of each state.

    Attributes:
        mark: of the input.
        states: what is known of h, and of the c of an LSTM.
        hidden: of h, where it is known.
        goes_on: whether h is what the same cell has made before.
        state: the h itself.
    """

    name: str
    mark: Mark
    states: tuple[Mark, ...]
    hidden: Mark | None = None
    goes_on: bool = False
    state: Tensor | None = None


class Chaining(NamedTuple):
    """A sample meets what came of the ones before it, and these did so before: a recurrence by hand runs over the batch.

    Attributes:
        mark: of what there is of the sample.
        now: the sample.
    """

    name: str
    mark: Mark
    now: int


class AttentionInput(NamedTuple):
    """The query, key or value of multi-head attention: (steps, batch, features).

    Attributes:
        role: "query", "key" or "value".
    """

    name: str
    role: str
    mark: Mark


class Attending(NamedTuple):
    """Queries attend to keys, in torch's own attention.

    Attributes:
        query: (steps, batch, features) of multi-head attention, else (..., steps, features).
        key: likewise.
        roles: of the masks, "key_padding_mask" or "attn_mask".
        masks: these.
        marks: what is known of each.
        heads: of multi-head attention; 0 where they are dims of their own.
    """

    name: str
    query: Mark
    key: Mark
    roles: tuple[str, ...]
    masks: tuple[Tensor, ...]
    marks: tuple[Mark | None, ...]
    heads: int


class Packing(NamedTuple):
    """A padded batch is packed: one dim is read as the batch, one as the steps.

    Attributes:
        lengths: what is known of the lengths.
        given: these.
    """

    name: str
    mark: Mark
    batch_first: bool
    lengths: Mark | None
    given: tuple[int, ...] = ()

    @property
    def batch_dim(self) -> int:
        """The dim that is read as the batch."""
        return 0 if self.batch_first else 1

    @property
    def seq_dim(self) -> int:
        """The dim that is read as the steps."""
        return 1 if self.batch_first else 0


class Unpacking(NamedTuple):
    """A packed batch is padded again.

    Attributes:
        steps: of the result, which may be longer than its longest sample.
    """

    name: str
    mark: Mark
    steps: int


class TokenIds(NamedTuple):
    """Ids are looked up in an embedding.

    Attributes:
        padding_idx: the id that is padding, or None.
        vectors: what they are looked up in.
    """

    name: str
    ids: Tensor
    mark: Mark
    padding_idx: int | None
    vectors: Tensor


class Meeting(NamedTuple):
    """Known tensors are combined or joined row by row."""

    name: str
    marks: tuple[Mark, ...]


class Disagreement(NamedTuple):
    """Two operands give an element different coordinates on an axis.

    Attributes:
        marks: of all operands.
        one: the table of those before.
        other: the table of the operand that disagrees.
        where: the first element on which they do.
    """

    name: str
    marks: tuple[Mark, ...]
    axis: Axis
    one: Tensor
    other: Tensor
    where: tuple[int, ...]


class Filling(NamedTuple):
    """Rows are overwritten with what nothing is known of, at the numbers that a tensor of one dim says.

    Attributes:
        mark: of what is written to, before.
        dim: along which rows are picked.
        at: which.
        picks: what is known of that.
    """

    name: str
    mark: Mark
    dim: int
    at: Tensor
    picks: Mark | None


class Overwriting(NamedTuple):
    """Values are written where numbers say, each in the place of what was there.

    Attributes:
        sizes: of what is written to.
        dim: along which the numbers count; None for an index.
        at: the numbers, or the index.
        values: that are written.
    """

    name: str
    sizes: tuple[int, ...]
    dim: int | None
    at: Any
    values: Tensor


class Gathering(NamedTuple):
    """Elements are picked along a dim by an index that has the same number of dims, and may be narrower along the others.

    Attributes:
        mark: of what is picked from.
        dim: along which the numbers count.
        sizes: of the index.
    """

    name: str
    mark: Mark
    dim: int
    sizes: tuple[int, ...]


class AddingUp(NamedTuple):
    """Rows are added up where numbers say.

    Attributes:
        mark: of the rows.
        sizes: of what they are added to.
        dim: along which the numbers count.
    """

    name: str
    mark: Mark
    sizes: tuple[int, ...]
    dim: int


class Joining(NamedTuple):
    """Parts are put side by side along a dim; in all others they share their places."""

    name: str
    marks: tuple[Mark, ...]
    dim: int


class Broadcast(NamedTuple):
    """Known tensors meet element by element in a result of these sizes."""

    name: str
    marks: tuple[Mark, ...]
    sizes: tuple[int, ...]


class Addition(NamedTuple):
    """Something of which nothing is known is added to a known tensor.

    Attributes:
        tensor: that is added.
    """

    name: str
    mark: Mark
    tensor: Tensor


class ColumnDifference(NamedTuple):
    """A known column of n rows, and n elements of which nothing is known, one from the other: n by n differences.

    Attributes:
        tensor: the elements.
    """

    name: str
    mark: Mark
    tensor: Tensor


class Answer(NamedTuple):
    """A gate lets out the memory of a cell that somebody has written by hand.

    Attributes:
        mark: of what comes out.
    """

    name: str
    mark: Mark


class Choosing(NamedTuple):
    """The largest elements along a dim are picked."""

    name: str
    mark: Mark
    dim: int


class Classes(NamedTuple):
    """A loss takes a dim of the scores for the classes."""

    name: str
    mark: Mark
    dim: int


class LogProbabilities(NamedTuple):
    """A loss takes scores that were normalised over a dim."""

    name: str
    mark: Mark
    dim: int


class ClassScores(NamedTuple):
    """A loss takes scores of classes.

    Attributes:
        scores: as given.
        dim: of the classes.
    """

    name: str
    scores: Tensor
    mark: Mark
    dim: int


class RowLoss(NamedTuple):
    """A loss is the mean, or the sum, of what it makes of each row.

    Attributes:
        scores: as given.
        target: as given.
        rows: what is known of the scores, at the sizes of the target.
        wanted: what is known of the target.
        ignored: classes that it leaves out.
    """

    name: str
    scores: Tensor
    target: Tensor
    rows: Mark
    wanted: Mark | None
    ignored: tuple[int, ...]


class Lengths(NamedTuple):
    """A loss is told how long each sample is.

    Attributes:
        argument: which of its arguments says so.
        values: the lengths.
        size: of the dim along which they count.
        others: the samples and the classes.
        made: the line that made the lengths.
    """

    name: str
    argument: str
    values: tuple[int, ...]
    size: int
    others: tuple[int, int]
    made: Location | None


class Comparison(NamedTuple):
    """A loss compares rows of scores with rows of a target.

    Attributes:
        made: the line that made the scores.
    """

    name: str
    scores: Mark
    target: Mark
    made: Location | None


class FlattenedTarget(NamedTuple):
    """A loss compares rows of scores with a target of which nothing is known but what sizes it had before it was flattened.

    Attributes:
        rows: what is known of the scores, at the sizes of the target.
        sizes: of the two dims of the target that became one.
        location: where they did.
    """

    name: str
    rows: Mark
    sizes: tuple[int, int]
    location: Location | None


class WideLoss(NamedTuple):
    """Scores and target of a loss are of different sizes, and broadcast.

    Attributes:
        given: the sizes of the scores and of the target.
        sizes: of what is compared.
        marks: what is known of the scores and of the target.
    """

    name: str
    given: tuple[tuple[int, ...], tuple[int, ...]]
    sizes: tuple[int, ...]
    marks: tuple[Mark | None, Mark | None]


class Backward(NamedTuple):
    """A backward went through, and the graph of the loss is used up."""

    name: str
    loss: Tensor


class Output(NamedTuple):
    """What the model returned, all together.

    Attributes:
        samples: how many went in; 0 where something was returned of which nothing is known.
        tensors: all that was returned, known or not.
    """

    name: str
    marks: tuple[Mark, ...]
    samples: int
    tensors: tuple[Tensor, ...] = ()


class Returned(NamedTuple):
    """One tensor that the model returned."""

    name: str
    mark: Mark


class Ending(NamedTuple):
    """The step is over: everything that was used of a call of a recurrent layer is known."""

    name: str
    call: Recurrence


class LoopEnding(NamedTuple):
    """The step is over: everything that was used of the states of a cell is known.

    Attributes:
        hidden: the axis of the units of its h.
    """

    name: str
    hidden: Axis


Use: TypeAlias = (
    Addition | Answer | Consumption | Contraction | Product | Pairing | Weighing | Reduction | Scaling | Normalisation
    | Choosing | Filling | ImplicitDim | ChannelNorm | ChannelDropout | RecurrentCall | RecurrentInput | StatesGiven | StatePair
    | InitialState | CellStep | AttentionInput | Attending | Packing | TokenIds | Meeting | Disagreement | Joining | Broadcast
    | Classes | LogProbabilities | Lengths | Comparison | FlattenedTarget | WideLoss | Backward | Output | Returned | RowLoss
    | ColumnDifference | Ending | LoopEnding | Window | Unpacking | Overwriting | Gathering | AddingUp | ClassScores | Remainder
    | Division | Sharing | RowsGoOn | Chaining
)  # fmt: skip


def marks_of(use: Use) -> list[Mark]:
    """Return the marks of a use's operands."""
    found: list[Mark] = []
    for value in use:
        if isinstance(value, Mark):
            found.append(value)
        elif type(value) is tuple:
            found += [item for item in value if isinstance(item, Mark)]
    return found
