"""The function mode of a dry run: it answers what fake tensors cannot, and names what nobody can know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import DataDependentOutputException
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from rnnshape._torch import known_values, memory_of, undispatched, without_modes
from rnnshape.dryrun.faking import Fakes
from rnnshape.dryrun.recurrent import CELLS, RECURRENT, Passing, cell, layer, pack, unpack
from rnnshape.operations.registry import Args, Func, Kwargs, name_of

__all__ = ["Answers", "WholeNumbersNeededError"]


class WholeNumbersNeededError(BaseException):
    """A tensor of no stated dtype is used as an index; no ``except`` of the model's is meant for it.

    Attributes:
        tensor: the tensor.
    """

    def __init__(self, tensor: Tensor) -> None:
        super().__init__()
        self.tensor = tensor

    def as_torch_has_it(self) -> RuntimeError:
        """Return what torch raises where no input can be other than it is."""
        kind = self.tensor.type().rpartition(".")[2]
        said = f"Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got {kind}"
        error = RuntimeError(f"{said} instead (while checking arguments for embedding)")
        return error.with_traceback(self.__traceback__)


class Answers(TorchFunctionMode):
    """Answers recurrent layers and packing from the calculator, and what asks for the values of a tensor from those known.

    Args:
        fakes: the mode of the fake tensors.
        add: is told of the operations of each product in a recurrent layer.
        passing: is told of what memory a cell takes on its way.
    """

    def __init__(self, fakes: Fakes, add: Callable[[int], None], passing: Passing) -> None:
        super().__init__()
        self._fakes = fakes
        self._add = add
        self._passing = passing

    def __torch_function__(self, func: Func, types: object, args: Args = (), kwargs: Kwargs | None = None) -> Any:
        """Answer a call, or let torch's fake tensors do it."""
        kwargs = kwargs or {}
        name = name_of(func)
        if name in RECURRENT:
            found = layer(name, args)
            self._add(found.flops)
            return found.result
        if name in CELLS and len(args) == 6 and (stepped := cell(name, args, self._passing)) is not None:
            for product in stepped.products:
                self._add(product)
            return stepped.result
        if name == "_pack_padded_sequence":
            return tuple(pack(self._fakes, *args))
        if name == "_pad_packed_sequence":
            return tuple(unpack(self._fakes, args[0], args[1], args[2], args[4] if len(args) > 4 else None))
        if name in ("tensor", "as_tensor") and isinstance(args[0] if args else None, (list, tuple)):
            return func(_numbers(args[0]), *args[1:], **kwargs)
        if name in ("numpy", "__array__"):
            values = _values(args[0])
            with without_modes():
                return func(values, *args[1:], **kwargs)
        if name == "data_ptr":
            return memory_of(args[0].untyped_storage())
        if name == "_cudnn_rnn_flatten_weight":
            return None
        if name == "ctc_loss":
            return _ctc(*args, **kwargs)
        if name in ("data.get", "data.set") and is_lazy(args[0]):
            with without_modes():  # memory that nobody touches: such a parameter cannot become a fake
                return func(args[0], *(torch.empty(a.shape, dtype=a.dtype, device=a.device) for a in args[1:]))
        if name == "embedding":
            _check_indices(args, kwargs)
        if name == "index_select":
            _check_range(_argument(args, kwargs, 2, "index"), args[0].size(_argument(args, kwargs, 1, "dim")))
        if name in ("softmax", "log_softmax"):
            _check_dim(args[0], _argument(args, kwargs, 1, "dim"))
        if name in ("cross_entropy", "nll_loss"):
            args = _with_a_single_id(args)
        if name == "view":
            return _viewed(func, args, kwargs)
        return func(*args, **kwargs)


def _ctc(log_probs: Tensor, *args: object, reduction: object = None, **_: object) -> Tensor:
    """Return a loss for each sample, or one: which targets there are does not matter to its size."""
    reduction = args[4] if reduction is None and len(args) > 4 else reduction
    apart = reduction in ("none", 0) and log_probs.dim() == 3
    return log_probs.sum((0, 2)) if apart else log_probs.sum()


def _values(tensor: Tensor) -> Tensor:
    found = known_values(tensor)
    if found is None:
        raise DataDependentOutputException(torch.ops.aten._local_scalar_dense.default)
    return found


def _numbers(values: object) -> object:
    """Take the numbers out of nested lists of tensors, as torch does itself where there are any."""
    if isinstance(values, (list, tuple)):
        return [_numbers(v) for v in cast("list[object]", values)]
    if isinstance(values, Tensor):
        known = _values(values)
        with without_modes():
            return cast("object", known.tolist())  # pyright: ignore[reportUnknownMemberType]
    return values


def _argument(args: Args, kwargs: Kwargs, position: int, name: str) -> Any:
    return args[position] if len(args) > position else kwargs.get(name)


def _check_indices(args: Args, kwargs: Kwargs) -> None:
    """Hold the indices of an embedding against what indices are."""
    indices, weight = (_argument(args, kwargs, i, name) for i, name in enumerate(("input", "weight")))
    if isinstance(indices, Tensor) and isinstance(weight, Tensor):
        if indices.is_floating_point():
            raise WholeNumbersNeededError(indices)
        _check_range(indices, weight.size(0))


def _check_range(indices: object, size: int) -> None:
    """Raise as torch does where indices are known and one is out of range."""
    known = known_values(indices) if isinstance(indices, Tensor) else None
    if known is not None and known.numel():
        with undispatched():
            outside = int(known.max()) >= size or int(known.min()) < -size
        if outside:
            raise IndexError("index out of range in self")


def _with_a_single_id(args: Args) -> Args:
    """Let the id of a single class have a dim of its own, as torch does and its fake tensors do not."""
    if len(args) > 1 and args[0].dim() == 1 and args[1].shape == (1,) and not args[1].is_floating_point():
        return (args[0], args[1].squeeze(0), *args[2:])
    return args


def _check_dim(tensor: Tensor, dim: object) -> None:
    """Raise as torch does for a dim that a tensor does not have, which its fake tensors overlook."""
    rank = max(tensor.dim(), 1)
    if isinstance(dim, int) and not -rank <= dim < rank:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")


def _viewed(func: Func, args: Args, kwargs: Kwargs) -> Any:
    """View a tensor; where that cannot be, with the exception that torch raises for real ones."""
    try:
        return func(*args, **kwargs)
    except ValueError as error:
        if not str(error).startswith("Cannot view a tensor with shape"):
            raise
    raise RuntimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
        "contiguous subspaces). Use .reshape(...) instead."
    )
