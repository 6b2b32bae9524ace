"""Runs of our own, past whoever of ours watches: the trackers that are on are taken away for a while."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeVar

from torch.overrides import TorchFunctionMode

from rnnshape import _torch
from rnnshape.hooks.class_call import unwatched

__all__ = ["set_aside"]

M = TypeVar("M", bound=TorchFunctionMode)
"""A kind of trackers."""


@contextmanager
def set_aside(kind: type[M]) -> Generator[list[M]]:
    """Take the trackers that are on away, which would follow our own runs, and call modules past everyone who watches.

    Args:
        kind: of the trackers.
    """
    trackers = [mode for mode in reversed(_torch.function_modes()) if isinstance(mode, kind)]
    places = [(tracker, at) for tracker in trackers if (at := _torch.pop_mode(tracker)) is not None]
    try:
        with unwatched():
            yield trackers
    finally:
        for tracker, at in reversed(places):
            _torch.push_mode(tracker, at)
