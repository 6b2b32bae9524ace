"""Random numbers, which our own work draws as if it had drawn none."""

from __future__ import annotations

import os
import random
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

import torch

__all__ = ["untouched_randomness"]


_one_at_a_time = threading.RLock()
"""Held until random numbers are put back: of two threads that do so at once, one would leave what the other has seeded."""


def _in_a_child() -> None:
    global _one_at_a_time  # the thread that holds it is not in the child
    _one_at_a_time = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_a_child)


@contextmanager
def untouched_randomness() -> Generator[None, None, None]:
    """Give every generator of random numbers its state back. One thread at a time may be in here."""
    with _one_at_a_time:
        yield from _put_back()


def _put_back() -> Generator[None, None, None]:
    numpy = sys.modules.get("numpy")
    python, cpu = random.getstate(), torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    arrays = numpy.random.get_state() if numpy else None
    try:
        yield
    finally:
        random.setstate(python)
        torch.set_rng_state(cpu)
        if gpus:
            torch.cuda.set_rng_state_all(gpus)
        if numpy:
            numpy.random.set_state(arrays)
