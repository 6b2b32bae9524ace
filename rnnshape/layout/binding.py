"""How the symbols of dimensions get their numbers, from the sizes of a real tensor, and axes other names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnshape.errors import LayoutError
from rnnshape.layout.axes import COPIES, UNKNOWN, Block, Dims, Factor, axes_of
from rnnshape.layout.dims import render, size_of, words
from rnnshape.layout.sizes import Size, divide, substitute

__all__ = ["renamed", "solve", "substituted"]


def substituted(dims: Dims, values: Mapping[str, Size]) -> Dims:
    """Replace symbols by their values, inside blocks too."""

    def factor(f: Factor) -> Factor:
        axis = f.axis
        if isinstance(axis, Block):
            axis = Block(tuple(factor(p) for p in axis.parts))
        return Factor(axis, *(substitute(s, values) for s in (f.size, f.stride, f.total)))

    return tuple(tuple(factor(f) for f in d) for d in dims)


def renamed(dims: Dims, names: Mapping[str, str]) -> Dims:
    """Call axes by other names, inside blocks too."""
    known = {a.name for d in dims for a in axes_of(d)} - {UNKNOWN.name, COPIES.name}
    if missing := [n for n in names if n not in known]:
        raise LayoutError(f"rename: there is no axis {missing[0]!r} in {render(dims)}")

    def factor(f: Factor) -> Factor:
        if isinstance(f.axis, Block):
            return f._replace(axis=Block(tuple(map(factor, f.axis.parts))))
        return f._replace(axis=f.axis._replace(name=names.get(f.axis.name, f.axis.name)))

    return tuple(tuple(map(factor, d)) for d in dims)


def solve(dims: Dims, sizes: Sequence[int], known: Mapping[str, Size]) -> dict[str, Size]:
    """Return the values of all symbols, from dims that have one symbol each once the others are known.

    Raises:
        LayoutError: where a size contradicts a dim, or does not decide its symbols.
    """
    values = dict(known)
    waiting = dict(enumerate(sizes))
    while waiting:
        before = len(waiting)
        for dim, size in list(waiting.items()):
            expected = substitute(size_of(dims[dim]), values)
            if isinstance(expected, int):
                fits = expected == size
            elif len(expected.symbols) == 1:
                value = divide(size, expected.coefficient)
                fits = value is not None
                if value is not None:
                    values[expected.symbols[0]] = value
            else:
                continue
            if not fits:
                raise LayoutError(
                    f"dim {dim} ({words(dims[dim])}) is {size}, expected {expected}\n"
                    f"  expected  {render(substituted(dims, values))}\n  got       {tuple(sizes)}"
                )
            del waiting[dim]
        if len(waiting) == before:
            dim, size = next(iter(waiting.items()))
            raise LayoutError(
                f"dim {dim} ({words(dims[dim])}) is {size}, which does not say how it is shared; "
                f"give a size, as in {next(iter(axes_of(dims[dim])))}=2"
            )
    return values
