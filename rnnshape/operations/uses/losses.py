"""What losses compare, and how a step ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.operations.recurrence import Recurrence

__all__ = [
    "Backward", "ClassScores", "Classes", "Comparison", "Ending", "FlattenedTarget", "Lengths", "Levelling", "LogProbabilities",
    "LoopEnding", "Output", "Residual", "Returned", "RowLoss", "WideLoss",
]  # fmt: skip


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


class Levelling(NamedTuple):
    """A step that has met others is multiplied by a fraction, as an error is by the level of a quantile, and by that less one.

    Attributes:
        mark: of it.
        fraction: between -1 and 1.
    """

    name: str
    mark: Mark
    fraction: float


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


class Residual(NamedTuple):
    """Predictions meet what they are to be, element by element, and nothing is reduced yet.

    Attributes:
        target: what they are to be, which nobody trains.
        rows: what is known of the predictions.
    """

    name: str
    target: Tensor
    rows: Mark


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
