"""An outcome as annotations of GitHub Actions: workflow commands, which the log turns into marks beside the lines.

The commands and what has to be escaped in them are those of GitHub's documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape.render.outcome import Outcome, file_of
from rnnshape.report.catalogue import Severity, rule
from rnnshape.report.finding import Finding
from rnnshape.text import shown

__all__ = ["rendered"]

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def rendered(outcome: Outcome) -> str:
    """Write annotations of new findings and stale entries of the baseline, and of what was not looked at or was probed."""
    return "".join(f"{line}\n" for line in _lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    for result in outcome.results:
        if not result.is_accepted:
            yield _annotation(result.finding)
    for entry in outcome.known.stale:
        yield f"::error title=rnnshape%3A stale baseline::{_data(f'{entry} is accepted, and nobody finds it any more')}"
    for heading, sentence in outcome.unseen:
        yield f"::notice title=rnnshape%3A {heading}::{_data(shown(sentence))}"
    if outcome.probed:
        yield f"::notice title=rnnshape%3A probed::{_data(shown(outcome.probed))}"


def _annotation(finding: Finding) -> str:
    where = finding.location
    names = {"file": shown(file_of(where)), "line": str(where.line)} if where else {}
    names["title"] = f"{finding.code} {rule(finding.code).title}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in names.items())
    said = "\n".join([finding.headline, *finding.details, *([f"  {shown(finding.suggestion)}"] if finding.suggestion else [])])
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(said)}"


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
