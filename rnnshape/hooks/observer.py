"""Every call of a watched recurrent layer passes here: it is checked before torch runs, and counted.

The hook stands in the class, not in the module: ``nn.RNNBase`` and ``nn.RNNCellBase`` (and the class of anything else that has
their attributes) get a ``__call__`` for as long as something is watched. A hook kept in the module would be deep-copied with it
and written by ``torch.save``; this leaves every module exactly as it was.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from torch import nn

from rnnshape import _torch
from rnnshape.contracts.contract import Call, predicted
from rnnshape.errors import ContractError
from rnnshape.hooks.class_call import Proceed, Watcher, leave_classes, stand_in_classes
from rnnshape.hooks.layer import Door, LayerCall, door_of, result_sizes
from rnnshape.report.catalogue import rule
from rnnshape.report.event import Passage
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.report.reporter import NOTE, Reporter
from rnnshape.report.words import message_of

__all__ = ["Observer"]

MOST_TWINS = 20
"""Modules of the same path that are told apart where nobody named them; the later ones are counted with the last."""


class Observer(Watcher[Door]):
    """Checks the calls of recurrent layers.

    Args:
        reporter: is told what is wrong.
        origin: returns the line that made a tensor; None where that is not known.
        ignore: codes that are not reported, besides those that the reporter ignores.

    Attributes:
        doors: of each module that was met, by its id; a module that dies takes its own away.
        everywhere: whether every layer of torch's is watched, named or not.
        reporter: is told what is wrong.
    """

    def __init__(self, reporter: Reporter, origin: Callable[[object], Location | None], ignore: Iterable[str] = ()) -> None:
        self.reporter = reporter
        self.origin = origin
        self.raises = reporter.on == "raise"
        self.doors: dict[int, Door] = {}
        self.everywhere = False
        self._ignore = reporter.ignore.union(ignore)
        self._twins: dict[str, int] = {}
        self.last: Passage | None = None
        self._family: _torch.Family | None = None

    def watch(self, modules: Iterable[tuple[str, nn.Module]]) -> None:
        """Watch these modules, of which each has a path; those that are not recurrent are passed over."""
        owners: dict[type[nn.Module], None] = {}
        for path, module in modules:
            door = self._door(module, path)
            if door and door.names:
                self.doors[id(module)] = door
                owners[next((base for base in _torch.RECURRENT if isinstance(module, base)), type(module))] = None
        stand_in_classes(self, owners)

    def watch_everything(self, undo: ExitStack) -> None:
        """Watch every recurrent layer of torch's in the process, whenever it is made, until something is closed."""
        self.everywhere = True
        self._family = _torch.Family()
        undo.callback(self._family.remove)
        stand_in_classes(self, _torch.RECURRENT)

    def remove(self) -> None:
        """Stop watching, and leave nothing behind."""
        leave_classes(self)
        self.doors.clear()
        self.everywhere = False
        self._family = None

    def found_in_passing(self, module: nn.Module) -> Door | None:
        """Return the door of a module that nobody named, at its first call."""
        return self.meet(module, self._family.path(module) if self._family else _torch.path_from_stack(module))

    def meet(self, module: nn.Module, path: str) -> Door | None:
        """Return a door for a module that nobody named; those of one path are told apart by number."""
        number = min(self._twins.get(path, 0) + 1, MOST_TWINS)
        door = self._door(module, path if number == 1 else f"{path} #{number}")
        if door:
            self._twins[path] = number
            self.doors[id(module)] = door
        return door

    def path(self, module: nn.Module) -> str:
        """Return the path of any module of the process, in whatever holds it."""
        return self._family.path(module) if self._family else type(module).__name__

    def named(self, model: nn.Module) -> str:
        """Return the class of a model, with the number that its layers have where several models are of that class."""
        doors = (self.doors.get(id(module)) for module in model.modules())
        number = next((door.path.partition(" #")[2] for door in doors if door), "")
        return f"{type(model).__name__} #{number}" if number else type(model).__name__

    def _door(self, module: nn.Module, path: str) -> Door | None:
        door = door_of(module, path, self.reporter.report, self._ignore, quiet=self.reporter.on == "record")
        if door is not None:
            doors, key = self.doors, id(module)
            # A module that is made later may get the id of one that died. No function of ours: torch.compile may be at work.
            door.alive = weakref.ref(module, functools.partial(doors.pop, key))
        return door

    @property
    def samples(self) -> int:
        """How many samples the last call of a layer had; 0 where nobody knows."""
        layout = self.last.event.layout("input") if self.last is not None else None
        sizes = [f.size for dim in layout.dims for f in dim if str(f.axis) == "batch"] if layout is not None else []
        if self.last is not None and layout is not None and self.last.event.packed:
            sizes = [self.last.event.packed[0]]
        return sizes[0] if sizes and isinstance(sizes[0], int) else 0

    def miss(self, modules: Iterable[nn.Module], why: str) -> None:
        """Tell that calls of layers are not looked at."""
        for module in modules:
            if self.everywhere or id(module) in self.doors:
                door = self.doors.get(id(module))
                self.reporter.report.did_not_look(why, door.path if door else self.path(module))

    def guarded(self, work: Callable[..., object], *args: object) -> Any:
        """Run our own work."""
        return self.reporter.guarded(work, *args)

    def reporters(self) -> tuple[Reporter, ...]:
        """Return who tells of what is seen here."""
        return (self.reporter,)

    def through(self, door: Door, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call a module under one watch."""
        reporter = self.reporter
        if reporter.stepped_aside:
            return proceed(*args, **kwargs)
        if not door.names:
            return _counted_call(reporter, door, LayerCall(module, args, kwargs), proceed)
        seen = reporter.guarded(door.known, args, kwargs)
        if seen is None:
            return _judged_call(self, door, LayerCall(module, args, kwargs), proceed)
        try:
            result = proceed(*args, **kwargs)
        except Exception as error:
            request = LayerCall(module, args, kwargs)
            reporter.guarded(door.count_failed, request)
            _explain(self, door, request, error)
            raise
        seen.passage.calls += 1
        self.last = seen.passage
        if seen.result is not None and reporter.guarded(result_sizes, result) != seen.result:
            reporter.tell(reporter.guarded(_changed, door, LayerCall(module, args, kwargs), result) or (), module)
        return result

    def hear(
        self, error: ContractError, door: Door, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        """Hear what another watch raised about a call of a module."""
        if self.reporter.adopt(error, door.path, module):
            self.reporter.guarded(door.count_failed, LayerCall(module, args, kwargs))


def _counted_call(reporter: Reporter, door: Door, request: LayerCall, proceed: Proceed) -> object:
    """Take a call that nobody can judge."""
    try:
        result = proceed(*request.args, **request.kwargs)
    except Exception:
        reporter.guarded(door.count_failed, request)
        raise
    reporter.guarded(door.count_unjudged)
    return result


def _judged_call(observer: Observer, door: Door, request: LayerCall, proceed: Proceed) -> object:
    """Take a call that is not known to be right: judge it before torch runs where that is proof, else by its outcome."""
    reporter = observer.reporter
    judged: tuple[Call, list[Mistake]] | None = reporter.guarded(door.judge, request)
    proved = door.is_torchs_own(request.module)
    findings = reporter.guarded(_findings, observer, door, request, *judged) if judged and proved else None
    try:
        reporter.tell(findings or (), request.module)
    except ContractError:
        reporter.guarded(door.count_failed, request)
        raise
    try:
        result = proceed(*request.args, **request.kwargs)
    except Exception as error:
        reporter.guarded(door.count_failed, request)
        for finding in findings or ():
            reporter.guarded(reporter.report.raised, finding)
        _explain(observer, door, request, error)
        raise
    if judged is None:
        reporter.guarded(door.count_unjudged)
    else:
        reporter.tell(reporter.guarded(_settle, observer, door, request, judged, proved, result) or (), request.module)
    return result


def _findings(observer: Observer, door: Door, request: LayerCall, call: Call, mismatches: list[Mistake]) -> list[Finding]:
    """Turn what is wrong with the arguments of a call into findings; a state is wrong at the line that made it."""
    state = door.state_of(request) if mismatches else None
    return door.findings(call, mismatches, observer.origin(state), getattr(state, "grad_fn", None) is not None)


def _settle(
    observer: Observer, door: Door, request: LayerCall, judged: tuple[Call, list[Mistake]], proved: bool, result: object
) -> list[Finding]:
    """Count a call that came to its end, and return what its outcome has shown to be wrong."""
    call, mismatches = judged
    if predicted(door.spec, call) is None or any(rule(m.code).severity == "error" for m in mismatches):
        if not proved:
            door.report.could_not_follow(f"{door.path or door.kind}: its forward accepts what torch's would not")
            door.count_unjudged()
        return []
    wrong = () if proved else door.judge_result(call, result)
    if wrong and any(_torch.has_hooks(request.module)):
        door.report.could_not_follow(f"{door.path or door.kind}: a hook changes its arguments or its result")
        door.count_unjudged()
        return []
    right = not wrong and all(m.code in door.ignore for m in mismatches)
    seen = door.count(request, call, right, results=wrong == ())
    observer.last = seen.passage
    if wrong == () and not door.follows_torch:
        seen.result = result_sizes(result)
    if wrong:
        return door.findings(call, wrong)
    # What a hook or an overridden forward was given is what reached torch only if the result has the sizes that follow from it.
    return _findings(observer, door, request, call, mismatches) if wrong == () and not proved else []


def _changed(door: Door, request: LayerCall, result: object) -> list[Finding]:
    """Judge a result of other sizes than the same call gave before."""
    judged = None if any(_torch.has_hooks(request.module)) else door.judge(request)
    return door.findings(judged[0], door.judge_result(judged[0], result) or ()) if judged else []


def _explain(observer: Observer, door: Door, request: LayerCall, error: Exception) -> None:
    """Add to an exception of the layer what the contract says about the call, once."""
    if isinstance(error, ContractError):
        return
    note = observer.reporter.guarded(_explanation, observer, door, request)
    if note and observer.reporter.on != "record" and not any(n.startswith(NOTE) for n in getattr(error, "__notes__", ())):
        error.add_note(NOTE + note)


def _explanation(observer: Observer, door: Door, request: LayerCall) -> str:
    judged = door.judge(request)
    if judged is None:
        return ""
    call, mismatches = judged
    errors = [m for m in mismatches if rule(m.code).severity == "error"]
    findings = _findings(observer, door, request, call, errors)
    if findings and door.is_torchs_own(request.module):
        told = {(f.code, f.module) for f in door.report.findings}
        for finding in findings:
            if (finding.code, finding.module) not in told:
                door.report.add(finding)
                door.report.raised(finding)
        return message_of(findings)
    if findings:
        return "unless a hook or an overridden forward changed the call:\n" + message_of(findings)
    if not errors and predicted(door.spec, call) is not None:
        return f"the call was {door.event(call, results=False)}, which fits the contract of {door.spec!r}"
    return ""
