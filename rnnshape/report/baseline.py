"""A baseline: a file of the findings that somebody has accepted, so that only new ones fail."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path, PurePath
from typing import Any, cast

from rnnshape.errors import SpecError
from rnnshape.report.finding import Finding
from rnnshape.report.fingerprints import fingerprints
from rnnshape.text import shown

__all__ = ["Entry", "Known", "compared_with", "read_baseline", "write_baseline"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted finding. The fingerprint decides; the rest is for whoever reads the file.

    Attributes:
        fingerprint: see `fingerprints`.
        code: the rule.
        file: the file's name, without a folder.
        function: where the line stands.
        line: its text, without its number, which changes.
        message: what was said.
    """

    fingerprint: str
    code: str
    file: str = ""
    function: str = ""
    line: str = ""
    message: str = ""

    @property
    def digest(self) -> str:
        """What findings of the same words have in common."""
        return self.fingerprint.partition(":")[0]

    def __str__(self) -> str:
        place = ": ".join(filter(None, [self.file, self.line or self.message]))
        return shown(f"{self.code} {place}")


@dataclass(frozen=True, slots=True)
class Known:
    """Findings beside a baseline.

    Attributes:
        new: those that it does not have.
        accepted: those that it has.
        stale: what it has, and nobody finds any more.
        file: the baseline, None where there is none; then all that counts is new.
    """

    new: tuple[Finding, ...]
    accepted: tuple[Finding, ...] = ()
    stale: tuple[Entry, ...] = ()
    file: str | None = None


def compared_with(entries: Iterable[Entry], findings: Iterable[Finding], file: str | None = None) -> Known:
    """Tell new findings from accepted ones. Notes need no acceptance, as they never fail."""
    found, left = tuple(findings), {entry.fingerprint: entry for entry in entries}
    accepted = [left.pop(text, None) is not None for text in fingerprints(found)]
    new, old = ([f for f, known in zip(found, accepted, strict=True) if known is wanted] for wanted in (False, True))
    return Known(tuple(new), tuple(old), tuple(left.values()), file)


def read_baseline(path: str | PathLike[str], option: str = "--update-baseline") -> tuple[Entry, ...]:
    """Read a baseline.

    Args:
        path: the file.
        option: with which it is written anew, for the errors.

    Raises:
        SpecError: for a file that is missing or is no baseline.
    """
    anew = f"{option} writes it anew"
    try:
        data: Any = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecError(f"{path}: there is no such baseline; {option} makes it of what is found now") from None
    except (OSError, ValueError) as error:
        raise SpecError(f"{path}: the baseline cannot be read: {error}; {anew}") from None
    kept = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if kept.get("version") != _VERSION:
        raise SpecError(f"{path}: this is no baseline of rnnshape's, version {_VERSION}; {anew}")
    try:
        return tuple(Entry(**entry) for entry in kept["findings"])
    except (TypeError, KeyError) as error:
        raise SpecError(f"{path}: an entry of the baseline cannot be read: {error}; {anew}") from None


def write_baseline(path: str | PathLike[str], findings: Iterable[Finding]) -> int:
    """Accept every error and warning, and return how many there were. The file is sorted, and ends with a line break."""
    counted = tuple(findings)
    entries = [_entry(f, text) for f, text in zip(counted, fingerprints(counted), strict=True) if f.severity != "info"]
    entries.sort(key=lambda entry: (entry.file, entry.code, entry.line, entry.fingerprint))
    data = {"version": _VERSION, "findings": [asdict(entry) for entry in entries]}
    Path(path).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return len(entries)


def _entry(finding: Finding, fingerprint: str) -> Entry:
    where = finding.location
    place = (PurePath(where.file.replace("\\", "/")).name, where.function, where.code) if where else ("", "", "")
    return Entry(fingerprint, finding.code, *place, message=finding.headline)
