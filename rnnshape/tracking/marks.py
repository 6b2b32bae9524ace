"""`Marks`: what is known of each tensor, for as long as the tensor lives and is not written to behind our back."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from torch import Tensor, nn
from torch._C import DisableTorchFunction, _DisableTorchDispatch

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.room import Beside, admits
from rnnshape.layout.axes import Axis
from rnnshape.tracking.renaming import renamed
from rnnshape.tracking.views import Taken

__all__ = ["Marks", "writes"]

_PLAIN = frozenset([Tensor, nn.Parameter])

_RESHAPES_IN_PLACE = frozenset([
    "t_", "transpose_", "swapaxes_", "swapdims_", "squeeze_", "unsqueeze_", "resize_", "resize_as_", "set_", "as_strided_",
])  # fmt: skip


@functools.lru_cache(maxsize=1024)
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


class Marks(Beside[tuple[Mark, int]]):
    """Marks beside tensors, with their versions: it forgets one of a tensor that was written to through another view of it."""

    def __init__(self) -> None:
        super().__init__()
        self.shares_unseen = False
        """Whether some memory is shared in a way that the versions do not show: by ``.data``, or between inference tensors."""
        self._overwritten: Beside[Taken] = Beside()

    def mark(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor."""
        entry = self.entries.get(id(tensor))
        if entry is None or entry[0]() is not tensor:
            return None
        mark, version = entry[1]
        if type(tensor) in _PLAIN:
            try:
                is_current = version == tensor._version and tensor.shape == mark.sizes
            except RuntimeError:  # inference tensors have no version
                is_current = version == _version(tensor) and tensor.shape == mark.sizes
        else:
            with DisableTorchFunction(), _DisableTorchDispatch():
                is_current = version == _version(tensor) and tensor.shape == mark.sizes
        if not is_current:
            del self.entries[id(tensor)]
            self._overwritten.put(tensor, Taken(version, mark.made))
            return None
        return mark

    @property
    def has_overwritten(self) -> bool:
        """Whether a tensor of which something was known was written to behind our back."""
        return bool(self._overwritten.entries)

    def taken(self, tensor: Tensor) -> Taken | None:
        """Return when a tensor was taken of which something is known, or was, before its memory was written to."""
        entry = self.entries.get(id(tensor))
        if entry is not None and entry[0]() is tensor:
            return Taken(entry[1][1], entry[1][0].made)
        return self._overwritten.get(tensor)

    def clear(self) -> None:
        """Forget every tensor."""
        super().clear()
        self._overwritten.clear()

    def remember(self, tensor: Tensor, mark: Mark) -> bool:
        """Remember what is known of a tensor; tables that do not fit it are dropped. Tell whether there was room for all."""
        room = True
        if mark.form is None:
            _fit(mark, tuple(tensor.shape))
            for axis in [axis for axis, table in mark.tables.items() if not admits(table)]:
                room = False
                del mark.tables[axis]
        version = _version(tensor)
        if version < 0:
            self.shares_unseen = True
        self.put(tensor, (mark, version))
        return room

    def remember_again(self, tensor: Tensor, mark: Mark) -> None:
        """Remember of a tensor what is known of another of its sizes."""
        try:
            version = tensor._version
        except RuntimeError:  # inference tensors have none
            version, self.shares_unseen = -1, True
        self.put(tensor, (mark, version))

    def rename(self, names: Mapping[Axis, Axis], present: Mapping[int, Mark]) -> dict[int, Mark]:
        """Give axes other names, in all marks; return those of the present operation under them.

        What are the same mark for several tensors stay the same.
        """
        others: dict[int, Mark] = {}
        entries = [*self.entries.items()]
        for mark in (*(mark for _, (_, (mark, _)) in entries), *present.values()):
            if id(mark) not in others:
                others[id(mark)] = renamed(mark, names)
                for site in mark.sites.values():
                    site.rename(names)
        self.entries = {key: (ref, (others[id(mark)], version)) for key, (ref, (mark, version)) in entries}
        return {key: others[id(mark)] for key, mark in present.items()}

    def written(self, name: str, tensor: Tensor) -> None:
        """Forget every other tensor that shares memory with one that was written to, where versions do not show it."""
        if name in _RESHAPES_IN_PLACE:
            self.drop(tensor)
        if not self.shares_unseen:
            return
        storage = tensor.untyped_storage()._cdata
        for ref, _ in [*self.entries.values()]:
            other = ref()
            if other is not None and other is not tensor and other.untyped_storage()._cdata == storage:
                self.drop(other)
