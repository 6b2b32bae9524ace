"""How the dimensions of several Layouts become those of one: ``cat``, ``stack`` and broadcasting."""

from __future__ import annotations

from collections.abc import Sequence

from rnnshape.errors import LayoutError
from rnnshape.layout import factoring, notation
from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Dim, axes_of, role_of, whole
from rnnshape.layout.sizes import Size, product

__all__ = ["aligned", "concatenated", "stacked", "words"]

Dims = tuple[Dim, ...]


def words(dim: Dim) -> str:
    """Name a dimension in a message."""
    return " x ".join(map(str, axes_of(dim))) or "without a meaning"


def concatenated(parts: Sequence[Dims], at: int) -> Dims:
    """Return the dimensions of parts of one rank that are joined along a dim."""
    dims: list[Dim] = []
    for dim in range(len(parts[0])):
        if dim != at:
            dims.append(_common(parts, dim, "cat"))
            continue
        try:
            dims.append(factoring.join([part[dim] for part in parts]))
        except ValueError as error:
            raise LayoutError(f"cat: {error}") from None
    return tuple(dims)


def stacked(parts: Sequence[Dims], at: int, name: str | None) -> Dims:
    """Return the dimensions of parts of one rank that are joined along a new dim."""
    dims = [_common(parts, dim, "stack") for dim in range(len(parts[0]))]
    dims.insert(at, (whole(Axis(role_of(name)) if name else UNKNOWN, len(parts)),))
    return tuple(dims)


def aligned(one: Dims, other: Dims) -> Dims:
    """Return the dimensions of an elementwise operation, broadcast as torch does."""
    rank = max(len(one), len(other))
    both = f"\n  {notation.render(one)}\n  {notation.render(other)}"
    mine, theirs = ([*[()] * (rank - len(dims)), *dims] for dims in (one, other))
    dims: list[Dim] = []
    for at, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        size, against = _size(a), _size(b)
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


def _size(dim: Dim) -> Size:
    return product(f.size for f in dim)


def _claims_nothing(dim: Dim) -> bool:
    return not dim or all(f.axis in (UNKNOWN, COPIES) for f in dim)


def _meaning(dim: Dim) -> Dim:
    """Return a dimension without the whole axes of size 1, which say nothing about its elements."""
    return tuple(f for f in dim if f.size != 1 or (isinstance(f.axis, Axis) and f.axis.crop))


def _beside(dim: Dim, silent: Dim) -> Dim:
    """Return what is left of a dimension's claims beside one without any, along which anything may vary if it is unknown."""
    if all(f.axis == COPIES for f in silent):
        return dim
    return factoring.fuse([whole(UNKNOWN, f.size) if f.axis == COPIES else f for f in dim])


def _common(parts: Sequence[Dims], dim: int, doing: str) -> Dim:
    """Return a dimension that all share, unknown where they differ; their sizes must agree."""
    dims = [part[dim] for part in parts]
    sizes = [_size(d) for d in dims]
    if any(s != sizes[0] for s in sizes):
        raise LayoutError(f"{doing}: dim {dim} is {', '.join(map(str, dict.fromkeys(sizes)))} in different parts")
    return dims[0] if all(d == dims[0] for d in dims) else factoring.unknown(sizes[0])
