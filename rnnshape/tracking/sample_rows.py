"""Which samples the rows of tensors are that a collate function makes of lists, numbers and arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from rnnshape.coordinates.mark import BATCH, Mark
from rnnshape.coordinates.room import LARGEST
from rnnshape.coordinates.tables import alone, interned, line_along, numbers, runs_along
from rnnshape.rules.tables import is_order
from rnnshape.tracking.collating import MAKERS, Rows, chosen_rows
from rnnshape.tracking.cuts import is_cut

if TYPE_CHECKING:
    from rnnshape.tracking.book import Book
    from rnnshape.tracking.inputs import Inputs

__all__ = ["label_by_rows", "label_made", "order_of"]


def label_made(book: Book, inputs: Inputs, name: str, args: Sequence[object], result: object) -> None:
    """Label what a collate function makes of one sample's own list, and what it is about to use that holds all samples.

    Args:
        book: remembers it.
        inputs: has axes for the other dims.
        name: of the operation.
        args: of it.
        result: what it returned; None where it has not been called yet.
    """
    collated = book.collating
    if collated is None:
        return
    if isinstance(result, Tensor) and name in MAKERS and args and (owner := collated.owner(args[0])) is not None:
        tables = inputs.unnamed(result, f"sample{owner.at}") | {BATCH: alone(owner.number, result.dim())}
        book.put(result, Mark(tuple(result.shape), tables))
    for tensor in args if result is None else ():
        mark = book.mark(tensor)
        if isinstance(tensor, Tensor) and (mark is None or is_cut(mark)) and collated.may_look(tensor):
            _label_rows(book, inputs, tensor, [rows for rows in collated.rows(tensor) if rows.order], ())


def _label_rows(book: Book, inputs: Inputs, tensor: Tensor, found: list[Rows], orders: Iterable[tuple[int, ...]]) -> None:
    """Label a tensor by what its rows hold, where that tells in which order they lie."""
    if (chosen := chosen_rows(found, orders)) is not None and len(chosen[1]) <= LARGEST:
        (dim, at, *_), order = chosen
        rows = torch.tensor(order).view([-1 if d == dim else 1 for d in range(tensor.dim())])
        tables = inputs.unnamed(tensor, f"sample{at}", but=dim) | {BATCH: interned(rows)}
        book.put(tensor, Mark(tuple(tensor.shape), tables))


def label_by_rows(book: Book, inputs: Inputs, tensors: Sequence[Tensor]) -> None:
    """Label the tensors of a batch by what their rows hold, those first of which that tells more.

    Args:
        book: remembers it; no batch is put together any more.
        inputs: has axes for the other dims.
        tensors: of the batch.
    """
    collated, book.collating = book.collating, None
    if collated is None:
        return
    marks = {id(tensor): book.mark(tensor) for tensor in tensors}
    unknown = [t for t in tensors if (mark := marks[id(t)]) is None or is_cut(mark)]
    found = [(tensor, collated.rows(tensor)) for tensor in unknown]
    orders = {order for mark in marks.values() if mark is not None and (order := order_of(mark, collated.number))}
    orders |= {rows.order for _, several in found for rows in several if rows.order is not None and len(several) == 1}
    for tensor, rows in found:
        _label_rows(book, inputs, tensor, rows, sorted(orders))


def order_of(mark: Mark, samples: int | None) -> tuple[int, ...] | None:
    """Return the order in which all samples lie along a dim of a tensor, None where they do not.

    Args:
        mark: of the tensor.
        samples: how many there are.
    """
    rows = mark.tables.get(BATCH)
    if rows is None or not is_order(rows):
        return None
    order = tuple(numbers(line_along(rows, *runs_along(rows))))
    return order if len(order) == samples else None
