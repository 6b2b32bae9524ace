"""Lengths among the arguments of a model: one whole number for each sample of a padded tensor.

What an argument is called does not matter, where the padded tensor shows that these are the lengths of its samples, and on
which side the padding is. Where it does not, as there is none in this batch or its elements have no values, one that is
called some kind of length is taken for that, with the padding on the right, if the longest sample reaches the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from rnnshape._torch import known_values, other_kind
from rnnshape.coordinates.mark import UNNAMED, Mark
from rnnshape.coordinates.padding import by_lengths, of_real, side_of
from rnnshape.coordinates.room import LARGEST
from rnnshape.coordinates.tables import line_along, runs_along
from rnnshape.layout.axes import Axis

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["learn_padding"]


class _Place(NamedTuple):
    """Two dims of a tensor that may be those of its samples and its steps.

    Attributes:
        tensor: the tensor.
        batch_dim: the dim of the samples.
        samples: the axis of the samples.
        seq: the axis of the steps.
        rows: the number of each sample.
    """

    tensor: Tensor
    batch_dim: int
    samples: Axis
    seq: Axis
    rows: Tensor

    @property
    def steps(self) -> int:
        return self.tensor.size(1 - self.batch_dim)

    def side(self, lengths: Tensor) -> str | None:
        """Return on which side the padding is, if these are the lengths; None where the tensor does not show it."""
        values = known_values(self.tensor)
        if values is None or values.numel() > LARGEST:
            return None
        return side_of(values if self.batch_dim == 0 else values.transpose(0, 1), lengths)


def learn_padding(tracker: Tracker, arguments: Iterable[tuple[str, object]]) -> None:
    """Find the lengths among the arguments of a model, and remember where its padded tensors are padded.

    Args:
        tracker: which remembers it, and which has labelled the arguments.
        arguments: with their names.
    """
    arguments = [(name, value) for name, value in arguments if isinstance(value, Tensor) and not other_kind(value)]
    tensors = [value for _, value in arguments]
    _learn_of_masks(tracker, tensors)
    for name, value in arguments:
        lengths = _whole_numbers(value)
        if lengths is None:
            continue
        places = [place for tensor in tensors for place in _places(tracker, tensor, lengths)]
        shown = [(place, side) for place in places if (side := place.side(lengths))]
        whole = [place for place in places if place.steps == int(lengths.max())]  # a batch is padded to its longest sample
        if not shown and whole and "len" in name.lower() and len({place.seq for place in places}) == 1:
            _learn(tracker, value, lengths, [(whole[0], "right")], is_seen=False)
        elif len({place.samples for place, _ in shown}) == 1:
            _learn(tracker, value, lengths, shown, is_seen=True)


def _learn_of_masks(tracker: Tracker, tensors: list[Tensor]) -> None:
    """Remember the padding that a mask among the arguments tells of, where another of them is filled with a constant there."""
    for mask in tensors:
        values = known_values(mask) if mask.dim() == 2 and mask.numel() <= LARGEST else None
        if values is None or not bool(((values == 0) | (values == 1)).all()) or len(values.unique()) < 2:
            continue
        for real in (values != 0, values == 0):
            lengths = real.sum(1).cpu()
            found = of_real(real)
            if found is None or not torch.equal(found.lengths, lengths):
                continue
            others = [tensor for tensor in tensors if tensor is not mask and not _is_of_bits(tensor)]
            places = [place for tensor in others for place in _places(tracker, tensor, lengths)]
            for place in places:
                is_there = place.batch_dim == 0 and place.steps == mask.size(1)
                is_there &= place.seq.of not in tracker.telling.step.padding
                if is_there and place.side(lengths) == ("left" if found.is_left else "right"):
                    _remember(tracker, place, lengths, "left" if found.is_left else "right")


def _is_of_bits(tensor: Tensor) -> bool:
    values = known_values(tensor)
    return values is None or bool(((values == 0) | (values == 1)).all())


def _remember(tracker: Tracker, place: _Place, lengths: Tensor, side: str) -> None:
    padding = by_lengths(lengths, place.steps, side, is_seen=True).numbered(place.rows)
    if padding is not None:
        tracker.telling.step.is_padded(place.seq, padding)


def _learn(tracker: Tracker, value: Tensor, lengths: Tensor, found: list[tuple[_Place, str]], *, is_seen: bool) -> None:
    for place, side in found:
        padding = by_lengths(lengths, place.steps, side, is_seen=is_seen).numbered(place.rows)
        if padding is not None:
            tracker.telling.step.is_padded(place.seq, padding)
    place, _ = found[0]
    known = tracker.book.mark(value)
    if known is None or all(axis.name == UNNAMED for axis in known.tables):
        tracker.book.put(value, Mark(tuple(value.shape), {place.samples: place.rows}))


def _whole_numbers(value: Tensor) -> Tensor | None:
    """Return what may be lengths: some positive whole numbers along one dim."""
    if value.dim() != 1 or value.numel() < 2 or value.is_floating_point() or value.is_complex() or value.dtype == torch.bool:
        return None
    known = known_values(value)
    return None if known is None or int(known.min()) < 1 else known.detach().cpu().long()


def _places(tracker: Tracker, tensor: Tensor, lengths: Tensor) -> Iterator[_Place]:
    """Yield the dims of a tensor along which there are as many samples, and at least as many steps, as lengths say."""
    mark = tracker.book.mark(tensor)
    if mark is None or tensor.dim() < 2:
        return
    longest = int(lengths.max())
    for batch_dim in (0, 1):
        if tensor.size(batch_dim) != lengths.numel() or tensor.size(1 - batch_dim) < longest:
            continue
        samples = _axis_along(mark, batch_dim, "batch", lambda axis: axis.name in ("batch", UNNAMED))
        seq = _axis_along(mark, 1 - batch_dim, "seq", tracker.telling.step.is_sequence)
        if samples is not None and seq is not None:
            yield _Place(tensor, batch_dim, samples, seq, line_along(mark.tables[samples], batch_dim))


def _axis_along(mark: Mark, dim: int, name: str, fits: Callable[[Axis], bool]) -> Axis | None:
    """Return the axis along a dim that fits, one of a name rather than others; None where there is no such axis."""
    found = [a for a, table in mark.tables.items() if fits(a) and runs_along(table) == [dim]]
    return min(found, key=lambda axis: axis.name != name, default=None)
