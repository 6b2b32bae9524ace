"""Every rule there is: importing this fills the registry, and says in which order the rules are asked.

The order is the one below, whichever module somebody has imported before.
"""

from rnnshape.rules import attention, axes, broadcasts, cells, crossed, entangled, features, foresight, heads, hiding  # isort: skip
from rnnshape.rules import hypotheses, kept, losses, maps, masks, meetings, orders, padding, pairs, picks, placing, pooling  # isort: skip
from rnnshape.rules import profiles, restarts, rolled, rows, running, samples, scores, shared, states, steps  # isort: skip
from rnnshape.rules import totals, unread, vectors  # isort: skip
from rnnshape.rules.registry import Listener, ask, asks, in_order, notice, rules

__all__ = ["Listener", "ask", "asks", "notice", "rules"]

in_order(
    axes, steps, features, entangled, maps, pairs, attention, masks, hiding, heads, states, rows, cells, shared, kept,
    restarts, orders, padding, pooling, profiles, picks, losses, broadcasts, crossed, samples, hypotheses, placing, rolled,
    running, meetings, scores, foresight, totals, unread, vectors,
)  # fmt: skip
