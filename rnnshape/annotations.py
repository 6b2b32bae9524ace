"""Axes that are already written down: jaxtyping annotations such as ``Float[Tensor, "batch seq 4"]`` on a ``forward``."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from typing import Any

__all__ = ["annotated_axes"]

_NAME = re.compile(r"#?([A-Za-z]\w*)(?:=.*)?")


def annotated_axes(function: Callable[..., Any]) -> dict[str, tuple[str | None, ...]]:
    """Return, for each parameter that has one, the axis names of its annotation; None for a dim that is not named.

    A parameter whose number of dims is left open (``*batch``, ``...``) is left out.
    """
    try:
        parameters = inspect.signature(function).parameters
        hints = typing.get_type_hints(function)
    except (TypeError, ValueError, NameError, AttributeError):
        return {}
    found: dict[str, tuple[str | None, ...]] = {}
    for name in parameters:
        words = getattr(hints.get(name), "dim_str", None)
        if not isinstance(words, str) or "..." in words or "*" in words:
            continue
        names = [_NAME.fullmatch(word) for word in words.split()]
        found[name] = tuple(n.group(1) if n else None for n in names)
    return found
