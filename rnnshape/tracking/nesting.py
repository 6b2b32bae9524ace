"""What is said of the axes of an argument that is nested: a dict or a tuple of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape.errors import SpecError
from rnnshape.layout.layout import Layout

__all__ = ["Refuse", "holds_tensors", "nested", "refused", "single_or_nested"]

Refuse = Callable[[SpecError], None]
"""Is given what is wrong with one entry; it may raise it."""


def refused(error: SpecError) -> None:
    """Raise it.

    Raises:
        SpecError: always.
    """
    raise error


def holds_tensors(value: object) -> bool:
    """Tell whether a value is a tensor, or a dict or a tuple in which there is one."""
    return isinstance(value, Tensor) or any(holds_tensors(item) for _, item in _items(value))


def single_or_nested(arguments: Mapping[str, object]) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors among arguments, with their names; where none of them is one, those in their dicts and tuples."""
    single = {name: value for name, value in arguments.items() if isinstance(value, Tensor)}
    yield from single.items() if single else _nested_in(arguments, "")


def _nested_in(value: object, of: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield of, value
    elif not isinstance(value, PackedSequence):
        for place, item in _items(value):
            yield from _nested_in(item, f"{of}.{place}" if of else str(place))


def nested(value: object, given: Any, where: str, refuse: Refuse = refused) -> Any:
    """Return what is said of a value, nested as it is; one Layout of a dict or a tuple is that of the only tensor in it.

    Args:
        value: a tensor, a mapping or a tuple of such, or anything else.
        given: what its axes are.
        where: names the value in an error.
        refuse: is told of one Layout that is said of several tensors, of a key that is not there, and of too many entries;
            where it does not raise, that is left out.
    """
    items = _items(value)
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        said = cast("Mapping[object, Any]", given)
        for key in said:
            _check_key(key, [place for place, _ in items], where, refuse)
        return {key: nested(item, said.get(key), f"{where}[{key!r}]", refuse) for key, item in items}
    if isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        entries = list(cast("Sequence[Any]", given))
        if len(entries) > len(items):
            has = text.count(len(entries), "entry", "entries")
            what = f"{text.a(type(value).__name__)} of {len(items)}"
            refuse(SpecError(f"{where}: {has} for {what}; give one for each"))
        padded = [*entries, *[None] * len(items)]
        return [nested(item, entry, f"{where}[{at}]", refuse) for (at, item), entry in zip(items, padded, strict=False)]
    if not items or not isinstance(given, (str, Layout)):
        return given
    found = {place: item for place, item in items if holds_tensors(item)}
    if len(found) != 1:
        several = text.listed([f"{place!r}" for place in found]) or "none"
        kind = text.a(type(value).__name__)
        why = f"{str(given)!r} is the Layout of one tensor, and in {kind} there are {several}"
        refuse(SpecError(f"{where}: {why}; {_how(value, found, str(given))}"))
        return None
    ((place, item),) = found.items()
    said = {place: nested(item, given, f"{where}[{place!r}]", refuse)}
    return said if isinstance(value, Mapping) else [said.get(at) for at, _ in items]


def _items(value: object) -> list[tuple[Any, object]]:
    if isinstance(value, Mapping):
        return [*cast("Mapping[object, object]", value).items()]
    return [*enumerate(cast("Sequence[object]", value))] if isinstance(value, (tuple, list)) else []


def _check_key(key: object, known: Sequence[object], where: str, refuse: Refuse) -> None:
    if key not in known:
        names = [str(name) for name in known]
        refuse(SpecError(f"{where}: there is no {key!r} in it, but {text.listed(names)}{text.nearest(str(key), names)}"))


def _how(value: object, found: Mapping[Any, object], given: str) -> str:
    """Say what to write instead, so that it can be typed on a command line too where that is possible."""
    if not found:
        return "give it the tensor"
    if isinstance(value, Mapping):
        return f"say it of one, as in {{{next(iter(found))!r}: {given!r}}}"
    if len({getattr(item, "shape", None) for item in found.values()}) == 1:
        return f"say it of each, as in '({', '.join([given] * len(found))})'"
    return f"say it of one, as in '({', '.join([given, *['None'] * (len(found) - 1)])})'"
