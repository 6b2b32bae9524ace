"""An outcome as SARIF 2.1.0, the OASIS format that code hosts and editors read.

Section numbers in comments are those of the standard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rnnshape import __version__
from rnnshape.render.outcome import Outcome, Result, file_of
from rnnshape.report.catalogue import RULES, Rule, Severity
from rnnshape.report.location import Location
from rnnshape.text import shown

__all__ = ["FINGERPRINT", "rendered"]

FINGERPRINT = "rnnshapeFinding/v1"
"""The name of our fingerprint, with the version of how it is made (3.27.17)."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_ROOT = "SRCROOT"

Json = dict[str, Any]


def rendered(outcome: Outcome) -> str:
    """Write a log with one run.

    Args:
        outcome: what was found. What a baseline accepts is marked as suppressed, not dropped.
    """
    codes = sorted({result.finding.code for result in outcome.results})
    index = {code: number for number, code in enumerate(codes)}
    driver: Json = {"name": "rnnshape", "version": __version__, "rules": [_rule(RULES[code]) for code in codes]}
    run: Json = {
        "tool": {"driver": driver},
        "invocations": [_invocation(outcome)],
        "originalUriBaseIds": {_ROOT: {"uri": f"{Path.cwd().as_uri()}/"}},
        "results": [_result(result, index, outcome.known.file) for result in outcome.results],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(entry: Rule) -> Json:
    programs = {"wrong": entry.to_dict()["wrong"], "right": entry.to_dict()["right"]}
    markdown = "\n\n".join([entry.why, *(f"**{name}**\n\n```python\n{text}```" for name, text in programs.items())])
    return {
        "id": entry.code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.why},
        "help": {"text": repr(entry), "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {"tags": ["pytorch", "recurrent", "layout"]},
    }


def _invocation(outcome: Outcome) -> Json:
    """Return how it went (3.20): a script that failed may have had more; what was not looked at, or was, is a notification."""
    told = [] if outcome.is_whole else [("error", f"{outcome.title} has failed: what comes behind was not seen")]
    told += [("error", f"{entry} is accepted in the baseline, and nobody finds it any more") for entry in outcome.known.stale]
    told += [("note", f"assumed: {what}" if heading == "assumed" else what) for heading, what in outcome.unseen]
    told += [("note", outcome.probed)] if outcome.probed else []
    notifications = [{"level": level, "message": {"text": what}} for level, what in told]
    return {"executionSuccessful": outcome.is_whole, "toolExecutionNotifications": notifications}


def _result(result: Result, index: Mapping[str, int], baseline: str | None) -> Json:
    finding = result.finding
    fits = [f"To mend it: {finding.suggestion}"] if finding.suggestion else []
    found: Json = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join([finding.headline, *finding.details, *map(shown, fits)])},
        "partialFingerprints": {FINGERPRINT: result.fingerprint},
        "occurrenceCount": finding.count,
    }
    if finding.location:
        found["locations"] = [{**_location(finding.location), **_logical(finding.module, finding.location)}]
    if result.tests:
        found["properties"] = {"tests": list(result.tests)}
    places = [
        ("used here", finding.used_at),
        ("raised here", finding.raised_at),
        ("made here", finding.made_at),
        ("moved here", finding.moved_at),
    ]
    related = [
        {**_location(place), "id": number, "message": {"text": said}} for number, (said, place) in enumerate(places, 1) if place
    ]
    if related:
        found["relatedLocations"] = related
    if baseline is not None:  # an empty list says that nobody has accepted it (3.27.23)
        accepted: Sequence[Json] = [{"kind": "external", "status": "accepted", "justification": f"accepted in {baseline}"}]
        found["suppressions"] = accepted if result.is_accepted else []
        found["baselineState"] = "unchanged" if result.is_accepted else "new"
    return found


def _location(location: Location) -> Json:
    file = file_of(location)
    is_inside = not Path(file).is_absolute()
    artifact = {"uri": quote(file), "uriBaseId": _ROOT} if is_inside else {"uri": Path(file).as_uri()}
    region: Json = {"startLine": location.line}
    if location.code:
        region["snippet"] = {"text": shown(location.code)}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _logical(module: str | None, location: Location) -> Json:
    names = [{"fullyQualifiedName": shown(location.function), "kind": "function"}] if location.function else []
    names += [{"fullyQualifiedName": shown(module), "kind": "member"}] if module else []
    return {"logicalLocations": names} if names else {}
