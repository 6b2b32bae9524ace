"""An operation on the very same marks, at the same place in a step: the same marks once more.

So it is in a loop, once what goes round in it is known. Of a recurrent layer, which makes axes of its own at each call, this is
all that can be repeated: where it goes on from its own state its axes are those of the call before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from torch import Tensor

from rnnshape.coordinates.mark import GUESSED, UNNAMED, Mark
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Book, Handler, Operation, leaves, tensors_of
from rnnshape.operations.uses import Use
from rnnshape.rules.registry import Listener
from rnnshape.tracking.forms import Call, form_of

__all__ = ["Again", "Emitted", "Emitter", "Own", "do_again", "follow_in_a_loop", "keep_again", "once_more"]


class Emitter(Book, Protocol):
    """A book that asks about uses."""

    def emit(self, use: Use, among: Sequence[Listener] | None = None) -> None:
        """Ask about a use: everyone, or some."""

    def asks(self, among: Sequence[Listener]) -> bool:
        """Tell whether any of some who are asked about a use has anything to say in this step."""
        ...

    def put_again(self, tensor: Tensor, mark: Mark) -> None:
        """Remember of another tensor what was put before, at the same place."""

    def notice(self, use: Use) -> tuple[bool, list[tuple[Listener, bool]]]:
        """Ask about a use, as `rules.notice` does, and tell what was found; return whether anything was."""
        ...


class Own(NamedTuple):
    """In the place of what every call has its own of.

    Attributes:
        kind: "mark", "tensor" or "axis".
        number: which one of the call's own; behind its axes are those that the operation makes.
    """

    kind: str
    number: int


class Emitted(NamedTuple):
    """A use that is emitted at each call.

    Attributes:
        kind: of use.
        values: its fields; in the place of what every call has its own of, which of them it is.
        heard: who is asked about it.
        twice: who is asked about it where the same marks come at the same place again.
    """

    kind: type
    values: tuple[Any, ...]
    heard: tuple[Listener, ...]
    twice: tuple[Listener, ...]


class Again:
    """What came of an operation on the very same marks, at the same place in this step: the same marks once more.

    Attributes:
        puts: which tensor of the result got which mark.
        uses: that are emitted once more.
    """

    __slots__ = ("_axes", "_made", "_place", "puts", "uses")

    def __init__(
        self, call: Call, puts: tuple[tuple[int, Mark], ...], uses: tuple[Emitted, ...], axes: Sequence[Axis]
    ) -> None:
        self.puts, self.uses, self._axes = puts, uses, axes
        self._place = call.place  # held, so that no other gets its id
        self._made: list[Use | None] | None = None

    def hears(self, book: Emitter) -> bool:
        """Tell whether anybody has anything to say of the uses in this step."""
        for emitted in self.uses:  # noqa: SIM110
            if book.asks(emitted.twice):
                return True
        return False

    def emit(self, call: Call, book: Emitter) -> None:
        """Emit the uses of another call. Those that are made of marks and axes alone are the same at each, and made once."""
        if self._made is None:
            self._made = [None if _has_tensors(use.values) else once_more(use, call, self._axes) for use in self.uses]
        for emitted, use in zip(self.uses, self._made, strict=True):
            if book.asks(emitted.twice):
                book.emit(once_more(emitted, call, self._axes) if use is None else use, emitted.twice)


def keep_again(
    call: Call, puts: tuple[tuple[int, Mark], ...], uses: tuple[Emitted, ...], book: Book, axes: Sequence[Axis] = ()
) -> None:
    """Remember for this step what came of a call on its marks.

    Args:
        call: the call.
        puts: which tensor of the result got which mark.
        uses: about which somebody is asked where the same marks come again.
        book: where it is remembered.
        axes: those of the call, and those that the operation makes; none where no use tells of an axis.
    """
    book.recent.keep(call.same, Again(call, puts, uses, axes))


def _has_tensors(value: Any) -> bool:
    """Tell whether every call has another tensor for something in the fields of a use."""
    if type(value) is Own:
        return value.kind == "tensor"
    return type(value) is tuple and any(map(_has_tensors, value))


def do_again(again: Again, call: Call, result: object, book: Emitter, hears: bool = True) -> bool:
    """Put the same marks once more; return False where the sizes are others.

    Args:
        again: what came of the call before.
        call: the call.
        result: what it returned.
        book: where the marks are kept.
        hears: whether anybody may have anything to say of its uses.
    """
    results = tensors_of(result)
    for leaf, mark in again.puts:
        if results[leaf].shape != mark.sizes:
            return False
    if hears:
        again.emit(call, book)
    for leaf, mark in again.puts:
        book.put_again(results[leaf], mark)
    return True


def once_more(emitted: Emitted, call: Call, axes: Sequence[Axis]) -> Use:
    """Return a use with what a call has its own of.

    Args:
        emitted: the use.
        call: the call.
        axes: those of its marks, and those that the operation makes.
    """
    return emitted.kind(*_given(emitted.values, {"mark": call.marks, "tensor": call.tensors, "axis": axes}))


def _given(values: tuple[Any, ...], own: Mapping[str, Sequence[Any]]) -> tuple[Any, ...]:
    return tuple([own[v.kind][v.number] if type(v) is Own else _given(v, own) if type(v) is tuple else v for v in values])


def follow_in_a_loop(handler: Handler, op: Operation, call: Call) -> None:
    """Have a handler follow an operation, and remember what came of it where it says that it goes on from what it made."""
    heard = _Heard(op, call)
    op.book = cast("Book", heard)
    try:
        handler(op)
    finally:
        op.book = heard.book
    if op.goes_on and not heard.spoiled and call.same:
        results = list(leaves(op.result))
        puts = tuple([(next(n for n, t in enumerate(results) if t is tensor), mark) for tensor, mark in heard.puts])
        keep_again(call, puts, tuple(heard.uses), op.book)


class _Heard:
    """Stands between a recurrent layer and its book, and writes down what it does.

    Attributes:
        book: where the marks are kept.
        spoiled: whether another call would not do the same.
        puts: the marks that it made.
        uses: about which somebody asks again.
    """

    def __init__(self, op: Operation, call: Call) -> None:
        self.book = cast("Emitter", op.book)
        self.spoiled = False
        self.puts: list[tuple[object, Mark]] = []
        self.uses: list[Emitted] = []
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return getattr(self.book, name)

    def reads(self, value: object, batch: int | None, steps: Iterable[int], by: str = "") -> Mark | None:
        """Say which dims a layer takes for its batch and its steps: of an axis that nobody has named it is heard each time."""
        mark = self.book.mark(value)
        self.spoiled |= mark is not None and any(a.name == UNNAMED or a.of.startswith(GUESSED) for a in mark.tables)
        return self.book.reads(value, batch, steps, by)

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor, in one and the same mark where it was made before at this place."""
        form = form_of(mark)
        if form is None:
            self.spoiled = True
        else:
            place, sites = self.book.here(), tuple(map(id, mark.sites.values()))
            key = (id(place), form, *mark.tables, *mark.sites, tuple(map(id, mark.tables.values())), sites)
            mark = self.book.recent.get(key) or self.book.recent.keep(key, mark)
        self.book.put(tensor, mark)
        self.puts.append((tensor, mark))

    def emit(self, use: Use) -> None:
        """Tell of a use, and write down who would look at something else the next time."""
        told, looked = self.book.notice(use)
        self.spoiled |= told
        twice = tuple([who for who, again in looked if again])
        if twice:
            self.uses.append(Emitted(type(use), tuple(map(self._value, use)), twice, twice))

    def _value(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            number = next((n for n, other in enumerate(self._call.tensors) if other is value), -1)
            self.spoiled |= number < 0
            return Own("tensor", number)
        return tuple(map(self._value, value)) if type(value) is tuple else value
