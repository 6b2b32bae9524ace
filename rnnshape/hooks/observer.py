"""Every call of a watched recurrent layer passes here: it is checked before torch runs, and counted.

The hook stands in the class, not in the module: ``nn.RNNBase`` and ``nn.RNNCellBase`` (and the class of anything else that has
their attributes) get a ``__call__`` for as long as something is watched. A hook kept in the module would be deep-copied with it
and written by ``torch.save``; this leaves every module exactly as it was.
"""

from __future__ import annotations

import functools
import logging
import threading
import traceback
import warnings
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal

import torch
from torch import nn

from rnnshape import _torch
from rnnshape.calls import spec_of
from rnnshape.contracts.contract import Call, predicted
from rnnshape.errors import ContractError, RNNShapeWarning
from rnnshape.hooks.class_call import Proceed, close_gates, open_gates, watchers
from rnnshape.hooks.layer import Door, Request, result_sizes
from rnnshape.report.catalogue import rule
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.report.report import Report

__all__ = ["NOTE", "Action", "Observer", "close_gates", "open_gates"]

Action = Literal["raise", "warn", "log", "record"]
logger = logging.getLogger("rnnshape")

MOST_TWINS = 20
"""Modules of the same path that are told apart where nobody named them; the later ones are counted with the last."""

NOTE = "rnnshape: "
"""How a note that we add to an exception begins."""


_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}


class Observer:
    """What one watch does with the calls that it sees.

    Args:
        report: where they are recorded.
        on: what to do about a finding besides recording it: raise an error, warn, or log. With "record" nothing is touched,
            neither the log nor an exception of torch's.
        ignore: codes that are not reported.

    Attributes:
        doors: of each module that was met, by its id; a module that dies takes its own away.
        everywhere: whether every layer of torch's is watched, named or not.
        stepped_aside: whether a mistake of ours has ended this watch.
        told: what it warned of or logged, so that no other watch does so again.
    """

    def __init__(self, report: Report, on: Action, ignore: Iterable[str] = ()) -> None:
        self.report = report
        self.on = on
        self.ignore = frozenset(code.upper() for code in ignore)
        self.doors: dict[int, Door] = {}
        self.everywhere = False
        self.stepped_aside = False
        self.origin: Callable[[object], Location | None] | None = None
        self.told: set[tuple[Any, ...]] = set()
        self._twins: dict[str, int] = {}
        self._family: _torch.Family | None = None

    def watch(self, modules: Iterable[tuple[str, nn.Module]]) -> None:
        """Watch these modules, of which each has a path; those that are not recurrent are passed over."""
        owners: dict[type[nn.Module], None] = {}
        for path, module in modules:
            door = self._door(module, path)
            if door and door.names:
                self.doors[id(module)] = door
                owners[next((base for base in _torch.RECURRENT if isinstance(module, base)), type(module))] = None
        open_gates(self, owners)

    def watch_everything(self) -> None:
        """Watch every recurrent layer of torch's in the process, whenever it is made."""
        self.everywhere = True
        self._family = _torch.Family()
        open_gates(self, _torch.RECURRENT)

    def remove(self) -> None:
        """Stop watching, and leave nothing behind."""
        close_gates(self)
        self.doors.clear()
        self.everywhere = False
        if self._family:
            self._family.remove()
            self._family = None

    def found_in_passing(self, module: nn.Module) -> Door | None:
        """Return the door of a module that nobody named, at its first call."""
        path = self.path_in_passing(module)
        number = min(self._twins.get(path, 0) + 1, MOST_TWINS)
        door = self._door(module, path if number == 1 else f"{path} #{number}")
        if door:
            self._twins[path] = number
            self.doors[id(module)] = door
        return door

    def path_in_passing(self, module: nn.Module) -> str:
        """Return the path of a module that nobody named."""
        return self._family.path(module) if self._family else _torch.path_from_stack(module)

    def path_of(self, model: nn.Module | None) -> Callable[[nn.Module], str]:
        """Return what tells the path of a module: in a model, or in whatever holds it."""
        if model is None:
            return lambda module: self._family.path(module) if self._family else type(module).__name__
        paths = {id(m): path for path, m in model.named_modules()}
        return lambda module: paths.get(id(module), "")

    def _door(self, module: nn.Module, path: str) -> Door | None:
        spec = spec_of(module)
        if spec is None:
            if isinstance(module, _torch.RECURRENT):
                self.report.could_not_follow(f"{path or type(module).__name__}: its configuration is none that torch has")
            return None
        door, doors, key = Door(module, path, spec, self.report, self.ignore), self.doors, id(module)
        door.quiet = self.on == "record"
        # A module that is made later may get the id of one that died.
        door.alive = weakref.ref(module, lambda _: doors.pop(key, None))
        return door

    @functools.partial(_torch.uncompiled, and_below=True)
    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run our own work, unseen by function modes; a mistake of ours is logged once, and this observer steps aside."""
        if self.stepped_aside:
            return None
        try:
            with torch._C.DisableTorchFunction():
                return work(*args)
        except Exception:
            self.stepped_aside = True
            # As text: a record that keeps the traceback would keep the tensors of the call.
            trace = traceback.format_exc()
            logger.error("rnnshape made a mistake and steps aside; the model runs on unwatched. Please report this\n%s", trace)
            self.report.could_not_follow("every call after a mistake of rnnshape's own, which is in the log")
            return None

    @_torch.uncompiled
    def through(self, door: Door, module: nn.Module, proceed: Proceed, /, *args: Any, **kwargs: Any) -> Any:
        """Call a module under one watch."""
        if self.stepped_aside or not door.names:
            return proceed(*args, **kwargs)
        seen = self.guarded(door.known, args, kwargs)
        if seen is None:
            return _judged_call(self, door, Request(module, args, kwargs), proceed)
        try:
            result = proceed(*args, **kwargs)
        except Exception as error:
            request = Request(module, args, kwargs)
            self.guarded(door.count_failed, request)
            _explain(self, door, request, error)
            raise
        seen.passage.calls += 1
        if seen.result is not None and self.guarded(result_sizes, result) != seen.result:
            self.tell(self.guarded(_changed, door, Request(module, args, kwargs), result) or (), module)
        return result

    @functools.partial(_torch.uncompiled, and_below=True)
    def tell(self, findings: Iterable[Finding], module: nn.Module | None = None) -> None:
        """Record findings, and raise, warn or log. One that was told before is only counted, unless it is to be raised.

        Args:
            findings: what was found.
            module: the module that is called; without it, they are about the operation that runs in this thread.
        """
        about = id(module) if module is not None else threading.get_ident()
        serious: list[Finding] = []
        for finding in findings:
            new = self.guarded(self.report.add, finding)
            if self.on == "raise" and finding.severity == "error":
                serious.append(finding)
            elif (
                not new
                or self.on == "record"
                or self._is_told_by_another((about, finding.code, finding.subject, finding.location))
            ):
                continue
            elif self.on == "log" or finding.severity == "info":
                logger.log(_LEVELS[finding.severity], "%s", finding, extra={"rnnshape": finding})
            else:
                where = finding.location or Location("<unknown>", 0)
                warnings.warn_explicit(RNNShapeWarning(str(finding)), None, where.file, where.line)
        if serious:
            for finding in serious:
                self.guarded(self.report.raised, finding)
            raise _raised(serious, {about, id(self.report)})

    def _is_told_by_another(self, key: tuple[Any, ...]) -> bool:
        """Tell whether another watch that is on has warned of or logged the same; if not, this one does."""
        others = (other for watcher in watchers() for other in (watcher, *getattr(watcher, "observers", list)()))
        if any(key in other.told for other in others if isinstance(other, Observer) and other.on == self.on):
            return True
        self.told.add(key)
        return False

    def hear(self, error: ContractError, door: Door, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Hear what another watch raised about a call of a module."""
        if self.adopt(error, door.path, module):
            self.guarded(door.count_failed, Request(module, args, kwargs))

    def adopt(self, error: ContractError, path: str, module: nn.Module | None = None) -> bool:
        """Record what another watch raised about a call that this one sees as well; tell whether there was anything.

        Args:
            error: as it passes.
            path: of the module, as this watch names it.
            module: the module that is called, as in `tell`.
        """
        heard: set[int] = error.__dict__.get("_heard", set())
        about = id(module) if module is not None else threading.get_ident()
        if about not in heard or id(self.report) in heard:
            return False
        heard.add(id(self.report))
        for finding in error.findings:
            if finding.code not in self.ignore:
                named = replace(finding, module=path)
                self.guarded(self.report.add, named)
                self.guarded(self.report.raised, named)
        return True


def _raised(findings: list[Finding], heard: set[int]) -> ContractError:
    """Return the error for findings, which knows what it is about and who has recorded it."""
    error = ContractError("\n\n".join(map(str, findings)), tuple(findings))
    error.__dict__["_heard"] = heard
    return error


@_torch.uncompiled
def _judged_call(observer: Observer, door: Door, request: Request, proceed: Proceed) -> Any:
    """Take a call that is not known to be right: judge it before torch runs where that is proof, else by its outcome."""
    judged: tuple[Call, list[Mistake]] | None = observer.guarded(door.judge, request)
    proved = door.is_torchs_own(request.module)
    made = observer.guarded(observer.origin, door.state_of(request)) if observer.origin and judged else None
    findings = observer.guarded(door.findings, *judged, made) if judged and proved else None
    try:
        observer.tell(findings or (), request.module)
    except ContractError:
        observer.guarded(door.count_failed, request)
        raise
    try:
        result = proceed(*request.args, **request.kwargs)
    except Exception as error:
        observer.guarded(door.count_failed, request)
        for finding in findings or ():
            observer.guarded(observer.report.raised, finding)
        _explain(observer, door, request, error)
        raise
    if judged is not None:
        observer.tell(observer.guarded(_settle, door, request, judged, proved, result) or (), request.module)
    return result


def _settle(door: Door, request: Request, judged: tuple[Call, list[Mistake]], proved: bool, result: object) -> list[Finding]:
    """Count a call that came to its end, and return what its outcome has shown to be wrong."""
    call, mismatches = judged
    if predicted(door.spec, call) is None or any(rule(m.code).severity == "error" for m in mismatches):
        if not proved:
            door.report.could_not_follow(f"{door.path or door.kind}: its forward accepts what torch's would not")
        return []
    wrong = () if proved else door.judge_result(call, result)
    if wrong and any(_torch.has_hooks(request.module)):
        door.report.could_not_follow(f"{door.path or door.kind}: a hook changes its arguments or its result")
        return []
    right = not wrong and all(m.code in door.ignore for m in mismatches)
    seen = door.count(request, call, right, results=wrong == ())
    if wrong == () and not door.follows_torch:
        seen.result = result_sizes(result)
    if wrong:
        return door.findings(call, wrong)
    # What a hook or an overridden forward was given is what reached torch only if the result has the sizes that follow from it.
    return door.findings(call, mismatches) if wrong == () and not proved else []


def _changed(door: Door, request: Request, result: object) -> list[Finding]:
    """Judge a result of other sizes than the same call gave before."""
    judged = None if any(_torch.has_hooks(request.module)) else door.judge(request)
    return door.findings(judged[0], door.judge_result(judged[0], result) or ()) if judged else []


def _explain(observer: Observer, door: Door, request: Request, error: Exception) -> None:
    """Add to an exception of the layer what the contract says about the call, once."""
    if isinstance(error, ContractError):
        return
    note = observer.guarded(_explanation, door, request)
    if note and observer.on != "record" and not any(n.startswith(NOTE) for n in getattr(error, "__notes__", ())):
        error.add_note(NOTE + note)


def _explanation(door: Door, request: Request) -> str:
    judged = door.judge(request)
    if judged is None:
        return ""
    call, mismatches = judged
    errors = [m for m in mismatches if rule(m.code).severity == "error"]
    findings = door.findings(call, errors)
    if findings and door.is_torchs_own(request.module):
        told = {(f.code, f.module) for f in door.report.findings}
        for finding in findings:
            if (finding.code, finding.module) not in told:
                door.report.add(finding)
                door.report.raised(finding)
        return "\n\n".join(map(str, findings))
    if findings:
        return "unless a hook or an overridden forward changed the call:\n" + "\n\n".join(map(str, findings))
    if not errors and predicted(door.spec, call) is not None:
        return f"the call was {door.event(call, results=False)}, which fits the contract of {door.spec!r}"
    return ""
