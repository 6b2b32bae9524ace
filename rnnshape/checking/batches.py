"""What DataLoaders have yielded lately, for the calls that are going to be followed."""

from __future__ import annotations

import weakref

from torch import Tensor

from rnnshape import _torch
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import along
from rnnshape.harmless import log_mistake
from rnnshape.hooks.dataloader import forget_batches, hear_of_batches
from rnnshape.layout.axes import Axis
from rnnshape.tracking.book import Book

__all__ = ["Batches", "batches"]


class Batches:
    """Remembers the tensors that DataLoaders yield, weakly, for as long as anybody is going to follow a call."""

    def __init__(self) -> None:
        self._book = Book()
        self._wanting: weakref.WeakSet[object] = weakref.WeakSet()

    def want(self, checker: object) -> None:
        """Listen for someone."""
        self._wanting.add(checker)
        hear_of_batches(self._hear)

    def spare(self, checker: object) -> None:
        """Listen no longer for someone, nor at all where it was the last."""
        self._wanting.discard(checker)
        if not self._wanting:
            forget_batches(self._hear)

    def mark(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor that a DataLoader has yielded."""
        return self._book.mark(tensor)

    def has(self, tensor: Tensor) -> bool:
        """Tell whether a DataLoader has yielded a tensor."""
        return self.mark(tensor) is not None

    def _hear(self, tensor: Tensor) -> None:
        if not self._wanting:
            forget_batches(self._hear)
            return
        try:
            with _torch.unseen():
                sizes = tuple(tensor.shape)
                self._book.remember(tensor, Mark(sizes, {Axis("batch"): along(sizes[0], 0, len(sizes))}))
        except Exception as error:
            forget_batches(self._hear)
            log_mistake(error, "and hears of no batches")


batches = Batches()
"""Of the process, as the class is that all DataLoaders are iterated by."""
