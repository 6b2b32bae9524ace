"""Where the steps lie that an experiment changes, and the rows of the output that belong to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from rnnshape.experiments.content import Content
from rnnshape.experiments.leaves import Leaf
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.trial import Trial

if TYPE_CHECKING:
    from rnnshape.experiments.samples import Samples

__all__ = ["moved_inputs", "rows_of_steps", "with_other_steps"]


def moved_inputs(trial: Trial) -> tuple[list[Content], int]:
    """Return the inputs whose steps can be changed, and how many steps the first of them has.

    Raises:
        Unfit: where there are none.
    """
    moved = [c for c in trial.inputs if c.place.seq_dim is not None and c.other is not c.base]
    if not moved:
        raise Unfit("nobody has said which dim of an input is the steps; call it seq in axes=")
    return moved, moved[0].place.tensor.size(moved[0].place.seq_dim or 0)


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


def with_other_steps(trial: Trial, moved: list[Content], steps: int, which: Callable[[int], bool]) -> dict[int, Tensor]:
    """Return what is given with other content in some steps of all inputs that have so many."""
    chosen = torch.tensor([which(n) for n in range(steps)])
    tensors = trial.unchanged()
    for content in moved:
        dim = content.place.seq_dim
        if dim is not None and content.base.size(dim) == steps:
            mask = chosen.view([-1 if d == dim else 1 for d in range(content.base.dim())]).to(content.base.device)
            tensors[id(content.place.tensor)] = torch.where(mask, content.other, content.base)
    return tensors
