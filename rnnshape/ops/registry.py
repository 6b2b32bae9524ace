"""The registry of operations, keyed by the name under which torch dispatches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor

from rnnshape.axes import Axis
from rnnshape.coordinates import Mark, Site

if TYPE_CHECKING:
    from rnnshape.judgement import Judge

__all__ = ["OPERATIONS", "Book", "Handler", "Operation", "leaves", "name_of", "operation"]


class Book(Protocol):
    """Where marks are kept, as an operation sees it."""

    judge: Judge

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value; None for anything that is not a known tensor."""

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor."""

    def fresh(self, name: str) -> Axis:
        """Return an axis that no other is equal to."""

    def site(self, name: str, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the present operation."""


@dataclass(slots=True)
class Operation:
    """One call of a torch function.

    Attributes:
        name: under which it is registered.
        func: the function.
        args: its arguments.
        kwargs: likewise.
        result: what it returned; None while it is judged before it runs.
        book: where marks are kept.
    """

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    book: Book

    def argument(self, position: int, name: str, default: Any = None) -> Any:
        """Return an argument, passed either way."""
        return self.args[position] if len(self.args) > position else self.kwargs.get(name, default)


Handler = Callable[[Operation], None]

OPERATIONS: dict[str, Handler] = {}


def operation(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler under names; a name that has one already is an error."""

    def register(handler: Handler) -> Handler:
        for name in names:
            if name in OPERATIONS:
                raise ValueError(f"two handlers for the operation {name!r}")
            OPERATIONS[name] = handler
        return handler

    return register


def name_of(func: Callable[..., Any]) -> str:
    """Return the name of a torch function; of a property's getter, that of the property."""
    name: str = getattr(func, "__name__", "")
    if name == "__get__":
        return f"{getattr(getattr(func, '__self__', None), '__name__', '?')}.get"
    return name


def leaves(value: object) -> Iterator[Tensor]:
    """Yield the tensors in nested tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
