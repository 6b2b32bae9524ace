"""A recurrent layer and a call of it, read off torch's objects into the plain data that calculator and contracts work with."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.loss import _Loss  # pyright: ignore[reportPrivateUsage]
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape._torch import is_autocast, packed_sizes
from rnnshape.calculator.spec import RNNSpec
from rnnshape.contracts.contract import Argument, Call, Given, Other, Packed
from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.layout.sizes import shown

__all__ = ["argument_of", "call_of", "checked_input", "checked_loss", "checked_module", "forwarded", "has_layers", "spec_of"]


def checked_module(given: object, verb: str, call: str) -> nn.Module:
    """Return what a caller gave for a model.

    Args:
        given: the model, or anything else.
        verb: what it was given to.
        call: what to write instead.

    Raises:
        SpecTypeError: where it is no module; a class of modules is none either.
    """
    if isinstance(given, nn.Module):
        return given
    what = f"the class {given.__name__}" if isinstance(given, type) else text.a(type(given).__name__)
    raise SpecTypeError(f"{verb}: {what} is no module; give a model, such as {call}")


def forwarded(
    verb: str, model: nn.Module, args: tuple[object, ...], kwargs: Mapping[str, object], options: Mapping[str, bool]
) -> dict[str, object]:
    """Return the keyword arguments of a model's ``forward``: those that a verb was given, and those in its ``kwargs={...}``.

    Args:
        verb: what was called, such as "diagnose".
        model: the model.
        args: positional arguments of ``forward``.
        kwargs: what the verb was given by name, but for options of its own.
        options: of the verb's own, and whether it was given each.

    Raises:
        SpecError: where a name could be an option or an argument of ``forward``, or is nearly an option and no argument of
            ``forward``, or ``kwargs`` is no dict of arguments.
    """
    given = dict(kwargs)
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):
        signature = inspect.Signature()
    taken = {p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    more = given.get("kwargs")
    named = cast("Mapping[object, object]", more) if isinstance(more, Mapping) else None
    if "kwargs" in given and ("kwargs" not in taken or (named is not None and "kwargs" in named)):
        if named is None or not all(isinstance(name, str) for name in named):
            written = shown(given["kwargs"])
            raise SpecError(f"kwargs={written}: a dict of arguments of forward is needed, such as kwargs={{'mask': mask}}")
        del given["kwargs"]
        if twice := [name for name in named if name in given]:
            raise SpecError(f"{verb}: {twice[0]!r} is given twice, by name and in kwargs=")
        _refuse_misspelt(verb, model, signature, given, options)
        return {**given, **cast("Mapping[str, object]", named)}
    _refuse_misspelt(verb, model, signature, given, options)
    try:
        bound = signature.bind_partial(*args, **given).arguments
    except TypeError:  # the call of the model will say so
        return given
    for name, is_given in options.items():
        if is_given and name in taken and name not in bound:
            raise SpecError(
                f"{name}= is an option of {verb}, and {type(model).__name__}.forward takes {name!r} too: write "
                f"kwargs={{{name!r}: ...}} for forward's, or kwargs={{}} beside {name}= for {verb}'s"
            )
    return given


def _refuse_misspelt(
    verb: str, model: nn.Module, signature: inspect.Signature, given: Iterable[str], options: Iterable[str]
) -> None:
    """Refuse a name that ``forward`` does not take and that is nearly an option: the model is not to blame for it."""
    parameters = signature.parameters.values()
    if not parameters or any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    for name in given:
        if name not in signature.parameters and (near := text.nearest(name, options)):
            takes = text.listed(signature.parameters)
            raise SpecError(f"{verb} has no option {name!r}, and {type(model).__name__}.forward takes {takes}{near}")


def checked_loss(verb: str, loss: Any, target: object) -> None:
    """Refuse a loss that cannot be called with an output and a target.

    Args:
        verb: what it was given to.
        loss: what a caller gave for the loss; None where there is none.
        target: likewise; a loss of torch's own needs one.

    Raises:
        SpecTypeError: where it is no function, or a class of losses.
        SpecError: where it needs a target and there is none.
    """
    if loss is None:
        return
    if inspect.isclass(loss) and issubclass(loss, nn.Module):
        name = loss.__name__
        raise SpecTypeError(f"{verb}: loss={name} is a class, which loss(output, target) makes no loss of; write loss={name}()")
    if not callable(loss):
        needed = "a function of output and target is needed, such as loss=torch.nn.functional.cross_entropy"
        raise SpecTypeError(f"{verb}: loss={shown(loss)}: {needed}")
    if target is None and (isinstance(loss, _Loss) or getattr(loss, "__module__", None) == "torch.nn.functional"):
        name = getattr(loss, "__name__", type(loss).__name__)
        raise SpecError(f"{verb}: loss={name} compares the output with a target, and there is none; pass target= too")


def checked_input(verb: str, model: nn.Module) -> None:
    """Look at a call without arguments.

    Args:
        verb: what was called, such as "diagnose".
        model: the model.

    Raises:
        SpecError: where ``forward`` needs some. It says what the first recurrent layer reads.
    """
    try:
        taken = inspect.signature(model.forward).parameters.values()
    except (TypeError, ValueError):
        return
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [p.name for p in taken if p.default is p.empty and p.kind not in variadic]
    if not needed:
        return
    reads = ""
    for path, module in cast("Iterable[tuple[str, nn.Module]]", model.named_modules()):
        if (spec := spec_of(module)) is not None:
            order = "batch seq" if spec.batch_first else "seq batch"
            names = "batch" if isinstance(module, nn.RNNCellBase) else order
            reads = f"; {f'its {path}' if path else 'it'} reads {names} feature={spec.input_size}"
            break
    name = type(model).__name__
    takes = text.listed(needed)
    raise SpecError(f"{verb}: {name} takes {takes}, and nothing was given; write {verb}(model, {', '.join(needed)}){reads}")


def spec_of(module: nn.Module) -> RNNSpec | None:
    """Return the configuration of a module, None where it is no recurrent layer."""
    try:
        return RNNSpec.from_module(module)
    except Exception:  # not only SpecError: what else stands in a module may be a property that raises anything
        return None


def has_layers(model: nn.Module) -> bool:
    """Tell whether a model has a recurrent layer or cell."""
    return any(map(spec_of, model.modules()))


def call_of(module: nn.Module, given_input: object, state: object) -> Call | None:
    """Reduce a call to what a contract looks at; None where the input is some stand-in for a tensor."""
    found = argument_of(given_input)
    if isinstance(found, Other) and found.type not in ("tuple", "list", "dict", "numpy.ndarray", "NoneType"):
        return None
    weight = next((_given(p) for p in module.parameters(recurse=False)), None)
    return Call(
        input=found,
        state=None if state is None else argument_of(state),
        weight=weight,
        autocast=is_autocast(),
        default_dtype=_dtype(torch.get_default_dtype()),
    )


def _given(tensor: Tensor) -> Given:
    """Reduce a tensor to what a contract looks at."""
    return Given(tuple(tensor.shape), _dtype(tensor.dtype), str(tensor.device))


def _dtype(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def argument_of(value: object) -> Argument:
    """Reduce any argument to what a contract looks at."""
    if isinstance(value, Tensor) and _has_sizes(value):
        return _given(value)
    if isinstance(value, PackedSequence) and _has_sizes(value.data) and (sizes := packed_sizes(value)):
        return Packed(_given(value.data), *sizes)
    if isinstance(value, (tuple, list)) and not isinstance(value, PackedSequence):
        kind = "tuple" if isinstance(value, tuple) else "list"  # a namedtuple is a tuple to torch
        return Other(kind, tuple(argument_of(v) for v in cast("tuple[object, ...]", value)))
    return Other(f"{type(value).__module__}.{type(value).__name__}".removeprefix("builtins."))


def _has_sizes(tensor: Tensor) -> bool:
    """Tell whether a tensor has one int for each dim: a nested one has none, a tracer's has symbols."""
    return not tensor.is_nested and all(type(size) is int for size in tensor.shape)
