"""The functions among the layers: each as something that runs, and as the Python that does the same."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.modelfile.arguments import Values
from rnnshape.modelfile.description import Description, Layer

__all__ = ["FUNCTIONS", "Function", "function_of"]


class Function(NamedTuple):
    """What a function does.

    Attributes:
        run: takes the tensors that go in, and the sizes that words of a reshape stand for.
        source: the same in Python, with ``{0}``, ``{1}`` for the tensors.
    """

    run: Callable[..., Tensor]
    source: str


Maker = Callable[[Values, int], Function]


def function_of(layer: Layer, description: Description, dims: Mapping[str, int]) -> Function:
    """Return what a layer that is no module does.

    Args:
        layer: the layer.
        description: the model that it is in.
        dims: by layer, the dim of the steps where the file left it out.
    """
    if layer.kind.recurrent:
        source = next(other for other in description.layers if other.name == layer.inputs[0].name)
        return _last_state(source.arguments["bidirectional"])
    values = dict(layer.arguments)
    if values.get("dim", 0) is None:
        values["dim"] = dims[layer.name]
    return FUNCTIONS[layer.kind.name](values, len(layer.inputs))


def _method(name: str, *keys: str) -> Maker:
    """Call a method of the tensor with these arguments."""

    def made(values: Values, _: int) -> Function:
        given = [values[key] for key in keys]

        def run(x: Tensor) -> Tensor:
            return getattr(x, name)(*given)

        return Function(run, f"{{0}}.{name}({', '.join(map(repr, given))})")

    return made


def _pooled(name: str) -> Maker:
    def made(values: Values, _: int) -> Function:
        dim, kept = values["dim"], {"keepdim": True} if values["keepdim"] else {}

        def run(x: Tensor) -> Tensor:
            return getattr(x, name)(dim, **kept)

        return Function(run, f"{{0}}.{name}({dim}{', keepdim=True' if kept else ''})")

    return made


def _picked(values: Values, _: int) -> Function:
    """Index as a person would: ``[:, -1]``, or ``[..., -1, :]`` where the dim is counted from the end."""
    dim, index = values["dim"], values.get("index", -1)
    before, after = (dim, 0) if dim >= 0 else (0, -1 - dim)
    place = (*[...] * (dim < 0), *[slice(None)] * before, index, *[slice(None)] * after)
    shown = ", ".join([*["..."] * (dim < 0), *[":"] * before, str(index), *[":"] * after])

    def run(x: Tensor) -> Tensor:
        return x[place]

    return Function(run, f"{{0}}[{shown}]")


def _reshaped(values: Values, _: int) -> Function:
    """Words among the sizes are handed over at the call, in their order."""
    wanted: tuple[int | str, ...] = values["sizes"]

    def run(x: Tensor, *words: int) -> Tensor:
        known = iter(words)
        return x.reshape([next(known) if isinstance(size, str) else size for size in wanted])

    places = iter(range(1, len(wanted) + 1))
    shown = [f"{{{next(places)}}}" if isinstance(size, str) else str(size) for size in wanted]
    return Function(run, f"{{0}}.reshape({', '.join(shown)})")


def _joined(values: Values, count: int) -> Function:
    dim: int = values["dim"]

    def run(*parts: Tensor) -> Tensor:
        return torch.cat(parts, dim)

    return Function(run, f"torch.cat([{', '.join(f'{{{i}}}' for i in range(count))}], {dim})")


def _met(sign: str, meet: Callable[[Tensor, Tensor], Tensor]) -> Maker:
    def made(_: Values, count: int) -> Function:
        def run(*parts: Tensor) -> Tensor:
            return reduce(meet, parts)

        return Function(run, f" {sign} ".join(f"{{{i}}}" for i in range(count)))

    return made


def _last_state(both_ways: bool) -> Function:
    def run(h: Tensor) -> Tensor:
        return torch.cat([h[-2], h[-1]], -1) if both_ways else h[-1]

    return Function(run, "torch.cat([{0}[-2], {0}[-1]], -1)" if both_ways else "{0}[-1]")


FUNCTIONS: dict[str, Maker] = {
    "transpose": _method("transpose", "dim0", "dim1"),
    "permute": _method("permute", "dims"),
    "unsqueeze": _method("unsqueeze", "dim"),
    "squeeze": _method("squeeze", "dim"),
    "reshape": _reshaped,
    "mean": _pooled("mean"),
    "max": _pooled("amax"),
    "sum": _pooled("sum"),
    "last_step": _picked,
    "select": _picked,
    "concat": _joined,
    "add": _met("+", operator.add),
    "multiply": _met("*", operator.mul),
}
"""Of each function, what makes it from its arguments and the number of tensors that go in."""
