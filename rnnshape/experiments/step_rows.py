"""Where the steps lie that an experiment changes, and the rows of the output that belong to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from rnnshape.experiments.content import Content
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.trial import Trial

if TYPE_CHECKING:
    from rnnshape.experiments.samples import Samples

__all__ = ["Moved", "moved_inputs", "perhaps_moved", "rows_of_steps", "with_other_steps"]


class Moved(NamedTuple):
    """An input whose steps can be changed.

    Attributes:
        content: of it.
        dim: of the steps.
    """

    content: Content
    dim: int


def moved_inputs(trial: Trial) -> tuple[list[Moved], int]:
    """Return the inputs whose steps can be changed, and how many steps the first of them has.

    Raises:
        Unfit: where there are none.
    """
    named = [(c, c.place.seq_dim) for c in trial.inputs if c.other is not c.base]
    moved = [Moved(content, dim) for content, dim in named if dim is not None]
    if not moved:
        raise Unfit("nobody has said which dim of an input is the steps; call it seq in axes=")
    return moved, moved[0].content.base.size(moved[0].dim)


def perhaps_moved(trial: Trial, samples: Samples) -> Iterator[tuple[list[Moved], int]]:
    """Yield what `moved_inputs` returns or, where nobody has named the steps, what each dim beside the samples would make it.

    Only a number of steps that something has which is returned is one.
    """
    inputs = [c for c in trial.inputs if c.other is not c.base]
    if any(content.place.seq_dim is not None for content in inputs):
        yield moved_inputs(trial)
        return
    returned = {n for leaf in samples.leaves for d, n in enumerate(leaf.value.shape) if leaf.rows is None or d != leaf.rows.dim}
    dims = {id(c): [d for d in range(c.base.dim()) if not _varies(c.place.samples, d)] for c in inputs}
    for steps in dict.fromkeys(c.base.size(d) for c in inputs for d in dims[id(c)] if c.base.size(d) in returned):
        along = [(c, [d for d in dims[id(c)] if c.base.size(d) == steps]) for c in inputs]
        yield [Moved(content, found[0]) for content, found in along if len(found) == 1], steps


def _varies(table: Tensor, dim: int) -> bool:
    return bool((table != table.narrow(dim, 0, 1)).any())


def rows_of_steps(samples: Samples, steps: int) -> tuple[Leaf, int]:
    """Return a tensor of the output that has a row for each step, and the dim of these rows.

    Raises:
        Unfit: where none has.
    """
    for leaf in samples.leaves:
        dims = [d for d, n in enumerate(leaf.value.shape) if n == steps and (leaf.rows is None or d != leaf.rows.dim)]
        if dims and not leaf.is_whole:
            return leaf, dims[0]
    raise Unfit("nothing that is returned has a row for each step")


def with_other_steps(trial: Trial, moved: list[Moved], steps: int, which: Callable[[int], bool]) -> dict[int, Tensor]:
    """Return what is given with other content in some steps of all inputs that have so many."""
    chosen = torch.tensor([which(n) for n in range(steps)])
    tensors = trial.unchanged()
    for content, dim in moved:
        if content.base.size(dim) == steps:
            mask = chosen.view([-1 if d == dim else 1 for d in range(content.base.dim())]).to(content.base.device)
            tensors[id(content.place.tensor)] = torch.where(mask, content.other, content.base)
    return tensors
