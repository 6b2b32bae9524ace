"""`convert`: torch's recurrent layers in a model become typed ones, where they stand."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TypeVar

from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from rnnshape import _torch
from rnnshape.calls import checked_module
from rnnshape.errors import RNNShapeError
from rnnshape.nn.layers import TYPED

__all__ = ["convert"]

logger = logging.getLogger("rnnshape")

_Model = TypeVar("_Model", bound=nn.Module)


def convert(model: _Model, /, *, back: bool = False) -> _Model:
    """Turn every recurrent layer of torch's in a model into a typed one, in place; or back.

    Each layer stays the object that it is, and only its class is another, as torch itself does where it parametrizes a module.
    So its parameters are the same objects, and an optimizer goes on with them; buffers, hooks, device, dtype, training mode and
    parametrizations are untouched; and a layer that is used in several places is typed in all of them. A new object would have
    to be put wherever the old one is referred to, and not all of these can be found: a hook, a closure or a list may hold it.

    Left alone are subclasses of torch's layers that somebody else wrote, which a warning in ``logging.getLogger("rnnshape")``
    names, and what only looks like these layers: scripted and quantized ones. What asks for the very class of a module, as
    ``torch.ao.quantization.quantize_dynamic`` does, finds no nn.LSTM in a converted model, and passes over it in silence. Give
    it ``convert(copy.deepcopy(model), back=True)``.

    Args:
        model: any module. Where it is itself a layer, it becomes typed, as a layer in it would.
        back: whether typed layers become torch's own again.

    Returns:
        The model itself. A type checker still takes a converted layer for torch's, though it has the methods of ours.

    Raises:
        SpecTypeError: where ``model`` is no module.
        RNNShapeError: where there is no recurrent layer in it, or none to turn back.

    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.GRU(4, 8))
    >>> weight = model[0].weight_hh_l0
    >>> convert(model) is model, type(model[0]).__module__, model[0].weight_hh_l0 is weight
    (True, 'rnnshape.nn.layers', True)
    >>> type(convert(model, back=True)[0])
    <class 'torch.nn.modules.rnn.GRU'>
    """
    checked_module(model, "convert", "convert(Classifier())")
    layers = {module: path for path, module in _torch.named_modules(model) if isinstance(module, _torch.RECURRENT)}
    if not layers:
        raise RNNShapeError(f"{type(model).__name__} has no recurrent layer, so there is nothing to convert in it")
    ours = tuple(TYPED.values())
    typed = [module for module in layers if isinstance(module, ours)]
    if back and not typed:
        raise RNNShapeError(f"{type(model).__name__} has no layer of rnnshape.nn, so there is nothing to turn back in it")
    others = {other: torchs for torchs, other in TYPED.items()} if back else TYPED
    made: dict[type[nn.Module], type[nn.Module]] = {}
    for module in typed if back else [module for module in layers if not isinstance(module, ours)]:
        kind = _other(type(module), is_parametrized(module), others, made)
        if kind is not None:
            module.__class__ = kind
        else:
            _say_left_alone(layers[module], type(module), back)
    return model


def _say_left_alone(path: str, kind: type[nn.Module], back: bool) -> None:
    base = next((base.__name__ for base in kind.__mro__ if base in TYPED), None)
    advice = f"; derive it from rnnshape.nn.{base} to have it checked" if base and not back else ""
    name, whose = f"{kind.__module__}.{kind.__qualname__}", "rnnshape's" if back else "torch's"
    logger.warning("convert leaves %s as it is: %s is not %s own%s", path or "it", name, whose, advice)


def _other(
    kind: type[nn.Module],
    parametrized: bool,
    others: Mapping[type[nn.Module], type[nn.Module]],
    made: dict[type[nn.Module], type[nn.Module]],
) -> type[nn.Module] | None:
    """Return the class in the place of one; for one that a parametrization made, the same made of the other one."""
    if kind in others or not parametrized:
        return others.get(kind)
    base = others.get(kind.__bases__[0])
    if base is not None and kind not in made:
        own: dict[str, object] = {k: v for k, v in vars(kind).items() if k not in ("__dict__", "__weakref__")}
        made[kind] = type(kind.__name__, (base,), own)
    return made.get(kind)
