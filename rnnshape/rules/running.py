"""RNS232: a running product or extreme of samples, where each has one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import line_along, runs_along, varies
from rnnshape.operations.uses import Cumulation
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import steps_along
from rnnshape.rules.wording import wrong

__all__: list[str] = []

_PRODUCTS = frozenset(["cumprod", "cumprod_"])


@rule(Cumulation)
def a_running_product_of_samples(use: Cumulation, step: Step) -> Iterator[Mistake]:
    """What a model has made of a sample is multiplied with what it has made of all samples before it in the batch.

    A survival curve of a whole group is a running product of samples, of which nothing comes from a model; and who has sorted
    them goes down a ranking. A running sum is none of this rule's: losses of ranks begin with one. The largest so far, or the
    smallest, is meant for the steps that each sample has, as where gaps are filled with what was read last; of one number a
    sample it may be that of a ranking.
    """
    is_product = use.name in _PRODUCTS
    is_meant = not use.tensor.requires_grad if is_product else not _has_others(use.mark, use.dim)
    for _, table in use.mark.of("batch") if not (use.mark.target or is_meant) else ():
        if runs_along(table) == [use.dim] and _as_they_came(table, use.dim):
            does = "multiplies" if is_product else "compares"
            message = f"{use.name} over dim {use.dim} {does} each sample with all those before it in the batch"
            yield wrong("RNS232", message, _within_each(use.name, use.mark, use.dim), seen=use.mark)
            return


def _has_others(mark: Mark, dim: int) -> bool:
    return any(size > 1 for d, size in enumerate(mark.sizes) if d != dim) and steps_along(mark) != dim


def _as_they_came(table: Tensor, dim: int) -> bool:
    """Tell whether samples lie in the order of the batch, each once: nobody has sorted them."""
    line = line_along(table, dim)
    return bool((line >= 0).all()) and bool((line.diff() > 0).all())


def _within_each(name: str, mark: Mark, dim: int) -> str | None:
    """Return the dim of the steps, or the only other one that there is, where no samples lie along it."""
    others = [d for d, size in enumerate(mark.sizes) if d != dim and size > 1]
    steps = steps_along(mark)
    found = others if steps is None else [steps]
    if len(found) != 1 or any(varies(table, found[0]) for _, table in mark.of("batch")):
        return None
    does = "multiplies" if name in _PRODUCTS else "compares"
    return f"dim={found[0]} {does} " + ("what each sample has" if steps is None else "along the steps of each sample")
