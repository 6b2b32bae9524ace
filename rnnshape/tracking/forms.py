"""A call of an operation as far as what comes of it depends on it: what two calls have in common where they do the same.

What an operation does to the marks follows from its arguments, from sizes and from tables, and not from which axis it is that
a table tells of: so axes and places go by number. A table of one element says that all is of one step, or of one sample;
which one goes by number too, as long as it does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

import torch
from torch import Size, Tensor
from torch.nn import Parameter

from rnnshape._torch import is_fake, other_kind, user_location
from rnnshape.coordinates.mark import GUESSED, MADE, Form, Mark
from rnnshape.coordinates.room import SMALL, Kept
from rnnshape.coordinates.tables import interned, lone
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Args, Func, Kwargs, leaves
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.tracking.book import Book
    from rnnshape.tracking.ways import Way

__all__ = ["Call", "form_of"]

_PLAIN = frozenset([
    int, str, type(None), type(Ellipsis), torch.dtype, torch.device, torch.layout, torch.memory_format,
])  # fmt: skip

_TELLING = frozenset([MADE, GUESSED])
"""How the origins begin that tell something."""

_TWICE = object()
"""Stands before a tensor that was among the arguments before it: one beside itself is not the same as two that are alike."""

_forms: Kept[tuple[Any, ...], Form] = Kept()


def form_of(mark: Mark) -> Form | None:
    """Return the form of a mark; None where there is too much to it."""
    if mark.form is not None:
        return mark.form
    if mark.lost or mark.spread:
        return None
    key: list[Any] = [mark.sizes, mark.target, mark.single, mark.widened, mark.roles]
    tables: list[Tensor] = []
    places: dict[int, int] = {}
    for axis, table in mark.tables.items():
        if table.numel() > SMALL:
            return None
        mark.tables[axis] = table = interned(table)
        site = mark.sites.get(axis)
        place = None if site is None else places.setdefault(id(site), len(places))
        if lone(table) is None:
            tables.append(table)
            key += (axis.name, axis.of[:1] in _TELLING and axis.of[:1], place, id(table))
        else:
            key += (axis.name, axis.of[:1] in _TELLING and axis.of[:1], place, -table.dim())
    known = tuple(key)
    mark.form = _forms.get(known) or _forms.keep(known, Form(tuple(tables), len(tables) < len(mark.tables)))
    return mark.form


class Call:
    """A call of an operation before it is made: what is known of its tensors, and which other calls are alike.

    Attributes:
        way: of the function.
        is_alone: whether nobody but the tracker sees what is done here, so that our own work need not be hidden.
        known: what is known of tensors, by the ids of these.
        place: the user's line.
        same: what two calls have in common that do the same to the same marks; empty where that can't be told.
        key: what two calls have in common that do the same to marks of one form, once it is asked for.
        by_value: whether coordinates of tables of one element are part of the key.
        tensors: among the arguments.
        axes: of these marks, each once.
        features: of these tensors, the axes that they make as weights, or None.
    """

    __slots__ = ("_book", "_is_readable", "_marks", "axes", "by_value", "features", "is_alone", "key", "known", "place", "same",
                 "tensors", "way")  # fmt: skip

    def __init__(self, way: Way, is_alone: bool, book: Book, place: Location | None) -> None:
        self.way, self.is_alone, self.place = way, is_alone, place
        self.known: dict[int, Mark] = {}
        self.same: tuple[Any, ...] = ()
        self.key: tuple[Any, ...] = ()
        self._book = book
        self._marks: list[Mark] | None = None

    def read(self, func: Func, args: Args, kwargs: Kwargs, frame: FrameType) -> None:
        """Read the arguments, before the call may write to them."""
        self.tensors: list[Tensor] = []
        self.features: list[Axis | None] = []
        self._is_readable = self.way.repeats
        parts: list[Any] = [None, func, len(args)]
        self._read(args, parts)
        if kwargs:
            parts += kwargs
            self._is_readable &= "out" not in kwargs
            self._read(kwargs.values(), parts)
        known = self.known
        if known and self._is_readable and (len(self.tensors) == 1 or not self.way.reads_tensors):
            if self.place is None:
                self.place = user_location(frame)
            parts[0] = id(self.place)
            self.same = (*parts, *self.features)

    @property
    def marks(self) -> list[Mark]:
        """What is known of the tensors, each mark once; asked for when the arguments are read."""
        if self._marks is None:
            known = self.known.values()
            self._marks = [*known] if len(known) == 1 else [*dict.fromkeys(known)]
        return self._marks

    def _read(self, values: Iterable[Any], parts: list[Any]) -> None:
        """Read arguments; one of which it is not known what it does makes the call like no other."""
        marks = self._book.marks
        entries = marks.entries
        for value in values:
            kind = type(value)
            if kind is Tensor:
                key, mark = id(value), None
                if key in entries and (mark := marks.mark(value)) is not None:
                    if key in self.known:
                        parts.append(_TWICE)
                    self.known[key] = mark
                    parts += (mark, value.dtype, value.requires_grad)
                    self.tensors.append(value)
                    self.features.append(None)
                else:
                    self._read_tensor(value, parts)
            elif kind in _PLAIN:
                parts.append(value)
            elif kind is bool or kind is float:
                parts += (kind, value)
            elif kind is Parameter:
                self._read_tensor(value, parts)
                parts.append(Parameter)
            elif kind is tuple or kind is list or kind is Size:
                parts += (kind, len(value))
                self._read(value, parts)
            elif kind is slice:
                ends = (value.start, value.stop, value.step)
                parts += (kind, *ends)
                self._is_readable &= _PLAIN.issuperset(map(type, ends))
            elif is_fake(kind):
                self._read_tensor(value, parts)
                if isinstance(value, Parameter):
                    parts.append(Parameter)
            else:
                self._is_readable = False
                for tensor in leaves(value):
                    if (mark := self._book.marks.mark(tensor)) is not None:
                        self.known[id(tensor)] = mark

    def _read_tensor(self, tensor: Tensor, parts: list[Any]) -> None:
        book, key, made = self._book, id(tensor), None
        mark = book.marks.mark(tensor) if key in book.marks.entries else None
        if mark is not None:
            if key in self.known:
                parts.append(_TWICE)
            self.known[key] = mark
            parts.append(mark)
        elif book.cuts.has(tensor):
            self._is_readable = False  # what is known of its rows goes by the step
        elif self._is_readable:
            made = book.features.get(tensor) if key in book.features.entries else None
            if made is None and other_kind(tensor):
                self._is_readable = False  # one of nested tensors has no shape either
            else:
                parts.append(tensor.shape)
        parts += (tensor.dtype, tensor.requires_grad)
        self.tensors.append(tensor)
        self.features.append(made)

    def generalise(self) -> None:
        """Find the key: marks go by their forms, and axes by number."""
        self.by_value = False
        self.axes: list[Axis] = []
        parts: list[Any] = []
        marks = self.marks
        numbers = {mark: number for number, mark in enumerate(marks)} if len(marks) > 1 else None
        for part in self.same[1 : len(self.same) - len(self.features)]:
            if type(part) is Mark:
                form = part.form or form_of(part)
                if form is None:
                    return
                parts.append(form)
                if numbers is not None:
                    parts.append(numbers[part])
            else:
                parts.append(part)
        if len(marks) == 1:
            self.axes = [*marks[0].tables]
            self.key = tuple(parts)
        else:
            self._match(marks, parts)
        self.key += tuple([-1 if axis is None or axis not in self.axes else self.axes.index(axis) for axis in self.features])

    def _match(self, marks: list[Mark], parts: list[Any]) -> None:
        """Number the axes and places of several marks, and tell which have one and the same coordinate of an axis."""
        axes: dict[Axis, tuple[int, bool, dict[object, int]]] = {}
        places: dict[int, int] = {}
        by_value = False
        for mark in marks:
            sites = mark.sites
            for axis, table in mark.tables.items():
                is_one = table.numel() == 1
                which = (is_one, lone(table) if is_one else id(table))
                before = axes.get(axis)
                if before is None:
                    parts.append(len(axes))
                    axes[axis] = (len(axes), is_one, {which: 0})
                else:
                    number, was_one, seen = before
                    by_value |= is_one != was_one  # one step may be among those of another mark, or not
                    parts += (number, is_one, seen.setdefault(which, len(seen)))
                if sites and axis in sites:
                    parts.append(places.setdefault(id(sites[axis]), len(places)))
        self.axes = [*axes]
        self.key = tuple(parts)
        if by_value:
            self.go_by_value()

    def go_by_value(self) -> None:
        """Make the coordinates of tables of one element part of the key."""
        if not self.by_value:
            self.by_value = True
            self.key += tuple([lone(t) for mark in self.marks for t in mark.tables.values() if t.numel() == 1])
