"""What rules of attention read off the tables of weights: what was normalised, and which elements are keys, or padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import COMPETING, KEYS, ONES, QUERIES, UNNAMED, Mark, Site, of_scores
from rnnshape.coordinates.padding import Padding
from rnnshape.coordinates.tables import LARGEST, at_sizes, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Pairing
from rnnshape.rules.tables import is_data, made_by_layers

if TYPE_CHECKING:
    from rnnshape.rules.step import Step

__all__ = ["HIDDEN", "Weights", "at_weights", "dim_before", "padded", "pieces_along", "read_direction", "weights_of"]

HIDDEN = -1e4
"""What is added to a score to leave it out is at most this."""

LEAST_ROWS = 2
"""Padded samples from which on ids that stand for padding are no accident."""

FEWEST = 3
"""Steps from which on a triangle is one."""

LEAST_STEPS = 3
"""Steps of padding, of all samples together, likewise."""


class Weights(NamedTuple):
    """An operand of a product that holds weights, and what they weigh.

    Attributes:
        tensor: the weights.
        mark: of them.
        competing: the table of those that a softmax made to sum to one.
        site: the softmax.
        values: what they weigh.
        axis: of what they weigh, an axis that runs along a dim which meets one of theirs.
        own: the same axis, as the weights know it.
        dim: of the weights, along which it runs.
        at: of the values, the dim that meets that.
        beside: the other dims that meet, of the weights and of the values.
        is_product: whether the product sums over that dim; elementwise, nothing is summed yet.
    """

    tensor: Tensor
    mark: Mark
    competing: Tensor
    site: Site
    values: Mark
    axis: Axis
    own: Axis
    dim: int
    at: int
    beside: tuple[tuple[int, int], ...]
    is_product: bool

    @property
    def sum_to_one(self) -> bool:
        """Whether a softmax has normalised them along the dim that meets what they weigh."""
        return varies(self.competing, self.dim)

    @property
    def weighs_vectors(self) -> bool:
        """Whether they weigh vectors, and no other weights, as attention over attention does."""
        met = {self.at, *(e for _, e in self.beside)}
        return any(set(runs_along(table)) - met for table in self.values.tables.values())


def dim_before(site: Site, axis: Axis) -> int | None:
    """Return the dim along which an axis ran before an operation; None where it is not one, or nobody knows it any more."""
    table = site.tables_before.get(axis)
    dims = runs_along(table) if table is not None else []
    return dims[0] if len(dims) == 1 else None


def weights_of(use: Pairing) -> Weights | None:
    """Return which operand of a product holds weights of the elements of the other; None where neither does."""
    for one in (0, 1):
        mark, values = use.marks[one], use.marks[1 - one]
        found = _normalised(mark)
        site = mark.sites.get(found[0]) if found is not None else None
        if found is None or site is None or _normalised(values):
            continue
        if not use.summed and not any(axis.counts_features for axis in values.tables):
            continue  # a mask of what is weighed
        summed, beside = ([(pair[one], pair[1 - one]) for pair in pairs] for pairs in (use.summed, use.beside))
        for dim, at in summed or beside:
            for axis, own in _met_along(mark, dim, values, at):
                others = tuple(pair for pair in beside if pair != (dim, at))
                return Weights(use.tensors[one], mark, found[1], site, values, axis, own, dim, at, others, bool(summed))
    return None


def _normalised(mark: Mark) -> tuple[Axis, Tensor] | None:
    """Return the table of weights that compete; what was picked from a few of them is one number of each and no weights."""
    for axis, table in mark.tables.items():
        if axis.name == ONES or (axis.name == COMPETING and table.numel() > 1):
            return axis, table
    return None


def _met_along(mark: Mark, dim: int, values: Mark, at: int) -> list[tuple[Axis, Axis]]:
    """Return axes of the values that run along a dim, with the axes of the weights that are the same ones."""
    found: list[tuple[Axis, Axis]] = []
    for axis, table in values.tables.items():
        if axis.name == "batch" or axis.counts_features or not (is_data(axis) or of_scores(KEYS, axis) in mark.tables):
            continue
        if table.size(at) < 2 or not _runs_only_along(table, at):
            continue
        same = (axis, of_scores(KEYS, axis), of_scores(QUERIES, axis))
        found += [(axis, own) for own in same if own in mark.tables and _runs_only_along(mark.tables[own], dim)]
    return found


def _runs_only_along(table: Tensor, dim: int) -> bool:
    return varies(table, dim) if table.numel() == table.size(dim) else runs_along(table) == [dim]


def padded(mark: Mark, step: Step, *, or_filled: bool = False) -> Tensor | None:
    """Return which elements of a tensor are padding, None where nothing is known of it, or there is none.

    Args:
        mark: of the tensor.
        step: what has been seen.
        or_filled: whether id 0 at the ends of samples is padding though nobody says so.
    """
    for axis, table in mark.tables.items():
        if table.dim() != len(mark.sizes) or not runs_along(table):
            continue
        if axis.name == "step" and (call := step.usage.source(axis)) is not None and call.packed:
            found = table < 0 if call.ragged and _has_no_others(table, call.unpacked) else None
        else:
            is_steps = axis.name != UNNAMED and step.is_sequence(axis)
            known = step.padding.get(axis.of) if is_steps else None
            if known is None and or_filled and is_steps:
                known = step.filled.get(axis.of)
            found = _beyond(known, table, mark) if known is not None else None
        if found is not None and bool(found.any()):
            return found
    return None


def _has_no_others(steps: Tensor, unpacked: int) -> bool:
    """Tell whether along a dim of a table there are the steps of a call and nothing else, which was joined to them.

    Args:
        steps: the table.
        unpacked: how many there were when the packed output was padded: padding of all samples may follow the last.
    """
    lines = [steps.amax([d for d in range(steps.dim()) if d != dim]) for dim in runs_along(steps)]
    real = [line[: int(line.max()) + 1] if len(line) == unpacked else line for line in lines]
    return any(
        torch.equal(line, torch.arange(len(line))) and bool((whole[len(line) :] < 0).all())
        for line, whole in zip(real, lines, strict=True)
    )


def _beyond(padding: Padding, steps: Tensor, mark: Mark) -> Tensor | None:
    """Return which steps lie before the first real one of their sample, or behind the last."""
    samples = next((table for _, table in mark.of("batch")), None)
    if samples is None or samples.dim() != steps.dim() or samples.numel() * steps.numel() > LARGEST:
        return None
    if not _is_sure(padding) or int(samples.max()) >= padding.first.numel() or int(steps.max()) >= padding.steps:
        return None
    known = (samples >= 0) & (steps >= 0)
    rows = samples.clamp(min=0)
    return known & ((steps < padding.first[rows]) | (steps > padding.last[rows]))


def _is_sure(padding: Padding) -> bool:
    """Tell whether there is padding that somebody counts, or more than a few ids that happen to stand at an end."""
    lengths = padding.lengths
    missing = padding.steps - lengths
    return padding.has_lengths or (int((missing > 0).sum()) >= LEAST_ROWS and int(missing.sum()) >= LEAST_STEPS)


def at_weights(table: Tensor, weights: Weights) -> Tensor | None:
    """Return a table of the values' dims at those of the weights; None where it runs along a dim that does not meet any."""
    pairs = {at: dim for dim, at in (*weights.beside, (weights.dim, weights.at))}
    if any(d not in pairs for d in runs_along(table)):
        return None
    for d in range(table.dim()):
        if d not in pairs and table.size(d) > 1:
            table = table.amax(d, keepdim=True) if table.dtype != torch.bool else table.any(d, keepdim=True)
    sizes = [1] * len(weights.mark.sizes)
    order = sorted(pairs, key=lambda d: pairs[d])
    for d in order:
        sizes[pairs[d]] = table.size(d)
    rest = [d for d in range(table.dim()) if d not in pairs]
    return at_sizes(table.permute(*order, *rest).reshape(sizes), sizes)


def read_direction(hidden: Tensor) -> str:
    """Return whether each query reads the keys before it, "past", or those behind it, "future"; empty for anything else.

    Args:
        hidden: (queries, keys), which are left out.
    """
    queries, keys = hidden.shape
    if queries != keys or queries < FEWEST:
        return ""
    before, behind = (torch.ones(queries, keys, dtype=torch.bool, device=hidden.device).tril(-1) for _ in range(2))
    behind = behind.t()
    if bool(hidden[before].all()) and not bool(hidden[behind].any()):
        return "future"
    return "past" if bool(hidden[behind].all()) and not bool(hidden[before].any()) else ""


def pieces_along(mark: Mark, dim: int) -> bool:
    """Tell whether only pieces of features that a layer made lie along a dim, while steps lie along the one before."""
    if mark.sizes[dim] < 2 or dim < 1:
        return False
    steps = any(axis.counts_steps and runs_along(table) == [dim - 1] for axis, table in mark.tables.items())
    along = [axis for axis, table in mark.tables.items() if varies(table, dim)]
    return steps and bool(along) and {*along} <= made_by_layers(mark)
