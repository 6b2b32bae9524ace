"""What DataLoaders have yielded lately, for the calls that are going to be followed."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

from torch import Tensor

from rnnshape import _torch
from rnnshape.coordinates.mark import BATCH, Mark
from rnnshape.coordinates.tables import along
from rnnshape.harmless import log_mistake
from rnnshape.hooks.dataloader import Batch, forget_batches, hear_of_batches
from rnnshape.layout.axes import UNKNOWN, whole
from rnnshape.layout.layout import Layout
from rnnshape.tracking.batches import batch_dims
from rnnshape.tracking.marks import Marks

__all__ = ["Batches", "batches"]


class Batches:
    """Remembers the tensors that DataLoaders yield, weakly, for as long as anybody is going to follow a call."""

    def __init__(self) -> None:
        self._marks = Marks()
        self._wanting: weakref.WeakSet[object] = weakref.WeakSet()

    def want(self, checker: object) -> None:
        """Listen for someone."""
        self._wanting.add(checker)
        hear_of_batches(self)

    def spare(self, checker: object) -> None:
        """Listen no longer for someone, nor at all where it was the last."""
        self._wanting.discard(checker)
        if not self._wanting:
            forget_batches(self)

    def mark(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor that a DataLoader has yielded."""
        return self._marks.mark(tensor)

    def layout(self, tensor: Tensor) -> Layout | None:
        """Return the Layout of a tensor that a DataLoader has yielded: which dim is the batch, and no more."""
        mark = self.mark(tensor)
        if mark is None:
            return None
        dims = [BATCH if table_size > 1 or len(mark.sizes) == 1 else UNKNOWN for table_size in mark.tables[BATCH].shape]
        return Layout(tuple((whole(axis, size),) for axis, size in zip(dims, mark.sizes, strict=True)))

    def samples_come(self, samples: Sequence[object]) -> None:
        """Nothing is followed yet."""

    def batch_comes(self, batch: Batch) -> None:
        """Remember what was yielded, where its sizes tell which dim is the batch."""
        if not self._wanting:
            forget_batches(self)
            return
        try:
            with _torch.unseen():
                for _, tensor, dim in batch_dims(batch):
                    if dim is not None:
                        sizes = tuple(tensor.shape)
                        self._marks.remember(tensor, Mark(sizes, {BATCH: along(sizes[dim], dim, len(sizes))}))
        except Exception as error:
            forget_batches(self)
            log_mistake(error, "and hears of no batches")


batches = Batches()
"""Of the process, as the class is that all DataLoaders are iterated by."""
