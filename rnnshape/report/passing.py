"""What passed through each layer: the most frequent kind of call in full, and how the others differ. Plain words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rnnshape import text
from rnnshape.report.event import Event

__all__ = ["LEGEND", "Passed", "has_unknown", "lines_of", "passed"]

LEGEND = "? is a dim that nobody has named, that could not be followed, or that has no part in the finding"
"""What is said once of the dims that a report shows by their size alone, such as ``?=14``."""

_UNKNOWN = re.compile(r"(?<![\w.?])\?=\w")
"""Such a dim, in a line of a report; in a line of source there may be a query, as in ``"page?id=3"``."""

_SHOWN_SIZES = 4


class Passed(NamedTuple):
    """The calls of one layer.

    Attributes:
        module: its path in the model, or its class.
        spec: its configuration.
        calls: how many there were, in words.
        tensors: of each its name, Layout, sizes, and a remark.
        changes: what varied from call to call, and in which way.
    """

    module: str
    spec: str
    calls: str
    tensors: tuple[tuple[str, str, str, str], ...]
    changes: tuple[tuple[str, str], ...]


def passed(events: Sequence[Event]) -> tuple[Passed, ...]:
    """Return what passed through each layer, in the order in which they were called first."""
    return tuple(_passed([*group]) for _, group in groupby(events, key=lambda event: event.module))


def lines_of(layer: Passed) -> Iterator[str]:
    """Write the calls of one layer."""
    yield text.shown(f"{layer.module}  {layer.spec}  {layer.calls}")
    yield from map(text.shown, text.columns([[*row] for row in layer.tensors]))
    yield from map(text.shown, text.columns([[*row] for row in layer.changes]))


def has_unknown(parts: Iterable[str]) -> bool:
    """Tell whether parts of a report show a dim by its size alone, which has to be explained.

    >>> has_unknown(["input  batch=6 ?=13  (6, 13)"]), has_unknown(["input  batch=6  (6,)"])
    (True, False)
    """
    return any(_UNKNOWN.search(part) for part in parts)


def _passed(events: Sequence[Event]) -> Passed:
    main = max((e for e in events if e.layouts), key=lambda e: e.calls, default=events[0])
    tensors = tuple((name, str(layout), text.sizes(layout.sizes), _remark(name, main)) for name, layout in main.layouts)
    calls = text.count(sum(e.calls for e in events), "call")
    return Passed(main.module or main.kind, main.spec, calls, tensors, tuple(_changes(events)))


def _remark(name: str, event: Event) -> str:
    if name in ("input", "output") and event.packed:
        return f"packed: {text.count(event.packed[0], 'sample')}, the longest of {text.count(event.packed[1], 'step')}"
    if name in ("h_n", "c_n") and event.batch_first:
        return "never batch-first"
    return ""


def _changes(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Say how batch and seq varied from call to call, and how often a state was passed."""
    known = [e for e in events if e.layouts]
    calls = sum(e.calls for e in known)
    for axis in ("batch", "seq"):
        sizes = Counter[int]()
        for event in known:
            size = _size(event, axis)
            if size is not None:
                sizes[size] += event.calls
        if sizes:
            yield axis, _spread(sizes, calls)
    names = [name for name, _ in known[0].layouts] if known else []
    if any(name in names for name in ("h_n", "h_1")):
        states = "h_0 and c_0" if any(n.startswith("c_") for n in names) else "h_0"
        given = sum(e.calls for e in known if "h_0" in e.given)
        yield "state", f"{states} {_share(given, calls)}"
    others = sum(e.calls for e in events if not e.layouts)
    if others and not known:
        yield "sizes", "not known, as nobody can say what these calls take"
    elif others:
        yield "other", f"{text.count(others, 'call')} of still other sizes, not counted here"


def _share(given: int, calls: int) -> str:
    if given == calls:
        return "passed in every call"
    if not given:
        return "never passed, so zeros"
    return f"passed in {given:,} of {text.count(calls, 'call')}, else zeros"


def _size(event: Event, axis: str) -> int | None:
    if event.packed:
        return event.packed[axis == "seq"]
    layout = event.layout("input")
    if layout is None or axis not in layout.names:
        return None
    size = layout.sizes[layout.names.index(axis)]
    return size if isinstance(size, int) else None


def _spread(sizes: Counter[int], calls: int) -> str:
    if len(sizes) == 1 and sizes.total() == calls:
        return f"{next(iter(sizes))} in every call"
    if len(sizes) <= _SHOWN_SIZES:
        return text.listed(f"{size} in {text.count(n, 'call')}" for size, n in sizes.most_common())
    return f"{min(sizes)} to {max(sizes)}, {len(sizes)} different sizes in {text.count(sizes.total(), 'call')}"
