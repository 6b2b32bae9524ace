"""What an argument of a layer may be: each kind checks a value from a file, and writes its own JSON schema."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, cast

from rnnshape import text
from rnnshape.errors import LayoutError
from rnnshape.layout.layout import Layout
from rnnshape.modelfile.reading import shown

__all__ = [
    "NEEDED", "Argument", "Choice", "Flag", "Integer", "Integers", "LayoutText", "Name", "NameList", "Number", "Padding",
    "ReshapeSizes", "Schema", "Values",
]  # fmt: skip

Schema = dict[str, Any]
"""A JSON schema, or a part of one."""

Values = dict[str, Any]
"""The arguments of a layer by name, each as its `Argument` has checked it."""

LARGEST = 2**63 - 1
"""The largest number that torch can hold."""

LONGEST_DIM = 2**23
"""Elements along one dim: its coordinates are followed, each of eight bytes."""

LONGEST = 1000
"""Characters of a layout."""

MOST_DIMS = 16
"""Dims of a tensor."""

NEEDED = object()
"""The default of an argument that has none."""

_KINDS: dict[type, str] = {
    bool: "a flag", int: "an int", float: "a number", str: "a string", list: "a list", dict: "a table",
}  # fmt: skip
IDENTIFIER = r"[A-Za-z][A-Za-z0-9_]{0,99}"
_REFERENCE = re.compile(rf"{IDENTIFIER}(?:\.{IDENTIFIER})?")


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "no value" if value is None else text.a(type(value).__name__))


@dataclass(frozen=True)
class Argument:
    """One key of a layer.

    Attributes:
        name: torch's name of it.
        default: what it is where the file is silent; `NEEDED` where it must be given.
        about: what it means, with its unit.
        constructor: whether torch's constructor takes it; otherwise it says what happens at a call.
    """

    name: str
    default: Any = NEEDED
    about: str = field(default="", kw_only=True)
    constructor: bool = field(default=True, kw_only=True)

    def checked(self, value: object) -> Any:
        """Return the value as it will be used.

        Raises:
            ValueError: with what is needed, to stand behind ``name=value: ``.
        """
        return self._checked(value)

    def _checked(self, value: object) -> object:
        raise NotImplementedError

    def _schema(self) -> Schema:
        raise NotImplementedError

    def described(self) -> Schema:
        """Return the JSON schema of the value, with what it means and its default."""
        found = self._schema()
        if self.about:
            found["description"] = self.about
        if self.default is not NEEDED and self.default is not None:
            found["default"] = _listed(self.default)[0]
        return found


def _listed(value: object) -> list[object]:
    """Return the items of a list, or the one thing that is none."""
    return [*cast("list[object]", value)] if isinstance(value, (list, tuple)) else [value]


def _refused(needed: str, value: object) -> ValueError:
    return ValueError(f"{needed} is needed, got {_kind(value)}")


@dataclass(frozen=True)
class Integer(Argument):
    """An int from ``least`` to ``most``."""

    least: int = field(default=1, kw_only=True)
    most: int = field(default=LONGEST_DIM, kw_only=True)

    def _checked(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _refused("an int", value)
        if value < self.least:
            raise ValueError(f"{self.least} or more is needed")
        if value > self.most:
            raise ValueError(f"{self.most} or less is needed")
        return value

    def _schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Number(Argument):
    """A finite number from ``least`` to ``most``."""

    least: float = field(default=-math.inf, kw_only=True)
    most: float = field(default=math.inf, kw_only=True)

    def _checked(self, value: object) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise _refused("a number", value)
        if not (abs(value) <= 1e300) or not self.least <= value <= self.most:
            raise ValueError(f"a number {self._range()} is needed")
        return float(value)

    def _range(self) -> str:
        if math.isinf(self.most):
            return "that is finite" if math.isinf(self.least) else f"of {self.least:g} or more"
        return f"from {self.least:g} to {self.most:g}"

    def _schema(self) -> Schema:
        found: Schema = {"type": "number"}
        if not math.isinf(self.least):
            found["minimum"] = self.least
        if not math.isinf(self.most):
            found["maximum"] = self.most
        return found


@dataclass(frozen=True)
class Flag(Argument):
    """true or false."""

    def _checked(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise _refused("true or false", value)
        return value

    def _schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(Argument):
    """One of a few words."""

    words: tuple[str, ...] = field(default=(), kw_only=True)

    def _checked(self, value: object) -> str:
        if not isinstance(value, str):
            raise _refused(text.listed(map(repr, self.words), "or"), value)
        if value not in self.words:
            raise ValueError(f"use {text.listed(map(repr, self.words), 'or')}{text.nearest(value[:50], self.words)}")
        return value

    def _schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Integers(Argument):
    """A list of ints from ``least`` on, or one int for a list of it alone."""

    least: int = field(default=1, kw_only=True)
    single: bool = field(default=False, kw_only=True)

    def _checked(self, value: object) -> tuple[int, ...] | str:
        items = _listed(value)
        numbers = [i for i in items if isinstance(i, int) and not isinstance(i, bool)]
        if len(numbers) < len(items) or not items:
            raise _refused("an int" if self.single else "an int or a list of ints", value)
        if self.single and len(items) > 1:
            raise ValueError(f"one int is needed, got {len(items)}")
        if len(items) > MOST_DIMS:
            raise ValueError(f"at most {MOST_DIMS} ints are needed, got {len(items)}")
        if bad := [i for i in numbers if not self.least <= i <= LONGEST_DIM]:
            limit = f"{self.least} or more" if bad[0] < self.least else f"{LONGEST_DIM} or less"
            raise ValueError(f"{limit} is needed, got {shown(bad[0])}")
        return tuple(numbers)

    def _schema(self) -> Schema:
        item = {"type": "integer", "minimum": self.least, "maximum": LONGEST_DIM}
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": 1 if self.single else MOST_DIMS}]}


@dataclass(frozen=True)
class Padding(Integers):
    """One int, or a word such as "same"."""

    words: tuple[str, ...] = field(default=("same", "valid"), kw_only=True)

    def _checked(self, value: object) -> tuple[int, ...] | str:
        if isinstance(value, str):
            if value not in self.words:
                raise ValueError(f"an int, {text.listed(map(repr, self.words), 'or')} is needed")
            return value
        return super()._checked(value)

    def _schema(self) -> Schema:
        return {"anyOf": [*super()._schema()["anyOf"], {"enum": list(self.words)}]}


@dataclass(frozen=True)
class ReshapeSizes(Argument):
    """Sizes: ints, of which one may be -1, and words that stand for a size of the input."""

    def _checked(self, value: object) -> tuple[int | str, ...]:
        if not isinstance(value, list) or not value:
            raise ValueError("a list of sizes is needed, as in [-1, 32]")
        items = cast("list[object]", value)
        if len(items) > MOST_DIMS:
            raise ValueError(f"at most {MOST_DIMS} sizes are possible, got {len(items)}")
        sizes: list[int | str] = []
        for item in items:
            if isinstance(item, bool) or not isinstance(item, (int, str)):
                raise ValueError(f"a size is an int or a word such as 'batch', got {_kind(item)}")
            if isinstance(item, int) and not -1 <= item <= LARGEST:
                raise ValueError(f"a size is 0 or more, or -1 for what is left, got {shown(item)}")
            if isinstance(item, str) and not re.fullmatch(IDENTIFIER, item, re.ASCII):
                raise ValueError(f"{shown(item)} is no word; a size is an int, or an axis or a symbol of the input")
            sizes.append(item)
        if sizes.count(-1) > 1:
            raise ValueError("only one size may be -1")
        return tuple(sizes)

    def _schema(self) -> Schema:
        number = {"type": "integer", "minimum": -1, "maximum": LARGEST}
        word = {"type": "string", "pattern": f"^{IDENTIFIER}$"}
        return {"type": "array", "items": {"anyOf": [number, word]}, "minItems": 1, "maxItems": MOST_DIMS}


@dataclass(frozen=True)
class LayoutText(Argument):
    """A layout, such as "batch=32 seq=50"."""

    def _checked(self, value: object) -> Layout:
        if not isinstance(value, str):
            raise _refused('a layout such as "batch=32 seq=50"', value)
        if len(value) > LONGEST:
            raise ValueError(f"a layout has at most {LONGEST} characters, got {len(value):,}")
        try:
            layout = Layout.parse(value)
        except LayoutError as error:
            raise ValueError(str(error).split("\n")[0]) from None
        except RecursionError:
            raise ValueError("this layout is nested too deep") from None
        if layout.ndim > MOST_DIMS:
            raise ValueError(f"a tensor has at most {MOST_DIMS} dims here, got {layout.ndim}")
        if any(isinstance(size, int) and size > LONGEST_DIM for size in layout.sizes):
            raise ValueError(f"a size is {LONGEST_DIM} or less")
        return layout

    def _schema(self) -> Schema:
        return {"type": "string", "maxLength": LONGEST}


@dataclass(frozen=True)
class Name(Argument):
    """The name of a layer or an input."""

    def _checked(self, value: object) -> str:
        if not isinstance(value, str):
            raise _refused("a name", value)
        if not re.fullmatch(IDENTIFIER, value, re.ASCII):
            raise ValueError("a name is a letter, then letters, digits and _, of at most 100")
        return value

    def _schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{IDENTIFIER}$"}


@dataclass(frozen=True)
class NameList(Argument):
    """Names of earlier results, "rnn" or "rnn.h_n": one, or a list of ``least`` to ``most``."""

    least: int = field(default=1, kw_only=True)
    most: int = field(default=100, kw_only=True)

    def _checked(self, value: object) -> tuple[str, ...]:
        several = isinstance(value, list)
        if (several and self.most == 1) or not (several or (isinstance(value, str) and self.least == 1)):
            raise _refused("a list of names" if self.least > 1 else "the name of an earlier result", cast("object", value))
        items = _listed(cast("object", value))
        if not self.least <= len(items) <= self.most:
            raise ValueError(f"{self.least} to {self.most} names are needed, got {len(items)}")
        names: list[str] = []
        for item in items:
            if not isinstance(item, str):
                raise _refused("the name of an earlier result", item)
            if not _REFERENCE.fullmatch(item):
                raise ValueError(f"{shown(item)} is no name; write one such as 'rnn' or 'rnn.h_n'")
            names.append(item)
        return tuple(names)

    def _schema(self) -> Schema:
        item: Schema = {"type": "string", "pattern": rf"^{IDENTIFIER}(\.{IDENTIFIER})?$"}
        several = {"type": "array", "items": item, "minItems": self.least, "maxItems": self.most}
        return several if self.least > 1 else item if self.most == 1 else {"anyOf": [item, several]}
