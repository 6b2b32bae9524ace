"""What the samples hold that a collate function is given: numbers, lists of numbers and arrays, each with its place.

A list that one sample has and no other is known by its identity, at any depth; a number is not, since Python has one of each.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from torch import Tensor

__all__ = ["Owner", "Parts", "parts_of"]

_DEEPEST = 4
"""How deep parts are looked for."""

_MOST = 1 << 6
"""Items of a list of lists that are looked into."""

_SHORT = 1 << 4
"""Numbers of a sample that may be its parts, and not the elements of one list."""

_NUMBERS = (int, float)


class Owner(NamedTuple):
    """Whose a list is.

    Attributes:
        number: of the sample.
        at: its place in that.
    """

    number: int
    at: str


class Parts(NamedTuple):
    """What samples hold.

    Attributes:
        number: of samples.
        owners: of what one of them has and no other, by its id.
        by_place: what each has at a place where all have something.
    """

    number: int
    owners: dict[int, Owner]
    by_place: dict[str, list[object]]


def parts_of(samples: Sequence[object]) -> Parts | None:
    """Return what samples hold; None where some of them may be one, as where it was drawn twice.

    Args:
        samples: in the order in which they were given.
    """
    held = [dict(_parts_in(sample)) for sample in samples]
    often = Counter(id(part) for parts in held for part in {id(p): p for p in parts.values() if _is_known(p)}.values())
    if len(samples) < 2 or any(1 < count < len(samples) for count in often.values()):
        return None
    owners = {
        id(part): Owner(number, at)
        for number, parts in enumerate(held)
        for at, part in reversed(parts.items())
        if _is_known(part) and often[id(part)] == 1
    }
    if often and not owners:
        return None
    places = [at for at in held[0] if all(at in parts for parts in held)]
    return Parts(len(samples), owners, {at: [parts[at] for parts in held] for at in places})


def _is_array(value: object) -> bool:
    return type(value).__module__ == "numpy" and hasattr(value, "ndim")


def _is_known(part: object) -> bool:
    """Tell whether a part is known by its identity: it may be empty, then Python may have one of it."""
    if isinstance(part, (list, tuple, Mapping)):
        return bool(cast("Sequence[object]", part))
    return _is_array(part) and bool(getattr(part, "ndim", 0))


def _parts_in(value: object, at: str = "", depth: int = _DEEPEST) -> Iterator[tuple[str, object]]:
    """Yield the parts of a sample, each with its place, and how long those are that have a length."""
    if isinstance(value, (Tensor, type)) or value is None:
        return
    if isinstance(value, (str, bytes)):
        yield f"{at}#", len(value)
    elif isinstance(value, _NUMBERS) or _is_array(value):
        yield at, value
        if getattr(value, "ndim", 0):
            yield f"{at}#", len(cast("Any", value))
    elif isinstance(value, (list, tuple)):
        items = cast("Sequence[object]", value)
        yield at, items
        yield f"{at}#", len(items)
        if depth and not (len(items) > _SHORT and all(isinstance(item, _NUMBERS) for item in items)):
            for number, item in enumerate(items[:_MOST]):
                yield from _parts_in(item, f"{at}.{number}", depth - 1)
    elif depth:
        named = cast("Mapping[object, object]", value) if isinstance(value, Mapping) else getattr(value, "__dict__", None)
        if named is None and dataclasses.is_dataclass(value):
            named = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
        for name, item in (named or {}).items():
            yield from _parts_in(item, f"{at}.{name}", depth - 1)
