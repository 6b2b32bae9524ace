"""The experiment on use: what of the input, and of the recurrent layers, never matters to anything that is returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnshape import _torch, text
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.lockstep import Found
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.subject import SEED, Mode, Unfit
from rnnshape.experiments.trial import Trial
from rnnshape.operations.registry import name_of

__all__ = ["Use", "measure_use", "use_said"]

_LAYERS = frozenset(["lstm", "gru", "rnn_tanh", "rnn_relu"])


@dataclass(slots=True, eq=False)
class Use:
    """What never matters.

    Attributes:
        directions: layers of which the reverse direction has read a single step in all that is returned, with their numbers.
        layers: layers of a recurrent module that never matter, with their numbers.
        steps: in words, the steps of an input that never matter.
        found: what made the output, where a direction has read a single step.
    """

    directions: list[tuple[str, int]]
    layers: list[tuple[str, int]]
    steps: list[str]
    found: Found | None = None


class _Layers(Mode):
    """Hears which recurrent layers are called, and with how many steps at most."""

    def __init__(self) -> None:
        super().__init__()
        self.called: dict[int, tuple[str, nn.RNNBase, int]] = {}
        self.inputs: list[Tensor] = []
        self._paths: dict[int, str] = {}

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear what the model is given: its gradients are asked for."""
        self._paths = paths
        for _, tensor in tensors:
            self.inputs.append(tensor)
            if tensor.is_floating_point() and not tensor.requires_grad:
                tensor.requires_grad_()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if name_of(func) in _LAYERS and isinstance(module := _torch.calling_module(), nn.RNNBase):
            is_packed = len(args) > 1 and isinstance(args[1], Tensor) and args[1].dim() == 1
            given = args[0]
            unpacked = given.size(1 if module.batch_first and given.dim() == 3 else 0)
            steps = args[1].numel() if is_packed else unpacked
            before = self.called.get(id(module), ("", module, 0))[2]
            self.called[id(module)] = (self._paths.get(id(module), ""), module, max(steps, before))
        return result


def measure_use(trial: Trial) -> Use:
    """Ask for the gradient of all that is returned, by the inputs and by the weights of recurrent layers.

    Raises:
        Unfit: where what is returned has none.
    """
    heard = _Layers()
    outputs = [t for _, t in tensors_of(trial.result(trial.unchanged(), heard).output) if t.requires_grad]
    if not outputs:
        raise Unfit("what is returned has no gradient")
    random = torch.Generator().manual_seed(SEED)
    total = torch.stack(
        [(t * torch.rand(t.shape, generator=random).to(t)).sum() for t in outputs if t.is_floating_point()]
    ).sum()
    weights = {(path, name): w for path, m, _ in heard.called.values() for name, w in m.named_parameters() if w.requires_grad}
    inputs = [t for t in heard.inputs if t.requires_grad]
    try:
        found = torch.autograd.grad(total, [*weights.values(), *inputs], allow_unused=True)
    except RuntimeError as error:
        raise Unfit(f"the gradient raised {str(error).splitlines()[0]}") from None
    zero = {key for key, g in zip(weights, found, strict=False) if g is None or not bool((g != 0).any())}
    gradients = dict(zip(map(id, inputs), found[len(weights) :], strict=True))
    directions: list[tuple[str, int]] = []
    layers: list[tuple[str, int]] = []
    for path, module, steps in heard.called.values():
        if steps < 2 or any((path, name) not in weights for name, _ in module.named_parameters()):
            continue
        for layer in range(module.num_layers):
            own = [(path, name) for name, _ in module.named_parameters() if name.split("_l")[-1].split("_")[0] == str(layer)]
            if all(key in zero for key in own):
                layers.append((path, layer))
            elif module.bidirectional and _has_read_one_step(zero, path, layer):
                directions.append((path, layer))
    return Use(directions, layers, _steps(trial, [gradients.get(id(t)) for t in heard.inputs]))


def _has_read_one_step(zero: set[tuple[str, str]], path: str, layer: int) -> bool:
    """Tell whether the state that a reverse direction hands on never matters, though what it reads does."""
    reads, hands_on = (path, f"weight_ih_l{layer}_reverse"), (path, f"weight_hh_l{layer}_reverse")
    return hands_on in zero and reads not in zero and (path, f"weight_hh_l{layer}") not in zero


def _steps(trial: Trial, gradients: list[Tensor | None]) -> list[str]:
    """Say which steps of the inputs never matter, where some do."""
    words: list[str] = []
    own = trial.inputs
    if len(own) != len(gradients):
        return words
    for at, gradient in enumerate(gradients):
        place = own[at].place
        if gradient is None or place.seq_dim is None or gradient.shape != place.tensor.shape or place.real is not None:
            continue
        others = [dim for dim in range(gradient.dim()) if dim != place.seq_dim]
        matters = (gradient != 0).any(others[0] if len(others) == 1 else others) if others else gradient != 0
        if bool(matters.any()) and not bool(matters.all()):
            never = [int(n) for n in (~matters).nonzero().flatten()]
            shown = [*map(str, never[:4]), *([f"{len(never) - 4} more"] if len(never) > 4 else [])]
            words.append(f"steps {text.listed(shown)} of {place.name} never matter")
    return words


def use_said(found: Use) -> Experiment:
    """Say what never matters."""
    words = [f"the reverse direction of {path or 'the layer'}, layer {n}, has read one step" for path, n in found.directions]
    words += [f"layer {n} of {path or 'the layer'} never matters" for path, n in found.layers]
    words += found.steps
    verdict = "together" if found.directions else "fact" if words else "apart"
    return Experiment("use", verdict, tuple(words), None, "gradients")
