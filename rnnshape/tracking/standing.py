"""Where a function mode of ours stands: on torch's stack of each thread, off it in compiled code, and put back behind that."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from torch._C import _len_torch_function_stack
from torch.overrides import TorchFunctionMode

from rnnshape import _torch
from rnnshape.tracking.compiled import hear_of_compiled, leave_compiled

__all__ = ["Standing"]


class Standing:
    """Where a mode stands. It begins in one thread, which puts the mode on its stack itself.

    Args:
        mode: the mode.
        tell_of_compiled: is called when this thread comes into compiled code, with a frame of torch's, once the mode is off.

    Attributes:
        is_on: whether the mode is to look at what is called.
    """

    def __init__(self, mode: TorchFunctionMode, tell_of_compiled: Callable[[FrameType], object]) -> None:
        self._mode = mode
        self._tell_of_compiled = tell_of_compiled
        self.is_on = self._is_behind = False
        self._thread: weakref.ref[threading.Thread] | None = None
        self._rests_at: int | None = None

    def begin(self) -> None:
        """Be on, in this thread."""
        self.is_on, self._is_behind = True, False
        # A stack that is used inside a backward is gone with it.
        self._thread = None if _torch.is_in_backward() else weakref.ref(threading.current_thread())
        hear_of_compiled(self._leave_behind)

    def leave(self) -> bool:
        """Be off, and tell whether the mode is on no stack any more.

        Inside a backward torch has other stacks, and puts those back that were before; and only a thread itself can reach its
        own. Then another try is needed, outside of the backward, in the thread that has entered it.
        """
        self.is_on = False
        try:
            return self._is_taken_off()
        finally:
            leave_compiled(self._leave_behind)

    def rest(self) -> None:
        """Be off in this thread, which has entered it, until it goes on; once more does nothing."""
        if self.is_on and not self._is_behind and not _torch.is_in_backward():
            self._rests_at = _torch.pop_mode(self._mode)
            self.is_on = False

    def go_on(self) -> None:
        """Be on again in this thread, where it rests, below the modes that were not there before."""
        if not self.is_on and self._rests_at is not None and not _torch.is_in_backward():
            _torch.push_mode(self._mode, min(self._rests_at, _len_torch_function_stack()))
            self.is_on, self._rests_at = True, None

    def _is_taken_off(self) -> bool:
        thread = self._thread and self._thread()
        if thread is None or not thread.is_alive() or self._is_behind or self._rests_at is not None:
            return True
        if thread is not threading.current_thread():
            return False
        if _torch.pop_mode(self._mode) is None or _torch.is_in_backward():
            return False
        self._thread = None
        return True

    def _leave_behind(self, frame: FrameType, undo: ExitStack) -> None:
        """Let this thread go into compiled code without it."""
        at = _torch.pop_mode(self._mode)
        if at is not None:
            self._is_behind = True
            undo.callback(self._come_back, at)
            self._tell_of_compiled(frame)

    def _come_back(self, at: int) -> None:
        self._is_behind = False
        if self.is_on:
            _torch.push_mode(self._mode, at)
