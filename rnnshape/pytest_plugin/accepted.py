"""What a baseline accepts of a suite, whose findings come in any order and from several processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rnnshape.report.baseline import Entry, Known, read_baseline, write_baseline
from rnnshape.report.finding import Finding
from rnnshape.report.fingerprints import digest

__all__ = ["Accepted"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A baseline beside a suite.

    A test knows what it has found itself, and not how often others have met the same words; so findings of the same words are
    accepted together, which in a script's baseline are numbered.

    Attributes:
        file: the baseline.
        updates: whether it is written anew; until then everything is accepted.
        entries: what it holds.
    """

    file: Path
    updates: bool
    entries: tuple[Entry, ...] = ()

    @classmethod
    def read(cls, file: Path, updates: bool) -> Accepted:
        """Read a baseline, unless it is to be written anew.

        Raises:
            SpecError: for a file that cannot be read.
        """
        return cls(file, updates, () if updates else read_baseline(file, "--rnnshape-update-baseline"))

    def accepts(self, finding: Finding) -> bool:
        """Tell whether a finding fails no test."""
        return self.updates or any(entry.digest == digest(finding) for entry in self.entries)

    def known(self, findings: Iterable[Finding], is_whole: bool) -> Known:
        """Return what was found beside the baseline.

        Args:
            findings: what was found.
            is_whole: whether every test has run; else nobody knows whether an entry is stale.
        """
        found = tuple(findings)
        if self.updates:
            return Known(found)
        old = tuple(finding for finding in found if self.accepts(finding))
        new = tuple(finding for finding in found if not self.accepts(finding))
        met = set(map(digest, old))
        stale = tuple(entry for entry in self.entries if is_whole and entry.digest not in met)
        return Known(new, old, stale, self.file.name)

    def update(self, findings: Iterable[Finding]) -> int:
        """Write the baseline anew, one entry for all findings of the same words, and return how many there are.

        Raises:
            OSError: where it cannot be written.
        """
        once = {digest(finding): replace(finding, count=1) for finding in findings}
        return write_baseline(self.file, once.values())
