"""`Naming`: which dim of an input is the batch, where nobody has said so.

Whoever gives a tensor to a recurrent layer says by that which dim is the batch: the one that the layer takes for it. That holds
as long as nothing in the whole step takes the same axis for its steps; the sentences of a document are the samples of one layer
and the steps of the next. So what is found about an axis that was named like this is told when the step has ended.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import BATCH, COLUMN, GUESSED, ROWS, UNNAMED, Mark, argument_of
from rnnshape.coordinates.tables import line_along, runs_along, separable
from rnnshape.layout.axes import Axis
from rnnshape.report.finding import Finding
from rnnshape.tracking.beside import BY_MEETING, Met
from rnnshape.tracking.renaming import Names

__all__ = ["BY_DRAWING", "Naming", "as_written", "columns_of"]

BY_THE_SCRIPT = "the script's slicing"
"""What takes a dim for the batch that was cut as another tensor was."""

BY_A_LOOP = "a loop"
"""What takes a dim for its steps that it walks along, with a state, as a recurrent layer does; and another for its samples."""

BY_DRAWING = "the script's drawing in no order"
"""What takes a dim for the batch of which a script draws other rows in each step, in no order, as steps never come."""

MOST_TOLD = 1 << 6
"""Findings that can be taken back in a later step."""


class _Held(NamedTuple):
    """What was found about axes of which it is not known yet that they are the batch.

    Attributes:
        axes: these.
        finding: what is told where they are.
        otherwise: what is told where one of them is not; None for nothing.
    """

    axes: frozenset[Axis]
    finding: Finding
    otherwise: Finding | None


class _Told(NamedTuple):
    """What was told at the end of a step, where layers alone had said which dims are the batch.

    Attributes:
        dims: these.
        finding: what was told.
    """

    dims: frozenset[Axis]
    finding: Finding


class Naming:
    """What layers say about the dims of inputs that nobody has named.

    It outlives a step: what the layers of one have said names the inputs of the next, if they are of the same module.

    Args:
        rename: gives axes other names, in all that is known.
        withdraw: takes a finding back that was told.

    Attributes:
        is_named: whether somebody has named the batch of this step.
        is_blind: whether a layer has read in this step what nothing is known of.
        samples: how many the last batch has of which somebody has named the dims; 0 where nobody has.
        batches: the unnamed dims that a layer took for its batch, each with the layer.
        steps: those that one took for its steps.
    """

    def __init__(self, rename: Callable[[Names], None], withdraw: Callable[[Finding], None]) -> None:
        self._rename, self._withdraw = rename, withdraw
        self._held: list[_Held] = []
        self._told: set[_Told] = set()
        self._settled = frozenset[Axis]()
        self._guesses: dict[Axis, set[Axis]] = {}
        self.is_named = self.is_blind = False
        self.samples = 0
        self.batches: dict[Axis, str] = {}
        self.steps: dict[Axis, str] = {}
        self._supposed: set[Axis] = set()
        self._recalled: set[Axis] = set()
        self._sizes: dict[Axis, int] = {}
        self._drawn: set[Axis] = set()
        self._walked: set[Axis] = set()
        self._no_samples: set[Axis] = set()
        self._beside: set[str] = set()
        self._most = 0
        self._met = Met()
        self._arguments: weakref.WeakKeyDictionary[object, dict[str, str]] = weakref.WeakKeyDictionary()
        self._modules: Counter[str] = Counter()

    def argument_of(self, module: object, name: str) -> str:
        """Return what tells the axes of an argument apart from those of another module's argument of the same name."""
        known = self._arguments.setdefault(module, {})
        if name not in known:
            self._modules[name] += 1
            known[name] = name if self._modules[name] == 1 else f"{name}#{self._modules[name]}"
        return known[name]

    def concerns(self, mark: Mark) -> bool:
        """Tell whether a tensor has axes of which a layer may say what they are."""
        return any(axis.name == UNNAMED or axis in self._guesses for axis in mark.tables)

    def known(self, axis: Axis, size: int) -> Axis:
        """Return what an unnamed dim of an input is, by what earlier steps have told of it."""
        self._sizes[axis] = size
        if axis in self._walked:
            return self.as_walked(axis)
        if axis not in self.batches or axis in self.steps:
            return axis
        guess = self._guess(axis, size)
        if axis not in self._drawn:
            self._recalled.add(guess)
        return guess

    def walked(self, loops: Mapping[Axis, tuple[Axis, int] | None]) -> None:
        """Hear along which unnamed dims loops of the user's own have walked in the step, as recurrent layers do.

        Args:
            loops: these dims, each with the dim of the samples and how many these are, as far as it is seen.
        """
        for axis, rows in loops.items():
            if axis not in self.batches:
                self.steps.setdefault(axis, BY_A_LOOP)
                self._walked.add(axis)
                self._rename({axis: self.as_walked(axis)})
            if rows is not None:
                self._most = max(self._most, rows[1])
                if not (self.is_named or self._drawn or rows[0] in self.steps or rows[0] in self._no_samples):
                    self.batches.setdefault(rows[0], BY_A_LOOP)
                    self._rename({rows[0]: self._guess(*rows)})

    def as_walked(self, axis: Axis) -> Axis:
        """Return what an unnamed dim is by the loops of earlier steps: the steps where one has walked along it."""
        return Axis("seq", axis.of) if axis in self._walked else axis

    def is_of_others(self, size: int) -> bool:
        """Tell whether so many rows are no samples, since a DataLoader or a caller has said how many these are."""
        return self.samples not in (0, size)

    def _guess(self, axis: Axis, size: int) -> Axis:
        guess = Axis("batch", f"{GUESSED}{size}")
        self._guesses.setdefault(guess, set()).add(axis)
        return guess

    def suppose(self, axis: Axis, size: int, by: str = BY_THE_SCRIPT) -> None:
        """Hear that a script has cut an unnamed dim of an input as it has cut that of another tensor, as it does with samples.

        That says less than any layer: steps may have been cut like that. Where the rows were drawn, it says more.

        Args:
            axis: the dim.
            size: of it.
            by: what tells so.
        """
        if by == BY_DRAWING and axis.name == UNNAMED:
            self.steps.pop(axis, None)
            self._drawn.add(axis)
            self._deny_beside(axis)
        if axis.name == UNNAMED and axis not in self.steps and axis not in self.batches:
            self._supposed.add(axis)
            self.batches[axis] = by
            self._rename({axis: self._guess(axis, size)})

    def is_beside_the_steps(self, axis: Axis) -> None:
        """Hear that a layer walks along an axis anew at each step of another: where one takes it for its batch, it is that."""
        taken = [unnamed for unnamed in self.batches if unnamed.of == axis.of]
        for unnamed in taken:
            self._beside.add(unnamed.of)
            self.steps.pop(unnamed, None)

    def are_nodes(self, guess: Axis) -> None:
        """Hear that a matrix which no input has made sums what is taken for the batch, as it does nodes of a graph."""
        unnamed = self._guesses.get(guess)
        if unnamed:
            self._no_samples |= unnamed
            for other in unnamed:
                self.batches.pop(other, None)
            self._deny(guess)
            self._withdraw_of(unnamed)

    def _withdraw_of(self, dims: Iterable[Axis]) -> None:
        """Take back what was told of dims that turn out to be no samples."""
        for told in [told for told in self._told if not told.dims.isdisjoint(dims)]:
            self._told.discard(told)
            self._withdraw(told.finding)

    def _deny_beside(self, drawn: Axis) -> None:
        """Take back what layers have said of the other dims of an input of which rows were drawn, and what was told of them."""
        for other in [axis for axis in self.batches if axis != drawn and argument_of(axis) == argument_of(drawn)]:
            del self.batches[other]
            for guess in [guess for guess, unnamed in self._guesses.items() if other in unnamed]:
                self._deny(guess, UNNAMED)
            self._withdraw_of([other])

    def _were_drawn(self, mark: Mark, unnamed: set[Axis], batch: int | None) -> bool:
        """Tell whether a layer takes drawn rows for its steps, of several sequences; one alone may be an episode of samples."""
        return batch is not None and mark.sizes[batch] > 1 and not unnamed.isdisjoint(self._drawn)

    @property
    def is_guessing(self) -> bool:
        """Whether something is taken for the batch of which that is not sure yet."""
        return bool(self._guesses)

    def lies(self, mark: Mark) -> None:
        """Hear how axes lie: an unnamed dim that has met samples, one to one, is the batch from the next step on."""
        self._met.hear(mark, self._guesses, self._sizes)

    def read(self, mark: Mark, batch: int | None, steps: Iterable[int], reader: str) -> None:
        """Hear which dims of a tensor a layer takes for its batch and for its steps.

        Args:
            mark: what is known of the tensor.
            batch: the dim that is taken for the batch, None where there is none.
            steps: the dims that are taken for steps, or for places.
            reader: a name of the layer.
        """
        if batch is not None:
            self._most = max(self._most, mark.sizes[batch])
        self._met.walk([mark.sizes[dim] for dim in steps])
        for axis, table in [*mark.tables.items()]:
            unnamed = {axis} if axis.name == UNNAMED else self._guesses.get(axis)
            dims = runs_along(table)
            if not unnamed or not dims:
                continue
            if axis.of.endswith(COLUMN) and not separable(table):
                if not axis.of.endswith(COLUMN + COLUMN):  # one of the two is enough to say that neither is in order
                    self._rename({axis: Axis(ROWS, axis.of)})
            elif not set(steps).isdisjoint(dims):
                if dims != [*steps] or not self._are_no_steps(mark, axis, unnamed, line_along(table, dims[0]), batch):
                    self._take_for_steps(axis, unnamed, table, dims == [*steps], reader)
            elif dims == [batch]:
                self._take_for_batch(mark, axis, unnamed, line_along(table, dims[0]), reader)

    def _are_no_steps(self, mark: Mark, axis: Axis, unnamed: set[Axis], line: Tensor, batch: int | None) -> bool:
        """Tell whether what a layer takes for its steps is known to be something else, whatever the layer does."""
        if axis in self._guesses and _is_in_pieces(line):
            return True  # a view for a transpose: it is no run of steps, and still the batch
        walked = any(other.of in self._beside for other in unnamed)
        return walked or self._were_drawn(mark, unnamed, batch)  # steps are never drawn

    def _take_for_steps(self, axis: Axis, unnamed: set[Axis], table: Tensor, alone: bool, reader: str) -> None:
        """Hear that a layer takes an axis for its steps, or as a part of them: it is not the batch then."""
        self.steps |= dict.fromkeys(unnamed, reader)
        if unnamed <= self._supposed and alone:
            self._supposed -= unnamed
            self._deny(axis, "seq")
            for supposed in unnamed:
                del self.batches[supposed]
        elif axis in self._guesses:
            self._deny(axis)
        elif len(dims := runs_along(table)) == 1 and torch.equal(line_along(table, dims[0]), torch.arange(table.size(dims[0]))):
            self._rename({axis: Axis("seq", axis.of)})

    def _take_for_batch(self, mark: Mark, axis: Axis, unnamed: set[Axis], line: Tensor, reader: str) -> None:
        """Hear that a layer takes an axis, and no other, for its batch: it is, unless it is known to be something else."""
        if len(line) < min(self._sizes.get(other, 0) for other in unnamed):
            self._deny_recalled(axis)  # steps may lie behind one another there, each with its samples
        elif axis.name == UNNAMED and (axis in self._no_samples or self._is_of_one_sample(mark)):
            self._rename({axis: Axis(ROWS, axis.of)})
        elif axis.name == UNNAMED and any(argument_of(axis) == argument_of(drawn) for drawn in self._drawn - unnamed):
            pass  # another dim of that input has the samples, and no layer knows better
        elif _lists_all(line):
            self.batches |= {other: reader for other in unnamed if self.batches.get(other) != BY_MEETING}
            self._supposed -= unnamed
            self._recalled.discard(axis)
            if axis.name == UNNAMED:
                is_rows = axis in self.steps or self.is_named or self.is_of_others(len(line))
                self._rename({axis: Axis(ROWS, axis.of) if is_rows else self._guess(axis, len(line))})

    def _is_of_one_sample(self, mark: Mark) -> bool:
        """Tell whether a tensor is of one sample out of several: then no dim of it has the samples."""
        alone = [axis for axis, table in mark.tables.items() if axis in self._guesses and table.numel() == 1]
        return any(_samples(axis) > 1 for axis in alone)

    def _deny(self, guess: Axis, name: str = ROWS) -> None:
        """Take it back that an axis is the batch; what holds of it whatever it is stays."""
        unnamed = self._guesses.pop(guess)
        self._rename({guess: Axis(name, min(unnamed).of)})
        sure = [held for held in self._held if guess not in held.axes]
        others = [held for held in self._held if guess in held.axes]
        self._held = sure + [_Held(held.axes - {guess}, held.otherwise, None) for held in others if held.otherwise]

    def _deny_recalled(self, axis: Axis) -> None:
        """Take it back that an axis is the batch where only earlier steps have said so: they have told nothing of this one."""
        if axis in self._recalled:
            for recalled in self._guesses[axis]:
                del self.batches[recalled]
            self._deny(axis)

    def unsure(self, marks: Iterable[Mark]) -> frozenset[Axis]:
        """Return the axes of some tensors that are taken for the batch, as long as that is not sure."""
        if not self._guesses:
            return frozenset()
        return frozenset(axis for mark in marks for axis in mark.tables if axis in self._guesses)

    def hold(self, axes: frozenset[Axis], finding: Finding, otherwise: Finding | None) -> None:
        """Keep a finding until the step ends.

        Args:
            axes: that must be the batch for it.
            finding: what was found.
            otherwise: what was found where they are not.
        """
        self._held.append(_Held(axes, finding, otherwise))

    @property
    def has_read(self) -> bool:
        """Whether a layer has read anything in this step."""
        return self._most > 0

    @property
    def is_alone(self) -> bool:
        """Whether layers were called in this step, and each with a batch of one."""
        return self._most == 1

    def batch_dim(self, axes: Iterable[Axis]) -> int | None:
        """Return the dim on which the samples of an input were judged that nobody has named; None where they were not.

        Args:
            axes: its unnamed dims, in their order.
        """
        found = self._batch_among(axes)
        return None if found is None else found[0]

    def _batch_among(self, axes: Iterable[Axis]) -> tuple[int, Axis] | None:
        for dim, axis in enumerate(axes):
            for part in (axis, *columns_of(axis)):
                if part in self.batches and part not in self.steps:
                    return dim, part
        return None

    def judged(self, axes: Sequence[Axis]) -> str | None:
        """Say on which dim the samples of an input were judged; None where they were not."""
        found = self._batch_among(axes)
        if found is None:
            return None
        dim, axis = found
        part = "" if axis in axes else "the columns that were joined along "
        by = f"{part}dim {dim}, which {self.batches[axis]} takes for its batch"
        return f"nobody has named the batch, so samples were judged on {by}; axes= names it otherwise"

    def not_judged(self, axes: Iterable[Axis]) -> str:
        """Say why the samples of an input were not judged."""
        why = "no layer takes a whole dim for its batch"
        for dim, axis in enumerate(axes):
            if axis in self.batches and axis in self.steps:
                why = f"{self.batches[axis]} takes dim {dim} for its batch, {self.steps[axis]} for its steps"
        return f'nobody has named the batch, and {why}: mixed samples cannot be seen; pass axes=, such as "batch seq feature"'

    def settle(self) -> tuple[list[Finding], int]:
        """End the step: what still is taken for the batch is it.

        Returns:
            What was found, and how many samples there are; 0 where that is not known.
        """
        self._most, self.is_blind = 0, False
        self.is_named = False
        for recalled in self._recalled & self._guesses.keys():  # a part without a recurrent layer: one may come behind it
            self._deny(recalled, UNNAMED)
        self._recalled.clear()
        for held in self._held:
            self._remember(self._dims_of(held.axes), held.finding)
        found, self._held = [held.finding for held in self._held], []
        met = self._met.settle(self._guesses) - self.steps.keys() - self.batches.keys()
        self.batches |= dict.fromkeys(met, BY_MEETING)
        guesses, self._guesses = self._guesses, {}
        self._settled = frozenset[Axis]()
        if len(guesses) != 1:
            return found, 0
        ((guess, dims),) = guesses.items()
        self._settled = frozenset(dims)
        self._rename({guess: BATCH})
        return found, _samples(guess)


    def told(self, finding: Finding) -> None:
        """Hear what was told of the samples that are returned, at the end of a step that has been settled."""
        self._remember(self._settled, finding)

    def _remember(self, dims: frozenset[Axis], finding: Finding) -> None:
        if dims and len(self._told) < MOST_TOLD:
            self._told.add(_Told(dims, finding))

    def _dims_of(self, guesses: Iterable[Axis]) -> frozenset[Axis]:
        """Return the unnamed dims that are taken for the batch by some guesses."""
        return frozenset(axis for guess in guesses for axis in self._guesses.get(guess, ()))


def columns_of(axis: Axis) -> tuple[Axis, Axis]:
    """Return two axes in the place of one, where columns were put behind one another: of the columns, and of what each has."""
    return Axis(axis.name, f"{axis.of}{COLUMN}"), Axis(axis.name, f"{axis.of}{COLUMN}{COLUMN}")


def _samples(guess: Axis) -> int:
    """Return how many samples an axis has that is taken for the batch."""
    return int(guess.of.removeprefix(GUESSED))


def _is_in_pieces(line: Tensor) -> bool:
    """Tell whether each element is listed for several places in a row, as where rows were cut up into longer ones."""
    return bool((line.diff() >= 0).all()) and len(line.unique()) < line.numel() and int(line[-1]) > int(line[0])


def _lists_all(line: Tensor) -> bool:
    """Tell whether every element is listed once, in any order: samples that were sorted are still all of them."""
    return torch.equal(line.sort().values, torch.arange(line.numel()))


def as_written(name: str) -> str:
    """Return the name of an argument as its module has it."""
    return re.sub(r"#\d+", "", name)
