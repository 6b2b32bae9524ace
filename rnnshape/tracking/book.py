"""`Book`: what is known of the tensors of a step, as an operation sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from rnnshape import _torch, text
from rnnshape.coordinates.mark import Mark, Site, of_scores
from rnnshape.coordinates.room import MOST_ALIVE, Beside, Kept
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Use
from rnnshape.report.location import Location
from rnnshape.report.report import Report
from rnnshape.rules.families import Listener, asks
from rnnshape.tracking.collating import Collated
from rnnshape.tracking.cuts import Cuts
from rnnshape.tracking.marks import Marks
from rnnshape.tracking.naming import Naming
from rnnshape.tracking.place import Place
from rnnshape.tracking.words import Words

if TYPE_CHECKING:
    from rnnshape.tracking.telling import Telling

__all__ = ["Book"]


class Book:
    """Reads and writes marks beside tensors, and hands over what operations say beside.

    An operation may write to its arguments, so what was known of these before it ran is kept apart until it is judged.

    Args:
        report: told of what is not followed.
        place: where the model is.
        telling: asks the rules.
        naming: knows what layers say of dims that nobody has named.
        words: knows what they say of those that somebody has named with a word of their own.

    Attributes:
        marks: what is known of tensors.
        cuts: what is known of rows that were cut by hand.
        present: what was known of the present operation's arguments before it ran, by the ids of these.
        recent: what came of the calls of this step.
        features: the axes that weights make.
        collating: the samples that a collate function is putting together, None while none is.
    """

    def __init__(self, report: Report, place: Place, telling: Telling, naming: Naming, words: Words) -> None:
        self._report = report
        self._place = place
        self._telling = telling
        self._naming, self._words = naming, words
        self.marks = Marks()
        self.cuts = Cuts()
        self.present: dict[int, Mark] = {}
        self.recent: Kept[Any, Any] = Kept()
        self.features: Beside[Axis] = Beside()
        self.collating: Collated | None = None
        self._born: Beside[Location | None] = Beside()
        self._count = 0

    def forget(self) -> None:
        """Know nothing any more of any tensor."""
        for beside in (self.marks, self.features, self._born, self.cuts):
            beside.clear()
        self.recent.clear()
        self.collating = None

    # Marks

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value."""
        if not isinstance(value, Tensor):
            return None
        return self.present.get(id(value)) or self.marks.mark(value) or self.cuts.mark(value)

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor: of one without elements there is nothing to know."""
        if isinstance(tensor, Tensor):
            self.present.pop(id(tensor), None)
            if kind := _torch.other_kind(tensor):
                self.marks.drop(tensor)
                self.is_of_other_kind("a result", kind)
            elif 0 not in mark.sizes and (mark.tables or mark.lost or mark.target):
                if self._naming.is_guessing:
                    self._naming.lies(mark)
                if mark.made is None:
                    mark.made = self.here()
                if mark.form is None and not mark.sites.keys() <= mark.tables.keys():
                    mark.sites = {axis: site for axis, site in mark.sites.items() if axis in mark.tables}
                if not self.marks.remember(tensor, mark):
                    most = text.data_size(8 * MOST_ALIVE)
                    self._report.could_not_follow(f"some axes of large tensors: tables of more than {most}")
            else:
                self.marks.drop(tensor)

    def put_again(self, tensor: Tensor, mark: Mark) -> None:
        """Remember of another tensor what was put before, at the same place."""
        kind = type(tensor)
        may = kind is Tensor or _torch.is_fake(kind)  # of a kind that may have a mark, as the one before was
        if may and mark.tables and 0 not in mark.sizes:
            self.present.pop(id(tensor), None)
            self.marks.remember_again(tensor, mark)
        else:
            self.put(tensor, mark)

    def drop(self, tensor: Tensor) -> None:
        """Know nothing of a tensor any more."""
        self.marks.drop(tensor)

    def taken(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor that a model is given: it is no target, whatever comes with it."""
        mark = self.mark(tensor)
        if mark is not None and mark.target:
            mark = replace(mark, target=False)
            self.marks.remember(tensor, mark)
        return mark

    # Axes

    def fresh(self, name: str, weight: Tensor | None = None) -> Axis:
        """Return an axis that no other is equal to; what one weight makes is one axis, however often it is used in a step.

        So it is with a matrix that nobody trains, as of the neighbours in a graph, where each layer has a copy of it.
        """
        axis = self.features.get(weight) if weight is not None else None
        if axis is None:
            axis = self._made_by_a_copy(name, weight) or Axis(name, str(self.number()))
            if weight is not None:
                self.features.put(weight, axis)
        return axis

    def _made_by_a_copy(self, name: str, weight: Tensor | None) -> Axis | None:
        """Return the axis that a matrix of the same numbers makes, None where there is none, or the numbers are learned."""
        values = _torch.known_values(weight) if weight is not None and not isinstance(weight, nn.Parameter) else None
        for reference, axis in [*self.features.entries.values()] if values is not None else ():
            other = reference() if axis.name == name else None
            known = _torch.known_values(other) if other is not None and not isinstance(other, nn.Parameter) else None
            if values is not None and known is not None and known.device == values.device and torch.equal(known, values):
                return axis
        return None

    def part_of(self, name: str, axis: Axis | None = None) -> Axis:
        """Return the axis of scores that has this name, and tells of elements of another axis where there is one."""
        return of_scores(name, axis)

    def number(self) -> int:
        """Return a number that nothing else in this book has."""
        self._count += 1
        return self._count

    def made_by(self, weight: Tensor) -> Axis | None:
        """Return the axis that a weight makes, None where it has made none yet."""
        return self.features.get(weight)

    def reads(self, value: object, batch: int | None, steps: Iterable[int], by: str = "") -> Mark | None:
        """Hear which dims of a tensor a layer takes for its batch and its steps, and return what is known of it then.

        Args:
            value: the tensor.
            batch: the dim that is taken for the batch, None where there is none.
            steps: the dims that are taken for steps, or for places.
            by: what takes them; the innermost module that is being called where it is empty.
        """
        if (mark := self.mark(value)) is None:
            self.knows_nothing()
            return None
        if self._naming.concerns(mark):
            path, kind = ("", by) if by else self.calling_module()
            self._naming.read(mark, batch, steps, f"{path} ({kind})" if path else kind)
            return self.mark(value)
        return mark

    def walks(self, value: object, dim: int | None) -> None:
        """Hear that a recurrent layer walks along a dim of a tensor; None where it reads one step at a time."""
        if (mark := self.mark(value)) is not None and self._words.concerns(mark):
            self._words.walked(mark, dim)

    def knows_nothing(self) -> None:
        """Hear that a layer reads what nothing is known of."""
        self._naming.is_blind = True

    def rename(self, names: Mapping[Axis, Axis]) -> None:
        """Give axes other names, in all that is known."""
        self.present = self.marks.rename(names, self.present)
        self._telling.step.rename(names)
        self.cuts.rename(names)
        self.recent.clear()

    # Places

    def here(self) -> Location | None:
        """Return the user's line."""
        return self._place.here()

    def calling_module(self) -> tuple[str, str]:
        """Return path and class of the innermost module that is being called."""
        return self._place.calling_module()

    def site(self, name: str, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the present operation."""
        return Site(self.here(), {"__getitem__": "index"}.get(name, name), before, sizes)

    def is_born(self, tensor: Tensor) -> None:
        """Remember that the present operation has made a tensor from nothing."""
        self._born.put(tensor, self.here())

    def is_copy(self, tensor: Tensor, of: object) -> None:
        """Remember of a tensor where another was made from nothing, and how that was cut: it is the same, elsewhere."""
        if born := self.origin(of):
            self._born.put(tensor, born)
        self.cuts.carry(of, tensor)

    def origin(self, value: object) -> Location | None:
        """Return the line that made a tensor from nothing, such as ``torch.zeros``; None for any other value."""
        return self._born.get(value) if isinstance(value, Tensor) else None

    def flattened(self, value: object) -> tuple[tuple[int, int], Location | None] | None:
        """Return the sizes of two dims of a tensor before they became one, and where they did; None where that is not known."""
        return self.cuts.grid(value)

    def goes_on(self, axis: Axis) -> bool:
        """Tell whether an input's rows go on where those of the call before have ended, as its targets do: they are steps."""
        return self.cuts.go_on(axis)

    def is_beside_the_steps(self, axis: Axis) -> None:
        """Hear that a layer walks along an axis anew at each step of another, and so is led along that."""
        self._naming.is_beside_the_steps(axis)

    def are_nodes(self, axis: Axis) -> None:
        """Hear of what is only taken for samples that a matrix of both its rows sums them: they are nodes, say."""
        self._naming.are_nodes(axis)

    # What operations say beside

    def emit(self, use: Use, among: Sequence[Listener] | None = None) -> None:
        """Ask the rules about a use: all of them, or some."""
        self._telling.emit(use, among)

    def asks(self, among: Sequence[Listener]) -> bool:
        """Tell whether any of some who are asked about a use has anything to say in this step."""
        return asks(among, self._telling.step)

    def notice(self, use: Use) -> tuple[bool, list[tuple[Listener, bool]]]:
        """Ask the rules about a use, and return whether one found anything, and who looked at what was seen before."""
        return self._telling.notice(use)

    def did_not_look(self, reason: str, name: str = "") -> None:
        """Tell that something is not looked at; see `Report.did_not_look`."""
        self._report.did_not_look(reason, name)

    def looked_at(self, reason: str, name: str) -> None:
        """Take back that something is not looked at; see `Report.looked_at`."""
        self._report.looked_at(reason, name)

    def is_of_other_kind(self, where: str, kind: str) -> None:
        """Tell that there is a tensor whose axes nobody can follow.

        Args:
            where: the argument or the operation.
            kind: as `_torch.other_kind` returns it.
        """
        self._report.could_not_follow(f"{where}: a tensor of another kind ({kind}), whose axes are unknown")
