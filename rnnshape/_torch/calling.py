"""`Callers`: calls that look as if the user's line had made them.

torch places many of its warnings at whoever called the function, a line of Python: in C the innermost one, in Python the one
that ``stacklevel`` counts to. Where something of ours stands between, this would be a line of ours, and Python, which tells a
warning once for each line, would tell it once more. So the call is made by a function that has the file, the line and the
globals of the user's.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any, NamedTuple

from torch.overrides import handle_torch_function

from rnnshape._torch.frames import is_library, user_location
from rnnshape.report.location import Location

__all__ = ["Callers", "Spot", "called", "drop_caller"]

Caller = Callable[[Callable[..., Any], Any, Any], Any]
"""Calls a function with arguments, and keyword arguments."""

MOST = 1 << 10
"""Instructions of the user's code of which the callers are kept."""

_HANDS_OVER = handle_torch_function.__code__


called: Caller = lambda function, args, kwargs: function(*args, **kwargs)  # noqa: E731
"""Calls a function. It stands in one line, so that whatever is made of its code has one line too, be it the first of a file."""


_CODE: CodeType = called.__code__  # type: ignore[attr-defined]


def drop_caller(trace: TracebackType | None) -> None:
    """Take the frame of a caller out of a traceback that begins with the frame which has used it."""
    if trace is not None and trace.tb_next is not None and trace.tb_next.tb_frame.f_code.co_code == _CODE.co_code:
        trace.tb_next = trace.tb_next.tb_next


class Spot(NamedTuple):
    """An instruction that calls torch.

    Attributes:
        code: that it is of; held, so that no other gets its id.
        call: calls a function as if this instruction had.
        place: the user's line, where it stands in the user's own code and hands nothing over.
    """

    code: CodeType
    call: Caller
    place: Location | None


class Callers:
    """Makes callers, one for each instruction that calls torch.

    They keep the globals of the user's modules alive until they are forgotten.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], Spot] = {}

    def at(self, function: object, frame: FrameType) -> Spot:
        """Return the instruction that has called a function, with what calls it as if this frame had.

        Args:
            function: of torch's.
            frame: the one in which torch has handed the function over to whoever asks.
        """
        code, place = frame.f_code, frame
        if code is _HANDS_OVER and frame.f_back is not None:
            frame = frame.f_back
            if frame.f_code is getattr(function, "__code__", None) and frame.f_back is not None:
                frame = frame.f_back
            code = frame.f_code
        key = (id(code), frame.f_lasti)
        made = self._made.get(key)
        if made is not None and made.code is code:
            return made
        if len(self._made) >= MOST:
            self._made.clear()
        own = place is frame and not is_library(code.co_filename)
        spot = Spot(code, _as_if(code, frame.f_lineno, frame.f_globals), user_location(frame) if own else None)
        self._made[key] = spot
        return spot

    def forget(self) -> None:
        """Keep nothing of the user's alive."""
        self._made.clear()


def _as_if(code: CodeType, line: int | None, names: dict[str, Any]) -> Caller:
    """Return a function of a file, a line and globals; whatever it is called with, it calls."""
    line = code.co_firstlineno if line is None else line
    made = _CODE.replace(co_filename=code.co_filename, co_firstlineno=line)
    return FunctionType(made.replace(co_name=code.co_name, co_qualname=code.co_qualname), names)
