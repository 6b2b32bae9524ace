"""What a person says of an input: its Layout, and where it matters its dtype or its values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, cast

from rnnshape import text
from rnnshape.calculator.model import ITEM_SIZE
from rnnshape.errors import LayoutError, SpecError
from rnnshape.layout.axes import Axis, Factor, whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.letters import parse_axes
from rnnshape.layout.sizes import LARGEST, MOST_ELEMENTS, Monomial, Size, shown

__all__ = ["Description", "described", "nested", "symbols_of"]


@dataclass(frozen=True, slots=True)
class Description:
    """A tensor that nobody has.

    Attributes:
        layout: its Layout.
        dtype: of its elements; None where nobody said.
        values: its elements, for a small tensor of ints such as lengths; None where nobody said.
        where: names it in an error.
        target: whether a loss within the model takes it for its target.
    """

    layout: Layout
    dtype: str | None = None
    values: tuple[int, ...] | None = None
    where: str = ""
    target: bool = False

    @staticmethod
    def parse(given: str | Layout, where: str) -> Description:
        """Read ``"batch=6 seq=9"``, ``"batch=6 seq=9: int64"``, ``"batch=3: [9, 7, 3]"`` or a Layout.

        Raises:
            SpecError: where it is none of these; it says which input it is.
        """
        layout, colon, rest = (given, "", "") if isinstance(given, Layout) else _split(given)
        try:
            found = Description(parse_axes(layout), where=where)
        except LayoutError as error:
            raise SpecError(f"{where}: {error}") from None
        found._check_elements()
        rest = rest.strip()
        if not colon:
            return found
        if rest.startswith("["):
            return found._with_values(rest)
        if rest not in ITEM_SIZE:
            raise SpecError(f"{where}: {shown(rest)} is no dtype{text.nearest(rest, ITEM_SIZE) or ', as int64 is'}")
        return replace(found, dtype=rest)

    def _with_values(self, written: str) -> Description:
        try:
            given = ast.literal_eval(written)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            given = None
        short = written if len(written) <= 60 else f"{written[:57]}..."
        values = cast("list[int]", given) if isinstance(given, list) else None
        if values is None or not all(type(v) in (int, bool) for v in values):
            raise SpecError(f"{self.where}: {short} is no list of ints, as [9, 7, 3] is")
        if any(abs(v) > LARGEST for v in values):
            raise SpecError(f"{self.where}: {short} has a number of more than 64 bits, which is none that a tensor holds")
        if self.layout.ndim != 1:
            raise SpecError(f"{self.where}: a list of values is for one dim, and {self.layout} has {self.layout.ndim}")
        try:
            layout = self.layout.bind((len(values),))
        except LayoutError as error:
            raise SpecError(f"{self.where}: {error}") from None
        return replace(self, layout=layout, dtype="bool" if bool in map(type, values) else "int64", values=tuple(values))

    def bound(self, numbers: Mapping[str, int]) -> Description:
        """Give symbols their numbers.

        Raises:
            SpecError: where no tensor has as many elements.
        """
        try:
            found = replace(self, layout=self.layout.bind(**numbers))
        except LayoutError as error:
            raise SpecError(f"{self.where}: {error}") from None
        found._check_elements()
        return found

    def _check_elements(self) -> None:
        if prod(size if isinstance(size, int) else size.coefficient for size in self.layout.sizes) > MOST_ELEMENTS:
            raise SpecError(f"{self.where}: {self.layout} has more than 2^60 elements; use smaller sizes")

    def doubled(self) -> Description:
        """Give a batch of one a second sample."""
        dims = tuple(tuple(whole(f.axis, 2) if _is_one_sample(f) else f for f in dim) for dim in self.layout.dims)
        twice = self.values is not None and dims != self.layout.dims
        return replace(self, layout=Layout(dims), values=(self.values or ()) * 2 if twice else self.values)


def _is_one_sample(factor: Factor) -> bool:
    return isinstance(factor.axis, Axis) and factor.axis.name == "batch" and factor.size == 1


def _split(given: str) -> tuple[str, str, str]:
    """Cut at the colon that ends the Layout; one within brackets belongs to it."""
    depth = 0
    for at, character in enumerate(given):
        depth += (character in "[({") - (character in "])}")
        if character == ":" and depth == 0:
            return given[:at], ":", given[at + 1 :]
    return given, "", ""


def described(value: object, where: str) -> Any:
    """Read every string and every Layout in nested arguments; anything else stays what it is."""

    def read(item: object, place: str) -> object:
        return Description.parse(item, place) if isinstance(item, (str, Layout)) else item

    return nested(value, read, where)


def nested(value: Any, change: Callable[[Any, str], object], where: str = "") -> Any:
    """Apply a function to every item of nested tuples, lists and dicts, along with its place, "x['a'][0]"."""
    if type(value) is dict:
        return {key: nested(item, change, f"{where}[{key!r}]") for key, item in cast("dict[object, object]", value).items()}
    if type(value) in (tuple, list):
        items = enumerate(cast("Sequence[object]", value))
        return type(value)(nested(item, change, f"{where}[{number}]") for number, item in items)
    if isinstance(value, tuple) and hasattr(cast("object", value), "_fields"):
        named = cast("Any", value)
        return named._make(nested(item, change, f"{where}.{name}") for name, item in zip(named._fields, named, strict=True))
    return change(value, where)


def symbols_of(values: object) -> tuple[str, ...]:
    """Return the symbols in all descriptions, in order of appearance."""
    found: dict[str, None] = {}

    def look(value: object, _: str) -> None:
        if isinstance(value, Description):
            sizes: list[Size] = [size for size in value.layout.sizes if isinstance(size, Monomial)]
            found.update({symbol: None for size in sizes for symbol in getattr(size, "symbols", ())})

    nested(values, look)
    return tuple(found)
