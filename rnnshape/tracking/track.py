"""The tracker: follows coordinates through every torch function while it is on.

It keeps marks beside the tensors, in a weak table, and never a tensor. What it cannot follow becomes unknown and is listed in
the report. It is the engine: what is known of tensors is in its `Book`, what is said of a step's inputs in its `Inputs`, and
what is found goes through its `Telling`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from types import FrameType
from typing import Any

from torch import Tensor, nn
from torch._C import (
    DisableTorchFunction,
    _DisableTorchDispatch,
    _is_tracing,
    _len_torch_function_stack,
)
from torch.overrides import TorchFunctionMode

from rnnshape import _torch
from rnnshape.coordinates.mark import Mark
from rnnshape.harmless import Guard, is_mistake, log_mistake
from rnnshape.operations.followed import OPERATIONS
from rnnshape.operations.pointwise import draws_elements, makes_new_values
from rnnshape.operations.registry import Args, Func, Kwargs, Operation, UnreadableError, leaves, other_kind_among
from rnnshape.operations.uses import Consumption, Output
from rnnshape.report.location import Location
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.again import do_again
from rnnshape.tracking.aside import is_followed_here, is_plain_here, why_aside
from rnnshape.tracking.book import Book
from rnnshape.tracking.compiled import COMPILED, Region
from rnnshape.tracking.cuts import is_cut
from rnnshape.tracking.effects import Effects
from rnnshape.tracking.forms import Call
from rnnshape.tracking.inputs import Inputs
from rnnshape.tracking.memory import record, repeat
from rnnshape.tracking.naming import Naming
from rnnshape.tracking.place import Place
from rnnshape.tracking.sample_rows import label_made
from rnnshape.tracking.standing import Standing
from rnnshape.tracking.telling import Telling
from rnnshape.tracking.ways import OF_TORCH, Ways
from rnnshape.tracking.words import Words

__all__ = ["Tracker"]

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
        effects: what operations do beside what they return.
        naming: what layers say of dims that nobody has named.
        standing: whether it is on in this thread, and where on torch's stacks.
        among_fakes: whether tensors have no values, as in a dry run.
    """

    def __init__(self, reporter: Reporter, path: Callable[[nn.Module], str]) -> None:
        super().__init__()
        self._report = report = reporter.report
        self.path = path
        self._place = place = Place(path)
        self.naming = Naming(lambda names: self.book.rename(names), report.withdraw)
        self.telling = Telling(reporter, place, self.naming)
        words = Words(lambda names: self.book.rename(names))
        self.book = Book(report, place, self.telling, self.naming, words)
        self.inputs = Inputs(report, self.book, self.telling, self.naming, words)
        self.effects = Effects(self.book, self.inputs, self.telling)
        self._callers, self._ways = _torch.Callers(), Ways(OPERATIONS)
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
        if (type(func) in OF_TORCH and func in _getters and not _is_tracing()) or self._off or not self.standing.is_on:
            return func(*args, **kwargs) if kwargs else func(*args)
        kwargs = kwargs or {}
        call, made_by, frame = None, _torch.called, sys._getframe(1)
        try:
            _, made_by, place = self._callers.at(func, frame)
            call = self._before(func, args, kwargs, frame, place)
        except Exception as error:
            if not is_mistake(error, self._step_aside):
                raise
        try:
            result = made_by(func, args, kwargs)
        except BaseException as error:  # an interrupt, too, is raised at the user's line
            _torch.drop_caller(error.__traceback__)
            if call is not None and isinstance(error, Exception):
                with Guard(self._step_aside):
                    self._raised(Operation(call.way.name, func, args, kwargs, None, self.book), error, call.known)
            raise
        if call is not None:
            try:
                self._behind(call, func, args, kwargs, result, frame)
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
            self._guarded("the output", False, work, *args)

    def _guarded(self, name: str, is_alone: bool, work: Callable[..., None], *args: Any) -> None:
        """Do our own work, unseen by the modes of others where it is not alone; after a mistake of ours nothing is followed."""
        try:
            if is_alone:
                work(*args)
            else:
                with _torch.unseen(), _DisableTorchDispatch():
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

    def _before(self, func: Func, args: Args, kwargs: Kwargs, frame: FrameType, place: Location | None) -> Call | None:
        """Look up what is known of arguments, before a call writes to them; None where nothing is to be followed here."""
        way = self._ways.of(func)
        if way.is_silent:
            if way.is_getter:
                _getters.add(func)
            return None
        is_plain = is_plain_here()
        if not is_plain and (not is_followed_here() or self.steps_aside()):
            return None
        call = Call(way, is_plain and not _len_torch_function_stack(), self.book, place)
        if self.book.collating is not None:
            self._guarded(way.name, False, self._hear_of_samples, way.name, args)
        if self.book.marks.entries:
            if not call.is_alone:
                self._guarded(way.name, False, call.read, func, args, kwargs, frame)
            else:
                try:
                    call.read(func, args, kwargs, frame)
                except Exception as error:
                    self._give_up(way.name, error)
        return None if self._off else call

    def _raised(self, op: Operation, error: Exception, known: dict[int, Mark]) -> None:
        """Hear that torch has raised."""
        if not self.telling.is_of_another(error):
            self.book.present = known
            self._place.move()
            self._guarded(op.name, False, self.telling.explain, op, error, self.among_fakes)
            self.telling.flush_of(error)

    def explain_call(self, error: Exception) -> None:
        """Tell what the line that raised says of an exception of a step, where no operation of torch's has told."""
        if not self._off:
            self.telling.explain_call(error, self.book.mark)

    def _behind(self, call: Call, func: Func, args: Args, kwargs: Kwargs, result: object, frame: FrameType) -> None:
        """Follow an operation that torch has done."""
        way, known, book = call.way, call.known, self.book
        if call.same and call.is_alone and self._is_done_again(call, result, frame):
            if self.telling.waiting:
                self.telling.flush()
            return
        cuts = not known and book.cuts.is_open
        if known or way.is_always or (cuts and book.cuts.follows(way.name, args)):
            book.present = known
            self._place.move(frame, call.place)
            self._guarded(way.name, call.is_alone, self._follow, call, func, args, kwargs, result)
            self.telling.flush()
        elif cuts and way.cuts:
            self._place.move(frame)
            self._guarded(way.name, call.is_alone, self._cut, way.name, args, kwargs, result)
        if book.collating is not None and not known:
            self._guarded(way.name, call.is_alone, self._hear_of_samples, way.name, args, result)

    def _hear_of_samples(self, name: str, args: Args, result: object = None) -> None:
        with DisableTorchFunction(), _DisableTorchDispatch():
            label_made(self.book, self.inputs, name, args, result)

    def _is_done_again(self, call: Call, result: object, frame: FrameType) -> bool:
        """Do once more what came of a call on the same marks, where nothing else is seen; return False where it can't be."""
        way, book = call.way, self.book
        again = book.recent.get(call.same)
        if again is None or (way.cuts and book.cuts.is_open):
            return False
        if (way.is_looked_at or way.joins or book.marks.shares_unseen) and self.effects.may_be_again(way):
            return False
        hears = bool(again.uses) and again.hears(book)
        if hears:
            book.present = call.known
            self._place.move(frame, call.place)
        try:
            done = do_again(again, call, result, book, hears)
            if done and way.copies and isinstance(result, Tensor):
                book.is_copy(result, call.tensors[0])
            return done
        except Exception as error:
            self._give_up(way.name, error)
            return True
        finally:
            if hears:
                book.present = {}
                self._place.move()

    def _cut(self, name: str, args: tuple[Any, ...], kwargs: Kwargs, result: object) -> None:
        with DisableTorchFunction(), _DisableTorchDispatch():
            if not self.book.cuts.stacked(name, args, kwargs, result):
                self.book.cuts.cut(name, args, result, self._place.here())

    def _is_cut_again(self, name: str, args: Args, kwargs: Kwargs, result: object) -> bool:
        cuts = self.book.cuts
        with DisableTorchFunction(), _DisableTorchDispatch():
            if all(is_cut(mark) for mark in self.book.present.values()) and cuts.stacked(name, args, kwargs, result):
                return True
            again = cuts.cuts_again(name, args, result, self.book.mark(args[0]))
            if again is not None:
                cuts.cut(name, args, result, self._place.here(), again)
        return again is not None

    def _follow(self, call: Call, func: Func, args: Args, kwargs: Kwargs, result: object) -> None:
        """Repeat what came of an operation, else find it out, unseen by tensors of the user's own classes too."""
        way, book = call.way, self.book
        if way.cuts and book.cuts.is_open and args and self._is_cut_again(way.name, args, kwargs, result):
            return
        looks = self.effects.may_be(way) or "out" in kwargs
        if not looks and call.same and repeat(call, result, book):
            return
        op = Operation(way.name, func, args, kwargs, result, book)
        with DisableTorchFunction(), _DisableTorchDispatch():
            if kind := other_kind_among([args, kwargs, result]):
                self._lose(op, kind)
                return
            if looks:
                self.effects.look(op)
                if call.same and repeat(call, result, book):
                    return
            self._find_out(op, call)

    def _find_out(self, op: Operation, call: Call) -> None:
        handler, has_values = call.way.handler, True
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
        self.effects.begin()
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
            self._guarded("an exception", False, self._settle)
        self.telling.flush_quietly()

    def forget(self) -> None:
        """Know nothing any more of any tensor, once no step is followed."""
        self.book.forget()
        self.inputs.forget()
        self.telling.forget()
        self._callers.forget()
        self._ways.forget()

    def _end(self, work: Callable[..., None], *args: Any) -> None:
        self.telling.withdraw_caught()
        self.guarded(work, *args)
        self.telling.flush()

    def _settle(self) -> None:
        """Tell what was found about axes that nobody has named, now that nothing in the step can contradict it any more."""
        if not self._is_settled:
            self._is_settled = self.telling.step.has_returned = True
            self.inputs.settle()

    def _finish(self, output: object) -> None:
        self._settle()
        tensors = tuple(leaves(output))
        found = [self.book.mark(t) for t in tensors]
        known = tuple(m for m in found if m is not None)
        for tensor, mark in zip(tensors, found, strict=True):
            if mark is not None and mark.widened:
                self.book.put(tensor, replace(mark, widened=False))  # nobody compares it yet
        self.telling.finish(Output("output", known, self.inputs.samples if len(known) == len(found) else 0, tensors))
