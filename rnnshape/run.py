"""Run a script unchanged, with every recurrent layer of the process under watch."""

from __future__ import annotations

import logging
import os
import runpy
import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Literal

from rnnshape.api import watch
from rnnshape.render.terminal import console, print_report
from rnnshape.report import Report

__all__ = ["FOUND", "FailOn", "run"]

FailOn = Literal["error", "warning", "never"]

FOUND = 3
"""The exit code for findings, where ``--fail-on`` asks for one and the script itself ended well."""

_OURS = (os.path.dirname(os.path.abspath(__file__)) + os.sep, "<frozen runpy>", runpy.__file__)


def run(
    target: str,
    args: Sequence[str] = (),
    *,
    as_module: bool = False,
    fail_on: FailOn = "never",
    ignore: Iterable[str] = (),
    jsonl: str | None = None,
) -> int:
    """Run a script or a module as ``__main__`` and print, to stderr, what its recurrent layers saw.

    Output, exceptions and traceback stay the script's own; only a note is added to the exception of a recurrent layer. Processes that the
    script starts are not watched.

    Args:
        target: a file, or a module's name.
        args: what the script finds in ``sys.argv[1:]``.
        as_module: whether ``target`` is a module, as with ``python -m``.
        fail_on: the least severity of a finding that makes the exit code `FOUND`.
        ignore: codes that are not reported.
        jsonl: a file for every call and finding as JSON lines.

    Returns:
        The exit code: the script's own, unless that is 0 and a finding asks for `FOUND`.
    """
    sys.argv = [target, *args]
    sys.path[0] = os.getcwd() if as_module else os.path.dirname(os.path.abspath(target))
    quiet = logging.NullHandler()  # findings are printed at the end, not by logging's handler of last resort as well
    logging.getLogger("rnnshape").addHandler(quiet)
    watching = watch(on="log", ignore=ignore, jsonl=jsonl)
    report = watching.attach()
    interrupted = False
    try:
        code = _script(target, as_module)
        _wait_for_threads()
    except KeyboardInterrupt as error:
        _show(error)
        code, interrupted = 128 + signal.SIGINT, True
    finally:
        watching.remove()
        logging.getLogger("rnnshape").removeHandler(quiet)
    sys.stdout.flush()
    if _speaks(report):
        print_report(report, _title(target, as_module), console(stderr=True))
    if interrupted and os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return code or (FOUND if _fails(report, fail_on) else 0)


def _script(target: str, as_module: bool) -> int:
    """Run the script to its end, whatever that is, and return its exit code."""
    try:
        if as_module:
            runpy.run_module(target, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(target, run_name="__main__")
    except SystemExit as end:
        return _exit_code(end)
    except Exception as error:
        _show(error)
        return 1
    return 0


def _exit_code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    print(end.code, file=sys.stderr)
    return 1


def _show(error: BaseException) -> None:
    """Print the traceback as the interpreter would have: without a frame of ours."""
    trace = _without_ours(error.__traceback__)
    sys.stdout.flush()
    sys.excepthook(type(error), error.with_traceback(trace), trace)


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


def _wait_for_threads() -> None:
    """Wait for the threads that the interpreter would wait for after the script."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()


def _speaks(report: Report) -> bool:
    """Tell whether this process prints: of a distributed run the first rank does, another only what it found."""
    return os.environ.get("RANK", "0") == "0" or bool(report.findings)


def _title(target: str, as_module: bool) -> str:
    rank = f" (rank {os.environ['RANK']})" if "RANK" in os.environ else ""
    return f"{'-m ' if as_module else ''}{target}{rank}"


def _fails(report: Report, fail_on: FailOn) -> bool:
    counted = {"never": (), "error": ("error",), "warning": ("error", "warning")}[fail_on]
    return any(f.severity in counted for f in report.findings)
