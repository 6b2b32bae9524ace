"""What recurrent layers, cells, attention and packing are given, and what they make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis

if TYPE_CHECKING:
    from rnnshape.operations.recurrence import Recurrence

__all__ = [
    "Answer", "Attending", "AttentionInput", "CellStep", "Chaining", "InitialState", "LookAhead", "Packing", "RecurrentCall",
    "RecurrentInput", "RowsGoOn", "StatePair", "StatesGiven", "TokenIds", "Unpacking",
]  # fmt: skip


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
        made: the axis of the units of what it makes.
        keeps: whether c is what the same cell has made before; always, where there is none.
        memory: the c itself.
    """

    name: str
    mark: Mark
    states: tuple[Mark, ...]
    hidden: Mark | None = None
    goes_on: bool = False
    state: Tensor | None = None
    made: Axis | None = None
    keeps: bool = True
    memory: Tensor | None = None


class Chaining(NamedTuple):
    """A sample meets what came of the ones before it, and these did so before: a recurrence by hand runs over the batch.

    Attributes:
        mark: of what there is of the sample.
        now: the sample.
    """

    name: str
    mark: Mark
    now: int


class Answer(NamedTuple):
    """A gate lets out the memory of a cell that somebody has written by hand.

    Attributes:
        mark: of what comes out.
    """

    name: str
    mark: Mark


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


class LookAhead(NamedTuple):
    """Each place of a result has read steps that lie behind its own.

    Attributes:
        mark: of what was read.
        axis: of these places.
    """

    name: str
    mark: Mark
    axis: Axis


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
