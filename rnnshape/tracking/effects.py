"""`Effects`: what an operation does beside what it returns, as to write to a tensor, or to take a batch's dim away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from rnnshape.operations.names import IDENTITIES
from rnnshape.operations.registry import Operation, leaves
from rnnshape.tracking.marks import writes
from rnnshape.tracking.squeezes import Squeezes
from rnnshape.tracking.views import JOINS, Views

if TYPE_CHECKING:
    from rnnshape.tracking.book import Book
    from rnnshape.tracking.inputs import Inputs
    from rnnshape.tracking.telling import Telling
    from rnnshape.tracking.ways import Way

__all__ = ["Effects"]


class Effects:
    """What the operations of a step do beside what their handlers say.

    Args:
        book: what is known of tensors.
        inputs: what is said of those that the step is given.
        telling: what is found goes there.

    Attributes:
        squeezes: where a batch of one loses its dim.
    """

    def __init__(self, book: Book, inputs: Inputs, telling: Telling) -> None:
        self._book, self._inputs, self._telling = book, inputs, telling
        self._views = Views()
        self.squeezes = Squeezes()

    def begin(self) -> None:
        """Begin a step."""
        self._views.begin()

    def may_be(self, way: Way) -> bool:
        """Tell whether an operation may have any."""
        return way.is_looked_at or self._may_be_of_late(way)

    def may_be_again(self, way: Way) -> bool:
        """Tell whether it may have others when the same marks come again there; a squeeze of several samples has not."""
        if way.is_looked_at and not way.copies and not (way.squeezes and self._inputs.samples != 1):
            return True
        return self._may_be_of_late(way)

    def _may_be_of_late(self, way: Way) -> bool:
        """Tell whether it may have some because of what was written to before."""
        marks = self._book.marks
        return marks.shares_unseen or (way.joins and marks.has_overwritten)

    def look(self, op: Operation) -> None:
        """See what an operation did."""
        marks, first = self._book.marks, op.args[0] if op.args else None
        if writes(op.name) and isinstance(first, Tensor):
            marks.written(op.name, first)
            self._views.written(op.name, first, op.args)
        elif marks.shares_unseen and (op.kwargs.get("inplace") or "out" in op.kwargs):
            given = {id(t) for t in leaves([op.args, op.kwargs])}
            for tensor in leaves(op.result):
                if id(tensor) in given:
                    marks.written(op.name, tensor)
        if "out" in op.kwargs:
            op.kwargs = {k: v for k, v in op.kwargs.items() if k != "out"}  # never replay into a tensor of the user's
        if op.name in JOINS and marks.has_overwritten:
            self._look_at_parts(op)
        if op.name == "squeeze" and isinstance(op.result, Tensor):
            self.squeezes.look(op, self._inputs.samples)
        marks.shares_unseen |= op.name == "data.get"
        if op.name in IDENTITIES and isinstance(op.result, Tensor):
            self._book.is_copy(op.result, first)

    def _look_at_parts(self, op: Operation) -> None:
        """See whether parts that are put together are one memory, which was written to in between."""
        parts = [(part, self._book.marks.taken(part)) for part in leaves([op.args, op.kwargs])]
        if (found := self._views.overwritten(op.name, parts)) is not None:
            self._telling.emit(found)
