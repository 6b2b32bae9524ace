"""Every rule there is: importing this fills the registry, in the order in which the rules are asked."""

from rnnshape.rules import axes, pairs, attention, masks, states, cells, padding, picks, losses, broadcasts  # isort: skip
from rnnshape.rules.registry import Listener, ask, notice, rules

__all__ = [
    "Listener", "ask", "attention", "axes", "broadcasts", "cells", "losses", "masks", "notice", "padding", "pairs", "picks",
    "rules", "states",
]  # fmt: skip
