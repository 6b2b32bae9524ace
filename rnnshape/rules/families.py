"""Every rule there is: importing this fills the registry, and says in which order the rules are asked.

The order is the one below, whichever module somebody has imported before.
"""

from rnnshape.rules import attention, axes, broadcasts, cells, crossed, entangled, features, foresight, heads, hiding  # isort: skip
<<<<<<< HEAD
from rnnshape.rules import hypotheses, kept, losses, maps, masks, meetings, orders, padding, pairs, picks, placing, pooling  # isort: skip
from rnnshape.rules import profiles, restarts, rolled, rows, running, samples, scores, shared, states, steps  # isort: skip
from rnnshape.rules import totals, unread, vectors  # isort: skip
=======
from rnnshape.rules import hypotheses, kept, losses, maps, masks, meetings, mixtures, orders, padding, pairs, picks, placing  # isort: skip
from rnnshape.rules import pooling, profiles, restarts, rolled, running, samples, scores, states, steps  # isort: skip
from rnnshape.rules import totals, turning, unread, vectors  # isort: skip
>>>>>>> 0d437e9 (A mixture whose weights sum to one along another dim is told (RNS220), and so are samples turned round and back (RNS250))
from rnnshape.rules.registry import Listener, ask, asks, in_order, notice, rules

__all__ = ["Listener", "ask", "asks", "notice", "rules"]

in_order(
    axes, steps, features, entangled, maps, pairs, attention, mixtures, masks, hiding, heads, states, rows, cells, shared,
    kept, restarts, orders, padding, pooling, profiles, picks, losses, broadcasts, crossed, samples, hypotheses,
    placing, rolled, running, meetings, scores, foresight, totals, turning, unread, vectors,
)  # fmt: skip
