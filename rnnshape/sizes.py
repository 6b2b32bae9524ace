"""Sizes: an ``int``, or a monomial such as ``2*H`` where the number is not known yet.

A monomial is enough for shapes: dimensions are products of factors. Sums (``T - 1``) are not sizes here, and an operation
that would need one says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Monomial", "Size", "divide", "parse_size", "product", "substitute"]

_SYMBOL = re.compile(r"[A-Za-z_]\w*")
_WHAT_A_SIZE_IS = "a size is an int, a symbol such as 'B' or a product such as '2*H'"


@dataclass(frozen=True, slots=True)
class Monomial:
    """A positive integer times symbols; a power is a symbol that stands more than once.

    Attributes:
        coefficient: the integer, at least 1.
        symbols: the symbols in alphabetical order, at least one.

    >>> str(Monomial(2, ("H",)) * Monomial(3, ("B", "H")))
    '6*B*H*H'
    """

    coefficient: int
    symbols: tuple[str, ...]

    def __mul__(self, other: Size) -> Size:
        return product((self, other))

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


def parse_size(text: str | Size) -> Size:
    """Read ``"6"``, ``"B"`` or ``"2*H"``.

    Raises:
        ValueError: for anything else; negative numbers too.
    """
    if isinstance(text, Monomial):
        return text
    if isinstance(text, int) and not isinstance(text, bool):
        if text < 0:
            raise ValueError(f"a size is 0 or more, got {text}")
        return text
    if not isinstance(text, str):
        raise ValueError(f"{_WHAT_A_SIZE_IS}; got {text!r}")
    factors: list[Size] = []
    for part in text.split("*"):
        word = part.strip()
        if word.isascii() and word.isdigit():
            factors.append(int(word))
        elif _SYMBOL.fullmatch(word):
            factors.append(Monomial(1, (word,)))
        else:
            raise ValueError(f"{_WHAT_A_SIZE_IS}; got {text!r}")
    return product(factors)
