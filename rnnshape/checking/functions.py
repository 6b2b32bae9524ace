"""Where `rnnshape.check` stands around a function, a coroutine or a generator: each call is entered only while it runs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractContextManager
from typing import Any, Protocol

from rnnshape import _torch
from rnnshape.harmless import Guard, UsersCall, is_mistake

__all__ = ["Begin", "Entered", "around"]


class Entered(Protocol):
    """One call, which is entered while code of the user's runs."""

    def entered(self) -> AbstractContextManager[object]:
        """Begin to watch this thread, until what is returned ends."""
        ...

    def end(self, result: object, is_output: bool) -> None:
        """Look at the result."""

    def step_aside(self) -> None:
        """End the watch, after a mistake of ours."""


Function = Callable[..., Any]
"""One of the user's: what it takes and returns is its own affair."""

Steps = Generator[object, object, object]

Begin = Callable[[tuple[object, ...], dict[str, object]], Entered]
"""Looks at the arguments of a call, and returns the call."""

Miss = Callable[[], object]
"""Tells that a call is not looked at, since somebody compiles it or records it."""


def around(function: Function, begin: Begin, miss: Miss) -> Function:
    """Return a function of the same kind, signature and name, of which every call is begun, entered and ended.

    Args:
        function: a function, a coroutine function, a generator function or an asynchronous one.
        begin: begins a call.
        miss: is called instead where calls are on placeholders, or compiled.
    """
    miss = _torch.once_compiled(miss)
    plain = inspect.unwrap(function)
    if inspect.isasyncgenfunction(plain):
        wrapper = _of_async_generator(function, begin, miss)
    elif inspect.iscoroutinefunction(plain):
        wrapper = _of_coroutine(function, begin, miss)
    elif inspect.isgeneratorfunction(plain):
        wrapper = _of_generator(function, begin, miss)
    else:
        wrapper = _of_function(function, begin, miss)
    return functools.wraps(function)(wrapper)


def _of_function(function: Function, begin: Begin, miss: Miss) -> Function:
    @_torch.uncompiled
    def wrapper(*args: object, **kwargs: object) -> object:
        if not _looks_here():
            miss()
            return function(*args, **kwargs)
        call = _begun(begin, miss, args, kwargs)
        return function(*args, **kwargs) if call is None else _called(call, function, args, kwargs)

    return wrapper


@_torch.uncompiled
def _looks_here() -> bool:
    return _torch.is_judged_here() and _torch.compiler_below() is None


def _begun(begin: Begin, miss: Miss, args: tuple[object, ...], kwargs: dict[str, object]) -> Entered | None:
    """Begin a call; None where it is not looked at, and after a mistake of ours."""
    if not _looks_here():
        miss()
        return None
    try:
        return begin(args, kwargs)
    except BaseException as error:
        if not is_mistake(error):
            raise
    return None


def _called(call: Entered, function: Function, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """Call a function of the user's under a call that has begun, and end that."""
    users = UsersCall(function)
    try:
        with call.entered():
            result = users(*args, **kwargs)
        call.end(result, is_output=False)
        return result
    except BaseException as error:
        if not users.outlives(error, call.step_aside):
            raise
    return users.outcome(*args, **kwargs)


def _goes_on(call: Entered | None, go_on: Callable[[], object]) -> object:
    """Go on with the user's code, with the call entered only while it runs."""
    if call is None:
        return go_on()
    users = UsersCall(go_on)
    try:
        with call.entered():
            return users()
    except BaseException as error:
        if not users.outlives(error, call.step_aside):
            raise
    return users.outcome()


def _ended(call: Entered | None, result: object) -> None:
    if call is not None:
        with Guard(call.step_aside):
            call.end(result, is_output=False)


def _of_coroutine(function: Callable[..., Coroutine[object, Any, object]], begin: Begin, miss: Miss) -> Function:
    async def wrapper(*args: object, **kwargs: object) -> object:
        call = _begun(begin, miss, args, kwargs)
        result = await _Awaited(call, function(*args, **kwargs))
        _ended(call, result)
        return result

    return wrapper


def _of_generator(function: Callable[..., Steps], begin: Begin, miss: Miss) -> Function:
    def wrapper(*args: object, **kwargs: object) -> Steps:
        call = _begun(begin, miss, args, kwargs)
        result = yield from _driven(call, function(*args, **kwargs))
        _ended(call, result)
        return result

    return wrapper


def _of_async_generator(function: Callable[..., AsyncGenerator[object, object]], begin: Begin, miss: Miss) -> Function:
    async def wrapper(*args: object, **kwargs: object) -> AsyncGenerator[object, object]:
        call = _begun(begin, miss, args, kwargs)
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
        _ended(call, None)

    return wrapper


class _Awaited:
    """Awaits something, with the call entered only while it runs: other tasks come in between."""

    def __init__(self, call: Entered | None, awaitable: Awaitable[object]) -> None:
        self._call = call
        self._awaitable = awaitable

    def __await__(self) -> Steps:
        return _driven(self._call, self._awaitable.__await__())


def _driven(call: Entered | None, steps: Steps) -> Steps:
    """Delegate to a generator, with the call entered only while it runs."""
    go_on: Callable[[], object] = functools.partial(next, steps)
    while True:
        try:
            item = _goes_on(call, go_on)
        except StopIteration as stop:
            return stop.value
        try:
            sent = yield item
            go_on = functools.partial(next, steps) if sent is None else functools.partial(steps.send, sent)
        except GeneratorExit:
            _goes_on(call, steps.close)
            raise
        except BaseException as error:
            go_on = functools.partial(steps.throw, error)
