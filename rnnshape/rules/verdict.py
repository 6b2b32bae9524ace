"""How a finding about axes is made: what it says, where it points, and the Layouts that show it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVarTuple

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.coordinates import ROWS, UNNAMED, Mark, Site, layout_of, separable, varies
from rnnshape.layout.axes import Axis
from rnnshape.layout.interleaving import repair
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import Operation
from rnnshape.report.finding import Became, Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.rules.carrying import Carrying
from rnnshape.rules.usage import Usage, holds_states

__all__ = [
    "Recording", "Scene", "Verdicts", "anew", "called", "element", "held", "is_data", "is_order", "runs_along", "steps_along",
]  # fmt: skip

Scene = Callable[[], tuple[Location | None, str, str]]
"""Tells where the model is: the user's line, and the path and class of the innermost module."""


class Recording(Protocol):
    """Writes down what comes of an operation, so that it can be repeated where the operation is called on the same again.

    Attributes:
        spoiled: whether it can't be.
    """

    spoiled: bool

    def judged(self, judgement: Callable[..., None], arguments: Sequence[Any]) -> None:
        """Write down a judgement that is to be made at each call."""


Arguments = TypeVarTuple("Arguments")


def anew(judgement: Callable[[Any, *Arguments], None]) -> Callable[[Any, *Arguments], None]:
    """Have a judgement made at each call, as it leaves something behind, or depends on more than tables and sizes."""

    @functools.wraps(judgement)
    def judged(self: Verdicts, *args: *Arguments) -> None:
        recording, self.recording = self.recording, None
        if recording is not None:
            recording.judged(judgement, args)
        judgement(self, *args)
        self.recording = recording

    return judged


class Verdicts:
    """Makes the findings of one step.

    Args:
        tell: takes a finding.
        scene: tells where the model is at the moment.
    """

    def __init__(self, tell: Callable[[Finding], None], scene: Scene) -> None:
        self._tell = tell
        self._scene = scene
        self.usage = Usage()
        self.carrying = Carrying()
        self.lengths: dict[Axis, Tensor] = {}
        self.told: set[str] = set()
        self.packed_orders: set[tuple[int, ...]] = set()
        self.normalised: set[Axis] = set()
        self.beside: dict[Axis, tuple[str, str, Location | None]] = {}
        self.recording: Recording | None = None

    def use(self, *marks: Mark) -> None:
        """Account for the use of states."""
        for mark in marks:
            if holds_states(mark):
                self.use_states(mark)

    @anew
    def use_states(self, mark: Mark) -> None:
        """Account for the use of states in a tensor that comes from some."""
        if self.usage.calls:
            self.usage.use(mark, self._scene)

    def mixed(self, op: Operation, mark: Mark, axis: Axis, dim: int, taken: str) -> None:
        """Report samples that lie along a dim that means something else."""
        site = mark.sites.get(axis)
        message = f"samples are mixed: {held(mark, axis, dim)}, and {called(op)} takes that dim for {taken}"
        self.find("RNS203", message, op, mark, site, _instead(site))

    def scrambled(self, op: Operation, mark: Mark, dims: tuple[int, ...]) -> bool:
        """Report an axis that a reshape cut into pieces which lie in no order along these dims; tell whether there was one."""
        for axis, table in sorted(mark.tables.items(), key=lambda item: item[0].name in ("feature", "hidden")):
            if axis.name in ("step", "layers", "directions", UNNAMED):
                continue
            if not any(varies(table, d) for d in dims) or separable(table):
                continue
            site = mark.sites.get(axis)
            name = site.name if site else op.name
            what = f"{name} of {site.before}" if site and site.before else name
            sizes = text.sizes(site.sizes if site else mark.sizes)
            if axis.name == ROWS:
                dim = next(d for d in dims if varies(table, d))
                self.mixed(op, mark, axis, dim, "features")
                return True
            message = f"{axis.name} is scrambled: {what} to {sizes} cuts it into pieces that lie along several dims in no order"
            self.find("RNS209", f"{message}, and {called(op)} takes them as they lie", op, mark, site, None)
            return True
        return False

    def find(
        self,
        code: str,
        message: str,
        op: Operation | None,
        mark: Mark | None,
        site: Site | None,
        suggestion: str | None,
        shown: Iterable[tuple[str, Mark]] = (),
        at: Location | None = None,
    ) -> None:
        """Report a finding where it was made: at a place that is given, else at the site, else here."""
        here, module, kind = self._scene()
        self.told.add(code)
        if self.recording is not None:
            self.recording.spoiled = True
        layouts: list[tuple[str, Layout]] = []
        became: Became | None = None
        if site and site.before is not None:
            layouts.append(("before", site.before))
            became = Became(site.name, site.sizes)
        for name, one in shown or ((("seen", mark),) if mark is not None and not site else ()):
            layout = layout_of(one, ("batch", ROWS, "seq", "layers", "directions"))
            if layout is not None:
                layouts.append((name, layout))
        mistake = Mistake(code, message, suggestion, tuple(layouts), became, location=at or (site.location if site else None))
        self._tell(finding_of(mistake, module, kind, here, "nowhere" if op is None else "used"))


_NAMES = {"linear": "Linear", "lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN", "lstm_cell": "LSTMCell",
          "gru_cell": "GRUCell", "rnn_tanh_cell": "RNNCell", "rnn_relu_cell": "RNNCell"}  # fmt: skip
_RESHAPES = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel"])


def called(op: Operation) -> str:
    """Return the name under which a person knows an operation."""
    return _NAMES.get(op.name, op.name)


def is_data(axis: Axis) -> bool:
    """Tell whether an axis is known to be of the data, and not rows of a state or halves of an output."""
    return axis.name not in ("layers", "directions", ROWS, UNNAMED)


def runs_along(table: Tensor) -> list[int]:
    """Return the dims along which an axis varies."""
    return [d for d in range(table.dim()) if varies(table, d)]


def _instead(site: Site | None) -> str | None:
    """Return a permutation that makes a reshape right, where one was found that does."""
    if site is None or site.name not in _RESHAPES or site.before is None:
        return None
    found = repair(site.before.dims, site.sizes)
    return f"instead of {site.name}: {found[0]}" if found else None


def is_order(table: Tensor) -> bool:
    """Tell whether a table lists every sample once, along one dim: a permutation."""
    values = table.flatten().tolist()
    return len(runs_along(table)) == 1 and sorted(values) == list(range(len(values)))


def held(mark: Mark, axis: Axis, dim: int) -> str:
    """Say which samples lie along a dim, in the first line that has more than one."""
    table = mark.tables[axis].movedim(dim, -1)
    lines = table.reshape(-1, table.size(-1))
    line = next((line for line in lines if bool((line[line >= 0] != line.max()).any())), lines[0])
    values = sorted(set(line.tolist()) - {-1})
    shown = text.listed(values) if len(values) <= 4 else f"{values[0]} to {values[-1]}"
    return f"along dim {dim} of {text.sizes(mark.sizes)} lie samples {shown}"


def element(mark: Mark, axis: Axis, where: tuple[int, ...]) -> str:
    """Name an element by its coordinates."""

    def coordinate(table: Tensor) -> int:
        return int(table[tuple(min(i, s - 1) for i, s in zip(where, table.shape, strict=False))])

    words = [f"sample {coordinate(mark.tables[axis])}"]
    for name in ("seq", "step"):
        for _, table in mark.of(name):
            if table.dim() == len(where) and runs_along(table):
                words.append(f"step {coordinate(table)}")
                return " ".join(words)
    return " ".join(words)


def steps_along(mark: Mark) -> int | None:
    """Return the dim of the steps, None where that is not one dim that all axes of steps agree on."""
    dims = {tuple(runs_along(table)) for axis, table in mark.tables.items() if axis.name in ("seq", "step")} - {()}
    found = dims.pop() if len(dims) == 1 else ()
    return found[0] if len(found) == 1 else None
