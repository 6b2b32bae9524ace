"""What each type of layer does, a file for each family. Importing this fills the registry."""

from rnnshape.modelfile.kinds import dense, losses, movement, pointwise, recurrent, reduction
from rnnshape.modelfile.registry import KINDS, Kind, find_kind

__all__ = ["KINDS", "Kind", "dense", "find_kind", "losses", "movement", "pointwise", "recurrent", "reduction"]
