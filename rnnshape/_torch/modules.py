"""What kind of layer a module is, and whose hooks hang on it."""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Iterator

from torch import nn
from torch.nn.modules.module import register_module_module_registration_hook

from rnnshape._torch.frames import path_from_stack

__all__ = ["RECURRENT", "Family", "has_hooks", "is_distributed", "is_sharded", "named_modules"]


RECURRENT: tuple[type[nn.Module], ...] = (nn.RNNBase, nn.RNNCellBase)
"""The base classes of torch's recurrent layers."""


def has_hooks(module: nn.Module) -> tuple[bool, bool]:
    """Tell whether hooks may change the arguments of a module, and its result; a ``forward`` put into it may do both."""
    every = nn.modules.module
    replaced = "forward" in module.__dict__
    before = replaced or module._forward_pre_hooks or every._global_forward_pre_hooks
    after = replaced or module._forward_hooks or every._global_forward_hooks
    return bool(before), bool(after)


def is_sharded(model: nn.Module) -> bool:
    """Tell whether ``fully_shard`` has parts of the parameters of a model, or of a module in it, on other ranks."""
    kind = getattr(sys.modules.get("torch.distributed.fsdp"), "FSDPModule", ())
    return any(isinstance(module, kind) for _, module in named_modules(model))


def is_distributed(model: nn.Module) -> bool:
    """Tell whether a module in a model talks to other ranks whenever it is called."""
    kind = getattr(sys.modules.get("torch.nn.parallel.distributed"), "DistributedDataParallel", ())
    return any(isinstance(module, kind) for _, module in named_modules(model))


def named_modules(model: nn.Module, several: bool = False) -> Iterator[tuple[str, nn.Module]]:
    """Yield each module of a model with its path: once, or under each of several paths."""
    yield from model.named_modules(remove_duplicate=not several)


class Family:
    """Remembers, weakly, which module was registered in which, so that a module can be named that nobody gave a path.

    Modules made by unpickling or deepcopy are never registered; for those the calls on the stack tell.
    """

    def __init__(self) -> None:
        self._parents: dict[int, tuple[weakref.ref[nn.Module], str, object]] = {}
        self._handle = register_module_module_registration_hook(self._remember)

    def remove(self) -> None:
        """Forget everything."""
        self._handle.remove()
        self._parents.clear()

    def path(self, module: nn.Module) -> str:
        """Return the path of a module under the outermost one that holds it, "Classifier.encoder.rnn"."""
        names: list[str] = []
        top = module
        while (known := self._parents.get(id(top))) and (parent := known[0]()) is not None and len(names) < 100:
            names.insert(0, known[1])
            top = parent
        return ".".join([type(top).__name__, *names]) if names else path_from_stack(module)

    def _remember(self, parent: nn.Module, name: str, child: nn.Module | None) -> None:
        if child is not None:
            key, parents = id(child), self._parents
            parents[key] = (weakref.ref(parent), name, weakref.ref(child, functools.partial(parents.pop, key)))
