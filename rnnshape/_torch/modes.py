"""Modes of torch's: which are on, and how our own work is done unseen by them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import cast

import torch
from torch import Tensor
from torch._C import _autograd
from torch._C._functorch import peek_interpreter_stack  # pyright: ignore[reportMissingModuleSource]
from torch.fx import _symbolic_trace as _fx
from torch.overrides import TorchFunctionMode, _get_current_function_mode_stack, _pop_mode, _push_mode
from torch.utils._device import DeviceContext
from torch.utils._python_dispatch import _disable_current_modes

from rnnshape._torch.compiling import uncompiled

__all__ = [
    "function_modes", "has_saved_tensors_hooks", "is_autocast", "is_captured", "is_faked", "is_in_backward", "is_judged_here",
    "is_recorded", "is_traced", "is_transformed", "pop_mode", "push_mode", "saves_with", "undispatched", "unseen",
    "watching_modes", "without_functions", "without_modes",
]  # fmt: skip


_is_compiling, _tracing_state = torch.compiler.is_compiling, torch._C._get_tracing_state

_is_exporting: Callable[[], bool] = getattr(torch.compiler, "is_exporting", lambda: False)


def is_autocast() -> bool:
    """Tell whether torch chooses the dtypes of what is computed, on any device."""
    return torch._C._is_any_autocast_enabled()


@uncompiled
def is_judged_here() -> bool:
    """Tell whether sizes are real: not while a compiler or a tracer runs the model on placeholders."""
    return not (_is_compiling() or _fx._is_fx_tracing_flag) and _tracing_state() is None


def has_saved_tensors_hooks() -> bool:
    """Tell whether the user has hooks on what autograd saves."""
    return _autograd._top_saved_tensors_default_hooks(True) is not None


def saves_with(pack: Callable[[Tensor], object]) -> bool:
    """Tell whether gradients are on, and what autograd would save goes to a function first, and to nobody else."""
    hooks = _autograd._top_saved_tensors_default_hooks(True)
    return torch.is_grad_enabled() and hooks is not None and hooks[0] is pack


_is_profiled, _record = _autograd._profiler_enabled, _autograd._enable_record_function

_PROXY, _FAKE = torch._C._TorchDispatchModeKey.PROXY, torch._C._TorchDispatchModeKey.FAKE

_is_capturing = getattr(torch._C, "_cuda_isCurrentStreamCapturing", None)


def is_traced() -> bool:
    """Tell whether torch.export, torch.fx or torch.jit.trace runs what is called here on placeholders."""
    return _is_exporting() or bool(_fx._is_fx_tracing_flag) or _tracing_state() is not None


def is_recorded() -> bool:
    """Tell whether what this thread does is written down: by a profiler, by a tracer of operations, or in a CUDA graph."""
    if _is_profiled() or torch._C._get_dispatch_mode(_PROXY) is not None or torch._ops._len_torch_dispatch_stack_pre_dispatch():
        return True
    return is_captured()


def is_captured() -> bool:
    """Tell whether what this thread does is written down in a CUDA graph."""
    return _is_capturing is not None and torch.cuda.is_initialized() and _is_capturing()


def is_transformed() -> bool:
    """Tell whether a transform of torch.func is at work in this thread, which would wrap tensors of ours too."""
    return peek_interpreter_stack() is not None


def is_faked() -> bool:
    """Tell whether tensors that are made in this thread have sizes and no elements."""
    return torch._C._get_dispatch_mode(_FAKE) is not None


class _Unseen:
    """A context in which no mode of either kind sees what torch does, and no profiler of this thread records it."""

    def __init__(self) -> None:
        self._modes = (torch._C.DisableTorchFunction(), torch._C._DisableTorchDispatch())
        self._is_profiled = _is_profiled()

    def __enter__(self) -> None:
        for mode in self._modes:
            mode.__enter__()
        if self._is_profiled:
            _record(False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_profiled:
            _record(True)
        for mode in reversed(self._modes):
            mode.__exit__(kind, error, trace)


def unseen() -> AbstractContextManager[object]:
    """Return the context in which our own work is done: no mode, no class of tensors and no profiler sees it."""
    return _Unseen() if _is_profiled() or torch._C._len_torch_dispatch_stack() else torch._C.DisableTorchFunction()


undispatched = torch._C._DisableTorchDispatch
"""The context in which fake tensors do not see our own work either."""

without_modes = cast("Callable[[], AbstractContextManager[object]]", _disable_current_modes)
"""The context in which no mode at all is on, for what is to be done with real tensors."""

without_functions = torch._C.DisableTorchFunction
"""The context in which no function mode is on."""


def function_modes() -> tuple[TorchFunctionMode, ...]:
    """Return the function modes that are on in this thread, the outermost first."""
    return tuple(_get_current_function_mode_stack())


def watching_modes() -> tuple[TorchFunctionMode, ...]:
    """Return the function modes of this thread but for those that only choose a device."""
    return tuple(mode for mode in function_modes() if not isinstance(mode, DeviceContext))


def pop_mode(mode: TorchFunctionMode) -> int | None:
    """Take a function mode off the stack of this thread, and return how many are below it; None where it is not there."""
    above: list[TorchFunctionMode] = []
    at = None
    while (left := torch._C._len_torch_function_stack()) and at is None:
        top = _pop_mode()
        if top is mode:
            at = left - 1
        else:
            above.append(top)
    for other in reversed(above):
        _push_mode(other)
    return at


def push_mode(mode: TorchFunctionMode, at: int) -> None:
    """Put a function mode on the stack of this thread, above as many others."""
    above = [_pop_mode() for _ in range(torch._C._len_torch_function_stack() - at)]
    for other in (mode, *reversed(above)):
        _push_mode(other)


def is_in_backward() -> bool:
    """Tell whether this thread is inside a backward: afterwards torch puts the modes back that were on before it."""
    return torch._C._current_graph_task_id() != -1
