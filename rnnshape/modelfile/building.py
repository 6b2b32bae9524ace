"""A described model as an nn.Module. Its modules are built from the closed list of layers; nothing that a file says is run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

import torch
from torch import Tensor, nn

from rnnshape.dryrun.asking import steps_dim, written
from rnnshape.layout.axes import role_of
from rnnshape.modelfile.arguments import MOST_DIMS
from rnnshape.modelfile.description import Description, Layer, Reference
from rnnshape.modelfile.functions import function_of
from rnnshape.modelfile.mistakes import Mistakes
from rnnshape.modelfile.names import PLACE

__all__ = ["RefusedError", "built", "steps", "target_of"]

LONGEST = 2**27
"""Elements along the dims of all tensors together. Their coordinates take memory, each eight bytes; the elements take none."""


class RefusedError(BaseException):
    """A mistake of form that only the sizes show; no ``except`` on the way is meant for it.

    Attributes:
        layer: where it is.
        message: what to say.
    """

    def __init__(self, layer: Layer, message: str) -> None:
        super().__init__(message)
        self.layer = layer
        self.message = message


def steps(description: Description) -> list[Layer]:
    """Return the layers in the order in which they are passed: losses come last, as nothing goes on from them."""
    return sorted(description.layers, key=lambda layer: layer.kind.loss)


def built(description: Description, mistakes: Mistakes, dims: dict[str, int], device: str = "meta") -> nn.Module:
    """Build the module that a file describes. Its ``forward`` takes the inputs, and the target of each loss, by name.

    A step's call stands on a line of its own, of a file named `PLACE`, so whatever is said of that line is said of the step.

    Args:
        description: the model.
        mistakes: is told of modules that torch cannot hold, as their sizes are too large.
        dims: takes down, by layer, the dim of the steps where the file left it out.
        device: where parameters lie; on "meta" they have sizes and no memory.
    """
    layers = steps(description)
    states = {layer.name: description.states(layer) for layer in layers}
    words = description.words()
    calls = [_call(number) for number in range(1, len(layers) + 1)]

    def forward(self: nn.Module, **tensors: Tensor) -> object:
        results = {Reference(given.name, part): tensors[given.name] for given in description.inputs for part in ("", "output")}
        length = 0
        for layer, call in zip(layers, calls, strict=True):
            given: list[Any] = [results[layer.source(reference)] for reference in layer.inputs]
            if states[layer.name]:
                found = tuple(results[reference] for reference in states[layer.name])
                given.append(found if len(found) > 1 else next(iter(found)))
            if layer.kind.loss:
                given.append(_target(tensors[target_of(layer)], given[0], layer))
            for word in layer.arguments.get("sizes") or ():
                if isinstance(word, str):
                    name, dim = words.get(word) or words[role_of(word)]
                    given.append(tensors[name].size(dim))
            result = call(self.get_submodule(layer.name), given)
            for part, tensor in zip(layer.kind.parts, _parts(result), strict=True):
                if tensor.dim() > MOST_DIMS:
                    raise RefusedError(layer, f"a tensor has at most {MOST_DIMS} dims here")
                length += sum(tensor.shape)
                if length > LONGEST:
                    raise RefusedError(layer, f"up to this tensor there are {length:,} elements along all dims, more than 2^27")
                results[Reference(layer.name, part)] = tensor
                results.setdefault(Reference(layer.name), tensor)
        returned = [results[reference] for reference in description.outputs]
        return returned[0] if len(returned) == 1 else tuple(returned)

    kind: type[nn.Module] = type(description.name, (nn.Module,), {"forward": forward, "__module__": __name__})
    model = kind()
    with torch.device(device), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as dropout in a single layer
        for layer in layers:
            try:
                model.add_module(layer.name, _module(layer, description, dims))
            except (RuntimeError, OverflowError, TypeError):
                mistakes.add(f"{layer.kind.name}: torch cannot hold a tensor of these sizes", layer.path)
    return model


def target_of(layer: Layer) -> str:
    """Return the name under which ``forward`` takes the target of a loss."""
    return f"target of {layer.name}"


def _call(number: int) -> Callable[[nn.Module, list[object]], object]:
    """Return a function that calls a module, on a line of its own."""
    code = _called.__code__.replace(co_filename=PLACE, co_firstlineno=number - 1, co_qualname="<module>")
    return FunctionType(code, {})


def _called(module: nn.Module, given: list[object]) -> object:
    return module(*given)


class _Function(nn.Module):
    """A function as a step of the model."""

    def __init__(self, layer: Layer, run: Callable[..., Tensor]) -> None:
        super().__init__()
        self._run = run
        self._name = layer.kind.name

    def _get_name(self) -> str:
        return self._name

    def forward(self, *given: object) -> Tensor:
        return self._run(*given)


def _module(layer: Layer, description: Description, dims: dict[str, int]) -> nn.Module:
    if layer.kind.module:
        needed, others = layer.kind.given(layer.arguments)
        return getattr(nn, layer.kind.name)(*needed, **others)
    if layer.arguments.get("dim", 0) is not None:
        return _Function(layer, function_of(layer, description, {}).run)

    def along_the_steps(x: Tensor) -> Tensor:
        if (found := steps_dim(x)) is not None:
            dims[layer.name] = found
        if layer.name not in dims:
            raise RefusedError(layer, f"{layer.kind.name} takes the dim of seq, and there is none in {written(x)}; give dim =")
        return function_of(layer, description, dims).run(x)

    return _Function(layer, along_the_steps)


# What goes in, and what comes out


def _target(target: Tensor, scores: Tensor, layer: Layer) -> Tensor:
    """Give a target the dtype of the scores, where it is made of numbers and not of the ids of classes."""
    of_classes = layer.kind.name in ("CrossEntropyLoss", "NLLLoss")
    probabilities = layer.kind.name == "CrossEntropyLoss" and scores.shape == target.shape
    return target if of_classes and not probabilities else target.to(scores.dtype)


def _parts(result: Any) -> list[Tensor]:
    if not isinstance(result, tuple):
        return [result]
    return [tensor for part in cast("tuple[object, ...]", result) for tensor in _parts(part)]
