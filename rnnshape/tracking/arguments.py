"""The arguments of a call, and what `axes=` may say of them: refused before anything runs where no call could fit it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from rnnshape import text
from rnnshape.contracts.annotations import annotated_axes
from rnnshape.errors import LayoutError, SpecError
from rnnshape.layout.entries import entries_in
from rnnshape.layout.layout import Layout
from rnnshape.layout.letters import parse_axes
from rnnshape.layout.sizes import shown

__all__ = [
    "Argument", "Axes", "annotated", "are_names", "arguments_of", "check_axes", "check_form", "of_no_argument", "unpacked",
]  # fmt: skip

Axes = str | Layout | Sequence[Any] | Mapping[str, Any] | None
"""A Layout or its string, a tuple of names, None, or the same nested as the arguments are, be it in one string."""


def check_form(axes: object, name: str = "axes") -> None:
    """Refuse what can be no axes of any argument.

    Raises:
        SpecError: where it is neither a Layout nor its string, nor entries for several arguments.
    """
    if axes is not None and not isinstance(axes, (str, Layout, Sequence, Mapping)):
        needed = "a Layout is needed, such as 'batch seq feature', or an entry for each argument, such as ('batch seq', None)"
        raise SpecError(f"{name}={shown(axes)}: {needed}")


class Argument(NamedTuple):
    """An argument of a call.

    Attributes:
        name: of the parameter.
        value: what was given for it.
        place: of the parameter among those of the function.
    """

    name: str
    value: Any
    place: int


def arguments_of(function: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Argument]:
    """Return the arguments of a call in the order in which a function takes them; of ``*args`` each by itself."""
    try:
        signature = inspect.signature(function)
        bound = signature.bind_partial(*args, **kwargs).arguments
    except (TypeError, ValueError):  # Python will say so when it is called, or there is no signature
        named = [*((f"argument {place}", value) for place, value in enumerate(args)), *kwargs.items()]
        return [Argument(name, value, place) for place, (name, value) in enumerate(named)]
    found: list[Argument] = []
    for place, parameter in enumerate(signature.parameters.values()):
        value = bound.get(parameter.name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            found += [Argument(f"argument {at}", item, at) for at, item in enumerate(value or (), place)]
        elif parameter.kind is parameter.VAR_KEYWORD:
            found += [Argument(name, item, place + at) for at, (name, item) in enumerate((value or {}).items())]
        elif parameter.name in bound:
            found.append(Argument(parameter.name, value, place))
    return found


def annotated(function: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Layout]:
    """Return what the annotations of a function say of the arguments of a call, but for tensors that have other dims."""
    said = annotated_axes(function)
    tensors = {a.name: a.value for a in arguments_of(function, args, kwargs) if isinstance(a.value, Tensor)} if said else {}
    return {name: layout for name, layout in said.items() if name not in tensors or tensors[name].dim() == layout.ndim}


def check_axes(axes: Axes, function: Callable[..., object] | None, name: str = "axes") -> None:
    """Refuse axes that no call of a function could fit.

    Args:
        axes: as `rnnshape.diagnose` takes it.
        function: what is called; None where that is not known yet.
        name: of the axes in an error.

    Raises:
        SpecError: where a string cannot be read, or a name is none of the function's; for all that there are.
    """
    check_form(axes, name)
    axes = unpacked(axes)
    found = [*of_no_argument(axes, function, name)] if function is not None else []
    found += map(SpecError, _unreadable(axes, name))
    if found:
        raise SpecError("\n".join(map(str, found)))


def unpacked(axes: Any) -> Any:
    """Return axes in which every string that is of several tensors is a tuple."""
    if isinstance(axes, str):
        found = entries_in(axes)
        return axes if found is None else found
    if isinstance(axes, Mapping):
        return {key: unpacked(entry) for key, entry in axes.items()}
    return [unpacked(entry) for entry in axes] if isinstance(axes, (tuple, list)) else axes


def _unreadable(axes: Any, name: str, is_entry: bool = False) -> Iterator[str]:
    """Yield what cannot be read, each with the entry in which it stands."""
    if isinstance(axes, Mapping):
        for key, entry in axes.items():
            yield from _unreadable(entry, f"{name}[{key!r}]" if is_entry else f"{name} of {key!r}", True)
    elif isinstance(axes, (tuple, list)):
        for at, entry in enumerate(axes):
            yield from _unreadable(entry, f"{name}[{at}]", True)
    elif isinstance(axes, str):
        try:
            parse_axes(axes)
        except LayoutError as error:
            yield f"{name}: {error}"


def of_no_argument(axes: Any, function: Callable[..., object], name: str) -> Iterator[SpecError]:
    """Yield what is wrong with entries for arguments that a function does not take."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return
    if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
        return
    known = [p.name for p in parameters if p.name not in ("self", "cls")]
    called = getattr(function, "__qualname__", function)
    takes = text.listed(known) or "nothing"
    if isinstance(axes, Mapping):
        for given in axes:
            if given not in known:
                yield SpecError(f"{name}: {called} takes no {given!r}, but {takes}{text.nearest(given, known)}")
    elif isinstance(axes, Sequence) and not isinstance(axes, str) and len(axes) > len(known) and not are_names(axes):
        yield SpecError(f"{name} has {text.count(len(axes), 'entry', 'entries')}, and {called} takes {takes}")


def are_names(axes: Sequence[Any]) -> bool:
    """Tell whether entries may be the names of one tensor's dims."""
    return all(e is None or (isinstance(e, str) and " " not in e.strip()) for e in axes) and any(axes)
