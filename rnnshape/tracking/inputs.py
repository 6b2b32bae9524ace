"""`Inputs`: what is said of the tensors that a step is given, and what could be judged of them."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from rnnshape.coordinates.mark import BATCH, COLUMN, DRAW, ROWS, UNNAMED, Mark
from rnnshape.coordinates.room import LARGEST, Beside
from rnnshape.coordinates.tables import alone, along, piece_along, runs_along, separable
from rnnshape.layout.axes import UNKNOWN, Axis, Block
from rnnshape.layout.layout import Layout
from rnnshape.report.report import Report
from rnnshape.rules.tables import is_in_order, is_order
from rnnshape.rules.walks import WALKS
from rnnshape.tracking.by_hand import ByHand
from rnnshape.tracking.cuts import is_cut
from rnnshape.tracking.lines import Line, line_of
from rnnshape.tracking.naming import BY_DRAWING, Naming, as_written, columns_of
from rnnshape.tracking.renaming import renamed
from rnnshape.tracking.words import Words

if TYPE_CHECKING:
    from rnnshape.tracking.book import Book
    from rnnshape.tracking.telling import Telling

__all__ = ["ALONE", "NO_INPUT", "Inputs"]

ALONE = "a batch of one: whether samples are mixed cannot be seen; give two"
"""Why nothing was judged where there is one sample."""

NO_INPUT = (
    "what its layers read is of no tensor that it was given, so mixed samples cannot be seen; "
    "give it as a tensor, and pack it inside if need be"
)
"""Why nothing was judged where a model makes its input by itself, of a list of numbers, say."""

MOST_DIMS = 5
"""Dims of an input up to which unnamed ones are followed."""


class Inputs:
    """Names the dims of what a step is given: by what somebody says, else by what layers will.

    Args:
        report: told of what is not judged.
        book: remembers what is known of tensors.
        telling: knows what rules know of the step.
        naming: knows what layers say of dims that nobody has named.
        words: knows what they say of those that somebody has named with a word of their own.

    Attributes:
        samples: how many there are in this step; 0 where that is not known.
        is_alone: whether the last step had a batch of one, in which no samples can be mixed.
        of_any: whether any module is a step: one of which no layer reads anything, such as a loss, is of no interest then.
        by_hand: knows of modules that may be recurrent models made by hand.
        goes_on: whether somebody makes two of such a batch, and follows once more.
        is_unnamed: whether the step is given a tensor of which nothing was said, and nothing is to be guessed.
    """

    def __init__(self, report: Report, book: Book, telling: Telling, naming: Naming, words: Words) -> None:
        self._report = report
        self._book = book
        self._telling = telling
        self._naming, self._words = naming, words
        self.samples = 0
        self.by_hand = ByHand(report)
        self.is_alone = self.of_any = self.goes_on = self.is_unnamed = False
        self._batch_dims: Beside[int] = Beside()
        self._unnamed: dict[str, list[Axis]] = {}
        self._not_judged: dict[str, str] = {}
        self._judged: dict[str, str] = {}
        self._lines: dict[str, Line] = {}
        self._of, self._with_more = "", set[str]()
        self._drawn: weakref.WeakKeyDictionary[object, tuple[int, int]] = weakref.WeakKeyDictionary()

    def begin(self, inputs: list[Mark], of: str = "") -> None:
        """Begin a step.

        Args:
            inputs: what is known of each.
            of: the name of the model that is given them, where there may be several.
        """
        self._of = of
        self._naming.is_named |= any(axis == BATCH for mark in inputs for axis in mark.tables)
        tables = [table for mark in inputs for _, table in mark.of("batch")]
        self.samples = max((t.numel() for t in tables if sum(s > 1 for s in t.shape) == 1), default=0)

    def forget(self) -> None:
        """Know no longer on which dim of any tensor the batch lies."""
        self._batch_dims.clear()
        self._naming.samples = 0

    # What is said of them

    def label(self, tensor: Tensor, layout: Layout, of: str = "", target: bool = False) -> None:
        """Say what the axes of a tensor are.

        Args:
            tensor: the tensor.
            layout: its Layout, of its sizes.
            of: tells axes other than the batch apart from those of another tensor.
            target: whether it is the target of a loss.
        """
        mark = Mark(tuple(tensor.shape), target=target)
        said = self._said(layout, of)
        for dim, factors in enumerate(layout.dims):
            stride = tensor.size(dim)
            for factor in factors:
                if not isinstance(factor.size, int) or (axis := said.get(factor.axis)) is None:
                    continue
                stride //= max(factor.size, 1)
                self._telling.step.laid[axis] = dim
                if axis.name == "batch":
                    self.samples = factor.size
                    self._naming.is_named |= not target
                    self._naming.samples = factor.size
                    self._batch_dims.put(tensor, dim)
                if factor.size == 1:
                    mark.tables[axis] = alone(0, tensor.dim())
                elif tensor.size(dim) <= LARGEST:
                    mark.tables[axis] = piece_along(tensor.size(dim), dim, tensor.dim(), stride, factor.size)
        self._book.put(tensor, mark)

    def _said(self, layout: Layout, of: str) -> dict[Axis | Block, Axis]:
        """Return for the axes that somebody has said of a tensor those that they are."""
        sizes = {f.axis: f.size for dim in layout.dims for f in dim if isinstance(f.axis, Axis) and isinstance(f.size, int)}
        sizes.pop(UNKNOWN, None)
        named = [Axis(axis.name, "" if axis.name == "batch" else of) for axis in sizes]
        return dict(zip(sizes, self._words.known(named, [*sizes.values()]), strict=True))

    def label_further(self, tensor: Tensor, layout: Layout, of: str) -> None:
        """Say what the axes of a tensor are of which something may be known, from a DataLoader: that stays."""
        known = self._book.mark(tensor)
        self.label(tensor, layout, of)
        named = self._book.mark(tensor)
        if known is None or named is None:
            return
        tables = {axis: table for axis, table in known.tables.items() if axis.name not in (UNNAMED, ROWS)}
        names = {axis.name for axis in tables}
        tables |= {axis: table for axis, table in named.tables.items() if axis.name not in names}
        self._book.put(tensor, replace(known, tables=tables))

    def label_unnamed(self, tensor: Tensor, of: str) -> None:
        """Remember the dims of an input that nobody has named, so that a recurrent layer may name them."""
        has_rows = tensor.dim() > 1 or (tensor.dim() == 1 and not tensor.is_floating_point())  # a word for each sample, say
        if has_rows and ((mark := self._book.mark(tensor)) is None or is_cut(mark)):
            unnamed = self.unnamed(tensor, of)
            self._unnamed[of] = [*unnamed]
            unnamed = self._with_columns(tensor, unnamed)
            if (line := line_of(tensor)) is not None:
                self._lines[of] = line
            tables = {self._known(axis, int(table.max()) + 1 if table.numel() else 0): table for axis, table in unnamed.items()}
            self._book.put(tensor, Mark(tuple(tensor.shape), tables))

    def _known(self, axis: Axis, size: int) -> Axis:
        """Return what an unnamed dim is by what earlier steps have told; so many rows may be no samples of this batch."""
        return axis if self._naming.is_of_others(size) else self._naming.known(axis, size)

    def _with_columns(self, tensor: Tensor, unnamed: dict[Axis, Tensor]) -> dict[Axis, Tensor]:
        """Return axes for the dims of a tensor, two for the first where columns of another one lie behind one another there."""
        found = self._book.cuts.columns(tensor)
        if found is None or not unnamed or tensor.size(0) != found.number * found.rows:
            return unnamed
        (columns, rows, _), (first, *others), dims = found, unnamed, tensor.dim()
        of_columns, of_rows = columns_of(first)
        tables = {
            of_columns: piece_along(columns * rows, 0, dims, rows, columns),
            of_rows: piece_along(columns * rows, 0, dims, 1, rows),
        }
        return tables | {axis: unnamed[axis] for axis in others}

    def suppose_columns(self, tensor: Tensor) -> None:
        """Suppose that columns which lie behind one another in an order of their own are samples: steps would be in theirs.

        Args:
            tensor: that a model is given, labelled.
        """
        found, mark = self._book.cuts.columns(tensor), self._book.mark(tensor)
        if found is None or mark is None or not found.are_drawn or self._naming.is_named:
            return
        for axis in [axis for axis in mark.tables if axis.of.endswith(COLUMN) and not axis.of.endswith(COLUMN + COLUMN)]:
            self._naming.suppose(axis, found.number)

    def label_cut(self, tensor: Tensor, cut: Mark) -> None:
        """Hear that a model is given rows that were cut by hand: what they are to it they are in every other tensor.

        Args:
            tensor: that it is given, which has been labelled since.
            cut: what was known of it before.
        """
        mark = self._book.mark(tensor)
        if mark is None:
            return
        scrambled = {Axis(ROWS, axis.of): table for axis, table in cut.tables.items() if not separable(table)}
        orders = [(axis, table) for axis, table in cut.tables.items() if is_order(table) and not is_in_order(table)]
        moved = {self._book.cuts.known_as(axis): table for axis, table in orders}
        if scrambled or moved:  # what lies in another order is known by those that it was cut with
            dims = [runs_along(table) for table in moved.values()]
            kept = {axis: table for axis, table in mark.tables.items() if runs_along(table) not in dims}
            self._book.put(tensor, replace(mark, tables=kept | scrambled | moved))
        for axis, table in cut.tables.items():
            named = [a for a, t in mark.tables.items() if len(runs_along(table)) == 1 and torch.equal(t, table)]
            if len(named) == 1 and runs_along(table) == [0]:
                self._book.cuts.goes_on(tensor, named[0])
            known = self._book.cuts.known_as(axis)
            if len(named) == 1 and known != axis and named[0].name == UNNAMED:  # those that another input has
                self._has(tensor, named[0], known)
            elif len(named) == 1 and named[0] != axis:
                self._book.rename({axis: named[0]})

    def _has(self, tensor: Tensor, dim: Axis, known: Axis) -> None:
        """Hear that a dim of an input that nobody has named has the rows of another input."""
        mark = self._book.mark(tensor)
        if mark is not None and known not in mark.tables:
            self._book.put(tensor, renamed(mark, {dim: known}))
            self._unnamed = {of: [known if axis == dim else axis for axis in axes] for of, axes in self._unnamed.items()}

    def suppose(self, tensor: Tensor, cut: Mark, by_slices: bool) -> None:
        """Suppose that rows which were cut by hand are samples, where another tensor was cut in the same way.

        Args:
            tensor: that a model is given, labelled.
            cut: what was known of it before.
            by_slices: whether slices say so too, which may be steps where no layer will say that they are.
        """
        mark = self._book.mark(tensor)
        if mark is None or self._naming.is_named:
            return
        for axis, table in cut.tables.items():
            dims = runs_along(table)
            named = [a for a, t in mark.tables.items() if runs_along(t) == dims and is_order(t)]
            if len(dims) == len(named) == 1 and self._book.cuts.is_drawn(axis):
                self._naming.suppose(named[0], table.numel(), BY_DRAWING)
            elif not by_slices:
                continue
            elif len(dims) == len(named) == 1 and self._book.cuts.is_alike(axis) and mark.sizes.count(table.numel()) == 1:
                self._naming.suppose(named[0], table.numel())

    def draw(self, sampler: object, population: int) -> tuple[Axis, int]:
        """Return the axis of the batches that a sampler draws among a population, and the coordinate of the next one."""
        number, drawn = self._drawn.get(sampler, (len(self._drawn), 0))
        self._drawn[sampler] = (number, 1 - drawn)
        return Axis(DRAW, f"{number}/{population}"), drawn

    def unnamed(self, tensor: Tensor, of: str, but: int | None = None) -> dict[Axis, Tensor]:
        """Return axes for the dims of a tensor, all or all but one, that have no name yet."""
        sizes = tuple(tensor.shape)
        dims = [dim for dim, size in enumerate(sizes) if dim != but and size <= LARGEST] if len(sizes) <= MOST_DIMS else []
        return {Axis(UNNAMED, f"{of}.{dim}/{len(sizes)}"): along(sizes[dim], dim, len(sizes)) for dim in dims}

    def beside_samples(self, tensor: Tensor, of: str, batch: int) -> dict[Axis, Tensor]:
        """Return axes for the dims of a tensor beside its samples; a loop by hand has told what steps are."""
        return {self._naming.as_walked(axis): table for axis, table in self.unnamed(tensor, of, but=batch).items()}

    def doubled(self, value: Any) -> Any:
        """Return arguments in which every tensor of which the batch is known has its samples twice."""
        if isinstance(value, Tensor):
            dim = self._batch_dims.get(value)
            if dim is None and not value.requires_grad and list(value.shape).count(1) == 1:
                dim = list(value.shape).index(1)  # nobody has named it, and there is no other
            return value if dim is None else torch.cat([value, value], dim)
        if isinstance(value, dict):
            return {k: self.doubled(v) for k, v in value.items()}
        return type(value)(map(self.doubled, value)) if type(value) in (tuple, list) else value

    # What could be judged of them

    def settle(self) -> None:
        """End the step: tell on which dims samples were judged, and what was found about axes that nobody has named."""
        if walks := self._telling.step.of(WALKS).steps:
            for axis in walks:
                self._words.is_a_sequence(axis)
            unnamed = {axis: rows for axis, rows in walks.items() if axis.name == UNNAMED}
            self._naming.walked(unnamed)
            self.by_hand.walks(self._of, unnamed)
        self._tell_how_samples_were_judged()
        found, samples = self._naming.settle()
        self.samples = self.samples or samples
        self._label_cut_targets()
        for finding in found:
            self._telling.tell(finding)

    def _label_cut_targets(self) -> None:
        """Label what was cut as the model's input was, and no model has been given: targets, as those of a DataLoader are."""
        for number, (tensor, dim) in enumerate(self._book.cuts.of_samples()):
            if self._book.marks.mark(tensor) is not None or tensor.size(dim) > LARGEST:
                continue
            tables = self.beside_samples(tensor, f"cut{number}", dim)
            rows = along(tensor.size(dim), dim, tensor.dim())
            self._book.put(tensor, Mark(tuple(tensor.shape), tables | {BATCH: rows}, target=True))

    def _tell_how_samples_were_judged(self) -> None:
        inputs, self._unnamed = self._unnamed, {}
        is_named = self._naming.is_named
        if self._naming.has_read:
            self.by_hand.are_none_beside()
        self.is_alone = self.samples == 1 if is_named else self._naming.is_alone
        if not self.is_alone and (self.samples if is_named else self._naming.has_read):
            self._with_more.add(self._of)
            self._report.looked_at(ALONE, self._of)
            self._report.looked_at(NO_INPUT, self._of)
        elif self._of in self._with_more:
            pass  # what mixes samples was seen in the larger batch
        elif self.is_alone and not self.goes_on:
            self._report.did_not_look(ALONE, self._of)
        elif self._naming.is_blind and not inputs and not self.is_unnamed:
            self._report.did_not_look(NO_INPUT, self._of)
        if self.is_alone or is_named:
            return
        judged = {name: said for name, axes in inputs.items() if (said := self._naming.judged(axes))}
        if self.of_any and not self._naming.has_read and not judged:
            self.by_hand.was_not_judged(self._of, bool(inputs))
            return
        self.by_hand.was_judged(self._of)
        for name, said in judged.items():
            if (before := self._not_judged.pop(name, None)) is not None:
                self._report.looked_at(before, as_written(name))
            if (before := self._judged.get(name, said)) != said and BY_DRAWING in said:
                self._report.does_not_assume(before, as_written(name))
            self._judged[name] = said
            self._report.assume(said, as_written(name))
            line, batch_dim = self._lines.get(name), self._naming.batch_dim(inputs[name])
            if line is not None and batch_dim is not None and (dealt := line.dealt_out(batch_dim)):
                self._report.did_not_look(dealt, as_written(name))
        self._lines.clear()
        for name, axes in {} if judged else inputs.items():
            self._not_judged[name] = said = self._naming.not_judged(axes)
            self._report.did_not_look(said, as_written(name))
