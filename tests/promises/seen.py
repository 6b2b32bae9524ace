"""What came of a situation, and what it left behind, as lines of text that two processes can compare.

Nothing here knows rnnshape, but for what to look for when it should be gone.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import random
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules import module as modules


def lines(value: Any, path: str = "") -> Iterator[str]:
    """Write any nest of plain data, tensors and modules; tensors to the last bit."""
    if isinstance(value, Tensor):
        yield f"{path}: {_tensor(value)}"
    elif isinstance(value, nn.Module):
        yield f"{path}: {type(value).__name__}, training={value.training}"
        for name, inner in value.named_modules():
            # What stands in a module, its hooks above all, is nobody else's business.
            hooks = {key: len(held) for key, held in vars(inner).items() if key.endswith("_hooks") and held}
            yield f"{path}.{name}: {sorted(vars(inner))} {hooks}"
        yield from lines(dict(value.state_dict()), f"{path}.state")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from lines(inner, f"{path}.{key}")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from lines(vars(value), path)
    elif isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        for at, inner in enumerate(value):
            yield from lines(inner, f"{path}[{at}]")
    elif isinstance(value, bytes):
        yield f"{path}: bytes {hashlib.sha256(value).hexdigest()[:16]}"
    else:
        yield f"{path}: {value}"


def _tensor(value: Tensor) -> str:
    sizes = "nested" if value.is_nested else tuple(value.shape)
    about = f"{value.dtype} {sizes} {value.requires_grad} {value.grad_fn is not None}"
    plain = value.detach()
    if plain.is_nested:
        return f"{about} {[_tensor(part) for part in plain.unbind()]}"
    if plain.device.type == "meta" or type(plain).__name__ == "FakeTensor":
        return f"{about} {plain.device}"
    if hasattr(plain, "full_tensor"):
        plain = plain.full_tensor()
    if plain.is_sparse:
        plain = plain.to_dense()
    plain = plain.as_subclass(Tensor)
    if plain.is_quantized:
        plain = plain.dequantize()
    raw = plain.contiguous().flatten().view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return f"{about} {hashlib.sha256(raw).hexdigest()[:16]}"


def random_numbers() -> list[str]:
    """Return what the next random numbers will be."""
    numpy = np.random.get_state()
    states = {"torch": torch.get_rng_state(), "python": repr(random.getstate()).encode(), "numpy": repr(numpy).encode()}
    return [*lines(states, "random numbers")]


def _threads() -> list[str]:
    """Return the names of the threads, once those have ended by which a DataLoader spoke to its workers."""
    until = time.monotonic() + 10
    while any(t.name == "QueueFeederThread" for t in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.01)
    return sorted(t.name for t in threading.enumerate())


def standing() -> list[str]:
    """Return everything outside of the models that somebody could have left behind."""
    gc.collect()
    seen = [
        f"function modes: {torch._C._len_torch_function_stack()}",
        f"dispatch modes: {torch._C._len_torch_dispatch_stack()}",
        f"threads: {_threads()}",
        f"hooks on saved tensors: {torch._C._autograd._top_saved_tensors_default_hooks(True) is not None}",
        f"tracing: {sys.gettrace()} {sys.getprofile()} {sys.excepthook is sys.__excepthook__}",
        f"collecting: {gc.isenabled()} {gc.get_threshold()} {len(gc.callbacks)}",
        f"grad: {torch.is_grad_enabled()} {torch.is_inference_mode_enabled()} {torch.is_autocast_enabled('cpu')}",
        f"anomaly: {torch.is_anomaly_enabled()}",
    ]
    for name, held in sorted(vars(modules).items()):
        if name.startswith("_global_"):
            seen.append(f"{name}: {len(held) if hasattr(held, '__len__') else held}")
    owners = {nn.Module, torch.utils.data.DataLoader, Tensor, torch.autograd.Function}
    owners |= {cls for cls in _below(nn.Module) if cls.__module__.startswith(("torch.nn.modules.rnn", "situations"))}
    for owner in sorted(owners, key=lambda cls: (cls.__module__, cls.__qualname__)):
        own = {k: v for k, v in vars(owner).items() if callable(v) or isinstance(v, (staticmethod, classmethod, property))}
        ours = sorted(k for k, v in own.items() if str(getattr(v, "__module__", "")).startswith("rnnshape"))
        hidden = sorted(k for k, v in own.items() if "rnnshape" in getattr(getattr(v, "__code__", None), "co_filename", ""))
        seen.append(f"{owner.__module__}.{owner.__qualname__}: {len(own)} {ours} {hidden}")
    return seen


def _below(owner: type) -> Iterator[type]:
    for cls in owner.__subclasses__():
        yield cls
        yield from _below(cls)
