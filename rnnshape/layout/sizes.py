"""Sizes: an ``int``, or a monomial such as ``2*H`` where the number is not known yet.

A monomial is enough for shapes: dimensions are products of factors. Sums (``T - 1``) are not sizes here, and an operation
that would need one says so. What is counted, such as bytes and operations, may be a sum: a `Total`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from operator import index
from typing import Any, cast, overload

__all__ = [
    "LARGEST", "MOST_ELEMENTS", "Monomial", "Quantity", "Size", "Total", "check_elements", "divide", "parse_size", "product",
    "quantity", "shown", "single", "substitute", "whole_number",
]  # fmt: skip

LARGEST = 2**63 - 1
"""The largest size, and the most elements, of a tensor: torch counts both in 64 bits."""

MOST_ELEMENTS = 2**60
"""Elements of a tensor that a dry run makes: torch counts its bytes in 64 bits too, and there may be 8 to an element."""

_SYMBOL = re.compile(r"[A-Za-z_]\w*")
_WHAT_A_SIZE_IS = "a size is an int, a symbol such as 'B' or a product such as '2*H'"


@dataclass(frozen=True, slots=True)
class Monomial:
    """A positive integer times symbols; a power is a symbol that stands more than once.

    Attributes:
        coefficient: the integer, at least 1; below 0 only in a `Total` that subtracts.
        symbols: the symbols in alphabetical order, at least one.

    >>> str(Monomial(2, ("H",)) * Monomial(3, ("B", "H")))
    '6*B*H*H'
    """

    coefficient: int
    symbols: tuple[str, ...]

    @overload
    def __mul__(self, other: Size) -> Size: ...
    @overload
    def __mul__(self, other: Total) -> Total: ...
    def __mul__(self, other: Size | Total) -> Size | Total:
        return other * self if isinstance(other, Total) else product((self, other))

    __rmul__ = __mul__

    def __str__(self) -> str:
        letters = "*".join(self.symbols)
        return letters if self.coefficient == 1 else f"{self.coefficient}*{letters}"


Size = int | Monomial


def product(sizes: Iterable[Size]) -> Size:
    """Multiply sizes; an ``int`` when no symbol is left.

    >>> product([2, 3]), str(product([2, parse_size("H")]))
    (6, '2*H')
    """
    coefficient = 1
    symbols: tuple[str, ...] = ()
    for size in sizes:
        if isinstance(size, int):
            coefficient *= size
        else:
            coefficient *= size.coefficient
            symbols += size.symbols
    if not symbols or coefficient == 0:
        return coefficient
    return Monomial(coefficient, tuple(sorted(symbols)))


def divide(size: Size, by: Size) -> Size | None:
    """Divide exactly, or return None where it does not come out even or cannot be known.

    >>> divide(54, 6), divide(9, 6), str(divide(parse_size("2*B*H"), parse_size("B")))
    (9, None, '2*H')
    """
    if isinstance(size, int) and isinstance(by, int):
        return size // by if by and size % by == 0 else None
    coefficient, symbols = _parts(size)
    by_coefficient, by_symbols = _parts(by)
    if not by_coefficient or coefficient % by_coefficient:
        return None
    remaining = list(symbols)
    for symbol in by_symbols:
        if symbol not in remaining:
            return None
        remaining.remove(symbol)
    return product((coefficient // by_coefficient, Monomial(1, tuple(remaining)) if remaining else 1))


def _parts(size: Size) -> tuple[int, tuple[str, ...]]:
    return (size, ()) if isinstance(size, int) else (size.coefficient, size.symbols)


def substitute(size: Size, values: Mapping[str, Size]) -> Size:
    """Replace symbols by their values.

    >>> substitute(parse_size("2*H"), {"H": 16})
    32
    """
    if isinstance(size, int):
        return size
    return product((size.coefficient, *(values.get(s, Monomial(1, (s,))) for s in size.symbols)))


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of sizes. With symbols it has a term for each product of them.

    It adds, subtracts and multiplies with sizes and its like, so a formula for ints is one for symbols too.

    Attributes:
        terms: the longest products first, the number last; none for 0.

    >>> str(Total.of([Monomial(2, ("B",)), 5, Monomial(3, ("B",))]))
    '5*B + 5'
    >>> T, H = parse_size("T"), Total.of([parse_size("H")])
    >>> str((H - 1) * (H + 2) * T)
    'H*H*T + H*T - 2*T'
    """

    terms: tuple[Size, ...] = ()

    @classmethod
    def of(cls, sizes: Iterable[Size]) -> Total:
        """Add sizes; like terms become one, the number comes last."""
        found: dict[tuple[str, ...], int] = {}
        for size in sizes:
            number, symbols = _parts(size)
            found[symbols] = found.get(symbols, 0) + number
        order = sorted((s for s, n in found.items() if n), key=lambda s: (-len(s), s))
        return cls(tuple(product((found[s], Monomial(1, s) if s else 1)) for s in order))

    def number(self) -> int | None:
        """Return the sum, None where a symbol is in it."""
        if not self.terms:
            return 0
        only = self.terms[0]
        return only if isinstance(only, int) and len(self.terms) == 1 else None

    def substitute(self, values: Mapping[str, Size]) -> Total:
        """Replace symbols by their values.

        >>> Total.of([parse_size("2*H*T"), 5]).substitute({"H": 16, "T": 10}).number()
        325
        """
        return Total.of(substitute(term, values) for term in self.terms)

    def coefficients(self) -> dict[tuple[str, ...], int]:
        """Return the number before each product of symbols.

        >>> Total.of([parse_size("2*H*T"), 5]).coefficients()
        {('H', 'T'): 2, (): 5}
        """
        return {symbols: number for number, symbols in map(_parts, self.terms)}

    def degree(self, symbol: str) -> int:
        """Return the highest power of a symbol, 0 where it does not occur.

        >>> Total.of([parse_size("H*H*T"), parse_size("H")]).degree("H")
        2
        """
        return max((_parts(term)[1].count(symbol) for term in self.terms), default=0)

    def __add__(self, other: Size | Total) -> Total:
        return Total.of((*self.terms, *_terms(other)))

    __radd__ = __add__

    def __sub__(self, other: Size | Total) -> Total:
        return self + -1 * Total(_terms(other))

    def __mul__(self, other: Size | Total) -> Total:
        return Total.of(product((a, b)) for a in self.terms for b in _terms(other))

    __rmul__ = __mul__

    def __str__(self) -> str:
        written = " + ".join(map(str, self.terms)) or "0"
        return written.replace("+ -1*", "- ").replace("+ -", "- ")


Quantity = int | Total
"""What is counted: a number, or a sum with symbols."""


def quantity(size: Size) -> Quantity:
    """Return a size as what adds and multiplies.

    >>> str(quantity(parse_size("T")) * 3 + quantity(5))
    '3*T + 5'
    """
    return size if isinstance(size, int) else Total((size,))


def single(counted: Quantity) -> Size:
    """Return the size that a quantity is.

    Raises:
        ValueError: where it is a sum, which is no size.

    >>> str(single(quantity(parse_size("T")) * 3))
    '3*T'
    """
    if isinstance(counted, int):
        return counted
    if len(counted.terms) > 1:
        raise ValueError(f"{counted} is a sum, and no size")
    return counted.terms[0] if counted.terms else 0


def _terms(counted: Size | Total) -> tuple[Size, ...]:
    return counted.terms if isinstance(counted, Total) else (counted,)


def parse_size(text: object) -> Size:
    """Read ``6``, ``"6"``, ``"B"`` or ``"2*H"``; an int of numpy's, or in a tensor without dims, is one too.

    Raises:
        ValueError: for anything else; negative numbers too, and those that are too large for a tensor.
    """
    if isinstance(text, Monomial) or (type(text) is int and 0 <= text <= LARGEST):
        return text
    if not isinstance(text, str):
        number = whole_number(text)
        if number is None:
            raise ValueError(f"{_WHAT_A_SIZE_IS}; got {shown(text)}")
        if number < 0:
            raise ValueError(f"a size is 0 or more, got {shown(number)}")
        return _held(number)
    factors: list[Size] = []
    for part in text.split("*"):
        word = part.strip()
        if word.isascii() and word.isdigit():
            digits = word.lstrip("0") or "0"
            if len(digits) > len(str(LARGEST)):  # Python reads no more than 4,300
                raise ValueError(_too_large(digits if len(digits) < _MOST_DIGITS else f"a number of {len(digits):,} digits"))
            factors.append(_held(int(digits)))
        elif _SYMBOL.fullmatch(word):
            factors.append(Monomial(1, (word,)))
        else:
            raise ValueError(f"{_WHAT_A_SIZE_IS}; got {shown(text)}")
    found = product(factors)
    _held(_parts(found)[0])
    return found


_MOST_DIGITS = 77
"""Of a number that is written in a message."""


def _held(number: int) -> int:
    if number > LARGEST:
        raise ValueError(_too_large(shown(number)))
    return number


def _too_large(written: str) -> str:
    return f"a size is at most {LARGEST}, as torch holds it in 64 bits; got {written}"


def whole_number(value: Any) -> int | None:
    """Return the int that a value is: Python's, numpy's, or in a tensor without dims. None for a bool, and for anything else.

    >>> whole_number(3), whole_number(True), whole_number(3.0)
    (3, None, None)
    """
    if type(value) is int:
        return value
    if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool") or getattr(value, "ndim", 0):
        return None
    try:
        return index(value)
    except Exception:  # a tensor without elements raises more than TypeError
        return None


def check_elements(sizes: Iterable[Size]) -> None:
    """Refuse sizes of more elements than torch can hold; what is computed from such would know no end.

    Raises:
        ValueError: where there are more, symbols counted as 1.
    """
    elements = 1
    for size in sizes:
        elements *= _parts(size)[0] or 1
        if elements > LARGEST:
            raise ValueError(f"a tensor has at most {LARGEST} elements, as torch counts them in 64 bits; these sizes give more")


def shown(value: object) -> str:
    """Write a value that was given, in a message: as Python does, and not all of a long one.

    Python itself refuses to write an int of more than 4,300 digits.

    >>> shown("T"), shown([3, 2]), shown(10**400)
    ("'T'", '[3, 2]', 'a number of 401 digits')
    """
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a number of {_digits(abs(value)):,} digits"
    if type(value) in (list, tuple):
        items = cast("Sequence[object]", value)
        if any(isinstance(item, int) and item.bit_length() > _MOST_BITS for item in items):
            return f"a {type(value).__name__} with {shown(max(item for item in items if isinstance(item, int)))}"
    try:
        written = repr(value)
    except ValueError:  # an int of many digits somewhere in it
        return f"a value of type {type(value).__name__}"
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 20]}...{written[-17:]}"


_MOST_BITS = 256
"""Of an int that is written in a message."""

_LONGEST = 200
"""Characters of a value in a message."""


def _digits(value: int) -> int:
    """Count decimal digits without writing them."""
    about = int((value.bit_length() - 1) * log10(2))
    return about + 1 + (value >= 10 ** (about + 1))
