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

__all__ = ["Guard", "UsersCall", "log_mistake"]

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


class Guard:
    """Keeps a mistake of ours from going any further, while it is entered.

    Args:
        aside: is called after a mistake; a mistake in it is no worse.
        meant: what passes, as it is meant for the user.
    """

    __slots__ = ("_aside", "_meant")

    def __init__(self, aside: Callable[[], object] = _nothing, meant: tuple[type[Exception], ...] = MEANT) -> None:
        self._aside = aside
        self._meant = meant

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if not isinstance(error, Exception) or isinstance(error, self._meant):
            return False
        log_mistake(error)
        try:
            self._aside()
        except Exception as worse:
            log_mistake(worse)
        return True


class UsersCall(Guard):
    """A call of the user's code in the middle of ours.

        call = UsersCall(function)
        with call:
            return ours(call, *args)
        return call.outcome(*args)

    Args:
        function: the user's.
        aside: as in `Guard`.
        meant: as in `Guard`.
    """

    __slots__ = ("_error", "_function", "_is_made", "_result")

    def __init__(
        self,
        function: Callable[..., object],
        aside: Callable[[], object] = _nothing,
        meant: tuple[type[Exception], ...] = MEANT,
    ) -> None:
        self._aside = aside
        self._meant = meant
        self._function = function
        self._is_made = False
        self._error: BaseException | None = None
        self._result: object = None

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Make the call, from within our code."""
        self._is_made = True
        try:
            self._result = self._function(*args, **kwargs)
        except BaseException as error:
            self._error = error
            raise
        return self._result

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if error is None or error is self._error or not super().__exit__(kind, error, trace):
            self._error = self._result = None  # nothing of the user's is kept alive
            return False
        return True

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
