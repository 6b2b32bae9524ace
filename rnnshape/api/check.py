"""`check`: a decorator for a module's class, a module, or any function."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar, cast, overload

from torch import nn

from rnnshape import _torch, text
from rnnshape.checking.call import CheckedCall
from rnnshape.checking.checker import Checker
from rnnshape.checking.functions import around
from rnnshape.errors import RNNShapeError, SpecError, SpecTypeError
from rnnshape.experiments.measuring import probe_call
from rnnshape.harmless import Guard
from rnnshape.hooks.class_call import TRACED, Proceed, Watcher, leave_classes, leave_classes_soon, stand_in_classes
from rnnshape.report.options import checked_options
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action
from rnnshape.report.settings import switch
from rnnshape.tracking.arguments import Axes, check_axes
from rnnshape.tracking.compiled import COMPILED

__all__ = ["check", "report_of"]

T = TypeVar("T")


@overload
def check(
    target: T,
    /,
    *,
    axes: Axes = ...,
    on: Action = ...,
    track: bool | int = ...,
    ignore: Iterable[str] = ...,
    probe: bool = ...,
) -> T: ...
@overload
def check(
    *, axes: Axes = ..., on: Action = ..., track: bool | int = ..., ignore: Iterable[str] = ..., probe: bool = ...
) -> Callable[[T], T]: ...
def check(
    target: object = None,
    /,
    *,
    axes: Axes = None,
    on: Action = "raise",
    track: bool | int = 3,
    ignore: Iterable[str] = (),
    probe: bool = False,
) -> object:
    """Check every call of a module or of a function, and every recurrent layer that is called inside.

    Contracts are checked at every call, and so are the sizes and dtypes of jaxtyping annotations, with beartype, unless the
    function does so itself (``@jaxtyped``). For the first calls every axis is followed as well, as `diagnose` does; then an
    axis must also *be* what its annotation says: a batch-first tensor where ``seq batch`` is annotated is found though every
    size agrees. What a tensor is, is known from annotations and ``axes=`` further out, from a DataLoader, and from the layers.

    A class and a module are returned as they are, and nothing is kept in them; a call of ``module.forward(x)`` itself is not
    checked, as hooks are not run by it. A function is returned wrapped, a coroutine or a generator as one. With
    ``RNNSHAPE=off`` in the environment everything is returned as it is; ``log``, ``warn`` or ``raise`` stand in for ``on``.
    Compiled code is not checked, nor what a tracer records; the report says so.

    Args:
        target: a class of modules, a module, or a function; without it, a decorator is returned.
        axes: of the arguments, as in `diagnose`, instead of what is annotated. Sizes that it states are checked too.
        on: what to do about an error, as in `watch`: "raise" a `ContractError`, "warn", "log", or "record" it only.
        track: for how many calls every axis is followed; True for all, False for none.
        ignore: codes that are not reported.
        probe: whether a module is probed before its first call, on a copy, as `rnnshape.probe` does: samples that meet are a
            finding. What is not known of a function is what to copy.

    Returns:
        The target, or what stands for it. `report_of` gives the report.

    Raises:
        SpecError: for an option that does not exist, or ``axes`` that cannot be read.
        SpecTypeError: for a target that is none of these.

    >>> import torch
    >>> from jaxtyping import Float
    >>> from torch import Tensor
    >>> @check
    ... class Encoder(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.rnn = torch.nn.GRU(4, 8)
    ...     def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch hidden"]:
    ...         return self.rnn(x)[1][-1]
    >>> Encoder()(torch.zeros(9, 6, 4)).shape
    torch.Size([6, 8])
    >>> @check
    ... def step(x: Float[Tensor, "batch seq 4"]):
    ...     return encoder(x)
    >>> encoder = Encoder()
    >>> step(torch.zeros(6, 9, 4))
    Traceback (most recent call last):
    ...
    rnnshape.errors.ContractError: RNS216 error: Encoder: x: the samples lie along dim 0, which is said to be seq, ...
      annotated  seq=6    batch=9  ?=4
      known      batch=6  seq=9    ?=4
                 ^
      x.transpose(0, 1) fits
      at ...
      see: rnnshape explain RNS216
    """
    if target is None:
        return functools.partial(check, axes=axes, on=on, track=track, ignore=ignore, probe=probe)
    with Guard(meant=(RNNShapeError,)):
        return _checked(target, axes, on, track, ignore, probe)
    return target


def _checked(target: object, axes: Axes, on: Action, track: bool | int, ignore: Iterable[str], probe: bool) -> object:
    if switch() == "off":
        return target
    checked, codes, limit = checked_options(on, ignore, track)
    checker = Checker(checked, codes, limit, axes)
    if isinstance(target, nn.Module):
        check_axes(axes, type(target).forward)
        _targets.check_calls(target, checker, probe)
    elif isinstance(target, type) and issubclass(target, nn.Module):
        check_axes(axes, target.forward)
        _targets.check_calls(target, checker, probe)
    elif probe and _is_function(cast("object", target)):
        raise SpecError("probe=True: a function cannot be copied with the model that it calls; put check around the model")
    elif isinstance(target, (staticmethod, classmethod)):
        method = cast("staticmethod[..., Any]", target)
        return type(method)(_wrapped(checker, method.__func__, axes))  # pyright: ignore[reportUnknownArgumentType]
    elif not isinstance(target, type) and callable(target):
        return _wrapped(checker, target, axes)
    else:
        what = "class" if isinstance(target, type) else "value"
        name = f" {target.__name__}, which is no nn.Module" if isinstance(target, type) else f" of type {type(target).__name__}"
        raise SpecTypeError(f"check takes a class of nn.Module, a module or a function; got a {what}{name}")
    return target


def _is_function(target: object) -> bool:
    return isinstance(target, (staticmethod, classmethod)) or (not isinstance(target, type) and callable(target))


def report_of(checked: object, /) -> Report:
    """Return what was seen of something that `check` stands around; of a model whose class is checked, that of the class.

    Raises:
        SpecTypeError: for anything that is not checked.

    >>> import torch
    >>> rnn = check(torch.nn.GRU(4, 8))
    >>> output, h_n = rnn(torch.zeros(9, 6, 4))
    >>> report_of(rnn).counts
    '1 recurrent layer, 1 call'
    """
    kinds = (kind for kind in type(checked).__mro__ if isinstance(checked, nn.Module))
    checker = next(filter(None, map(_targets.checker, (checked, *kinds))), None)
    if checker is None:
        name = getattr(checked, "__qualname__", None) or text.a(type(checked).__name__)
        raise SpecTypeError(f"report_of: {name} is not checked; put rnnshape.check around it, and unset RNNSHAPE=off")
    return checker.report


class _Target(NamedTuple):
    alive: weakref.ref[object]
    checker: Checker
    stand: _ClassCheck | None


class _Targets:
    """What is checked at present: it keeps nothing alive, and of what dies nothing stands in a class any more."""

    def __init__(self) -> None:
        self._targets: dict[int, _Target] = {}

    def checker(self, target: object) -> Checker | None:
        """Return what checks a class, a module or a function; None for anything that is not checked."""
        found = self._targets.get(id(target))
        return found.checker if found is not None and found.alive() is target else None

    def check(self, target: object, checker: Checker) -> None:
        """Have a function checked."""
        self._put(target, checker, None)

    def check_calls(self, target: nn.Module | type[nn.Module], checker: Checker, probe: bool) -> None:
        """Have a class or a module checked from now on, with these options alone."""
        owner, module = (type(target), target) if isinstance(target, nn.Module) else (target, None)
        if (before := self._targets.pop(id(target), None)) is not None and before.stand is not None:
            leave_classes(before.stand)
        stand = _ClassCheck(checker, owner, module, probe)
        self._put(target, checker, stand)
        stand_in_classes(stand, (owner,))

    def _put(self, target: object, checker: Checker, stand: _ClassCheck | None) -> None:
        key, targets = id(target), self._targets

        @functools.partial(_torch.uncompiled, and_below=True)
        def forget(reference: weakref.ref[object]) -> None:
            found = targets.get(key)
            if found is not None and found.alive is reference:
                del targets[key]
                if found.stand is not None:
                    with Guard():  # Python would print a mistake of ours, in the middle of whatever it is at
                        leave_classes_soon(found.stand)

        targets[key] = _Target(weakref.ref(target, forget), checker, stand)


_targets = _Targets()


class _ClassCheck(Watcher[bool]):
    """Stands in a class, for all of its modules or for one.

    Args:
        checker: what is done with their calls.
        owner: the class, which is not kept alive.
        module: the one, or None.
        probe: whether the first of them that is called is probed.
    """

    def __init__(self, checker: Checker, owner: type[nn.Module], module: nn.Module | None, probe: bool) -> None:
        self._checker = checker
        self._owner = weakref.ref(owner)
        self.raises = checker.reporter.on == "raise"
        self.doors = {} if module is None else {id(module): True}
        self.everywhere = module is None
        self.in_compiled = False
        self._probe = probe

    def found_in_passing(self, module: nn.Module) -> bool:
        """Any module of the class is checked."""
        return True

    def step_aside(self) -> None:
        """End this check, after a mistake of ours."""
        self._checker.reporter.step_aside()

    def miss(self, modules: Iterable[nn.Module], why: str) -> None:
        """Tell that calls of modules are not looked at."""
        for module in modules:
            if id(module) in self.doors or (self.everywhere and isinstance(module, self._owner() or ())):
                self._checker.report.did_not_look(why, type(module).__name__)

    def through(self, door: bool, module: nn.Module, proceed: Proceed, /, *args: object, **kwargs: object) -> object:
        """Call a module."""
        if self._checker.reporter.stepped_aside:
            return proceed(*args, **kwargs)
        if self._probe:
            self._probe = False
            reporter = self._checker.reporter
            with Guard(reporter.step_aside):
                probe_call(reporter, module, args, kwargs, self._checker.axes)
        own = module.__dict__.get("forward")
        given = args if own is not None else (module, *args)
        call = CheckedCall(self._checker, own or type(module).forward, module, given, kwargs)
        call.begin()
        with call.entered():
            result = proceed(*args, **kwargs)
        call.end(result, is_output=True)
        return result


def _wrapped(checker: Checker, function: Callable[..., object], axes: Axes) -> Callable[..., object]:
    """Return a function of the same kind, signature and name, whose calls are checked with these options alone."""
    if _targets.checker(function) is not None:
        function = cast("Any", function).__wrapped__
    check_axes(axes, function)
    wrapper = around(function, functools.partial(_begin, checker, function), functools.partial(_miss, checker, function))
    _targets.check(wrapper, checker)
    return wrapper


def _begin(
    checker: Checker, function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> CheckedCall:
    module = args[0] if args and isinstance(args[0], nn.Module) else getattr(function, "__self__", None)
    call = CheckedCall(checker, function, None, args, kwargs, module if isinstance(module, nn.Module) else None)
    call.begin()
    return call


def _miss(checker: Checker, function: Callable[..., object]) -> None:
    """Tell that calls of a function are not looked at."""
    with Guard():
        why = TRACED if _torch.is_traced() else COMPILED
        checker.report.did_not_look(why, getattr(function, "__qualname__", type(function).__name__))
