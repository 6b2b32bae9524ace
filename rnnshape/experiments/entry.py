"""`Entry`: one operation of a run, with what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from rnnshape.experiments.owners import Owners
from rnnshape.report.location import Location

__all__ = ["Entry"]


@dataclass(slots=True, eq=False)
class Entry:
    """One operation.

    Attributes:
        name: of the function.
        location: the user's line.
        module: path and class of the innermost module that was called.
        operands: the numbers of the entries that made what it was given.
        values: what came of it, of each tensor.
        owners: likewise, on which sample each element depends.
        used: the numbers of those tensors that something was made of, or that were returned.
        states: sizes of tensors that it was given and nobody has made, which are no parameters: what a module keeps.
    """

    name: str
    location: Location | None
    module: tuple[str, str]
    operands: tuple[int, ...]
    values: list[Tensor]
    owners: list[Owners] = field(default_factory=list[Owners])
    used: set[int] = field(default_factory=set[int])
    states: tuple[tuple[int, ...], ...] = ()
