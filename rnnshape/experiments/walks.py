"""`Walk`: one call of a recurrent layer or cell, with what it was given and has returned; and a run that meddles with one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnshape import _torch, text
from rnnshape.experiments.recording import line_of_run
from rnnshape.experiments.subject import SEED, Mode
from rnnshape.operations.names import CELLS, WALKS
from rnnshape.operations.registry import name_of
from rnnshape.report.location import Location

__all__ = ["Meddling", "Walk", "by_module", "gradient_of", "reached", "walk_of"]

MOST = 1 << 9
"""Calls that are remembered."""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One call of a recurrent layer or cell.

    Attributes:
        kind: the name of the function, such as "lstm_cell".
        path: of the module; empty where it is the outermost, or none.
        module: the module; None where the function was called by itself.
        line: the user's line.
        x: what it reads.
        steps: how many of them.
        begins: the states that it was given, h first.
        output: its result for each step; None of a cell.
        ends: the states that it has returned, h first.
    """

    kind: str
    path: str
    module: nn.Module | None
    line: Location | None
    x: Tensor
    steps: int
    begins: tuple[Tensor, ...]
    output: Tensor | None
    ends: tuple[Tensor, ...]

    @property
    def named(self) -> str:
        """The module as findings name it, "encoder.rnn (LSTM)"; its class alone where it has no path."""
        return text.module_named(self.path, type(self.module).__name__ if self.module is not None else self.kind)

    @property
    def has_memory(self) -> bool:
        """Whether it has a cell state."""
        return self.kind.startswith("lstm")


def walk_of(name: str, args: Sequence[Any], result: Any, paths: dict[int, str]) -> Walk | None:
    """Return what was called, by what the function was given; None where that is none of torch's recurrent ones."""
    if (name not in WALKS and name not in CELLS) or len(args) < 2:
        return None
    is_packed = name in WALKS and isinstance(args[1], Tensor) and args[1].dim() == 1
    states = args[2 if is_packed else 1]
    begins = tuple(states) if isinstance(states, (tuple, list)) else (states,)
    module = _torch.calling_module()
    x = args[0]
    if name in CELLS:
        output, ends, steps = None, tuple(result) if isinstance(result, (tuple, list)) else (result,), 1
    else:
        output, *rest = result
        ends = tuple(rest)
        is_batch_first = isinstance(module, nn.RNNBase) and module.batch_first and x.dim() == 3
        steps = args[1].numel() if is_packed else x.size(1 if is_batch_first else 0)
    if not all(isinstance(t, Tensor) for t in (x, *begins, *ends)):
        return None
    path = paths.get(id(module), "") if module is not None else ""
    return Walk(name, path, module, line_of_run(sys._getframe(2)), x, steps, begins, output, ends)


class Meddling(Mode):
    """Puts other numbers in the place of something that one call has returned, and remembers what is given to the later ones.

    Args:
        number: of the call.
        what: "output", "h" or "c", whichever of them are other ones.
        kept: the number of a unit that stays as it is; None for none.

    Attributes:
        walks: the calls of this run.
    """

    def __init__(self, number: int, what: Iterable[str], kept: int | None = None) -> None:
        super().__init__()
        self._number, self._what, self._kept = number, frozenset(what), kept
        self.walks: list[Walk] = []
        self._paths: dict[int, str] = {}

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear of the paths of the modules."""
        self._paths = paths

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = name_of(func)
        if (name in WALKS or name in CELLS) and len(self.walks) < MOST:
            if len(self.walks) == self._number:
                result = self._other(name, result)
            walk = walk_of(name, args, result, self._paths)
            if walk is not None:
                self.walks.append(walk)
        return result

    def _other(self, name: str, result: Any) -> Any:
        names = ["h", "c"] if name in CELLS else ["output", "h", "c"]
        if isinstance(result, Tensor):
            return _other(result, self._kept) if "h" in self._what else result
        return tuple(_other(t, self._kept) if n in self._what else t for n, t in zip(names, result, strict=False))


def _other(tensor: Tensor, kept: int | None) -> Tensor:
    """Return other numbers of about the same size, in all units but one."""
    random = torch.Generator().manual_seed(SEED)
    other = tensor + (torch.rand(tensor.shape, generator=random) - 0.5).to(tensor) * (tensor.detach().abs().max() + 0.1)
    if kept is not None:
        other[..., kept] = tensor[..., kept]
    return other


def reached(heads: Iterable[Tensor], sources: Sequence[Tensor]) -> list[bool]:
    """Tell of each source whether the heads have a gradient by it.

    Raises:
        RuntimeError: where the graph is no longer what it was, as values in it were overwritten.
    """
    return [g is not None and bool((g != 0).any()) for g in _gradients(heads, sources)]


def gradient_of(heads: Iterable[Tensor], source: Tensor) -> Tensor | None:
    """Return the gradient of some sum of all heads; None where they do not depend on the source."""
    return _gradients(heads, [source])[0]


def _gradients(heads: Iterable[Tensor], sources: Sequence[Tensor]) -> list[Tensor | None]:
    random = torch.Generator().manual_seed(SEED)
    parts = [
        (t * torch.rand(t.shape, generator=random).to(t)).sum() for t in heads if t.requires_grad and t.is_floating_point()
    ]
    known = [n for n, source in enumerate(sources) if source.requires_grad]
    found: list[Tensor | None] = [None] * len(sources)
    if parts and known:
        grads = torch.autograd.grad(torch.stack(parts).sum(), [sources[n] for n in known], retain_graph=True, allow_unused=True)
        for n, gradient in zip(known, grads, strict=True):
            found[n] = gradient
    return found


def by_module(walks: Sequence[Walk]) -> Iterator[list[int]]:
    """Yield the numbers of the calls of each module of the user's model."""
    found: dict[int, list[int]] = {}
    for number, walk in enumerate(walks):
        if walk.module is not None:
            found.setdefault(id(walk.module), []).append(number)
    yield from found.values()
