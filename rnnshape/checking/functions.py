"""Where `rnnshape.check` stands around a function, a coroutine or a generator: each call is entered only while it runs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, Protocol

from rnnshape import _torch

__all__ = ["Begin", "Entered", "around"]


class Entered(Protocol):
    """One call, which is entered while code of the user's runs."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def end(self, result: object, is_output: bool) -> None:
        """Look at the result."""


Function = Callable[..., Any]
"""One of the user's: what it takes and returns is its own affair."""

Steps = Generator[object, object, object]

Begin = Callable[[tuple[object, ...], dict[str, object]], Entered]
"""Looks at the arguments of a call, and returns the call."""


def around(function: Function, begin: Begin) -> Function:
    """Return a function of the same kind, signature and name, of which every call is begun, entered and ended.

    Args:
        function: a function, a coroutine function, a generator function or an asynchronous one.
        begin: begins a call.
    """
    plain = inspect.unwrap(function)
    if inspect.isasyncgenfunction(plain):
        wrapper = _of_async_generator(function, begin)
    elif inspect.iscoroutinefunction(plain):
        wrapper = _of_coroutine(function, begin)
    elif inspect.isgeneratorfunction(plain):
        wrapper = _of_generator(function, begin)
    else:
        wrapper = _of_function(function, begin)
    return functools.wraps(function)(wrapper)


def _of_function(function: Function, begin: Begin) -> Function:
    def wrapper(*args: object, **kwargs: object) -> object:
        if not _torch.is_judged_here() or _torch.compiler_below() is not None:
            return function(*args, **kwargs)
        call = begin(args, kwargs)
        with call:
            result = function(*args, **kwargs)
        call.end(result, is_output=False)
        return result

    return wrapper


def _of_coroutine(function: Callable[..., Coroutine[object, Any, object]], begin: Begin) -> Function:
    async def wrapper(*args: object, **kwargs: object) -> object:
        call = begin(args, kwargs)
        result = await _Awaited(call, function(*args, **kwargs))
        call.end(result, is_output=False)
        return result

    return wrapper


def _of_generator(function: Callable[..., Steps], begin: Begin) -> Function:
    def wrapper(*args: object, **kwargs: object) -> Steps:
        call = begin(args, kwargs)
        result = yield from _driven(call, function(*args, **kwargs))
        call.end(result, is_output=False)
        return result

    return wrapper


def _of_async_generator(function: Callable[..., AsyncGenerator[object, object]], begin: Begin) -> Function:
    async def wrapper(*args: object, **kwargs: object) -> AsyncGenerator[object, object]:
        call = begin(args, kwargs)
        steps = function(*args, **kwargs)
        go_on: Awaitable[object] = steps.__anext__()
        while True:
            try:
                item = await _Awaited(call, go_on)
            except StopAsyncIteration:
                break
            try:
                go_on = steps.asend((yield item))
            except GeneratorExit:
                await _Awaited(call, steps.aclose())
                raise
            except BaseException as error:
                go_on = steps.athrow(error)
        call.end(None, is_output=False)

    return wrapper


class _Awaited:
    """Awaits something, with the call entered only while it runs: other tasks come in between."""

    def __init__(self, call: Entered, awaitable: Awaitable[object]) -> None:
        self._call = call
        self._awaitable = awaitable

    def __await__(self) -> Steps:
        return _driven(self._call, self._awaitable.__await__())


def _driven(call: Entered, steps: Steps) -> Steps:
    """Delegate to a generator, with the call entered only while it runs."""
    go_on: Callable[[], object] = functools.partial(next, steps)
    while True:
        try:
            with call:
                item = go_on()
        except StopIteration as stop:
            return stop.value
        try:
            sent = yield item
            go_on = functools.partial(next, steps) if sent is None else functools.partial(steps.send, sent)
        except GeneratorExit:
            with call:
                steps.close()
            raise
        except BaseException as error:
            go_on = functools.partial(steps.throw, error)
