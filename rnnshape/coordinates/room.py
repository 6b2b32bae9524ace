"""How much memory the tables may take: all bounds are here, in elements and in number, and what holds to them.

A table is an int64 tensor on the CPU, 8 bytes an element. Small ones are *shared*: two that are equal are one object, and what
is found out about them is kept from call to call, in a `Kept`. Large ones belong to the tensors that they describe and go with
them; they are *alive* together up to a bound.
"""

from __future__ import annotations

import weakref
from typing import Generic, TypeVar, cast

from torch import Tensor

__all__ = [
    "LARGEST", "MOST_ALIVE", "MOST_KEPT", "MOST_RANGES", "MOST_SHARED", "MOST_TABLES", "SMALL", "Beside", "Kept", "Recent",
    "admits", "forget",
]  # fmt: skip

K = TypeVar("K")
V = TypeVar("V")

LARGEST = 1 << 23
"""Elements of the largest table that is ever made; a larger one makes its axis unknown."""

SMALL = 1 << 12
"""Elements of the largest table that is shared."""

MOST_TABLES = 1 << 11
"""Tables that are shared."""

MOST_RANGES = 1 << 13
"""Tables that are known by what they are made of, all of one element among them."""

MOST_SHARED = 1 << 20
"""Elements of all shared tables together: 8 MiB, and as much for the keys by which they are found."""

MOST_KEPT = 1 << 12
"""Entries of each memory that is kept from call to call."""

MOST_ALIVE = 1 << 25
"""Elements of all large tables that are alive: 256 MiB."""


# What is kept from call to call

_memories: list[weakref.ref[Kept[object, object]]] = []


class Kept(dict[K, V]):
    """A memory of what was found out before. It holds tables, or their ids; so all memories are emptied at the same time.

    Args:
        most: entries, after which it begins anew.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        super().__init__()
        self.most = most
        _memories.append(weakref.ref(self, _memories.remove))  # type: ignore[arg-type]

    def keep(self, key: K, value: V) -> V:
        """Remember a value, and return it."""
        if len(self) >= self.most:
            self.clear()
        self[key] = value
        return value


def forget() -> None:
    """Empty every memory: none of them then holds a table that another does not know."""
    for reference in tuple(_memories):
        memory = reference()
        if memory is not None:
            memory.clear()


class Recent(dict[K, V]):
    """What came last: in the place of what is beyond a number of entries, or of elements, goes the oldest.

    Args:
        most: entries.
        elements: of all keys together, where these are tuples.
    """

    def __init__(self, most: int, elements: int = MOST_SHARED) -> None:
        super().__init__()
        self._most, self._elements = most, elements

    def keep(self, key: K, value: V) -> None:
        """Remember a value as the newest."""
        self.pop(key, None)
        self[key] = value
        while self and (len(self) > self._most or sum(map(_weight, self)) > self._elements):
            del self[next(iter(self))]


def _weight(key: object) -> int:
    return len(cast("tuple[object, ...]", key)) if type(key) is tuple else 1


# What lives beside tensors


class _Reference(weakref.ref[Tensor]):
    """A reference that knows the id of its tensor after that is gone."""

    __slots__ = ("key",)

    key: int


class Beside(Generic[V]):
    """Values beside tensors: each goes when its tensor does. It holds no tensor.

    Attributes:
        entries: by the id of each tensor.
    """

    def __init__(self) -> None:
        self.entries: dict[int, tuple[weakref.ref[Tensor], V]] = {}
        myself = weakref.ref(self)

        def gone(reference: _Reference) -> None:
            beside = myself()
            if beside is not None:
                entry = beside.entries.get(reference.key)
                if entry is not None and entry[0] is reference:
                    beside.entries.pop(reference.key, None)

        self._gone = gone

    def get(self, tensor: Tensor) -> V | None:
        """Return the value beside a tensor."""
        entry = self.entries.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None

    def put(self, tensor: Tensor, value: V) -> V:
        """Lay a value beside a tensor, in the place of any other, and return it."""
        reference = _Reference(tensor, self._gone)
        reference.key = key = id(tensor)
        self.entries[key] = (reference, value)
        return value

    def drop(self, tensor: Tensor) -> None:
        """Forget a tensor."""
        self.entries.pop(id(tensor), None)

    def clear(self) -> None:
        """Forget every tensor."""
        self.entries.clear()


class _Alive(Beside[int]):
    """The large tables that are alive, with their elements."""

    def __init__(self) -> None:
        super().__init__()
        self._since = 0

    def admits(self, table: Tensor) -> bool:
        """Tell whether there is room for a table, and count it for as long as it lives."""
        if self.get(table) is None:
            number = table.numel()
            if self._since + number > MOST_ALIVE:  # those that are gone since are still in it
                self._since = sum(elements for _, elements in tuple(self.entries.values()))
                if self._since + number > MOST_ALIVE:
                    return False
            self._since += number
            self.put(table, number)
        return True


_alive = _Alive()


def admits(table: Tensor) -> bool:
    """Tell whether a table may be laid beside a tensor: a small one always, a large one where not too many are alive."""
    return table.numel() <= SMALL or _alive.admits(table)
