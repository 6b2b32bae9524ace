"""Whether code that is called again and again has somewhere to write to that no copy of it holds."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from torch import Tensor, nn

__all__ = ["model_writes_outside", "sees_calls"]

_PLAIN = (int, float, str, bool, type(None), tuple, frozenset, Tensor, FunctionType, BuiltinFunctionType, ModuleType, type)
"""What nobody writes a record of calls to."""


def sees_calls(function: Callable[..., Any]) -> bool:
    """Tell whether a function is bound to an object, or closes over one, that is no part of it.

    >>> sees_calls(len), sees_calls([].append)
    (False, True)
    """
    if isinstance(function, nn.Module):
        return False
    bound = getattr(function, "__self__", None)
    return not isinstance(bound, _PLAIN) or _closes_over_objects(function)


def model_writes_outside(model: nn.Module) -> str:
    """Return the class of a module whose forward closes over an object, such as a list; empty where there is none."""
    kinds = dict.fromkeys(type(module) for module in model.modules())
    return next((kind.__name__ for kind in kinds if _closes_over_objects(getattr(kind, "forward", None))), "")


def _closes_over_objects(function: object) -> bool:
    for cell in getattr(function, "__closure__", None) or ():
        try:
            if not isinstance(cell.cell_contents, _PLAIN):
                return True
        except ValueError:  # a name that is not bound yet
            continue
    return False
