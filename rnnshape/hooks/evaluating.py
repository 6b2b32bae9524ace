"""When a model is put into evaluation mode: while anybody waits for that, ``nn.Module`` has an ``eval`` of ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Protocol

from torch import nn

from rnnshape.harmless import Guard
from rnnshape.hooks.replaced import Replaced

__all__ = ["Waiting", "hear_of_evaluations", "leave_evaluations"]


class Waiting(Protocol):
    """Hears of evaluations, in the thread that begins one."""

    def evaluation_begins(self, module: nn.Module) -> None:
        """Hear which module is put into evaluation mode."""


def _listening(before: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(before)
    def eval(self: nn.Module) -> nn.Module:
        with Guard():
            for listener in _evaluations.listeners:
                listener.evaluation_begins(self)
        return before(self)

    return eval


_evaluations: Replaced[Waiting] = Replaced(nn.Module, "eval", _listening)
hear_of_evaluations, leave_evaluations = _evaluations.open, _evaluations.close
