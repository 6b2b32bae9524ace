"""Run tests on a changed copy of the project, each time in a fork of a process that has imported torch already."""

from __future__ import annotations

import compileall
import gc
import importlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest
from _pytest.config import default_plugins
from mutants import Mutant

HERE = Path(__file__).parent

FIRST = 5
"""So many of the tests that have killed nearby mutants are run before the others of their file."""

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "node_modules")
"""What is not copied."""


class Trace(NamedTuple):
    """One test, as it ran without a mutant: its seconds, and the lines that it reached, by file of the package."""

    id: str
    seconds: float
    lines: dict[str, frozenset[int]]

    @property
    def file(self) -> str:
        return self.id.partition("::")[0]

    def reaches(self, mutant: Mutant) -> bool:
        reached = self.lines.get(mutant.file, frozenset())
        return bool(reached & mutant.lines) if mutant.lines else bool(reached)


class Result(NamedTuple):
    """What came of a mutant: "killed", "survived", "timed out" or "not reached", who killed it, and how many tests ran."""

    mutant: Mutant
    outcome: str
    killer: str = ""
    tests: int = 0


class Chosen:
    """A plugin that keeps some of the tests, the first few before the others, and says which fail."""

    def __init__(self, ids: Iterable[str], first: Sequence[str] = ()) -> None:
        self.ids, self.first = set(ids), list(first)
        self.failed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [i for i in items if i.nodeid in self.ids]
        ahead = sorted((i for i in kept if i.nodeid in self.first), key=lambda i: self.first.index(i.nodeid))
        items[:] = ahead + [i for i in kept if i.nodeid not in self.first]  # in the order that shares fixtures

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def said(self) -> dict[str, Any]:
        return {"failed": self.failed}


class Reached:
    """A plugin that writes down the lines of some files which each test reaches, and how long it took.

    What is reached while a test file is collected counts for each of its tests, and what is reached while a fixture of a module
    is set up for each test that takes it. What a test leaves in a cache is dropped, as the next one would not reach what is
    behind it.
    """

    def __init__(self, package: Path, files: Iterable[str]) -> None:
        self.package = package
        self.files = {str(package / file): file for file in files}
        self.collected: set[tuple[str, int]] = set()
        self.fixtures: dict[str, set[tuple[str, int]]] = {}
        self.tests: dict[str, tuple[float, set[tuple[str, int]]]] = {}
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self.into = self.collected

    @contextmanager
    def reaching(self, reached: set[tuple[str, int]]) -> Iterator[None]:
        """Write lines down in a set; what was reached in it counts for the set around it too."""
        around, self.into = self.into, reached
        try:
            yield
        finally:
            around |= reached
            self.into = around

    def enter(self, frame: FrameType, event: str, argument: object) -> Any:
        file = self.files.get(frame.f_code.co_filename)
        if file is None or frame.f_code.co_name == "<module>":
            return None

        def line(frame: FrameType, event: str, argument: object) -> Any:
            self.into.add((file, frame.f_lineno))
            return line

        return line

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        sys.settrace(self.enter)
        threading.settrace(self.enter)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        self.fixtures[fixturedef.argname] = set()
        with self.reaching(self.fixtures[fixturedef.argname]):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.forget()
        reached, begin = set[tuple[str, int]](), time.perf_counter()
        self.into = set()
        with self.reaching(reached):
            ran = yield
        for name in getattr(item, "fixturenames", ()):
            reached |= self.fixtures.get(name, set())
        self.tests[item.nodeid] = (time.perf_counter() - begin, reached)
        return ran

    def forget(self) -> None:
        """Empty the caches of functions in the package and in the tests."""
        home = str(self.package.parent)
        for module in list(sys.modules.values()):
            if str(getattr(module, "__file__", None) or "").startswith(home):
                for value in list(vars(module).values()):
                    if callable(clear := getattr(value, "cache_clear", None)):
                        clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def said(self) -> dict[str, Any]:
        tests = {}
        for name, (seconds, reached) in self.tests.items():
            lines: dict[str, list[int]] = defaultdict(list)
            for file, line in sorted(reached | self.collected):
                lines[file].append(line)
            tests[name] = [seconds, lines]
        kept = {name: test for name, test in tests.items() if name not in self.skipped}
        return {"tests": kept, "failed": self.failed}


class Run(NamedTuple):
    """How a run of pytest ended: its exit status, "timed out" or "broken", and what the plugin has to say."""

    end: str
    said: dict[str, Any]
    output: str


def run(copy: Path, arguments: Sequence[str], plugin: Callable[[], Chosen | Reached], limit: float) -> Run:
    """Run pytest in a fork, in a copy of the project.

    Args:
        copy: root of the copy.
        arguments: of pytest.
        plugin: makes the plugin.
        limit: seconds after which it is killed.
    """
    scratch = copy.with_name(f"{copy.name}.run")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    child = os.fork()
    if child == 0:
        _pytest(copy, scratch, arguments, plugin)
    end = time.monotonic() + limit
    try:
        while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < end:
            time.sleep(0.01)
    except BaseException:
        _kill(child)
        os.waitpid(child, 0)
        raise
    output = (scratch / "output").read_text(errors="replace") if (scratch / "output").exists() else ""
    if not ended[0]:
        _kill(child)
        os.waitpid(child, 0)
        return Run("timed out", {}, output)
    said = scratch / "said.json"
    if not said.exists():
        return Run("broken", {}, output)
    return Run(str(os.waitstatus_to_exitcode(ended[1])), json.loads(said.read_text()), output)


def _pytest(copy: Path, scratch: Path, arguments: Sequence[str], plugin: Callable[[], Chosen | Reached]) -> None:
    """Be the fork: run pytest, leave its output and the plugin's words in files, and end."""
    status = 70
    try:
        os.setsid()
        output = os.open(scratch / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(copy)
        sys.argv[:] = ["pytest"]
        sys.dont_write_bytecode = False  # what pytest made of a test file is there at the next mutant
        sys.path[:] = [str(copy), *(p for p in sys.path if Path(p or ".").resolve() != HERE)]
        for name in ("mutants", "trials"):
            sys.modules.pop(name, None)
        os.environ["PYTHONPATH"] = str(copy)
        made = plugin()
        imported = "ignore::pytest.PytestAssertRewriteWarning"  # plugins are, before the fork
        fixed = ["-q", "-p", "no:cacheprovider", "-W", imported, f"--rootdir={copy}", f"--basetemp={scratch / 'tmp'}"]
        status = int(pytest.main([*fixed, *arguments], plugins=[made]))
        (scratch / "said.json").write_text(json.dumps(made.said()))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _kill(child: int) -> None:
    """Kill a fork and the processes that its tests have started."""
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


@dataclass
class Bench:
    """Where mutants are tried.

    Attributes:
        root: of the project, which is only read.
        package: its name.
        timeout: seconds that the tests of one file have in addition to five times what they took unchanged.
        copy: the copy of the project in which this process runs tests.
        kills: how often each test has killed, by file and scope of the mutants.
    """

    root: Path
    package: str
    timeout: float
    copy: Path = Path()
    kills: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    writes: int = 0

    def reach(self, test_file: str, files: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """Run the tests of one file, and return it and what each of them reaches."""
        package = self.copy / self.package
        ran = run(self.copy, [test_file], lambda: Reached(package, files), 3600)
        if ran.end not in ("0", "1", "5"):
            why = [line for line in ran.output.splitlines() if line.startswith("E  ")] or ran.output.splitlines() or [ran.end]
            return test_file, {"tests": {}, "failed": [f"all of {test_file}: {why[-1].removeprefix('E').strip()}"]}
        return test_file, ran.said

    def attempt(self, mutant: Mutant, tests: Sequence[Trace]) -> Result:
        """Run the tests that reach a mutant, file by file, until one fails."""
        if not tests:
            return Result(mutant, "not reached")
        path = self.copy / self.package / mutant.file
        original = path.read_text(encoding="utf-8")
        self._write(path, mutant.applied(original))
        try:
            return self._killed(mutant, tests)
        finally:
            self._write(path, original)

    def _killed(self, mutant: Mutant, tests: Sequence[Trace]) -> Result:
        by_file: dict[str, list[Trace]] = defaultdict(list)
        for test in sorted(tests, key=lambda t: self._luck(mutant, t)):
            by_file[test.file].append(test)
        files = sorted(by_file, key=lambda f: (*self._luck(mutant, by_file[f][0]), sum(t.seconds for t in by_file[f])))
        late, ran_tests = False, 0
        for file in files:
            names = [t.id for t in by_file[file]]
            first = [t.id for t in by_file[file] if self._luck(mutant, t) < (0, 0)][:FIRST]
            limit = self.timeout + 5 * sum(t.seconds for t in by_file[file])
            ran = run(self.copy, ["-x", file], lambda names=names, first=first: Chosen(names, first), limit)
            ran_tests += len(names)
            if ran.end == "timed out":
                late = True
                continue
            if ran.end not in ("0", "5"):
                killer = next(iter(ran.said.get("failed", ())), "")
                self.kills[mutant.file, mutant.scope, killer] += 1
                self.kills[mutant.file, "", killer] += 1
                return Result(mutant, "killed", killer or f"{file} cannot be run", ran_tests)
        return Result(mutant, "timed out" if late else "survived", "", ran_tests)

    def _luck(self, mutant: Mutant, test: Trace) -> tuple[int, int]:
        return -self.kills[mutant.file, mutant.scope, test.id], -self.kills[mutant.file, "", test.id]

    def _write(self, path: Path, source: str) -> None:
        """Write a file whose time differs from every earlier one, or Python would take its compiled form for the new one."""
        path.write_text(source, encoding="utf-8")
        self.writes += 1
        when = 1_000_000_000 + self.writes
        os.utime(path, (when, when))


Spread = Callable[[str, Iterable[tuple[Any, ...]]], Iterator[Any]]
"""Has a method of the bench called with each of many arguments, by whoever is free, and yields what comes of it."""


@contextmanager
def workers(bench: Bench, jobs: int, preload: Sequence[str]) -> Iterator[Spread]:
    """Give processes, each with a copy of the project and with everything heavy imported."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for name in (*preload, *(f"_pytest.{plugin}" for plugin in default_plugins)):
        importlib.import_module(name)
    for plugin in entry_points(group="pytest11"):
        if not plugin.value.startswith(bench.package):
            plugin.load()
    gc.collect()
    gc.freeze()
    forking = multiprocessing.get_context("fork")
    processes, ends = [], []
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        for number in range(jobs):
            copy = Path(folder).resolve() / str(number)
            shutil.copytree(bench.root, copy, ignore=LEFT_OUT)
            compileall.compile_dir(copy / bench.package, quiet=2)
            ours, theirs = forking.Pipe()
            ends.append(ours)
            processes.append(forking.Process(target=_work, args=(replace(bench, copy=copy), theirs), daemon=True))
            processes[-1].start()
        try:
            yield lambda method, orders: _spread(ends, method, orders)
        finally:
            for process in processes:
                process.terminate()
                process.join()


def _work(bench: Bench, orders: Connection) -> None:
    """Be a worker: do what is ordered, one thing after the other."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        method, order = orders.recv()
        try:
            orders.send(getattr(bench, method)(*order))
        except Exception as error:
            orders.send(error)


def _spread(ends: Sequence[Connection], method: str, orders: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    waiting, busy = iter(orders), set[Connection]()

    def order(end: Connection) -> None:
        following = next(waiting, None)
        if following is not None:
            end.send((method, following))
            busy.add(end)

    for end in ends:
        order(end)
    while busy:
        for end in wait(list(busy)):
            assert isinstance(end, Connection)
            busy.remove(end)
            done = end.recv()
            if isinstance(done, Exception):
                raise done
            order(end)
            yield done
