"""The experiment on use: what of the input, and of the recurrent layers, never matters to anything that is returned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from rnnshape import _torch, text
from rnnshape.experiments.candidates import RESHAPES, only_joins
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.owners import changed, common
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.subject import SEED, Mode, Run, Unfit
from rnnshape.experiments.trial import Trial
from rnnshape.experiments.walks import MOST, Walk, walk_of
from rnnshape.operations.names import CELLS, WALKS
from rnnshape.operations.registry import name_of
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.experiments.reading import Lost

__all__ = ["Layers", "Unused", "Use", "heard_again", "measure_use", "use_said"]


_OF_TORCH = frozenset(["_parameters", "_buffers", "_modules", "_flat_weights"])
"""Attributes of a module that hold what is no state of the user's own, or is asked for elsewhere."""

_SCORES = frozenset(["linear", "conv1d"])
"""Operations that give each row of what they read a score."""


@dataclass(frozen=True, slots=True)
class Unused:
    """What a recurrent module has computed in vain.

    Attributes:
        said: in words.
        path: of the module.
        weights: other values of its parameters, which change nothing that is returned.
        reading: other values of those with which it reads its input, which do; empty where none do.
        is_meant: whether it may be meant.
        is_whole: whether it is all that the module has computed, so that no operation need have lost it.
        called_at: the line that has called the module, where it is all.
    """

    said: str
    path: str
    weights: dict[str, Tensor]
    reading: dict[str, Tensor]
    is_meant: bool = False
    is_whole: bool = False
    called_at: Location | None = None


@dataclass(slots=True, eq=False)
class Use:
    """What never matters.

    Attributes:
        unused: what was computed in vain, by differences: other weights there change nothing.
        steps: in words, the steps of an input that never matter.
        lost: where what was computed in vain is lost; None where nothing was, or that is not known.
    """

    unused: list[Unused]
    steps: list[str]
    lost: Lost | None = None


class Layers(Mode):
    """Hears which recurrent layers are called, and with how many steps at most; of cells, how often.

    Attributes:
        reshapes: whether an operation was called that may deal steps out over rows of several.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reshapes = False
        self.called: dict[int, tuple[str, nn.RNNBase | nn.RNNCellBase, int]] = {}
        self.walks: list[Walk] = []
        self.scores: dict[int, tuple[str, nn.Linear | nn.Conv1d, int]] = {}
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
        name = name_of(func)
        if name in RESHAPES and not self.reshapes:
            self.reshapes = not (args and isinstance(args[0], Tensor)) or not only_joins(args[0].shape, result.shape)
        if name in WALKS or name in CELLS:
            walk = walk_of(name, args, result, self._paths)
            if walk is not None:
                self._hear(walk)
        elif name in _SCORES:
            self._hear_scores(_torch.calling_module(), result)
        return result

    def _hear_scores(self, module: nn.Module | None, result: Tensor) -> None:
        if isinstance(module, (nn.Linear, nn.Conv1d)) and len(module.weight) == 1:
            rows = max(result.numel(), self.scores.get(id(module), ("", module, 0))[2])
            self.scores[id(module)] = (self._paths.get(id(module), ""), module, rows)

    def _hear(self, walk: Walk) -> None:
        module = walk.module
        if len(self.walks) < MOST:
            self.walks.append(walk)
        if isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
            before = self.called.get(id(module), ("", module, 0))[2]
            steps = 1 + before if isinstance(module, nn.RNNCellBase) else max(walk.steps, before)
            self.called[id(module)] = (walk.path, module, steps)


def heard_again(trial: Trial, heard: Layers) -> tuple[Layers, Any]:
    """Return what was heard in the first run, and what that has returned.

    That run was made once more where it could not be a light one, and is then no longer the one that was heard.
    """
    if trial.is_light:
        return heard, trial.output
    heard = Layers()
    return heard, trial.result(trial.unchanged(), heard, gradients=True).output


def measure_use(trial: Trial, heard: Layers) -> Use:
    """Ask for the gradient of all that is returned, by the inputs and by the weights of recurrent layers.

    Args:
        trial: the model.
        heard: was on in its first run.

    Raises:
        Unfit: where what is returned has none.
    """
    heard, output = heard_again(trial, heard)
    outputs = [torch.view_as_real(t) if t.is_complex() else t for _, t in tensors_of(output) if t.requires_grad]
    if not outputs:
        raise Unfit("what is returned has no gradient")
    if not (heard.called or heard.scores):
        raise Unfit("no recurrent layer or cell of torch's was called")
    random = torch.Generator().manual_seed(SEED)
    total = torch.stack(
        [(t * torch.rand(t.shape, generator=random).to(t)).sum() for t in outputs if t.is_floating_point()]
    ).sum()
    weights = {(path, name): w for path, m, _ in heard.called.values() for name, w in m.named_parameters() if w.requires_grad}
    scores = [(path, m) for path, m, rows in heard.scores.values() if 1 < trial.count < rows and m.weight.requires_grad]
    inputs = [t for t in heard.inputs if t.requires_grad]
    try:
        asked = [*weights.values(), *inputs, *(m.weight for _, m in scores)]
        found = torch.autograd.grad(total, asked, retain_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise Unfit(f"the gradient raised {str(error).splitlines()[0]}") from None
    apart = {key for key, g in zip(weights, found, strict=False) if g is None}
    zero = {key for key, g in zip(weights, found, strict=False) if g is None or not bool((g != 0).any())}
    gradients = dict(zip(map(id, inputs), found[len(weights) :], strict=False))
    unused: list[Unused] = []
    for path, module, steps in heard.called.values():
        own = {name for name, _ in module.named_parameters()}
        if own and all((path, name) in apart for name in own):  # none that is 0 by its numbers, as behind a relu
            line = next((walk.line for walk in heard.walks if walk.module is module), None)
            unused += _whole(trial, path, module, line)
        elif steps >= 2 and all((path, name) in weights for name, _ in module.named_parameters()):
            unused += _in_vain(trial, path, module, {name for at, name in zero if at == path}, steps)
    for (path, module), gradient in zip(scores, found[len(weights) + len(inputs) :], strict=True):
        if gradient is not None and not bool((gradient != 0).any()):
            said = f"the scores of {path or 'the layer'} never matter, though something is made of them"
            unused += _confirmed(trial, path, module, said, ["weight"], [])
    unused.sort(key=lambda one: one.is_meant)
    return Use(unused, _steps(trial, [gradients.get(id(t)) for t in heard.inputs]))


def _in_vain(trial: Trial, path: str, module: nn.RNNBase | nn.RNNCellBase, zero: set[str], steps: int) -> Iterator[Unused]:
    """Yield the directions that have read one step of many, and the layers above others that never matter.

    The gradients say which may be; a run with other weights says whether it is so, as a gradient ends at a detach().
    """
    names = [name for name, _ in module.named_parameters()]
    where = text.module_named(path, type(module).__name__)
    if isinstance(module, nn.RNNCellBase):
        if "weight_hh" in zero and "weight_ih" not in zero:
            said = f"{where} was called {steps} times, and has read one step in all that is returned"
            yield from _confirmed(trial, path, module, said, ["weight_hh"], ["weight_ih"])
        return
    matters = [any(name not in zero for name in _of_layer(names, layer)) for layer in range(module.num_layers)]
    for layer in range(module.num_layers):
        own = _of_layer(names, layer)
        if not matters[layer] and any(matters[:layer]):
            yield from _confirmed(trial, path, module, f"layer {layer} of {where} never matters", own, [])
        back = [name for name in own if name.endswith("_reverse")]
        ways = {"forward": [name for name in own if name not in back], "reverse": back}
        lost = [way for way, those in ways.items() if those and zero.issuperset(those)]
        if module.bidirectional and len(lost) == 1:
            said = f"the {lost[0]} direction of {where}, layer {layer}, never matters"
            is_meant = lost[0] == "reverse" or _goes_by_steps(trial, steps)  # without the reverse one it is a plain layer
            yield from _confirmed(trial, path, module, said, ways[lost[0]], [], is_meant)
        for suffix, other in (("_reverse", ""), ("", "_reverse")):
            hands_on, reads = f"weight_hh_l{layer}{suffix}", f"weight_ih_l{layer}{suffix}"
            if hands_on not in zero or reads in zero or f"weight_hh_l{layer}{other}" in zero - {hands_on}:
                continue
            if hands_on in own:
                named = "reverse direction of " if suffix else "forward direction of " if module.bidirectional else ""
                said = f"{'the ' if named else ''}{named}{where}, layer {layer}, has read one step"
                yield from _confirmed(trial, path, module, said, [hands_on], [reads])


def _whole(trial: Trial, path: str, module: nn.RNNBase | nn.RNNCellBase, line: Location | None) -> Iterator[Unused]:
    """Yield a layer or cell that is called, where nothing of it reaches what is returned, or what the model keeps for later."""
    weights = _others(path, module, [name for name, _ in module.named_parameters()], torch.Generator().manual_seed(SEED))
    if _changes_nothing(trial, weights):
        named = text.module_named(path, type(module).__name__)
        said = f"{named} is called, and never matters: what it makes reaches nothing that is returned"
        yield Unused(said, path, weights, {}, is_whole=True, called_at=line)


def _changes_nothing(trial: Trial, weights: dict[str, Tensor]) -> bool:
    """Tell whether a model returns and keeps the same with other weights, in eval mode and while it trains."""
    model = trial.subject.model
    modes = [(part, part.training) for part in model.modules()]
    try:
        for train in (False, True):
            model.train(train)
            one, other = (trial.result(trial.unchanged(), None, own) for own in (None, weights))
            pairs = zip(_left(one), _left(other), strict=True)
            if any(a.shape != b.shape or bool(changed(*common(a, b)).any()) for a, b in pairs):
                return False
    except (Unfit, ValueError):  # it does something else while it trains
        return False
    finally:
        for part, was in modes:
            part.training = was
    return True


def _left(run: Run) -> list[Tensor]:
    """Return all tensors that a run has returned, or left in its model apart from the parameters."""
    kept = [value for part in run.model.modules() for key, value in vars(part).items() if key not in _OF_TORCH]
    left = [t for _, t in tensors_of([run.output, kept]) if not isinstance(t, nn.Parameter)]
    return [*left, *run.model.buffers()]


def _of_layer(names: list[str], layer: int) -> list[str]:
    return [name for name in names if name.split("_l")[-1].split("_")[0] == str(layer)]


def _goes_by_steps(trial: Trial, steps: int) -> bool:
    """Tell whether something that is returned may have a row for each step: one direction may be all that is meant to."""
    return any(steps in t.shape for _, t in trial.base)


def _confirmed(
    trial: Trial,
    path: str,
    module: nn.Module,
    said: str,
    names: list[str],
    reading: list[str],
    is_meant: bool = False,
) -> Iterator[Unused]:
    """Yield what was computed in vain, where other weights in it really change nothing."""
    random = torch.Generator().manual_seed(SEED)
    made = Unused(said, path, _others(path, module, names, random), _others(path, module, reading, random), is_meant)
    after = [t for _, t in tensors_of(trial.result(trial.unchanged(), None, made.weights).output)]
    if not any(bool(changed(*common(a, b)).any()) for (_, a), b in zip(trial.base, after, strict=False)):
        yield made


def _others(path: str, module: nn.Module, names: list[str], random: torch.Generator) -> dict[str, Tensor]:
    """Return other values for some parameters of a module, by their names in the model."""
    own = dict(module.named_parameters())
    noise = {name: torch.rand(own[name].shape, generator=random).to(own[name]) for name in names}
    return {f"{path}.{name}" if path else name: own[name].detach() + noise[name] for name in names}


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
    words = [*(unused.said for unused in found.unused), *found.steps]
    is_wrong = bool(found.unused) and not found.unused[0].is_meant and not (found.lost and found.lost.is_told)
    verdict = "together" if is_wrong else "fact" if words else "apart"
    return Experiment("use", verdict, tuple(words), None, "gradients")
