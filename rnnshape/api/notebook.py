"""The magic of notebooks, ``%%rnnshape``: a cell runs under watch, and what was seen is its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnnshape.report.report import Report

__all__ = ["Shell", "register"]


class Shell(Protocol):
    """What is asked of IPython's shell."""

    def register_magic_function(self, func: Callable[[str, str], Any], magic_kind: str, magic_name: str) -> None:
        """Have a magic run a function."""
        ...

    def run_cell(self, raw_cell: str) -> Any:
        """Run code as a cell of the user's; an exception of it is printed."""
        ...


def register(shell: Shell) -> None:
    """Give a shell the magic ``%%rnnshape``, with the axes of the model's input behind it.

        %load_ext rnnshape

        %%rnnshape batch seq feature
        loss = criterion(model(x), y)

    Args:
        shell: IPython's.
    """

    def rnnshape(line: str, cell: str) -> Report:
        from rnnshape.api.watch import watch

        with watch(axes=line.strip() or None, track=True, on="record") as report:
            shell.run_cell(cell)
        return report

    rnnshape.__doc__ = "Watch every recurrent layer while a cell runs; what was seen is its result. Axes may stand behind it."
    shell.register_magic_function(rnnshape, "cell", "rnnshape")
