"""What an index, a slice or a cut leaves of dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

from rnnshape.errors import LayoutError, LayoutIndexError
from rnnshape.layout.axes import COPIES, UNKNOWN, Block, Crop, Dim, Dims, Factor, whole
from rnnshape.layout.dims import number, position, render, size_of, words
from rnnshape.layout.factoring import claims_nothing, cropped, unknown
from rnnshape.layout.sizes import product, whole_number

__all__ = ["Index", "chunk_size", "indexed", "narrowed", "part_lengths", "selected"]

Index = int | slice | EllipsisType | None


def indexed(dims: Dims, index: Index | tuple[Index, ...]) -> Dims:
    """Return what ``tensor[index]`` leaves, of an index that does not depend on values."""
    items = list(index) if isinstance(index, tuple) else [index]
    consumed = sum(i is not None and i is not Ellipsis for i in items)
    gaps = sum(i is Ellipsis for i in items)
    if consumed > len(dims):
        raise LayoutIndexError(f"{consumed} indices for the {len(dims)} dims of {render(dims)}")
    if gaps > 1:
        raise LayoutIndexError(f"{gaps} times ... in one index; it can stand for dims only once")
    if not gaps:
        items.append(Ellipsis)
    kept: list[Dim] = []
    at = 0
    for item in items:
        if item is None:
            kept.append(())
        elif item is Ellipsis:
            passed = len(dims) - consumed
            kept.extend(dims[at : at + passed])
            at += passed
        elif isinstance(item, slice):
            kept.append(_sliced(dims, at, item))
            at += 1
        elif (element := whole_number(item)) is not None:
            _check_element(dims, at, element)
            at += 1
        else:
            raise LayoutError(
                f"a Layout is indexed with ints, slices, None and ..., got {type(item).__name__}: "
                "what other indices pick depends on values"
            )
    return tuple(kept)


def selected(dims: Dims, dim: int, index: int) -> Dims:
    """Return what is left where one element is taken along a dimension."""
    at = position(dims, dim)
    _check_element(dims, at, index)
    return (*dims[:at], *dims[at + 1 :])


def narrowed(dims: Dims, dim: int, start: int, length: int) -> Dims:
    """Return what is left where ``length`` elements are taken along a dimension."""
    at = position(dims, dim)
    size = number(dims, at, "narrow")
    begin = start + size if start < 0 else start
    if not 0 <= begin <= begin + length <= size:
        raise LayoutIndexError(f"narrow({dim}, {start}, {length}): dim {at} of {render(dims)} has {size} elements")
    return (*dims[:at], _sliced(dims, at, slice(begin, begin + length)), *dims[at + 1 :])


def part_lengths(dims: Dims, split_size: int | Sequence[int], dim: int) -> list[int]:
    """Return how long the parts are into which ``split`` cuts a dimension."""
    at = position(dims, dim)
    size = number(dims, at, "split")
    if isinstance(split_size, int):
        if split_size <= 0:
            raise LayoutError(f"split({split_size}): the size of a part is 1 or more")
        return [min(split_size, size - s) for s in range(0, max(size, 1), split_size)]
    lengths = list(split_size)
    if sum(lengths) != size:
        raise LayoutError(f"split({lengths}): the parts have {sum(lengths)} elements, dim {at} of {render(dims)} has {size}")
    return lengths


def chunk_size(dims: Dims, chunks: int, dim: int) -> int:
    """Return how long the parts are into which ``chunk`` cuts a dimension; 0 where it has no elements."""
    if chunks <= 0:
        raise LayoutError(f"chunk({chunks}): the number of parts is 1 or more")
    return -(-number(dims, position(dims, dim), "chunk") // chunks)


def _check_element(dims: Dims, at: int, index: int) -> None:
    size = size_of(dims[at])
    if isinstance(size, int) and not -size <= index < size:
        raise LayoutIndexError(f"index {index} is out of range for dim {at} ({words(dims[at])}) of {render(dims)}")


def _sliced(dims: Dims, at: int, part: slice) -> Dim:
    if (part.start in (None, 0)) and part.stop is None and part.step in (None, 1):
        return dims[at]
    if part.step is not None and part.step <= 0:
        raise LayoutError(f"a slice steps forward, as torch demands; got step {part.step}")
    taken = range(number(dims, at, "slice"))[part]
    return _take(dims[at], taken.start, taken.step, len(taken))


def _take(dim: Dim, start: int, step: int, count: int) -> Dim:
    """Return what is left of a dimension after the slice ``start, start + step, ...`` of ``count`` elements.

    Exact where the slice respects the factors (``[:16]`` of ``(directions=2 hidden=16)`` is direction 0 with all of hidden) or
    cuts a single whole axis; unknown otherwise.
    """
    sizes = [f.size for f in dim]
    if not count or not all(isinstance(s, int) for s in sizes):
        return (_crop(dim[0], start, step, count),) if len(dim) == 1 else unknown(count)
    pieces: list[Factor] = []
    for factor in reversed(dim[1:]):
        size = factor.size
        assert isinstance(size, int)
        if step == 1 and start % size == 0 and count % size == 0:
            pieces.insert(0, factor)
            start, count = start // size, count // size
        elif step % size == 0:
            start, step = start // size, step // size
        elif start // size == (start + step * (count - 1)) // size:
            return (_crop(factor, start % size, step, count), *pieces)
        elif size % step == 0 and start % size < step and count % (size // step) == 0:
            pieces.insert(0, _crop(factor, start % size, step, size // step))
            start, step, count = start // size, 1, count // (size // step)
        else:
            return unknown(product((count, *(f.size for f in pieces))))
    if not dim:
        return ()
    return (_crop(dim[0], start, step, count), *pieces)


def _crop(factor: Factor, start: int, step: int, count: int) -> Factor:
    if count == factor.size:
        return factor
    if claims_nothing(factor) or isinstance(factor.axis, Block) or factor.size != factor.total:
        return whole(COPIES if factor.axis == COPIES else UNKNOWN, count)
    assert isinstance(factor.total, int)
    axis = factor.axis
    old = axis.crop or Crop(0, factor.total, 1, factor.total)
    return cropped(axis, old.start + start * old.step, step * old.step, count, old.total)
