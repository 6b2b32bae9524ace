"""`Views`: which tensors are the same memory, and whether that was written to after one of them was taken.

A step that is kept as a view of a buffer shows whatever is written there later on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.room import LARGEST, MOST_KEPT
from rnnshape.operations.uses import Overwritten
from rnnshape.report.location import Location

__all__ = ["JOINS", "Taken", "Views"]

JOINS = frozenset([
    "stack", "cat", "concat", "concatenate", "hstack", "vstack", "dstack", "column_stack", "row_stack", "pad_sequence",
])  # fmt: skip
"""What puts several tensors together."""

_Memory = tuple[int, torch.dtype, int, tuple[int, ...], tuple[int, ...]]
"""A storage, and which of its elements a tensor shows."""


class Taken(NamedTuple):
    """When a tensor was taken.

    Attributes:
        version: of its memory, a number that grows whenever it is written to.
        location: the line that took it.
    """

    version: int
    location: Location | None


class _Written(NamedTuple):
    """Memory that was written to.

    Attributes:
        version: of the memory behind that.
        memory: of the tensor that was written to.
        place: where in it; None for all of it.
    """

    version: int
    memory: _Memory
    place: tuple[Any, ...] | None


class Views:
    """What was written to in a step."""

    def __init__(self) -> None:
        self._written: dict[int, list[_Written]] = {}
        self._count = 0

    def begin(self) -> None:
        """Begin a step: what was written before is not asked for any more."""
        self._written.clear()
        self._count = 0

    def written(self, name: str, tensor: Tensor, args: tuple[Any, ...]) -> None:
        """Hear that an operation has written to a tensor; of too many nothing more is kept.

        Args:
            name: of the operation.
            tensor: that was written to.
            args: of the operation.
        """
        if self._count < MOST_KEPT and tensor.layout is torch.strided and not tensor.is_inference():
            memory = _memory(tensor)
            index = args[1] if name == "__setitem__" and len(args) > 1 else None
            index = index if index is None or isinstance(index, tuple) else (index,)
            plain = None if index is None else tuple(map(_without_tensors, index))
            self._written.setdefault(memory[0], []).append(_Written(tensor._version, memory, plain))
            self._count += 1

    def overwritten(self, name: str, parts: Iterable[tuple[Tensor, Taken | None]]) -> Overwritten | None:
        """Tell of parts that are put together, and are the same memory, which was written to between one and another.

        Args:
            name: of the operation that puts them together.
            parts: each with when it was taken, as far as that is known.
        """
        alike: dict[_Memory, dict[int, Taken]] = {}
        for tensor, taken in parts:
            if taken is not None and tensor.layout is torch.strided and tensor.numel():
                alike.setdefault(_memory(tensor), {})[id(tensor)] = taken
        for memory, several in alike.items():
            first, last = min(several.values()), max(several.values(), key=lambda taken: taken.version)
            if any(first.version < w.version <= last.version and _meet(w, memory) for w in self._written.get(memory[0], ())):
                return Overwritten(name, len(several), first.location)
        return None


def _memory(tensor: Tensor) -> _Memory:
    storage = tensor.untyped_storage()._cdata
    return storage, tensor.dtype, int(tensor.storage_offset()), tuple(tensor.shape), tensor.stride()


def _without_tensors(item: Any) -> Any:
    """Return of an index by numbers, or by a mask of one dim, the whole dim: where in it they are does not matter here."""
    if isinstance(item, Tensor):
        return slice(None) if item.dim() == 1 else NotImplemented
    return slice(None) if isinstance(item, list) else item


def _meet(written: _Written, memory: _Memory) -> bool:
    """Tell whether elements that were written to are among those of a tensor."""
    _, kind, offset, sizes, strides = written.memory
    if kind != memory[1] or any(item is NotImplemented for item in written.place or ()):
        return False
    end = max(_end(offset, sizes, strides), _end(*memory[2:]))
    if end > LARGEST:
        return False
    flags = torch.zeros(end, dtype=torch.bool)
    flags.as_strided(sizes, strides, offset)[... if written.place is None else written.place] = True
    return bool(flags.as_strided(memory[3], memory[4], memory[2]).any())


def _end(offset: int, sizes: tuple[int, ...], strides: tuple[int, ...]) -> int:
    return offset + 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True) if size)
