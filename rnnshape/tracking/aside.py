"""Why nothing is followed in a thread, where tensors are not what they seem or somebody would meet our own work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch._C import _len_torch_dispatch_stack
from torch._C._autograd import _profiler_enabled
from torch._C._functorch import peek_interpreter_stack  # pyright: ignore[reportMissingModuleSource]

from rnnshape import _torch

__all__ = ["FAKED", "RECORDED", "TRANSFORMED", "is_followed_here", "is_plain_here", "why_aside"]

RECORDED = (
    "under torch.profiler, a tracer or CUDA graph capture nothing is followed, so that it records nothing of rnnshape's; "
    "run a step without it"
)

TRANSFORMED = "under a transform of torch.func (grad, vmap, jvp) nothing is followed; call the model once without it"

FAKED = "under FakeTensorMode nothing is followed; rnnshape.predict does a dry run with fake tensors of its own"

_is_included: Callable[[Any], bool] = torch._C._dispatch_tls_is_dispatch_key_included
_BEFORE_DISPATCH = torch._C.DispatchKey.PreDispatch


def is_followed_here() -> bool:
    """Tell whether tensors are what they seem: not while a compiler or tracer has the model, or a transform wraps them."""
    return _torch.is_judged_here() and peek_interpreter_stack() is None


def why_aside(among_fakes: bool = False) -> str:
    """Say why nothing is followed in this thread; empty where it can be.

    Args:
        among_fakes: whether fake tensors are ours.
    """
    if _torch.is_recorded():
        return RECORDED
    if _torch.is_transformed():
        return TRANSFORMED
    return FAKED if not among_fakes and _torch.is_faked() else ""


def is_plain_here() -> bool:
    """Tell whether nobody but function modes sees what this thread does: then it is followed, whatever else could be asked.

    Without modes of dispatch there are no fake tensors, and no tracer of operations.
    """
    return not (
        _len_torch_dispatch_stack() or _profiler_enabled() or _is_included(_BEFORE_DISPATCH) or peek_interpreter_stack()
        or _torch.is_captured()
    ) and _torch.is_judged_here()  # fmt: skip
