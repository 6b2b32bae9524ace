"""How a program of the catalogue is run: from a file, behind the lines that all of them begin with."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Literal

from rnnshape import Event, Influence, Report
from rnnshape.report.catalogue.entry import PRELUDE


def ran(program: str, file: Path, warned: Literal["error", "ignore"]) -> tuple[Report, Exception | None]:
    """Run a program from a file; return its report, and the exception that it ended in."""
    text = f"{PRELUDE}\n{program}"
    file.write_text(text, encoding="utf-8")
    names: dict[str, Any] = {"__name__": file.stem}
    raised = None
    with warnings.catch_warnings():
        warnings.simplefilter(warned)
        try:
            exec(compile(text, file, "exec"), names)
        except Exception as error:
            raised = error
    report = names.get("report")
    if isinstance(report, Influence):
        report = as_report(report)
    assert isinstance(report, Report), f"{file.name} leaves no report: {raised!r}"
    return report, raised


def as_report(influence: Influence) -> Report:
    """Return what experiments have found as a report of its own."""
    report = Report()
    for finding in influence.findings:
        report.add(finding)
    for experiment in influence.experiments:
        report.passage(Event(experiment.name, "probe", "", ())).calls += 1
    return report
