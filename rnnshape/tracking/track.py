"""The tracker: follows coordinates through every torch function while it is on.

It keeps marks beside the tensors, in a weak table, and never a tensor. What it cannot follow becomes unknown and is listed in
the report. It is the engine: what is known of tensors is in its `Book`, what is said of a step's inputs in its `Inputs`, and
what is found goes through its `Telling`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType, GetSetDescriptorType, MethodDescriptorType, MethodWrapperType
from typing import Any

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

from rnnshape import _torch
from rnnshape.coordinates.mark import Mark
from rnnshape.harmless import Guard, is_mistake, log_mistake
from rnnshape.operations.followed import ALWAYS, OPERATIONS
from rnnshape.operations.getters import SILENT
from rnnshape.operations.pointwise import IDENTITIES, draws_elements, is_pointwise, makes_new_values, pointwise
from rnnshape.operations.registry import REPEATABLE, Handler, Operation, UnreadableError, leaves, name_of, other_kind_among
from rnnshape.operations.uses import Consumption, Output
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.aside import is_followed_here, is_plain_here, why_aside
from rnnshape.tracking.book import Book
from rnnshape.tracking.compiled import COMPILED, Region
from rnnshape.tracking.cuts import CUTS
from rnnshape.tracking.forms import Call
from rnnshape.tracking.inputs import Inputs
from rnnshape.tracking.marks import writes
from rnnshape.tracking.memory import record, repeat
from rnnshape.tracking.naming import Naming
from rnnshape.tracking.place import Place
from rnnshape.tracking.squeezes import Squeezes
from rnnshape.tracking.standing import Standing
from rnnshape.tracking.telling import Telling

__all__ = ["Tracker"]

_LOOKED_AT = IDENTITIES | {"squeeze"}
_ALWAYS = ALWAYS | _LOOKED_AT


_OF_TORCH = frozenset([MethodDescriptorType, MethodWrapperType])
"""The types of methods in C, and of the getters of properties."""

_getters: set[object] = set()
"""Those that only say something about a tensor. Most calls are of them, so they are known before anything else is asked; not
while a trace is made, which writes down the line that called torch, and is made twice to compare."""


class Tracker(TorchFunctionMode):
    """Follows one step of a model.

    Args:
        reporter: what is done about findings, and where they are recorded.
        path: tells the path of a module.

    Attributes:
        path: as it was given.
        book: what is known of tensors.
        inputs: what is said of those that a step is given.
        telling: asks the rules, and tells what they find.
        squeezes: where a batch of one loses its dim.
        naming: what layers say of dims that nobody has named.
        standing: whether it is on in this thread, and where on torch's stacks.
        among_fakes: whether tensors have no values, as in a dry run.
    """

    def __init__(self, reporter: Reporter, path: Callable[[nn.Module], str]) -> None:
        super().__init__()
        self._report = report = reporter.report
        self.path = path
        self._place = place = Place(path)
        self.naming = Naming(lambda names: self.book.rename(names))
        self.telling = Telling(reporter, place, self.naming)
        self.book = Book(report, place, self.telling, self.naming)
        self.inputs = Inputs(report, self.book, self.telling, self.naming)
        self.squeezes = Squeezes()
        self._callers = _torch.Callers()
        self.standing = Standing(self, lambda frame: reporter.guarded(self._tell_of_compiled, frame))
        self._off = self.among_fakes = self._is_settled = False

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
        name, known, call, frame = "", None, _torch.called, sys._getframe(1)
        try:
            call = self._callers.at(func, frame)
            name = name_of(func)
            if name not in SILENT:
                known = self._before(name, args, kwargs)
            elif type(func) is MethodDescriptorType or type(getattr(func, "__self__", None)) is GetSetDescriptorType:
                _getters.add(func)  # no more than torch has: properties in Python may be a user's
        except Exception as error:
            if not is_mistake(error, self._step_aside):
                raise
        try:
            result = call(func, args, kwargs)
        except Exception as error:
            _torch.drop_caller(error.__traceback__)
            if known is not None:
                with Guard(self._step_aside):
                    self._raised(Operation(name, func, args, kwargs, None, self.book), error, known)
            raise
        if known is not None:
            try:
                self._behind(Operation(name, func, args, kwargs, result, self.book), known, frame)
            except Exception as error:
                if not is_mistake(error, self._step_aside):
                    raise
        return result

    def _step_aside(self) -> None:
        self._off = True
        self._report.could_not_follow("every operation after a mistake of rnnshape's own, which is in the log")

    def steps_aside(self) -> bool:
        """Tell whether somebody would meet our own work in what this thread does; then nothing is followed."""
        if why := why_aside(self.among_fakes):
            self._report.did_not_look(why)
        return bool(why)

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
            self.book.present = {}
            self._place.move()

    def _give_up(self, name: str, error: Exception) -> None:
        self._off = True
        log_mistake(error, f"at {name} and stops following; the model runs on")
        self._report.could_not_follow(f"everything after {name}, where rnnshape made a mistake, which is in the log")

    # An operation

    def _before(self, name: str, args: Any, kwargs: dict[str, Any]) -> dict[int, Mark] | None:
        """Look up what is known of arguments, before a call writes to them; None where nothing is to be followed here."""
        is_plain = is_plain_here()
        if not is_plain and (not is_followed_here() or self.steps_aside()):
            return None
        known: dict[int, Mark] = {}
        if not self.book.marks.entries:
            return known
        if is_plain and not _len_torch_function_stack():
            try:
                self._collect(known, args, kwargs)
            except Exception as error:
                self._give_up(name, error)
        else:
            self._guarded(name, self._collect, known, args, kwargs)
        return None if self._off else known

    def _collect(self, known: dict[int, Mark], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.book.marks.known(args, known)
        if kwargs:
            self.book.marks.known(kwargs.values(), known)

    def _raised(self, op: Operation, error: Exception, known: dict[int, Mark]) -> None:
        """Hear that torch has raised."""
        if not self.telling.is_of_another(error):
            self.book.present = known
            self._place.move()
            self._guarded(op.name, self.telling.explain, op, error, self.among_fakes)
            self.telling.flush_of(error)

    def explain_call(self, error: Exception) -> None:
        """Tell what the line that raised says of an exception of a step, where no operation of torch's has told."""
        if not self._off:
            self.telling.explain_call(error, self.book.mark)

    def _behind(self, op: Operation, known: dict[int, Mark], frame: FrameType) -> None:
        """Follow an operation that torch has done."""
        name, book = op.name, self.book
        cuts = not known and book.cuts.is_open
        if known or name in _ALWAYS or writes(name) or (cuts and book.cuts.follows(name, op.args)):
            book.present = known
            self._place.move(frame)
            self._guarded(name, self._follow, op)
            self.telling.flush()
        elif cuts and name in CUTS:
            self._place.move(frame)
            self._guarded(name, self._cut, name, op.args, op.result)

    def _cut(self, name: str, args: tuple[Any, ...], result: object) -> None:
        with DisableTorchFunction(), _DisableTorchDispatch():
            self.book.cuts.cut(name, args, result, self._place.here())

    def _is_cut_again(self, op: Operation) -> bool:
        cuts = self.book.cuts
        if not cuts.is_open or op.name not in CUTS or not op.args:
            return False
        with DisableTorchFunction(), _DisableTorchDispatch():
            again = cuts.cuts_again(op.name, op.args, op.result, self.book.mark(op.args[0]))
            if again is not None:
                cuts.cut(op.name, op.args, op.result, self._place.here(), again)
        return again is not None

    def _follow(self, op: Operation) -> None:
        """Repeat what came of an operation, else find it out, unseen by tensors of the user's own classes too."""
        book = self.book
        if self._is_cut_again(op):
            return
        if book.marks.shares_unseen or writes(op.name) or "out" in op.kwargs or op.name in _LOOKED_AT:
            with DisableTorchFunction(), _DisableTorchDispatch():
                if kind := other_kind_among([op.args, op.kwargs, op.result]):
                    self._lose(op, kind)
                    return
                self._look(op)
        handler = OPERATIONS.get(op.name) or (pointwise if is_pointwise(op.name) else None)
        call = Call(handler, op, book.present) if handler is not None and handler in REPEATABLE and book.present else None
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
        elif handler is makes_new_values or (handler is draws_elements and not self.book.present):
            for tensor in leaves(op.result):
                self.book.is_born(tensor)

    def _look(self, op: Operation) -> None:
        """See what an operation does beside what its handler says."""
        marks, first = self.book.marks, op.args[0] if op.args else None
        if writes(op.name) and isinstance(first, Tensor):
            marks.written(op.name, first)
        elif marks.shares_unseen and (op.kwargs.get("inplace") or "out" in op.kwargs):
            given = {id(t) for t in leaves([op.args, op.kwargs])}
            for tensor in leaves(op.result):
                if id(tensor) in given:
                    marks.written(op.name, tensor)
        if "out" in op.kwargs:
            op.kwargs = {k: v for k, v in op.kwargs.items() if k != "out"}  # never replay into a tensor of the user's
        if op.name == "squeeze" and isinstance(op.result, Tensor):
            self.squeezes.look(op, self.inputs.samples)
        marks.shares_unseen |= op.name == "data.get"
        if op.name in IDENTITIES and isinstance(op.result, Tensor):
            self.book.is_copy(op.result, first)

    def _lose(self, op: Operation, kind: str = "", has_values: bool = True) -> None:
        """Nothing is known of what an operation returns without a rule or values, nor where a tensor is of another kind."""
        results = list(leaves(op.result))
        for tensor in results:
            self.book.drop(tensor)
        if self.book.present and results:
            self.telling.emit(Consumption(op.name, tuple(self.book.present.values())))
            if kind:
                self.book.is_of_other_kind(op.name, kind)
            else:
                self._report.lost_track(op.name, str(self._place.here() or ""), has_values)

    # A step

    def begin(self, inputs: list[Mark], of: str = "") -> None:
        """Begin a step with these inputs: what earlier steps used is no longer asked for."""
        self._is_settled = False
        self.inputs.begin(inputs, of)
        self.telling.begin()
        self.book.recent.clear()

    def finish(self, output: object) -> None:
        """Judge what the model returned, and everything it picked on the way."""
        self._end(self._finish, output)

    def settle(self) -> None:
        """Hear that the model has returned: what layers have said of the batch stands, and a loss may come."""
        self._end(self._settle)

    def abandon(self) -> None:
        """End a step in which the model raised: its exception says what is wrong, and what was found on the way is recorded."""
        if not self._off:
            self._guarded("an exception", self._settle)
        self.telling.flush_quietly()

    def forget(self) -> None:
        """Know nothing any more of any tensor, once no step is followed."""
        self.book.forget()
        self.inputs.forget()
        self.telling.forget()
        self._callers.forget()

    def _end(self, work: Callable[..., None], *args: Any) -> None:
        self.telling.withdraw_caught()
        self.guarded(work, *args)
        self.telling.flush()

    def _settle(self) -> None:
        """Tell what was found about axes that nobody has named, now that nothing in the step can contradict it any more."""
        if not self._is_settled:
            self._is_settled = True
            self.inputs.settle()

    def _finish(self, output: object) -> None:
        self._settle()
        found = [self.book.mark(t) for t in leaves(output)]
        known = tuple(m for m in found if m is not None)
        self.telling.finish(Output("output", known, self.inputs.samples if len(known) == len(found) else 0))
