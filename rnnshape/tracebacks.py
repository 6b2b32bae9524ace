"""Tracebacks as a user knows them: without a frame of ours."""

from __future__ import annotations

import os
from types import TracebackType

__all__ = ["clear_of_ours"]

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def clear_of_ours(error: BaseException) -> None:
    """Take our frames out of the tracebacks of an exception, of those that led to it, and of those in a group."""
    done: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop()
        if each is not None and id(each) not in done:
            done.add(id(each))
            each.__traceback__ = _without_ours(each.__traceback__)
            todo += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_OURS):
            kept.append(trace)
        trace = trace.tb_next
    rebuilt: TracebackType | None = None
    for entry in reversed(kept):
        rebuilt = TracebackType(rebuilt, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return rebuilt
