"""Judgements of padding: a mean, a maximum or weights over steps must not count what stands behind a shorter sample's end.

The coordinates tell where padding is. Whether a maximum picked it, or weights fell on it, the model's own numbers tell: a mask
that somebody applied shows in them, in whatever way it was applied.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import LARGEST, varies
from rnnshape.operations.registry import Operation
from rnnshape.rules.usage import Recurrence
from rnnshape.rules.verdict import Verdicts, anew, runs_along

__all__ = ["Padded"]

_UNPACKS = frozenset(["_pad_packed_sequence", "index_select", "index"])
"""What leaves padding as it is: the rows of samples that were sorted by length are put back after they are unpacked."""

SHARE = 0.001
"""The least share of the weights of a sample that is worth a finding."""


class Padded(Verdicts):
    """Judges what counts the steps of an output."""

    @anew
    def mean(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge a mean over the steps: zeros behind a shorter sample's end do not add to it, but they are counted."""
        for axis, table in mark.of("step"):
            site = mark.sites.get(axis)
            untouched = site is not None and site.name in _UNPACKS and site.location == mark.made
            if untouched and -1 in table and varies(table, dim):
                message = "the mean over the steps counts the padding of shorter samples: it divides by the longest length"
                self.find("RNS404", message, op, mark, None, "sum over the steps, and divide by lengths.unsqueeze(-1)")
                return

    @anew
    def maximum(self, op: Operation, mark: Mark, dim: int) -> None:
        """Judge a maximum over the steps by what it picked."""
        values, padding = known_values(op.args[0]), self._padding(mark, dim)
        if padding is None or values is None or not values.is_floating_point() or values.numel() > LARGEST:
            return
        padding = padding.to(values.device)
        least = torch.finfo(values.dtype).min
        real, behind = values.masked_fill(padding, least).amax(dim), values.masked_fill(~padding, least).amax(dim)
        if bool(((behind > real) & (real > least)).any()):
            message = "the maximum over the steps picks the padding of shorter samples"
            fits = "out.masked_fill(padding, float('-inf')) before it leaves the padding out"
            self.find("RNS405", message, op, mark, None, fits)

    @anew
    def multiplied(self, op: Operation) -> None:
        """Judge weights that steps are multiplied with, and then summed over."""
        tensors = [t for t in op.args if isinstance(t, Tensor)]
        if len(tensors) != 2 or not any(record.ragged or record.ends is not None for record in self.usage.calls.values()):
            return
        for weights, steps in (tensors, tensors[::-1]):
            mark, other = op.book.mark(weights), op.book.mark(steps)
            for axis, table in mark.of("step") if mark and other else ():
                dims = runs_along(table)
                if mark and other and axis in other.tables and weights.numel() < steps.numel() and dims:
                    self._weights(op, weights, mark, dims[-1])
                    break

    def _weights(self, op: Operation, weights: Tensor, mark: Mark, dim: int) -> None:
        """Judge weights: those of a sample sum to one, and none is for its padding."""
        values, padding = known_values(weights), self._padding(mark, dim)
        if padding is None or values is None or not values.is_floating_point() or values.numel() > LARGEST:
            return
        values, padding = values.detach().float(), padding.to(values.device)
        if bool((values < 0).any()) or not torch.allclose(values.sum(dim), values.new_ones(()), atol=SHARE):
            return
        if bool((values.masked_fill(~padding, 0.0).sum(dim) > SHARE).any()):
            message = "the attention weighs the padding of shorter samples too"
            fits = "scores.masked_fill(padding, float('-inf')) before the softmax leaves the padding out"
            self.find("RNS405", message, op, mark, None, fits)

    def _padding(self, mark: Mark, dim: int) -> Tensor | None:
        """Return which elements are padding, None where none is known to be, or all of a sample would be."""
        for axis, table in mark.of("step"):
            record = self.usage.source(axis)
            if record is None or not varies(table, dim) or table.numel() > LARGEST:
                continue
            found = _behind(record, table, mark)
            if found is not None and bool(found.any()) and not bool(found.all(dim).any()):
                return found
        return None


def _behind(record: Recurrence, steps: Tensor, mark: Mark) -> Tensor | None:
    """Return which elements of an output lie behind the end of their sample."""
    if record.packed:
        return steps < 0 if record.ragged else None
    samples = mark.tables.get(record.sample) if record.sample else None
    if record.ends is None or samples is None or int(samples.min()) < 0 or int(samples.max()) >= len(record.ends):
        return None
    return steps > record.ends[samples]
