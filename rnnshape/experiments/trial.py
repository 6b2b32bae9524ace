"""`Trial`: a model with what it is given in an experiment, and the run that all others are compared with."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.tables import line_along, runs_along
from rnnshape.experiments.content import Content, contents, in_order
from rnnshape.experiments.entry import Recorded
from rnnshape.experiments.owners import changed, common
from rnnshape.experiments.places import Given, Place, put_in, tensors_of, unplaced
from rnnshape.experiments.subject import SEED, Mode, Run, Subject, Unfit

__all__ = ["ONE", "Trial"]

ONE = "a batch of one: nothing tells what another sample would change; give two"
"""Why no sample is changed where there is one."""

ALL = 8
"""Samples up to which each is changed."""

RUNS = 20
"""How often experiments run a model, about."""


class Trial:
    """A model with what it is given.

    Args:
        subject: the copy.
        given: as the user gave it.
        places: where samples lie in it.
        most: how many samples are changed where there are more than `ALL`.
        longest: the seconds that all runs may take together; None for any number.
        first: is on while the first run is made.

    Attributes:
        contents: of the tensors.
        count: how many samples there are; 0 where nobody knows.
        samples: those that are changed, one after the other.
        lacks: why no sample is changed; empty where some are. What needs none of them can be asked all the same.
        base: what the first run returned, with names.
        may_draw: whether random numbers were drawn, or may have been, on a device other than the CPU.
        output: what the first run returned.
        recorded: the same run, operation by operation; None where nobody has asked for it yet.
        is_light: whether the runs after the first are made without gradients, and that was made with a mode on. What shows
            whether the model does the same then is looked for while the samples are measured.
        is_resized: whether a tensor of the output had other sizes in some run.
        seconds: what the first run took, of this thread.

    Raises:
        Unfit: where the model raises, or the runs would take too long.
    """

    def __init__(
        self,
        subject: Subject,
        given: Given,
        places: Iterable[Place],
        most: int = 4,
        longest: float | None = None,
        first: Mode | None = None,
    ) -> None:
        self.subject = subject
        self._given = given
        self.contents = contents(places, torch.Generator().manual_seed(SEED))
        inputs = [content for content in self.contents if not content.place.is_target]
        self.count = max((content.place.count for content in inputs), default=0)
        self.inputs = [content for content in inputs if content.place.count == self.count]
        self.kept = [content for content in self.inputs if content.other is content.base]
        can = sorted({j for content in self.inputs for j in content.changes()})
        self.lacks = _lacking(self.count, can)
        self.samples = [] if self.lacks else can if self.count <= max(ALL, most) else _chosen(can, most)
        self.is_light = True
        began = time.thread_time()
        try:
            self._begin(first)
        except Unfit:
            if first is None:
                raise
            self.begin_again()
        self.seconds = time.thread_time() - began
        takes = self.seconds * RUNS
        if longest is not None and takes > longest:
            raise Unfit(f"experiments would take about {takes:.0f} s; rnnshape.probe makes them")

    def begin_again(self) -> None:
        """Make all runs alike: with gradients, and no mode on in the first."""
        self.is_light = False
        self._begin(None)

    def _begin(self, mode: Mode | None) -> None:
        first = self.result(self.unchanged(), mode, gradients=True)
        self.base = list(tensors_of(first.output))
        everywhere = [*(value for _, value in self.base), *(content.base for content in self.contents)]
        self.may_draw = first.draws or any(tensor.device.type != "cpu" for tensor in everywhere)
        self.output = first.output
        self.recorded: Recorded | None = None
        self.is_resized = False

    def repeats(self) -> bool:
        """Tell whether a run of the same is the same, where only gradients may make a difference.

        Raises:
            Unfit: where the model differs by itself.
        """
        if self.recorded is not None and not self.recorded.differs:
            return True
        names = self.differing(self.run(self.unchanged()))
        if names and not self.is_light:
            said = text.listed(names)
            raise Unfit(f"{said} differs from run to run by itself: it depends on a state outside of the model, or on a clock")
        return not names

    def settle(self) -> None:
        """See to it that a run of the same is the same.

        Raises:
            Unfit: where the model differs by itself.
        """
        if self.is_light:
            with contextlib.suppress(Unfit):
                if self.repeats():
                    return
            self.begin_again()
        self.repeats()

    def differing(self, outputs: list[Tensor]) -> list[str]:
        """Return the names of the tensors of the output that are others than in the first run."""
        return [
            name
            for (name, t), u in zip(self.base, outputs, strict=False)
            if bool(changed(*common(t, u)).any()) or (self.is_light and t.shape != u.shape)
        ]

    @property
    def unplaced(self) -> list[str]:
        """Tensors and lists among the inputs of which it is not known where their samples lie, though they may have some."""
        known = {id(content.place.tensor) for content in self.contents}
        return unplaced([("input", [self._given.args, self._given.kwargs])], known, self.count)

    @property
    def lines(self) -> list[Tensor]:
        """The sample of each row of what is given, where a script has mixed rows of several, or they come in another order."""
        lines: list[Tensor] = []
        for content in self.inputs:
            samples = content.place.samples
            dims = runs_along(samples)
            line = line_along(samples, dims[0]) if len(dims) == 1 else samples.new_zeros(0)
            if bool((line.diff() < 0).any()) and not any(torch.equal(line, other) for other in lines):
                lines.append(line)
        return lines

    def unchanged(self) -> dict[int, Tensor]:
        """Return what is given at first, by the ids of the user's tensors."""
        return {id(content.place.tensor): content.base for content in self.contents}

    def with_other(self, samples: Iterable[int]) -> dict[int, Tensor]:
        """Return the same with other content in some samples."""
        which = torch.zeros(self.count, dtype=torch.bool)
        which[list(samples)] = True
        return self.unchanged() | {id(c.place.tensor): c.changed(which) for c in self.inputs}

    def in_order(self, source: list[int], only: Callable[[Content], bool] = lambda content: True) -> dict[int, Tensor] | None:
        """Return the same with its samples in another order; None where that cannot be."""
        if any(content.place.is_packed for content in self.inputs if only(content)):
            return None
        moved = [content for content in self.inputs if only(content)]
        return self.unchanged() | {id(c.place.tensor): in_order(c.base, c.place.samples, source) for c in moved}

    def run(self, tensors: dict[int, Tensor], mode: Mode | None = None) -> list[Tensor]:
        """Run a copy, and return the tensors that it returned.

        Raises:
            Unfit: where it raises.
        """
        outputs = [t for _, t in tensors_of(self.result(tensors, mode).output)]
        self.is_resized |= [t.shape for t in outputs] != [t.shape for _, t in self.base]
        return outputs

    def result(
        self,
        tensors: dict[int, Tensor],
        mode: Mode | None = None,
        weights: Mapping[str, Tensor] | None = None,
        gradients: bool = False,
    ) -> Run:
        """Run a copy.

        Args:
            tensors: what it is given, by the ids of the user's tensors.
            mode: is on meanwhile.
            weights: other values for some of its parameters.
            gradients: whether any are asked for.

        Raises:
            Unfit: where it raises.
        """
        given = Given(put_in(self._given.args, tensors), put_in(self._given.kwargs, tensors))
        try:
            return self.subject.run(given, mode, weights, gradients or not self.is_light)
        except Exception as error:
            said = (str(error).splitlines() or [""])[0]
            raise Unfit(f"the copy raised {type(error).__name__}: {said}") from None


def _lacking(count: int, can: list[int]) -> str:
    """Say why no sample is changed; nothing where some are.

    Args:
        count: how many samples there are.
        can: those that have other content.
    """
    if count == 0:
        return "nobody has said which dim of an input is the batch; pass axes=, such as 'batch seq feature'"
    if count == 1:
        return ONE
    return "" if can else "what it is given cannot be changed: one token, or lengths and masks alone, in every sample"


def _chosen(samples: list[int], most: int) -> list[int]:
    """Choose neighbours, the last one, and some between."""
    last = len(samples) - 1
    at = dict.fromkeys([0, 1, last, last // 2, *range(2, last)])
    return [samples[i] for i in sorted(list(at)[:most])]
