"""Where the sizes of a Layout come from, in words: ``32 = 2 directions x 16 hidden``."""

from __future__ import annotations

from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Block, Dim, Factor, axes_of
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import divide, product

__all__ = ["origin_of", "origins"]

_PLURALS = ("layers", "directions", "gates", "copies")


def origins(layout: Layout) -> tuple[str, ...]:
    """Say of each dimension where its size comes from.

    >>> origins(Layout.parse("seq=9 batch=B (directions=2 hidden=16)"))
    ('9 = seq', 'B = batch', '32 = 2 directions x 16 hidden')
    >>> origins(Layout.parse("1 batch//2=3 (batch%2/6=2 feature=4) ?=7"))
    ('1 = no axis', '3 = batch=6 in groups of 2', '8 = 2 neighbours of batch=6 x 4 feature', '7 = unknown')
    """
    words = [(str(size), _origin(dim)) for size, dim in zip(layout.sizes, layout.dims, strict=True)]
    return tuple(size if size == word else f"{size} = {word}" for size, word in words)


def origin_of(layout: Layout) -> str:
    """Say in one line where every size of a Layout comes from.

    >>> origin_of(Layout.parse("(layers=2 directions=2) batch=6 hidden=16"))
    '4 = 2 layers x 2 directions; 6 = batch; 16 = hidden'
    """
    return "; ".join(origins(layout)) or "a single number"


def _origin(dim: Dim) -> str:
    if not dim:
        return "no axis"
    return _word(dim[0]) if len(dim) == 1 else " x ".join(map(_counted, dim))


def _counted(factor: Factor) -> str:
    """Write a factor of several: with its size in front."""
    if factor.size != factor.total:
        return _word(factor) if _is_neighbours(factor) else f"{factor.size} of {_word(factor)}"
    name = _word(factor)
    return f"{factor.size} {name[:-1] if factor.size == 1 and name in _PLURALS else name}"


def _is_neighbours(factor: Factor) -> bool:
    return factor.stride == 1 and factor.size != factor.total


def _word(factor: Factor) -> str:
    """Write a factor that stands alone."""
    name = _named(factor.axis)
    if factor.size == factor.total:
        return name
    if _is_neighbours(factor):
        return f"{factor.size} neighbours of {name}={factor.total}"
    groups = f"{name}={factor.total} in groups of {factor.stride}"
    whole_axis = divide(factor.total, product((factor.size, factor.stride))) == 1
    return groups if whole_axis else f"{groups}, {factor.size} neighbours of them"


def _named(axis: Axis | Block) -> str:
    if isinstance(axis, Block):
        return "mixed {" + " ".join(dict.fromkeys(map(_named, axes_of(axis.parts)))) + "}"
    if axis in (UNKNOWN, COPIES):
        return "unknown" if axis == UNKNOWN else "copies"
    return f"{axis.of + ' ' if axis.of else ''}{axis.name}{axis.crop or ''}"
