"""The registry of rules: which functions are asked about which kind of use, and how they are asked.

A *rule* is a function of a use and of the `Step`; it yields what is wrong, or nothing. Of one use one thing is told: the first
that a rule finds, in the order in which the rules are written; what others would say mostly follows from it. A *note* is a
function of the same that writes down in the `Step` what other rules will ask for; notes come first.

A function that has not looked at its step says the same of the same use. That is how the tracker knows what need not be asked
again when an operation is repeated.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from rnnshape.operations.uses import Use
    from rnnshape.report.mistake import Mistake
    from rnnshape.rules.memory import Memory
    from rnnshape.rules.step import Step

__all__ = ["Listener", "Where", "ask", "asks", "in_order", "listeners", "note", "notice", "rule", "rules"]

U = TypeVar("U", bound="Use")

M = TypeVar("M")

Where = Callable[["Step"], object]
"""Tells whether what was seen in a step leaves a function anything to say in it, which is asked before a use is made."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A function that is asked about a kind of use.

    Attributes:
        function: yields what is wrong; of a note, returns nothing.
        is_note: whether it is a note.
        where: in which steps it has anything to say; in all of them where it is None.
    """

    function: Callable[[Any, Any], Any]
    is_note: bool
    where: Where | None = None


_order: dict[str, int] = {}
_notes: dict[type, list[Listener]] = {}
_rules: dict[type, list[Listener]] = {}


def rule(
    *kinds: type[U], where: Where | None = None
) -> Callable[[Callable[[U, Step], Iterator[Mistake]]], Callable[[U, Step], Iterator[Mistake]]]:
    """Have a function asked about these kinds of use, in the steps where it has anything to say."""

    def register(function: Callable[[U, Step], Iterator[Mistake]]) -> Callable[[U, Step], Iterator[Mistake]]:
        for kind in kinds:
            _rules.setdefault(kind, []).append(Listener(function, is_note=False, where=where))
        listeners.cache_clear()
        return function

    return register


def note(
    *kinds: type[U], where: Where | None = None
) -> Callable[[Callable[[U, Step], None]], Callable[[U, Step], None]]:
    """Have a function write down what it sees of these kinds of use, in the steps where it has anything to write."""

    def register(function: Callable[[U, Step], None]) -> Callable[[U, Step], None]:
        for kind in kinds:
            _notes.setdefault(kind, []).append(Listener(function, is_note=True, where=where))
        listeners.cache_clear()
        return function

    return register


def in_order(*families: ModuleType) -> None:
    """Have the rules of these modules asked in this order, and within each in the order in which they are written."""
    _order.update({family.__name__: place for place, family in enumerate(families)})
    for found in (*_notes.values(), *_rules.values()):
        found.sort(key=lambda listener: _order.get(listener.function.__module__, len(_order)))
    listeners.cache_clear()


@functools.cache
def listeners(kind: type) -> tuple[Listener, ...]:
    """Return who is asked about a kind of use, in this order."""
    return (*_notes.get(kind, ()), *_rules.get(kind, ()))


def rules(kind: type) -> tuple[Listener, ...]:
    """Return the rules that are asked about a kind of use, in this order; no notes."""
    return tuple(_rules.get(kind, ()))


def ask(use: Use, step: Step, among: Iterable[Listener] | None = None) -> Mistake | None:
    """Ask about a use, and return the first mistake.

    Args:
        use: as it was emitted.
        step: what was seen before.
        among: who is asked; everyone where it is None.
    """
    for listener in listeners(type(use)) if among is None else among:
        if listener.where is not None and not listener.where(step):
            continue
        found = listener.function(use, step)
        mistake = None if listener.is_note else next(found, None)
        if mistake is not None:
            return mistake
    return None


def asks(among: Iterable[Listener], step: Step) -> bool:
    """Tell whether any of those who are asked about a use has anything to say in a step."""
    for listener in among:  # noqa: SIM110 (asked of nearly every operation, for which a generator is slow)
        if listener.where is None or listener.where(step):
            return True
    return False


def notice(use: Use, step: Step) -> tuple[Mistake | None, list[tuple[Listener, bool]]]:
    """Ask about a use, and see who looks at the step.

    Returns:
        The first mistake, and those who looked: what they say may be another thing when the same use is made again. With each,
        whether that is so where the use is of the very same marks, at the same place.
    """
    looked: list[tuple[Listener, bool]] = []
    for listener in listeners(type(use)):
        through = _LookedThrough(step)
        mistake = ask(use, cast("Step", through), (listener,))
        if through.seen:
            looked.append((listener, not through.seen <= (_SAME_AT_ONE_PLACE if listener.is_note else _SAME_OF_ONE_MARK)))
        if mistake is not None:
            return mistake, looked
    return None, looked


_SAME_OF_ONE_MARK = frozenset(["source"])
"""What a rule learns from the step of one mark is the same whenever it asks, as long as it looks at no more than this."""

_SAME_AT_ONE_PLACE = frozenset([
    "source", "usage", "here", "scene", "normalised", "beside", "orders", "masked", "of the same",
])  # fmt: skip
"""What a note writes down of the same marks at the same line is the same again, as long as it looks at no more than this."""


class _LookedThrough:
    """A step that remembers what was looked at.

    Attributes:
        seen: the names.
    """

    def __init__(self, step: Step) -> None:
        self.seen: set[str] = set()
        self._step = step

    def of(self, memory: Memory[M]) -> M:
        """Return what a family of rules has written down."""
        self.seen.add("of the same" if memory.is_same_at_one_place else "of")
        return self._step.of(memory)

    def __getattr__(self, name: str) -> Any:
        self.seen.add(name)
        return getattr(self._step, name)
