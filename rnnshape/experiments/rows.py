"""The experiment on parameters: whether one has a row for each place in the batch, though samples were drawn in no order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.samples import Samples, shuffled
from rnnshape.experiments.subject import SEED, Unfit
from rnnshape.experiments.trial import Trial

__all__ = ["RowsOfPlaces", "measure_rows", "with_rows_that_differ"]


class RowsOfPlaces(NamedTuple):
    """A parameter of which each row is of whatever sample is at its place in the batch.

    Attributes:
        name: of the parameter.
        sizes: of it.
        dim: along which its rows lie.
        leaf: what the model returns that they reach.
    """

    name: str
    sizes: tuple[int, ...]
    dim: int
    leaf: Leaf


def measure_rows(trial: Trial, samples: Samples) -> list[RowsOfPlaces]:
    """Ask for gradients by each parameter that has enough rows, of one place in the batch after the other.

    Where each place asks for the row of its number alone, in another order of the samples too, that row is of the place. What
    is looked up by what the samples hold moves with them.

    Raises:
        Unfit: where the model raises, or a gradient cannot be asked for.
    """
    leaf = next((one for one in samples.leaves if _has_rows(one, trial.count)), None)
    moved = trial.in_order(shuffled(trial.count))
    if leaf is None or moved is None:
        return []
    at = samples.leaves.index(leaf)
    found = _rows(trial, trial.unchanged(), leaf, at)
    again = _rows(trial, moved, leaf, at) if found else {}
    return [RowsOfPlaces(name, sizes, dim, leaf) for (name, sizes), dim in found.items() if again.get((name, sizes)) == dim]


def _has_rows(leaf: Leaf, count: int) -> bool:
    """Tell whether something that is returned has one row for each sample, which does not meet others."""
    is_sure = leaf.rows is not None and len(leaf.rows.samples) == count
    return is_sure and leaf.value.is_floating_point() and not leaf.is_whole and not leaf.is_mixed


def _rows(trial: Trial, tensors: Mapping[int, Tensor], leaf: Leaf, at: int) -> dict[tuple[str, tuple[int, ...]], int]:
    """Return the parameters of which each place in the batch reaches a row of its own, each with the dim of its rows."""
    run = trial.result({**tensors}, gradients=True)
    output = [tensor for _, tensor in tensors_of(run.output)][at]
    asked = {(name, tuple(p.shape)): p for name, p in run.model.named_parameters() if _may_have_rows(p, trial.count)}
    if leaf.rows is None or output.shape != leaf.value.shape or not output.requires_grad or not asked:
        return {}
    weights = torch.randn(output.shape, generator=torch.Generator().manual_seed(SEED)).to(output)
    reached: dict[tuple[str, tuple[int, ...]], set[int]] = {key: {*range(p.dim())} for key, p in asked.items()}
    for place in sorted({0, 1, trial.count - 1}):
        row = (output * weights).narrow(leaf.rows.dim, place, 1).sum()
        try:
            gradients = torch.autograd.grad(row, [*asked.values()], retain_graph=True, allow_unused=True)
        except RuntimeError as error:
            raise Unfit(f"the gradient raised {str(error).splitlines()[0]}") from None
        for key, gradient in zip(asked, gradients, strict=True):
            reached[key] &= _alone_at(gradient, place)
    return {key: min(dims) for key, dims in reached.items() if len(dims) == 1}


def _may_have_rows(parameter: nn.Parameter, count: int) -> bool:
    return parameter.requires_grad and any(size >= count for size in parameter.shape)


def _alone_at(gradient: Tensor | None, place: int) -> set[int]:
    """Return the dims along which nothing but one place of a parameter is reached."""
    if gradient is None:
        return set()
    places = gradient.to_dense().nonzero()
    return {dim for dim in range(gradient.dim()) if len(places) and bool((places[:, dim] == place).all())}


@contextmanager
def with_rows_that_differ(model: nn.Module, found: Sequence[RowsOfPlaces]) -> Iterator[None]:
    """Have the rows of a copy's parameters differ, as they do once they were trained: zeros tell no place from another."""
    numbers = torch.Generator().manual_seed(SEED)
    parameters = dict(model.named_parameters())
    before = {one.name: parameters[one.name].detach().clone() for one in found}
    with torch.no_grad():
        try:
            for name, values in before.items():
                parameters[name].add_(torch.randn(values.shape, generator=numbers).to(values))
            yield
        finally:
            for name, values in before.items():
                parameters[name].copy_(values)
