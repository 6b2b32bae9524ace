"""Lengths that pack_padded_sequence refuses."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence

from rnnshape import text
from rnnshape._torch import known_values
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["of_a_table", "packed", "read", "sorted_by_lengths"]


def packed(op: Raised, error: Exception) -> Mistake | None:
    """Lengths that are too many or too few, not sorted, zero, or on a GPU."""
    source, lengths, batch_first = op.argument(0, "input"), op.argument(1, "lengths"), op.argument(2, "batch_first", False)
    if not isinstance(source, Tensor) or source.dim() < 2:
        return None
    if isinstance(lengths, Tensor) and lengths.dim() != 1:
        message, fits = of_a_table(text.sizes(lengths.shape), lengths.numel(), source.size(0 if batch_first else 1))
        return because("RNS213", message, fits, op.layout(source))
    number = len(cast("Sequence[int]", lengths)) if isinstance(lengths, (Tensor, tuple, list)) else None
    dim = 0 if batch_first else 1
    if number is not None and number != source.size(dim):
        return _number(op, source, number, dim)
    values = known_values(lengths) if isinstance(lengths, Tensor) else None
    if isinstance(lengths, Tensor) and lengths.device.type not in ("cpu", "meta"):
        message = f"the lengths are on {lengths.device}, and pack_padded_sequence reads them on the CPU"
        return because("RNS406", message, "lengths.cpu() in place of lengths fits", op.layout(source))
    if values is None or values.dim() != 1:
        return None
    if bool((values <= 0).any()):
        message = "a length is 0, and a recurrent layer reads one step at least"
        return because("RNS406", message, "lengths.clamp(min=1) fits, or leave empty samples out", op.layout(source))
    if bool((values[1:] <= values[:-1]).all()):
        return None
    message = "the lengths are not in descending order, which pack_padded_sequence takes for granted"
    return because("RNS406", message, "enforce_sorted=False fits", op.layout(source))


def sorted_by_lengths(op: Raised, error: Exception) -> Mistake | None:
    """More lengths than samples, where packing sorts the samples by them: torch raises of the index, and of no lengths."""
    source, dim, order = op.argument(0, "input"), op.argument(1, "dim"), op.argument(2, "index")
    if not isinstance(source, Tensor) or not isinstance(order, Tensor) or type(dim) is not int or order.dim() != 1:
        return None
    frame = inspect.currentframe()
    while frame is not None and frame.f_code is not pack_padded_sequence.__code__:
        frame = frame.f_back
    return None if frame is None or order.numel() == source.size(dim) else _number(op, source, order.numel(), dim)


def read(op: Raised, error: Exception) -> Mistake | None:
    """A recurrent layer that reads what was packed with lengths beyond the last step, which packing itself does not refuse."""
    packed, sizes = op.argument(0, "input"), op.argument(1, "batch_sizes")
    counted = known_values(sizes) if isinstance(sizes, Tensor) and not sizes.is_floating_point() and sizes.dim() == 1 else None
    if not isinstance(packed, Tensor) or packed.dim() != 2 or counted is None or int(counted.sum()) <= packed.size(0):
        return None
    total = int(counted.sum())
    message = f"the lengths, of up to {len(counted)} steps, add up to {total}, and {packed.size(0)} have been packed"
    message += ": a length is larger than the number of steps that there are"
    return because("RNS406", message, None, None)


def of_a_table(sizes: str, number: int, batch: int) -> tuple[str, str | None]:
    """Say that lengths are no vector, and what makes one of them: where sequences were folded into the batch, and lengths not.

    Args:
        sizes: of the lengths, in words.
        number: how many there are.
        batch: how many samples are packed.
    """
    message = f"pack_padded_sequence takes a vector, one length for each of {text.count(batch, 'sample')}, and gets {sizes}"
    return message, "lengths.flatten() in place of lengths fits" if number == batch else None


def _number(op: Raised, source: Tensor, number: int, dim: int) -> Mistake:
    """Another number of lengths than of samples."""
    other = 1 - dim
    words = op.words_of_dim(source, dim)
    message = f"pack_padded_sequence gets {number} lengths and takes dim {dim} of {op.described(source)} for the batch"
    if number == source.size(other) and not words.startswith("batch="):
        flag = dim == 1
        return because("RNS401", f"{message}: {words or source.size(dim)}", f"batch_first={flag} fits", op.layout(source))
    many = f", and there are as many as {op.described_dim(source, other)}" if number == source.size(other) else ""
    return because("RNS403", f"{message}: {op.described_dim(source, dim)}{many}", None, op.layout(source))
