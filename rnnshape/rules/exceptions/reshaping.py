"""Reshapes that hold another number of elements, and views of what does not lie in order."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, cast

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import runs_along, separable, unique
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["split", "unflattened", "viewed"]


def viewed(op: Raised, error: Exception) -> Mistake | None:
    """Sizes that hold another number of elements, or a view of elements that do not lie in order."""
    source = op.args[0] if op.args else None
    if not isinstance(source, Tensor):
        return None
    if count := _elements(op, source):
        return count
    if op.name not in ("view", "view_as") or source.is_contiguous():
        return None
    mark = op.mark(source)
    recurrent = mark is not None and any(a.name == "step" for a in mark.tables)
    whose = "this output of a recurrent layer" if recurrent else "this tensor"
    shown = f"{text.sizes(source.shape)} with strides {source.stride()}"
    message = f"view needs elements that lie in order in memory, and {whose}, {shown}, was turned (batch_first does so too)"
    return because("RNS210", message, "reshape in place of view fits", op.layout(source))


def _elements(op: Raised, source: Tensor) -> Mistake | None:
    """Sizes that hold another number of elements: a batch that was written down as a number is told by the axes."""
    single = len(op.args) == 2 and isinstance(op.args[1], (tuple, list))
    given = cast("Sequence[int]", op.args[1] if single else op.args[1:])
    if len(op.args) == 2 and isinstance(op.args[1], Tensor):
        given = tuple(op.args[1].shape)
    mark = op.mark(source)
    if mark is None or not given or not all(type(s) is int for s in given) or _holds(given, source):
        return None
    seen = op.layout(source)
    wanted = f"{text.sizes(given)} does not hold the {source.numel()} elements of {op.described(source)}"
    for _, table in mark.of("batch"):
        batch = len(unique(table[table >= 0]))
        fits = [
            d
            for d, s in enumerate(given)
            if s > 0 and s != batch and _keeps(mark, (*given[:d], batch, *given[d + 1 :]), table, d)
        ]
        if fits:
            message = f"{op.name} to {wanted}: a batch of {given[fits[0]]} is written down, and this one has {batch}"
            return because("RNS213", message, f"x.size(0) in place of {given[fits[0]]} fits", seen)
    return because("RNS213", f"{op.name} to {wanted}", _one_size(given, source, mark), seen)


def _keeps(mark: Mark, sizes: Sequence[int], table: Tensor, dim: int) -> bool:
    """Tell whether a reshape to these sizes leaves an axis along one dim of its own."""
    try:
        moved = table.expand(mark.sizes).reshape(tuple(sizes))
    except RuntimeError:
        return False
    return runs_along(moved) == [dim]


def _one_size(given: Sequence[int], source: Tensor, mark: Mark) -> str | None:
    """Return the one size that makes it fit, where there is one alone that leaves samples and steps where they are."""
    fits: list[tuple[int, int]] = []
    for dim, size in enumerate(given):
        rest = prod(s for d, s in enumerate(given) if d != dim)
        if size > 0 and rest > 0 and -1 not in given and source.numel() % rest == 0 and source.numel() // rest > 1:
            fits.append((dim, source.numel() // rest))
    fits = [(d, s) for d, s in fits if _is_orderly(mark, (*given[:d], s, *given[d + 1 :]))]
    if len(fits) != 1:
        return None
    dim, size = fits[0]
    return f"{size} in place of {given[dim]} fits"


def _is_orderly(mark: Mark, sizes: Sequence[int]) -> bool:
    """Tell whether a reshape leaves each axis that runs along one dim along one dim, and no two of samples and steps on it."""
    moved = {axis: table.expand(mark.sizes).reshape(tuple(sizes)) for axis, table in mark.tables.items() if runs_along(table)}
    places = [runs_along(table) for axis, table in moved.items() if axis.name in ("batch", "seq", "step")]
    return all(len(place) == 1 for place in places) and all(separable(table) for table in moved.values())


def _holds(sizes: Sequence[int], source: Tensor) -> bool:
    known = prod(s for s in sizes if s >= 0)
    return source.numel() == known if -1 not in sizes else bool(known) and source.numel() % known == 0


def unflattened(op: Raised, error: Exception) -> Mistake | None:
    """Sizes of which the product is not the dim that is cut."""
    source, dim, sizes = op.argument(0, "input"), op.argument(1, "dim"), op.argument(2, "sizes")
    if not isinstance(source, Tensor) or type(dim) is not int or op.mark(source) is None:
        return None
    if not -source.dim() <= dim < source.dim():
        return None
    if not isinstance(sizes, (tuple, list)) or -1 in sizes:
        return None
    dim %= source.dim()
    pieces = cast("Sequence[int]", sizes)
    message = f"unflatten cuts dim {dim} of {op.described(source)} into {text.sizes(pieces)}, which holds {prod(pieces)}"
    return because("RNS213", f"{message}: it is {op.described_dim(source, dim)}", None, op.layout(source))


def split(op: Raised, error: Exception) -> Mistake | None:
    """Pieces that do not add up to the dim that is split."""
    source, pieces, dim = (
        op.argument(0, "tensor", op.kwargs.get("self")),
        op.argument(1, "split_size_or_sections"),
        op.argument(2, "dim", 0),
    )
    if pieces is None:
        pieces = op.kwargs.get("split_size", op.kwargs.get("split_sizes"))
    if (
        not isinstance(source, Tensor)
        or not isinstance(pieces, (tuple, list))
        or type(dim) is not int
        or op.mark(source) is None
    ):
        return None
    if not -source.dim() <= dim < source.dim():
        return None
    dim %= source.dim()
    several = cast("Sequence[int]", pieces)
    message = f"the pieces {text.sizes(several)} are {sum(several)} together, and dim {dim} of {op.described(source)}"
    return because("RNS213", f"{message} is {op.described_dim(source, dim)}", None, op.layout(source))
