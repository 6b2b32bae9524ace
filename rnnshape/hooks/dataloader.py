"""What DataLoaders yield, and what their collate functions are given.

While anybody listens, ``_BaseDataLoaderIter`` has a ``__next__`` of ours.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple, Protocol, cast

from torch.utils.data import (
    BatchSampler,
    DistributedSampler,
    RandomSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    default_collate,  # pyright: ignore[reportUnknownVariableType]
)
from torch.utils.data.dataloader import _BaseDataLoaderIter, _DatasetKind  # pyright: ignore[reportPrivateUsage]

from rnnshape.harmless import Guard, UsersCall
from rnnshape.hooks.replaced import Replaced

__all__ = ["Batch", "Listener", "forget_batches", "hear_of_batches"]


class Batch(NamedTuple):
    """What a DataLoader yields.

    Attributes:
        value: as it is.
        samples: how many were put together, None where that is not known.
        stacked: whether default collation did it, along dim 0.
        sampler: that draws samples in random order, None where they come in their own.
        population: how many samples there are to be drawn; 0 where that is not known.
    """

    value: object
    samples: int | None
    stacked: bool
    sampler: object | None
    population: int


class Listener(Protocol):
    """Hears of batches, in the thread that iterates."""

    def samples_come(self, samples: Sequence[object]) -> None:
        """Hear what a collate function, other than the default one, is going to be given."""

    def batch_comes(self, batch: Batch) -> None:
        """Hear what is yielded."""


def _listening(before: Callable[[Any], object]) -> Callable[[Any], object]:
    @functools.wraps(before)
    def __next__(self: Any) -> object:  # noqa: N807
        if not _loaders.listeners or not self._auto_collation:
            return before(self)
        users = UsersCall(before)
        try:
            stacked = self._collate_fn is default_collate
            with nullcontext(_nothing) if stacked else _seeing_samples(self) as given:
                value = users(self)
            batch = Batch(value, given[0] if given else _number_in_turn(self), stacked, *_drawn(self))
            for listener in _loaders.listeners:
                listener.batch_comes(batch)
            users.forget()
            return value
        except BaseException as error:
            if not users.outlives(error):
                raise
        return users.outcome(self)

    return __next__


_nothing: list[int] = []
"""What is seen of samples that default collation puts together."""

_RANDOM = (RandomSampler, SubsetRandomSampler, WeightedRandomSampler)


def _drawn(iterator: Any) -> tuple[object, int]:
    """Return the sampler of an iterator, where it draws in random order, and among how many samples."""
    found: Any = getattr(iterator._index_sampler, "sampler", None)
    sampler: object = found
    shuffles = isinstance(sampler, _RANDOM) or (isinstance(sampler, DistributedSampler) and bool(sampler.shuffle))
    return (found, len(found)) if shuffles else (None, 0)


def _number_in_turn(iterator: Any) -> int | None:
    """Return how many samples the batch has that has just come, where all but the last have the same number of them."""
    sampler, is_map = iterator._index_sampler, iterator._dataset_kind == _DatasetKind.Map
    if type(sampler) is not BatchSampler or not is_map or not getattr(iterator, "_in_order", True):
        return None
    try:
        population = len(cast("Any", sampler.sampler))
    except (TypeError, NotImplementedError):  # a sampler of the user's may not know
        return None
    left = population - (iterator._num_yielded - 1) * sampler.batch_size
    return min(sampler.batch_size, left) if left > 0 else None


@contextmanager
def _seeing_samples(iterator: Any) -> Generator[list[int], None, None]:
    """Have the collate function of an iterator that works in this process tell what it is given; gives how much that was."""
    given: list[int] = []
    fetcher = getattr(iterator, "_dataset_fetcher", None)
    if fetcher is None:  # worker processes do it
        yield given
        return
    collate = fetcher.collate_fn

    def listening(samples: Any) -> object:
        if isinstance(samples, (list, tuple)):
            several = cast("Sequence[object]", samples)
            given.append(len(several))
            with Guard():
                for listener in _loaders.listeners:
                    listener.samples_come(several)
        return collate(samples)

    fetcher.collate_fn = listening
    try:
        yield given
    finally:
        fetcher.collate_fn = collate


_loaders: Replaced[Listener] = Replaced(_BaseDataLoaderIter, "__next__", _listening)
hear_of_batches, forget_batches = _loaders.open, _loaders.close
