"""The strings of jaxtyping, read as Layouts and written from them.

They are one language where they overlap: ``batch seq 4``, ``batch seq feature=4``, ``batch=B``. What jaxtyping has besides:

    _  _name            any size: a dim without a meaning
    n+1  2*n  {expr}    a size that is computed: a dim without a meaning
    #batch              1 or the size of batch: the axis batch, of any size
    ?name               a size for each leaf of a PyTree: the axis, of any size
    *batch  ...         any number of dims: a Layout has a fixed number, so this is an error

Written back, a product of axes, a cut axis and an unknown one become their size alone.
"""

from __future__ import annotations

import re

from rnnshape.errors import LayoutSyntaxError, SpecTypeError
from rnnshape.layout import notation
from rnnshape.layout.axes import UNKNOWN, Axis, Dim, Dims
from rnnshape.layout.dims import size_of
from rnnshape.layout.sizes import Monomial, Size

__all__ = ["read_jaxtyping", "write_jaxtyping"]

_OURS = re.compile(r"(?P<name>[A-Za-z]\w*)(?:=(?P<size>[0-9]+|[A-Za-z]\w*))?|[0-9]+")
_OPEN = re.compile(r"[#?]+(?:[A-Za-z_]\w*=)?(?P<name>[A-Za-z]\w*)")
_NUMBER = re.compile(r"[#?]*(?:\w*=)?(?P<size>[0-9]+)")


def read_jaxtyping(annotation: object) -> Dims:
    """Read the dims of ``Float[Tensor, "batch seq 4"]``, or of the string alone.

    Raises:
        SpecTypeError: for anything else.
        LayoutSyntaxError: where the number of dims is left open.
    """
    text = annotation if isinstance(annotation, str) else getattr(annotation, "dim_str", None)
    if not isinstance(text, str):
        raise SpecTypeError(
            f"from_jaxtyping takes an annotation such as Float[Tensor, 'batch seq 4'], or its string; got {annotation!r}"
        )
    words = [_translated(found.group(), text, found.start(), number) for number, found in enumerate(re.finditer(r"\S+", text))]
    return notation.parse(" ".join(words))


def _translated(word: str, text: str, position: int, number: int) -> str:
    """Return what a word of jaxtyping's is in our notation."""
    if "..." in word or word.lstrip("#?").startswith("*"):
        raise LayoutSyntaxError(text, position, f"{word!r} stands for any number of dims; name every axis here")
    if _OURS.fullmatch(word):
        return word
    if found := _OPEN.fullmatch(word):
        return f"{found['name']}=_{number}"
    if found := _NUMBER.fullmatch(word):
        return found["size"] if "#" not in word else f"?=_{number}"
    return f"?=_{number}"


def write_jaxtyping(dims: Dims) -> str:
    """Write dims as a string for jaxtyping."""
    return " ".join(map(_word, dims))


def _word(dim: Dim) -> str:
    size = size_of(dim)
    if len(dim) != 1 or not isinstance(dim[0].axis, Axis) or dim[0].size != dim[0].total or dim[0].axis.crop:
        return str(size)
    axis = dim[0].axis
    if axis == UNKNOWN:
        return "_" if _is_open(size) else str(size)
    if _is_open(size):
        return f"#{axis.name}"
    return axis.name if str(size) == axis.name else f"{axis.name}={size}"


def _is_open(size: Size) -> bool:
    return isinstance(size, Monomial) and bool(re.fullmatch(r"_\d+", str(size)))
