"""Edits of a tensor, tried on sizes alone, and the parts of an explanation that need no Layout."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from rnnshape._torch import user_frame
from rnnshape.coordinates.mark import Mark, Site
from rnnshape.coordinates.tables import at_sizes, disagreement, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.report.mistake import Mistake

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout

__all__ = [
    "Edit",
    "agree",
    "because",
    "called_by_user",
    "changed",
    "hollow",
    "index",
    "insertions",
    "last_line",
    "reduced_at",
    "removals",
    "turned",
    "turns",
]


class Edit(NamedTuple):
    """Something to write behind a tensor, with what it makes of it.

    Attributes:
        code: as it is written behind the tensor, such as ``.transpose(0, 1)``.
        change: does the same to a tensor or a table.
    """

    code: str
    change: Callable[[Tensor], Tensor]


def last_line(error: BaseException) -> str:
    """Return the sentence of an exception that says what happened; TorchScript puts its own message in front of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if len(lines) > 1 and "TorchScript" in str(error):
        return lines[-1].removeprefix("RuntimeError: ")
    return lines[0] if lines else ""


def because(
    code: str, message: str, suggestion: str | None, seen: Layout | None, site: Site | None = None, name: str = "seen"
) -> Mistake:
    """Return a mistake that shows a Layout; it points to a site where that is the line to mend."""
    return Mistake(code, message, suggestion, ((name, seen),) if seen else (), location=site.location if site else None)


def called_by_user(tensor: object) -> str:
    """Return the name that the user's line has for a tensor; empty where it has none of its own."""
    frame = user_frame()
    names = [n for n, v in (frame.f_locals.items() if frame is not None else ()) if v is tensor and n.isidentifier()]
    return names[0] if names else ""


def reduced_at(mark: Mark | None, dims: int | None = None) -> Site | None:
    """Return the operation that gave a tensor its dims and had more before, or as many as are asked for."""
    sites = {id(s): s for s in (*mark.sites.values(), *mark.lost.values())}.values() if mark is not None else ()
    found = [s for s in sites if mark is not None and s.sizes == mark.sizes]
    fits = [s for s in found if (len(s.sizes_before) == dims if dims is not None else len(s.sizes_before) > len(s.sizes))]
    return fits[0] if fits else None


def _transposed(a: int, b: int, tensor: Tensor) -> Tensor:
    return tensor.transpose(a, b)


def _unsqueezed(dim: int, tensor: Tensor) -> Tensor:
    return tensor.unsqueeze(dim)


def _squeezed(dim: int, tensor: Tensor) -> Tensor:
    return tensor.squeeze(dim)


def _indexed(what: Any, tensor: Tensor) -> Tensor:
    return tensor[what]


def turns(dims: int) -> Iterator[Edit]:
    """Yield the exchanges of two dims."""
    for a, b in combinations(range(dims), 2):
        yield Edit(f".transpose({a}, {b})", functools.partial(_transposed, a, b))


def insertions(dims: int) -> Iterator[Edit]:
    """Yield the insertions of a dim of size 1."""
    for dim in range(dims + 1):
        yield Edit(f".unsqueeze({dim})", functools.partial(_unsqueezed, dim))


def removals(sizes: Sequence[int]) -> Iterator[Edit]:
    """Yield what takes a dim of size 1 away."""
    for dim, size in enumerate(sizes):
        if size == 1:
            yield Edit(f".squeeze({dim})", functools.partial(_squeezed, dim))


def index(code: str, what: Any) -> Edit:
    """Return an edit that indexes."""
    return Edit(code, functools.partial(_indexed, what))


def turned(tensor: Tensor, edit: Edit) -> Tensor:
    """Return what an edit makes of a tensor of the same sizes that holds nothing."""
    return edit.change(hollow(tensor))


def hollow(tensor: Tensor) -> Tensor:
    """Return a tensor of the same sizes that holds nothing."""
    return torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta")


def changed(mark: Mark, edit: Edit) -> Mark:
    """Return what is known of a tensor after an edit."""
    tables: dict[Axis, Tensor] = {}
    for axis, table in mark.tables.items():
        try:
            tables[axis] = edit.change(table.expand(mark.sizes))
        except (RuntimeError, IndexError):
            continue
    sizes = next((tuple(t.shape) for t in tables.values()), mark.sizes)
    return Mark(sizes, tables)


def agree(a: Mark, b: Mark) -> bool:
    """Tell whether two tensors that are laid over each other have samples and steps along the same dims, as far as is known."""
    for name in ("batch", "seq", "step"):
        for axis, table in a.of(name):
            other = b.tables.get(axis)
            if other is None or not runs_along(table) or not runs_along(other):
                continue
            ndim = (0,) * max(table.dim(), other.dim())
            first, second = at_sizes(table, ndim), at_sizes(other, ndim)
            try:
                if disagreement(first, second) is not None:
                    return False
            except RuntimeError:
                return False
            if any(varies(first, d) != varies(second, d) and second.size(d) > 1 for d in range(first.dim())):
                return False
    return True
