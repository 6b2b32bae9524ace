"""Who waits for longer than a second sees that something goes on: a bar at the terminal, which is gone afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

__all__ = ["waiting"]

PATIENCE = 1.0
"""Seconds before anything is shown."""


@contextmanager
def waiting(what: str, to: Console | None = None, patience: float = PATIENCE) -> Generator[Callable[[], None]]:
    """Yield what is to be called after each piece of work; from some seconds on that shows a bar, at a terminal alone.

    Args:
        what: is done, such as "probing".
        to: where it is shown; stderr if it is None.
        patience: seconds before anything is shown.

    >>> with waiting("probing") as done:
    ...     done()
    """
    began, pieces = time.monotonic(), 0
    with ExitStack() as undo:
        bar: Progress | None = None

        def done() -> None:
            nonlocal bar, pieces
            pieces += 1
            if bar is None and time.monotonic() - began >= patience:
                bar = _bar(to, undo)
            if bar is not None:
                bar.update(bar.task_ids[0], description=f"{what}: run {pieces}", refresh=True)

        yield done


def _bar(to: Console | None, undo: ExitStack) -> Progress | None:
    """Return a bar that is on; None where nobody would see it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    to = to or Console(stderr=True)
    if not to.is_terminal:
        return None
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=to, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    undo.enter_context(bar)
    bar.add_task("", total=None)
    return bar
