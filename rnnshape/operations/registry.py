"""The registry of operations, keyed by the name under which torch dispatches them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from torch import Tensor

from rnnshape._torch import known_values, other_kind
from rnnshape.coordinates.mark import Mark, Site
from rnnshape.coordinates.room import Kept
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Consumption, Use
from rnnshape.report.location import Location

__all__ = [
    "ALWAYS", "IN_A_LOOP", "OPERATIONS", "Book", "Handler", "Operation", "UnreadableError", "leaves", "name_of", "on_cpu",
    "operation", "other_kind_among", "tensors_of",
]  # fmt: skip


Func = Callable[..., Any]
"""A function of torch's."""

Args = tuple[Any, ...]
"""What it is called with: anything."""

Kwargs = dict[str, Any]


class Book(Protocol):
    """Where marks are kept, as an operation sees it."""

    recent: Kept[Any, Any]
    """What came of the calls of this step."""

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value; None for anything that is not a known tensor."""

    def reads(self, value: object, batch: int | None, steps: Iterable[int], by: str = "") -> Mark | None:
        """Say that a layer takes dims of a tensor for its batch and its steps; return what is known of it then."""
        ...

    def walks(self, value: object, dim: int | None) -> None:
        """Say that a recurrent layer walks along a dim of a tensor; None where it reads one step at a time."""

    def knows_nothing(self) -> None:
        """Say that a layer reads what nothing is known of."""

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor."""

    def fresh(self, name: str, weight: Tensor | None = None) -> Axis:
        """Return an axis that no other is equal to; what one weight makes is one axis."""
        ...

    def part_of(self, name: str, axis: Axis | None = None) -> Axis:
        """Return the axis of scores that has this name, and tells of elements of another axis where there is one."""
        ...

    def made_by(self, weight: Tensor) -> Axis | None:
        """Return the axis that a weight makes, None where it has made none yet."""

    def number(self) -> int:
        """Return a number that nothing else in this book has."""
        ...

    def emit(self, use: Use) -> None:
        """Tell of a use."""

    def here(self) -> Location | None:
        """Return the user's line."""

    def origin(self, value: object) -> Location | None:
        """Return the line that made a tensor from nothing; None for any other value."""

    def flattened(self, value: object) -> tuple[tuple[int, int], Location | None] | None:
        """Return the sizes of two dims of a tensor before they became one, and where they did; None where that is not known."""

    def goes_on(self, axis: Axis) -> bool:
        """Tell whether an input's rows go on where those of the call before have ended, as its targets do."""
        ...

    def is_beside_the_steps(self, axis: Axis) -> None:
        """Say that a layer walks along an axis anew at each step of another, and so is led along that."""

    def are_nodes(self, axis: Axis) -> None:
        """Say of what is only taken for samples that a matrix of both its rows sums them: they are nodes, say."""

    def did_not_look(self, reason: str, name: str = "") -> None:
        """Tell that something is not looked at, and why."""
        ...

    def looked_at(self, reason: str, name: str) -> None:
        """Take back that something was not looked at."""
        ...

    def calling_module(self) -> tuple[str, str]:
        """Return path and class of the innermost module that is being called."""
        ...

    def site(self, name: str, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the present operation."""
        ...


@dataclass(slots=True)
class Operation:
    """One call of a torch function.

    Attributes:
        name: under which it is registered.
        func: the function.
        args: its arguments.
        kwargs: likewise.
        result: what it returned; None where it raised.
        book: where marks are kept.
        goes_on: whether it is a recurrent layer's that goes on from a state which it has made itself.
    """

    name: str
    func: Func
    args: Any
    kwargs: Kwargs
    result: Any
    book: Book
    goes_on: bool = False
    _sites: dict[tuple[Axis, int, tuple[int, ...]], Site] = field(default_factory=dict[Any, Site])

    def site(self, axis: Axis, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the operation as it gives an axis its form: one description for all its results of the same sizes."""
        key = (axis, id(before), sizes)
        return self._sites.get(key) or self._sites.setdefault(key, self.book.site(self.name, before, sizes))

    def argument(self, position: int, name: str, default: object = None) -> Any:
        """Return an argument, passed either way."""
        return self.args[position] if len(self.args) > position else self.kwargs.get(name, default)

    def emit(self, use: Use) -> None:
        """Tell of a use that the operation makes of an axis."""
        self.book.emit(use)

    def consume(self, *marks: Mark) -> None:
        """Tell that elements of these tensors go into the result, and no dim of them is special."""
        if marks:
            self.book.emit(Consumption(self.name, marks))


Handler = Callable[[Operation], None]

OPERATIONS: dict[str, Handler] = {}

ALWAYS: set[str] = set()
"""The operations that are followed even where nothing is known of their arguments."""


def operation(*names: str, always: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler under names; a name that has one already is an error.

    Args:
        names: under which torch dispatches the operations.
        always: whether it is called even where nothing is known of the arguments.
    """

    def register(handler: Handler) -> Handler:
        for name in names:
            if name in OPERATIONS:
                raise ValueError(f"two handlers for the operation {name!r}")
            OPERATIONS[name] = handler
        if always:
            ALWAYS.update(names)
        return handler

    return register


REPEATABLE: set[Handler] = set()
"""The handlers that do the same when they are called with the same: what they do may be remembered."""

READS_TENSORS: set[Handler] = set()
"""Those of them that look into tensors beside the first, if there are any."""


def repeatable(handler: Handler) -> Handler:
    """Say of a handler that it does the same where it is called with the same sizes, tables and other arguments.

    It looks into no tensor, and changes nothing but marks; what it emits is emitted again.
    """
    REPEATABLE.add(handler)
    return handler


def repeatable_alone(handler: Handler) -> Handler:
    """Say of a handler that it does the same where it is called with the same, and with one tensor: it looks into others."""
    READS_TENSORS.add(handler)
    return repeatable(handler)


IN_A_LOOP: set[Handler] = set()
"""Those that are repeated only where the very same marks come again, and they have set `Operation.goes_on`."""


def repeatable_in_a_loop(handler: Handler) -> Handler:
    """Say of a handler that makes axes of its own that it does the same where it goes on from what it has made."""
    IN_A_LOOP.add(handler)
    REPEATABLE.add(handler)
    return handler


def name_of(func: Func) -> str:
    """Return the name of a torch function; of a property's getter or setter, that of the property."""
    name: str = getattr(func, "__name__", "")
    return _property_name(func.__self__, name) if name in ("__get__", "__set__") else name  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=1024)
def _property_name(owner: object, access: str) -> str:
    return f"{getattr(owner, '__name__', '?')}.{access.strip('_')}"


class UnreadableError(Exception):
    """An operation depends on the values of a tensor that has none."""


def on_cpu(value: Any) -> Any:
    """Return arguments with their tensors where the tables are; raises UnreadableError where one has no values."""
    if isinstance(value, Tensor):
        value = known_values(value)
        if value is None:
            raise UnreadableError
        return value.detach().cpu() if value.device.type != "cpu" else value
    if isinstance(value, dict):
        return {key: on_cpu(item) for key, item in value.items()}
    if isinstance(value, slice):
        return slice(*map(on_cpu, (value.start, value.stop, value.step)))
    if type(value) in (tuple, list):
        return type(value)(map(on_cpu, value))
    return value


def other_kind_among(value: object) -> str:
    """Return of what kind the first of the tensors in a value is whose axes nobody can follow; empty where there is none."""
    return next((kind for tensor in leaves(value) if (kind := other_kind(tensor))), "")


def tensors_of(result: object) -> tuple[Tensor, ...]:
    """Return the tensors of what an operation returns, in the order of `leaves`."""
    if isinstance(result, Tensor):
        return (result,)
    if type(result) is tuple and _TENSORS.issuperset(map(type, cast("tuple[object, ...]", result))):
        return cast("tuple[Tensor, ...]", result)
    return tuple(leaves(result))


_TENSORS = frozenset([Tensor])

_NUMBERS = frozenset([int, float, bool])


def leaves(value: object) -> Iterator[Tensor]:
    """Yield the tensors in nested tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            if type(item) not in _NUMBERS:  # of which a list may have many
                yield from leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
