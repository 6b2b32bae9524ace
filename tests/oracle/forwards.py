"""A model's real forward pass, module by module, to be compared with a prediction of it."""

from __future__ import annotations

import warnings
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.nn.utils.rnn import PackedSequence

from rnnshape import ModelPrediction

Sizes = tuple[tuple[int, ...], str]


def tensors(value: Any) -> list[Tensor]:
    """Return the tensors in nested values, in order; of a PackedSequence its data."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, PackedSequence):
        return [value.data]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for item in value for t in tensors(item)] if isinstance(value, (tuple, list)) else []


def described(value: Any) -> list[Sizes]:
    return [(tuple(t.shape), str(t.dtype).removeprefix("torch.")) for t in tensors(value)]


def real_calls(model: nn.Module, *args: Any, **kwargs: Any) -> list[list[Any]]:
    """Run a model, and return path, sizes in and sizes out of every call of a module, in the order in which they begin."""
    paths = {id(m): path for path, m in model.named_modules()}
    calls: list[list[Any]] = []
    stack: list[list[Any]] = []

    def before(module: nn.Module, given: Any) -> None:
        call = [paths.get(id(module)), None]
        stack.append(call)
        if id(module) in paths:
            calls.append(call)

    def after(module: nn.Module, given: Any, result: Any) -> None:
        stack.pop()[1] = described(result)

    handles = [register_module_forward_pre_hook(before), register_module_forward_hook(after)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model(*args, **kwargs)
    finally:
        for handle in handles:
            handle.remove()
    return calls


def predicted_calls(prediction: ModelPrediction) -> list[list[Any]]:
    """Return the same of a prediction."""
    return [[call.path, [(v.layout.sizes, v.dtype) for v in call.outputs]] for call in prediction.calls]


def layout_for(value: Any, axes: Any) -> Any:
    """Describe real arguments, nested or not, as `predict` takes them: their axes, sizes and dtypes, and values of lengths."""
    if isinstance(value, Tensor):
        names: list[str] = []
        if isinstance(axes, str):
            from rnnshape import Layout

            names = [name.replace("*", " ") for name in Layout.parse(axes).names]
        elif axes is not None:
            names = ["?" if name is None else str(name) for name in axes]
        names = names or ["?"] * value.dim()
        if value.dim() == 1 and not value.is_floating_point():
            return f"{_dim(names[0], value.size(0))}: {value.tolist()}"
        dims = " ".join(_dim(name, size) for name, size in zip(names, value.shape, strict=True))
        return f"{dims}: {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, dict):
        return {k: layout_for(v, axes.get(k) if isinstance(axes, dict) else None) for k, v in value.items()}
    if type(value) in (tuple, list):
        given = axes if isinstance(axes, (tuple, list)) else [None] * len(value)
        return type(value)(layout_for(v, a) for v, a in zip(value, [*given, *[None] * len(value)], strict=False))
    return value


def _dim(name: str, size: int) -> str:
    return f"{size}" if any(c in name for c in " (*") or name in ("?", "1") else f"{name}={size}"


def layouts_for(args: tuple[Any, ...], axes: Any) -> tuple[Any, ...]:
    """Describe positional arguments by the axes that `diagnose` takes."""
    alone = len(args) == 1 and isinstance(args[0], Tensor) and len(axes or ()) == args[0].dim() != 1
    if isinstance(axes, str) or alone:
        axes = (axes,)
    return tuple(layout_for(v, a) for v, a in zip(args, [*(axes or ()), *[None] * len(args)], strict=False))
