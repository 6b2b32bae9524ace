"""The book: what is known of each tensor, for as long as the tensor lives and is not written to behind our back."""

from __future__ import annotations

import weakref
from collections.abc import Iterable

from torch import Tensor

from rnnshape.coordinates import Mark

__all__ = ["Book", "writes"]

_Entry = tuple[weakref.ref[Tensor], Mark, int]

_RESHAPES_IN_PLACE = frozenset([
    "t_", "transpose_", "swapaxes_", "swapdims_", "squeeze_", "unsqueeze_", "resize_", "resize_as_", "set_", "as_strided_",
])  # fmt: skip


def writes(name: str) -> bool:
    """Tell whether an operation of this name changes its first argument."""
    if name.startswith("__"):
        return name == "__setitem__" or (name.startswith("__i") and name not in ("__index__", "__int__", "__invert__"))
    return name.endswith("_")


def _version(tensor: Tensor) -> int:
    """Return a number that all views of the same memory share, and that grows whenever one of them is written to."""
    try:
        return tensor._version
    except RuntimeError:  # inference tensors have none
        return -1


def _fit(mark: Mark, sizes: tuple[int, ...]) -> None:
    for axis, table in [*mark.tables.items()]:
        if len(table.shape) != len(sizes) or any(t not in (1, s) for t, s in zip(table.shape, sizes, strict=True)):
            del mark.tables[axis]


class Book:
    """Marks beside tensors: it holds no tensor, and forgets one that was written to through another view of its memory."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self.shares_unseen = False
        """Whether some memory is shared in a way that the versions do not show: by ``.data``, or between inference tensors."""

    def get(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor."""
        entry = self._entries.get(id(tensor))
        if entry is None:
            return None
        if entry[2] != _version(tensor) or tensor.shape != entry[1].sizes:
            del self._entries[id(tensor)]
            return None
        return entry[1]

    def known(self, values: Iterable[object], found: dict[int, Mark]) -> None:
        """Collect the marks of all tensors in nested arguments, by the id of each."""
        entries = self._entries
        for value in values:
            if isinstance(value, Tensor):
                if id(value) in entries and (mark := self.get(value)) is not None:
                    found[id(value)] = mark
            elif isinstance(value, (tuple, list)):
                self.known(value, found)
            elif isinstance(value, dict):
                self.known(value.values(), found)

    def put(self, tensor: Tensor, mark: Mark) -> None:
        """Remember what is known of a tensor; tables that do not fit it are dropped."""
        if mark.form is None:
            _fit(mark, tuple(tensor.shape))
        key, entries = id(tensor), self._entries
        version = _version(tensor)
        self.shares_unseen |= version < 0

        def died(ref: weakref.ref[Tensor]) -> None:
            if key in entries and entries[key][0] is ref:
                del entries[key]

        entries[key] = (weakref.ref(tensor, died), mark, version)

    def drop(self, tensor: Tensor) -> None:
        """Forget a tensor."""
        self._entries.pop(id(tensor), None)

    def written(self, name: str, tensor: Tensor) -> None:
        """Forget every other tensor that shares memory with one that was written to, where versions do not show it."""
        if name in _RESHAPES_IN_PLACE:
            self.drop(tensor)
        if not self.shares_unseen:
            return
        storage = tensor.untyped_storage()._cdata
        for key, (ref, _, _) in [*self._entries.items()]:
            other = ref()
            if other is not None and other is not tensor and other.untyped_storage()._cdata == storage:
                self._entries.pop(key, None)
