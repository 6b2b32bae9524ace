"""The ranks of a distributed run on one machine: the first of them says in one report what each of the others saw otherwise.

``torchrun`` starts a process for each rank, and none of them knows what another one saw: a last batch that is smaller on one
rank shows nowhere else. So each rank leaves what it saw in a folder, and the first one reads it when it has come to its end.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict, cast

from rnnshape import text
from rnnshape.report.report import Report

__all__ = ["Ranks", "ranks_here"]

MOST_SECONDS = 10.0
"""The first rank waits for the others as long as this."""

MOST_SHOWN = 8
"""Differences that are told of one rank."""


class _Told(TypedDict):
    """What a rank saw: how often each kind of call came, and the first line of each finding."""

    calls: dict[str, int]
    findings: list[str]


def ranks_here(environment: Mapping[str, str] = os.environ) -> Ranks | None:
    """Return the ranks that torchrun has started on this machine; None where there is one, or something else started them."""
    number, several = environment.get("LOCAL_RANK", ""), environment.get("LOCAL_WORLD_SIZE", "")
    if "TORCHELASTIC_RUN_ID" not in environment or not number.isdecimal() or not several.isdecimal() or int(several) < 2:
        return None
    # They are children of one process, which starts all of them anew where one has failed.
    again = environment.get("TORCHELASTIC_RESTART_COUNT", "0")
    folder = Path(tempfile.gettempdir()) / f"rnnshape-ranks-{os.getppid()}-{environment.get('MASTER_PORT', '')}-{again}"
    first = int(environment.get("RANK", number)) - int(number)
    return Ranks(folder, int(number), int(several), first)


class Ranks:
    """The ranks on this machine, seen from one of them.

    Args:
        folder: where they leave what they saw.
        number: of this rank among them, from 0.
        several: how many there are.
        first: the rank that number 0 is in the whole run.
    """

    def __init__(self, folder: Path, number: int, several: int, first: int = 0) -> None:
        self._folder = folder
        self._number = number
        self._several = several
        self._first = first
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def leads(self) -> bool:
        """Whether this rank speaks for the others."""
        return self._number == 0

    def tell(self, report: Report) -> None:
        """Leave what this rank saw; where the first one does not listen any more, nothing."""
        file = self._folder / f"{self._number}.json"
        with contextlib.suppress(OSError):
            draft = file.with_suffix(".draft")
            draft.write_text(json.dumps(_told(report)), encoding="utf-8")
            draft.replace(file)

    def differences(self, report: Report, *, wait: bool = True) -> list[str]:
        """Return, for each other rank, in what it differs from this one, and listen no more.

        Args:
            report: what this rank saw.
            wait: whether the others are waited for; not where this one has failed.
        """
        own, end = _told(report), time.monotonic() + MOST_SECONDS
        lines: list[str] = []
        for number in range(1, self._several):
            told = self._heard(number)
            while told is None and wait and time.monotonic() < end:
                time.sleep(0.02)
                told = self._heard(number)
            said = ["has not come to its end yet, or was stopped"] if told is None else list(_otherwise(told, own, self._first))
            lines += [f"rank {self._first + number}: {line}" for line in said or [f"the same as rank {self._first}"]]
        shutil.rmtree(self._folder, ignore_errors=True)
        return lines

    def _heard(self, number: int) -> _Told | None:
        try:
            return cast("_Told", json.loads((self._folder / f"{number}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None


def _told(report: Report) -> _Told:
    calls: dict[str, int] = {}
    for events, ended in ((report.events, ""), (report.failed, ", which failed")):
        for event in events:
            name, layout = next(iter(event.layouts), ("", None))
            what = f"{name} {layout} {text.sizes(layout.sizes)}" if layout is not None else "other sizes"
            packed = f", packed of {text.count(event.packed[0], 'sample')}" if event.packed else ""
            kind = f"{event.module or event.kind}: {what}{packed}{ended}"
            calls[kind] = calls.get(kind, 0) + event.calls
    return {"calls": calls, "findings": [f"{f.code} {f.headline}" for f in report.findings]}


def _otherwise(told: _Told, own: _Told, first: int) -> Iterator[str]:
    """Say in what a rank differs from the first one."""
    kinds = [k for k in {**told["calls"], **own["calls"]} if told["calls"].get(k, 0) != own["calls"].get(k, 0)]
    counts = [(kind, told["calls"].get(kind, 0), own["calls"].get(kind, 0)) for kind in kinds]
    lines = [f"{kind}: {text.count(there, 'call')}, {here:,} on rank {first}" for kind, there, here in counts]
    lines += [finding for finding in told["findings"] if finding not in own["findings"]]
    yield from lines[:MOST_SHOWN]
    if len(lines) > MOST_SHOWN:
        yield f"and {text.count(len(lines) - MOST_SHOWN, 'more difference')}"
