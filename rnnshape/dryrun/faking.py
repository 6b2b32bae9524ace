"""Tensors that have sizes and no elements, and a copy of a model that holds nothing else.

They are torch's own fake tensors. Small tensors of whole numbers keep their values where these follow from what is known:
lengths, masks and orders made of them, and what ``arange`` gives. So a batch whose lengths are known can be packed, sorted and
masked, and nothing that is computed from an input's elements ever has a value.
"""

from __future__ import annotations

from math import prod
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode

from rnnshape._torch import uncollected, without_modes
from rnnshape.operations.registry import Kwargs

__all__ = ["Fakes", "values_of"]

MOST_VALUES = 1 << 16
"""Elements of the largest tensor whose values are kept."""

_FACTORIES = frozenset(
    ["arange", "zeros", "ones", "full", "zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full", "eye"]
)
_WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)


class Fakes(FakeTensorMode):
    """Torch's mode of fake tensors, which keeps the values of small tensors of whole numbers."""

    def __init__(self) -> None:
        with uncollected():  # the first one imports torch's compiler
            super().__init__(allow_non_fake_inputs=True, allow_fallback_kernels=False)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Have the compiler not wrapped around each operation: nothing is compiled here, and it takes as long as they do."""
        return False

    def may_turn_const(self, t: Tensor) -> bool:
        """Tell whether the values of a tensor are kept."""
        if not super().may_turn_const(t):
            small = t.dtype in _WHOLE and t.numel() <= MOST_VALUES and t.layout is torch.strided
            return small and not self.is_our_fake(t) and t.device.type == "cpu"
        return True

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Make what torch would compute, without elements."""
        kwargs = kwargs or {}
        args, kwargs = self._faked(args), self._faked(kwargs)
        result = self.dispatch(func, types, args, kwargs)
        if isinstance(result, FakeTensor) and result.constant is None and _is_whole_factory(func, result):
            with without_modes():
                plain = {k: torch.device("cpu") if k == "device" else v for k, v in kwargs.items()}
                real = func(*(_like(a) for a in args), **plain)
            return self.fake(real)
        return result

    def _faked(self, values: Any) -> Any:
        """Make fakes of what the model holds elsewhere, with its values where they are small whole numbers."""
        if isinstance(values, dict):
            return {k: self._faked(v) for k, v in cast("Kwargs", values).items()}
        if type(values) in (tuple, list):
            return type(values)(self._faked(v) for v in values)
        return self.fake(values) if type(values) is Tensor and not self.is_our_fake(values) else values

    def fake(self, tensor: Tensor) -> Tensor:
        """Return the fake of a real tensor, always the same."""
        if type(tensor) is Tensor and not tensor.requires_grad and self.may_turn_const(tensor):
            with without_modes():
                values = tensor.detach().clone()
            return self.fake_tensor_converter.from_real_tensor(self, values, make_constant=True)
        if tensor.requires_grad and not tensor.is_leaf:
            with without_modes():
                plain = tensor.detach()
            leaf = self.from_tensor(plain, static_shapes=True).requires_grad_()
            with self:  # a result that was kept: it is no leaf here either, and its graph stays where it is
                return leaf.clone()
        if type(tensor) is nn.Parameter and _is_plain(tensor):
            return self._parameter(tensor)
        return self.from_tensor(tensor, static_shapes=True)

    def _parameter(self, real: nn.Parameter) -> Tensor:
        """Return the fake of a plain parameter; torch's converter, which can do more, takes three times as long."""
        converter = self.fake_tensor_converter
        found: Any = converter._get_memo(real)  # pyright: ignore[reportPrivateUsage]
        if found is None:
            with without_modes():
                sizes, strides, dtype = real.shape, real.stride(), real.dtype
                empty = torch.empty_strided(sizes, strides, dtype=dtype, device="meta", requires_grad=real.requires_grad)
            found = converter.from_meta_and_device(self, empty, real.device)
            found._is_param = True
            converter.set_tensor_memo(real, found)
        return found

    def make(self, sizes: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
        """Return a tensor of some sizes."""
        with self:
            return torch.empty(sizes, dtype=dtype, device=device)


def _is_plain(parameter: nn.Parameter) -> bool:
    """Tell whether a parameter has elements in memory of its own, and nothing else that a fake must have."""
    if parameter.layout is not torch.strided or parameter.is_quantized or parameter.device.type == "meta":
        return False
    has_more = bool(vars(parameter)) or parameter.grad is not None
    return not has_more and parameter.is_contiguous() and parameter.untyped_storage().nbytes() == parameter.nbytes


def _is_whole_factory(func: Any, result: FakeTensor) -> bool:
    name = func._schema.name.removeprefix("aten::")
    cpu = result.fake_device.type == "cpu"
    return name in _FACTORIES and cpu and result.dtype in _WHOLE and prod(result.shape) <= MOST_VALUES


def _like(value: object) -> object:
    """Stand in for the tensor that a factory takes its sizes from."""
    if isinstance(value, FakeTensor):
        return torch.empty((1,), dtype=value.dtype).expand(value.shape)
    return value


def values_of(tensor: Tensor) -> Tensor | None:
    """Return a real tensor with the values of a tensor; None where they are not known."""
    return tensor.constant if isinstance(tensor, FakeTensor) else tensor
