"""How factors are cut and fused: the arithmetic under `Layout`.

Everything here works on plain tuples of factors and knows nothing of dims or names.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Block, Crop, Dim, Dims, Factor, whole
from rnnshape.layout.sizes import Size, divide, product

__all__ = ["claims_nothing", "cropped", "fuse", "regroup", "unknown"]


def unknown(size: Size) -> Dim:
    """Return a dimension that claims nothing."""
    return (whole(UNKNOWN, size),)


def claims_nothing(factor: Factor) -> bool:
    """Tell whether nobody knows, or nothing varies, along a factor."""
    return factor.axis == UNKNOWN or factor.axis == COPIES


def fuse(factors: Sequence[Factor]) -> Dim:
    """Put neighbouring pieces of one axis back together; a block that is whole again becomes its parts.

    >>> batch = Axis("batch")
    >>> fuse([Factor(batch, 3, 2, 6), Factor(batch, 2, 1, 6)]) == (whole(batch, 6),)
    True
    """
    fused: list[Factor] = []
    waiting = list(reversed(factors))
    while waiting:
        factor = waiting.pop()
        if isinstance(factor.axis, Block) and factor.size == factor.total:
            waiting.extend(reversed(factor.axis.parts))
        elif fused and (both := _fused(fused[-1], factor)):
            fused.pop()
            waiting.append(both)
        else:
            fused.append(factor)
    return tuple(fused)


def _fused(outer: Factor, inner: Factor) -> Factor | None:
    if outer.axis != inner.axis:
        return None
    size = product((outer.size, inner.size))
    if claims_nothing(outer):
        return whole(outer.axis, size)
    if outer.total != inner.total or outer.stride != product((inner.stride, inner.size)):
        return None
    return Factor(outer.axis, size, inner.stride, outer.total)


def _cut(factor: Factor, inner_size: Size, outer_size: Size) -> tuple[Factor, Factor]:
    if claims_nothing(factor):
        return whole(factor.axis, outer_size), whole(factor.axis, inner_size)
    stride = product((factor.stride, inner_size))
    return (
        Factor(factor.axis, outer_size, stride, factor.total),
        Factor(factor.axis, inner_size, factor.stride, factor.total),
    )


def regroup(factors: Dim, sizes: Sequence[Size]) -> Dims:
    """Deal row-major factors out to dimensions of the given sizes, as ``reshape`` does with elements.

    Works from the fastest factor to the slowest. A factor that is larger than what a dimension still needs is cut where that
    divides; where it does not, the factors up to the next boundary that both sides share become one `Block`. A factor of
    size 1 may stand anywhere; it goes to a dimension of size 1 if one is next.

    Args:
        factors: what there is, slowest first.
        sizes: sizes of the new dimensions; their product is that of the factors.
    """
    if product(sizes) == 0:
        return _regroup_nothing(factors, sizes)
    rest = list(fuse(factors))
    dims: list[Dim] = []
    at = len(sizes) - 1
    while at >= 0:
        pieces: list[Factor] = []
        wanted = sizes[at]
        if wanted == 1:
            crowded = at > 0 and sizes[at - 1] == 1
            while rest and rest[-1].size == 1 and not (crowded and pieces):
                pieces.insert(0, rest.pop())
        while wanted != 1:
            factor = rest[-1]
            if (left := divide(wanted, factor.size)) is not None:
                pieces.insert(0, rest.pop())
                wanted = left
            elif (left := divide(factor.size, wanted)) is not None:
                rest[-1], inner = _cut(factor, wanted, left)
                pieces.insert(0, inner)
                wanted = 1
            else:
                block, rest, first = _block(rest, sizes, at, wanted)
                stride = wanted
                pieces.insert(0, _piece(block, wanted, 1))
                while at > first:
                    dims.insert(0, fuse(pieces))
                    at -= 1
                    pieces = [_piece(block, sizes[at], stride)] if sizes[at] != 1 else []
                    stride = product((stride, sizes[at]))
                wanted = 1
        if at == 0 or sizes[at - 1] != 1:
            while rest and rest[-1].size == 1:
                pieces.insert(0, rest.pop())
        dims.insert(0, fuse(pieces))
        at -= 1
    return tuple(dims)


def _block(rest: list[Factor], sizes: Sequence[Size], at: int, wanted: Size) -> tuple[Factor, list[Factor], int]:
    """Return the smallest block at the end of ``rest`` that fills whole dimensions, what precedes it, its first dimension."""
    for start in range(len(rest) - 1, -1, -1):
        total = product(f.size for f in rest[start:])
        filled = wanted
        for first in range(at - 1, -1, -1):
            filled = product((sizes[first], filled))
            if filled == total:
                return whole(Block(tuple(rest[start:])), total), rest[:start], first
    raise AssertionError("regroup was called with sizes that do not fit the factors")


def _piece(block: Factor, size: Size, stride: Size) -> Factor:
    assert isinstance(block.axis, Block)
    if any(claims_nothing(part) for part in block.axis.parts):
        return whole(UNKNOWN, size)
    return Factor(block.axis, size, stride, block.total)


def _regroup_nothing(factors: Dim, sizes: Sequence[Size]) -> Dims:
    """Deal out the factors of a tensor without elements, of which every claim is true; keep what plainly corresponds."""
    rest = list(factors)
    dims: list[Dim] = []
    for size in reversed(sizes):
        pieces: list[Factor] = []
        while rest and product(f.size for f in pieces) != size:
            pieces.insert(0, rest.pop())
        if product(f.size for f in pieces) != size:
            return tuple(unknown(s) for s in sizes)
        dims.insert(0, fuse(pieces))
    return tuple(dims)


def cropped(axis: Axis, start: int, step: int, count: int, total: int) -> Factor:
    """Return all of what a slice leaves of an axis that has ``total`` elements."""
    stop = start + step * (count - 1) + 1 if count else start
    crop = None if count == total else Crop(start, stop, step if count > 1 else 1, total)
    return whole(Axis(axis.name, axis.of, crop), count)
