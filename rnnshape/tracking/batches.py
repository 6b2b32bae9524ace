"""Batches that a DataLoader yields: which dim of each tensor in them is the batch.

Default collation stacks samples. Of any other function it is seen what it makes of them: each sample goes in with its number,
and `stack` and `pad_sequence` put the numbers where they put the samples. What it makes of a sample's own list is of that
sample, and rows that hold what the samples hold are theirs. What it makes in any other way that is not followed has the batch
where there are as many elements as there are samples.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnshape._torch import other_kind
from rnnshape.coordinates.mark import BATCH, Mark
from rnnshape.coordinates.room import LARGEST
from rnnshape.coordinates.tables import alone, along, interned, line_along, numbers, runs_along
from rnnshape.rules.tables import is_order
from rnnshape.tracking.collating import Collated
from rnnshape.tracking.cuts import is_cut
from rnnshape.tracking.parts import parts_of
from rnnshape.tracking.sample_rows import label_by_rows, order_of

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = [
    "Yielded", "batch_dims", "label_batch", "label_by_target", "label_samples", "label_slice", "label_source",
    "label_target", "tensors_in",
]  # fmt: skip

_DEEPEST = 4
"""How deep tensors are looked for in what a collate function returns."""

_NUMBERS = frozenset([int, float, bool])


def tensors_in(value: object, at: str = "", depth: int = _DEEPEST) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a batch, each with its place: in tuples, mappings, dataclasses and plain objects."""
    if isinstance(value, PackedSequence):
        yield f"{at}.data", value.data
    elif isinstance(value, Tensor):
        if not other_kind(value):
            yield at, value
    elif depth == 0 or isinstance(value, (str, bytes, type)):
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from tensors_in(item, f"{at}.{key}", depth - 1)
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            if type(item) not in _NUMBERS:  # of which there may be many
                yield from tensors_in(item, f"{at}.{number}", depth - 1)
    elif dataclasses.is_dataclass(value) or hasattr(value, "__dict__"):
        for name, item in vars(value).items() if hasattr(value, "__dict__") else ():
            yield from tensors_in(item, f"{at}.{name}", depth - 1)


class Yielded(Protocol):
    """What is known of a batch."""

    @property
    def value(self) -> object:
        """As it was yielded."""

    @property
    def samples(self) -> int | None:
        """How many samples there are, None where that is not known."""

    @property
    def stacked(self) -> bool:
        """Whether default collation has stacked them."""
        ...

    @property
    def sampler(self) -> object | None:
        """What draws samples in random order, None where they come in their own."""

    @property
    def population(self) -> int:
        """How many samples there are to be drawn."""
        ...


def batch_dims(batch: Yielded) -> Iterator[tuple[str, Tensor, int | None]]:
    """Yield each tensor of a batch with its place, and the dim of the samples, None where its sizes do not tell."""
    tensors, samples = [*tensors_in(batch.value)], batch.samples
    firsts = {tensor.size(0) for _, tensor in tensors if tensor.dim()}
    if samples is None and len(firsts) == 1 and len(tensors) > 1:
        (samples,) = firsts
    elif samples and len(firsts) == 1 and len(tensors) > 1 and min(firsts) > samples and min(firsts) % samples == 0:
        samples = None  # each has made several rows: a dim of that size is another
    for at, tensor in tensors:
        yield at, tensor, _dim_of(tensor, samples, batch.stacked)


def _dim_of(tensor: Tensor, samples: int | None, stacked: bool) -> int | None:
    if stacked or not tensor.dim():
        return 0 if tensor.dim() else None
    first, *others = [size == samples for size in tensor.shape]
    if first:
        return None if any(others[:1]) else 0
    is_sequence = tensor.dim() > 2 or not tensor.is_floating_point()  # (steps, batch, ...): of two dims one may be features
    return 1 if is_sequence and any(others[:1]) else None


def label_samples(tracker: Tracker, samples: Sequence[object]) -> list[Tensor]:
    """Number the samples that a collate function is given, and return the tensors that were labelled.

    A tensor that several of them have is of none. Where nothing else tells them apart, it is a sample twice: none is numbered.
    """
    tracker.book.collating = None
    held = [[*tensors_in(sample)] for sample in samples]
    often = Counter(id(tensor) for tensors in held for _, tensor in tensors)
    if any(tensors and all(often[id(tensor)] > 1 for _, tensor in tensors) for tensors in held):
        return []
    if (parts := parts_of(samples)) is not None:
        tracker.book.collating = Collated(parts)
    labelled: list[Tensor] = []
    for number, tensors in enumerate(held):
        for at, tensor in tensors:
            if often[id(tensor)] == 1 and ((mark := tracker.book.mark(tensor)) is None or is_cut(mark)):
                tables = tracker.inputs.unnamed(tensor, f"sample{at}") | {BATCH: alone(number, tensor.dim())}
                tracker.book.put(tensor, Mark(tuple(tensor.shape), tables))
                labelled.append(tensor)
    return labelled


def label_batch(tracker: Tracker, batch: Yielded) -> None:
    """Label what a DataLoader yields. It counts as a target, until a model takes it.

    Args:
        tracker: which remembers it.
        batch: what was yielded.
    """
    tensors = [*batch_dims(batch)]
    label_by_rows(tracker.book, tracker.inputs, [tensor for _, tensor, _ in tensors])
    tracker.naming.samples = batch.samples or max((t.size(dim) for _, t, dim in tensors if dim is not None), default=0)
    draw = tracker.inputs.draw(batch.sampler, batch.population) if batch.sampler is not None else None
    followed = [mark for _, tensor, _ in tensors if (mark := tracker.book.mark(tensor)) is not None]
    orders = {order for mark in followed if (order := order_of(mark, batch.samples))}
    # What a function sorts as a whole is no other batch than before: its samples are numbered as they lie.
    gives_back = any(_lists(tensor, orders) for _, tensor, _ in tensors)
    numbers = torch.tensor(orders.pop()).argsort() if len(orders) == 1 and not gives_back else None
    is_moved = any(map(_is_partly_moved, followed))
    for at, tensor, dim in tensors:
        mark = tracker.book.mark(tensor)
        if mark is not None and BATCH in mark.tables:
            rows = mark.tables[BATCH]
            if numbers is not None:
                rows = interned(torch.where(rows < 0, rows, numbers[rows]))
            tables = mark.tables | {BATCH: rows}
        elif not orders and dim is not None and not is_moved:
            tables = tracker.inputs.beside_samples(tensor, f"batch{at}", dim)
            size = tensor.size(dim)
            if size <= LARGEST:
                tables |= {BATCH: along(size, dim, tensor.dim()) if size > 1 else alone(0, tensor.dim())}
        else:
            continue
        if draw is not None:
            tables |= {draw[0]: alone(draw[1], tensor.dim())}
        known = Mark(tuple(tensor.shape), tables) if mark is None else replace(mark, tables=tables)
        tracker.book.put(tensor, replace(known, target=True, widened=False))  # nobody compares it yet


def label_by_target(tracker: Tracker, inputs: Iterable[object], target: object) -> None:
    """Label inputs that nobody has named by the one size that they share with a target of one row for each sample.

    That says more than what a layer takes for its batch, which may be its mistake. Steps may have a row each as well, of a
    single sequence: so nothing is said of an input with a dim of one, or of two dims.
    """
    if not isinstance(target, Tensor) or target.dim() != 1 or len(target) < 2 or tracker.naming.is_named:
        return
    for tensor in inputs:
        mark = tracker.book.mark(tensor)
        if mark is None or len(mark.sizes) < 2 or (len(mark.sizes) == 2 and cast("Tensor", tensor).is_floating_point()):
            continue
        first, second = mark.sizes[:2]
        if (first == len(target)) != (second == len(target)) and 1 not in (first, second):
            dim = 0 if first == len(target) else 1
            table = along(len(target), dim, len(mark.sizes))
            kept = {axis: other for axis, other in mark.tables.items() if runs_along(other) != [dim]}
            tracker.book.put(tensor, replace(mark, tables=kept | {BATCH: table}))
            tracker.naming.is_named = True
    if tracker.naming.is_named:
        label_target(tracker, target, len(target))


def label_source(tracker: Tracker, tensor: Tensor) -> None:
    """Label the tensor that an input is a slice of, where the slice leaves the dim of its samples whole.

    Inputs and targets of a language model are slices of one tensor, a step apart: what one has along that dim the next ones
    have as well. A slice of it counts as a target until a model takes it.
    """
    source, mark = tensor._base, tracker.book.mark(tensor)
    if source is None or mark is None or mark.target or source.requires_grad:
        return
    if (known := tracker.book.mark(source)) is not None and (not is_cut(known) or tracker.book.cuts.are_shuffled(known)):
        return
    rows = mark.tables.get(BATCH)
    dims = runs_along(rows) if rows is not None else []
    if rows is None or len(dims) != 1 or source.shape == tensor.shape or source.stride() != tensor.stride():
        return
    (dim,) = dims
    if source.size(dim) == tensor.size(dim) and is_order(rows) and not other_kind(source):
        tracker.book.put(source, Mark(tuple(source.shape), {BATCH: along(source.size(dim), dim, source.dim())}, target=True))


def label_slice(tracker: Tracker, tensor: Tensor, of: str) -> None:
    """Remember the other dims of an input that is a slice of what `label_source` has labelled, as of one that is not.

    Args:
        tracker: which remembers it.
        tensor: the input.
        of: tells its axes apart from those of other arguments.
    """
    source, mark = tracker.book.mark(tensor._base), tracker.book.mark(tensor)
    if source is not None and mark is not None and [*source.tables] == [*mark.tables] == [BATCH] and source.target:
        dims = runs_along(mark.tables[BATCH])
        if len(dims) == 1 and tensor.dim() > 1:
            tracker.book.put(tensor, replace(mark, tables=tracker.inputs.beside_samples(tensor, of, dims[0]) | mark.tables))


def label_target(tracker: Tracker, target: object, samples: int) -> None:
    """Label a target that nobody has named, where one of its dims is as long as there are samples."""
    for _, tensor in tensors_in(target) if samples > 1 else ():
        dims = [dim for dim, size in enumerate(tensor.shape) if size == samples]
        mark = tracker.book.mark(tensor)
        if len(dims) == 1 and (mark is None or not mark.tables) and samples <= LARGEST:
            table = along(samples, dims[0], tensor.dim())
            tracker.book.put(tensor, Mark(tuple(tensor.shape), {BATCH: table}, target=True))


def _lists(tensor: Tensor, orders: Iterable[tuple[int, ...]]) -> bool:
    """Tell whether a tensor lists the numbers of an order of samples, or how to go back: some may lie as they came."""
    if tensor.dim() != 1 or tensor.dtype != torch.int64 or tensor.device.type != "cpu":
        return False
    moved = [torch.tensor(order) for order in orders if list(order) != sorted(order)]
    return any(torch.equal(tensor, order) or torch.equal(tensor, order.argsort()) for order in moved)


def _is_partly_moved(mark: Mark) -> bool:
    """Tell whether samples lie out of order along a dim of a tensor, and of some rows it is not known whose they are."""
    rows = mark.tables.get(BATCH)
    dims = runs_along(rows) if rows is not None else []
    line = numbers(line_along(rows, *dims)) if rows is not None and len(dims) == 1 else []
    known = [number for number in line if number >= 0]
    return len(known) < len(line) and len({*known}) == len(known) and known != sorted(known)
