"""`Door`: one recurrent layer under one watch. It turns a call into plain data, judges it, and remembers what was right."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple, cast

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import _torch
from rnnshape.calculator.spec import RNNSpec
from rnnshape.calls import argument_of, call_of, spec_of
from rnnshape.contracts.contract import Call, Packed, check_call, check_result, packed_rows, predicted
from rnnshape.contracts.hints import suggest
from rnnshape.report.event import Event, Passage
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import Report
from rnnshape.report.settings import is_silenced

__all__ = ["Door", "LayerCall", "Seen", "door_of", "result_sizes"]

logger = logging.getLogger("rnnshape")

MOST_KNOWN = 4096
"""Kinds of calls that a door remembers; any other is judged anew each time."""

_STATE_NAMES = frozenset(["hx", "h", "h0", "h_0", "hidden", "hidden_state", "state", "states", "initial_state", "init_state"])


class LayerCall(NamedTuple):
    """A call of a recurrent layer, as it was made."""

    module: nn.Module
    args: tuple[object, ...]
    kwargs: dict[str, object]


class Seen:
    """A kind of call that was found right: its counter, and the sizes of its result."""

    __slots__ = ("passage", "result")

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.result: object = None


class Door:
    """One module under one watch.

    Args:
        module: the layer.
        path: where it lives in the model.
        spec: its configuration.
        report: where calls are counted.
        ignore: codes that are not reported.
        quiet: whether new kinds of calls are kept out of the log.

    Attributes:
        names: of input and state in its ``forward``; empty where that takes something else, which nobody can judge.
        follows_torch: whether its class has torch's own ``forward``.
        alive: a reference to the module, which takes the door away when the module dies.
    """

    __slots__ = ("_seen", "alive", "follows_torch", "ignore", "kind", "names", "path", "quiet", "report", "spec")

    def __init__(
        self, module: nn.Module, path: str, spec: RNNSpec, report: Report, ignore: frozenset[str], quiet: bool = False
    ) -> None:
        self.path = path
        self.kind = type(module).__name__
        self.spec = spec
        self.report = report
        self.ignore = ignore
        self.alive: object = None
        self.quiet = quiet
        self.names, self.follows_torch = _signature(type(module))
        self._seen: dict[object, Seen] = {}
        if not self.names:
            report.could_not_follow(f"{path or self.kind}: {self.kind}.forward takes other arguments than (input, hx)")

    def is_torchs_own(self, module: nn.Module) -> bool:
        """Tell whether torch's own ``forward`` gets the arguments as they are; then a mismatch is proof of a mistake."""
        return self.follows_torch and not _torch.has_hooks(module)[0]

    def known(self, args: tuple[object, ...], kwargs: dict[str, object]) -> Seen | None:
        """Return what is known of a call of these sizes; the fast path of every call but the first."""
        x = args[0] if args else kwargs.get(self.names[0])
        return self._seen.get(_key(x, args[1] if len(args) == 2 else kwargs.get(self.names[1])))

    def judge(self, request: LayerCall) -> tuple[Call, list[Mistake]] | None:
        """Hold a call against the contract, as the module is configured by now; None where that cannot be done."""
        spec = spec_of(request.module) or self.spec
        if spec != self.spec:
            self.spec = spec
            self._seen.clear()
        found = self._arguments(request)
        call = found and call_of(request.module, *found)
        return (call, list(check_call(self.spec, call))) if call else None

    def judge_result(self, call: Call, result: object) -> tuple[Mistake, ...] | None:
        """Hold a result against the contract; None where it has another structure than torch's."""
        return check_result(self.spec, call, argument_of(result))

    def count(self, request: LayerCall, call: Call, right: bool, results: bool) -> Seen:
        """Count a call; one that is right is known from then on.

        Args:
            request: the call as it was made.
            call: the same, reduced.
            right: whether nothing is to be reported of it.
            results: whether its results were as predicted.
        """
        found = self._arguments(request)
        cheap = _key(*found) if found else None
        key = call if cheap is None else (cheap, right)
        seen = self._seen.get(key)
        if seen is None:
            seen = Seen(self.report.passage(self.event(call, results)))
            if not (seen.passage.calls or self.quiet):
                logger.info("%s", seen.passage.event, extra={"rnnshape": seen.passage.event})
            if len(self._seen) < MOST_KNOWN:
                self._seen[key] = seen
                if right and cheap is not None:
                    self._seen[cheap] = seen
        seen.passage.calls += 1
        return seen

    def count_unjudged(self) -> None:
        """Count a call that came to its end, and of which nobody can say what its tensors are."""
        self.report.passage(self._event_without_layouts()).calls += 1

    def count_failed(self, request: LayerCall) -> None:
        """Count a call that ended in an exception."""
        found = self._arguments(request) if self.names else None
        call = found and call_of(request.module, *found)
        if call and predicted(self.spec, call) is not None:
            self.report.count_failed(self.event(call, results=False))
        else:
            self.report.count_failed(self._event_without_layouts())

    def _event_without_layouts(self) -> Event:
        return Event(self.path, self.kind, repr(self.spec), (), self.spec.batch_first)

    def findings(
        self, call: Call, mistakes: Iterable[Mistake], made: Location | None = None, computed: bool = False
    ) -> list[Finding]:
        """Turn mistakes into findings, without those that are ignored.

        Args:
            call: the call.
            mistakes: what is wrong with it.
            made: the line that made the state, where that is known; else what is wrong with it is placed at the call.
            computed: whether the state comes out of a computation.
        """
        here = _torch.user_location()
        found: list[Finding] = []
        for mistake in mistakes:
            location = made or here if mistake.subject not in ("input", "output") else here
            silent = any(is_silenced(mistake.code, place) for place in (here, location))
            if mistake.code not in self.ignore and not silent:
                told = replace(mistake, suggestion=suggest(self.spec, call, mistake, computed), location=location)
                found.append(finding_of(told, self.path, self.kind, here))
        return found

    def state_of(self, request: LayerCall) -> object:
        """Return the state of a call, of a pair the first; None where there is none."""
        found = self._arguments(request)
        state: object = found[1] if found else None
        if isinstance(state, (tuple, list)):
            several = cast("tuple[object, ...]", state)
            return several[0] if several else several
        return state

    def event(self, call: Call, results: bool = True) -> Event:
        """Describe a call whose input has the right rank, with its results or without."""
        spec, p = self.spec, predicted(self.spec, call)
        assert p is not None
        layouts, output, packed = {"input": p.input, "h_0": p.h_0, "c_0": p.c_0}, p.output, None
        if isinstance(call.input, Packed):
            packed = (call.input.batch, call.input.steps)
            layouts["input"], output = packed_rows(call.input, p.input), packed_rows(call.input, p.output)
        if results:
            layouts |= {"h_1": p.h_n, "c_1": p.c_n} if spec.cell else {"output": output, "h_n": p.h_n, "c_n": p.c_n}
        given = () if call.state is None else ("h_0", "c_0") if spec.has_cell_state else ("h_0",)
        return Event(
            module=self.path,
            kind=self.kind,
            spec=repr(spec),
            layouts=tuple((n, v) for n, v in layouts.items() if v is not None and (n[-1] != "0" or n in given)),
            batch_first=spec.batch_first,
            packed=packed,
            given=given,
        )

    def _arguments(self, request: LayerCall) -> tuple[object, object] | None:
        """Return input and state of a call, however they were passed; None where torch itself will object."""
        rest = dict(request.kwargs)
        given = bool(request.args) or self.names[0] in rest
        values = [*request.args, *(rest.pop(name, None) for name in self.names[len(request.args) :])]
        return (values[0], values[1]) if given and len(values) == 2 and not rest else None


def door_of(module: nn.Module, path: str, report: Report, ignore: frozenset[str], quiet: bool = False) -> Door | None:
    """Return a door for a module, as `Door` takes it; None for one that is no recurrent layer, or none that torch has."""
    spec = spec_of(module)
    if spec is None and isinstance(module, _torch.RECURRENT):
        report.could_not_follow(f"{path or type(module).__name__}: its configuration is none that torch has")
    return Door(module, path, spec, report, ignore, quiet) if spec is not None else None


def _key(x: object, state: Any) -> object:
    """Return what decides whether a call is right, as a dict key; None where it cannot be had cheaply."""
    if type(x) is Tensor and not x.is_nested:
        first: tuple[object, ...] = (x.shape, x.dtype, x.device)
    elif isinstance(x, PackedSequence) and (sizes := _torch.packed_sizes(x)):
        first = (x.data.shape, x.data.dtype, x.data.device, sizes)
    else:
        return None
    if state is None:
        return first
    kind = type(state)  # pyright: ignore[reportUnknownVariableType]
    if kind is Tensor:
        return (first, state.shape, state.dtype, state.device)
    if kind is tuple and len(state) == 2 and type(state[0]) is Tensor and type(state[1]) is Tensor:
        h, c = state
        return (first, h.shape, c.shape, h.dtype, c.dtype, h.device, c.device)
    return None


def result_sizes(result: Any) -> object:
    """Return the sizes in a result of torch's structure, to be compared with those seen before."""
    kind = type(result)  # pyright: ignore[reportUnknownVariableType]
    if kind is tuple:
        return [r.shape if type(r) is Tensor else result_sizes(r) for r in result]
    if isinstance(result, Tensor):
        return result.shape
    return result.data.shape if isinstance(result, PackedSequence) else None


def _signature(kind: type[nn.Module]) -> tuple[tuple[str, ...], bool]:
    """Return the names of input and state in ``forward``, and whether the method is torch's own.

    An overridden ``forward`` may mean anything by its arguments. Where it takes an input and perhaps a state, it is held to the
    contract only once its outcome has shown that it keeps it.
    """
    forward = getattr(kind, "forward", None)  # a compiled class of torch.jit has none
    if forward in _torch.TORCH_FORWARDS:
        return ("input", "hx"), True
    try:
        parameters = list(inspect.signature(forward).parameters.values())[1:]  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return (), False
    kinds = {p.kind for p in parameters}
    variable = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    if parameters and kinds <= variable:
        return ("input", "hx"), False
    names = [p.name for p in parameters]
    if kinds & variable or not 1 <= len(names) <= 2 or (len(names) == 2 and names[1] not in _STATE_NAMES):
        return (), False
    return (names[0], names[1] if len(names) == 2 else "hx"), False
