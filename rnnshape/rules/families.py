"""Every rule there is: importing this fills the registry, in the order in which the rules are asked."""

from rnnshape.rules import axes, steps, features, pairs, attention, masks, heads, states, cells, restarts, orders  # isort: skip
from rnnshape.rules import padding, pooling, picks, losses, broadcasts, samples, placing, meetings, scores  # isort: skip
from rnnshape.rules import foresight, totals, unread, vectors  # isort: skip
from rnnshape.rules.registry import Listener, ask, notice, rules

__all__ = [
    "Listener", "ask", "attention", "axes", "broadcasts", "cells", "features", "foresight", "heads", "losses", "masks",
    "meetings", "notice", "orders", "padding", "pairs", "picks", "placing", "pooling", "restarts", "rules", "samples", "scores",
    "states", "steps", "totals", "unread", "vectors",
]  # fmt: skip
