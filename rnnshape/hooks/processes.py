"""The processes that a script starts with multiprocessing, as torch and Lightning do: nobody here sees what runs in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, cast

__all__ = ["started_processes", "unseen"]

_WITHOUT_MODELS = ("torch.utils.data.", "torch._inductor.", "multiprocessing.managers")
"""Modules whose processes load data, compile or keep dictionaries."""


@contextmanager
def started_processes() -> Generator[Counter[str], None, None]:
    """Count the processes that are started while this is entered, by what they run."""
    counted: Counter[str] = Counter()
    before: Callable[[BaseProcess], None] = BaseProcess.start

    def start(self: BaseProcess) -> None:
        what = _what_runs(self)  # it forgets that when it starts
        before(self)
        if what:
            counted[what] += 1

    BaseProcess.start = start
    try:
        yield counted
    finally:
        BaseProcess.start = before


def unseen(counted: Counter[str]) -> list[str]:
    """Say which processes were not seen, and what helps."""
    processes = {what: "a process" if number == 1 else f"{number:,} processes" for what, number in counted.items()}
    return [f"{what} ran in {several} of its own; put rnnshape.watch(model) into it" for what, several in processes.items()]


def _what_runs(process: BaseProcess) -> str:
    """Return the name of what a process runs; empty for one that runs no model."""
    inside = cast("Any", process)
    target: object = getattr(inside, "_target", None)
    if getattr(target, "__module__", "") == "torch.multiprocessing.spawn":
        args: tuple[object, ...] = getattr(inside, "_args", ())
        target = args[0] if args else target
    module, name = getattr(target, "__module__", "") or "", getattr(target, "__qualname__", "") or type(process).__name__
    return "" if f"{module}.".startswith(_WITHOUT_MODELS) else name
