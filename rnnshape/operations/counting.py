"""Masks that count: which places lie before the length of each sample, as ``arange(n) < lengths[:, None]`` says."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from rnnshape.coordinates.mark import COUNTED, Mark
from rnnshape.coordinates.tables import along, runs_along
from rnnshape.operations.names import MULTIPLIES, WHOLE
from rnnshape.operations.registry import Operation
from rnnshape.operations.uses import Counting, Masking

__all__ = ["count_places", "tell_of_masks"]

_MASKS = MULTIPLIES | {"masked_fill", "masked_fill_", "where"}


def count_places(op: Operation, tensors: Sequence[Tensor], marks: Sequence[Mark], met: Mark) -> None:
    """Say of one number for each sample that is compared with others, of which nothing is known, that it counts places."""
    if len(tensors) != 2 or len(marks) != 1:
        return
    lengths, places = tensors if op.book.mark(tensors[0]) is not None else tensors[::-1]
    samples = [dim for _, table in marks[0].of("batch") for dim in runs_along(table)]
    dims = [dim - places.dim() for dim, size in enumerate(places.shape) if size > 1 and places.stride(dim)]
    if lengths.dtype not in WHOLE or lengths.numel() != max(lengths.shape, default=0) or len(dims) != 1 or len(samples) != 1:
        return
    if -dims[0] > lengths.dim() or lengths.size(dims[0]) == 1:
        dim = dims[0] % len(met.sizes)
        met.tables[op.book.part_of(COUNTED)] = along(met.sizes[dim], dim, len(met.sizes))
        op.emit(Counting(op.name, marks[0], (lengths, places)))


def tell_of_masks(op: Operation, tensors: Sequence[Tensor]) -> None:
    """Tell of values that meet such a mask."""
    for tensor in tensors if op.name in _MASKS and len(tensors) > 1 else ():
        mask = op.book.mark(tensor)
        for other in tensors if mask is not None and mask.of(COUNTED) else ():
            values = op.book.mark(other)
            if mask is not None and values is not None and other is not tensor:
                op.emit(Masking(op.name, mask, values))
