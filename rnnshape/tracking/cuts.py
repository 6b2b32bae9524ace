"""Minibatches that a script cuts by hand: ``X[i:i + B]`` and ``y[i:i + B]``, ``X[perm[i:i + B]]``, ``y.view(-1)``.

What one index picks from two tensors of as many rows are the same rows of both: where a layer takes those of one for its batch,
they are the samples of the other as well. And of a tensor that was flattened it is known what sizes it had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnshape._torch import other_kind
from rnnshape.coordinates.mark import BATCH, UNNAMED, Mark
from rnnshape.coordinates.room import LARGEST, Beside
from rnnshape.coordinates.tables import along, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.report.location import Location
from rnnshape.tracking.draws import Draws, are_a_grid, numbers_of

__all__ = ["CUTS", "Columns", "Cuts", "Grid", "Run", "is_cut"]

CUTS = frozenset([
    "__getitem__", "index_select", "split", "view", "reshape", "flatten", "ravel", "view_as", "reshape_as", "cat", "concat",
    "concatenate", "stack",
])  # fmt: skip
"""The operations that cut, flatten or join what nothing is known of."""

FOLLOWED = CUTS | {
    "permute", "transpose", "flip", "roll", "t", "swapaxes", "movedim", "unsqueeze", "squeeze", "T.get", "mT.get",
}  # fmt: skip
"""Those through which rows that were cut are followed, though nothing else is known of their tensor."""

_JOINS = frozenset(["cat", "concat", "concatenate"])
"""Those that put pieces behind one another."""

_PICKS = frozenset(["__getitem__", "index_select", "split"])
"""Those that pick rows."""

_CUT = "#cut"
"""How the origin of an axis begins whose elements one index has picked."""

MOST_CUTS = 1 << 8
"""Between two calls of models; a script that makes its data of more is at something else."""

MOST_DIMS = 4


class Grid(NamedTuple):
    """What a tensor was before its first two dims became one.

    Attributes:
        sizes: the two.
        location: where it was flattened.
    """

    sizes: tuple[int, int]
    location: Location | None


class Run(NamedTuple):
    """Some rows of a tensor that follow one another.

    Attributes:
        of: tells the tensor apart from others.
        first: the number of the first row.
        end: that of the row behind the last.
    """

    of: tuple[object, ...]
    first: int
    end: int


class Columns(NamedTuple):
    """Columns of a tensor that lie behind one another.

    Attributes:
        number: how many.
        rows: what each has.
        are_drawn: whether they are in an order of their own, as samples may be, and steps are not.
    """

    number: int
    rows: int
    are_drawn: bool


def is_cut(mark: Mark | None) -> bool:
    """Tell whether nothing is known of a tensor but which rows of another it has."""
    return mark is not None and bool(mark.tables) and all(a.name == UNNAMED and a.of.startswith(_CUT) for a in mark.tables)


class Cuts:
    """Knows what was cut by hand since the last call of a model.

    Attributes:
        is_open: whether it looks: outside of the calls of models.
    """

    def __init__(self) -> None:
        self._rows: Beside[tuple[Axis, int]] = Beside()
        self._draws = Draws()
        self._grids: Beside[Grid] = Beside()
        self._columns: Beside[Columns] = Beside()
        self._runs: Beside[Run] = Beside()
        self._cut: set[Run] = set()
        self._ends: dict[tuple[object, ...], int] = {}
        self._going_on: set[Axis] = set()
        self._names: dict[Axis, Axis] = {}
        self._sources: dict[Axis, int] = {}
        self._alike: set[int] = set()
        self._left, self._step = MOST_CUTS, 0
        self.is_open = False

    def open(self) -> None:
        """Begin to look."""
        self.is_open, self._left = True, MOST_CUTS
        self._cut.clear()

    def close(self, step: int) -> None:
        """Look no longer: a model is called.

        Args:
            step: the number of the step: what the rows of one were says nothing of those of the next.
        """
        self.is_open = False
        self._going_on.clear()
        if step != self._step:
            self._step = step
            self._names.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.is_open = False
        self._rows.clear()
        self._grids.clear()
        self._columns.clear()
        self._runs.clear()
        self._ends.clear()
        self._names.clear()
        self._sources.clear()
        self._alike.clear()
        self._draws.clear()

    def follows(self, name: str, args: tuple[Any, ...]) -> bool:
        """Tell whether an operation moves rows that were cut."""
        return name in FOLLOWED and bool(args) and isinstance(args[0], Tensor) and self._rows.get(args[0]) is not None

    def cuts_again(self, name: str, args: tuple[Any, ...], result: object, mark: Mark | None) -> Axis | None:
        """Return the axis of rows that were cut, as those of training data are, of which an operation takes a part once more.

        A part is at most a half. More than that are the same rows, but some: the steps of a sentence without the last one.

        Args:
            name: of the operation.
            args: of it.
            result: of it.
            mark: what is known of its first argument.
        """
        if name not in _PICKS or mark is None or not is_cut(mark) or len(mark.tables) > 1:
            return None
        ((axis, table),) = mark.tables.items()
        pieces = [*_pieces(name, args, result)]
        is_part = bool(pieces) and all(dim == 0 and 2 * p.size(0) <= mark.sizes[0] for p, _, dim in pieces if p.dim())
        return axis if is_part and runs_along(table) == [0] and _is_arranged(table) else None

    def cut(self, name: str, args: tuple[Any, ...], result: object, here: Location | None, again: Axis | None = None) -> None:
        """Hear of an operation on a tensor of which nothing is known, or that was cut before.

        Args:
            name: of the operation.
            args: of it.
            result: of it.
            here: the user's line.
            again: the axis of the rows that were cut before.
        """
        if name in _JOINS:
            self._joined(args, result)
            return
        if self._left <= 0 or not args or not isinstance(args[0], Tensor) or args[0].requires_grad or other_kind(args[0]):
            return
        self._left -= 1
        if name not in _PICKS:
            self._flattened(args[0], result, here)
        else:
            if (numbers := numbers_of(name, args)) is not None and are_a_grid(numbers.listed):
                return
            of = "" if again is None else f" of {again.of}"
            for piece, key, dim in _pieces(name, args, result):
                if dim < piece.dim() <= MOST_DIMS and 1 < piece.size(dim) <= LARGEST:
                    axis = Axis(UNNAMED, f"{_CUT}{key}/{args[0].size(dim)}{of}")
                    self._rows.put(piece, (axis, dim))
                    if dim == 0:
                        self._is_of(axis, args[0].untyped_storage().data_ptr())
                    self._draws.picked(axis, args, dim, again)
            self._cut_run(name, args, result)

    def stacked(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: object) -> bool:
        """Hear of pieces that are stacked, and tell whether they are of one tensor, in no order: as samples are drawn.

        Args:
            name: of the operation.
            args: of it.
            kwargs: likewise.
            result: of it.
        """
        if name != "stack" or not isinstance(result, Tensor) or not 0 < result.dim() <= MOST_DIMS:
            return False
        dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
        axis = self._draws.stacked(args[0] if args else (), _CUT)
        if axis is None or type(dim) is not int:
            return False
        self._rows.put(result, (axis, dim % result.dim()))
        return True

    def is_drawn(self, axis: Axis) -> bool:
        """Tell whether a script draws rows, in each step others in no order, and of other tensors the same: samples."""
        return self._draws.are_samples(axis)

    def _joined(self, args: tuple[Any, ...], result: object) -> None:
        pieces: Any = args[0] if args and isinstance(args[0], (tuple, list)) else ()
        if self._left > 0 and args[1:] in ((), (0,)) and isinstance(result, Tensor) and _are_columns(pieces):
            self._left -= 1
            if result.size(0) == len(pieces) * pieces[0].size(0):
                places = [piece.storage_offset() for piece in pieces]
                are_drawn = places not in (sorted(places), sorted(places, reverse=True))
                self._columns.put(result, Columns(len(pieces), pieces[0].size(0), are_drawn))

    def _cut_run(self, name: str, args: tuple[Any, ...], result: object) -> None:
        source, index = args[0], args[1] if len(args) > 1 else None
        if name == "__getitem__" and isinstance(index, slice) and isinstance(result, Tensor) and result.dim() > 1:
            try:
                first, end, step = index.indices(source.size(0))
            except TypeError:  # its bounds are tensors, or no numbers
                return
            of = (source.untyped_storage().data_ptr(), source.storage_offset(), *source.shape, *source.stride())
            if step == 1 and first < end:
                run = Run(of, first, end)
                self._runs.put(result, run)
                self._cut.add(run)

    def are_shuffled(self, mark: Mark) -> bool:
        """Tell whether a tensor has all rows of another in no order: a part of them is no run of steps."""
        return any(self._draws.are_all(axis) for axis in mark.tables)

    def goes_on(self, tensor: Tensor, axis: Axis) -> None:
        """Hear that a model is given rows, which may go on where those that it was given before have ended, as its targets do.

        Both together they do where rows are steps: each has the next one for its target, and a text is read in pieces.

        Args:
            tensor: the rows.
            axis: of them.
        """
        if (run := self._runs.get(tensor)) is None:
            return
        further = [cut for cut in self._cut if cut.of == run.of and cut.end - cut.first == run.end - run.first]
        if self._ends.get(run.of) == run.first and any(run.first < cut.first < run.end for cut in further):
            self._going_on.add(axis)
        if len(self._ends) > MOST_CUTS:
            self._ends.clear()
        self._ends[run.of] = run.end

    def go_on(self, axis: Axis) -> bool:
        """Tell whether rows go on where those that the model was given before have ended, as its targets do."""
        return axis in self._going_on

    def columns(self, tensor: Tensor) -> Columns | None:
        """Return which columns of another tensor lie behind one another; None where none do."""
        return self._columns.get(tensor)

    def _is_of(self, axis: Axis, source: int) -> None:
        if len(self._sources) > MOST_CUTS:
            self._sources.clear()
        first = self._sources.setdefault(axis, source)
        if first != source:
            self._alike |= {first, source}

    def is_alike(self, axis: Axis) -> bool:
        """Tell whether a script has cut another tensor as the one that these rows are of: inputs and targets, say."""
        return self._sources.get(axis) in self._alike

    def _flattened(self, source: Tensor, result: object, here: Location | None) -> None:
        sizes = tuple(source.shape)
        if isinstance(result, Tensor) and len(sizes) > 1 and tuple(result.shape) == (prod(sizes[:2]), *sizes[2:]):
            self._grids.put(result, Grid((sizes[0], sizes[1]), here))

    def carry(self, source: object, result: Tensor) -> None:
        """Hear that a tensor has the elements of another."""
        if isinstance(source, Tensor) and source.shape == result.shape and source is not result:
            for beside in (self._rows, self._grids, self._columns):
                if (known := beside.get(source)) is not None:
                    beside.put(result, known)  # pyright: ignore[reportArgumentType]

    def has(self, tensor: Tensor) -> bool:
        """Tell whether something is known of the rows of a tensor."""
        return id(tensor) in self._rows.entries

    def mark(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor that was cut."""
        found = self._rows.get(tensor)
        if found is None or not tensor.dim():
            return None
        axis, dim = found
        return Mark(tuple(tensor.shape), {self._names.get(axis, axis): along(tensor.size(dim), dim, tensor.dim())}, target=True)

    def of_samples(self) -> list[tuple[Tensor, int]]:
        """Return the tensors whose rows were cut as those that a model has taken for its samples, with the dim of these."""
        found = [(reference(), self._names.get(axis), dim) for reference, (axis, dim) in self._rows.entries.values()]
        return [(tensor, dim) for tensor, axis, dim in found if tensor is not None and axis == BATCH and dim < tensor.dim()]

    def known_as(self, axis: Axis) -> Axis:
        """Return what the rows of an index are, as far as a model has said so in this step."""
        return self._names.get(axis, axis)

    def grid(self, tensor: object) -> Grid | None:
        """Return what a tensor was before it was flattened."""
        return self._grids.get(tensor) if isinstance(tensor, Tensor) else None

    def rename(self, names: Mapping[Axis, Axis]) -> None:
        """Hear what the rows of an index are."""
        self._names = {cut: names.get(axis, axis) for cut, axis in self._names.items()}
        self._going_on = {names.get(axis, axis) for axis in self._going_on}
        self._names |= {cut: axis for cut, axis in names.items() if cut.of.startswith(_CUT)}


def _pieces(name: str, args: tuple[Any, ...], result: object) -> Iterator[tuple[Tensor, str, int]]:
    """Yield what an index has cut, each piece with what tells its rows apart from those of another index, and their dim."""
    source, given = args[0], args[1] if len(args) > 1 else None
    if not source.dim():
        return
    if name == "split":
        if type(given) is int and given > 0 and len(args) == 2 and isinstance(result, tuple):
            for number, piece in enumerate(result[:MOST_CUTS]):
                yield piece, str(slice(number * given, number * given + piece.size(0), 1)), 0
    elif isinstance(result, Tensor) and (found := numbers_of(name, args)):
        yield result, found.key, found.dim
    elif isinstance(result, Tensor) and name == "__getitem__" and (key := _key(given, source.size(0))):
        yield result, key, 0


def _are_columns(pieces: Any) -> bool:
    """Tell whether tensors are columns of one, side by side in its memory: neighbours in a column are of different rows."""
    if not 1 < len(pieces) <= MOST_CUTS or not all(type(p) is Tensor and p.dim() and not other_kind(p) for p in pieces):
        return False
    first, *others = pieces
    alike = all(p.shape == first.shape and p.stride() == first.stride() for p in others)
    if not alike or first.size(0) < 2 or len({p.untyped_storage().data_ptr() for p in pieces}) > 1:
        return False
    places = {p.storage_offset() for p in pieces}
    return len(places) == len(pieces) and max(places) - min(places) < first.stride(0)


def _is_arranged(table: Tensor) -> bool:
    return torch.equal(table.flatten(), torch.arange(table.numel()))


def _key(index: object, rows: int) -> str:
    """Return what two slices have in common that pick the same rows; empty where that is not known."""
    if isinstance(index, tuple) and index and all(type(other) in (int, slice) or other is Ellipsis for other in index[1:]):
        index = index[0]  # the others pick along other dims
    if not isinstance(index, slice):
        return ""
    try:
        start, stop, step = index.indices(rows)
    except TypeError:  # its bounds are tensors, or no numbers
        return ""
    return "" if (start, stop, step) == (0, rows, 1) else str(slice(start, stop, step))
