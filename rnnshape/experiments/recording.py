"""Every operation of a run with what came of it, and what differs in another run: two runs in lockstep, one of them remembered.

Memory is bounded: what comes after `MOST` elements is not recorded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from rnnshape import _torch
from rnnshape.experiments import subject
from rnnshape.experiments.entry import Entry, Recorded
from rnnshape.experiments.leaves import rows_after
from rnnshape.experiments.owners import Owners, changed, common
from rnnshape.experiments.places import tensors_of
from rnnshape.operations.getters import SILENT
from rnnshape.operations.registry import name_of
from rnnshape.report.location import Location
from rnnshape.tracking.marks import writes

if TYPE_CHECKING:
    from rnnshape.experiments.trial import Trial

__all__ = ["Comparing", "Ordering", "Recording", "Still", "line_of_run", "recorded_run"]

_OUTERMOST = subject.__file__
"""The file of ours from which the user's code is called."""

MOST = 1 << 25
"""Elements of results that are kept."""

_NOISE = {
    "randn": 0.0, "randn_like": 0.0, "rand": 0.5, "rand_like": 0.5, "normal_": 0.0, "uniform_": 0.5, "exponential_": 1.0,
    "log_normal_": 1.0, "cauchy_": 0.0,
}  # fmt: skip
_DROPOUTS = frozenset(["dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d", "dropout3d"])
_SHUFFLES = frozenset(
    ["randperm", "multinomial", "randint", "randint_like", "random_", "_standard_gamma", "poisson", "binomial"]
)


class Recording(subject.Mode):
    """Remembers a run; what the model is given are entries of their own.

    Attributes:
        entries: one for each input, and for each operation.
        is_cut: whether there was no room for all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.is_cut = self.shuffles = False
        self._room = MOST
        self._paths: dict[int, str] = {}
        self._made: dict[int, tuple[int, int]] = {}
        self._held: list[Any] = []

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear what the model is given, and the paths of its modules."""
        self._paths = paths
        with torch._C.DisableTorchFunction():
            for _, tensor in tensors:
                self._keep("input", None, ("", ""), (), tensor)

    def made_by(self, tensor: Tensor) -> tuple[int, int] | None:
        """Return the number of the entry that made a tensor, and the place of that in it; None where that is unknown."""
        return self._made.get(id(tensor))

    def _number_of(self, tensor: Tensor) -> int | None:
        """Return the number of the entry that made a tensor that is used, None where that is unknown."""
        made = self.made_by(tensor)
        if made is None:
            return None
        number, place = made
        self.entries[number].used.add(place)
        return number

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = name_of(func)
        if name in SILENT or self.is_cut:
            return result
        self.shuffles |= name in _SHUFFLES
        given = [t for _, t in tensors_of([args, kwargs])]
        made = args[0] if writes(name) and args else result
        if any(True for _ in tensors_of(made)):
            operands = tuple(dict.fromkeys(at for t in given if (at := self._number_of(t)) is not None))
            module = _torch.calling_module()
            known = ("", "") if module is None else (self._paths.get(id(module), ""), type(module).__name__)
            kept = tuple(tuple(t.shape) for t in given if id(t) not in self._made and not isinstance(t, torch.nn.Parameter))
            self._keep(name, line_of_run(sys._getframe(1)), known, operands, made)
            if not self.is_cut:
                self.entries[-1].states = kept
        return result

    def _keep(self, name: str, line: Location | None, module: tuple[str, str], operands: tuple[int, ...], made: Any) -> None:
        tensors = [t for _, t in tensors_of(made)]
        self._room -= sum(t.numel() for t in tensors)
        if self._room < 0:
            self.is_cut = True
            return
        with torch.no_grad():
            values = [t.detach().clone() for t in tensors]
        for place, tensor in enumerate(tensors):
            self._made[id(tensor)] = len(self.entries), place
        self._held.append(made)
        self.entries.append(Entry(name, line, module, operands, values, [Owners(v.shape) for v in values]))

    def forget(self) -> None:
        """Hold the tensors of the model no longer."""
        self._held.clear()


def recorded_run(trial: Trial) -> Recorded:
    """Return a run of what is given at first, operation by operation: one for all who ask.

    Raises:
        Unfit: where it raises.
    """
    if trial.recorded is None:
        recording = Recording()
        outputs = trial.run(trial.unchanged(), recording)
        made = [recording.made_by(t) for t in outputs]
        recording.forget()
        trial.recorded = Recorded(recording.entries, made, trial.differing(outputs))
    return trial.recorded


def line_of_run(frame: FrameType | None) -> Location | None:
    """Return the line of the model or the loss that runs: none of whoever called us."""
    while frame is not None and frame.f_code.co_filename != _OUTERMOST:
        if not _torch.is_library(frame.f_code.co_filename):
            return _torch.user_location(frame)
        frame = frame.f_back
    return None


class Comparing(subject.Mode):
    """Compares a run with the one that is remembered, operation by operation, until they part.

    Args:
        entries: of the run that is remembered.
        sample: the sample that has other content.
        grown: whether the other run has more steps, or fewer: then the first ones of both are compared.
    """

    def __init__(self, entries: list[Entry], sample: int, grown: bool = False) -> None:
        super().__init__()
        self._entries = entries
        self._sample = sample
        self._grown = grown
        self._at = 0

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear what the model is given."""
        with torch._C.DisableTorchFunction():
            for _, tensor in tensors:
                self._compare("input", tensor)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = name_of(func)
        if name not in SILENT:
            result = self._handed_on(result)
            made = args[0] if writes(name) and args else result
            if any(True for _ in tensors_of(made)):
                self._compare(name, made)
        return result

    def _handed_on(self, result: Any) -> Any:
        """Return what the model gets in the place of a result: that itself."""
        return result

    def _compare(self, name: str, made: Any) -> None:
        if self._at >= len(self._entries) or self._entries[self._at].name != name:
            self._at = len(self._entries)  # another branch was taken
            return
        entry = self._entries[self._at]
        self._at += 1
        with torch.no_grad():
            for place, (_, (_, tensor)) in enumerate(zip(entry.values, tensors_of(made), strict=False)):
                self._hear(entry, self._at - 1, place, tensor)

    def _hear(self, entry: Entry, number: int, place: int, tensor: Tensor) -> None:
        """Hear of a tensor that stands in the place of one that is remembered."""
        a, b = common(entry.values[place], tensor) if self._grown else (entry.values[place], tensor)
        if a.shape == b.shape:
            entry.owners[place].add(self._sample, changed(a, b))


class Ordering(Comparing):
    """Compares a run with one in which the samples come in another order, operation by operation, until they part.

    Args:
        entries: of the run that is remembered.
        source: for each place, which sample is there now.
        lines: the sample of each row of what the model is given.

    Attributes:
        lost: the numbers of the operations of which a tensor of numbers that is used came neither in that order nor unchanged.
    """

    def __init__(self, entries: list[Entry], source: list[int], lines: Sequence[Tensor] = ()) -> None:
        super().__init__(entries, 0)
        self._source = source
        self._lines = lines
        self.lost: set[int] = set()

    def _hear(self, entry: Entry, number: int, place: int, tensor: Tensor) -> None:
        value = entry.values[place]
        tells = place in entry.used and (value.is_floating_point() or value.dtype == torch.bool)
        if tells and rows_after(value, tensor.detach(), self._source, self._lines)[0] == "lost":
            self.lost.add(number)


class Still(subject.Mode):
    """Has every random number be the one in the middle, so that a sample has the same at any place in its batch.

    Attributes:
        shuffles: whether an order is drawn, or samples.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shuffles = False

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear what the model is given: nothing is drawn in it."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        name = name_of(func)
        self.shuffles |= name in _SHUFFLES
        if name not in _NOISE and name not in _DROPOUTS and name not in ("normal", "bernoulli"):
            return func(*args, **(kwargs or {}))
        before = torch.get_rng_state()
        result = func(*args, **(kwargs or {}))
        torch.set_rng_state(before)
        if name in _DROPOUTS:
            return args[0] * 1 if args else result
        with torch.no_grad():
            middle = _middle(name, args, result)
            return result.copy_(middle) if name.endswith("_") else middle


def _middle(name: str, args: Any, result: Tensor) -> Tensor:
    """Return what stands in the place of a random result."""
    if name in _NOISE:
        return torch.full_like(result, _NOISE[name])
    if name == "bernoulli":
        return (args[0] >= 0.5).to(result.dtype)
    mean = args[0] if args else 0.0
    return mean.expand(result.shape).clone() if isinstance(mean, Tensor) else torch.full_like(result, float(mean))
