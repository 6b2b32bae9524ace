"""The guard that stands at each door: whatever becomes of our own code, the user's runs once, and its outcome stands.

A mistake of ours is logged once in a process for each kind of it, and whoever made it steps aside. What is meant for the user
passes: a finding that is raised or warned of, and whatever is no ``Exception``, such as Ctrl-C.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from types import TracebackType

from rnnshape.errors import ContractError, RNNShapeWarning
from rnnshape.text import shown_lines
from rnnshape.tracebacks import place_of

__all__ = ["Guard", "UsersCall", "is_mistake", "log_mistake"]

logger = logging.getLogger("rnnshape")

MEANT: tuple[type[Exception], ...] = (ContractError, RNNShapeWarning)
"""What we raise on purpose while a model runs; the second where the user has made errors of warnings."""

_logged: set[tuple[object, ...]] = set()


def log_mistake(error: BaseException, what: str = "and steps aside; the model runs on unwatched") -> None:
    """Log a mistake of ours, with its traceback; of one kind, which is its class and its line, only the first.

    Args:
        error: what our own code raised.
        what: what becomes of it.
    """
    kind = (type(error), *(() if isinstance(error, RecursionError) else place_of(error)))
    if kind not in _logged:
        _logged.add(kind)
        # As text: a record that keeps the traceback would keep the tensors of the call.
        trace = shown_lines("".join(traceback.format_exception(error)))
        logger.error("rnnshape made a mistake %s. Please report this\n%s", what, trace)


def _nothing() -> None:
    """Whoever made the mistake has nothing to do about it."""


def is_mistake(
    error: BaseException, aside: Callable[[], object] = _nothing, meant: tuple[type[Exception], ...] = MEANT
) -> bool:
    """Tell whether an exception of ours is a mistake; then it is logged, and whoever made it steps aside.

    Args:
        error: what our own code raised.
        aside: is called after a mistake; a mistake in it is no worse.
        meant: what passes, as it is meant for the user.
    """
    if not isinstance(error, Exception) or isinstance(error, meant):
        return False
    log_mistake(error)
    try:
        aside()
    except Exception as worse:
        log_mistake(worse)
    return True


class Guard:
    """Keeps a mistake of ours from going any further, while it is entered.

    Args:
        aside: as in `is_mistake`.
        meant: as in `is_mistake`.
    """

    __slots__ = ("_aside", "_meant")

    def __init__(self, aside: Callable[[], object] = _nothing, meant: tuple[type[Exception], ...] = MEANT) -> None:
        self._aside = aside
        self._meant = meant

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        return error is not None and is_mistake(error, self._aside, self._meant)


class UsersCall:
    """A call of the user's code in the middle of ours. No context manager: most calls of a module or of torch pass through one.

        call = UsersCall(function)
        try:
            return ours(call, *args)
        except BaseException as error:
            if not call.outlives(error):
                raise
        return call.outcome(*args)

    Args:
        function: the user's.
    """

    _is_made = False
    _error: BaseException | None = None
    _result: object = None

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Make the call, from within our code."""
        self._is_made = True
        try:
            self._result = result = self._function(*args, **kwargs)
        except BaseException as error:
            self._error = error
            raise
        return result

    def outlives(
        self, error: BaseException, aside: Callable[[], object] = _nothing, meant: tuple[type[Exception], ...] = MEANT
    ) -> bool:
        """Tell whether an exception is a mistake of ours, as `is_mistake` does, and not what the user's call raised."""
        if error is not self._error and is_mistake(error, aside, meant):
            return True
        self.forget()
        return False

    def forget(self) -> None:
        """Keep nothing of the user's alive."""
        self._error = self._result = None

    def outcome(self, *args: object, **kwargs: object) -> object:
        """Return or raise what came of the call, after a mistake of ours; it is made now where it was not made yet."""
        if not self._is_made:
            return self._function(*args, **kwargs)
        error, self._error = self._error, None
        result, self._result = self._result, None
        if error is None:
            return result
        try:
            raise error
        finally:
            del error
