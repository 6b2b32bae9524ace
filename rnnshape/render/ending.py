"""What a run says when it has ended: text for people, a form for machines, a baseline, and whether it failed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from rnnshape.render.forms import Destination, Form, leave_unread, written
from rnnshape.render.jsonl import is_of_several
from rnnshape.render.outcome import outcome_of
from rnnshape.report.baseline import Entry, Known, compared_with, read_baseline, write_baseline
from rnnshape.report.catalogue import FailOn, counts
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report
from rnnshape.text import count

__all__ = ["Ending"]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is done with a report at the end.

    Attributes:
        title: what was run.
        fail_on: the least severity that fails; None is never, and "warning" beside a baseline.
        to: where a form for machines goes.
        baseline: a file of accepted findings.
        updates: whether the baseline is written anew instead.
        entries: what the baseline holds.
    """

    title: str
    fail_on: FailOn | None = None
    to: Destination = field(default_factory=Destination)
    baseline: str | None = None
    updates: bool = False
    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(
        cls, title: str, fail_on: FailOn | None, form: Form, output: str | None, baseline: str | None, update_baseline: bool
    ) -> Ending:
        """Read the options of a run.

        Raises:
            SpecError: for a baseline that cannot be read.
        """
        entries = read_baseline(baseline) if baseline is not None and not update_baseline else ()
        return cls(title, fail_on, Destination(form, output), baseline, update_baseline, entries)

    def known(self, findings: tuple[Finding, ...], is_whole: bool = True) -> Known:
        """Return what was found beside the baseline.

        Args:
            findings: what was found.
            is_whole: whether the script came to its end; else, and in one of several ranks, nobody knows whether an entry is
                stale.
        """
        if self.baseline is None or self.updates:
            return Known(findings)
        found = compared_with(self.entries, findings, self.baseline)
        return found if is_whole and not is_of_several() else replace(found, stale=())

    def say(
        self, report: Report, known: Known, ranks: Sequence[str] = (), *, prints: bool = True, is_whole: bool = True
    ) -> None:
        """Print, write the form, and write the baseline anew where that was asked for.

        Args:
            report: what was seen.
            known: the same beside the baseline.
            ranks: what other ranks saw, a line each.
            prints: whether this process is one that prints.
            is_whole: whether the script came to its end, and well.

        Raises:
            OSError: for a file that cannot be written.
        """
        if prints and self.to.prints_text:
            from rnnshape.render.terminal import console, print_report

            with contextlib.suppress(OSError, ValueError):  # the script has closed stderr
                try:
                    print_report(report, self.title, console(stderr=True), ranks, known)
                except BrokenPipeError:
                    leave_unread(sys.stderr)
        if self.to.form != "text" and (prints or self.to.file is not None):
            text = written(self.to.form, outcome_of(report, self.title, known, tuple(ranks), is_whole))
            self.to.send(text, sys.stderr)
        elif self.to.file is not None:
            self.to.send(self._plain(report, known, ranks), sys.stderr)
        self.update(report.findings)

    def update(self, findings: tuple[Finding, ...]) -> None:
        """Write the baseline anew, where that was asked for; of several ranks the first one does.

        Raises:
            OSError: for a file that cannot be written.
        """
        if self.updates and self.baseline is not None and os.environ.get("RANK", "0") == "0":
            number = write_baseline(self.baseline, findings)
            with contextlib.suppress(OSError, ValueError):
                print(f"rnnshape: {self.baseline} accepts {count(number, 'finding')} from now on", file=sys.stderr)

    def fails(self, known: Known, unused: Collection[str] = ()) -> bool:
        """Tell whether what was found is a failure: what is new and serious enough, and an accepted finding that is gone.

        Args:
            known: what was found.
            unused: arguments that somebody has named, and that nobody had: what was to be judged was not.
        """
        if self.updates:
            return False
        least: FailOn = self.fail_on or ("never" if self.baseline is None else "warning")
        is_wrong = bool(known.stale or unused) and least != "never"
        return is_wrong or any(counts(finding.severity, least) for finding in known.new)

    def _plain(self, report: Report, known: Known, ranks: Sequence[str]) -> str:
        from rnnshape.render.terminal import console, print_report

        to = console(stderr=False)
        with to.capture() as captured:
            print_report(report, self.title, to, ranks, known)
        return captured.get()
