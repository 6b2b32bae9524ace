"""Axes that a caller names, put on the tensors that a model is given."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from rnnshape import text
from rnnshape._torch import known_values, other_kind
from rnnshape.contracts.annotations import Claim
from rnnshape.errors import LayoutError, SpecError
from rnnshape.layout.axes import UNKNOWN, Dim, whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, shown

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["Axes", "check_form", "claims_of", "label", "label_arguments", "learn_lengths"]

Axes = str | Layout | Sequence[Any] | Mapping[str, Any] | None
"""A Layout or its string, a tuple of names, None, or the same nested as the arguments are."""


def check_form(axes: object, name: str = "axes") -> None:
    """Refuse what can be no axes of any argument.

    Raises:
        SpecError: where it is neither a Layout nor its string, nor entries for several arguments.
    """
    if axes is not None and not isinstance(axes, (str, Layout, Sequence, Mapping)):
        needed = "a Layout is needed, such as 'batch seq feature', or an entry for each argument, such as ('batch seq', None)"
        raise SpecError(f"{name}={shown(axes)}: {needed}")


def label_arguments(tracker: Tracker, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes) -> None:
    """Label the arguments of a model's ``forward``.

    Raises:
        SpecError: where ``axes`` does not fit them.
    """
    entries = _entries(axes, args)
    arguments = [*zip(_parameter_names(model, len(args)), args, strict=True), *kwargs.items()]
    for number, (name, value) in enumerate(arguments):
        given = axes.get(name) if isinstance(axes, Mapping) else (entries[number] if number < len(entries) else None)
        label(tracker, value, given, name, f"axes of {name!r}")
    learn_lengths(tracker, arguments)


def claims_of(axes: Axes, arguments: Mapping[str, Any]) -> Iterator[Claim]:
    """Yield what ``axes`` says of each tensor in the arguments of a call.

    Args:
        axes: as `rnnshape.diagnose` takes it, of the arguments in their order or by name.
        arguments: of the call, by name.

    Raises:
        SpecError: where ``axes`` cannot be read, or has more entries than there are arguments.
    """
    entries = _entries(axes, tuple(arguments.values()))
    for number, (name, value) in enumerate(arguments.items()):
        given = axes.get(name) if isinstance(axes, Mapping) else (entries[number] if number < len(entries) else None)
        yield from _claims(value, given, name)


def _claims(value: Any, given: Any, name: str) -> Iterator[Claim]:
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        for key, item in value.items():
            yield from _claims(item, given.get(key), f"{name}[{key!r}]")
    elif isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        for number, (item, entry) in enumerate(zip(value, given, strict=False)):
            yield from _claims(item, entry, f"{name}[{number}]")
    elif isinstance(value, Tensor) and given is not None:
        try:
            yield Claim(name, value, Layout(_dims(given)))
        except LayoutError as error:
            raise SpecError(f"axes of {name!r}: {error}") from None


def _dims(given: Any) -> tuple[Dim, ...]:
    if isinstance(given, (str, Layout)):
        return Layout.parse(given).dims
    if not isinstance(given, Sequence):
        raise LayoutError(f"{shown(given)} is no Layout; write one such as 'batch seq feature', or a tuple of names")
    return tuple(_one(name) for name in given)


def _parameter_names(model: nn.Module, count: int) -> list[str]:
    try:
        known = [p.name for p in inspect.signature(model.forward).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        known = []
    return [known[i] if i < len(known) else f"argument {i}" for i in range(count)]


def _entries(axes: Axes, args: tuple[Any, ...]) -> list[Any]:
    """Return one entry for each positional argument."""
    if axes is None or isinstance(axes, Mapping):
        return []
    if isinstance(axes, (str, Layout)):
        return [axes]
    entries = list(axes)
    words = all(isinstance(e, str) and " " not in e.strip() for e in entries)
    if words and len(args) == 1 and isinstance(args[0], Tensor) and len(entries) == args[0].dim():
        return [tuple(entries)]  # a tuple of names for the one argument there is
    if len(entries) > len(args):
        raise SpecError(f"axes has {text.count(len(entries), 'entry', 'entries')} for {text.count(len(args), 'argument')}")
    return entries


def label(tracker: Tracker, value: Any, given: Any, of: str, where: str, target: bool = False) -> None:
    """Label a value, nested or not.

    Args:
        tracker: which remembers it.
        value: a tensor, a mapping or a tuple of such, or anything else.
        given: what its axes are, nested likewise.
        of: tells its axes apart from those of other arguments.
        where: names the value in an error.
        target: whether it is the target of a loss.
    """
    if isinstance(value, Tensor) and (kind := other_kind(value)):
        tracker.is_of_other_kind(of, kind)
    elif isinstance(value, Tensor):
        if isinstance(given, Layout) and given.ndim != value.dim():
            given = None  # an annotation, of which the caller of ours knows nothing
        if given is not None or target:
            tracker.label(value, _layout(value, given, where), of, target)
        elif not value.requires_grad:
            tracker.label_unnamed(value, of)
    elif isinstance(value, Mapping) and isinstance(given, Mapping):
        for key, item in value.items():
            label(tracker, item, given.get(key), f"{of}.{key}", f"{where}[{key!r}]", target)
    elif isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        for number, (item, entry) in enumerate(zip(value, given, strict=False)):
            label(tracker, item, entry, f"{of}.{number}", f"{where}[{number}]", target)


def _layout(tensor: Tensor, given: Any, where: str) -> Layout:
    """Read an entry, and give its names the sizes of the tensor."""
    if given is None:
        return Layout(tuple((whole(UNKNOWN, s),) for s in tensor.shape))
    try:
        parts = _dims(given)
    except LayoutError as error:
        raise SpecError(f"{where}: {error}") from None
    if len(parts) != tensor.dim():
        named = text.count(len(parts), "dim")
        raise SpecError(f"{where}: {given!r} names {named}, and the tensor is {text.sizes(tensor.shape)}")
    dims: list[Dim] = []
    for part, size in zip(parts, tensor.shape, strict=True):
        layout = Layout((part,))
        stated = layout.sizes[0]
        if isinstance(stated, Monomial) and len(stated.symbols) > 1:
            dims.append((whole(UNKNOWN, size),))  # one number does not tell how two axes share it
            continue
        try:
            dims.extend(layout.bind((size,)).dims)
        except LayoutError as error:
            raise SpecError(f"{where}: {error}") from None
    return Layout(tuple(dims))


def _one(name: Any) -> Dim:
    if name is None:
        return (whole(UNKNOWN, Monomial(1, ("_",))),)
    found = Layout.parse(str(name)).dims
    if len(found) != 1:
        raise LayoutError(f"{name!r} is not the name of one dim")
    return found[0]


def learn_lengths(tracker: Tracker, arguments: list[tuple[str, Any]]) -> None:
    """Take an integer argument that is called some kind of length, along the batch, for the real steps of the one sequence."""
    sequences = {(axis, table.numel()) for _, v in arguments if (m := tracker.mark(v)) for axis, table in m.of("seq")}
    for name, value in arguments:
        mark = tracker.mark(value)
        if mark is None or "len" not in name.lower() or len(sequences) != 1:
            continue
        value = known_values(value)
        if len(mark.sizes) != 1 or value is None or value.is_floating_point():
            continue
        axis, steps = next(iter(sequences))
        if mark.of("batch") and int(value.min()) >= 1 and int(value.max()) <= steps:
            tracker.step.lengths[axis] = value.detach().cpu()
