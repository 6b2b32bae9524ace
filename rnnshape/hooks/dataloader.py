"""What DataLoaders yield: default collation stacks samples, so the batch is dim 0 of every tensor.

While anybody listens, ``_BaseDataLoaderIter`` has a ``__next__`` of ours.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils.data import default_collate  # pyright: ignore[reportUnknownVariableType]
from torch.utils.data.dataloader import _BaseDataLoaderIter  # pyright: ignore[reportPrivateUsage]

from rnnshape._torch import other_kind
from rnnshape.harmless import Guard
from rnnshape.layout.axes import UNKNOWN, Axis, whole
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import leaves

__all__ = ["Listener", "batch_first", "forget_batches", "hear_of_batches"]

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


def _listening(before: Callable[[Any], object]) -> Callable[[Any], object]:
    @functools.wraps(before)
    def __next__(self: Any) -> object:  # noqa: N807
        batch = before(self)
        if _loaders.listeners and self._collate_fn is default_collate and self._auto_collation:
            with Guard():
                for tensor in leaves(batch):
                    if not other_kind(tensor) and tensor.dim():
                        for listener in _loaders.listeners:
                            listener(tensor)
        return batch

    return __next__


_loaders = _Loaders()
hear_of_batches, forget_batches = _loaders.open, _loaders.close
