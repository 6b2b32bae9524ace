"""Every operation that is followed: importing this fills the registry."""

from rnnshape.operations import (
    attention,
    consumption,
    distances,
    graph,
    indexing,
    losses,
    movement,
    norms,
    packing,
    pointwise,
    products,
    recurrent,
    regrouping,
    sampling,
    writing,
)
from rnnshape.operations.registry import ALWAYS, OPERATIONS

__all__ = [
    "ALWAYS", "OPERATIONS", "attention", "consumption", "distances", "graph", "indexing", "losses", "movement", "norms",
    "packing", "pointwise", "products", "recurrent", "regrouping", "sampling", "writing",
]  # fmt: skip
