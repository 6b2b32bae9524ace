"""Whose choice a number is: an argmax over the scores of a sample is that sample's, and so is what is picked at it.

So is a number that came with the sample, where all of them pick at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from rnnshape.coordinates.mark import CHOICE, DISPLACED, FLAGS, RANKED, Mark, of_scores
from rnnshape.coordinates.tables import alone, at_sizes, broadcast_shapes, compress, numbers, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Operation
from rnnshape.operations.uses import Numbering, Picking

__all__ = ["Item", "chosen", "picked_along", "picked_at", "picked_by", "picked_by_flags"]

Item = tuple[Any, "int | None"]
"""A part of an index, with the dim that it is for; None where it adds one."""


def chosen(op: Operation, scores: Mark, dim: int, tables: dict[Axis, Tensor], ndim: int) -> dict[Axis, Tensor]:
    """Return the tables of numbers that scores have chosen, with whose choice each of them is, and among how many.

    Args:
        op: the operation.
        scores: what is known of them.
        dim: along which they compete.
        tables: of the numbers.
        ndim: likewise.
    """
    ranked = {} if scores.of("layers") else {op.book.part_of(RANKED): alone(scores.sizes[dim], ndim)}
    return tables | ranked | {op.book.part_of(CHOICE, axis): table for axis, table in tables.items() if axis.name == "batch"}


def picked_by(op: Operation, mark: Mark, index: object) -> None:
    """Remember of elements that gather or take_along_dim has picked whose choice that was; they lie as their numbers do."""
    at = op.book.mark(index)
    if at is not None and isinstance(op.result, Tensor):
        sizes = tuple(op.result.shape)
        _numbered(op, at, at.tables)
        _remember(op, mark, {axis: at_sizes(table, sizes) for axis, table in _choices(mark, at)})


def picked_along(op: Operation, mark: Mark, index: object, dim: object) -> None:
    """Remember of rows that index_select has picked along a dim whose choice that was."""
    at = op.book.mark(index)
    if at is None or type(dim) is not int:
        return
    ndim = len(mark.sizes)
    picked_by_flags(op, mark, index, dim % ndim)
    sizes = [-1 if d == dim % ndim else 1 for d in range(ndim)]
    found = [*_choices(mark, at), *_of_each(mark, at)]
    own = {a: t.reshape(sizes) for a, t in found if not _are_samples(mark, a, {dim % ndim})}
    _remember(op, mark, own | _displaced(op, mark, at, dim % ndim))


def picked_at(op: Operation, mark: Mark, items: Sequence[Item]) -> None:
    """Remember of what an index has picked whose choice that was: of one number, or of one end of a slice."""
    found: dict[Axis, Tensor] = {}
    picks = [(item, dim) for item, dim in items if isinstance(item, Tensor) and dim is not None]
    if len(picks) == 1:
        picked_by_flags(op, mark, *picks[0])
        found |= _displaced(op, mark, op.book.mark(picks[0][0]), picks[0][1])
    for place, (item, dim) in enumerate(items):
        ends = (item.start, item.stop) if isinstance(item, slice) else (item,)
        at = next((known for end in ends if (known := op.book.mark(end)) is not None), None)
        if at is None or dim is None:
            continue
        if isinstance(item, Tensor) and at.lost:
            _numbered(op, at, {axis: _placed(items, place, table, len(mark.sizes)) for axis, table in at.tables.items()})
        for axis, table in [*_choices(mark, at), *_of_each(mark, at)]:
            if not _are_samples(mark, axis, {dim}):
                found[axis] = _placed(items, place, table, len(mark.sizes))
    _remember(op, mark, found)


def _numbered(op: Operation, numbers: Mark, tables: dict[Axis, Tensor]) -> None:
    """Tell of numbers that pick, of which an axis was taken away, and what is left of them at the dims of the result."""
    result = op.book.mark(op.result)
    if result is not None and numbers.lost:
        op.emit(Numbering(op.name, result, numbers, tables))


def picked_by_flags(op: Operation, mark: Mark, index: object, dim: int) -> None:
    """Tell of rows that are picked at whole numbers which were flags, if an index is a vector of these."""
    at = op.book.mark(index) if isinstance(index, Tensor) and index.dim() == 1 else None
    if at is not None and isinstance(index, Tensor) and at.of(FLAGS):
        op.emit(Picking(op.name, mark, dim, index, at))


def _displaced(op: Operation, mark: Mark, at: Mark | None, dim: int) -> dict[Axis, Tensor]:
    """Return what tells of a state that its layers were picked at a vector of numbers which scores have chosen."""
    ranked = [numbers(table) for _, table in at.of(RANKED)] if at is not None and len(at.sizes) == 1 else []
    among_layers = [mark.sizes[dim]]  # by scores of layers
    if not ranked or among_layers in ranked or not any(runs_along(table) == [dim] for _, table in mark.of("layers")):
        return {}
    return {op.book.part_of(DISPLACED): alone(0, len(op.result.shape))}


def _choices(mark: Mark, at: Mark) -> list[tuple[Axis, Tensor]]:
    """Return whose choice numbers are that pick from a tensor of the same samples."""
    choices = at.of(CHOICE)
    own = {of_scores(CHOICE, samples) for samples, _ in mark.of("batch")} if choices else set[Axis]()
    return [(axis, table) for axis, table in choices if axis in own]


def _of_each(mark: Mark, at: Mark) -> list[tuple[Axis, Tensor]]:
    """Return whose numbers pick, where each sample of a tensor has one that came with it, as a target or a length does."""
    if any(axis.name == CHOICE for axis in at.tables):
        return []
    given = [(axis, table) for axis, table in at.of("batch") if axis in mark.tables and len(at.sizes) == 1 < table.numel()]
    return [(of_scores(CHOICE, axis), table) for axis, table in given if runs_along(table)]


def _are_samples(mark: Mark, choice: Axis, dims: set[int]) -> bool:
    """Tell whether samples are picked, and not something of each."""
    return any(of_scores(CHOICE, axis) == choice and any(varies(table, d) for d in dims) for axis, table in mark.of("batch"))


def _placed(items: Sequence[Item], place: int, table: Tensor, ndim: int) -> Tensor:
    """Return a table of one part of an index at the dims that this part has in the result.

    The same index is made of a tensor that only has the dim of this part, and holds the table in the order of its elements.
    """
    if isinstance(items[place][0], slice):
        shapes: list[Any] = []
    else:
        shapes = [item.shape for item, _ in items if isinstance(item, Tensor)]
    numbers = torch.broadcast_to(table, broadcast_shapes(*shapes)) if shapes else table.flatten()
    own = items[place][1]
    source = numbers.reshape([numbers.numel() if dim == own else 1 for dim in range(ndim)])
    index: list[Any] = []
    for at, (item, dim) in enumerate(items):
        if dim is None:
            index.append(None)
        elif isinstance(item, Tensor):
            every = torch.arange(numbers.numel()).reshape(numbers.shape)
            index.append(every if at == place else torch.zeros(item.shape, dtype=torch.long))
        else:
            index.append(0 if type(item) is int else slice(None))
    return compress(source[tuple(index)])


def _remember(op: Operation, mark: Mark, found: dict[Axis, Tensor]) -> None:
    result = op.result
    known = op.book.mark(result) if found else None
    if known is not None and isinstance(result, Tensor):
        fits = {axis: table for axis, table in found.items() if table.dim() == result.dim()}
        sites = {axis: op.book.site(op.name, mark, known.sizes) for axis in fits}
        op.book.put(result, replace(known, tables=known.tables | fits, sites=known.sites | sites))
