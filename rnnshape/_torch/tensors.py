"""Tensors: which are plain, what their values are, and which memory they share."""

from __future__ import annotations

import functools
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape._torch.modes import undispatched, unseen

__all__ = ["is_fake", "known_values", "memory_of", "other_kind", "packed_sizes"]


_NO_DISPATCH = getattr(Tensor, "__torch_dispatch__")  # noqa: B009


def known_values(tensor: Tensor) -> Tensor | None:
    """Return a tensor that has the values of a tensor: itself; of a fake one what it keeps, None where it keeps nothing."""
    if not tensor.is_meta and getattr(type(tensor), "__torch_dispatch__") is _NO_DISPATCH:  # noqa: B009
        return tensor
    kept = getattr(tensor, "constant", None)
    return kept if type(kept) is Tensor else None


_BY_TORCH = (getattr(Tensor.__torch_function__, "__func__"), torch._C._disabled_torch_function_impl)  # noqa: B009


def other_kind(tensor: Tensor) -> str:
    """Return of what kind a tensor is whose axes nobody can follow, such as "nested"; empty for one that may carry marks.

    One that may has its elements in one block, a whole number of them along each dim, and torch's operations mean by it what
    they always mean. This is the one place that decides it.
    """
    kind = type(tensor)
    if kind is Tensor or kind is nn.Parameter:
        return _other_layout(tensor)
    with unseen(), undispatched():
        if getattr(kind.__torch_function__, "__func__", kind.__torch_function__) not in _BY_TORCH:
            return kind.__name__
        if getattr(kind, "__torch_dispatch__") is not _NO_DISPATCH and not kind.__module__.startswith("torch._subclasses"):  # noqa: B009
            return kind.__name__
        return _other_layout(tensor) or ("" if all(type(size) is int for size in tensor.shape) else "of symbolic sizes")


@functools.lru_cache(maxsize=64)
def is_fake(kind: type) -> bool:
    """Tell whether tensors of a class are those of a dry run: torch's operations mean by them what they always mean."""
    return kind.__name__ == "FakeTensor" and kind.__module__ == "torch._subclasses.fake_tensor"


def _other_layout(tensor: Tensor) -> str:
    if tensor.is_nested:
        return "nested"
    if tensor.layout is not torch.strided:
        return str(tensor.layout).removeprefix("torch.")
    if tensor.is_quantized:
        return "quantized"
    return "named" if _HAS_NAMES and cast("Any", tensor).has_names() else ""


_HAS_NAMES = hasattr(Tensor, "has_names")
"""Whether torch has tensors with named dims; those that come after 2.12 do not."""


def packed_sizes(packed: PackedSequence) -> tuple[int, int] | None:
    """Return samples and steps of a PackedSequence; None where its numbers are not real, as under FakeTensorMode."""
    steps = known_values(packed.batch_sizes)
    if steps is None:
        return None
    with torch._C._DisableTorchDispatch():  # a dispatch mode of the user's sees no operation of ours
        return int(steps[0]), len(steps)


def memory_of(storage: torch.UntypedStorage) -> int:
    """Return the number of a piece of memory, which all views of it have."""
    return storage._cdata
