"""RNS313: one tensor is put beside itself, and what another layer has read reaches nothing: one name was written twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor

from rnnshape.operations.uses import Joining, Output
from rnnshape.report.mistake import Mistake
from rnnshape.rules.backward import nodes_behind
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step

__all__: list[str] = []

@note(Joining)
def a_tensor_beside_itself(use: Joining, step: Step) -> None:
    """Remember where a tensor was joined to itself."""
    if use.is_doubled and not step.joined_twice:
        step.joined_twice.append(step.here())


@rule(Output)
def joined_twice_and_another_never(use: Output, step: Step) -> Iterator[Mistake]:
    """What is returned has one tensor twice, side by side, and there is a layer without any part in it.

    Either may be meant: a state that is doubled for a wider layer, or a layer of which something else reads. Both are seldom.
    """
    calls = [call for call in step.usage.calls.values() if call.weight is not None] if step.joined_twice else []
    if len({call.weight for call in calls}) < 2:
        return
    weights, is_twice = _reached(use.tensors)
    unread = [call for call in calls if call.weight not in weights]
    if is_twice and unread and len(unread) < len(calls):
        message = "one tensor is put beside itself, and what this layer has read reaches nothing that is returned"
        yield Mistake("RNS313", message, location=step.joined_twice[0], module=unread[0].module, kind=unread[0].kind)


def _reached(tensors: Iterable[Tensor]) -> tuple[set[int], bool]:
    """Return the ids of the weights in which the graph of some tensors ends, and whether it puts one beside itself."""
    nodes = nodes_behind(tensor.grad_fn for tensor in tensors) or ()
    return {id(node.variable) for node in nodes if hasattr(node, "variable")}, any(map(_joins_one_twice, nodes))


def _joins_one_twice(node: Any) -> bool:
    parents = [parent for parent in node.next_functions if parent[0] is not None]
    return node.name().startswith("CatBackward") and len({*parents}) < len(parents)
