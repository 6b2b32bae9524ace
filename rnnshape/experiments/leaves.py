"""What one tensor of the output has to do with the samples: where their rows are, and what reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from rnnshape.experiments.influence import Matrix
from rnnshape.experiments.owners import MANY, NOBODY, Owners, changed, found_again

__all__ = ["Leaf", "Order", "Rows", "matrix_of", "rows_after"]

Order = Literal["kept", "lost", "any", "unknown"]
"""What becomes of an output when the samples come in another order: the same order; something else; nothing; nobody knows."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Where the samples should be in a tensor.

    Attributes:
        dim: along which they lie.
        samples: of each place along it, the sample.
    """

    dim: int
    samples: Tensor

    def of(self, ndim: int) -> Tensor:
        """Return the samples as a table that broadcasts to the tensor."""
        return self.samples.view([-1 if dim == self.dim else 1 for dim in range(ndim)])


@dataclass(slots=True, eq=False)
class Leaf:
    """One tensor of the output.

    Attributes:
        name: where it is in the output.
        value: of the first run.
        owners: on which sample each element depends.
        order: what another order of the samples makes of it.
        rows: where the samples should be; None where nothing tells.
    """

    name: str
    value: Tensor
    owners: Owners
    order: Order
    rows: Rows | None

    @property
    def is_whole(self) -> bool:
        """Whether it is of the batch as a whole, such as a loss."""
        return self.value.numel() <= 1 or (self.order == "any" and self.rows is None)

    @property
    def is_of_pairs(self) -> bool:
        """Whether each element is of two samples, those of its row and of its column, as in a matrix of similarities."""
        many = [
            dim
            for dim, size in enumerate(self.value.shape)
            if self.rows is not None and size % len(set(self.rows.samples.tolist())) == 0
        ]
        return len(many) > 1 and self.order == "kept" and self.owners.is_mixed

    @property
    def is_mixed(self) -> bool:
        """Whether an element depends on several samples that is not of all of them, or on another one than its row does."""
        return not self.is_whole and (self.owners.is_mixed or self.owners.once("is of others", self._is_of_others))

    def _is_of_others(self) -> bool:
        """Tell whether elements depend on another sample than that of their row, and elements of those rows on their own.

        So it is where one sample decides for all: where it stops them, nothing of theirs is left.
        """
        if self.rows is None or self.order != "kept":
            return False
        own = self.rows.of(self.value.dim()).expand(self.value.shape)
        table = self.owners.table
        others = (table != NOBODY) & (table != MANY) & (table != own)
        rows = torch.unique(own[others])
        return bool(others.any()) and bool((torch.isin(own, rows) & (table == own)).any())

    @property
    def is_scattered(self) -> bool:
        """Whether samples lie in no rows, though each element is of one of them."""
        return not self.owners.is_mixed and not self.is_whole and len(self.owners.dims) > 1 and self.order == "lost"

    @property
    def is_lost(self) -> bool:
        """Whether the place of a sample in its batch matters to it.

        Rows that are of one sample each, and more of some samples than of others, have an order of their own, as packed ones.
        """
        if self.order != "lost" or self.value.numel() <= 1:
            return False
        line = self.line()
        if line is None or self.rows is None or len(line) == len(set(self.rows.samples.tolist())):
            return True
        return len({line.count(sample) for sample in set(line) - {NOBODY}}) == 1

    @property
    def is_order(self) -> bool:
        """Whether it has the number of each sample once, in an order that is not theirs."""
        if self.value.dim() != 1 or self.rows is None or self.value.dtype not in (torch.int64, torch.int32):
            return False
        numbers = self.value.tolist()
        return numbers != sorted(numbers) == [*range(len(set(self.rows.samples.tolist())))]

    @property
    def is_moved(self) -> bool:
        """Whether the rows are those of other samples, or samples lie along another dim."""
        line = self.line()
        lies_elsewhere = line is not None and self.rows is not None and len(line) != len(self.rows.samples)
        return lies_elsewhere or self.misplaced() is not None

    def line(self) -> list[int] | None:
        """Return the sample that each row along the samples' dim depends on; None where it is not one each."""
        dims = self.owners.dims
        if self.owners.is_mixed or len(dims) > 1 or (self.rows is None and not dims):
            return None
        dim = dims[0] if dims else self.rows.dim if self.rows else 0
        others = [d for d in range(self.value.dim()) if d != dim]
        table = self.owners.table.amax(others) if others else self.owners.table
        return [int(n) for n in table]

    def misplaced(self) -> tuple[int, int] | None:
        """Return a row with the sample that it depends on, where that is another one than it should be, or `NOBODY`."""
        line = self.line()
        if line is None or self.rows is None or len(line) != len(self.rows.samples):
            return None
        pairs = enumerate(zip(line, self.rows.samples.tolist(), strict=True))
        tried = self.owners.counts  # of the others nothing is known
        return next(((row, j) for row, (j, i) in pairs if j != i and (j != NOBODY or i in tried)), None)


def rows_after(
    before: Tensor, after: Tensor, source: list[int], lines: Sequence[Tensor] = ()
) -> tuple[Order, Rows | None]:
    """Tell what another order of the samples has made of a tensor.

    Args:
        before: the tensor.
        after: the same with the samples in the other order.
        source: for each place, which sample is there now.
        lines: the sample of each row of what the model is given, where a script has mixed rows of several.
    """
    count = len(source)
    candidates = [
        rows for dim, size in enumerate(before.shape) if size and size % count == 0 for rows in _rows(dim, size, count)
    ]
    mixed = [Rows(dim, line) for dim, size in enumerate(before.shape) for line in lines if len(line) == size]
    candidates = mixed + candidates
    if before.shape != after.shape:
        return "lost", candidates[0] if candidates else None
    if not bool(changed(before, after).any()):
        return "any", candidates[0] if candidates else None
    for rows in candidates:
        if not bool(changed(before.index_select(rows.dim, _moved(rows, source).to(before.device)), after).any()):
            return "kept", rows
    index = torch.tensor(source, device=before.device)
    for dim in range(1, before.dim()):  # a matrix of pairs has the samples twice
        if before.size(dim) == before.size(dim - 1) == count:
            both = before.index_select(dim, index).index_select(dim - 1, index)
            if not bool(changed(both, after).any()):
                return "kept", Rows(dim - 1, torch.arange(count))
    along_rows = any(rows.dim == 0 for rows in candidates)
    if not along_rows and before.dim() and bool((found_again(before, after, 0) & found_again(after, before, 0)).all()):
        return "kept", None  # rows of some of the samples
    return "lost", candidates[0] if candidates else None


def _rows(dim: int, size: int, count: int) -> list[Rows]:
    each = size // count
    at = torch.arange(size)
    return [Rows(dim, at // each), *([Rows(dim, at % count)] if each > 1 else [])]


def _moved(rows: Rows, source: list[int]) -> Tensor:
    """Return the places from which rows come when the samples move."""
    places = [(rows.samples == j).nonzero().flatten() for j in range(len(source))]
    index = torch.arange(len(rows.samples))
    for place, sample in enumerate(source):
        index[places[place]] = places[sample]
    return index


def matrix_of(leaf: Leaf, changes: dict[int, Tensor], count: int) -> Matrix | None:
    """Return how much of each sample's output changes with each sample."""
    if leaf.rows is None or leaf.is_whole:
        return None
    samples, others = leaf.rows.samples, [dim for dim in range(leaf.value.dim()) if dim != leaf.rows.dim]
    each = leaf.value.numel() // len(samples)
    of_rows = {j: differs.sum(others) if others else differs.long() for j, differs in changes.items()}
    values: list[tuple[float, ...]] = []
    for i in range(count):
        mine = samples == i
        total = int(mine.sum()) * each
        values.append(tuple(float(of_rows[j][mine].sum()) / total if j in changes else 0.0 for j in range(count)))
    return Matrix("sample", "sample", tuple(values))
