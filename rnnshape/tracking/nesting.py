"""What is said of the axes of an argument that is nested: a dict or a tuple of tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape.errors import SpecError
from rnnshape.layout.layout import Layout

__all__ = ["holds_tensors", "nested", "single_or_nested"]


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


def nested(value: object, given: Any, where: str) -> Any:
    """Return what is said of a value, nested as it is; one Layout of a dict or a tuple is that of the only tensor in it.

    Args:
        value: a tensor, a mapping or a tuple of such, or anything else.
        given: what its axes are.
        where: names the value in an error.

    Raises:
        SpecError: where one Layout is said of several tensors, or something of a key that is not there.
    """
    items = _items(value)
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        said = cast("Mapping[object, Any]", given)
        for key in said:
            _check_key(key, [place for place, _ in items], where)
        return {key: nested(item, said.get(key), f"{where}[{key!r}]") for key, item in items}
    if not items or not isinstance(given, (str, Layout)):
        return given
    found = {place: item for place, item in items if holds_tensors(item)}
    if len(found) != 1:
        several = text.listed([f"{place!r}" for place in found]) or "none"
        kind = text.a(type(value).__name__)
        why = f"{str(given)!r} is the Layout of one tensor, and in {kind} there are {several}"
        raise SpecError(f"{where}: {why}; {_how(value, found)}")
    ((place, item),) = found.items()
    said = {place: nested(item, given, f"{where}[{place!r}]")}
    return said if isinstance(value, Mapping) else [said.get(at) for at, _ in items]


def _items(value: object) -> list[tuple[Any, object]]:
    if isinstance(value, Mapping):
        return [*cast("Mapping[object, object]", value).items()]
    return [*enumerate(cast("Sequence[object]", value))] if isinstance(value, (tuple, list)) else []


def _check_key(key: object, known: Sequence[object], where: str) -> None:
    if key not in known:
        names = [str(name) for name in known]
        raise SpecError(f"{where}: there is no {key!r} in it, but {text.listed(names)}{text.nearest(str(key), names)}")


def _how(value: object, found: Mapping[Any, object]) -> str:
    if not found:
        return "give it the tensor"
    if isinstance(value, Mapping):
        return f"say it of one, as in {{{next(iter(found))!r}: 'batch seq feature'}}"
    return "say it of one, as in ('batch seq feature', None)"
