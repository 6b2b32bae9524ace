"""Lines and frames: which is the user's, which module is running, and who has raised an exception."""

from __future__ import annotations

import functools
import importlib.util
import linecache
import os
import sys
from collections.abc import Iterator
from types import CodeType, FrameType

import torch
from torch import nn

from rnnshape.report.location import Location

__all__ = [
    "MODULE_CALL", "MOST_PLACES", "TORCH_FORWARDS", "calling_module", "is_library", "is_of_fakes", "is_ours",
    "is_unbatched_call", "location_of", "path_from_stack", "traceback_location", "user_frame", "user_location",
]  # fmt: skip


MODULE_CALL = nn.Module._call_impl.__code__
"""The code that runs whenever a module is called; its frame has the module and what it is called with."""

TORCH_FORWARDS = tuple(k.forward for k in (nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell, nn.LSTMCell, nn.GRUCell))

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep

_TORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def user_frame() -> FrameType | None:
    """Return the innermost frame that is neither torch's nor ours."""
    return next((frame for frame in _frames() if not is_library(frame.f_code.co_filename)), None)


def user_location(frame: FrameType | None = None) -> Location | None:
    """Return the innermost line that is neither torch's nor ours.

    Args:
        frame: from which on it is looked for; the caller's where it is None.
    """
    frame = frame or sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if is_library(code.co_filename):
            frame = frame.f_back
            continue
        known = _places.get((id(code), frame.f_lasti))
        if known is not None and known[0] is code:
            return known[1]
        found = _location(code.co_filename, frame.f_lineno, code.co_qualname, _cell_of(code.co_filename))
        if len(_places) >= MOST_PLACES:
            _places.clear()
        _places[id(code), frame.f_lasti] = code, found
        return found
    return None


MOST_PLACES = 1 << 12
"""Instructions of the user's code whose lines are remembered."""

_places: dict[tuple[int, int], tuple[CodeType, Location]] = {}
"""Of a piece of code and an instruction in it, the line; with the code, so that no other gets its id."""


@functools.lru_cache(maxsize=4096)
def is_library(file: str) -> bool:
    """Tell whether a file is torch's or ours, or einops': an operation that it makes is the user's who wrote the pattern."""
    return file.startswith((_OURS, _TORCH, "<frozen", *_einops()))


@functools.cache
def _einops() -> tuple[str, ...]:
    spec = importlib.util.find_spec("einops")
    return (os.path.dirname(os.path.abspath(spec.origin)) + os.sep,) if spec is not None and spec.origin else ()


def is_unbatched_call() -> bool:
    """Tell whether the recurrent layer of torch's that is running was given no dim for the batch, and has added one."""
    codes = [forward.__code__ for forward in TORCH_FORWARDS]
    frame = next((frame for frame in _frames() if frame.f_code in codes), None)
    return frame is not None and not frame.f_locals.get("is_batched", True)


def location_of(file: str, line: int, function: str) -> Location:
    """Return a line of a file as a place of the user's code."""
    return _location(file, line, function, _cell_of(file))


@functools.lru_cache(maxsize=4096)
def _location(file: str, line: int, function: str, cell: str = "") -> Location:
    return Location(cell or _shortened(file), line, function, linecache.getline(file, line).strip())


def _cell_of(file: str) -> str:
    """Return the cell of a notebook that a file stands for, such as "Cell In[5]"; an empty string where it is none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return ""
    named = getattr(shell.compile, "format_code_name", lambda file: None)(file)
    return " ".join(named) if named else ""


def traceback_location(error: BaseException) -> Location | None:
    """Return the innermost line of an exception's traceback that is neither torch's nor ours."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not is_library(code.co_filename):
            found = _location(code.co_filename, trace.tb_lineno, code.co_qualname)
        trace = trace.tb_next
    return found


def _shortened(file: str) -> str:
    """Return a path relative to the working directory where the file lies below it."""
    here = os.getcwd() + os.sep
    return file[len(here) :] if file.startswith(here) else file


def calling_module() -> nn.Module | None:
    """Return the innermost module whose call is on the stack."""
    for frame in _frames():
        if frame.f_code is MODULE_CALL:
            found = frame.f_locals.get("self")
            return found if isinstance(found, nn.Module) else None
    return None


def path_from_stack(module: nn.Module) -> str:
    """Return the path of a module under the outermost module that is being called, "Classifier.encoder.rnn".

    Looks only into frames of torch's own ``_call_impl``, which end with the call.
    """
    path = type(module).__name__
    for frame in _frames():
        if frame.f_code is MODULE_CALL:
            outer = frame.f_locals.get("self")
            if isinstance(outer, nn.Module) and outer is not module:
                for name, inner in outer.named_modules():
                    if inner is module:
                        path = f"{type(outer).__name__}.{name}"
                        break
    return path


_AS_TORCH = ("recurrent.py", "answering.py")
"""Our files that raise what torch would."""


def is_of_fakes(error: BaseException) -> bool:
    """Tell whether only torch's fake tensors raise an exception; that tensors lie on two devices is raised by real ones too."""
    kind = type(error)
    return kind.__module__.startswith("torch._subclasses") and kind.__name__ != "FakeTensorDeviceMismatchError"


def is_ours(error: BaseException) -> bool:
    """Tell whether an exception comes from our own work, or from torch's fake tensors, and not from the model."""
    trace, code = error.__traceback__, None
    while trace is not None:
        code = trace.tb_frame.f_code
        trace = trace.tb_next
    file, function = (code.co_filename, code.co_name) if code else ("", "")
    kind = type(error)
    if is_of_fakes(error) or "no fake impl" in str(error):
        return True
    if function in ("__torch_function__", "__torch_dispatch__"):
        return False  # it stands around what torch itself raised
    ours = file.startswith(_OURS) and not (kind in (RuntimeError, IndexError) and os.path.basename(file) in _AS_TORCH)
    return ours or (kind is AssertionError and file.startswith(os.path.join(_TORCH, "_subclasses")))
