"""A live model that a command names: ``package.module:factory`` is imported, and called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from torch import nn

__all__ = ["WrongModelError", "model_made_by"]


class WrongModelError(click.ClickException):
    """A model, or its file, that cannot be predicted: the usage would only stand in the way."""

    exit_code = 2


def model_made_by(target: str) -> nn.Module:
    """Import a module and make the model that stands in it; what goes wrong in there takes one line to say."""
    module, _, name = target.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        is_factory = isinstance(found, type) or not hasattr(found, "named_modules")
        return cast("nn.Module", found() if is_factory else found)  # predict refuses what is none
    except Exception as error:
        reason = " ".join(str(error).split())
        raise WrongModelError(f"{target} makes no model: {type(error).__name__}: {reason}{_where(error)}") from None


def _where(error: Exception) -> str:
    """Say at which line of the user's an exception was raised, where it was raised at one."""
    trace, found = error.__traceback__, ""
    others = (__file__, os.path.dirname(os.__file__))
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if os.path.isfile(file) and not file.startswith(others):
            found = f", at {os.path.relpath(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
