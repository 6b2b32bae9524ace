"""What becomes of dimensions where a call groups their elements anew: ``reshape``, ``flatten``, ``squeeze``, ``expand``."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rnnshape.errors import LayoutError, LayoutIndexError
from rnnshape.layout.axes import COPIES, Dim, Dims, whole
from rnnshape.layout.dims import named, position, render, size_of, sizes_of
from rnnshape.layout.factoring import fuse, regroup
from rnnshape.layout.sizes import Size, divide, product

__all__ = ["expanded", "flattened", "merged", "reshaped", "split_up", "squeezed", "unflattened", "unsqueezed"]


def reshaped(dims: Dims, sizes: Sequence[Size]) -> Dims:
    """Return the same elements read as other sizes, of which one may be -1."""
    return regroup(tuple(f for d in dims for f in d), _inferred(dims, sizes))


def _inferred(dims: Dims, sizes: Sequence[Size]) -> tuple[Size, ...]:
    """Replace a -1 and hold the sizes against the number of elements."""
    holes = sum(s == -1 for s in sizes)
    total = product(sizes_of(dims))
    known = product(s for s in sizes if s != -1)
    call = f"reshape({_listed(sizes)})"
    if holes > 1:
        raise LayoutError(f"{call}: only one size may be -1")
    filler = divide(total, known) if holes else None
    if (filler is None) if holes else (known != total):
        unlike = f"cannot be dealt out to {known}" if holes else f"are not {known}"
        raise LayoutError(f"{call}: {render(dims)} has {total} elements, which {unlike}")
    return tuple(filler if s == -1 and filler is not None else s for s in sizes)


def flattened(dims: Dims, start_dim: int, end_dim: int) -> Dims:
    """Return dimensions of which those from one to another are one."""
    if not dims:
        return ((),)
    start, end = position(dims, start_dim), position(dims, end_dim)
    if start > end:
        raise LayoutError(f"flatten({start_dim}, {end_dim}): the first dim comes after the last")
    joined = fuse([f for d in dims[start : end + 1] for f in d])
    return (*dims[:start], joined, *dims[end + 1 :])


def unflattened(dims: Dims, dim: int, sizes: Sequence[Size]) -> Dims:
    """Return dimensions of which one is read as several."""
    at = position(dims, dim)
    if not sizes:
        raise LayoutError(f"unflatten({dim}, ()): give one size or more")
    return (*dims[:at], *reshaped((dims[at],), sizes), *dims[at + 1 :])


def merged(dims: Dims, names: Sequence[str]) -> Dims:
    """Return dimensions of which neighbouring ones, given by their axis words, are one."""
    positions = [named(dims, n) for n in names]
    if not positions or positions != list(range(positions[0], positions[0] + len(positions))):
        advice = "permute them to stand side by side in that order first"
        if len(set(positions)) < max(len(positions), 1):
            advice = "name axes of different dims"
        call = f"merge_axes({', '.join(map(repr, names))})"
        raise LayoutError(f"{call}: these are dims {positions} of {render(dims)}; {advice}")
    return flattened(dims, positions[0], positions[-1])


def split_up(dims: Dims, names: Sequence[str]) -> Dims:
    """Return each factor of the dimensions that hold these axes as a dimension; of all, if none is named."""
    chosen = {named(dims, n) for n in names} if names else set(range(len(dims)))
    found: list[Dim] = []
    for at, dim in enumerate(dims):
        found.extend([(f,) for f in dim] if at in chosen and dim else [dim])
    return tuple(found)


def squeezed(dims: Dims, among: Sequence[int] | None) -> Dims:
    """Return dimensions without those of size 1: of all, or of those that are named."""
    chosen: Collection[int] = range(len(dims)) if among is None else [position(dims, d) for d in among]
    return tuple(d for at, d in enumerate(dims) if at not in chosen or size_of(d) != 1)


def unsqueezed(dims: Dims, dim: int) -> Dims:
    """Return dimensions with one of size 1 between them, which means nothing yet."""
    at = dim + len(dims) + 1 if dim < 0 else dim
    if not 0 <= at <= len(dims):
        raise LayoutIndexError(f"unsqueeze({dim}): {render(dims)} has {len(dims)} dims")
    return (*dims[:at], (), *dims[at:])


def expanded(dims: Dims, wanted: Sequence[Size]) -> Dims:
    """Return dimensions of which some of size 1 are repeated; -1 keeps a size."""
    call, added = f"expand({_listed(wanted)})", len(wanted) - len(dims)
    if added < 0:
        raise LayoutError(f"{call}: {render(dims)} has {len(dims)} dims already")
    found: list[Dim] = []
    for at, (size, dim) in enumerate(zip(wanted, [*[()] * added, *dims], strict=True)):
        old = size_of(dim)
        if size == old or (size == -1 and at >= added):
            found.append(dim)
        elif old == 1 and size != -1:
            found.append((whole(COPIES, size),))
        else:
            raise LayoutError(f"{call}: dim {at} of the result is {old} in {render(dims)}; only 1 expands")
    return tuple(found)


def _listed(items: Sequence[object]) -> str:
    return ", ".join(map(str, items))
