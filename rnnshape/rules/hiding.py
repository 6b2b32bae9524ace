"""RNS235: masks of zeros and ones that are added to scores, which closes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.mark import KEYS, QUERIES
from rnnshape.coordinates.tables import LARGEST, runs_along
from rnnshape.operations.uses import Addition, Attending
from rnnshape.report.mistake import Mistake
from rnnshape.rules.names import called
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.weights import read_direction
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@rule(Attending)
def a_mask_of_ones_is_only_added(use: Attending, step: Step) -> Iterator[Mistake]:
    """A mask of floats is added to the scores: 0 leaves one as it is, and 1 makes it a little larger."""
    for role, mask in zip(use.roles, use.masks, strict=True):
        values = _zeros_and_ones(mask, step)
        if values is not None:
            what = f"{role} of {called(use.name)} has zeros and ones as floats, which are added to the scores"
            fits = _as_bools(values, bool(use.heads)) if role == "attn_mask" else None
            yield wrong("RNS235", f"{what}: no key is left out", fits, seen=use.key)
            return


@rule(Addition)
def a_triangle_of_ones_is_only_added(use: Addition, step: Step) -> Iterator[Mistake]:
    """Ones on one side of the diagonal, and zeros on the other, are added to the scores of steps with the same steps."""
    queries, keys = ({tuple(runs_along(table)) for _, table in use.mark.of(name)} for name in (QUERIES, KEYS))
    last = len(use.mark.sizes) - 1
    lie = queries == {(last - 1,)} and keys == {(last,)}
    values = _zeros_and_ones(use.tensor, step) if lie and use.tensor.shape[-2:] == use.mark.sizes[-2:] else None
    square = _square(values) if values is not None else None
    if square is not None and (read_direction(square == 0) or read_direction(square != 0)):
        what = f"{use.name} adds a triangle of zeros and ones to the scores"
        yield wrong("RNS235", f"{what}: no key is left out", seen=use.mark)


def _zeros_and_ones(mask: Tensor, step: Step) -> Tensor | None:
    """Return the numbers of a mask of floats that are zeros and ones, both of them, and not trained."""
    values = step.values(mask) if mask.is_floating_point() and not mask.requires_grad and mask.numel() <= LARGEST else None
    if values is None:
        return None
    values = values.detach().cpu()
    are_ones = values == 1
    return values if bool((are_ones | (values == 0)).all()) and bool(are_ones.any()) and not bool(are_ones.all()) else None


def _square(values: Tensor) -> Tensor | None:
    """Return what a mask has for all samples and heads alike; None where they differ."""
    squares = values.reshape(-1, *values.shape[-2:])
    return squares[0] if bool((squares == squares[0]).all()) else None


def _as_bools(values: Tensor, leaves_out: bool) -> str | None:
    """Return what makes of a triangle a mask by which each step reads those before it; None where it is another."""
    square = _square(values) if values.dim() > 1 else None
    if square is None:
        return None
    for hidden, means in ((square == 0, False), (square == 1, True)):
        if read_direction(hidden) == "past" and not bool(hidden.diagonal().any()):
            return ".bool() of the mask fits" if means == leaves_out else "== 0 of the mask fits"
    return None
