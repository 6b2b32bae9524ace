"""Tracebacks as a user knows them: without a frame of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import cast

from rnnshape.errors import ContractError, RNNShapeError

__all__ = ["clear_of_ours", "is_our_mistake", "place_of", "shorten_notes"]


def _folder(file: str) -> str:
    return os.path.dirname(os.path.abspath(file)) + os.sep


_OURS = _folder(__file__)


def clear_of_ours(error: BaseException) -> None:
    """Take our frames out of the tracebacks of an exception, of those that led to it, and of those in a group.

    A `ContractError` has its place on the user's line, so torch's frames go too.
    """
    for each in _with_its_causes(error):
        each.__traceback__ = _without(_hidden(each), each.__traceback__)


def shorten_notes(error: BaseException, told: Collection[str]) -> None:
    """Leave the first lines of notes, of an exception and of those that led to it, which are told in full elsewhere.

    Args:
        error: the exception.
        told: the notes that are, by their first lines.
    """
    for each in _with_its_causes(error):
        notes = getattr(each, "__notes__", None)
        if isinstance(notes, list):
            notes[:] = [_shortened(note, told) if isinstance(note, str) else note for note in cast("list[object]", notes)]


def _shortened(note: str, told: Collection[str]) -> str:
    paragraphs = note.split("\n\n")
    heads = [paragraph.partition("\n")[0] for paragraph in paragraphs]
    return "\n".join(heads) if all(head.removeprefix("rnnshape: ") in told for head in heads) else note


def _with_its_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, those that led to it, and those in a group, each once."""
    done: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop()
        if each is not None and id(each) not in done:
            done.add(id(each))
            yield each
            todo += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def is_our_mistake(error: BaseException) -> bool:
    """Tell whether an exception came from a line of ours, and not on purpose; then our frames say what to report."""
    if isinstance(error, (RNNShapeError, AssertionError)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS)


def place_of(error: BaseException) -> tuple[str, int]:
    """Return file and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return ("", 0) if trace is None else (trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _hidden(error: BaseException) -> tuple[str, ...]:
    """Return the folders whose frames are taken out of the traceback of an exception."""
    torch = sys.modules.get("torch") if isinstance(error, ContractError) else None
    return (_OURS, _folder(torch.__file__)) if torch and torch.__file__ else (_OURS,)


def _without(folders: tuple[str, ...], trace: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    handed_over = False
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(folders):
            handed_over = _take_out_the_handing_over(kept) or handed_over
        else:
            if handed_over and kept and kept[-1].tb_frame.f_code is code:  # of torch's, which is called once more behind us
                kept.pop()
            handed_over = False
            kept.append(trace)
        trace = trace.tb_next
    rebuilt: TracebackType | None = None
    for entry in reversed(kept):
        rebuilt = TracebackType(rebuilt, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return rebuilt


def _take_out_the_handing_over(kept: list[TracebackType]) -> bool:
    """Take away the frame of torch's that handed a call over to us, and tell whether there was one."""
    code = kept[-1].tb_frame.f_code if kept else None
    if code is None or code.co_name != "handle_torch_function" or not code.co_filename.endswith("overrides.py"):
        return False
    kept.pop()
    return True
