"""The memory of repeated operations is no more than that: without it the same is said, word for word.

The suite asks it of the cases with a loop, where operations are repeated in one call; the nightly run of every case, its twin
and every right model, one after the other, so that what came of one is there for the next.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expected import report_text
from test_cases import FOLDERS, diagnose
from test_right import MODELS
from thinned import NIGHTLY

from rnnshape.coordinates.room import forget
from rnnshape.tracking import track

CASES = [folder / name for folder in FOLDERS for name in ("buggy.py", "fixed.py")]

LOOPS = [path for path in CASES if "        for " in path.read_text(encoding="utf-8")]
"""Models that do something again and again: it is there that operations are repeated from memory."""

ASKED = [*CASES, *MODELS] if NIGHTLY else LOOPS


@pytest.fixture
def repeated(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    found: list[bool] = []
    repeat = track.repeat

    def counted(*args: Any) -> bool:
        found.append(repeat(*args))
        return found[-1]

    monkeypatch.setattr(track, "repeat", counted)
    return found


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
@pytest.mark.parametrize("path", ASKED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_same_is_said_without_the_memory(path: Path, monkeypatch: pytest.MonkeyPatch, repeated: list[bool]) -> None:
    if not NIGHTLY:
        forget()
    said = [report_text(diagnose(path, batch=6), path.parent) for _ in range(2)]  # met the first time, and known
    assert repeated or path not in LOOPS
    monkeypatch.setattr(track, "repeat", lambda *_: False)
    without = report_text(diagnose(path, batch=6), path.parent)
    assert said == [without, without]


def test_the_memory_is_used(repeated: list[bool]) -> None:
    diagnose(LOOPS[0].with_name("fixed.py"), batch=6)  # what there is anything to tell of is followed each time
    assert any(repeated)
