"""Every call of a module during a dry run, as plain data."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import _torch
from rnnshape.calculator.model import Value
from rnnshape.calculator.spec import RNNSpec
from rnnshape.calls import call_of, spec_of
from rnnshape.contracts.contract import Packed, predicted
from rnnshape.coordinates.mark import ROWS, UNNAMED, Mark
from rnnshape.coordinates.reading import layout_of
from rnnshape.hooks.class_call import Proceed, Watcher
from rnnshape.layout.axes import UNKNOWN, Axis, Dim, whole
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import Args, Kwargs

__all__ = ["Draft", "Recorder", "named_leaves"]


@dataclass(eq=False)
class Draft:
    """A call while it goes on, and afterwards.

    Attributes:
        path: of the module.
        also: its other paths.
        module: the module.
        depth: how deep it was called in others.
        number: which call of the module it is, from 1.
        inputs: what went in.
        outputs: what came out; empty where it raised.
        flops: of each matrix product that was made in it and in no module within it.
        inner: the calls within it.
    """

    path: str
    also: tuple[str, ...]
    module: nn.Module
    depth: int
    number: int
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    flops: list[int] = field(default_factory=list[int])
    inner: list[Draft] = field(default_factory=list["Draft"])
    ended: bool = False

    def total(self) -> int:
        """Return the operations of the call, those within it included."""
        return sum(self.flops) + sum(draft.total() for draft in self.inner)


class Recorder(Watcher[tuple[str, ...]]):
    """Stands in the class of every module, and takes down what passes.

    Args:
        model: the model that is run.
        mark: tells what is known of a tensor.
    """

    def __init__(self, model: nn.Module, mark: Callable[[object], Mark | None]) -> None:
        paths: dict[int, list[str]] = {}
        for path, module in _torch.named_modules(model, several=True):
            paths.setdefault(id(module), []).append(path)
        self.doors = {key: tuple(found) for key, found in paths.items()}
        self._calls: dict[int, int] = {}
        self._names: dict[tuple[type[nn.Module], int], tuple[str, ...]] = {}
        self.drafts: list[Draft] = []
        self._open: list[Draft] = []
        self._mark = mark
        self._layouts: dict[object, tuple[Layout | None, Mark]] = {}
        self.loose = 0

    def guarded(self, work: Callable[..., Any], *args: object) -> Any:
        """Do our own work, unseen by every mode."""
        with _torch.unseen(), _torch.undispatched():
            return work(*args)

    def through(self, door: tuple[str, ...], module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Take a call down."""
        number = self._calls[id(module)] = self._calls.get(id(module), 0) + 1
        draft = Draft(door[0], door[1:], module, len(self._open), number)
        self.drafts.append(draft)
        if self._open:
            self._open[-1].inner.append(draft)
        spec, expected = self.guarded(self._came_in, draft, args, kwargs)
        self._open.append(draft)
        try:
            result = proceed(*args, **kwargs)
        finally:
            self._open.pop()
        self.guarded(self._went_out, draft, result, spec, expected)
        return result

    def count(self, flops: int) -> None:
        """Add operations to the innermost call."""
        if self._open:
            self._open[-1].flops.append(flops)

    def _came_in(self, draft: Draft, args: Args, kwargs: Kwargs) -> tuple[RNNSpec | None, dict[str, Layout]]:
        """Take down what a call is given; return how its module is configured, and what the calculator says of its tensors."""
        kind = (type(draft.module), len(args))
        names = self._names.get(kind) or self._names.setdefault(kind, parameter_names(*kind))
        spec = spec_of(draft.module)
        expected = _predicted(draft.module, spec, args, kwargs)
        found: list[Value] = []
        for name, value in [*zip(names, args, strict=True), *kwargs.items()]:
            if spec is not None and name == "hx":
                states = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
                named = zip(("h_0", "c_0"), states, strict=False)
                found += [self._value(n, v, expected) for n, v in named if isinstance(v, Tensor)]
            else:
                found += [self._value(n, v, expected) for n, v in named_leaves(name, value)]
        draft.inputs = tuple(found)
        return spec, expected

    def _went_out(self, draft: Draft, result: object, spec: RNNSpec | None, expected: dict[str, Layout]) -> None:
        named = _recurrent_results(spec, result) if spec is not None else None
        draft.outputs = tuple(self._value(n, v, expected) for n, v in named or named_leaves("output", result))
        draft.ended = True

    def _value(self, name: str, tensor: Tensor, expected: dict[str, Layout]) -> Value:
        mark, sizes = self._mark(tensor), tuple(tensor.shape)
        found = (self._layout(mark) if mark else None) or Layout(tuple((whole(UNKNOWN, s),) if s != 1 else () for s in sizes))
        wanted = expected.get(name.removesuffix(".data"))
        if wanted is not None and wanted.sizes == sizes:
            found = Layout(tuple(map(_better, found.dims, wanted.dims)))
        return Value(name, found, str(tensor.dtype).removeprefix("torch."))

    def _layout(self, mark: Mark) -> Layout | None:
        key = (mark.sizes, *((axis, id(table)) for axis, table in mark.tables.items()))
        if key not in self._layouts:
            self._layouts[key] = (layout_of(_told_apart(mark)), mark)
        return self._layouts[key][0]


def _told_apart(mark: Mark) -> Mark:
    """Keep one axis of those that run alike, as the steps of a layer run along its input's."""
    found: dict[Axis, Tensor] = {}
    for axis, table in sorted(mark.tables.items(), key=lambda item: _LAST.get(item[0].name, 0)):
        if axis.name != UNNAMED and not any(table is other or torch.equal(table, other) for other in found.values()):
            found[Axis("seq", axis.of) if axis.name == "step" else axis] = table
    return Mark(mark.sizes, found)


_LAST = {"step": 1, ROWS: 2}
"""Axes that are named only where nobody has named them otherwise."""


def _better(known: Dim, wanted: Dim) -> Dim:
    """Take what was followed where it says more than the calculator does, such as that a batch is made of words."""
    names = {f.axis for f in known}
    plain = len(known) == len(wanted) == 1 and _is_plain(known[0].axis)
    same = [f[:2] for f in known] == [f[:2] for f in wanted if f.size != 1]
    return wanted if UNKNOWN in names or same or plain else known


def _is_plain(axis: object) -> bool:
    return isinstance(axis, Axis) and axis.name in ("hidden", "feature", "proj", "step")


def _predicted(module: nn.Module, spec: RNNSpec | None, args: Args, kwargs: Kwargs) -> dict[str, Layout]:
    """Return what the calculator says of the tensors of a recurrent layer."""
    if spec is None or not (args or "input" in kwargs):
        return {}
    given = args[0] if args else kwargs["input"]
    call = call_of(module, given, None)
    p = call and predicted(spec, call)
    if not call or not p:
        return {}
    layouts = {"input": p.input, "h_0": p.h_0, "c_0": p.c_0, "h_n": p.h_n, "c_n": p.c_n, "h_1": p.h_n, "c_1": p.c_n}
    layouts["output"] = p.output
    if isinstance(call.input, Packed):
        rows: Dim = (whole(Axis("packed"), call.input.data.sizes[0]),)
        layouts |= {"input": Layout((rows, p.input.dims[-1])), "output": Layout((rows, p.output.dims[-1]))}
    return {name: layout for name, layout in layouts.items() if layout is not None}


def _recurrent_results(spec: RNNSpec, result: object) -> list[tuple[str, Tensor]] | None:
    """Name what a recurrent layer returned; None where it has another structure than torch's."""
    final = ("h_1", "c_1") if spec.cell else ("h_n", "c_n")
    if spec.cell:
        output, last = None, result
    elif isinstance(result, tuple) and len(cast("tuple[object, ...]", result)) == 2 and not isinstance(result, PackedSequence):
        output, last = cast("tuple[object, object]", result)
    else:
        return None
    several = cast("tuple[object, ...]", last) if isinstance(last, tuple) else (last,)
    states = [state for state in several if isinstance(state, Tensor)]
    if len(states) < len(several) or len(states) != 1 + spec.has_cell_state:
        return None
    return [*(named_leaves("output", output) if output is not None else ()), *zip(final, states, strict=False)]


def named_leaves(name: str, value: object) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors in nested values, each under its place: "x", "x[0]", "x['a']"; of a PackedSequence its data."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, PackedSequence):
        yield f"{name}.data", value.data
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield from named_leaves(f"{name}[{key!r}]", item)
    elif isinstance(value, tuple) and hasattr(cast("object", value), "_fields"):
        named = cast("Any", value)
        for field_name, item in zip(named._fields, named, strict=True):
            yield from named_leaves(f"{name}.{field_name}", item)
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(cast("Sequence[object]", value)):
            yield from named_leaves(f"{name}[{number}]", item)


def parameter_names(kind: type[nn.Module], count: int) -> tuple[str, ...]:
    """Return the names of the first positional arguments of a module's ``forward``."""
    known = _named_parameters(kind.forward)[1:]
    return tuple(known[i] if i < len(known) else f"argument {i}" for i in range(count))


def _named_parameters(function: Any) -> Sequence[str]:
    """Return the names of what a function takes by position."""
    if type(function) is FunctionType and not vars(function):  # no decorator says otherwise
        return function.__code__.co_varnames[: function.__code__.co_argcount]
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]
