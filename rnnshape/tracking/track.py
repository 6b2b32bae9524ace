"""The tracker: follows coordinates through every torch function while it is on.

It keeps marks beside the tensors, in a weak table, and never a tensor. What it cannot follow becomes unknown and is listed in
the report.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import FrameType, GetSetDescriptorType, MethodDescriptorType, MethodWrapperType
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch._C import (
    DisableTorchFunction,
    _DisableTorchDispatch,
    _is_tracing,
    _len_torch_dispatch_stack,
    _len_torch_function_stack,
)
from torch._C._autograd import _profiler_enabled
from torch.overrides import TorchFunctionMode

from rnnshape import _torch, text
from rnnshape.coordinates.mark import BATCH, DRAW, ROWS, UNNAMED, Mark, Site, of_scores
from rnnshape.coordinates.room import LARGEST, MOST_ALIVE, Beside, Kept
from rnnshape.coordinates.tables import alone, along, piece_along, runs_along, separable
from rnnshape.errors import ContractError
from rnnshape.harmless import Guard, is_mistake, log_mistake
from rnnshape.layout.axes import Axis
from rnnshape.layout.layout import Layout
from rnnshape.operations.followed import ALWAYS, OPERATIONS
from rnnshape.operations.getters import SILENT
from rnnshape.operations.pointwise import IDENTITIES, draws_elements, is_pointwise, makes_new_values, pointwise
from rnnshape.operations.registry import REPEATABLE, Handler, Operation, UnreadableError, leaves, name_of, other_kind_among
from rnnshape.operations.uses import Consumption, Ending, LoopEnding, Output, Returned, Use, marks_of
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.reporter import NOTE, Reporter
from rnnshape.rules.exceptions import Shown, Squeeze, explain, explained_call, took_part
from rnnshape.rules.families import Listener, ask, notice, rules
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_in_order, is_order
from rnnshape.tracking.aside import is_followed_here, is_plain_here, why_aside
from rnnshape.tracking.book import Book, writes
from rnnshape.tracking.compiled import COMPILED, Region
from rnnshape.tracking.cuts import CUTS, Cuts, Line, is_cut, line_of
from rnnshape.tracking.forms import Call
from rnnshape.tracking.memory import record, repeat
from rnnshape.tracking.naming import Naming, as_written, renamed, under_other_names
from rnnshape.tracking.standing import Standing

__all__ = ["ALONE", "Tracker"]

_LOOKED_AT = IDENTITIES | {"squeeze"}
_ALWAYS = ALWAYS | _LOOKED_AT


_OF_TORCH = frozenset([MethodDescriptorType, MethodWrapperType])
"""The types of methods in C, and of the getters of properties."""

_getters: set[object] = set()
"""Those that only say something about a tensor. Most calls are of them, so they are known before anything else is asked; not
while a trace is made, which writes down the line that called torch, and is made twice to compare."""


ALONE = "a batch of one: whether samples are mixed cannot be seen; give two"
"""Why nothing was judged where there is one sample."""

MOST_DIMS = 4
"""Dims of an input up to which unnamed ones are followed."""


class Tracker(TorchFunctionMode):
    """Follows one step of a model.

    Args:
        reporter: what is done about findings, and where they are recorded.
        path: tells the path of a module.

    Attributes:
        is_named: whether somebody has named the batch of this step.
        is_alone: whether the last step had a batch of one, in which no samples can be mixed.
        of_any: whether any module is a step: one of which no layer reads anything, such as a loss, is of no interest then.
        goes_on: whether somebody makes two of such a batch, and follows once more.
        squeezed: where a dim was taken away in a batch of one.
        would_squeeze: where the batch would have been taken away, had it been one.
        raised: what was said of exceptions of this step.
        took_part: what is known of the tensors that the last exception is about, where nothing was said of it.
    """

    def __init__(self, reporter: Reporter, path: Callable[[nn.Module], str]) -> None:
        super().__init__()
        self._reporter = reporter
        self._report = reporter.report
        self._found: list[Finding] = []
        self.path = path
        self._book = Book()
        self._known: dict[int, Mark] = {}
        self._line: Location | None = None
        self._frame: FrameType | None = None
        self._count = 0
        self._features: Beside[Axis] = Beside()
        self.recent: Kept[Any, Any] = Kept()
        self.samples = 0
        self._born: Beside[Location | None] = Beside()
        self._batch_dims: Beside[int] = Beside()
        self.squeezed: list[Squeeze] = []
        self._squeezed_all = False
        self.would_squeeze: list[Squeeze] = []
        self.raised: list[Finding] = []
        self.took_part: Shown = ()
        self._off = self.among_fakes = False
        self.standing = Standing(self, lambda frame: self._reporter.guarded(self._tell_of_compiled, frame))
        self.step = Step(self._scene, self.did_not_look)
        self._naming = Naming(self._rename)
        self.cuts = Cuts()
        self.is_named = False
        self._inputs: dict[str, list[Axis]] = {}
        self._not_judged: dict[str, str] = {}
        self._lines: dict[str, Line] = {}
        self.of_any = self.is_alone = self.goes_on = self._is_settled = False
        self._drawn: weakref.WeakKeyDictionary[object, tuple[int, int]] = weakref.WeakKeyDictionary()

    # The mode

    def __enter__(self) -> Tracker:
        """Begin to follow what this thread does."""
        self.standing.begin()
        super().__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Follow no longer."""
        self.standing.leave()

    def start(self, undo: ExitStack) -> None:
        """Begin to follow what this thread does.

        Args:
            undo: ends it when it is closed, also where this has only half begun.
        """
        undo.callback(_torch.pop_mode, self)
        undo.callback(self.standing.leave)
        self.__enter__()

    def _tell_of_compiled(self, frame: FrameType) -> None:
        self._report.did_not_look(COMPILED, Region(frame).name)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        """Call a torch function, and follow it. The user's call stands alone: before it and behind it are guards."""
        if self._off or not self.standing.is_on or (type(func) in _OF_TORCH and func in _getters and not _is_tracing()):
            return func(*args, **kwargs) if kwargs else func(*args)
        kwargs = kwargs or {}
        name, known = "", None
        try:
            name = name_of(func)
            if name not in SILENT:
                known = self._before(name, args, kwargs)
            elif type(func) is MethodDescriptorType or type(getattr(func, "__self__", None)) is GetSetDescriptorType:
                _getters.add(func)  # no more than torch has: properties in Python may be a user's
        except Exception as error:
            if not is_mistake(error, self._step_aside):
                raise
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            if known is not None:
                with Guard(self._step_aside):
                    self._raised(Operation(name, func, args, kwargs, None, self), error, known)
            raise
        if known is not None:
            try:
                self._behind(Operation(name, func, args, kwargs, result, self), known, sys._getframe(1))
            except Exception as error:
                if not is_mistake(error, self._step_aside):
                    raise
        return result

    def _step_aside(self) -> None:
        self._off = True
        self._report.could_not_follow("every operation after a mistake of rnnshape's own, which is in the log")

    def _before(self, name: str, args: Any, kwargs: dict[str, Any]) -> dict[int, Mark] | None:
        """Look up what is known of arguments, before a call writes to them; None where nothing is to be followed here."""
        is_plain = is_plain_here()
        if not is_plain and (not is_followed_here() or self.steps_aside()):
            return None
        known: dict[int, Mark] = {}
        if not self._book.entries:
            return known
        if is_plain and not _len_torch_function_stack():
            try:
                self._collect(known, args, kwargs)
            except Exception as error:
                self._give_up(name, error)
        else:
            self._guarded(name, self._collect, known, args, kwargs)
        return None if self._off else known

    def _raised(self, op: Operation, error: Exception, known: dict[int, Mark]) -> None:
        """Hear that torch has raised."""
        if isinstance(error, ContractError):  # of another tracker, which sees the same operation
            self._reporter.adopt(error, self.calling_module()[0])
            return
        self._known, self._line = known, None
        self._guarded(op.name, self._explain, op, error)
        for finding in self._taken():  # torch's own exception passes, with a note
            self._tell_of_exception(finding, error)

    def _behind(self, op: Operation, known: dict[int, Mark], frame: FrameType) -> None:
        """Follow an operation that torch has done."""
        name = op.name
        cuts = not known and self.cuts.is_open
        if known or name in _ALWAYS or writes(name) or (cuts and self.cuts.follows(name, op.args)):
            self._known, self._frame, self._line = known, frame, None
            self._guarded(name, self._follow, op)
            if self._found:
                self._reporter.tell(self._taken())
        elif cuts and name in CUTS:
            self._frame, self._line = frame, None
            self._guarded(name, self._cut, name, op.args, op.result)

    def _cut(self, name: str, args: tuple[Any, ...], result: object) -> None:
        with DisableTorchFunction(), _DisableTorchDispatch():
            self.cuts.cut(name, args, result, self.here())

    def steps_aside(self) -> bool:
        """Tell whether somebody would meet our own work in what this thread does; then nothing is followed."""
        if why := why_aside(self.among_fakes):
            self._report.did_not_look(why)
        return bool(why)

    def _collect(self, known: dict[int, Mark], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._book.known(args, known)
        if kwargs:
            self._book.known(kwargs.values(), known)

    def _taken(self) -> list[Finding]:
        found, self._found = self._found, []
        return found

    def guarded(self, work: Callable[..., None], *args: Any) -> None:
        """Do work of ours on what is known, unseen by the modes that are on."""
        if not self._off:
            self._guarded("the output", work, *args)

    def _guarded(self, name: str, work: Callable[..., None], *args: Any) -> None:
        """Do our own work, unseen by the modes of others; after a mistake of ours nothing is followed any more."""
        try:
            if _len_torch_function_stack() or _len_torch_dispatch_stack() or _profiler_enabled():
                with _torch.unseen(), _DisableTorchDispatch():
                    work(*args)
            else:
                work(*args)
        except Exception as error:
            self._give_up(name, error)
        finally:
            self._known, self._frame, self._line = {}, None, None

    def _give_up(self, name: str, error: Exception) -> None:
        self._off = True
        log_mistake(error, f"at {name} and stops following; the model runs on")
        self._report.could_not_follow(f"everything after {name}, where rnnshape made a mistake, which is in the log")

    def _follow(self, op: Operation) -> None:
        """Repeat what came of an operation, else find it out, unseen by tensors of the user's own classes too."""
        if self._book.shares_unseen or writes(op.name) or "out" in op.kwargs or op.name in _LOOKED_AT:
            with DisableTorchFunction(), _DisableTorchDispatch():
                if kind := other_kind_among([op.args, op.kwargs, op.result]):
                    self._lose(op, kind)
                    return
                self._look(op)
        handler = OPERATIONS.get(op.name) or (pointwise if is_pointwise(op.name) else None)
        call = Call(handler, op, self._known) if handler is not None and handler in REPEATABLE and self._known else None
        if call is None or not repeat(call, op):
            with DisableTorchFunction(), _DisableTorchDispatch():
                self._find_out(op, handler, call)

    def _find_out(self, op: Operation, handler: Handler | None, call: Call | None) -> None:
        if kind := other_kind_among([op.args, op.kwargs, op.result]):
            self._lose(op, kind)
            return
        has_values = True
        try:
            if handler is not None:
                record(handler, op, call)
        except UnreadableError:
            handler, has_values = None, False
        if handler is None:
            self._lose(op, has_values=has_values)
        elif handler is makes_new_values or (handler is draws_elements and not self._known):
            for tensor in leaves(op.result):
                self._born.put(tensor, self.here())

    def _look(self, op: Operation) -> None:
        """See what an operation does beside what its handler says."""
        first = op.args[0] if op.args else None
        if writes(op.name) and isinstance(first, Tensor):
            self._book.written(op.name, first)
        elif self._book.shares_unseen and (op.kwargs.get("inplace") or "out" in op.kwargs):
            given = {id(t) for t in leaves([op.args, op.kwargs])}
            for tensor in leaves(op.result):
                if id(tensor) in given:
                    self._book.written(op.name, tensor)
        if "out" in op.kwargs:
            op.kwargs = {k: v for k, v in op.kwargs.items() if k != "out"}  # never replay into a tensor of the user's
        if op.name == "squeeze" and isinstance(op.result, Tensor):
            self._look_at_squeeze(op)
        self._book.shares_unseen |= op.name == "data.get"
        if op.name in IDENTITIES and isinstance(op.result, Tensor) and (born := self.origin(first)):
            self._born.put(op.result, born)
        if op.name in IDENTITIES and isinstance(op.result, Tensor):
            self.cuts.carry(first, op.result)

    def _look_at_squeeze(self, op: Operation) -> None:
        """Remember where the batch was taken away, or would have been, had it been one: above all where no dim is named."""
        mark, dims = self.mark(op.args[0]), op.argument(1, "dim")
        if self.samples == 1 and op.result.dim() < op.args[0].dim() and (dims is None or not self._squeezed_all):
            self._squeezed_all = dims is None
            self.squeezed = [(self.here(), op.name, tuple(op.args[0].shape), tuple(op.result.shape))]
        if mark is None or len(self.would_squeeze) >= MOST_DIMS:
            return
        among = range(len(mark.sizes)) if dims is None else [dims] if type(dims) is int else dims
        named = {d % len(mark.sizes) for d in among} if mark.sizes else set[int]()
        if any(runs_along(table) and set(runs_along(table)) <= named for _, table in mark.of("batch")):
            self.would_squeeze.append((self.here(), op.name, mark.sizes, tuple(op.result.shape)))

    def _lose(self, op: Operation, kind: str = "", has_values: bool = True) -> None:
        """Nothing is known of what an operation returns without a rule or values, nor where a tensor is of another kind."""
        results = list(leaves(op.result))
        for tensor in results:
            self._book.drop(tensor)
        if self._known and results:
            self.emit(Consumption(op.name, tuple(self._known.values())))
            if kind:
                self.is_of_other_kind(op.name, kind)
            else:
                self._report.lost_track(op.name, str(self.here() or ""), has_values)

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

    def _explain(self, op: Operation, error: Exception) -> None:
        self.took_part = ()
        if self.among_fakes and _torch.is_of_fakes(error):
            return  # a dry run has no values, which is no mistake of the model's
        path = self.calling_module()[0]
        if other_kind_among([op.args, op.kwargs]) or any(
            f.severity == "error" and f.module == path for f in self._report.findings
        ):
            return  # of the layer that is running its contract has told
        if mistake := explain(op, error, self.step):
            self._tell_mistake(mistake, "raised")
        else:
            self.took_part = took_part(op)

    def _tell_of_exception(self, finding: Finding, error: BaseException) -> None:
        self.raised.append(finding)
        self._report.add(finding)
        self._report.raised(finding)
        if self._reporter.on != "record":
            error.add_note(f"{NOTE}{finding}")

    def explain_call(self, error: Exception) -> None:
        """Tell what the line that raised says of an exception of a step, where no operation of torch's has told."""
        finding = None if self._off or self.raised else explained_call(error, self.mark, self.path)
        if finding is not None and self._reporter.keeps(finding):
            self._tell_of_exception(finding, error)

    def _withdraw_caught(self) -> None:
        """The model has returned: whatever torch raised in it, it has caught."""
        for finding in self.raised:
            self._report.withdraw(finding)
        self.raised.clear()

    # The book

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value."""
        if not isinstance(value, Tensor):
            return None
        return self._known.get(id(value)) or self._book.mark(value) or self.cuts.mark(value)

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor."""
        if isinstance(tensor, Tensor):
            self._known.pop(id(tensor), None)
            if kind := _torch.other_kind(tensor):
                self._book.drop(tensor)
                self.is_of_other_kind("a result", kind)
            elif mark.tables or mark.lost or mark.target:
                if mark.made is None:
                    mark.made = self.here()
                if mark.form is None and not mark.sites.keys() <= mark.tables.keys():
                    mark.sites = {axis: site for axis, site in mark.sites.items() if axis in mark.tables}
                if not self._book.remember(tensor, mark):
                    most = text.data_size(8 * MOST_ALIVE)
                    self._report.could_not_follow(f"some axes of large tensors: tables of more than {most}")
            else:
                self._book.drop(tensor)

    def put_again(self, tensor: Tensor, mark: Mark) -> None:
        """Remember of another tensor what was put before, at the same place."""
        if type(tensor) is Tensor and mark.tables:  # of a kind that may have a mark, as the one before was
            self._known.pop(id(tensor), None)
            self._book.remember_again(tensor, mark)
        else:
            self.put(tensor, mark)

    def drop(self, tensor: Tensor) -> None:
        """Know nothing of a tensor any more."""
        self._book.drop(tensor)

    def taken(self, tensor: Tensor) -> Mark | None:
        """Return what is known of a tensor that a model is given: it is no target, whatever comes with it."""
        mark = self.mark(tensor)
        if mark is not None and mark.target:
            mark = replace(mark, target=False)
            self._book.remember(tensor, mark)
        return mark

    def fresh(self, name: str, weight: Tensor | None = None) -> Axis:
        """Return an axis that no other is equal to; what one weight makes is one axis, however often it is used in a step."""
        axis = self._features.get(weight) if weight is not None else None
        if axis is None:
            axis = Axis(name, str(self.number()))
            if weight is not None:
                self._features.put(weight, axis)
        return axis

    def part_of(self, name: str, axis: Axis | None = None) -> Axis:
        """Return the axis of scores that has this name, and tells of elements of another axis where there is one."""
        return of_scores(name, axis)

    def number(self) -> int:
        """Return a number that nothing else in this book has."""
        self._count += 1
        return self._count

    def made_by(self, weight: Tensor) -> Axis | None:
        """Return the axis that a weight makes, None where it has made none yet."""
        return self._features.get(weight)

    def site(self, name: str, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the present operation."""
        return Site(self.here(), {"__getitem__": "index"}.get(name, name), before, sizes)

    def here(self) -> Location | None:
        """Return the user's line."""
        if self._line is None:
            self._line = _torch.user_location(self._frame)
        return self._line

    def calling_module(self) -> tuple[str, str]:
        """Return path and class of the innermost module that is being called."""
        module = _torch.calling_module()
        return ("", "") if module is None else (self.path(module), type(module).__name__)

    def origin(self, value: object) -> Location | None:
        """Return the line that made a tensor from nothing, such as ``torch.zeros``; None for any other value."""
        return self._born.get(value) if isinstance(value, Tensor) else None

    def flattened(self, value: object) -> tuple[tuple[int, int], Location | None] | None:
        """Return the sizes of two dims of a tensor before they became one, and where they did; None where that is not known."""
        return self.cuts.grid(value)

    # Names

    def reads(self, value: object, batch: int | None, steps: Iterable[int]) -> Mark | None:
        """Hear which dims of a tensor a layer takes for its batch and its steps, and return what is known of it then."""
        if (mark := self.mark(value)) is None:
            return None
        if self._naming.concerns(mark):
            path, kind = self.calling_module()
            self._naming.read(mark, batch, steps, f"{path} ({kind})" if path else kind, self.is_named)
            return self.mark(value)
        return mark

    def _rename(self, names: Mapping[Axis, Axis]) -> None:
        """Give axes other names, in all that is known."""
        marks: dict[int, Mark] = {}
        entries = [*self._book.entries.items()]
        for mark in (*(mark for _, (_, (mark, _)) in entries), *self._known.values()):
            if id(mark) not in marks:
                marks[id(mark)] = renamed(mark, names)
                for site in mark.sites.values():
                    site.rename(names)
        self._book.entries = {key: (ref, (marks[id(mark)], version)) for key, (ref, (mark, version)) in entries}
        self._known = {key: marks[id(mark)] for key, mark in self._known.items()}
        self.step.rename(names)
        self.cuts.rename(names)
        self.recent.clear()

    # Labels

    def label(self, tensor: Tensor, layout: Layout, of: str = "", target: bool = False) -> None:
        """Say what the axes of a tensor are.

        Args:
            tensor: the tensor.
            layout: its Layout, of its sizes.
            of: tells axes other than the batch apart from those of another tensor.
            target: whether it is the target of a loss.
        """
        mark = Mark(tuple(tensor.shape), target=target)
        for dim, factors in enumerate(layout.dims):
            stride = tensor.size(dim)
            for factor in factors:
                if not isinstance(factor.axis, Axis) or not isinstance(factor.size, int) or factor.axis.name == "?":
                    continue
                stride //= max(factor.size, 1)
                axis = Axis(factor.axis.name, "" if factor.axis.name == "batch" else of)
                self.step.laid[axis] = dim
                if axis.name == "batch":
                    self.samples = factor.size
                    self.is_named |= not target
                    self._batch_dims.put(tensor, dim)
                if factor.size == 1:
                    mark.tables[axis] = alone(0, tensor.dim())
                elif tensor.size(dim) <= LARGEST:
                    mark.tables[axis] = piece_along(tensor.size(dim), dim, tensor.dim(), stride, factor.size)
        self.put(tensor, mark)

    def label_further(self, tensor: Tensor, layout: Layout, of: str) -> None:
        """Say what the axes of a tensor are of which something may be known, from a DataLoader: that stays."""
        known = self.mark(tensor)
        self.label(tensor, layout, of)
        named = self.mark(tensor)
        if known is None or named is None:
            return
        tables = {axis: table for axis, table in known.tables.items() if axis.name not in (UNNAMED, ROWS)}
        names = {axis.name for axis in tables}
        tables |= {axis: table for axis, table in named.tables.items() if axis.name not in names}
        self.put(tensor, replace(known, tables=tables))

    def label_unnamed(self, tensor: Tensor, of: str) -> None:
        """Remember the dims of an input that nobody has named, so that a recurrent layer may name them."""
        if tensor.dim() > 1 and ((mark := self.mark(tensor)) is None or is_cut(mark)):
            unnamed = self.unnamed(tensor, of)
            self._inputs[of] = [*unnamed]
            if (line := line_of(tensor)) is not None:
                self._lines[of] = line
            tables = {self._naming.known(axis, table.numel()): table for axis, table in unnamed.items()}
            self.put(tensor, Mark(tuple(tensor.shape), tables))

    def label_cut(self, tensor: Tensor, cut: Mark) -> None:
        """Hear that a model is given rows that were cut by hand: what they are to it they are in every other tensor.

        Args:
            tensor: that it is given, which has been labelled since.
            cut: what was known of it before.
        """
        mark = self.mark(tensor)
        if mark is None:
            return
        scrambled = {Axis(ROWS, axis.of): table for axis, table in cut.tables.items() if not separable(table)}
        orders = [(axis, table) for axis, table in cut.tables.items() if is_order(table) and not is_in_order(table)]
        moved = {self.cuts.known_as(axis): table for axis, table in orders}
        if scrambled or moved:  # what lies in another order is known by those that it was cut with
            dims = [runs_along(table) for table in moved.values()]
            kept = {axis: table for axis, table in mark.tables.items() if runs_along(table) not in dims}
            self.put(tensor, replace(mark, tables=kept | scrambled | moved))
        for axis, table in cut.tables.items():
            named = [a for a, t in mark.tables.items() if len(runs_along(table)) == 1 and torch.equal(t, table)]
            if len(named) == 1 and named[0] != axis:
                self._rename({axis: named[0]})

    def argument_of(self, module: nn.Module, name: str) -> str:
        """See `Naming.argument_of`."""
        return self._naming.argument_of(module, name)

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

    def begin(self, inputs: list[Mark]) -> None:
        """Begin a step with these inputs: what earlier steps used is no longer asked for."""
        self._is_settled = False
        self.raised.clear()
        self.is_named |= any(axis == BATCH for mark in inputs for axis in mark.tables)
        tables = [table for mark in inputs for _, table in mark.of("batch")]
        self.samples = max((t.numel() for t in tables if sum(s > 1 for s in t.shape) == 1), default=0)
        self.step.begin()
        self.recent.clear()

    def forget(self) -> None:
        """Know nothing any more of any tensor, once no step is followed."""
        for beside in (self._book, self._features, self._born, self._batch_dims, self.cuts):
            beside.clear()
        self.recent.clear()
        self.step = Step(self._scene, self.did_not_look)

    def finish(self, output: object) -> None:
        """Judge what the model returned, and everything it picked on the way."""
        self._withdraw_caught()
        if not self._off:
            self._guarded("the output", self._finish, output)
        self._reporter.tell(self._taken())

    def settle(self) -> None:
        """Hear that the model has returned: what layers have said of the batch stands, and a loss may come."""
        self._withdraw_caught()
        if not self._off:
            self._guarded("the output", self._settle)
        self._reporter.tell(self._taken())

    def abandon(self) -> None:
        """End a step in which the model raised: its exception says what is wrong, and what was found on the way is recorded."""
        if not self._off:
            self._guarded("an exception", self._settle)
        for finding in self._taken():
            self._report.add(finding)

    def _settle(self) -> None:
        """Tell what was found about axes that nobody has named, now that nothing in the step can contradict it any more."""
        if self._is_settled:
            return
        self._is_settled = True
        self._tell_how_samples_were_judged()
        found, samples = self._naming.settle()
        self.samples = self.samples or samples
        self.is_named = False
        for finding in found:
            self._tell(finding)

    def _tell_how_samples_were_judged(self) -> None:
        inputs, self._inputs = self._inputs, {}
        self.is_alone = self.samples == 1 if self.is_named else self._naming.is_alone
        if self.is_alone and not self.goes_on:
            self._report.did_not_look(ALONE)
        if self.is_alone or self.is_named or (self.of_any and not self._naming.has_read):
            return
        judged = {name: said for name, axes in inputs.items() if (said := self._naming.judged(axes))}
        for name, said in judged.items():
            if (before := self._not_judged.pop(name, None)) is not None:
                self._report.looked_at(before, as_written(name))
            self._report.did_not_look(said, as_written(name))
            line, batch_dim = self._lines.get(name), self._naming.batch_dim(inputs[name])
            if line is not None and batch_dim is not None and (dealt := line.dealt_out(batch_dim)):
                self._report.did_not_look(dealt, as_written(name))
        self._lines.clear()
        for name, axes in {} if judged else inputs.items():
            self._not_judged[name] = said = self._naming.not_judged(axes)
            self._report.did_not_look(said, as_written(name))

    def _finish(self, output: object) -> None:
        self._settle()
        found = [self.mark(t) for t in leaves(output)]
        known = [m for m in found if m is not None]
        output_of_all = Output("output", tuple(known), self.samples if len(known) == len(found) else 0)
        # Of the states that were picked it is known once all that was returned is used.
        asked = [ask(use, self.step) for use in (output_of_all, *(Returned("output", mark) for mark in known))]
        asked += [ask(Ending("", call), self.step) for call in self.step.usage.calls.values()]
        asked += [ask(LoopEnding("", hidden), self.step) for hidden in self.step.usage.loops.loops]
        for mistake in asked:
            if mistake is not None:
                self._tell_mistake(mistake, "nowhere")

    # Uses, and what is found about them

    def emit(self, use: Use, among: Sequence[Listener] | None = None) -> None:
        """Ask the rules about a use: all of them, or some."""
        if (mistake := ask(use, self.step, among)) is not None:
            self._tell_of(use, mistake)

    def notice(self, use: Use) -> tuple[bool, list[tuple[Listener, bool]]]:
        """Ask the rules about a use, and return whether one found anything, and who looked at what was seen before."""
        mistake, looked = notice(use, self.step)
        if mistake is not None:
            self._tell_of(use, mistake)
        return mistake is not None, looked

    def _tell_of(self, use: Use, mistake: Mistake) -> None:
        """Tell what a rule finds in a use; where it takes an axis for the batch of which that is not sure, once it is."""
        if not (unsure := self._naming.unsure(marks_of(use))):
            self._tell_mistake(mistake)
            return
        anyway = ask(under_other_names(use, dict.fromkeys(unsure, Axis(ROWS))), self.step, rules(type(use)))
        if anyway is not None and anyway.code == mistake.code:
            self._tell_mistake(mistake)
            return
        here, module, kind = self._scene()
        finding = finding_of(mistake, module, kind, here, "used")
        otherwise = None if anyway is None else finding_of(anyway, module, kind, here, "used")
        self.step.told.add(mistake.code)
        self._naming.hold(unsure, finding, otherwise)

    def _tell_mistake(self, mistake: Mistake, shows: Literal["used", "raised", "nowhere"] = "used") -> None:
        here, module, kind = self._scene()
        self._tell(finding_of(mistake, module, kind, here, shows))

    def _scene(self) -> tuple[Location | None, str, str]:
        return (self.here(), *self.calling_module())

    def _tell(self, finding: Finding) -> None:
        self.step.told.add(finding.code)
        if self._reporter.keeps(finding):
            self._found.append(finding)
