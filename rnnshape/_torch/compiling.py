"""Compilers: our work is never compiled, and what is compiled is left alone."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar, cast

import torch
from torch import nn

__all__ = ["compiled_with", "compiler_below", "is_left_to_python", "once_compiled", "uncompiled"]


F = TypeVar("F", bound=Callable[..., object])


def uncompiled(function: F, and_below: bool = False) -> F:
    """Have torch.compile run a function of ours as it stands, where it leaves a layer to Python and would go on with us.

    Args:
        function: what must not be compiled by itself. In a whole graph it is still traced through.
        and_below: whether what it calls is run as it stands too.
    """
    frames = cast("Any", torch._C)._dynamo.eval_frame
    if hasattr(frames, "set_code_exec_strategy"):  # since torch 2.7
        action = frames._FrameAction
        strategy = frames._FrameExecStrategy(action.SKIP, action.SKIP if and_below else action.DEFAULT)
        frames.set_code_exec_strategy(cast("FunctionType", function).__code__, strategy)
    return function


def once_compiled(function: Callable[[], object]) -> Callable[[], None]:
    """Return a function that torch.compile calls at once when it takes up a call of it, of which no operation or guard is left.

    Elsewhere it is a function like any other, which returns nothing.
    """

    @functools.partial(uncompiled, and_below=True)
    def called() -> None:
        function()

    cast("Any", called)._dynamo_marked_constant = True  # as torch.compiler.assume_constant_result has it
    return called


_compiler = getattr(cast("Any", torch._C)._dynamo.eval_frame, "get_eval_frame_callback", lambda: None)  # since torch 2.7

_set_compiler = cast("Any", torch._C)._dynamo.eval_frame.set_eval_frame


@uncompiled
def compiler_below() -> object:
    """Return what would take up the next Python function that is called in this thread: torch.compile, or None."""
    found = _compiler()
    return found if callable(found) else None


def is_left_to_python(kind: type[nn.Module]) -> bool:
    """Tell whether torch.compile calls the modules of a class as they stand, which it does with torch's recurrent layers."""
    return kind is nn.RNNBase and not getattr(sys.modules.get("torch._dynamo.config"), "allow_rnn", False)


@uncompiled
def compiled_with(compiler: object, function: Callable[..., object], /, *args: object, **kwargs: object) -> object:
    """Call a function with another compiler below it, or none."""
    before = _set_compiler(compiler)
    try:
        return function(*args, **kwargs)
    finally:
        _set_compiler(before)
