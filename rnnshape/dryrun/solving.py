"""Sizes with symbols, from the same number in several runs with different primes in the place of the symbols.

A product such as ``2*B*T`` is claimed only where it gives the number in every run: two runs decide it, the third is the
proof. Where no product does it, the number gets a symbol of its own and a note that says what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from math import prod

from rnnshape.layout.axes import UNKNOWN, Axis, Dim, Factor, whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Size, Total, product

__all__ = ["Solver"]

Numbers = tuple[int, ...]
"""One number for each run."""

HIGHEST = 3
"""The highest power of all symbols together that is tried."""


class Solver:
    """Finds what numbers are in terms of symbols.

    Args:
        values: of each symbol, its number in each run.

    Attributes:
        notes: what is known of the symbols that stand for numbers which are no product.
    """

    def __init__(self, values: dict[str, Numbers]) -> None:
        self._given = dict(values)
        self._values = dict(values)
        self._own: dict[Numbers, Size] = {}
        self.notes: list[str] = []

    def size(self, numbers: Numbers) -> Size:
        """Return a size; one that is no product gets a symbol of its own."""
        if numbers in self._own:
            return self._own[numbers]
        found = self._product(numbers)
        if found is None:
            name = next(n for i in range(1, len(self._values) + 2) if (n := f"S{i}") not in self._values)
            self.notes.append(f"{name} {self._said(numbers)}")
            self._values[name] = numbers
            found = Monomial(1, (name,))
        self._own[numbers] = found
        return found

    def total(self, numbers: Numbers) -> Total:
        """Return a sum of two terms or one; a number that is none gets a symbol of its own."""
        return self.sum_of_two(numbers) or Total.of([self.size(numbers)])

    def sum_of_two(self, numbers: Numbers) -> Total | None:
        """Return a sum of two terms or one, None where the number is none."""
        found = self._product(numbers)
        if found is not None:
            return Total.of([found])
        terms = self._two(numbers, self._values)
        return Total.of(product((n, m)) if n else 0 for n, m in terms) if terms else None

    def layout(self, seen: Sequence[Layout]) -> Layout:
        """Return the Layout of the same tensor in every run; where its axes differ, only its sizes are claimed."""
        dims: list[Dim] = []
        for dim in range(seen[0].ndim):
            pieces = [layout.dims[dim] for layout in seen]
            names = {tuple([factor.axis for factor in piece]) for piece in pieces}
            if len(seen) == 1 and all(type(axis) is Axis for axis in next(iter(names))):
                dims.append(pieces[0])  # its numbers are what they are
            elif len(names) == 1 and all(isinstance(factor.axis, Axis) for factor in pieces[0]):
                dims.append(tuple(self._factor(factors) for factors in zip(*pieces, strict=True)))
            else:
                size = self.size(tuple(int(layout.sizes[dim]) for layout in seen))  # type: ignore[arg-type]
                dims.append((whole(UNKNOWN, size),))
        return Layout(tuple(dims))

    def _factor(self, seen: Sequence[Factor]) -> Factor:
        size, stride, total = (self.size(tuple(int(f[i]) for f in seen)) for i in (1, 2, 3))  # type: ignore[arg-type]
        return Factor(seen[0].axis, size, stride, total)

    def _product(self, numbers: Numbers) -> Size | None:
        if len(set(numbers)) == 1:
            return numbers[0]
        for symbols in self._monomials(self._values):
            value = self._value(symbols)
            if all(v and n % v == 0 for n, v in zip(numbers, value, strict=True)):
                times = {n // v for n, v in zip(numbers, value, strict=True)}
                if len(times) == 1:
                    return product((times.pop(), Monomial(1, symbols) if symbols else 1))
        return None

    def _monomials(self, among: dict[str, Numbers]) -> Iterator[tuple[str, ...]]:
        for degree in range(HIGHEST + 1):
            yield from combinations_with_replacement(sorted(among), degree)

    def _value(self, symbols: tuple[str, ...]) -> Numbers:
        runs = len(next(iter(self._values.values())))
        return tuple(prod(self._values[s][run] for s in symbols) for run in range(runs))

    def _two(self, numbers: Numbers, among: dict[str, Numbers]) -> list[tuple[int, Size]] | None:
        """Return two products and how often each is taken, where their sum gives the number in every run."""
        known = [(symbols, self._value(symbols)) for symbols in self._monomials(among)]
        for (first, x), (second, y) in combinations(known, 2):
            whole_part = x[0] * y[1] - x[1] * y[0]
            if not whole_part:
                continue
            a = Fraction(numbers[0] * y[1] - numbers[1] * y[0], whole_part)
            b = Fraction(x[0] * numbers[1] - x[1] * numbers[0], whole_part)
            fits = all(a * p + b * q == n for p, q, n in zip(x, y, numbers, strict=True))
            if fits and a.denominator == b.denominator == 1:
                return [(int(n), Monomial(1, s) if s else 1) for n, s in ((b, second), (a, first))]
        return None

    def _said(self, numbers: Numbers) -> str:
        """Say what is known of a number that is no product."""
        terms = self._two(numbers, self._given)
        if terms:
            return f"= {Total.of(product((n, m)) for n, m in terms)}"
        for symbol, values in self._given.items():
            share = {Fraction(n, v) for n, v in zip(numbers, values, strict=True)}
            if len(share) == 1:
                part = share.pop()
                return f"= {'' if part.numerator == 1 else f'{part.numerator}*'}{symbol}/{part.denominator}"
        seen = ", ".join(map(str, numbers))
        where = " and ".join(f"{s} = {', '.join(map(str, v))}" for s, v in self._given.items())
        return f"depends on the sizes in another way: it is {seen} where {where}"
