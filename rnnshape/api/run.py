"""Run a script unchanged, with every recurrent layer of the process under watch."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from importlib.abc import InspectLoader
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from rnnshape.api.watch import Watch, watch
from rnnshape.harmless import Guard
from rnnshape.hooks.processes import started_processes, unseen
from rnnshape.render.ending import Ending
from rnnshape.render.forms import Form
from rnnshape.report.baseline import Known
from rnnshape.report.catalogue import FailOn
from rnnshape.report.ranks import Ranks, ranks_here
from rnnshape.report.report import Report
from rnnshape.report.settings import SWITCH, switch
from rnnshape.report.words import message_of
from rnnshape.tracebacks import clear_of_ours, shorten_notes

if TYPE_CHECKING:
    from rnnshape.tracking.arguments import Axes

__all__ = ["FOUND", "run"]

FOUND = 3
"""The exit code for findings, where ``--fail-on`` asks for one and the script itself ended well."""


def run(
    target: str,
    args: Sequence[str] = (),
    *,
    as_module: bool = False,
    fail_on: FailOn | None = None,
    ignore: Iterable[str] = (),
    axes: Axes = None,
    track: bool | int = 3,
    jsonl: str | None = None,
    form: Form = "text",
    output: str | None = None,
    baseline: str | None = None,
    update_baseline: bool = False,
    probe: bool | Literal["auto"] = "auto",
) -> int:
    """Run a script or a module as ``__main__`` and print, to stderr, what its recurrent layers saw.

    Output, exceptions and traceback stay the script's own; only a note is added to the exception of a recurrent layer.
    Processes that the script starts are not watched; the report names those of multiprocessing's. Of the ranks that torchrun
    has started on a machine the first one says in its report what the others saw otherwise.

    Args:
        target: a file, or a module's name.
        args: what the script finds in ``sys.argv[1:]``.
        as_module: whether ``target`` is a module, as with ``python -m``.
        fail_on: the least severity of a finding that makes the exit code `FOUND`; None is "never", and "warning" with a
            baseline, where what that accepts does not count, and what it accepts and nobody finds any more does. Where it is
            not "never", an argument that ``axes`` names and no call had counts too.
        ignore: codes that are not reported.
        axes: what the axes of the models' arguments are, as `diagnose` takes them: they are those of every outermost module
            whose ``forward`` has such arguments.
        track: for how many training steps every axis is followed, as `rnnshape.watch` counts them; True for all.
        jsonl: a file for every call and finding as JSON lines, as they come; each rank of a distributed run has its own.
        form: what is written at the end: "text", an "html" page, or "json", "jsonl", "sarif", "github", "junit" for machines.
        output: a file for it, "-" for stdout; the text is then printed besides. Each rank has its own.
        baseline: a file of findings that somebody has accepted.
        update_baseline: whether that file is written anew, with all that is found.
        probe: whether the models with a recurrent layer that the first training step calls are probed before they are called,
            on copies. "auto" does it once that step is over, as `rnnshape.watch` says, and a line says what came of it.

    Returns:
        The exit code: the script's own, unless that is 0 and a finding asks for `FOUND`.

    Raises:
        SpecError: for ``axes``, an option or a baseline that cannot be read; then nothing was run.
        KeyboardInterrupt: where that ended the script. Its traceback and the report are printed already.
    """
    ending = Ending.of(_title(target, as_module), fail_on, form, output, baseline, update_baseline)
    sys.argv = [target, *args]
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd() if as_module else os.path.dirname(os.path.realpath(target))
    watching = watch(on="log", ignore=ignore, axes=axes, track=track, jsonl=jsonl, probe=probe)
    report = watching.attach()
    ranks = None
    with Guard():
        ranks = ranks_here()
    process = os.getpid()

    def say() -> None:
        _end(ending, report, ending.known(report.findings, False), False)

    forget_termination = _say_before_termination(say, process)
    told_below = report if ending.to.prints_text and baseline is None else None
    ran = _watched(target, as_module, watching, process, told_below)
    forget_termination()
    fails = False
    if os.getpid() == process:  # else a child that came to the script's end too; what it was told is its parent's
        fails = _settle(ending, report, ran, ranks)
    if ran.interrupted:
        raise KeyboardInterrupt
    return ran.code or (FOUND if fails else 0)


class _Ran(NamedTuple):
    """How a script has ended: its exit code, whether Ctrl-C did it, and the processes that it started."""

    code: int
    interrupted: bool
    started: Counter[str]

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end, and well."""
        return not self.interrupted and not self.code


def _watched(target: str, as_module: bool, watching: Watch, process: int, told_below: Report | None) -> _Ran:
    """Run the script, and stop watching, however it ends; `_show` says what ``told_below`` is."""
    code, interrupted = 0, False
    started: Counter[str] = Counter()
    with _only_mistakes_are_logged(), contextlib.ExitStack() as undo:
        with Guard():
            started = undo.enter_context(started_processes())
        try:
            code = _script(target, as_module, watching.explain, told_below)
            cast("Any", threading)._shutdown()  # with it the interpreter waits for threads and pools
        except KeyboardInterrupt as error:
            watching.explain(error)
            _show(error, told_below)
            interrupted = True
        finally:
            if os.getpid() == process:
                watching.remove()
    return _Ran(code, interrupted, started)


def _settle(ending: Ending, report: Report, ran: _Ran, ranks: Ranks | None) -> bool:
    """Say what was seen, and tell whether it is a failure."""
    known, others = Known(report.findings), list[str]()
    with Guard():
        for what in unseen(ran.started):
            report.could_not_follow(what)
        others = _other_ranks(ranks, report, wait=ran.is_whole)
    with Guard():
        known = ending.known(report.findings, ran.is_whole)
    _end(ending, report, known, ran.is_whole, others)
    with Guard():
        return ending.fails(known, report.unused_axes)
    return False


def _other_ranks(ranks: Ranks | None, report: Report, *, wait: bool) -> list[str]:
    """Return what other ranks saw otherwise, where this one speaks for them; else tell the one that does."""
    if ranks is None:
        return []
    if ranks.leads:
        return ranks.differences(report, wait=wait)
    ranks.tell(report)
    return []


def _end(ending: Ending, report: Report, known: Known, is_whole: bool, ranks: Sequence[str] = ()) -> None:
    """Say what was seen, behind all that the script has printed."""
    _flush()
    with Guard():
        if switch() == "off":
            print(f"rnnshape: {SWITCH}=off in the environment: nothing was watched", file=sys.stderr)
            return
        try:
            ending.say(report, known, ranks, prints=_speaks(report), is_whole=is_whole)
        except OSError as error:
            with contextlib.suppress(OSError, ValueError):
                print(f"rnnshape: what was found could not be written: {error}", file=sys.stderr)


def _say_before_termination(say: Callable[[], object], process: int) -> Callable[[], object]:
    """Have something said before SIGTERM ends the process as it would have ended it; a handler of the script's wins.

    Nothing is unwound and no lock is taken: the signal may come at any place.

    Returns:
        What undoes this.
    """

    def may() -> bool:
        return threading.current_thread() is threading.main_thread()

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        if os.getpid() == process:
            with contextlib.suppress(Exception):
                say()
        os.kill(os.getpid(), number)

    def forget() -> None:
        if may() and signal.getsignal(signal.SIGTERM) is end:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    if not may() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return forget
    signal.signal(signal.SIGTERM, end)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
    return forget


@contextlib.contextmanager
def _only_mistakes_are_logged() -> Generator[None, None, None]:
    """Keep calls and findings out of the script's log, for they are printed at the end; a mistake of ours goes to stderr."""
    logger = logging.getLogger("rnnshape")
    handler = logging.StreamHandler()
    handler.addFilter(lambda record: not hasattr(record, "rnnshape"))
    logger.addHandler(handler)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _script(target: str, as_module: bool, explain: Callable[[BaseException], None], told_below: Report | None) -> int:
    """Run the script to its end, whatever that is, explain its exception, and return its exit code."""
    try:
        main = ModuleType("__main__")
        code, names = _module(target) if as_module else _file(target)
        main.__dict__.update(names, __annotations__={})
        # For good: threads and atexit functions pickle by it. multiprocessing, which torch imports, has a second name for it.
        sys.modules["__main__"] = sys.modules["__mp_main__"] = main
        exec(code, main.__dict__)
    except KeyboardInterrupt:
        raise
    except SystemExit as end:
        return _exit_code(end)
    except BaseException as error:
        explain(error)
        return _show(error, told_below)
    return 0


def _file(path: str) -> tuple[CodeType, dict[str, object]]:
    """Return the code of a file, and the names that the interpreter gives to a script."""
    path = os.path.join(os.getcwd(), path)
    loader = SourceFileLoader("__main__", path)
    code = compile(loader.get_data(path), path, "exec", dont_inherit=True)
    return code, {"__file__": path, "__loader__": loader, "__cached__": None, "__package__": None}


def _module(name: str) -> tuple[CodeType, dict[str, object]]:
    """Return the code of a module, or of a package's ``__main__``, and the names that ``python -m`` gives to it."""
    spec = find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        name += ".__main__"
        spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    code = spec.loader.get_code(spec.name) if isinstance(spec.loader, InspectLoader) else None
    if code is None:
        raise ImportError(f"{name!r} is not written in Python", name=name)
    sys.argv[0] = str(spec.origin)
    names = {"__file__": spec.origin, "__loader__": spec.loader, "__cached__": spec.cached, "__package__": spec.parent}
    return code, {**names, "__spec__": spec}


def _exit_code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code
    print(end.code, file=sys.stderr)
    return 1


def _show(error: BaseException, told_below: Report | None) -> int:
    """Print the traceback as the interpreter would have, without a frame of ours, and return its exit code.

    Args:
        error: what has ended the script.
        told_below: the report that is printed below with every finding, so that a line of each is enough above; None where
            none is. Who shows exceptions by a hook of his own gets them whole.
    """
    clear_of_ours(error)
    if told_below is not None and sys.excepthook is sys.__excepthook__:
        with Guard():
            shorten_notes(error, {message_of([finding]).partition("\n")[0] for finding in told_below.findings})
    _flush()
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit as end:
        return _exit_code(end)
    except Exception as failed:
        clear_of_ours(failed)
        failed.__context__ = None
        for title, shown in (("Error in sys.excepthook:", failed), ("\nOriginal exception was:", error)):
            print(title, file=sys.stderr)
            sys.__excepthook__(type(shown), shown, shown.__traceback__)
    return 1


def _flush() -> None:
    """Bring the script's output in front of ours, if it can still be written; else the interpreter tells at its end."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()


def _speaks(report: Report) -> bool:
    """Tell whether this process prints: of a distributed run the first rank does, another only what it found."""
    return os.environ.get("RANK", "0") == "0" or bool(report.findings)


def _title(target: str, as_module: bool) -> str:
    rank = f" (rank {os.environ['RANK']})" if "RANK" in os.environ else ""
    return f"{'-m ' if as_module else ''}{target}{rank}"

