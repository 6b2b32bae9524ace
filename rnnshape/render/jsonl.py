"""A report as lines of JSON: one for each kind of call and each finding as they come, and the rest at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from os import PathLike
from pathlib import Path

from rnnshape.render.outcome import Outcome
from rnnshape.report.event import Event
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report

__all__ = ["JsonLines", "is_of_several", "of_this_rank", "rendered"]


class JsonLines:
    """A file that grows by a line for each record, with a ``type``: "call", "finding", at the end "blind", "total" and so on.

    Args:
        path: the file; it is begun anew.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - it lives as long as the watch

    def write(self, record: Event | Finding) -> None:
        """Write one record, and have it on disk."""
        self._line(_record(record))

    def write_totals(self, report: Report) -> None:
        """Write what was assumed, what was not looked at, what came of experiments, and how often each kind of call came."""
        for line in _totals(report.assumed, report.blind, report.probed, report.events):
            self._line(line)

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):  # a line that the disk did not take was an error before
            self._file.close()

    def _line(self, data: dict[str, object]) -> None:
        self._file.write(json.dumps(data) + "\n")
        self._file.flush()


def rendered(outcome: Outcome) -> str:
    """Write what is known at the end: the same lines, but for each finding its fingerprint, and whether it is accepted."""
    found = [{**_record(r.finding), "fingerprint": r.fingerprint, "accepted": r.is_accepted} for r in outcome.results]
    totals = _totals(outcome.assumed, (*outcome.unfollowed, *outcome.blind), outcome.probed, outcome.events)
    lines = [*map(_record, outcome.events), *found, *totals]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def _record(record: Event | Finding) -> dict[str, object]:
    return {"type": "call" if isinstance(record, Event) else "finding", **record.to_dict()}


def _totals(
    assumed: Iterable[str], blind: Iterable[str], probed: str, events: Iterable[Event]
) -> Iterator[dict[str, object]]:
    for sentence in assumed:
        yield {"type": "assumed", "message": sentence}
    for sentence in blind:
        yield {"type": "blind", "message": sentence}
    if probed:
        yield {"type": "probed", "message": probed}
    for event in events:
        yield {"type": "total", "module": event.module, "layouts": event.to_dict()["layouts"], "calls": event.calls}


def of_this_rank(file: str | PathLike[str]) -> Path:
    """Put the rank into the name of a file, "calls.rank0.jsonl", where several processes of a run would write it."""
    path, rank = Path(file), os.environ.get("RANK", "")
    return path.with_name(f"{path.stem}.rank{rank}{path.suffix}") if rank and is_of_several() else path


def is_of_several() -> bool:
    """Tell whether several processes run the same, as torchrun says."""
    return os.environ.get("WORLD_SIZE", "1") != "1"
