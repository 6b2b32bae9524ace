"""Every rule there is: importing this fills the registry, in the order in which the rules are asked."""

from rnnshape.rules import axes, states, cells, padding, picks, losses, broadcasts  # isort: skip
from rnnshape.rules.registry import Listener, ask, notice, rules

__all__ = ["Listener", "ask", "axes", "broadcasts", "cells", "losses", "notice", "padding", "picks", "rules", "states"]
