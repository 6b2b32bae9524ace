"""What a dry run knows of a tensor in its midst, for a model that asks."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor

from rnnshape import _torch
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import layout_of
from rnnshape.coordinates.tables import varies

__all__ = ["answers", "steps_dim", "written"]

Known = Callable[[Tensor], Mark | None]

_known: ContextVar[Known | None] = ContextVar("rnnshape.dryrun", default=None)

_STEPS = {"seq", "step"}


@contextmanager
def answers(known: Known) -> Generator[None, None, None]:
    """Answer by what is known of each tensor, while a dry run lasts."""
    token = _known.set(known)
    try:
        yield
    finally:
        _known.reset(token)


def steps_dim(x: Tensor) -> int | None:
    """Return the one dim along which the steps lie and nothing else; None where there is none, or nothing is followed."""
    mark = _mark(x)
    if mark is None:
        return None
    dims = range(x.dim())
    with _torch.unseen(), _torch.undispatched():
        along = {dim: {a.name for a, t in mark.tables.items() if varies(t, dim)} for dim in dims}
        alone = {a.name for a, t in mark.tables.items() if not any(varies(t, dim) for dim in dims)}
    found = [dim for dim, names in along.items() if names & _STEPS]
    if not found and alone & _STEPS:  # a single step
        found = [dim for dim in dims if x.size(dim) == 1]
    return found[0] if len(found) == 1 and along[found[0]] <= _STEPS else None


def written(x: Tensor) -> str:
    """Write the Layout of a tensor as far as it is known, else its sizes."""
    mark = _mark(x)
    with _torch.unseen(), _torch.undispatched():
        layout = layout_of(mark) if mark is not None else None
    return f"({layout})" if layout is not None else str(tuple(x.shape))


def _mark(x: Tensor) -> Mark | None:
    known = _known.get()
    return known(x) if known is not None else None
