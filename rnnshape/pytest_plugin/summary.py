"""What was found in a run, by code and test: in the terminal, and in a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, get_args

import pytest

from rnnshape import text
from rnnshape.report.catalogue import Severity, rule

__all__ = ["ReportFile", "write"]

_COLOURS: dict[str, dict[str, bool]] = {"error": {"red": True}, "warning": {"yellow": True}, "info": {"cyan": True}}

_MOST_TESTS = 5
"""Tests that are named for one line."""


class _Found(NamedTuple):
    """A finding in a test, in the order in which it is listed."""

    rank: int
    code: str
    place: str
    test: str


class _Told(TypedDict):
    """What the report of a test carries: see `Watched.tell`."""

    calls: int
    findings: list[dict[str, Any]]
    blind: list[str]
    assumed: list[str]


def write(terminal: pytest.TerminalReporter, reports: Iterable[pytest.TestReport], every: bool) -> None:
    """Write the section of the terminal's summary.

    Args:
        terminal: pytest's.
        reports: those of the tests that were watched.
        every: whether that was every test; then it is said of none, too, that nothing was found.
    """
    reports = list(reports)
    found = sorted(entry for report in reports for entry in _entries(report))
    unseen = {
        "assumed": sorted({(sentence, report.nodeid) for report in reports for sentence in _told(report)["assumed"]}),
        "not looked at": sorted({(sentence, report.nodeid) for report in reports for sentence in _told(report)["blind"]}),
    }
    if not (found or any(unseen.values()) or every):
        return
    terminal.write_sep("=", "rnnshape")
    for (rank, code), group in groupby(found, key=lambda entry: entry[:2]):
        severity = get_args(Severity)[rank]
        terminal.write_line(f"{code} {severity}: {rule(code).title}", bold=True, **_COLOURS[severity])
        for place, same in groupby(group, key=lambda entry: entry.place):
            terminal.write_line(f"  {place}")
            _write_tests(terminal, [e.test for e in same])
    for heading, those in unseen.items():
        if those:
            terminal.write_line(heading, bold=True)
        for sentence, group in groupby(those, key=lambda entry: entry[0]):
            terminal.write_line(f"  {sentence}")
            _write_tests(terminal, [test for _, test in group])
    if every:
        terminal.write_line(_totals(reports))


def _write_tests(terminal: pytest.TerminalReporter, tests: list[str]) -> None:
    for test in tests[:_MOST_TESTS]:
        terminal.write_line(f"    {test}")
    if len(tests) > _MOST_TESTS:
        terminal.write_line(f"    and {text.count(len(tests) - _MOST_TESTS, 'more test')}")


def _told(report: pytest.TestReport) -> _Told:
    return vars(report)["rnnshape"]


def _entries(report: pytest.TestReport) -> Iterable[_Found]:
    for finding in _told(report)["findings"]:
        where, outcome = finding["location"], "xfailed" if hasattr(report, "wasxfail") else report.outcome
        place = f"{where['file']}:{where['line']}  {where['code']}".rstrip() if where else finding["headline"]
        place, rank = text.shown(place), get_args(Severity).index(finding["severity"])
        test = report.nodeid if outcome == "failed" else f"{report.nodeid} ({'accepted' if finding['accepted'] else outcome})"
        yield _Found(rank, finding["code"], place, test)


def _totals(reports: list[pytest.TestReport]) -> str:
    calls = [_told(report)["calls"] for report in reports]
    found = sum(len(_told(report)["findings"]) for report in reports)
    told = text.count(found, "finding") if found else "no findings"
    seen = f"{sum(map(bool, calls))} of {text.count(len(calls), 'test')}"
    return f"{told}; {text.count(sum(calls), 'call')} of recurrent layers in {seen}"


class ReportFile:
    """A file that gets every finding, with its test and the outcome of that, as a line of JSON; and at the end the totals.

    Args:
        path: the file; it is begun anew.

    Raises:
        pytest.UsageError: where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise pytest.UsageError(f"--rnnshape-report: {error}") from None
        self._totals = {"tests": 0, "calls": 0, "findings": 0}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what was found in a test."""
        if hasattr(report, "rnnshape"):
            data = _told(report)
            outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
            for finding in data["findings"]:
                plain = {name: value for name, value in finding.items() if name not in ("headline", "accepted")}
                self._line({"type": "finding", "test": report.nodeid, "outcome": outcome, **plain})
            for kind in ("assumed", "blind"):
                for sentence in data[kind]:
                    self._line({"type": kind, "test": report.nodeid, "message": sentence})
            for name, number in (("tests", 1), ("calls", data["calls"]), ("findings", len(data["findings"]))):
                self._totals[name] += number

    def pytest_unconfigure(self) -> None:
        """Write the totals, and close the file."""
        self._line({"type": "total", **self._totals})
        self._file.close()

    def _line(self, data: dict[str, object]) -> None:
        self._file.write(json.dumps(data) + "\n")
        self._file.flush()
