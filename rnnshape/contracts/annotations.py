"""Axes that are already written down: jaxtyping annotations such as ``Float[Tensor, "batch seq 4"]`` on a function."""

from __future__ import annotations

import builtins
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeGuard, cast

from rnnshape.errors import LayoutError
from rnnshape.layout.axes import whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial

__all__ = [
    "RESULT", "Annotations", "ArrayHint", "Claim", "annotated_axes", "annotations_of", "claims", "is_array", "is_union",
    "layout_of_hint", "leaves_of", "of_any_size",
]  # fmt: skip

RESULT = "the result"
"""What a returned value is called."""


class ArrayHint(Protocol):
    """An annotation of jaxtyping's, such as ``Float[Tensor, "batch seq 4"]``.

    Attributes:
        dim_str: the string.
        array_type: the class of the array.
        dtype: jaxtyping's class of dtypes.
    """

    dim_str: str
    array_type: type[object]
    dtype: type[object]

    def __instancecheck_str__(self, obj: object) -> str:
        """Return why a value is not as annotated; empty where it is."""
        ...


class Claim(NamedTuple):
    """What an annotation, or a caller, says of one tensor.

    Attributes:
        name: of the tensor, such as "x", "state[0]" or "the result".
        value: the tensor or array.
        layout: its axes as far as they are named.
    """

    name: str
    value: Any
    layout: Layout


@dataclass(eq=False)
class Annotations:
    """The annotations of one function that speak of axes.

    Attributes:
        signature: of the function.
        parameters: by name, those that have an array of jaxtyping's in them.
        result: of what it returns, or None.
        checked_by_user: whether the function checks them itself, by jaxtyping's decorator.
        unread: parameters whose annotation cannot be evaluated.
        note: why nothing could be checked, where that is so.
        positions: of the parameters that may be passed by position.
        is_by_sizes: whether sizes and dtypes decide if a call is as annotated, and no attribute of a module.
        right: kinds of calls that were found right.
    """

    signature: inspect.Signature
    parameters: dict[str, object]
    result: object
    checked_by_user: bool
    unread: tuple[str, ...] = ()
    note: str = ""
    right: set[object] = field(default_factory=set[object])
    positions: tuple[int, ...] = field(init=False)
    is_by_sizes: bool = field(init=False)

    def __post_init__(self) -> None:
        self.positions = tuple(at for at, name in enumerate(self.signature.parameters) if name in self.parameters)
        self.is_by_sizes = not any("{" in repr(hint) for hint in (*self.parameters.values(), self.result))

    def __bool__(self) -> bool:
        return bool(self.parameters) or self.result is not None

    def claims(self, arguments: Mapping[str, object]) -> Iterator[Claim]:
        """Yield what is annotated of each argument."""
        for name, hint in self.parameters.items():
            if name in arguments:
                yield from claims(hint, arguments[name], name)


def annotations_of(function: Callable[..., object]) -> Annotations | None:
    """Read the annotations of a function; None where it has no signature or does not want to be checked."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    if getattr(function, "__no_type_check__", False):
        return None
    innermost = inspect.unwrap(function)
    names = _names(innermost)
    hints: dict[str, object] = {}
    unread: list[str] = []
    for name, annotation in [
        *((p.name, p.annotation) for p in signature.parameters.values()),
        ("", signature.return_annotation),
    ]:
        try:
            hint = eval(annotation, names) if isinstance(annotation, str) else annotation
        except Exception:  # whatever the text of an annotation does when it is evaluated
            unread.append(name or RESULT)
            continue
        if _has_arrays(hint):
            hints[name] = hint
    kinds = {p.name: p.kind for p in signature.parameters.values()}
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = {n: h for n, h in hints.items() if n and kinds[n] not in variable}
    returns = hints.get("") if not _yields(innermost) else None
    return Annotations(signature, named, returns, _is_checked(function), tuple(unread))


def annotated_axes(function: Callable[..., object]) -> dict[str, Layout]:
    """Return, for each parameter that has one, the axes of its annotation, of any size.

    A parameter whose number of dims is left open (``*batch``, ``...``) is left out.
    """
    found = annotations_of(function)
    leaves = {name: _single(hint) for name, hint in found.parameters.items()} if found is not None else {}
    layouts = {name: layout_of_hint(leaf) for name, leaf in leaves.items() if leaf is not None}
    return {name: of_any_size(layout) for name, layout in layouts.items() if layout is not None}


def claims(hint: object, value: object, name: str) -> Iterator[Claim]:
    """Yield what an annotation says of a value and of the arrays in it, as far as its structure can be followed."""
    for leaf, item, where in leaves_of(hint, value, name):
        layout = layout_of_hint(leaf)
        if layout is not None and len(getattr(item, "shape", ())) == layout.ndim:
            yield Claim(where, item, layout)


def of_any_size(layout: Layout) -> Layout:
    """Return the same axes without their sizes; a product of axes keeps them."""
    dims = (
        (whole(dim[0].axis, Monomial(1, (f"_{number}",))),) if len(dim) == 1 and dim[0].size == dim[0].total else dim
        for number, dim in enumerate(layout.dims)
    )
    return Layout(tuple(dims))


# Hints


def _names(function: object) -> dict[str, object]:
    """Return the names that an annotation may use: the globals of its function, and what that closes over."""
    names: dict[str, object] = {**vars(builtins), **getattr(function, "__globals__", {})}
    code = getattr(function, "__code__", None)
    for name, cell in zip(getattr(code, "co_freevars", ()), getattr(function, "__closure__", None) or (), strict=False):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return names


def is_array(hint: object) -> TypeGuard[ArrayHint]:
    """Tell whether a hint is an array of jaxtyping's."""
    return isinstance(hint, type) and isinstance(getattr(hint, "dim_str", None), str)


def _has_arrays(hint: object) -> bool:
    return is_array(hint) or any(map(_has_arrays, typing.get_args(hint)))


def _yields(function: object) -> bool:
    """Tell whether a function is a generator: what it returns is then not what its annotation speaks of."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def is_union(hint: object) -> bool:
    """Tell whether a hint is a union, ``Optional`` included."""
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _is_checked(function: object) -> bool:
    """Tell whether jaxtyping's decorator stands around a function, with a type checker inside."""
    while function is not None:
        code = getattr(function, "__code__", None)
        if (
            code is not None
            and "param_signature" in code.co_freevars
            and str(getattr(function, "__globals__", {}).get("__name__")).startswith("jaxtyping")
        ):
            return True
        if getattr(function, "__beartype_wrapper", False):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def _single(hint: object) -> ArrayHint | None:
    """Return the one array of a hint such as ``Float[Tensor, "batch"] | None``; None where there are several or none."""
    found = [h for h in typing.get_args(hint) if is_array(h)] if is_union(hint) else [hint]
    return found[0] if len(found) == 1 and is_array(found[0]) else None


def leaves_of(hint: object, value: object, name: str) -> Iterator[tuple[ArrayHint, Any, str]]:
    """Walk a hint and a value together, down to arrays."""
    if is_array(hint):
        yield hint, value, name
        return
    args, origin = typing.get_args(hint), typing.get_origin(hint)
    if is_union(hint):
        fits = [h for h in args if _has_arrays(h) and _may_be(h, value)]
        if len(fits) == 1:
            yield from leaves_of(fits[0], value, name)
    elif origin is tuple and isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        hints = args[:1] * len(items) if args[1:] == (...,) else args
        for number, (inner, item) in enumerate(zip(hints, items, strict=False)):
            yield from leaves_of(inner, item, f"{name}[{number}]")
    elif isinstance(value, list) and len(args) == 1:
        for number, item in enumerate(cast("list[object]", value)):
            yield from leaves_of(args[0], item, f"{name}[{number}]")
    elif isinstance(value, Mapping) and len(args) == 2:
        for key, item in cast("Mapping[object, object]", value).items():
            yield from leaves_of(args[1], item, f"{name}[{key!r}]")


def _may_be(hint: object, value: object) -> bool:
    """Tell whether a member of a union is meant: by the kind of the value, and of an array by the number of its dims."""
    if not is_array(hint):
        origin = typing.get_origin(hint)
        return isinstance(origin, type) and isinstance(value, origin)
    sizes = getattr(value, "shape", None)
    layout = layout_of_hint(hint)
    return sizes is not None and (layout is None or layout.ndim == len(sizes))


def layout_of_hint(hint: ArrayHint) -> Layout | None:
    """Return the axes of an annotated array; None where it leaves the number of its dims open."""
    return _layout_of(hint.dim_str)


@functools.lru_cache(maxsize=1024)
def _layout_of(text: str) -> Layout | None:
    try:
        return Layout.from_jaxtyping(text)
    except LayoutError:
        return None
