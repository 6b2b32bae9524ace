"""A copy of a model that holds no elements: what a dry run writes into it, nobody else sees."""

from __future__ import annotations

import copy
import functools
from collections import OrderedDict, deque
from collections.abc import Callable
from types import MethodType
from typing import Any, TypeVar, cast

from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from rnnshape.dryrun.faking import Fakes
from rnnshape.operations.registry import Args, Func, Kwargs

__all__ = ["structural_copy"]

M = TypeVar("M", bound=nn.Module)
_DEEPCOPY = cast("object", Tensor.__deepcopy__)  # pyright: ignore[reportUnknownMemberType]
_CONTAINERS = (list, set, frozenset, deque)
_ATOMS = frozenset([type(None), bool, int, float, str])
"""What has nothing in it that could be copied."""


def structural_copy(model: M, fakes: Fakes) -> M:
    """Copy a model: its modules, and all that they hold, with fake tensors in the place of real ones.

    What cannot be copied, such as a lock or an open file, is shared with the model.

    Args:
        model: the model; it is only read.
        fakes: the mode of the fake tensors.
    """
    return _Copier(fakes).module(model)


class _Copier(TorchFunctionMode):
    """Copies one object after another; on as a mode, it gives ``deepcopy`` fakes of the tensors that it meets."""

    def __init__(self, fakes: Fakes) -> None:
        super().__init__()
        self._fakes = fakes
        self._memo: dict[int, Any] = {}

    def __torch_function__(self, func: Func, types: object, args: Args = (), kwargs: Kwargs | None = None) -> Any:
        return self.copy(args[0]) if func is _DEEPCOPY else func(*args, **(kwargs or {}))

    def module(self, model: M) -> M:
        """Copy a module; those in it are there before anything that refers to them is copied."""
        new = [m for m in model.modules() if id(m) not in self._memo]
        for module in new:
            self._memo[id(module)] = module.__class__.__new__(module.__class__)
        for module in new:
            state = self._memo[id(module)].__dict__
            for name, value in module.__dict__.items():
                state[name] = self.copy(value)
        return cast("M", self._memo[id(model)])

    def copy(self, value: Any) -> Any:
        """Copy anything; the same object always gives the same copy."""
        if type(value) in _ATOMS:
            return value
        if id(value) in self._memo:
            return self._memo[id(value)]
        if isinstance(value, nn.Module):
            return self.module(value)
        found = self._copied(value)
        self._memo[id(value)] = found
        self._memo.setdefault(id(self._memo), []).append(value)  # as deepcopy does, so that no other gets its id
        return found

    def _copied(self, value: Any) -> Any:
        kind = type(value)  # pyright: ignore[reportUnknownVariableType]
        made = cast("Callable[..., object]", kind)
        if is_lazy(value):
            return made(requires_grad=value.requires_grad, device=value.device, dtype=value.dtype)
        if isinstance(value, Tensor):
            return self._fakes.fake(value)
        if kind in (dict, OrderedDict):
            return made((key, self.copy(item)) for key, item in value.items())
        if kind in _CONTAINERS or kind is tuple:
            return made(map(self.copy, value))
        if kind is MethodType:
            return MethodType(value.__func__, self.copy(value.__self__))
        if kind is functools.partial:
            return made(self.copy(value.func), *map(self.copy, value.args), **self.copy(value.keywords))
        try:
            with self:
                return copy.deepcopy(value, self._memo)
        except Exception:  # whatever a class of the user's raises where it cannot be copied
            return value
