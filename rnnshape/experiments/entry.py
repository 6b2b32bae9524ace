"""`Entry`: one operation of a run, with what came of it; `Recorded`: all of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from torch import Tensor

from rnnshape.experiments.owners import Owners
from rnnshape.report.location import Location

__all__ = ["Entry", "Recorded"]


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

    def afresh(self) -> Entry:
        """Return the same, of which it is not known yet on which samples it depends."""
        return replace(self, owners=[Owners(value.shape) for value in self.values], used={*self.used})


class Recorded(NamedTuple):
    """A run of what is given at first.

    Attributes:
        entries: one for each input, and for each operation; on which samples they depend is not known yet.
        made: of each tensor of the output, the number of the entry that made it, and its place in that; None where unknown.
        differs: the names of those that are others than in the first run.
    """

    entries: list[Entry]
    made: list[tuple[int, int] | None]
    differs: list[str]
