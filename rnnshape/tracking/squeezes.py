"""`Squeezes`: where a batch of one loses its dim, or would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.registry import Operation

if TYPE_CHECKING:
    from rnnshape.rules.exceptions import Squeeze

__all__ = ["Squeezes"]

MOST = 4
"""So many places at which a batch would be lost are remembered."""


class Squeezes:
    """Where a model drops dims of size 1, for whoever explains what happens to a batch of one.

    Attributes:
        done: where a dim was taken away in a batch of one.
        would_be: where the batch would have been taken away, had it been one.
    """

    def __init__(self) -> None:
        self.done: list[Squeeze] = []
        self.would_be: list[Squeeze] = []
        self._took_all = False

    def look(self, op: Operation, samples: int) -> None:
        """Look at a squeeze: above all at one that names no dim.

        Args:
            op: the operation, which has run.
            samples: of the step; 0 where that is not known.
        """
        mark, dims, here = op.book.mark(op.args[0]), op.argument(1, "dim"), op.book.here()
        if samples == 1 and op.result.dim() < op.args[0].dim() and (dims is None or not self._took_all):
            self._took_all = dims is None
            self.done = [(here, op.name, tuple(op.args[0].shape), tuple(op.result.shape))]
        if mark is None or len(self.would_be) >= MOST:
            return
        among = range(len(mark.sizes)) if dims is None else [dims] if type(dims) is int else dims
        named = {d % len(mark.sizes) for d in among} if mark.sizes else set[int]()
        found = (here, op.name, mark.sizes, tuple(op.result.shape))
        if found not in self.would_be and any(len(dims := runs_along(t)) > 0 and {*dims} <= named for _, t in mark.of("batch")):
            self.would_be.append(found)
