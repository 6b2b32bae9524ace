"""`check`: a decorator for a module's class, a module, or any function."""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable, Mapping
from typing import Any, TypeVar, cast, overload

from torch import nn

from rnnshape import _torch, text
from rnnshape.api.watch import checked_options
from rnnshape.contracts.annotations import annotations_of
from rnnshape.errors import LayoutError, SpecError, SpecTypeError
from rnnshape.hooks.class_call import close_gates, forget_gates, open_gates
from rnnshape.hooks.visits import Visit, Visitor
from rnnshape.layout.layout import Layout
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action, Reporter
from rnnshape.report.settings import switch
from rnnshape.tracking.labels import Axes

__all__ = ["check", "report_of"]

T = TypeVar("T")


@overload
def check(target: T, /, *, axes: Axes = ..., on: Action = ..., track: bool | int = ..., ignore: Iterable[str] = ...) -> T: ...
@overload
def check(*, axes: Axes = ..., on: Action = ..., track: bool | int = ..., ignore: Iterable[str] = ...) -> Callable[[T], T]: ...
def check(
    target: Any = None, /, *, axes: Axes = None, on: Action = "raise", track: bool | int = 3, ignore: Iterable[str] = ()
) -> Any:
    """Check every call of a module or of a function, and every recurrent layer that is called inside.

    Contracts are checked at every call, and so are the sizes and dtypes of jaxtyping annotations, with beartype, unless the
    function does so itself (``@jaxtyped``). For the first calls every axis is followed as well, as `diagnose` does; then an
    axis must also *be* what its annotation says: a batch-first tensor where ``seq batch`` is annotated is found though every
    size agrees. What a tensor is, is known from annotations and ``axes=`` further out, from a DataLoader, and from the layers.

    A class and a module are returned as they are, and nothing is kept in them; a call of ``module.forward(x)`` itself is not
    checked, as hooks are not run by it. A function is returned wrapped, a coroutine or a generator as one. With
    ``RNNSHAPE=off`` in the environment everything is returned as it is; ``log``, ``warn`` or ``raise`` stand in for ``on``.
    Compiled code is not checked.

    Args:
        target: a class of modules, a module, or a function; without it, a decorator is returned.
        axes: of the arguments, as in `diagnose`, instead of what is annotated. Sizes that it states are checked too.
        on: what to do about an error, as in `watch`: "raise" a `ContractError`, "warn", "log", or "record" it only.
        track: for how many calls every axis is followed; True for all, False for none.
        ignore: codes that are not reported.

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
    rnnshape.errors.ContractError: Encoder: x: the samples lie along dim 0, which is said to be seq, and not along dim 1
      annotated  seq=6    batch=9  ?=4
      known      batch=6  seq=9    ?=4
                 ^
      x.transpose(0, 1) fits
      at ...
      RNS216, see: rnnshape explain RNS216
    """
    if target is None:
        return functools.partial(check, axes=axes, on=on, track=track, ignore=ignore)
    if switch() == "off":
        return target
    checked, codes, limit = checked_options(on, ignore, track)
    visitor = Visitor(checked, codes, limit, axes)
    if isinstance(target, nn.Module):
        _check_axes(axes, type(target).forward)
        _stand_at(type(target), _Door(visitor, target), target)
    elif isinstance(target, type) and issubclass(target, nn.Module):
        _check_axes(axes, target.forward)
        _stand_at(target, _Door(visitor, None), target)
    elif isinstance(target, (staticmethod, classmethod)):
        return type(target)(_wrapped(visitor, target.__func__, axes))  # pyright: ignore[reportUnknownArgumentType]
    elif callable(target) and not isinstance(target, type):
        return _wrapped(visitor, target, axes)
    else:
        what = "class" if isinstance(target, type) else "value"
        name = f" {target.__name__}, which is no nn.Module" if isinstance(target, type) else f" of type {type(target).__name__}"
        raise SpecTypeError(f"check takes a class of nn.Module, a module or a function; got a {what}{name}")
    return target


def report_of(checked: Any, /) -> Report:
    """Return what was seen of something that `check` stands around.

    Raises:
        SpecTypeError: for anything that is not checked.

    >>> import torch
    >>> rnn = check(torch.nn.GRU(4, 8))
    >>> output, h_n = rnn(torch.zeros(9, 6, 4))
    >>> print(report_of(rnn))
    1 recurrent layer, 1 call, 0 findings
    """
    found = _checked.get(id(checked))
    if found is None or found[0]() is not checked:
        name = getattr(checked, "__qualname__", None) or text.a(type(checked).__name__)
        raise SpecTypeError(f"report_of: {name} is not checked; put rnnshape.check around it, and unset RNNSHAPE=off")
    return found[1].report


_checked: dict[int, tuple[weakref.ref[Any], Visitor]] = {}
"""What is checked at present, by its id."""

_doors: dict[int, _Door] = {}
"""Those of the classes and modules among them."""


def _remember(target: Any, visitor: Visitor) -> None:
    key = id(target)

    def forget(reference: weakref.ref[Any]) -> None:
        found = _checked.get(key)
        if found is not None and found[0] is reference:
            del _checked[key]
            if door := _doors.pop(key, None):
                forget_gates(door)

    _checked[key] = (weakref.ref(target, forget), visitor)


# Modules


class _Door:
    """Stands at the gate of a class, for all of its modules or for one.

    Args:
        visitor: what is done with their calls.
        module: the one, or None.

    Attributes:
        doors: the module, by its id.
        everywhere: whether all modules of the class are checked.
    """

    def __init__(self, visitor: Visitor, module: nn.Module | None) -> None:
        self._visitor = visitor
        self.on = visitor.observer.on
        self.doors: dict[int, bool] = {} if module is None else {id(module): True}
        self.everywhere = module is None

    def found_in_passing(self, module: nn.Module) -> bool:
        """Any module of the class is checked."""
        return True

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run our own work."""
        return self._visitor.observer.guarded(work, *args)

    def reporters(self) -> tuple[Reporter, ...]:
        """Return nobody: who is inside tells."""
        return ()

    @_torch.uncompiled
    def through(self, door: bool, module: nn.Module, proceed: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a module."""
        if _torch.compiles_below():
            return proceed(*args, **kwargs)
        own = module.__dict__.get("forward")
        given = args if own is not None else (module, *args)
        visit = Visit(self._visitor, own or type(module).forward, module, given, kwargs)
        visit.begin()
        with visit:
            result = proceed(*args, **kwargs)
        visit.end(result, is_output=True)
        return result


def _stand_at(owner: type[nn.Module], door: _Door, target: Any) -> None:
    """Check a class or a module from now on, with these options alone."""
    if (before := _doors.pop(id(target), None)) is not None:
        close_gates(before)
    _remember(target, door._visitor)
    _doors[id(target)] = door
    open_gates(door, (owner,))


# Functions


def _wrapped(visitor: Visitor, function: Callable[..., Any], axes: Axes) -> Callable[..., Any]:
    """Return a function of the same kind, signature and name, whose calls are checked with these options alone."""
    if id(function) in _checked:
        function = cast("Any", function).__wrapped__
    _check_axes(axes, function)
    plain = inspect.unwrap(function)
    if inspect.isasyncgenfunction(plain):
        wrapper = _of_async_generator(visitor, function)
    elif inspect.iscoroutinefunction(plain):
        wrapper = _of_coroutine(visitor, function)
    elif inspect.isgeneratorfunction(plain):
        wrapper = _of_generator(visitor, function)
    else:
        wrapper = _of_function(visitor, function)
    wrapper = functools.wraps(function)(wrapper)
    _remember(wrapper, visitor)
    return wrapper


def _visit(visitor: Visitor, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Visit:
    module = args[0] if args and isinstance(args[0], nn.Module) else getattr(function, "__self__", None)
    visit = Visit(visitor, function, None, args, kwargs, module if isinstance(module, nn.Module) else None)
    visit.begin()
    return visit


def _of_function(visitor: Visitor, function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not _torch.is_judged_here() or _torch.compiles_below():
            return function(*args, **kwargs)
        visit = _visit(visitor, function, args, kwargs)
        with visit:
            result = function(*args, **kwargs)
        visit.end(result, is_output=False)
        return result

    return wrapper


def _of_coroutine(visitor: Visitor, function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        visit = _visit(visitor, function, args, kwargs)
        result = await _Awaited(visit, function(*args, **kwargs))
        visit.end(result, is_output=False)
        return result

    return wrapper


def _of_generator(visitor: Visitor, function: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        visit = _visit(visitor, function, args, kwargs)
        result = yield from _driven(visit, function(*args, **kwargs))
        visit.end(result, is_output=False)
        return result

    return wrapper


def _of_async_generator(visitor: Visitor, function: Callable[..., AsyncGenerator[Any, Any]]) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        visit = _visit(visitor, function, args, kwargs)
        steps = function(*args, **kwargs)
        go_on: Any = steps.__anext__()
        while True:
            try:
                item = await _Awaited(visit, go_on)
            except StopAsyncIteration:
                break
            try:
                go_on = steps.asend((yield item))
            except GeneratorExit:
                await _Awaited(visit, steps.aclose())
                raise
            except BaseException as error:
                go_on = steps.athrow(error)
        visit.end(None, is_output=False)

    return wrapper


class _Awaited:
    """Awaits something, with the visit entered only while it runs: other tasks come in between."""

    def __init__(self, visit: Visit, awaitable: Any) -> None:
        self._visit = visit
        self._awaitable = awaitable

    def __await__(self) -> Generator[Any, Any, Any]:
        return _driven(self._visit, self._awaitable.__await__())


def _driven(visit: Visit, steps: Any) -> Generator[Any, Any, Any]:
    """Delegate to a generator, with the visit entered only while it runs."""
    go_on: Callable[[], Any] = functools.partial(next, steps)
    while True:
        try:
            with visit:
                item = go_on()
        except StopIteration as stop:
            return stop.value
        try:
            sent = yield item
            go_on = functools.partial(next, steps) if sent is None else functools.partial(steps.send, sent)
        except GeneratorExit:
            with visit:
                steps.close()
            raise
        except BaseException as error:
            go_on = functools.partial(steps.throw, error)


# Options


def _check_axes(axes: Axes, function: Callable[..., Any]) -> None:
    """Refuse axes that no call could fit.

    Raises:
        SpecError: where a string cannot be read, or a name is none of the function's.
    """
    if isinstance(axes, Mapping):
        found = annotations_of(function)
        kinds = {p.kind for p in found.signature.parameters.values()} if found is not None else set[Any]()
        known = list(found.signature.parameters) if found is not None else []
        for name in axes:
            if found is not None and name not in known and inspect.Parameter.VAR_KEYWORD not in kinds:
                takes = text.listed(n for n in known if n not in ("self", "cls")) or "nothing"
                called = getattr(function, "__qualname__", function)
                raise SpecError(f"axes: {called} takes no {name!r}, but {takes}{text.nearest(name, known)}")
    for entry in [axes] if isinstance(axes, str) else list(axes.values()) if isinstance(axes, Mapping) else axes or ():
        if isinstance(entry, str):
            try:
                Layout.parse(entry)
            except LayoutError as error:
                raise SpecError(f"axes: {error}") from None
