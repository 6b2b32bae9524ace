"""How a Layout is read: ``seq=9 batch=6 (directions=2 hidden=16)``.

    layout  dim dim ...
    dim     piece | ( piece ... ) | 1                one axis, a row-major product of axes, or size 1 without a meaning
    piece   name[@of][crop][cut][=size] | ?=size | {piece ...}[cut]=size | a*b
    name    word | 'word'                            in quotes it is no spelling of a role word
    crop    [start:stop:step/total] | [index/total]  what a slice left of an axis
    cut     //stride | %size/total | //stride%size/total     a piece of an axis, as a reshape cuts it
    size    6 | B | 2*H                              without one, the word itself is a symbol

Usual spellings are understood: ``N``, ``B`` and ``bs`` are batch, ``T``, ``L`` and ``Time`` are seq, and so on. Where two
spellings of one word stand in a text, the second is an axis of its own. A bare number is a dimension of that size whose
meaning is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NoReturn, TypeVar, cast

from rnnshape.errors import LayoutSyntaxError
from rnnshape.layout.axes import UNKNOWN, Axis, Block, Crop, Dim, Dims, Factor, role_of, whole
from rnnshape.layout.sizes import Size, check_elements, divide, parse_size, product

__all__ = ["parse"]

_T = TypeVar("_T")
_SPACE = re.compile(r"[\s,]*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"'([A-Za-z_]\w*)'")
_ORIGIN = re.compile(r"@(\w+)")
_CROP = re.compile(r"\[(\d+)(?::(\d+)(?::(\d+))?)?/(\d+)\]", re.ASCII)
_SIZE = re.compile(r"(?:[0-9]+|[A-Za-z_]\w*)(?:\*(?:[0-9]+|[A-Za-z_]\w*))*")
_VARIADIC = re.compile(r"[#*]|\.\.\.")
_ONE = re.compile(r"1(?![\w*])")
_NUMBER = re.compile(r"[0-9]+(?![\w*])")


def parse(text: str, spellings: Mapping[str, str] | None = None) -> Dims:
    """Read a layout string.

    Args:
        text: the string.
        spellings: what some of its words stand for, before the usual ones are asked.

    Raises:
        LayoutSyntaxError: with a caret under the first mistake.
    """
    return _Reader(text, spellings).layout() if spellings else _as_usual(text)


@lru_cache(256)
def _as_usual(text: str) -> Dims:
    """Read a string in the usual spellings, once: a call has the same one in each step."""
    return _Reader(text, {}).layout()


class _Reader:
    """A cursor over the text; every method reads one construct at it."""

    def __init__(self, text: str, spellings: Mapping[str, str]) -> None:
        self.text = text
        self.spellings = spellings
        self.at = 0
        # An alias gives way where its role word stands in the text itself, "batch seq channels feature", and where another
        # alias came first: "batch T L".
        self.words = set(_NAME.findall(text))
        self.spelled: dict[tuple[str, str], str] = {}

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        raise LayoutSyntaxError(self.text, self.at if at is None else at, reason)

    def skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def accept(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def layout(self) -> Dims:
        dims: list[Dim] = []
        self.skip()
        while self.at < len(self.text):
            dims.append(self.dim())
            if self.at < len(self.text) and not re.match(r"[\s,]", self.peek()):
                self.unexpected()
            self.skip()
        return tuple(dims)

    def unexpected(self) -> NoReturn:
        character = self.peek()
        if character == ")":
            self.fail("this ')' closes nothing")
        if token := self.accept(_VARIADIC):
            self.fail(f"{token.group()!r} stands for dims of any number or size; name every axis here", token.start())
        self.fail(f"unexpected {character!r}")

    def dim(self) -> Dim:
        opened = self.at
        if self.peek() != "(":
            if self.accept(_ONE):
                return ()
            return self.pieces()
        self.at += 1
        factors = self.pieces_until(")", opened)
        return tuple(factors)

    def pieces_until(self, close: str, opened: int) -> list[Factor]:
        factors: list[Factor] = []
        self.skip()
        while self.peek() != close:
            if self.at >= len(self.text):
                self.fail(f"this {self.text[opened]!r} is never closed", opened)
            factors.extend(self.pieces())
            if self.peek() != close and not re.match(r"[\s,]|$", self.peek()):
                self.unexpected()
            self.skip()
        self.at += 1
        return factors

    def pieces(self) -> Dim:
        """Read one piece, or several joined by ``*``."""
        factors = [self.piece()]
        while self.peek() == "*":
            self.at += 1
            if not (_NAME.match(self.text, self.at) or _QUOTED.match(self.text, self.at)):
                self.fail("an axis name belongs after '*'")
            factors.append(self.piece())
        return tuple(factors)

    def piece(self) -> Factor:
        if self.peek() == "{":
            return self.block()
        if self.peek() == "?":
            self.at += 1
            if self.peek() != "=":
                self.fail("'?' needs a size here, as in ?=6")
            return whole(UNKNOWN, self.size())
        if number := self.accept(_NUMBER):
            return whole(UNKNOWN, self.read(number))
        quoted = self.accept(_QUOTED)
        word = quoted or self.accept(_NAME)
        if not word:
            self.unexpected()
        name = word.group(1) if quoted else word.group()
        if name == "_":
            self.fail("give '_' a name, or write ?=size for a dim without a meaning", word.start())
        origin = self.accept(_ORIGIN)
        of = origin.group(1) if origin else ""
        role = self.spellings.get(name) or role_of(name)
        alias = role != name and not quoted and role not in self.words
        known = role if alias and self.spelled.setdefault((role, of), name) == name else name
        return self.cut(Axis(known, of, self.crop()), default=name)

    def crop(self) -> Crop | None:
        if self.peek() != "[":
            return None
        opened = self.at
        found = self.accept(_CROP)
        if not found:
            self.fail("a slice is written [start:stop/total], [start:stop:step/total] or [index/total]")
        first, stop_at, every, whole_size = (self.read(found, n) if found.group(n) else None for n in (1, 2, 3, 4))
        start, total = cast("int", first), cast("int", whole_size)
        stop, step = start + 1 if stop_at is None else cast("int", stop_at), 1 if every is None else cast("int", every)
        if step < 1:
            self.fail("a slice steps forward", opened)
        if not start <= stop <= total:
            self.fail(f"this slice does not lie within 0 to {total}", opened)
        return Crop(start, stop, step, total)

    def block(self) -> Factor:
        opened = self.at
        self.at += 1
        parts = self.pieces_until("}", opened)
        if len(parts) < 2:
            self.fail("a block joins two axes or more", opened)
        self.hold([part.size for part in parts], opened)
        return self.cut(Block(tuple(parts)), default=None)

    def cut(self, axis: Axis | Block, default: str | None) -> Factor:
        """Read ``//stride``, ``%size/total`` and ``=size``, of which all may be missing."""
        opened = self.at
        stride = self.number_after("//", 1)
        size = self.number_after("%", None)
        total = self.number_after("/", None) if size is not None else None
        if size is not None and total is None:
            self.fail("'%size' needs the size of the whole axis, as in batch%2/6=2")
        given_at = self.at + 1
        given = self.size() if self.peek() == "=" else None
        if size is None:
            size = given if given is not None else parse_size(default) if default else None
        elif given is not None and given != size:
            self.fail(f"this size is {given}, but the cut says %{size}", given_at)
        if size is None:
            self.fail("a block needs a size, as in {seq=9 batch=6}=54")
        self.hold([size, stride], opened)
        if total is None:
            total = product((size, stride))
        if isinstance(axis, Axis) and axis.crop and total != self.length(axis.crop):
            self.fail(f"the slice {axis.crop} has {self.length(axis.crop)} elements, not {total}", opened)
        if isinstance(axis, Block) and total != product(part.size for part in axis.parts):
            self.fail(f"the block {axis} has {product(p.size for p in axis.parts)} elements, not {total}", opened)
        if divide(total, product((size, stride))) is None and total != 0:
            self.fail(f"a piece of {size} at stride {stride} does not divide an axis of {total}", opened)
        return Factor(axis, size, stride, total)

    @staticmethod
    def length(crop: Crop) -> int:
        return len(range(crop.start, crop.stop, crop.step))

    def number_after(self, mark: str, otherwise: _T) -> Size | _T:
        if not self.text.startswith(mark, self.at):
            return otherwise
        self.at += len(mark)
        return self.number(f"a size belongs after {mark!r}")

    def size(self) -> Size:
        assert self.peek() == "="
        self.at += 1
        return self.number("a size belongs after '=': a number, a symbol such as B, or a product such as 2*H")

    def number(self, reason: str) -> Size:
        found = self.accept(_SIZE)
        if not found:
            self.fail(reason)
        return self.read(found)

    def read(self, found: re.Match[str], group: int = 0) -> Size:
        try:
            return parse_size(found.group(group))
        except ValueError as error:
            self.fail(str(error), found.start(group))

    def hold(self, sizes: list[Size], at: int) -> None:
        try:
            check_elements(sizes)
        except ValueError as error:
            self.fail(str(error), at)
