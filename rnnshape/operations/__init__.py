"""What each torch function does to coordinates: one registry, filled by decorators, one file for each kind of operation."""

from rnnshape.operations import (
    attention,
    consumption,
    distances,
    graph,
    indexing,
    losses,
    movement,
    packing,
    pointwise,
    recurrent,
    regrouping,
    writing,
)
from rnnshape.operations.registry import ALWAYS, OPERATIONS, Operation, name_of

__all__ = [
    "ALWAYS", "OPERATIONS", "Operation", "attention", "consumption", "distances", "graph", "indexing", "losses", "movement",
    "name_of", "packing", "pointwise", "recurrent", "regrouping", "writing",
]  # fmt: skip
