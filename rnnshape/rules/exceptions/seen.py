"""What the explanations of an exception share: what torch was given, in words, and edits that are tried on sizes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnshape import text
from rnnshape._torch import user_frame
from rnnshape.coordinates.mark import ROWS, UNNAMED, Mark, Site
from rnnshape.coordinates.reading import layout_of
from rnnshape.coordinates.tables import at_sizes, disagreement, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import Operation, leaves
from rnnshape.report.mistake import Mistake

__all__ = [
    "Edit", "agree", "because", "called_by_user", "described", "described_dim", "edits_that_fit", "index", "insertions", "last_line",
    "layout", "marks", "passes", "readable", "reduced_at", "removals", "turned", "turns", "words_of_dim",
]  # fmt: skip

STEPS = ("seq", "step")


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


# In words


def readable(mark: Mark) -> Layout | None:
    """Read a Layout off a mark, in the words that a person uses: the steps of an output are those of a sequence."""
    tables = dict(mark.tables)
    if any(axis.name == "seq" and runs_along(table) for axis, table in tables.items()):
        tables = {axis: table for axis, table in tables.items() if axis.name != "step"}
    else:
        tables = {Axis("seq", axis.of) if axis.name == "step" else axis: table for axis, table in tables.items()}
    tables = {axis: table for axis, table in tables.items() if axis.name not in (UNNAMED, ROWS)}
    found = layout_of(Mark(mark.sizes, tables))
    known = ("batch", "seq", "layers", "directions", "hidden", "feature", "gates")
    return found if found is not None and "?" not in str(found) else layout_of(Mark(mark.sizes, tables), known)


def described(op: Operation, value: object) -> str:
    """Write the sizes of a tensor with what is known of them, ``(batch=6 hidden=8)``."""
    if not isinstance(value, Tensor):
        return type(value).__name__
    mark = op.book.mark(value)
    known = readable(mark) if mark is not None else None
    if known is None:
        return text.sizes(value.shape)
    return str(known) if len(known.dims) == 1 and str(known).startswith("(") else f"({known})"


def described_dim(op: Operation, tensor: Tensor, dim: int) -> str:
    """Write the size of one dim with what is known of it, ``12 = layers=2 x batch=6``."""
    words = words_of_dim(op.book.mark(tensor), dim)
    return f"{tensor.size(dim)} = {words}" if " x " in words else words or str(tensor.size(dim))


def words_of_dim(mark: Mark | None, dim: int) -> str:
    """Write the factors of a dim, ``layers=2 x batch=6``; nothing where they are not known."""
    known = readable(mark) if mark is not None and mark.sizes else None
    words = " x ".join(map(str, known.dims[dim])) if known is not None else ""
    return "" if "?" in words else words


def layout(op: Operation, *values: object) -> Layout | None:
    """Return the Layout of the first tensor of which one is known."""
    return next((found for v in values if (mark := op.book.mark(v)) and (found := readable(mark))), None)


def marks(op: Operation) -> list[tuple[Tensor, Mark]]:
    """Return the tensors among the arguments of which something is known."""
    return [(t, mark) for t in leaves([op.args, op.kwargs]) if (mark := op.book.mark(t))]


def called_by_user(tensor: object) -> str:
    """Return the name that the user's line has for a tensor; empty where it has none of its own."""
    frame = user_frame()
    names = [n for n, v in (frame.f_locals.items() if frame is not None else ()) if v is tensor and n.isidentifier()]
    return names[0] if names else ""


# Where dims went


def reduced_at(mark: Mark | None, dims: int | None = None) -> Site | None:
    """Return the operation that gave a tensor its dims and had more before, or as many as are asked for."""
    sites = {id(s): s for s in (*mark.sites.values(), *mark.lost.values())}.values() if mark is not None else ()
    found = [s for s in sites if mark is not None and s.sizes == mark.sizes]
    fits = [s for s in found if (len(s.sizes_before) == dims if dims is not None else len(s.sizes_before) > len(s.sizes))]
    return fits[0] if fits else None


# Edits, tried


def turns(dims: int) -> Iterator[Edit]:
    """Yield the exchanges of two dims."""
    for a, b in combinations(range(dims), 2):
        yield Edit(f".transpose({a}, {b})", lambda t, a=a, b=b: t.transpose(a, b))


def insertions(dims: int) -> Iterator[Edit]:
    """Yield the insertions of a dim of size 1."""
    for dim in range(dims + 1):
        yield Edit(f".unsqueeze({dim})", lambda t, dim=dim: t.unsqueeze(dim))


def removals(sizes: Sequence[int]) -> Iterator[Edit]:
    """Yield what takes a dim of size 1 away."""
    for dim, size in enumerate(sizes):
        if size == 1:
            yield Edit(f".squeeze({dim})", lambda t, dim=dim: t.squeeze(dim))


def index(code: str, what: Any) -> Edit:
    """Return an edit that indexes."""
    return Edit(code, lambda t: t[what])


def turned(tensor: Tensor, edit: Edit) -> Tensor:
    """Return what an edit makes of a tensor of the same sizes that holds nothing."""
    return edit.change(_hollow(tensor))


def passes(op: Operation, edits: dict[int, Edit] | None = None, **changed: Any) -> bool:
    """Tell whether torch takes the operation once arguments are edited, tried on tensors that hold nothing.

    Args:
        op: the operation.
        edits: by the id of a tensor among the arguments, what is made of it.
        changed: arguments in the place of the real ones: ``args``, ``kwargs``.
    """
    edits = edits or {}

    def hollow(value: Any) -> Any:
        if isinstance(value, Tensor):
            edit = edits.get(id(value))
            return edit.change(_hollow(value)) if edit else _hollow(value)
        if type(value) in (tuple, list):
            return type(value)(map(hollow, value))
        return {k: hollow(v) for k, v in value.items()} if type(value) is dict else value

    try:
        op.func(*hollow(changed.get("args", op.args)), **hollow(changed.get("kwargs", op.kwargs)))
    except Exception:  # whatever torch says, it does not fit
        return False
    return True


def _hollow(tensor: Tensor) -> Tensor:
    return torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta")


def edits_that_fit(op: Operation, tensor: Tensor, edits: Iterable[Edit], aligned: bool = True) -> list[Edit]:
    """Return the edits of one tensor with which torch takes the operation and the axes of the operands meet.

    Args:
        op: the operation.
        tensor: which is edited.
        edits: that are tried.
        aligned: whether the operands are laid over each other, dim by dim.
    """
    found = [edit for edit in edits if passes(op, {id(tensor): edit})]
    mark = op.book.mark(tensor)
    if mark is None or not aligned:
        return found
    others = [other for t, other in marks(op) if t is not tensor]
    return [edit for edit in found if all(agree(changed(mark, edit), other) for other in others)]


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
    for name in ("batch", *STEPS):
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
