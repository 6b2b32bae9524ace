"""An operation that was followed before, on the same tables, is not followed again: what came of it then is repeated.

A model calls the same few operations many times, in each step of a decoder and in each step of training. What is remembered
of a call are the marks that it made, and the uses about which somebody looked at what was seen before: these are emitted again,
to those who looked. An operation of which there was anything to tell is followed each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from torch import Tensor

from rnnshape.coordinates.mark import CHAIN, GUESSED, UNNAMED, Form, Mark, Site
from rnnshape.coordinates.roles import Roles
from rnnshape.coordinates.room import Kept
from rnnshape.coordinates.tables import alone, lone
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Handler, Operation, leaves, tensors_of
from rnnshape.operations.uses import Use
from rnnshape.report.location import Location
from rnnshape.tracking.again import Again, Emitted, Emitter, Own, do_again, follow_in_a_loop, keep_again, once_more
from rnnshape.tracking.forms import Call, form_of

__all__ = ["record", "repeat"]


class _Put(NamedTuple):
    """A mark that an operation made. Axes go by number: first those of the call, then the new ones.

    Attributes:
        leaf: which tensor of the result it is for.
        sizes: of that tensor.
        axes: of the mark.
        tables: of these axes.
        alone: of some of these axes, (axis, mark, dims): the table is the one coordinate that it has in a mark of the call.
        sites: of some of these axes, (axis, mark, axis of it), or (axis, -1, number of a new one).
        target: as in Mark.
        single: as in Mark.
        widened: as in Mark.
        roles: as in Mark.
        form: of the mark.
    """

    leaf: int
    sizes: tuple[int, ...]
    axes: tuple[int, ...]
    tables: tuple[Tensor, ...]
    alone: tuple[tuple[int, int, int], ...]
    sites: tuple[tuple[int, int, int], ...]
    target: bool
    single: int | None
    widened: bool
    roles: Roles
    form: Form


class _Outcome(NamedTuple):
    """What came of an operation.

    Attributes:
        puts: the marks that it made.
        fresh: new axes: the name, and which tensor is their weight, or None.
        parts: axes of scores, behind these: the name, and of which axis of the call, or None.
        sites: new places: the name, which mark was before, and the sizes.
        uses: that are emitted at each call.
        twice: those about which somebody is asked where the same marks come again.
    """

    puts: tuple[_Put, ...]
    fresh: tuple[tuple[str, int | None], ...]
    parts: tuple[tuple[str, int | None], ...]
    sites: tuple[tuple[str, int, tuple[int, ...]], ...]
    uses: tuple[Emitted, ...]
    twice: tuple[Emitted, ...]


_BY_VALUE = object()
"""In the place of an outcome that depends on the coordinates of tables of one element."""

_EACH_TIME = object()
"""In the place of an outcome that is not remembered."""

_outcomes: Kept[tuple[Any, ...], Any] = Kept()


def repeat(call: Call, result: object, book: Emitter) -> bool:
    """Do once more what came of a call on the same; return False where there was none.

    It makes nothing but marks: it calls no torch function but for a tensor's size, and those of judgements.
    """
    again: Again | None = book.recent.get(call.same)
    if again is not None:
        return do_again(again, call, result, book)
    if call.way.loops:
        return False
    call.generalise()
    outcome = _outcomes.get(call.key) if call.key else None
    if outcome is _BY_VALUE:
        call.go_by_value()
        outcome = _outcomes.get(call.key)
    return outcome is not None and outcome is not _EACH_TIME and _repeat(outcome, call, result, book)


def record(handler: Handler, op: Operation, call: Call) -> None:
    """Have a handler follow an operation, and remember what came of it where another call may be the same."""
    if call.same and call.way.loops:
        follow_in_a_loop(handler, op, call)
        return
    if not call.key or _outcomes.get(call.key) is _EACH_TIME:
        handler(op)
        return
    op.book = recording = _Recording(op, call)
    try:
        handler(op)
    finally:
        op.book = recording.book
    outcome = recording.outcome()
    if outcome is None and not recording.spoiled:
        _outcomes.keep(call.key, _BY_VALUE)
        call.go_by_value()
        outcome = recording.outcome()
    _outcomes.keep(call.key, _EACH_TIME if recording.spoiled else outcome)


def _repeat(outcome: _Outcome, call: Call, result: object, book: Emitter) -> bool:
    """Do once more what came of a call; return False where it can't be."""
    marks, axes = call.marks, call.axes
    results = tensors_of(result)
    for put in outcome.puts:
        if results[put.leaf].shape != put.sizes:
            return False
    if outcome.fresh:
        axes = axes + [book.fresh(name, None if weight is None else call.tensors[weight]) for name, weight in outcome.fresh]
    if outcome.parts:
        axes = axes + [book.part_of(name, None if of is None else call.axes[of]) for name, of in outcome.parts]
    for emitted in outcome.uses:
        if book.asks(emitted.heard):
            book.emit(once_more(emitted, call, axes), emitted.heard)
    place, recent = call.place, book.recent
    sites: list[Site] = []
    for name, before, sizes in outcome.sites:
        key = (id(place), name, marks[before], sizes)
        site = recent.get(key)
        if site is None:
            site = recent.keep(key, book.site(name, marks[before], sizes))
        sites.append(site)
    puts = tuple([(put.leaf, _made(put, axes, marks, sites, place, recent)) for put in outcome.puts])
    for leaf, mark in puts:
        book.put(results[leaf], mark)
    # A new axis is another at each call, unless it is the one that a weight makes.
    if all(weight is not None and call.features[weight] for _, weight in outcome.fresh):
        keep_again(call, puts, outcome.twice, book, axes)
    return True


def _made(
    put: _Put, axes: list[Axis], marks: list[Mark], sites: list[Site], place: Location | None, recent: Kept[Any, Any]
) -> Mark:
    """Return the mark of a put, one and the same object where it was made before at this place."""
    own = tuple([axes[n] for n in put.axes])
    tables = dict(zip(own, put.tables, strict=True))
    for number, source, ndim in put.alone:
        tables[axes[number]] = _passed_on(marks[source].tables[axes[number]], ndim)
    places = {axes[n]: sites[other] if source < 0 else marks[source].sites[axes[other]] for n, source, other in put.sites}
    key = (id(place), put.form, own, tuple(map(id, tables.values())), tuple(map(id, places.values())))
    mark = recent.get(key)
    if mark is None:
        mark = recent.keep(key, Mark(put.sizes, tables, places, {}, put.target, put.single, put.widened, place, {}, put.roles))
        mark.form = put.form
    return mark


def _passed_on(table: Tensor, ndim: int) -> Tensor:
    coordinate = lone(table) if table.dim() != ndim else None
    return table if coordinate is None else alone(coordinate, ndim)


class _Recording:
    """Stands between an operation and its book, and writes down what the operation does.

    Attributes:
        book: where the marks are kept.
        spoiled: whether another call would not do the same: something was found, or is of this call alone.
    """

    def __init__(self, op: Operation, call: Call) -> None:
        self.book = cast("Emitter", op.book)
        self.recent = op.book.recent
        self.spoiled = False
        self._op, self._call = op, call
        self._puts: dict[int, tuple[Tensor, Mark]] = {}
        self._fresh: list[tuple[Axis, str, int | None]] = []
        self._parts: dict[Axis, tuple[str, int | None]] = {}
        self._sites: list[tuple[Site, str, int, tuple[int, ...]]] = []
        self._uses: list[Emitted] = []

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value."""
        return self.book.mark(value)

    def goes_on(self, axis: Axis) -> bool:
        """Tell whether the rows of an input are steps that go on: of another call that is asked anew."""
        self.spoiled = True
        return self.book.goes_on(axis)

    def is_beside_the_steps(self, axis: Axis) -> None:
        """Say that a layer walks along an axis anew at each step of another: once is enough."""
        self.book.is_beside_the_steps(axis)

    def are_nodes(self, axis: Axis) -> None:
        """Say of what is only taken for samples that it is none: it has another name from then on."""
        self.spoiled = True
        self.book.are_nodes(axis)

    def flattened(self, value: object) -> tuple[tuple[int, int], Location | None] | None:
        """Return what a tensor was before it was flattened: of another it is asked anew."""
        self.spoiled = True
        return self.book.flattened(value)

    def did_not_look(self, reason: str, name: str = "") -> None:
        """Tell that something is not looked at."""
        self.spoiled = True
        self.book.did_not_look(reason, name)

    def looked_at(self, reason: str, name: str) -> None:
        """Take back that something was not looked at: of a repeated operation it is taken back already."""
        self.book.looked_at(reason, name)

    def reads(self, value: object, batch: int | None, steps: Iterable[int], by: str = "") -> Mark | None:
        """Say which dims a layer takes for its batch and its steps: of an axis that nobody has named it is heard each time."""
        mark = self.book.mark(value)
        self.spoiled |= mark is not None and any(a.name == UNNAMED or a.of.startswith(GUESSED) for a in mark.tables)
        return self.book.reads(value, batch, steps, by)

    def walks(self, value: object, dim: int | None) -> None:
        """Say that a recurrent layer walks along a dim: what is a sequence by that has another name from then on."""
        self.book.walks(value, dim)

    def knows_nothing(self) -> None:
        """Say that a layer reads what nothing is known of: one call of a step is enough."""
        self.book.knows_nothing()

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor."""
        self.spoiled |= mark.made is not None
        self.book.put(tensor, mark)
        if isinstance(tensor, Tensor):
            self._puts[id(tensor)] = (tensor, mark)

    def made_by(self, weight: Tensor) -> Axis | None:
        """Return the axis that a weight makes."""
        return self.book.made_by(weight)

    def fresh(self, name: str, weight: Tensor | None = None) -> Axis:
        """Return an axis that no other is equal to."""
        axis = self.book.fresh(name, weight)
        self._fresh.append((axis, name, None if weight is None else self._number(self._call.tensors, weight)))
        return axis

    def part_of(self, name: str, axis: Axis | None = None) -> Axis:
        """Return an axis of scores."""
        part = self.book.part_of(name, axis)
        if part not in self._call.axes:
            of = next((number for number, other in enumerate(self._call.axes) if other == axis), None)
            self.spoiled |= axis is not None and of is None  # it has got its name while this was followed
            self._parts[part] = (name, of)
        return part

    def site(self, name: str, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the present operation."""
        site = self.book.site(name, before, sizes)
        self._sites.append((site, name, self._number(self._call.marks, before), sizes))
        return site

    def here(self) -> Location | None:
        """Return the user's line."""
        return self.book.here()

    def origin(self, value: object) -> Location | None:
        """Return the line that made a tensor from nothing."""
        self.spoiled = True
        return self.book.origin(value)

    def calling_module(self) -> tuple[str, str]:
        """Return path and class of the innermost module that is being called."""
        self.spoiled = True
        return self.book.calling_module()

    def number(self) -> int:
        """Return a number that nothing else has."""
        self.spoiled = True
        return self.book.number()

    def emit(self, use: Use) -> None:
        """Tell of a use, and write down who looked at what was seen before."""
        told, looked = self.book.notice(use)
        self.spoiled |= told
        if looked:
            heard, twice = (tuple(who for who, again in looked if again or every) for every in (True, False))
            emitted = Emitted(type(use), tuple(map(self._value, use)), heard, twice)
            if emitted not in self._uses:
                self._uses.append(emitted)

    def _value(self, value: Any) -> Any:
        """Return a field of a use, or which of the call's own it is."""
        if isinstance(value, Mark):
            return Own("mark", self._number(self._call.marks, value))
        if isinstance(value, Tensor):
            return Own("tensor", self._number(self._call.tensors, value))
        if isinstance(value, Axis):
            return Own("axis", self._number([*self._call.axes, *(axis for axis, *_ in self._fresh)], value))
        if type(value) is tuple:
            return tuple(map(self._value, value))
        self.spoiled |= value is not None and not isinstance(value, (str, int))  # of this call alone
        return value

    def _number(self, among: Sequence[object], one: object) -> int:
        """Return which of the call's own an object is; another call has none like any other object."""
        number = next((n for n, other in enumerate(among) if other is one), -1)
        self.spoiled |= number < 0
        return number

    def outcome(self) -> _Outcome | None:
        """Return what came of the operation; None where it can't be told without coordinates that the key does not have."""
        results = list(leaves(self._op.result))
        puts = [self._put(self._number(results, tensor), mark) for tensor, mark in self._puts.values()]
        known = [put for put in puts if put is not None]
        if len(known) < len(puts):
            return None
        fresh = tuple((name, weight) for _, name, weight in self._fresh)
        sites = tuple((name, before, sizes) for _, name, before, sizes in self._sites)
        twice = tuple(use for use in self._uses if use.twice)
        return _Outcome(tuple(known), fresh, tuple(self._parts.values()), sites, tuple(self._uses), twice)

    def _put(self, leaf: int, mark: Mark) -> _Put | None:
        form = form_of(mark)
        if form is None:
            self.spoiled = True
            return None
        axes = {axis: n for n, axis in enumerate([*self._call.axes, *(axis for axis, _, _ in self._fresh), *self._parts])}
        self.spoiled |= not mark.tables.keys() <= axes.keys()
        if self.spoiled:
            return None
        alone: list[tuple[int, int, int]] = []
        for axis, table in mark.tables.items():
            if self._is_of_one(axis) and lone(table) is not None:
                return None
            sources = [] if self._call.by_value else self._coordinates(axis)
            passed = [slot for slot, coordinate in sources if coordinate == lone(table)]
            if sources and not passed:
                return None
            if passed:
                alone.append((axes[axis], passed[0], table.dim()))
        places = tuple((axes[axis], *self._place(site)) for axis, site in mark.sites.items() if axis in mark.tables)
        numbers = tuple(axes[axis] for axis in mark.tables)
        tables = tuple(mark.tables.values())
        known = (mark.target, mark.single, mark.widened, mark.roles)
        return _Put(leaf, mark.sizes, numbers, tables, tuple(alone), places, *known, form)

    def _is_of_one(self, axis: Axis) -> bool:
        """Tell whether an axis tells of another one, of which some mark has one coordinate, and the key has not."""
        if axis.name == CHAIN:  # its number is compared with that of another axis
            return not self._call.by_value
        _, of = self._parts.get(axis, ("", None))
        return of is not None and not self._call.by_value and bool(self._coordinates(self._call.axes[of]))

    def _coordinates(self, axis: Axis) -> list[tuple[int, int]]:
        """Return the marks of the call in which an axis has one coordinate, and that."""
        found: list[tuple[int, int]] = []
        for slot, mark in enumerate(self._call.marks):
            table = mark.tables.get(axis)
            if table is not None and (coordinate := lone(table)) is not None:
                found.append((slot, coordinate))
        return found

    def _place(self, site: Site) -> tuple[int, int]:
        for number, (new, *_) in enumerate(self._sites):
            if new is site:
                return -1, number
        for slot, mark in enumerate(self._call.marks):
            for axis, other in mark.sites.items():
                if other is site and axis in mark.tables:
                    return slot, self._call.axes.index(axis)
        self.spoiled = True
        return -1, 0
