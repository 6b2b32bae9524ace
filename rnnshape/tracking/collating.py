"""What a collate function makes of the numbers and lists that samples hold, which are no tensors before it makes some.

A tensor of one sample's own list is of that sample: the list is known by its identity. A tensor of a whole batch has, row by
row, what the samples hold, padded or not: in which order they lie is read off that, where their numbers tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import factorial, prod
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from rnnshape._torch import other_kind
from rnnshape.tracking.parts import Owner, Parts

__all__ = ["MAKERS", "Collated", "Rows", "chosen_rows"]

MAKERS = frozenset(["tensor", "as_tensor", "asarray"])
"""The functions that make a tensor of a list or an array."""

_MOST = 1 << 16
"""Elements of a tensor whose rows are compared."""

_MOST_LOOKS = 1 << 6
"""Tensors that are looked at while one batch is put together."""

_ENOUGH = 1000
"""In how many ways rows may lie: where they are fewer, they may lie in one of them by chance."""

_RICH = 4
"""Different elements of a row that are not found in another by chance."""

_FEW = 4
"""Elements of a column that may stand behind each row's own."""

Content = tuple[Any, ...]
"""What a row holds: its elements, which are numbers, or tuples of features."""


class Rows(NamedTuple):
    """How the samples may lie along a dim of a tensor.

    Attributes:
        dim: the dim.
        at: the place in each sample of what it has there.
        samples: of each row, those whose it may be; several where they hold the same.
        is_telling: whether it is not so by chance.
    """

    dim: int
    at: str
    samples: tuple[tuple[int, ...], ...]
    is_telling: bool

    @property
    def order(self) -> tuple[int, ...] | None:
        """The only order in which they may lie, None where there are several or it may be so by chance."""
        alone = self.is_telling and all(len(samples) == 1 for samples in self.samples)
        return tuple(samples[0] for samples in self.samples) if alone else None

    def allows(self, order: Sequence[int]) -> bool:
        """Tell whether samples may lie in an order."""
        return all(sample in samples for sample, samples in zip(order, self.samples, strict=True))


class _Form(NamedTuple):
    """How a row may be made of what a sample holds: ``before``, some of it, ``behind``, and padding."""

    pad: Any
    skip: int = 0
    drop: int = 0
    before: Content = ()
    behind: Content = ()
    left: bool = False

    def row(self, part: Content, length: int) -> Content | None:
        """Return the row, None where it is longer and its end cannot have been cut off."""
        row = (*self.before, *part[self.skip : len(part) - self.drop], *self.behind)
        if len(row) > length:
            return None if self.behind or self.left else row[:length]
        padding = (self.pad,) * (length - len(row))
        return padding + row if self.left else row + padding


class Collated:
    """Knows the samples that a collate function is putting together.

    Args:
        parts: what they hold.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._converted: dict[tuple[str, torch.dtype], list[Tensor] | None] = {}
        self._looks = 0

    @property
    def number(self) -> int:
        """How many there are."""
        return self._parts.number

    def owner(self, value: object) -> Owner | None:
        """Return whose a list or an array is; None where no sample has it, or several."""
        return self._parts.owners.get(id(value))

    def may_look(self, tensor: Tensor) -> bool:
        """Tell whether a tensor may hold all samples, and not too many were looked at."""
        self._looks += self.number in tensor.shape[:2]
        return self.number in tensor.shape[:2] and self._looks < _MOST_LOOKS

    def rows(self, tensor: Tensor) -> list[Rows]:
        """Return how samples may lie in a tensor, by what each holds and its rows do: none where these hold something else."""
        if tensor.numel() > _MOST or tensor.device.type != "cpu" or tensor.is_complex() or other_kind(tensor):
            return []
        tensor = tensor.detach()
        return [
            found
            for dim, size in enumerate(tensor.shape[:2])
            if size == self.number
            for at in self._parts.by_place
            if (parts := self._at(at, tensor.dtype)) is not None
            and (found := _found(tensor.movedim(dim, 0), parts, dim, at)) is not None
        ]

    def _at(self, at: str, dtype: torch.dtype) -> list[Tensor] | None:
        """Return what the samples have at a place as tensors, None where that is no numbers, or would be rounded to be so."""
        if (at, dtype) not in self._converted:
            self._converted[at, dtype] = _as_tensors(self._parts.by_place[at], dtype)
        return self._converted[at, dtype]


def chosen_rows(found: Iterable[Rows], orders: Iterable[tuple[int, ...]]) -> tuple[Rows, tuple[int, ...]] | None:
    """Return in which order samples lie in a tensor; None where that is not known.

    Args:
        found: how they may.
        orders: those of other tensors of the batch: where its samples may lie so, they do.
    """
    found = [*found]
    likely = [(rows, order) for order in orders for rows in found if rows.allows(order)]
    if not likely:
        likely = [(rows, order) for rows in found if (order := rows.order) is not None]
    if not likely:
        as_given = [(rows, tuple(range(len(rows.samples)))) for rows in found if rows.is_telling]
        likely = [(rows, order) for rows, order in as_given if rows.allows(order)]
    alike = len({(rows.dim, order) for rows, order in likely}) == 1
    return likely[0] if alike else None


def _as_tensors(values: Sequence[object], dtype: torch.dtype) -> list[Tensor] | None:
    converted: list[Tensor] = []
    for value in values:
        try:
            tensor = torch.as_tensor(value)
        except Exception:  # words, or lists of different lengths
            return None
        if tensor.numel() > _MOST or (tensor.is_floating_point() and not dtype.is_floating_point) or tensor.is_complex():
            return None
        if (tensor.dtype == torch.bool) != (dtype == torch.bool) and dtype == torch.bool:
            return None
        converted.append(tensor.to(dtype))
    return converted if len({tensor.dim() for tensor in converted}) == 1 else None


def _found(tensor: Tensor, parts: list[Tensor], dim: int, at: str) -> Rows | None:
    """Return how samples may lie along the first dim of a tensor, None where its rows hold something else."""
    if parts[0].dim() == 0 and tensor.shape[1:] == (1,):
        tensor = tensor.squeeze(1)
    if parts[0].dim() != tensor.dim() - 1 or any(part.shape[1:] != tensor.shape[2:] for part in parts):
        return None
    rows, held = [_content(row) for row in tensor], [_content(part) for part in parts]
    forms = _forms(rows, tensor) if parts[0].dim() else [_Form(None)]
    where: dict[Content, int] = Counter(rows)
    for form in forms:
        made = _made(form, held, where, len(rows[0]))
        if made is not None:
            counts = [len(samples) for samples in made.values()]
            ways = factorial(len(rows)) // prod(map(factorial, counts))
            is_rich = ways > 1 and sum(len({*part}) for part in held) >= _RICH * len(held)
            return Rows(dim, at, tuple(tuple(made[row]) for row in rows), ways >= _ENOUGH or is_rich)
    return None


def _made(form: _Form, held: list[Content], where: dict[Content, int], length: int) -> dict[Content, list[int]] | None:
    """Return of which samples each row may be, None where rows are of another form."""
    made: dict[Content, list[int]] = {}
    for number, part in enumerate(held):
        row = form.row(part, length)
        if row is None or row not in where:
            return None
        made.setdefault(row, []).append(number)
    return made if all(len(made.get(row, ())) == count for row, count in where.items()) else None


def _forms(rows: list[Content], tensor: Tensor) -> Iterator[_Form]:
    """Yield how rows may be made of what samples hold."""
    if not rows[0]:
        return
    zero = _content(torch.zeros_like(tensor[0, :1]))[0]
    ends, starts = Counter(row[-1] for row in rows), Counter(row[0] for row in rows)
    behind = [(), *((end,) for end, _ in ends.most_common(_FEW))]
    for skip, drop in ((0, 0), (0, 1), (1, 0)):
        for pad in dict.fromkeys([zero, *ends]):
            yield _Form(pad, skip, drop)
        for pad in dict.fromkeys([zero, *starts]):
            yield _Form(pad, skip, drop, left=True)
    befores = [(), (rows[0][0],)] if len(starts) == 1 else [()]
    for before in befores:
        for end in behind:
            if before or end:
                for pad in dict.fromkeys([zero, *(e for e, _ in ends.most_common(_FEW))]):
                    yield _Form(pad, before=before, behind=end)


def _content(tensor: Tensor) -> Content:
    """Return the elements of a tensor along its first dim, each a number or a tuple of features."""
    if tensor.dim() < 2:
        return tuple(cast("list[Any]", tensor.reshape(-1).tolist()))  # pyright: ignore[reportUnknownMemberType]
    lists = cast("list[list[Any]]", tensor.flatten(1).tolist())  # pyright: ignore[reportUnknownMemberType]
    return tuple(map(tuple, lists))
