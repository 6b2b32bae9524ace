"""What is asked of dimensions wherever they are worked with: how they are written, their sizes, and which one is meant."""

from __future__ import annotations

from rnnshape.errors import LayoutError, LayoutIndexError
from rnnshape.layout.axes import Dim, Dims, axes_of, role_of
from rnnshape.layout.sizes import Monomial, Size, check_elements, product

__all__ = ["held", "named", "number", "position", "render", "size_of", "sizes_of", "words"]


def render(dims: Dims) -> str:
    """Write dimensions so that `rnnshape.layout.notation.parse` reads the same ones back."""
    return " ".join(_written(d) for d in dims)


def _written(dim: Dim) -> str:
    if not dim:
        return "1"
    text = " ".join(map(str, dim))
    return text if len(dim) == 1 else f"({text})"


def words(dim: Dim) -> str:
    """Name a dimension in a message."""
    return " x ".join(map(str, axes_of(dim))) or "without a meaning"


def size_of(dim: Dim) -> Size:
    """Return the size of a dimension."""
    return dim[0].size if len(dim) == 1 else product([f.size for f in dim])


def sizes_of(dims: Dims) -> tuple[Size, ...]:
    """Return the size of each dimension."""
    return tuple([d[0].size if len(d) == 1 else product([f.size for f in d]) for d in dims])


def held(dims: Dims) -> Dims:
    """Return dimensions as they are, where torch can hold a tensor of them.

    Raises:
        LayoutError: where there are more elements.
    """
    try:
        check_elements(factor.size for dim in dims for factor in dim)
    except ValueError as error:
        raise LayoutError(str(error)) from None
    return dims


def position(dims: Dims, dim: int) -> int:
    """Return which dimension is meant, counted from the front."""
    if isinstance(dim, str):
        raise LayoutError(f"dims are numbers, as torch's are: {dim!r} is dim {named(dims, dim)} of {render(dims)}")
    if not -len(dims) <= dim < len(dims):
        raise LayoutIndexError(f"dim {dim} is out of range: {render(dims) or 'a scalar'} has {len(dims)} dims")
    return dim % len(dims)


def named(dims: Dims, name: str) -> int:
    """Return the one dimension that holds an axis of a name."""
    names = [{a.name for a in axes_of(d)} for d in dims]
    word = name if any(name in own for own in names) else role_of(name)
    found = [at for at, own in enumerate(names) if word in own]
    if len(found) != 1:
        raise LayoutError(f"{name!r} stands in {len(found)} dims of {render(dims)}; one is needed")
    return found[0]


def number(dims: Dims, at: int, doing: str) -> int:
    """Return the size of a dimension, which must be a number for what is being done."""
    size = size_of(dims[at])
    if isinstance(size, Monomial):
        hint = f"use bind({size.symbols[0]}=...) first"
        raise LayoutError(f"{doing}: dim {at} of {render(dims)} has no number for its size; {hint}")
    return size
