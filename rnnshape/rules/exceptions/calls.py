"""Exceptions of Python's own, and of calls that torch refuses before it looks at sizes: read from the line that failed."""

from __future__ import annotations

import ast
import re
from types import FrameType
from typing import cast

import torch
from torch import Tensor, nn

from rnnshape import text
from rnnshape.rules.exceptions.edits import last_line
from rnnshape.rules.exceptions.failing import Failed, Part, Returned, index_of, operands, shape_of, value_of
from rnnshape.rules.exceptions.packing import of_a_table
from rnnshape.rules.exceptions.values import UNPACK, UNPAD, Marks, Told, is_result, shown, sizes_of, what_is

__all__ = ["refused"]


def refused(error: BaseException, failed: Failed, mark: Marks) -> Told | None:
    """Say what stands where a tensor is due, or has fewer dims than the line asks for; None where that is not it."""
    found = _scripted(error, failed, mark) or _given(error, failed, mark) or _lengths(error, failed, mark)
    return found or _taken_for_a_tensor(error, failed, mark)


def _given(error: BaseException, failed: Failed, mark: Marks) -> Told | None:
    """A module that takes tensors was given something else."""
    module = failed.module
    if module is None or isinstance(module, (nn.RNNBase, nn.RNNCellBase)) or not _is_of_kind(error):
        return None
    if not type(module).__module__.startswith("torch.nn."):
        return None
    name = type(module).__name__
    written = [v for v in operands(failed) if isinstance(v, (Returned, Part))]
    for value in (*written, *failed.given):
        if (what := what_is(value, mark)) is None:
            continue
        said, code, fits = what
        return code, f"{name} gets {said}, and takes a tensor", fits, ()
    return None


_MATRICES = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")


def _scripted(error: BaseException, failed: Failed, mark: Marks) -> Told | None:
    """What TorchScript, which nobody follows, says of a Linear that reads its one input."""
    found = _MATRICES.search(last_line(error)) if isinstance(failed.module, torch.jit.ScriptModule) else None
    tensors = [v for v in failed.given if isinstance(v, Tensor)]
    if found is None or len(tensors) != 1 or not tensors[0].dim():
        return None
    rows, got, expected, _ = map(int, found.groups())
    if (tensors[0].numel(), tensors[0].size(-1)) != (rows * got, got):
        return None
    message = f"compiled by TorchScript, a Linear expects {expected} features and gets {got}, of {sizes_of(tensors[0], mark)}"
    return "RNS211", message, f"nn.Linear({got}, ...) fits, if it is meant to read these features", shown(tensors[0], mark)


def _is_of_kind(error: BaseException) -> bool:
    return isinstance(error, (TypeError, AttributeError)) or "tuple" in str(error)


def _lengths(error: BaseException, failed: Failed, mark: Marks) -> Told | None:
    """Lengths that pack_padded_sequence sorts, and that are no vector."""
    node, frame = failed.node, failed.frame
    if not isinstance(error, (IndexError, RuntimeError)) or not isinstance(node, ast.Call) or frame is None:
        return None
    if not ast.unparse(node.func).endswith("pack_padded_sequence"):
        return None
    named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    given = dict(zip(("input", "lengths", "batch_first"), node.args, strict=False)) | named
    source, lengths = (value_of(given[name], frame) if name in given else None for name in ("input", "lengths"))
    if not isinstance(source, Tensor) or not isinstance(lengths, Tensor) or source.dim() < 2 or lengths.dim() == 1:
        return None
    batch = source.size(0 if "batch_first" in given and index_of(given["batch_first"], frame) is True else 1)
    message, fits = of_a_table(sizes_of(lengths, mark), lengths.numel(), batch)
    return "RNS213", message, fits, shown(source, mark)


# A value that is taken for a tensor


def _taken_for_a_tensor(error: BaseException, failed: Failed, mark: Marks) -> Told | None:
    """A tuple or a PackedSequence of which the line wants what only a tensor has."""
    if not isinstance(error, (TypeError, AttributeError, IndexError)):
        return None
    if isinstance(error, IndexError):
        return _index_of_a_shape(error, failed, mark)
    values = [error.obj] if isinstance(error, AttributeError) and error.name is not None else []
    if values and isinstance(values[0], Tensor) and error.name in ("batch_sizes", "sorted_indices", "data"):  # type: ignore[union-attr]
        message = f"pad_packed_sequence takes a PackedSequence, and gets the tensor {sizes_of(values[0], mark)}"
        return "RNS117", message, "leave pad_packed_sequence out: this is padded already", shown(values[0], mark)
    if isinstance(error, TypeError) and not any(
        word in str(error) for word in ("tuple", "PackedSequence", "list", "return_types")
    ):
        return None
    values = values or operands(failed)  # an AttributeError knows of what the attribute was wanted
    if isinstance(error, TypeError) and "not PackedSequence" in str(error):
        return "RNS117", "this is a PackedSequence, and this line takes it for a tensor", UNPAD, ()
    for value in values:
        found = what_is(value, mark)
        if found is not None and not (
            isinstance(value, list) and isinstance(error, TypeError) and "got tuple" not in str(error)
        ):
            said, code, fits = found
            kind = "a recurrent layer returns the tuple (output, state)" if fits == UNPACK else f"this is {said}"
            return code, f"{kind}, and this line takes it for a tensor", fits, ()
    return None


def _index_of_a_shape(error: IndexError, failed: Failed, mark: Marks) -> Told | None:
    """A size of a tensor that has fewer dims, or a part of a state that has two."""
    node, frame = failed.node, failed.frame
    if "Dimension out of range" in str(error) and isinstance(node, ast.Call) and frame is not None:
        return _size_of_no_dim(node, frame, mark)
    if "tuple index out of range" not in str(error) or not isinstance(node, ast.Subscript) or frame is None:
        return None
    shape = shape_of(node.value, frame)
    at = index_of(node.slice, frame)
    if shape is not None and type(at) is int:
        tensor, name = shape
        return "RNS213", _of_no_dim(name, tensor, at, mark), None, shown(tensor, mark)
    value = value_of(node.value, frame)
    if is_result(value, mark):
        said, code, fits = cast("tuple[str, str, str]", what_is(value, mark))
        return code, f"this is {said}, of two parts, and this line asks for part {at}", fits, ()
    return None


def _size_of_no_dim(node: ast.Call, frame: FrameType, mark: Marks) -> Told | None:
    """``x.size(2)`` of a tensor that has two dims."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("size", "stride") or len(node.args) != 1:
        return None
    tensor, dim = value_of(node.func.value, frame), index_of(node.args[0], frame)
    if not isinstance(tensor, Tensor) or type(dim) is not int or -tensor.dim() <= dim < tensor.dim():
        return None
    return "RNS213", _of_no_dim(ast.unparse(node.func.value), tensor, dim, mark), None, shown(tensor, mark)


def _of_no_dim(name: str, tensor: Tensor, dim: int, mark: Marks) -> str:
    dims = text.count(tensor.dim(), "dim")
    return f"{name} has {dims}, {sizes_of(tensor, mark)}, and this line asks for the size of dim {dim}"
