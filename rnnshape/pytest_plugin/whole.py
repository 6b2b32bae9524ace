"""What a whole run of tests has found: a form that is written at its end, and a baseline that it is compared with."""

from __future__ import annotations

import pickle
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest

from rnnshape import text
from rnnshape.pytest_plugin.options import Options
from rnnshape.render.forms import written
from rnnshape.render.outcome import Outcome
from rnnshape.report.baseline import Known
from rnnshape.report.finding import Finding

__all__ = ["Whole", "packed"]

_NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise")
"""pytest's options that leave tests out."""


def packed(findings: list[Finding]) -> str:
    """Return findings as letters, which every plugin can pass on that passes on a test's report."""
    return b64encode(pickle.dumps(findings)).decode("ascii")


class Whole:
    """Keeps what was found in each test until the last has run.

    Args:
        options: of the run.
        title: of what is written.
        every: whether every test is watched: else nobody knows whether an entry of a baseline is stale.

    Raises:
        pytest.UsageError: where a file cannot be written.
    """

    def __init__(self, options: Options, title: str, every: bool) -> None:
        if options.report is not None:
            _can_be_written(options.report, "report")
        if options.accepted is not None and options.accepted.updates:
            _can_be_written(options.accepted.file, "baseline")
        self._options, self._title, self._every = options, title, every
        self._met: dict[_Key, tuple[Finding, dict[str, None]]] = {}
        self._blind: dict[str, None] = {}
        self._assumed: dict[str, None] = {}
        self._tests = self._calls = 0
        self._known = Known(())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what was found in a test."""
        told: dict[str, Any] | None = vars(report).get("rnnshape")
        if told is None:
            return
        self._tests, self._calls = self._tests + 1, self._calls + told["calls"]
        self._blind |= dict.fromkeys(told["blind"])
        self._assumed |= dict.fromkeys(told["assumed"])
        for finding in pickle.loads(b64decode(told["packed"])):
            self._met.setdefault(_key(finding), (finding, {}))[1][report.nodeid] = None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run in which every test passed, where the baseline accepts what nobody finds any more."""
        accepted = self._options.accepted
        findings = self._findings()
        self._known = Known(findings)
        if accepted is not None:
            self._known = accepted.known(findings, self._every and _is_whole(session))
            if accepted.updates:
                accepted.update(findings)
            if self._known.stale and self._options.fail_on != "never":
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)  # below the section of what was found
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the baseline has accepted, and write the form."""
        accepted, known = self._options.accepted, self._known
        for entry in known.stale:
            terminalreporter.write_line(f"stale: {known.file} accepts what nobody finds any more: {entry}", red=True)
        if known.stale and self._options.fail_on != "never":
            terminalreporter.write_line("the run fails for what is stale; --rnnshape-update-baseline takes it out", red=True)
        if accepted is not None:
            number = sum(f.severity != "info" for f in (known.new if accepted.updates else known.accepted))
            when = " from now on" if accepted.updates else ""
            terminalreporter.write_line(f"{accepted.file.name} accepts {text.count(number, 'finding')}{when}")
        form = self._options.form
        if form in (None, "jsonl"):
            return
        whole = written(form, self._outcome())
        if self._options.report is None:
            terminalreporter.write(whole)
        else:
            self._options.report.write_text(whole, encoding="utf-8", newline="\n")

    def _findings(self) -> tuple[Finding, ...]:
        """Return every finding once, in the order of files and lines: workers have none that stays."""
        return tuple(self._met[key][0] for key in sorted(self._met))

    def _outcome(self) -> Outcome:
        tests = tuple(tuple(sorted(self._met[key][1])) for key in sorted(self._met))
        seen = f"{text.count(self._calls, 'call')} of recurrent layers in {text.count(self._tests, 'test')}"
        blind, assumed = tuple(self._blind), tuple(self._assumed)
        return Outcome(self._title, self._findings(), self._known, seen, blind=blind, tests=tests, assumed=assumed)


_Key = tuple[str, int, str, str, str]


def _key(finding: Finding) -> _Key:
    """Return where a finding stands in the order, which is also what two have in common that are the same."""
    where = finding.location
    file, line = (where.file, where.line) if where else ("", 0)
    return file, line, finding.code, finding.module or "", finding.subject or ("" if where else finding.message)


def _can_be_written(file: Path, name: str) -> None:
    """Ask now: after hours of tests is too late to learn that a file cannot be written."""
    try:
        file.open("a", encoding="utf-8").close()
    except OSError as error:
        raise pytest.UsageError(f"--rnnshape-{name}: {error}") from None


def _is_whole(session: pytest.Session) -> bool:
    """Tell whether every test has run, and well: only then is an accepted finding gone for good that nobody has met."""
    config = session.config
    if session.exitstatus != pytest.ExitCode.OK or any(config.getoption(name, None) for name in _NARROWING):
        return False
    match config.args_source:
        case pytest.Config.ArgsSource.TESTPATHS:
            return True
        case pytest.Config.ArgsSource.INVOCATION_DIR:
            return config.invocation_params.dir == config.rootpath
        case _:
            everything = [config.rootpath / path for path in config.getini("testpaths")] or [config.rootpath]
            given = {(config.invocation_params.dir / path).resolve() for path in config.args}
            return given >= {path.resolve() for path in everything}
