"""How the symbols of dimensions get their numbers from the sizes of a real tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnshape.errors import LayoutError
from rnnshape.layout import notation
from rnnshape.layout.axes import Block, Dim, Factor, axes_of
from rnnshape.layout.joining import words
from rnnshape.layout.sizes import Size, divide, product, substitute

__all__ = ["solve", "substituted"]

Dims = tuple[Dim, ...]


def substituted(dims: Dims, values: Mapping[str, Size]) -> Dims:
    """Replace symbols by their values, inside blocks too."""

    def factor(f: Factor) -> Factor:
        axis = f.axis
        if isinstance(axis, Block):
            axis = Block(tuple(factor(p) for p in axis.parts))
        return Factor(axis, *(substitute(s, values) for s in (f.size, f.stride, f.total)))

    return tuple(tuple(factor(f) for f in d) for d in dims)


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
            expected = substitute(product(f.size for f in dims[dim]), values)
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
                    f"  expected  {notation.render(substituted(dims, values))}\n  got       {tuple(sizes)}"
                )
            del waiting[dim]
        if len(waiting) == before:
            dim, size = next(iter(waiting.items()))
            raise LayoutError(
                f"dim {dim} ({words(dims[dim])}) is {size}, which does not say how it is shared; "
                f"give a size, as in {next(iter(axes_of(dims[dim])))}=2"
            )
    return values
