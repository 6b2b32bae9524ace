"""The graph that torch keeps of what was computed, walked from what is returned back to what it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = ["MOST_NODES", "nodes_behind", "parents"]

MOST_NODES = 1 << 11
"""Nodes of a graph that are looked at: of a longer one nothing is said. A graph of which Python has seen every node is freed by
a function that calls itself for each."""


def nodes_behind(ends: Iterable[Any], stops_at: Callable[[Any], bool] = lambda node: False) -> Sequence[Any] | None:
    """Return the nodes of a graph, each once; None where they are too many, or somebody's own function hides a part.

    Args:
        ends: the nodes with which it ends, those of the tensors that are returned.
        stops_at: tells of which nodes it does not go on to what lies behind them.
    """
    waiting = [node for node in ends if node is not None]
    seen: dict[Any, None] = {}
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen[node] = None
        if len(seen) > MOST_NODES or hasattr(node, "_forward_cls"):
            return None
        if not stops_at(node):
            waiting += parents(node)
    return [*seen]


def parents(node: Any) -> list[Any]:
    """Return the nodes that have made what a node was given, where they are known."""
    return [parent for parent, _ in node.next_functions if parent is not None]
