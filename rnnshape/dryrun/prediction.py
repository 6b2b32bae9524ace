"""`predict_model`: a model's own ``forward`` on tensors without elements, and everything that it shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from rnnshape import _torch
from rnnshape.dryrun.descriptions import Description, described, nested
from rnnshape.dryrun.recording import Draft
from rnnshape.dryrun.running import NeedsWholeNumbersError, Request, Run, is_unknowable, run
from rnnshape.errors import RNNShapeError, SpecError, SpecTypeError
from rnnshape.judging.failure import add_batch_of_one
from rnnshape.model import ModelPrediction, ModuleCall
from rnnshape.rules import checked_codes
from rnnshape.settings import ignored_codes
from rnnshape.sizes import Total

__all__ = ["predict_model"]


def predict_model(
    model: nn.Module,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    target: Any = None,
    loss: Callable[[Any, Any], Any] | None = None,
    ignore: Iterable[str] = (),
) -> ModelPrediction:
    """Predict every call of every module of a model.

    Args:
        model: the model, in the mode (train or eval) that it is to be predicted in. It is only read.
        args: what its ``forward`` takes, with a Layout string in the place of each tensor.
        kwargs: keyword arguments, likewise.
        target: what the loss compares the output with, likewise.
        loss: called as ``loss(output, target)``.
        ignore: codes that are not reported.

    Raises:
        SpecError: where an input cannot be read, or the model does not take it.
        RNNShapeError: where the model cannot be run without elements.
    """
    model = getattr(model, "_orig_mod", model)
    names = _bound_names(model, args, kwargs)
    request = Request(
        model,
        tuple(described(value, name) for name, value in zip(names, args, strict=True)),
        {name: described(value, name) for name, value in kwargs.items()},
        described(target, "target"),
        loss,
        (*checked_codes(ignore), *ignored_codes()),
    )
    found, whole = _run(request)
    _raise_ours(found)
    if found.error is not None and request.doubled() != request:
        add_batch_of_one(found.report, found.squeezed, lambda: _raise_any(run(request.doubled(), {}, whole)))
    return _prediction(request, found, whole)


def _bound_names(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[str]:
    """Return the name of each positional argument.

    Raises:
        SpecTypeError: where ``forward`` does not take these arguments.
    """
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):
        return [f"argument {i}" for i in range(len(args))]
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        takes = ", ".join(signature.parameters)
        raise SpecTypeError(f"{type(model).__name__}.forward({takes}): {error}") from None
    known = [p.name for p in signature.parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    return [known[i] if i < len(known) else f"argument {i}" for i in range(len(args))]


def _run(request: Request, numbers: dict[str, int] | None = None) -> tuple[Run, list[str]]:
    """Run, and again wherever it turns out that an input of no stated dtype is an index."""
    whole: list[str] = []
    open_ones = _without_dtype(request)
    while True:
        try:
            return run(request, numbers or {}, whole), whole
        except NeedsWholeNumbersError as error:
            left = [name for name in open_ones if name not in whole]
            name = error.name or (left[0] if len(left) == 1 else None)
            if name is None or name in whole:
                raise SpecError(
                    "an embedding gets numbers that are no indices; say which input is made of whole numbers, as in "
                    "'batch=6 seq=9: int64'"
                ) from None
            whole.append(name)


def _without_dtype(request: Request) -> list[str]:
    found: list[str] = []

    def look(value: Any, _: str) -> None:
        if isinstance(value, Description) and value.dtype is None:
            found.append(value.where)

    nested(request.described(), look)
    return found


def _raise_ours(found: Run) -> None:
    """Raise what is not the model's mistake but ours, or torch's fake tensors'."""
    error = found.error
    if error is None or is_unknowable(error) or not _torch.is_ours(error):
        return
    here = _torch.traceback_location(error)
    first = str(error).split("\n")[0]
    cause = f"{type(error).__name__}: {first}"
    raise RNNShapeError(f"{here or 'the model'}: this cannot be run without elements: {cause}") from error


def _raise_any(found: Run) -> None:
    if found.error is not None:
        raise found.error


def _prediction(request: Request, found: Run, whole: list[str]) -> ModelPrediction:
    model = found.model or request.model
    parameters = {id(p): p for p in model.parameters()}.values()
    stopped = ""
    if found.error is not None and is_unknowable(found.error):
        here = _torch.traceback_location(found.error)
        line = f":  {here.code}" if here and here.code else ""
        stopped = f"at {here}{line}; what comes next depends on the values of a tensor, which a dry run does not have"
    calls = tuple(map(_call, found.drafts))
    notes = [f"{name} is taken to be int64, since it is used as an index" for name in whole]
    complete = found.error is None
    peak = None
    if complete:
        alone = run(request, {}, whole, watched=False)
        peak = Total.of(alone.costs.peak()) if alone.error is None else None
    return ModelPrediction(
        title=type(model).__name__,
        calls=calls,
        findings=tuple(found.report.findings),
        parameters=sum(p.numel() for p in parameters),
        parameter_bytes=sum(p.numel() * p.element_size() for p in parameters),
        activation_bytes=Total.of(
            v.bytes for draft, call in zip(found.drafts, calls, strict=True) if _is_leaf(draft) for v in call.outputs
        ),
        peak_bytes=peak,
        unfollowed=tuple(found.report.unfollowed),
        notes=tuple(notes),
        stopped=stopped,
    )


def _is_leaf(draft: Draft) -> bool:
    return next(draft.module.children(), None) is None


def _call(draft: Draft) -> ModuleCall:
    module = draft.module
    kind = type(module).__name__
    spec = _torch.spec_of(module)
    return ModuleCall(
        path=draft.path,
        kind=kind,
        spec=repr(spec) if spec else _described(module, kind),
        inputs=draft.inputs,
        outputs=draft.outputs,
        parameters=sum(p.numel() for p in module.parameters()),
        flops=Total.of([draft.total()]),
        depth=draft.depth,
        number=draft.number,
        also=draft.also,
    )


def _described(module: nn.Module, kind: str) -> str:
    extra = " ".join(module.extra_repr().split())
    return f"{kind}({extra})" if extra else kind
