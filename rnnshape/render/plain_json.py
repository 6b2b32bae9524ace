"""An outcome as one JSON document."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rnnshape.render.outcome import Outcome

__all__ = ["VERSION", "rendered"]

VERSION = 1
"""Of the document; it changes where a key changes its meaning or goes."""


def rendered(outcome: Outcome) -> str:
    """Write findings, calls, what was not looked at or was probed. Layouts and sizes only, never a tensor's values."""
    findings: list[dict[str, Any]] = [
        {
            **result.finding.to_dict(),
            "headline": result.finding.headline,
            "fingerprint": result.fingerprint,
            "accepted": result.is_accepted,
            **({"tests": list(result.tests)} if result.tests else {}),
        }
        for result in outcome.results
    ]
    data = {
        "version": VERSION,
        "title": outcome.title,
        "findings": findings,
        "calls": [event.to_dict() for event in outcome.events],
        "unfollowed": list(outcome.unfollowed),
        "blind": list(outcome.blind),
        "assumed": list(outcome.assumed),
        "probed": outcome.probed,
        "ranks": list(outcome.ranks),
        "stale": [asdict(entry) for entry in outcome.known.stale],
    }
    return json.dumps(data, indent=1) + "\n"
