"""Whether a call is as annotated: sizes and dtypes, checked with beartype, and what is wrong in words of ours."""

from __future__ import annotations

import inspect
import random
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, cast

from rnnshape import text
from rnnshape.contracts.agreement import Agreement
from rnnshape.contracts.annotations import RESULT, Annotations, ArrayHint, is_array, is_union, layout_of_hint, leaves_of
from rnnshape.report.mistake import Mistake

__all__ = ["BROKEN", "Violation", "kind", "kind_of_call", "violations"]

BROKEN = "RNS215"
"""The rule that is broken where sizes or a dtype are not as annotated."""

_NOT_ITS_SIZES = ("this value ", "this array has dtype ")
"""How jaxtyping begins when the type or the dtype is wrong."""


class Violation(NamedTuple):
    """A value that is not as annotated.

    Attributes:
        mistake: what differs.
        reason: jaxtyping's own text.
    """

    mistake: Mistake
    reason: str


def violations(
    annotations: Annotations, arguments: Mapping[str, object], result: object = inspect.Parameter.empty
) -> list[Violation]:
    """Check sizes and dtypes with beartype, and say what is wrong with them.

    Args:
        annotations: of the function.
        arguments: of one call, by name.
        result: what it returned, where it has; then only that is reported.

    Returns:
        Of the arguments, or of the result, what is not as annotated.
    """
    ended = result is not inspect.Parameter.empty
    values = [*arguments.items(), *([(RESULT, result)] if ended else [])]
    hints = {**annotations.parameters, **({RESULT: annotations.result} if ended and annotations.result is not None else {})}
    from jaxtyping import AnnotationError

    try:
        failed = _failed(hints, dict(values), arguments)
    except AnnotationError as error:
        annotations.note = f"jaxtyping cannot read an annotation: {error}"
        return []
    return list(_violations(hints, dict(values), failed, ended))


def kind_of_call(annotations: Annotations, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
    """Return all that decides whether arguments are as annotated; None where that is more than sizes and dtypes."""
    if not annotations.is_by_sizes:
        return None
    given = len(args)
    kinds = [kind(args[at]) for at in annotations.positions if at < given]
    if kwargs:
        kinds += [(name, kind(value)) for name, value in kwargs.items() if name in annotations.parameters]
    return None if None in kinds else (given, *kinds)


def kind(value: object) -> object:
    """Return what decides whether a value is as annotated: type, sizes and dtype; None for what may hold anything."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return (value,)
    if isinstance(value, tuple):
        kinds = tuple(map(kind, cast("tuple[object, ...]", value)))
        return None if None in kinds else kinds
    sizes, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    return None if sizes is None or dtype is None else (type(value), sizes, dtype)


def _failed(
    hints: Mapping[str, object], values: Mapping[str, object], arguments: Mapping[str, object]
) -> dict[str, dict[str, str]]:
    """Return jaxtyping's reasons, by value and by the arrays in it, for the values that are not as annotated."""
    from beartype.door import is_bearable
    from jaxtyping import jaxtyped  # pyright: ignore[reportUnknownVariableType]

    failed: dict[str, dict[str, str]] = {}

    def check(**_: object) -> None:
        for name, hint in hints.items():
            if name not in values:
                continue
            # Every item, in order, before beartype looks at one of them: what is bound does not depend on which.
            found = _reasons(hint, values[name], name) if _is_sampled(hint) else {}
            if not is_bearable(values[name], cast("type[object]", hint)):
                failed[name] = found or _reasons(hint, values[name], name)
            elif found:
                failed[name] = found

    # jaxtyping reads {self.hidden_size} off the arguments of the function that it stands around.
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in arguments]
    check.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    dice = random.getstate() if any(map(_is_sampled, hints.values())) else None
    try:
        jaxtyped(check, typechecker=None)(**arguments)
    finally:
        if dice is not None:
            random.setstate(dice)
    return failed


def _reasons(hint: object, value: object, name: str) -> dict[str, str]:
    reasons = ((where, leaf.__instancecheck_str__(item)) for leaf, item, where in leaves_of(hint, value, name))
    return {where: reason for where, reason in reasons if reason}


def _is_sampled(hint: object) -> bool:
    """Tell whether beartype looks at one random item of a value, with the numbers of the user's program."""
    origin = typing.get_origin(hint)
    own = origin is not None and origin is not tuple and not is_union(hint)
    return own or typing.get_args(hint)[1:] == (...,) or any(map(_is_sampled, typing.get_args(hint)))


def _violations(
    hints: Mapping[str, object], values: Mapping[str, object], failed: Mapping[str, Mapping[str, str]], ended: bool
) -> Iterator[Violation]:
    """Say what is wrong with the values that failed, in words of ours where the sizes tell, else in jaxtyping's."""
    agreement = Agreement(BROKEN)
    for name in (n for n in hints if n in values):
        found = [
            violation
            for leaf, item, where in leaves_of(hints[name], values[name], name)
            if (violation := _violation(agreement, leaf, item, where, failed.get(name, {}).get(where, "")))
        ]
        if name in failed and (name == RESULT) == ended:
            yield from found or [_unlike(hints[name], values[name], name, f"{name} is not {_written(hints[name])}")]


def _violation(agreement: Agreement, hint: ArrayHint, value: object, where: str, reason: str) -> Violation | None:
    layout, sizes = layout_of_hint(hint), getattr(value, "shape", None)
    mismatch = agreement.hold(layout, tuple(sizes), where) if layout is not None and sizes is not None else None
    if not reason:
        return None
    if (
        reason.startswith(_NOT_ITS_SIZES) or mismatch is None or layout is None or sizes is None
    ):  # its type or dtype, or a computed size
        return _unlike(hint, value, where, reason)
    turn = agreement.exchange(layout, tuple(sizes)) if not where.startswith(RESULT) else None
    fits = f"{where}.transpose({turn[0]}, {turn[1]}) fits" if turn else None
    return Violation(replace(mismatch, suggestion=fits), reason)


def _unlike(hint: object, value: object, where: str, reason: str) -> Violation:
    fact = f"{where} is {_shown(value)}, annotated {_written(hint)}"
    computed = "" if reason.startswith((*_NOT_ITS_SIZES, where)) else f": {reason}"
    return Violation(Mistake(BROKEN, fact + computed, subject=where), reason)


def _shown(value: object) -> str:
    """Describe a value without showing what is in it."""
    sizes, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if sizes is None or dtype is None:
        own: type[object] = type(value)
        name = own.__name__ if own.__module__ == "builtins" else f"{own.__module__}.{own.__name__}"
        return "None" if value is None else text.a(name)
    return f"{str(dtype).removeprefix('torch.')} {tuple(sizes)}"


def _written(hint: object) -> str:
    """Write a hint as its author did."""
    if is_array(hint):
        array = getattr(hint.array_type, "__name__", str(hint.array_type))
        return f"{hint.dtype.__name__}[{array}, {hint.dim_str!r}]"
    return str(hint).replace("jaxtyping.", "").replace("torch.", "")
