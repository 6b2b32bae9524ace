"""The findings of a run of tests as one page, ``--rnnshape-report report.html``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rnnshape import text

if TYPE_CHECKING:
    from rnnshape.report.page.entries import Entry

__all__ = ["PageFile"]


class PageFile:
    """A page that gets every finding with its test, once all tests have run.

    Args:
        path: the file; it is begun anew.
        title: of the page.

    Raises:
        pytest.UsageError: where it cannot be written.
    """

    def __init__(self, path: Path, title: str) -> None:
        try:
            path.write_text("", encoding="utf-8")
        except OSError as error:
            raise pytest.UsageError(f"--rnnshape-report: {error}") from None
        self._path, self._title = path, title
        self._entries: list[Entry] = []
        self._blind: dict[str, None] = {}
        self._tests = self._calls = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what was found in a test."""
        told: dict[str, Any] | None = vars(report).get("rnnshape")
        if told is not None:
            from rnnshape.report.page.entries import entry_from

            self._entries += [entry_from(entry) for entry in told.get("entries", ())]
            self._blind |= dict.fromkeys(told["blind"])
            self._tests, self._calls = self._tests + 1, self._calls + told["calls"]

    def pytest_unconfigure(self) -> None:
        """Write the page."""
        from rnnshape.report.page.contents import Contents, rendered

        counts = f"{text.count(self._calls, 'call')} of recurrent layers in {text.count(self._tests, 'test')}"
        page = Contents(self._title, counts, tuple(self._entries), blind=tuple(self._blind))
        self._path.write_text(rendered(page), encoding="utf-8", newline="\n")
