"""A call of a typed layer, held against its signature by jaxtyping and beartype.

What these look at is the types, dtypes and sizes of the tensors and the configuration of the layer, and nothing else. So their
verdict on each kind of call is asked for once, and remembered under just these; of what they did not find right they are asked
again at every call. Nothing here has an opinion of its own: the annotations say whether, and the contract, which `watch` uses
too, says what.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import FunctionType
from typing import Any, cast

from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import TypeCheckError, config, jaxtyped  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor, nn
from torch.fx import Proxy, Tracer
from torch.nn.parameter import Parameter
from torch.nn.utils.rnn import PackedSequence

from rnnshape import _torch
from rnnshape.errors import ContractError
from rnnshape.hooks.layer import LayerCall, door_of
from rnnshape.report.catalogue import rule
from rnnshape.report.report import Report
from rnnshape.report.settings import ignored_codes
from rnnshape.report.words import message_of

__all__ = ["Signatures", "call"]

logger = logging.getLogger("rnnshape")

Signatures = Mapping[str, FunctionType]
"""Functions whose annotations are checked, by layout."""

MOST_KNOWN = 4096
"""Kinds of calls that are remembered; then it begins anew."""

_known: dict[object, object] = {}
_steps_aside = False


@_torch.uncompiled
def call(layer: nn.Module, forward: Callable[..., Any], signatures: Signatures, given: object, hx: object) -> Any:
    """Call torch's bound ``forward`` of a layer, and hold arguments and result against the signature of their layout.

    Under ``torch.compile``, ``torch.export`` and ``torch.jit.trace`` it steps aside, where sizes may be no ints, and where
    jaxtyping with beartype raises a false error. So it does where jaxtyping is disabled, by ``JAXTYPING_DISABLE=1``.

    Raises:
        ContractError: with what the contract says of the call. Its ``__cause__`` is jaxtyping's own error.
    """
    if not _torch.is_judged_here() or config.jaxtyping_disable or _steps_aside:
        # torch.fx takes layers of torch's own for leaves, and of nobody else.
        return _leaf(layer, given, hx) if isinstance(given, Proxy) else forward(given, hx)
    kind, known = _before(layer, signatures, given, hx)
    result = forward(given, hx)
    if known is not None:
        _after(kind, known, layer, signatures, given, hx, result)
    return result


@partial(_torch.uncompiled, and_below=True)
def _before(layer: nn.Module, signatures: Signatures, given: object, hx: object) -> tuple[object, object]:
    """Hold the arguments against their signature; return what kind of call it is, and the kind of its result as far as known.

    That is () where nothing is known of it, and None where the arguments were not found right.
    """
    try:
        with _torch.unseen():
            kind = _kind_of_call(layer, given, hx)
            known = _known.get(kind) if kind is not None else None
            if known is None and _hold_arguments(layer, signatures, given, hx):
                known = ()
    except ContractError:
        raise
    except Exception:
        _step_aside()
        return None, None
    return kind, known


@partial(_torch.uncompiled, and_below=True)
def _after(
    kind: object, known: object, layer: nn.Module, signatures: Signatures, given: object, hx: object, result: object
) -> None:
    """Hold the result against its signature, where it is not of the kind that such a call is known to have."""
    try:
        with _torch.unseen():
            found = _kind(result)
            if found is not None and found == known:
                return
            if _hold_result(layer, signatures, given, hx, result) and kind is not None and found is not None:
                if len(_known) >= MOST_KNOWN:
                    _known.clear()
                _known[kind] = found
    except ContractError:
        raise
    except Exception:
        _step_aside()


def _step_aside() -> None:
    """After a mistake of ours, which is logged once, the layers are torch's."""
    global _steps_aside
    _steps_aside = True
    # As text: a record that keeps the traceback would keep the tensors of the call.
    trace = traceback.format_exc()
    logger.error("rnnshape made a mistake; its typed layers check nothing any more. Please report this\n%s", trace)


def _leaf(layer: nn.Module, given: Proxy, hx: object) -> Proxy:
    """Write the layer down as one node, as torch.fx does with torch's own."""
    tracer = cast("Tracer", given.tracer)
    return tracer.create_proxy("call_module", tracer.path_of_module(layer), (given,) if hx is None else (given, hx), {})


# What a verdict depends on


def _kind_of_call(layer: nn.Module, given: object, hx: object) -> object:
    """Return all that a signature looks at; None where it cannot be had cheaply."""
    first, state = _kind(given), None if hx is None else _kind(hx)
    if first is None or (state is None and hx is not None):
        return None
    if isinstance(layer, nn.RNNCellBase):
        return type(layer), layer.input_size, layer.hidden_size, first, state
    return (
        type(layer), layer.input_size, layer.hidden_size, layer.num_layers, layer.bidirectional, layer.batch_first,
        layer.proj_size, first, state,
    )  # fmt: skip


def _kind(value: Any) -> object:
    """Return type, sizes and dtypes of a tensor, of a PackedSequence, or of a pair; None for anything else."""
    kind = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is Tensor or kind is Parameter:
        return None if value.is_nested else (value.shape, value.dtype)
    if (kind is tuple or kind is list) and len(value) == 2:
        first, second = _kind(value[0]), _kind(value[1])
        return None if first is None or second is None else (kind, first, second)
    if kind is PackedSequence and (sizes := _torch.packed_sizes(value)):
        return kind, value.data.shape, value.data.dtype, sizes
    return None


# Asking


@cache
def _quick(signature: FunctionType) -> Callable[..., object]:
    """Return a signature as beartype checks it, in one pass and with few words."""
    return jaxtyped(typechecker=None)(beartype(signature))


@cache
def _spoken(signature: FunctionType) -> Callable[..., object]:
    """Return a signature as jaxtyping has beartype check it, to say what is wrong."""
    return jaxtyped(typechecker=beartype)(signature)


@cache
def _without_result(signature: FunctionType) -> FunctionType:
    alone = FunctionType(signature.__code__, signature.__globals__, signature.__name__, signature.__defaults__)
    alone.__annotations__ = {name: value for name, value in signature.__annotations__.items() if name != "return"}
    for name in ("__module__", "__qualname__", "__doc__"):
        setattr(alone, name, getattr(signature, name))
    return alone


def _violation(signature: FunctionType, args: tuple[object, ...], rest: dict[str, object]) -> TypeCheckError | None:
    try:
        _quick(signature)(*args, **rest)
    except BeartypeCallHintViolation:
        try:
            _spoken(signature)(*args, **rest)
        except TypeCheckError as violation:
            return violation
    return None


def _arguments(
    layer: nn.Module, signatures: Signatures, given: object, hx: object
) -> tuple[FunctionType, tuple[object, ...], dict[str, object]]:
    """Choose the signature of a layout, and return it with what it takes."""
    hx = tuple(cast("list[object]", hx)) if isinstance(hx, list) else hx  # torch takes either, and tells by position
    if isinstance(given, PackedSequence) and "packed" in signatures and (sizes := _torch.packed_sizes(given)):
        return signatures["packed"], (layer, given.data, hx), {"samples": sizes[0]}
    dims = given.dim() if isinstance(given, Tensor) else None
    if "batched" in signatures:
        return signatures["unbatched" if dims == 1 else "batched"], (layer, given, hx), {}
    batched = "batch_first" if layer.batch_first else "seq_first"
    return signatures["unbatched" if dims == 2 else batched], (layer, given, hx), {}


def _hold_arguments(layer: nn.Module, signatures: Signatures, given: object, hx: object) -> bool:
    signature, args, rest = _arguments(layer, signatures, given, hx)
    violation = _violation(_without_result(signature), args, rest)
    if violation is not None:
        _object(layer, given, hx, violation)
    return violation is None


def _hold_result(layer: nn.Module, signatures: Signatures, given: object, hx: object, result: Any) -> bool:
    signature, args, rest = _arguments(layer, signatures, given, hx)
    rest["result"] = (result[0].data, *result[1:]) if rest else result
    violation = _violation(signature, args, rest)
    if violation is not None:
        _object(layer, given, hx, violation, result)
    return violation is None


def _object(layer: nn.Module, given: object, hx: object, violation: TypeCheckError, result: object = None) -> None:
    """Raise what the contract says about a call; where it has no objection, torch decides."""
    door = door_of(layer, _torch.path_from_stack(layer), Report(), frozenset(ignored_codes()))
    judged = door and door.judge(LayerCall(layer, (given, hx), {}))
    if not door or not judged:
        return
    request, mismatches = judged
    if result is not None:
        wrong = door.judge_result(request, result) or ()
    else:
        wrong = [m for m in mismatches if rule(m.code).severity == "error"]
    if findings := door.findings(request, wrong):
        raise ContractError(message_of(findings), tuple(findings)) from violation
