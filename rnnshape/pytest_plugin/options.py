"""What the command line, the ini file and the markers of a test say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

import pytest

from rnnshape.errors import SpecError
from rnnshape.report.catalogue import FailOn, checked_codes
from rnnshape.text import nearest

if TYPE_CHECKING:
    from rnnshape.tracking.labels import Axes

__all__ = ["Options", "Settings", "read", "settings"]


class Options(NamedTuple):
    """The options of a run."""

    fail_on: FailOn
    track: bool | int
    report: Path | None

    @property
    def is_page(self) -> bool:
        """Whether the report is a page for people, and not lines of JSON."""
        return self.report is not None and self.report.suffix.lower() in (".html", ".htm")


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
    names = ("rnnshape_fail_on", "rnnshape_track", "rnnshape_report")
    fail_on, track, report = (config.getoption(name) or config.getini(name) for name in names)
    folder = config.invocation_params.dir if config.getoption("rnnshape_report") else config.rootpath
    try:
        return Options(
            _fail_on(fail_on or "error", "--rnnshape-fail-on"),
            _track(track or "3", "--rnnshape-track"),
            folder / report if report else None,
        )
    except SpecError as error:
        raise pytest.UsageError(str(error)) from None


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
