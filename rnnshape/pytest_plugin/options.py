"""What the command line, the ini file and the markers of a test say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

import pytest

from rnnshape.errors import SpecError
from rnnshape.pytest_plugin.accepted import Accepted
from rnnshape.render.forms import ENDINGS, Form
from rnnshape.report.catalogue import FailOn, checked_codes
from rnnshape.text import listed, nearest

if TYPE_CHECKING:
    from rnnshape.tracking.arguments import Axes

__all__ = ["Options", "Settings", "read", "settings"]

_READ = ("fail_on", "track", "report", "format", "baseline")
_FORMS: tuple[Form, ...] = ("jsonl", "json", "sarif", "junit", "github", "html")


class Options(NamedTuple):
    """The options of a run.

    Attributes:
        fail_on: the least severity of a finding that fails a test.
        track: for how many training steps of a test every axis is followed.
        report: the file that findings are written to; None where there is none.
        form: of what is written; lines of JSON are written as they come, anything else at the end, "github" to the terminal
            where there is no file.
        accepted: what a baseline accepts; None where there is none.
    """

    fail_on: FailOn
    track: bool | int
    report: Path | None = None
    form: Form | None = None
    accepted: Accepted | None = None

    @property
    def waits(self) -> bool:
        """Whether what is found is kept to the end of the run: for a form that is written whole, or to compare it."""
        return self.form not in (None, "jsonl") or self.accepted is not None


class Settings(NamedTuple):
    """What holds for one test."""

    axes: Axes
    ignore: tuple[str, ...]
    fail_on: FailOn
    track: bool | int


def read(config: pytest.Config) -> Options:
    """Read the options: those of the command line, else those of the ini file, where a path begins at the ini file's folder.

    Raises:
        pytest.UsageError: for a value that an option does not take.
    """
    given = {name: config.getoption(f"rnnshape_{name}") or config.getini(f"rnnshape_{name}") for name in _READ}
    try:
        report, baseline = (_path(config, name, given[name]) for name in ("report", "baseline"))
        return Options(
            _fail_on(given["fail_on"] or "error", "--rnnshape-fail-on"),
            _track(given["track"] or "3", "--rnnshape-track"),
            report,
            _form(given["format"], report),
            _accepted(baseline, bool(config.getoption("rnnshape_update_baseline"))),
        )
    except SpecError as error:
        raise pytest.UsageError(str(error)) from None


def _path(config: pytest.Config, name: str, given: str) -> Path | None:
    folder = config.invocation_params.dir if config.getoption(f"rnnshape_{name}") else config.rootpath
    return folder / given if given else None


def _form(given: str, report: Path | None) -> Form | None:
    """Read in which form findings are written: as it is asked for, else as the file's name ends."""
    if not given:
        return _form_of(report) if report else None
    for form in _FORMS:
        if given == form:
            if report is None and form != "github":
                raise SpecError(f"--rnnshape-format={form} goes into a file; name it, as in: --rnnshape-report found.{form}")
            return form
    raise SpecError(f"--rnnshape-format={given!r}: use one of {', '.join(_FORMS)}{nearest(given, _FORMS)}")


def _form_of(report: Path) -> Form:
    form = ENDINGS.get(report.suffix.lower()) if report.suffix else "jsonl"
    if form is None:
        fits = f"end it in {listed(ENDINGS, 'or')}, or use --rnnshape-format"
        raise SpecError(f"--rnnshape-report={report.name}: {report.suffix} says no form; {fits}")
    return form


def _accepted(baseline: Path | None, updates: bool) -> Accepted | None:
    if baseline is not None:
        return Accepted.read(baseline, updates)
    if updates:
        raise SpecError(
            "--rnnshape-update-baseline writes a baseline; name its file, as in: --rnnshape-baseline rnnshape.baseline.json"
        )
    return None


def settings(marks: Iterable[pytest.Mark], options: Options) -> Settings:
    """Read the markers of a test, of which the nearest comes first. The nearest value holds; codes to be ignored add up.

    Raises:
        SpecError: for anything that the marker does not take.
    """
    given: dict[str, Any] = {}
    ignore: list[str] = []
    for mark in marks:
        named = dict(mark.kwargs)
        if mark.args:
            raise SpecError(f"it takes {', '.join(Settings._fields)} by name, got {mark.args[0]!r}")
        for name in named:
            if name not in Settings._fields:
                raise SpecError(f"it takes no {name!r}{nearest(name, Settings._fields)}")
        ignore += checked_codes(named.pop("ignore", ()))
        given = named | given
    return Settings(
        given.get("axes"),
        tuple(ignore),
        _fail_on(given.get("fail_on") or options.fail_on, "fail_on"),
        _track(given["track"], "track") if "track" in given else options.track,
    )


def _fail_on(value: object, name: str) -> FailOn:
    for known in get_args(FailOn):
        if value == known:
            return cast("FailOn", known)
    raise SpecError(f"{name}={value!r}: use one of {', '.join(get_args(FailOn))}{nearest(str(value), get_args(FailOn))}")


def _track(value: int | str, name: str) -> bool | int:
    """Read for how many steps every axis is followed: a number, or all, or off."""
    if value in ("all", "off"):
        return value == "all"
    if isinstance(value, int) and value >= 0:
        return value
    if not str(value).isdecimal():
        raise SpecError(f"{name}={value!r}: use a number of steps such as 3, or all, or off")
    return int(value)
