"""The rules of RNS2xx to RNS5xx: what must never happen to an axis, a file for each family, named like the catalogue's.

They are functions of what an operation does with axes (`operations.uses`) and of what was seen before (`step`); see `registry`.
"""

from rnnshape.rules import axes, losses, padding, picks, states
from rnnshape.rules.mistake import Mistake
from rnnshape.rules.registry import Listener, ask, notice
from rnnshape.rules.step import Scene, Step

__all__ = ["Listener", "Mistake", "Scene", "Step", "ask", "axes", "losses", "notice", "padding", "picks", "states"]
