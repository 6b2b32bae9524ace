"""RNS209 of heads: steps that a reshape has dealt out to them, (batch, steps, features) viewed as (batch, heads, steps, d).

Where the number of heads divides that of the steps, each head gets a run of steps, and pieces of each for its own steps: all
of it lies in some order, so that nothing else tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import first_along, numbers, runs_along, separable, unique, varies
from rnnshape.operations.uses import Attending, Pairing
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import called, dealt_to_heads

__all__: list[str] = []


@rule(Pairing)
def heads_of_runs_of_steps_by_hand(use: Pairing, step: Step) -> Iterator[Mistake]:
    """Queries meet keys along their features, of which a reshape has put pieces along the steps."""
    for pair in use.summed:
        for mark, dim in zip(use.marks, pair, strict=True):
            if len(mark.sizes) > 2 and (found := _dealt_out(use.name, mark, dim)):
                yield found
                return


@rule(Attending)
def heads_of_runs_of_steps(use: Attending, step: Step) -> Iterator[Mistake]:
    """The same in torch's own attention."""
    for mark in (use.query, use.key) if not use.heads else ():
        if len(mark.sizes) > 2 and (found := _dealt_out(use.name, mark, len(mark.sizes) - 1)):
            yield found
            return


def _dealt_out(name: str, mark: Mark, features: int) -> Mistake | None:
    """Say which steps a head holds.

    Args:
        name: of the operation.
        mark: of queries or keys.
        features: the dim along which they are compared.
    """
    for axis, table in mark.tables.items():
        dims = runs_along(table) if axis.counts_steps and -1 not in table else []
        if len(dims) != 2 or features in dims or not separable(table):  # in no order, it is told wherever it goes
            continue
        heads, steps = dims
        made = [t for a, t in mark.tables.items() if a.counts_features]
        pieces = any(varies(t, steps) and varies(t, features) for t in made)
        first = first_along(table, steps).flatten()
        if pieces and mark.sizes[steps] == len(unique(table)) > len(unique(first)):
            return dealt_to_heads(called(name), mark, axis, (heads, steps), sorted(set(numbers(first))))
    return None
