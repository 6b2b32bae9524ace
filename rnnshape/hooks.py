"""Every call of a watched recurrent layer passes here: it is checked before torch runs, and counted.

The hook stands in the class, not in the module: ``nn.RNNBase`` and ``nn.RNNCellBase`` (and the class of anything else that has
their attributes) get a ``__call__`` for as long as something is watched. A hook kept in the module would be deep-copied with it
and written by ``torch.save``; this leaves every module exactly as it was.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable
from typing import Any, Literal

import torch
from torch import nn

from rnnshape import _torch
from rnnshape.contract import Call, Mismatch, predicted
from rnnshape.doors import Door, Request, Seen, result_sizes
from rnnshape.errors import ContractError, RNNShapeWarning, SpecError
from rnnshape.report import Finding, Location, Report
from rnnshape.rules import rule
from rnnshape.spec import RNNSpec

__all__ = ["Action", "Observer"]

Action = Literal["raise", "warn", "log"]

logger = logging.getLogger("rnnshape")

MOST_TWINS = 20
"""Modules of the same path that are told apart where nobody named them; the later ones are counted with the last."""

NOTE = "rnnshape: "
"""How a note that we add to an exception begins."""


class Observer:
    """What one watch does with the calls that it sees.

    Args:
        report: where they are recorded.
        on: what to do about a finding: raise an error, warn, or log.
        ignore: codes that are not reported.
    """

    def __init__(self, report: Report, on: Action, ignore: Iterable[str] = ()) -> None:
        self.report = report
        self.on = on
        self.ignore = frozenset(code.upper() for code in ignore)
        self.stepped_aside = False
        self._found: dict[int, Door | None] = {}
        self._twins: dict[str, int] = {}
        self._owners: list[type[nn.Module]] = []
        self._family: _torch.Family | None = None

    def watch(self, modules: Iterable[tuple[str, nn.Module]]) -> None:
        """Watch these modules, of which each has a path; those that are not recurrent are passed over."""
        for path, module in modules:
            if door := self._door(module, path):
                _explicit[id(module)] = (*_explicit.get(id(module), ()), (self, door))
                self._open(next((base for base in _torch.RECURRENT if isinstance(module, base)), type(module)))

    def watch_everything(self) -> None:
        """Watch every recurrent layer of torch's in the process, whenever it is made."""
        _everywhere.append(self)
        self._family = _torch.Family()
        for owner in _torch.RECURRENT:
            self._open(owner)

    def remove(self) -> None:
        """Stop watching, and leave nothing behind."""
        if self in _everywhere:
            _everywhere.remove(self)
        if self._family:
            self._family.remove()
            self._family = None
        for key, pairs in list(_explicit.items()):
            _explicit[key] = tuple(pair for pair in pairs if pair[0] is not self)
            if not _explicit[key]:
                del _explicit[key]
        while self._owners:
            _gates.close(self._owners.pop())
        self._found.clear()

    def found_in_passing(self, module: nn.Module) -> Door | None:
        """Return the door of a module that nobody named, making it at its first call."""
        key = id(module)
        if key not in self._found:
            path = self._family.path(module) if self._family else _torch.path_from_stack(module)
            self._twins[path] = number = min(self._twins.get(path, 0) + 1, MOST_TWINS)
            self._found[key] = self._door(module, path if number == 1 else f"{path} #{number}")
            weakref.finalize(module, self._found.pop, key, None).atexit = False
        return self._found[key]

    def _door(self, module: nn.Module, path: str) -> Door | None:
        try:
            return Door(module, path, RNNSpec.from_module(module), self.report, self.ignore)
        except SpecError:
            return None

    def _open(self, owner: type[nn.Module]) -> None:
        _gates.open(owner)
        self._owners.append(owner)

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run our own work; a mistake of ours is logged once, and this observer is silent from then on."""
        if self.stepped_aside:
            return None
        try:
            return work(*args)
        except Exception:
            self.stepped_aside = True
            logger.exception("rnnshape made a mistake and steps aside; the model runs on unwatched. Please report this")
            return None

    def tell(self, findings: Iterable[Finding]) -> None:
        """Record findings, and raise, warn or log. One that was told before is only counted, unless it is to be raised."""
        serious: list[Finding] = []
        for finding in findings:
            new = self.report.add(finding)
            if self.on == "raise" and finding.severity == "error":
                serious.append(finding)
            elif new and self.on == "log":
                level = logging.ERROR if finding.severity == "error" else logging.WARNING
                logger.log(level, "%s", finding, extra={"rnnshape": finding})
            elif new:
                where = finding.location or Location("<unknown>", 0)
                warnings.warn_explicit(RNNShapeWarning(str(finding)), None, where.file, where.line)
        if serious:
            raise ContractError("\n\n".join(map(str, serious)), tuple(serious))


_explicit: dict[int, tuple[tuple[Observer, Door], ...]] = {}
_everywhere: list[Observer] = []
_NOTHING = contextlib.nullcontext()


def _watched_call(module: nn.Module, proceed: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a module, past every observer that watches it."""
    pairs = _explicit.get(id(module), ())
    if _everywhere:
        pairs = (*pairs, *((o, door) for o in _everywhere if (door := o.guarded(o.found_in_passing, module))))
    if not pairs or not _torch.is_judged_here():
        return proceed(*args, **kwargs)
    for observer, door in pairs[:-1]:
        proceed = functools.partial(_passed, observer, door, module, proceed)
    return _through(*pairs[-1], module, proceed, args, kwargs)


def _passed(observer: Observer, door: Door, module: nn.Module, proceed: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return _through(observer, door, module, proceed, args, kwargs)


def _through(
    observer: Observer, door: Door, module: nn.Module, proceed: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    if observer.stepped_aside or not door.names:
        return proceed(*args, **kwargs)
    # Somebody's function mode would take our look at shapes for calls of the model.
    with torch._C.DisableTorchFunction() if torch._C._len_torch_function_stack() else _NOTHING:
        seen = observer.guarded(door.known, args, kwargs)
    if seen is None:
        return _judged_call(observer, door, Request(module, args, kwargs), proceed)
    seen.passage.calls += 1
    try:
        result = proceed(*args, **kwargs)
    except Exception as error:
        _explain(observer, door, Request(module, args, kwargs), error)
        raise
    with torch._C.DisableTorchFunction() if torch._C._len_torch_function_stack() else _NOTHING:
        if seen.result is None or observer.guarded(result_sizes, result) == seen.result:
            return result
        judged = observer.guarded(door.judge, Request(module, args, kwargs))
        findings = judged and observer.guarded(door.result_findings, judged[0], result)
    observer.tell(findings or ())
    return result


def _judged_call(observer: Observer, door: Door, request: Request, proceed: Callable[..., Any]) -> Any:
    """Take a call that is not known to be right: judge it before torch runs where that is proof, else by its outcome."""
    with torch._C.DisableTorchFunction():
        judged: tuple[Call, list[Mismatch]] | None = observer.guarded(door.judge, request)
        args_may_change, result_may_change = _torch.has_hooks(request.module)
        proved = door.follows_torch and not args_may_change
        findings = observer.guarded(door.findings, *judged) if judged and proved else None
    observer.tell(findings or ())
    try:
        result = proceed(*request.args, **request.kwargs)
    except Exception as error:
        _explain(observer, door, request, error)
        raise
    if judged is not None:
        with torch._C.DisableTorchFunction():
            late = observer.guarded(_settle, door, request, judged, proved, None if result_may_change else result)
        observer.tell(late or ())
    return result


def _settle(door: Door, request: Request, judged: tuple[Call, list[Mismatch]], proved: bool, result: object) -> list[Finding]:
    """Count a call that came to its end, and return what its outcome has shown to be wrong."""
    call, mismatches = judged
    if any(rule(m.code).severity == "error" for m in mismatches) or predicted(door.spec, call) is None:
        if not proved:
            door.report.could_not_follow(f"{door.path or door.kind}: its forward accepts what torch's would not")
        return []
    wrong = [] if result is None else door.result_findings(call, result)
    seen = door.count(request, call, right=not mismatches and not wrong)
    if not wrong and result is not None:
        seen.result = result_sizes(result)
    return wrong if proved or wrong else door.findings(call, mismatches)


def _explain(observer: Observer, door: Door, request: Request, error: Exception) -> None:
    """Add to an exception of the layer what the contract says about the call, once."""
    if not any(note.startswith(NOTE) for note in getattr(error, "__notes__", ())):
        with torch._C.DisableTorchFunction():
            observer.guarded(_add_note, door, request, error)


def _add_note(door: Door, request: Request, error: Exception) -> None:
    judged = door.judge(request)
    if judged is None:
        return
    call, mismatches = judged
    findings = [f for f in door.findings(call, mismatches) if f.severity == "error"]
    if findings:
        error.add_note(NOTE + "\n\n".join(map(str, findings)))
        told = {(f.code, f.module) for f in door.report.findings}
        for finding in findings:
            if (finding.code, finding.module) not in told:
                door.report.add(finding)
    elif predicted(door.spec, call) is not None:
        error.add_note(f"{NOTE}the call was {door.event(call)}, which fits the contract of {door.spec!r}")


class _Gates:
    """The classes that have our ``__call__`` at present, with the number of watches that need it."""

    def __init__(self) -> None:
        self._open: dict[type[nn.Module], int] = {}
        self._before: dict[type[nn.Module], Any] = {}
        self._lock = threading.Lock()

    def open(self, owner: type[nn.Module]) -> None:
        with self._lock:
            self._open[owner] = self._open.get(owner, 0) + 1
            if self._open[owner] > 1:
                return
            before = self._before[owner] = owner.__dict__.get("__call__")

            @functools.wraps(nn.Module.__call__)
            def __call__(self: nn.Module, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
                proceed = super(owner, self).__call__ if before is None else functools.partial(before, self)
                return _watched_call(self, proceed, args, kwargs)

            owner.__call__ = __call__

    def close(self, owner: type[nn.Module]) -> None:
        with self._lock:
            self._open[owner] -= 1
            if self._open[owner]:
                return
            del self._open[owner]
            before = self._before.pop(owner)
            if before is None:
                del owner.__call__
            else:
                owner.__call__ = before


_gates = _Gates()
