"""Where samples and steps lie in what a model is given, and the same with other tensors in their place."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnshape._torch import other_kind
from rnnshape.coordinates.padding import of_real
from rnnshape.coordinates.room import LARGEST
from rnnshape.coordinates.tables import runs_along
from rnnshape.layout.axes import ROLES

if TYPE_CHECKING:
    from rnnshape.coordinates.mark import Mark
    from rnnshape.coordinates.padding import Padding

__all__ = ["Given", "Place", "flat", "lists_of", "may_have_samples", "places_in", "put_in", "tensors_of", "unplaced"]

DEEPEST = 6
"""How deep tensors are looked for in what a model returns."""


class Given(NamedTuple):
    """What a model and its loss are given."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    target: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where samples and steps lie in one tensor.

    Attributes:
        name: of the argument, and where in it.
        tensor: as the user gave it.
        samples: for each element the number of its sample, -1 where nobody knows.
        seq_dim: the dim of the steps, None where there is none or more than one.
        real: for each element whether it is no padding; None where all are.
        is_target: whether it is what the loss compares with.
        is_packed: whether it is the data of a PackedSequence.
    """

    name: str
    tensor: Tensor
    samples: Tensor
    seq_dim: int | None
    real: Tensor | None
    is_target: bool = False
    is_packed: bool = False

    @property
    def count(self) -> int:
        """How many samples there are."""
        return int(self.samples.max()) + 1


def flat(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield tensors and packed sequences, nested in tuples and mappings, each with its place."""
    if isinstance(value, (Tensor, PackedSequence)):
        yield at, value
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            yield from flat(item, f"{at}[{key!r}]")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(cast("Iterable[Any]", value)):
            yield from flat(item, f"{at}[{number}]")


def lists_of(value: Any, count: int, at: str = "") -> Iterator[str]:
    """Yield where plain lists of so many numbers or words are, one for each sample maybe, nested in tuples and mappings.

    >>> list(lists_of(([3, 2, 5], {"names": ("a", "b")}), 3, "input")), list(lists_of([torch.zeros(2)], 1, "input"))
    (['input[0]'], [])
    """
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            yield from lists_of(item, count, f"{at}[{key!r}]")
    elif isinstance(value, (tuple, list)):
        items = list(cast("Iterable[Any]", value))
        if len(items) == count and all(isinstance(item, (int, float, str)) for item in items):
            yield at
        for number, item in enumerate(items):
            yield from lists_of(item, count, f"{at}[{number}]")


def put_in(value: Any, others: Mapping[int, Tensor]) -> Any:
    """Return a copy of what is given, with other tensors in the place of those with these ids."""
    if isinstance(value, Tensor):
        other = others.get(id(value), value).detach().clone()
        return other.requires_grad_() if value.requires_grad else other
    if isinstance(value, PackedSequence):
        return PackedSequence(put_in(value.data, others), value.batch_sizes, value.sorted_indices, value.unsorted_indices)
    if isinstance(value, dict):
        items = {key: put_in(item, others) for key, item in cast("dict[Any, Any]", value).items()}
        return items if type(value) is dict else _like(value, items)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, (tuple, list)):
        items = [put_in(item, others) for item in cast("Iterable[Any]", value)]
        if hasattr(value, "_fields"):
            return type(value)(*items)  # pyright: ignore[reportUnknownVariableType]
        return type(value)(items)  # pyright: ignore[reportUnknownVariableType]
    try:
        return copy.deepcopy(value)
    except Exception:  # whatever the user's class raises; then it is shared
        return value


def _like(value: Any, items: dict[Any, Any]) -> Any:
    """Return a mapping of a class of the user's with other items."""
    made = copy.copy(value)
    made.update(items)
    return made


def places_in(value: Any, name: str, mark: Callable[[Tensor], Mark | None], padding: Mapping[str, Padding]) -> Iterator[Place]:
    """Yield where the samples lie in each tensor of an argument of which that is known.

    Args:
        value: the argument.
        name: its name.
        mark: what is known of a tensor.
        padding: where samples begin and end, by the origin of the steps.
    """
    for at, found in flat(value, name):
        if isinstance(found, PackedSequence):
            yield Place(at, found.data, _packed_rows(found), None, None, is_packed=True)
        elif isinstance(found, Tensor) and not other_kind(found) and 0 < found.numel() <= LARGEST and (known := mark(found)):
            place = _place(at, found, known, padding)
            if place is not None:
                yield place


def may_have_samples(tensor: Tensor, count: int) -> bool:
    """Tell whether a tensor may have a row for each sample of so many, or numbers of rows."""
    if not tensor.is_floating_point() and tensor.dtype != torch.bool and tensor.numel() > 1:
        return True
    return any(size % count == 0 for size in tensor.shape if size)


def unplaced(arguments: Iterable[tuple[str, Any]], known: Collection[int], count: int, lists: bool = True) -> list[str]:
    """Return the names of what a model is given that may have samples of which nobody knows where.

    Args:
        arguments: what it is given, each with its name.
        known: the ids of the tensors of which that is known.
        count: how many samples there are.
        lists: whether plain lists count too.
    """
    found: list[str] = []
    for name, value in arguments:
        tensors = tensors_of(value, name)
        found += [at for at, t in tensors if id(t) not in known and t.dim() and may_have_samples(t, count)]
        found += lists_of(value, count, name) if lists else []
    return list(dict.fromkeys(found))


def _packed_rows(packed: PackedSequence) -> Tensor:
    rows = torch.cat([torch.arange(int(size)) for size in packed.batch_sizes])
    if packed.sorted_indices is not None:
        rows = packed.sorted_indices.cpu()[rows]
    return rows.view(-1, *[1] * (packed.data.dim() - 1)).expand(packed.data.shape)


def _place(name: str, tensor: Tensor, mark: Mark, padding: Mapping[str, Padding]) -> Place | None:
    rows = mark.of("batch")
    samples = _filled(rows[0][1].expand(tensor.shape)) if len(rows) == 1 else None
    if samples is None:
        return None
    runs = runs_along(samples)
    single = [(axis, table) for axis, table in mark.tables.items() if len(runs_along(table)) == 1]
    steps = [(axis, table) for axis, table in single if axis.name == "seq"]
    steps = steps or [(axis, table) for axis, table in single if axis.of in padding and axis.name not in ROLES]
    if len(steps) != 1 or len(runs) != 1:
        return Place(name, tensor, samples, None, None)
    axis, table = steps[0]
    (seq_dim,) = runs_along(table)
    if seq_dim in runs:
        return Place(name, tensor, samples, None, None)
    found = padding.get(axis.of) or _seen(tensor, runs[0], seq_dim)
    if found is None or found.steps != tensor.size(seq_dim) or found.first.numel() <= int(samples.max()):
        return Place(name, tensor, samples, seq_dim, None)
    at = table.expand(tensor.shape)
    real = (at >= found.first[samples]) & (at <= found.last[samples])
    return Place(name, tensor, samples, seq_dim, None if bool(real.all()) else real)


def _filled(samples: Tensor) -> Tensor | None:
    """Return a table of samples in which padding is of the sample whose row it fills up; None where it is of nobody."""
    if bool((samples >= 0).all()):
        return samples
    for dim in range(samples.dim()):
        line = samples.movedim(dim, 0).reshape(samples.size(dim), -1).amax(1)
        rows = line.view([-1 if d == dim else 1 for d in range(samples.dim())]).expand(samples.shape)
        if bool((line >= 0).all()) and torch.equal(torch.where(samples < 0, rows, samples), rows):
            return rows
    return None


def _seen(tensor: Tensor, batch_dim: int, seq_dim: int) -> Padding | None:
    """Return the padding that a tensor shows by itself: zeros behind, or before, the samples."""
    values = tensor.detach().movedim((batch_dim, seq_dim), (0, 1)).reshape(tensor.size(batch_dim), tensor.size(seq_dim), -1)
    if tensor.dtype == torch.bool or (tensor.is_floating_point() and values.size(2) == 1):
        return None
    return of_real((values != 0).any(-1))


def tensors_of(value: Any, at: str = "output", depth: int = DEEPEST) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors in what a model returned, each with its place: nested, packed, in dataclasses and distributions."""
    if isinstance(value, PackedSequence):
        yield at, value.data
    elif isinstance(value, Tensor):
        if not other_kind(value):
            yield at, value
    elif depth == 0 or isinstance(value, (str, bytes, type)):
        return
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            yield from tensors_of(item, f"{at}[{key!r}]", depth - 1)
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(cast("Iterable[Any]", value)):
            yield from tensors_of(item, f"{at}[{number}]", depth - 1)
    elif dataclasses.is_dataclass(value) or isinstance(value, torch.distributions.Distribution):
        for name, item in vars(value).items():
            yield from tensors_of(item, f"{at}.{name}", depth - 1)
