"""What torch raised for: one operation with its arguments, in words, and what it would have taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import readable
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import Operation, leaves
from rnnshape.rules.exceptions.edits import Edit, agree, changed, hollow

__all__ = ["Raised"]


class Raised:
    """An operation that torch has refused.

    Args:
        op: the operation.

    Attributes:
        name: under which torch dispatches it.
        args: what it was called with.
        kwargs: likewise.
        func: the function.
    """

    def __init__(self, op: Operation) -> None:
        self.name: str = op.name
        self.args: tuple[Any, ...] = op.args
        self.kwargs: dict[str, Any] = op.kwargs
        self.func: Callable[..., Any] = op.func
        self.argument: Callable[..., Any] = op.argument
        self._book = op.book

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value."""
        return self._book.mark(value)

    def described(self, value: object) -> str:
        """Write the sizes of a tensor with what is known of them, ``(batch=6 hidden=8)``."""
        if not isinstance(value, Tensor):
            return type(value).__name__
        mark = self.mark(value)
        known = readable(mark) if mark is not None else None
        if known is None:
            return text.sizes(value.shape)
        return str(known) if len(known.dims) == 1 and str(known).startswith("(") else f"({known})"

    def described_dim(self, tensor: Tensor, dim: int) -> str:
        """Write the size of one dim with what is known of it, ``12 = layers=2 x batch=6``."""
        words = self.words_of_dim(tensor, dim)
        return f"{tensor.size(dim)} = {words}" if " x " in words else words or str(tensor.size(dim))

    def words_of_dim(self, tensor: Tensor, dim: int) -> str:
        """Write the factors of a dim, ``layers=2 x batch=6``; nothing where they are not known."""
        mark = self.mark(tensor)
        known = readable(mark) if mark is not None and mark.sizes else None
        words = " x ".join(map(str, known.dims[dim])) if known is not None else ""
        return "" if "?" in words else words

    def layout(self, *values: object) -> Layout | None:
        """Return the Layout of the first tensor of which one is known."""
        return next((found for v in values if (mark := self.mark(v)) and (found := readable(mark))), None)

    def marks(self) -> list[tuple[Tensor, Mark]]:
        """Return the tensors among the arguments of which something is known."""
        return [(t, mark) for t in leaves([self.args, self.kwargs]) if (mark := self.mark(t))]

    def took_part(self) -> tuple[tuple[str, Layout], ...]:
        """Return the Layouts of the tensors among the arguments, in the order in which they were given."""
        found = [known for _, mark in self.marks()[: len(text.ORDINALS)] if (known := readable(mark)) is not None]
        names = ("given",) if len(found) == 1 else text.ORDINALS
        return tuple(zip(names, found, strict=False))

    def passes(self, edits: dict[int, Edit] | None = None, **others: Any) -> bool:
        """Tell whether torch takes the operation once arguments are edited, tried on tensors that hold nothing.

        Args:
            edits: by the id of a tensor among the arguments, what is made of it.
            others: arguments in the place of the real ones: ``args``, ``kwargs``.
        """
        edits = edits or {}

        def emptied(value: Any) -> Any:
            if isinstance(value, Tensor):
                edit = edits.get(id(value))
                return edit.change(hollow(value)) if edit else hollow(value)
            if type(value) in (tuple, list):
                return type(value)(map(emptied, value))
            return {k: emptied(v) for k, v in cast("Any", value).items()} if type(value) is dict else value

        try:
            self.func(*emptied(others.get("args", self.args)), **emptied(others.get("kwargs", self.kwargs)))
        except Exception:  # whatever torch says, it does not fit
            return False
        return True

    def edits_that_fit(self, tensor: Tensor, edits: Iterable[Edit], aligned: bool = True) -> list[Edit]:
        """Return the edits of one tensor with which torch takes the operation and the axes of the operands meet.

        Args:
            tensor: which is edited.
            edits: that are tried.
            aligned: whether the operands are laid over each other, dim by dim.
        """
        found = [edit for edit in edits if self.passes({id(tensor): edit})]
        mark = self.mark(tensor)
        if mark is None or not aligned:
            return found
        others = [other for t, other in self.marks() if t is not tensor]
        return [edit for edit in found if all(agree(changed(mark, edit), other) for other in others)]
