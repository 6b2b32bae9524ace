"""What DataLoaders yield: default collation stacks samples, so the batch is dim 0 of every tensor.

While anybody listens, ``_BaseDataLoaderIter`` has a ``__next__`` of ours.
"""

from __future__ import annotations

import functools
import logging
import threading
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import default_collate
from torch.utils.data.dataloader import _BaseDataLoaderIter

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import along
from rnnshape.layout.axes import UNKNOWN, Axis, whole
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import leaves
from rnnshape.tracking.book import Book

__all__ = ["Listener", "batch_first", "batches", "forget_batches", "hear_of_batches"]

logger = logging.getLogger("rnnshape")

Listener = Callable[[Tensor], None]
"""Takes a tensor of which dim 0 is the batch, in the thread that iterates."""


def batch_first(tensor: Tensor) -> Layout:
    """Return the Layout of a tensor of which no more is known than that dim 0 is the batch."""
    axes = [Axis("batch"), *[UNKNOWN] * (tensor.dim() - 1)]
    return Layout(tuple((whole(axis, size),) for axis, size in zip(axes, tensor.shape, strict=True)))


class _Loaders:
    """Who listens to the DataLoaders of the process.

    Attributes:
        listeners: those who do. Replaced, never changed: other threads walk along them.
    """

    def __init__(self) -> None:
        self.listeners: tuple[Listener, ...] = ()
        self._lock = threading.Lock()
        self._ours: Any = None
        self._before: Any = None

    def open(self, listener: Listener) -> None:
        """Let someone hear of batches; once more is no different from once."""
        with self._lock:
            if listener not in self.listeners:
                self.listeners = (*self.listeners, listener)
            if self._ours is None:
                self._before = _BaseDataLoaderIter.__next__
                self._ours = _listening(self._before)
                _BaseDataLoaderIter.__next__ = self._ours

    def close(self, listener: Listener) -> None:
        """Forget a listener, and give the class its own ``__next__`` back where nobody else listens."""
        with self._lock:
            self.listeners = tuple(other for other in self.listeners if other != listener)
            # Where somebody has put another in its place, theirs calls ours, which then calls nobody.
            if not self.listeners and _BaseDataLoaderIter.__next__ is self._ours:
                _BaseDataLoaderIter.__next__ = self._before
                self._ours = self._before = None


def _listening(before: Any) -> Callable[..., Any]:
    @functools.wraps(before)
    def __next__(self: Any) -> Any:  # noqa: N807
        batch = before(self)
        if _loaders.listeners and self._collate_fn is default_collate and self._auto_collation:
            for tensor in leaves(batch):
                if tensor.dim():
                    for listener in _loaders.listeners:
                        listener(tensor)
        return batch

    return __next__


_loaders = _Loaders()
hear_of_batches, forget_batches = _loaders.open, _loaders.close


class _Batches:
    """What DataLoaders have yielded lately, while a visitor is going to follow a call."""

    def __init__(self) -> None:
        self._book = Book()
        self._wanting: weakref.WeakSet[object] = weakref.WeakSet()

    def want(self, visitor: object) -> None:
        """Listen for a visitor."""
        self._wanting.add(visitor)
        hear_of_batches(self._hear)

    def spare(self, visitor: object) -> None:
        """Listen no longer for a visitor, nor at all where it was the last."""
        self._wanting.discard(visitor)
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
            with torch._C.DisableTorchFunction():
                sizes = tuple(tensor.shape)
                self._book.remember(tensor, Mark(sizes, {Axis("batch"): along(sizes[0], 0, len(sizes))}))
        except Exception:
            forget_batches(self._hear)
            logger.error("rnnshape made a mistake and hears of no batches; please report this\n%s", traceback.format_exc())


batches = _Batches()
