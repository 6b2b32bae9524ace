"""How the dimensions of several Layouts become those of one: ``cat``, ``stack`` and broadcasting."""

from __future__ import annotations

from collections.abc import Sequence

from rnnshape.errors import LayoutError, LayoutIndexError
from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Dim, Dims, Factor, role_of, whole
from rnnshape.layout.dims import position, render, size_of, words
from rnnshape.layout.factoring import claims_nothing, cropped, fuse, unknown

__all__ = ["aligned", "concatenated", "stacked"]


def concatenated(parts: Sequence[Dims], dim: int) -> Dims:
    """Return the dimensions of parts that are joined along a dim."""
    at = position(_first(parts, "cat"), dim)
    joined = [_common(parts, d, "cat") if d != at else () for d in range(len(parts[0]))]
    joined[at] = _joined([part[at] for part in parts])
    return tuple(joined)


def stacked(parts: Sequence[Dims], dim: int, name: str | None) -> Dims:
    """Return the dimensions of parts that are joined along a new dim."""
    rank = len(_first(parts, "stack"))
    at = dim + rank + 1 if dim < 0 else dim
    if not 0 <= at <= rank:
        raise LayoutIndexError(f"stack(dim={dim}): the parts have {rank} dims")
    dims = [_common(parts, dim, "stack") for dim in range(len(parts[0]))]
    dims.insert(at, (whole(Axis(role_of(name)) if name else UNKNOWN, len(parts)),))
    return tuple(dims)


def aligned(one: Dims, other: Dims) -> Dims:
    """Return the dimensions of an elementwise operation, broadcast as torch does."""
    rank = max(len(one), len(other))
    both = f"\n  {render(one)}\n  {render(other)}"
    mine, theirs = ([*[()] * (rank - len(dims)), *dims] for dims in (one, other))
    dims: list[Dim] = []
    for at, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        size, against = size_of(a), size_of(b)
        if size != against and 1 not in (size, against):
            raise LayoutError(f"align: dim {at} is {size} on one side and {against} on the other{both}")
        if size != against:
            dims.append(b if size == 1 else a)
        elif _meaning(a) == _meaning(b):
            dims.append(a or b)
        elif _claims_nothing(a) or _claims_nothing(b):
            dims.append(_beside(b, a) if _claims_nothing(a) else _beside(a, b))
        elif size == 1:
            dims.append(())
        else:
            raise LayoutError(
                f"align: dim {at} is {words(a)} on one side and {words(b)} on the other; equal sizes do not make them one{both}"
            )
    return tuple(dims)


def _claims_nothing(dim: Dim) -> bool:
    return all(map(claims_nothing, dim))


def _meaning(dim: Dim) -> Dim:
    """Return a dimension without the whole axes of size 1, which say nothing about its elements."""
    return tuple(f for f in dim if f.size != 1 or (isinstance(f.axis, Axis) and f.axis.crop))


def _beside(dim: Dim, silent: Dim) -> Dim:
    """Return what is left of a dimension's claims beside one without any, along which anything may vary if it is unknown."""
    if all(f.axis == COPIES for f in silent):
        return dim
    return fuse([whole(UNKNOWN, f.size) if f.axis == COPIES else f for f in dim])


def _common(parts: Sequence[Dims], dim: int, doing: str) -> Dim:
    """Return a dimension that all share, unknown where they differ; their sizes must agree."""
    dims = [part[dim] for part in parts]
    sizes = [size_of(d) for d in dims]
    if any(s != sizes[0] for s in sizes):
        raise LayoutError(f"{doing}: dim {dim} is {', '.join(map(str, dict.fromkeys(sizes)))} in different parts")
    return dims[0] if all(d == dims[0] for d in dims) else unknown(sizes[0])


def _first(parts: Sequence[Dims], doing: str) -> Dims:
    """Return the first of the parts, which must have one rank."""
    if not parts:
        raise LayoutError(f"{doing}: no parts were given")
    if len({len(part) for part in parts}) > 1:
        raise LayoutError(f"{doing}: the parts have {', '.join(str(len(part)) for part in parts)} dims")
    return parts[0]


def _joined(dims: Sequence[Dim]) -> Dim:
    """Return the dimension that ``cat`` makes of these.

    Neighbouring slices of one axis fuse again. Equal dimensions become a product of "which one" (unknown) and what they
    share. Anything else is unknown.
    """
    if len(dims) == 1:
        return dims[0]
    if (slices := _joined_slices([d[0] if d else None for d in dims])) and len({d[1:] for d in dims}) == 1:
        return fuse((slices, *dims[0][1:]))
    if all(d == dims[0] for d in dims):
        return fuse((whole(UNKNOWN, len(dims)), *dims[0]))
    sizes = [size_of(d) for d in dims]
    total = 0
    for size in sizes:
        if not isinstance(size, int):
            raise LayoutError(f"cat: the sum of {' and '.join(map(str, sizes))} is not a size; give numbers")
        total += size
    return unknown(total)


def _joined_slices(slices: Sequence[Factor | None]) -> Factor | None:
    """Return the factor that neighbouring slices of one axis make, None if they are anything else."""
    joined: Factor | None = None
    for piece in slices:
        if piece is None or not isinstance(piece.axis, Axis) or piece.axis.crop is None:
            return None
        axis, crop, count = piece.axis, piece.axis.crop, piece.size
        if count != piece.total or not isinstance(count, int) or not count:
            return None
        if joined is None:
            joined = piece
            continue
        before = joined.axis
        if not isinstance(before, Axis) or before.crop is None or not isinstance(joined.size, int):
            return None
        # A slice of one element has no step of its own.
        step = before.crop.step if joined.size > 1 else crop.step if count > 1 else crop.start - before.crop.start
        follows = step > 0 and crop.start == before.crop.start + step * joined.size and (count == 1 or crop.step == step)
        if not follows or (axis.name, axis.of, crop.total) != (before.name, before.of, before.crop.total):
            return None
        joined = cropped(axis, before.crop.start, step, joined.size + count, crop.total)
    return joined
