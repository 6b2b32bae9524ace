"""Every rule there is: importing this fills the registry, and says in which order the rules are asked.

The order is the one below, whichever module somebody has imported before.
"""

from rnnshape.rules import attention, axes, broadcasts, cells, constants, counting, crossed, cut, entangled, exchanged, features  # isort: skip
from rnnshape.rules import forecasts, foresight, heads, hiding, hypotheses, kept, losses, maps, masks, meetings, mixtures  # isort: skip
from rnnshape.rules import opposite, orders, padding, pairs, picks, placing, pooling, products, profiles, restarts, rolled, rows  # isort: skip
from rnnshape.rules import running, samples, scores, shared, states, steps, streams, totals, turning, unread, vectors  # isort: skip
from rnnshape.rules import walking, windows  # isort: skip
from rnnshape.rules.registry import Listener, ask, asks, in_order, notice, rules

__all__ = ["Listener", "ask", "asks", "notice", "rules"]

in_order(
    axes, steps, features, entangled, maps, pairs, attention, mixtures, masks, hiding, heads, states, rows, cells, shared,
    kept, restarts, orders, opposite, padding, counting, pooling, constants, profiles, picks, losses, broadcasts, crossed,
    samples, cut, hypotheses, placing, rolled, running, meetings, scores, foresight, forecasts, totals, turning, unread,
    vectors, exchanged, products, windows, streams, walking,
)  # fmt: skip
