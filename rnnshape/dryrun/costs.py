"""What a forward pass costs: floating point operations of the matrix products, and bytes that are alive."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry, sdpa_flop_count  # pyright: ignore[reportUnknownVariableType]

from rnnshape._torch import memory_of, saves_with
from rnnshape.operations.registry import Args, Func, Kwargs, leaves

__all__ = ["Costs"]

T = TypeVar("T")

_aten: Any = torch.ops.aten


def _attention(query: Tensor, key: Tensor, value: Tensor, *_: object, **__: object) -> int:
    return sdpa_flop_count(query.shape, key.shape, value.shape)


def _last_dim(a: Tensor, b: Tensor, *_: object, out_val: Tensor, **__: object) -> int:
    """Each element of the result is one sum along the last dim of the first operand."""
    return 2 * prod(out_val.shape) * a.shape[-1]


def _added(_: Tensor, a: Tensor, b: Tensor, **given: Any) -> int:
    return _last_dim(a, b, **given)


_FORMULAS: dict[object, Callable[..., int]] = {
    _aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    _aten.linear: _last_dim,
    _aten.mv: _last_dim,
    _aten.dot: _last_dim,
    _aten.addmv: _added,
}
"""Of matrix products for which torch's counter has none: a multiplication and an addition are two."""


_EMPTY = _aten.empty_strided.default
_DEVICE = torch.ops.prim.device.default
"""What the answer for a recurrent layer is made with, outside of its graph."""

_Sizes = tuple[tuple[int, ...], tuple[int, ...], torch.dtype, torch.device]
"""Of a tensor: sizes, strides, dtype and device."""


class Costs(TorchDispatchMode):
    """Counts while it is on.

    Args:
        add: is told of each product's operations.
        uncounted: tensors whose memory is not counted, such as parameters; they live as long as this.

    Attributes:
        events: bytes that were taken (more than 0) or given back (less), in order; each with the number of the memory.
        is_as_without_gradients: whether the memory of each operation was given back as it would be without gradients.
    """

    def __init__(self, add: Callable[[int], None], uncounted: Iterable[Tensor]) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self._add = add
        self._uncounted = {memory_of(storage): storage for storage in (t.untyped_storage() for t in uncounted)}
        self.events: list[tuple[int, int]] = []
        self._alive: dict[int, tuple[weakref.ref[torch.UntypedStorage], int]] = {}
        self.is_as_without_gradients = False

    @contextmanager
    def without_saving(self) -> Generator[None, None, None]:
        """Have autograd keep nothing for a backward: there are no elements, and what it kept would be taken for memory in use.

        Where the model switches gradients off for a while, goes backward, or keeps what it likes by hooks or a function of its
        own, nobody can tell any more what is held on whose account.
        """
        self.is_as_without_gradients = True
        with saved_tensors_hooks(self._described, self._made_again):
            yield

    @staticmethod
    def _described(tensor: Tensor) -> _Sizes:
        return tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device

    def _made_again(self, sizes: _Sizes) -> Tensor:
        self.is_as_without_gradients = False
        shape, strides, dtype, device = sizes
        return torch.empty_strided(shape, strides, dtype=dtype, device=device)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # as with `Fakes`

    def __torch_dispatch__(self, func: Func, types: object, args: Args = (), kwargs: Kwargs | None = None) -> Any:
        """Let an operation be done, and count it."""
        if func is _DEVICE and type(args[0]) is FakeTensor:
            return args[0].fake_device  # it is asked for more often than anything is computed
        kwargs = kwargs or {}
        if self.is_as_without_gradients and not (saves_with(self._described) or func is _EMPTY):
            self.is_as_without_gradients = False
        result = func(*args, **kwargs)
        packet = getattr(func, "_overloadpacket", None)
        formula = _FORMULAS.get(packet) or flop_registry.get(packet)
        if formula is not None:
            self._add(formula(*args, **kwargs, out_val=result))
        self.hold(result)
        return result

    def hold(self, value: object) -> None:
        """Count the memory of tensors that are new, until nobody holds it."""
        for tensor in leaves(value):
            if tensor.layout is not torch.strided:
                continue
            storage = tensor.untyped_storage()
            key = memory_of(storage)
            if key not in self._alive and key not in self._uncounted:
                number, size = len(self.events), storage.nbytes()
                self.events.append((number, size))
                self._alive[key] = (weakref.ref(storage, self._released(key)), number)

    def passing(self, sizes: Sequence[int], work: Callable[[], T]) -> T:
        """Count memory that is there while something is done, and return what came of that.

        Args:
            sizes: bytes of each piece.
            work: what is done.
        """
        first = len(self.events)
        self.events += [(first + number, size) for number, size in enumerate(sizes)]
        result = work()
        self.events += [(first + number, -size) for number, size in enumerate(sizes)]
        return result

    def _released(self, key: int) -> Callable[[object], None]:
        def released(_: object) -> None:
            found = self._alive.pop(key, None)
            if found is not None:
                number = found[1]
                self.events.append((number, -self.events[number][1]))

        return released

    def peak(self) -> list[int]:
        """Return the bytes of every memory that was alive when the most was."""
        alive = most = at = 0
        for position, (_, size) in enumerate(self.events):
            alive += size
            if alive > most:
                most, at = alive, position
        held: dict[int, int] = {}
        for number, size in self.events[: at + 1]:
            if size > 0:
                held[number] = size
            else:
                held.pop(number, None)
        return [*held.values()]
