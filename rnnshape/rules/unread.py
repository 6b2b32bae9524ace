"""RNS313: one tensor is put beside itself, and another layer or direction reaches nothing: one name was written twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import Joining, Output
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.backward import nodes_behind
from rnnshape.rules.memory import Memory
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step

__all__: list[str] = []

_JOINED_TWICE = Memory(list[Location | None])
"""The lines that have put a tensor beside itself."""

@note(Joining)
def a_tensor_beside_itself(use: Joining, step: Step) -> None:
    """Remember where a tensor was joined to itself."""
    if use.is_doubled and not step.of(_JOINED_TWICE):
        step.of(_JOINED_TWICE).append(step.here())


@rule(Joining)
def a_row_beside_itself(use: Joining, step: Step) -> Iterator[Mistake]:
    """One direction's row of a final state is put beside itself, where that of the other direction was to be."""
    one, other = use.marks if len(use.marks) == 2 else (Mark(()), Mark(()))
    for axis, _ in one.of("layers"):
        for letter in "hc":
            call = step.usage.source(axis, letter)
            row = _row(one, call, letter, use.dim) if call is not None and call.directions == 2 else None
            if call is not None and row is not None and row == _row(other, call, letter, use.dim):
                first = row // 2 * 2
                both = f"the two directions of its layer are rows {first} and {first + 1}"
                message = f"row {row} of {letter}_n is put beside itself: {both}"
                yield Mistake("RNS313", message, module=call.module, kind=call.kind)
                return


def _row(mark: Mark, call: Recurrence, letter: str, dim: int) -> int | None:
    """Return which row of a final state lies along a dim, with all its units; None where it is not one alone."""
    layers, ways = mark.tables.get(call.layer(letter)), mark.tables.get(call.row_direction(letter))
    if layers is None or ways is None or layers.numel() > 1 or ways.numel() > 1:
        return None
    if letter == "h":
        is_whole = call.hidden in mark.tables and runs_along(mark.tables[call.hidden]) == [dim % len(mark.sizes)]
    else:  # nothing is said of its units
        is_whole = mark.sizes[dim] == call.width and not any(axis.counts_features or axis.counts_steps for axis in mark.tables)
    return int(layers) * 2 + int(ways) if is_whole else None


@rule(Output)
def joined_twice_and_another_never(use: Output, step: Step) -> Iterator[Mistake]:
    """What is returned has one tensor twice, side by side, and there is a layer without any part in it.

    Either may be meant: a state that is doubled for a wider layer, or a layer of which something else reads. Both are seldom.
    """
    calls = [call for call in step.usage.calls.values() if call.weight is not None] if step.of(_JOINED_TWICE) else []
    if len({call.weight for call in calls}) < 2:
        return
    weights, is_twice = _reached(use.tensors)
    unread = [call for call in calls if call.weight not in weights]
    if is_twice and unread and len(unread) < len(calls):
        message = "one tensor is put beside itself, and what this layer has read reaches nothing that is returned"
        yield Mistake("RNS313", message, location=step.of(_JOINED_TWICE)[0], module=unread[0].module, kind=unread[0].kind)


def _reached(tensors: Iterable[Tensor]) -> tuple[set[int], bool]:
    """Return the ids of the weights in which the graph of some tensors ends, and whether it puts one beside itself."""
    nodes = nodes_behind(tensor.grad_fn for tensor in tensors) or ()
    return {id(node.variable) for node in nodes if hasattr(node, "variable")}, any(map(_joins_one_twice, nodes))


def _joins_one_twice(node: Any) -> bool:
    parents = [parent for parent in node.next_functions if parent[0] is not None]
    return node.name().startswith("CatBackward") and len({*parents}) < len(parents)
