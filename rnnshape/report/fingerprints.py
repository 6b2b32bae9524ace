"""What stays the same of a finding while lines move around it, so that a file can say which findings are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import PurePath

from rnnshape.report.finding import Finding

__all__ = ["digest", "fingerprints"]

_DIGITS = 16


def fingerprints(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return a short text for each finding, the same in every run, on every machine, and wherever its line has moved to.

    It is made of the code, the module, what is wrong of it, and the file's name, the function and the text of the line; never
    of a line number, of sizes, or of a folder. Findings that have all of it in common are numbered.

    >>> from rnnshape.report.location import Location
    >>> first = Finding("RNS203", "error", "samples mixed", "net.rnn", Location("a/train.py", 41, "forward", "h.view(6, -1)"))
    >>> moved = Finding("RNS203", "error", "samples mixed", "net.rnn", Location("b/train.py", 57, "forward", "h.view(6, -1)"))
    >>> fingerprints([first]) == fingerprints([moved])
    True
    >>> [text.split(":")[1] for text in fingerprints([first, moved])]
    ['1', '2']
    """
    seen = Counter[str]()
    found: list[str] = []
    for finding in findings:
        same = digest(finding)
        seen[same] += 1
        found.append(f"{same}:{seen[same]}")
    return tuple(found)


def digest(finding: Finding) -> str:
    """Return what a finding has in common with others of the same words: its fingerprint without the number."""
    where = finding.location
    place = (PurePath(where.file.replace("\\", "/")).name, where.function, where.code) if where else ()
    words = (finding.code, finding.module or "", finding.subject, *place)
    return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
