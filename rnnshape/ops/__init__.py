"""What each torch function does to coordinates: one registry, filled by decorators, one file for each kind of operation."""

from rnnshape.ops import consumption, losses, movement, pointwise, recurrent
from rnnshape.ops.registry import OPERATIONS, Operation, name_of

__all__ = ["OPERATIONS", "Operation", "consumption", "losses", "movement", "name_of", "pointwise", "recurrent"]
