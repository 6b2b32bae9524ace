"""Initial states among what a model is given: the layer that starts from one says along which dim its samples lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from rnnshape.experiments.places import Given, Place, tensors_of, unplaced
from rnnshape.experiments.subject import Mode, Subject
from rnnshape.operations.names import CELLS, WALKS
from rnnshape.operations.registry import name_of
from rnnshape.tracking.arguments import arguments_of

__all__ = ["with_states"]

_DIMS = dict.fromkeys(WALKS, 1) | dict.fromkeys(CELLS, 0)
"""What starts from a state, and the dim of the samples in that: states are never batch-first."""


class _Starts(Mode):
    """Hears which of the tensors that a model is given a layer takes for its initial state, as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.dims: dict[int, set[int]] = {}
        self._given: list[Tensor] = []

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear what the model is given."""
        self._given = [tensor for _, tensor in tensors]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        dim = _DIMS.get(name_of(func))
        if dim is not None and len(args) > 2:
            is_packed = dim == 1 and isinstance(args[1], Tensor) and args[1].dim() == 1
            states = args[2] if is_packed else args[1]
            for state in states if isinstance(states, (tuple, list)) else [states]:
                for number, tensor in enumerate(self._given):
                    if tensor is state and tensor.dim() == dim + 2:
                        self.dims.setdefault(number, set()).add(dim)
        return func(*args, **(kwargs or {}))


def with_states(places: Sequence[Place], subject: Subject, given: Given) -> list[Place]:
    """Return where the samples lie, in initial states too that layers take as they are.

    Args:
        places: where they lie in other inputs.
        subject: a copy of the model, which is run once where there are tensors of which it is not known.
        given: what it is given.
    """
    inputs = [place for place in places if not place.is_target]
    known, count = {id(place.tensor) for place in inputs}, max((place.count for place in inputs), default=0)
    arguments = [(a.name, a.value) for a in arguments_of(subject.model.forward, given.args, given.kwargs)]
    if count < 2 or not unplaced(arguments, known, count, lists=False):
        return [*places]
    starts = _Starts()
    try:
        subject.run(given, starts, gradients=False)
    except Exception:  # the experiments will say so
        return [*places]
    names = {id(tensor): name for argument, value in arguments for name, tensor in tensors_of(value, argument)}
    found = [*places]
    for number, (_, tensor) in enumerate(tensors_of([given.args, given.kwargs])):
        dims = starts.dims.get(number, set())
        if len(dims) == 1 and id(tensor) not in known and tensor.size(dim := min(dims)) == count:
            rows = torch.arange(count).view([-1 if d == dim else 1 for d in range(tensor.dim())]).expand(tensor.shape)
            found.append(Place(names.get(id(tensor), "state"), tensor, rows, None, None))
    return found
