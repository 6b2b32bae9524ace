"""Each situation, with no door and through each door: nothing differs to the last bit, and nothing is left behind.

The table in docs/promises.md is what the last full run has shown, and the suite holds it. One part of the cells is run with
every run of the suite; all of them, in some minutes, with ``HYPOTHESIS_PROFILE=nightly pytest tests/promises``. With
``--update`` that writes the table.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import pytest
import torch
from doors import DOORS
from machine import CASTS_LSTM, NO_CAST
from situations import SITUATIONS
from thinned import NIGHTLY, thinned

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each cell is a fork of a process that has imported torch")

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "promises.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
FULL = NIGHTLY
PASS, ASIDE, NONE, NOT_YET_SAID = "pass", "aside", "–", "not yet"

FOLLOWING = ("diagnose", "track", "check", "run", "pytest")
"""Doors that follow every axis."""

_TRIED = "compilers: the typed layer's own `forward` is tried as a frame, once; see below"

NOT_YET: dict[tuple[str, str], str] = {(situation, "convert"): _TRIED for situation in ("compiled_before", "compiled_after")}
"""Cells that break a promise today, with the reason. One that keeps it fails until it is taken out of here."""

QUICK = ("train", "pickled", "checkpoint_reentrant", "called_in_backward", "raising", "forked")
"""Situations that every run of the suite takes through every door; the others through one."""

WHOLE = ("track", "diagnose")
"""Doors through which every run of the suite takes the others in turn."""

SLOW = ("compiled_in_place", "compiled_dynamic", "compiled_allow_rnn")

IN_TURN = {*thinned((situation for situation in SITUATIONS if situation not in SLOW), WHOLE, whole=False)}

CELLS = [
    (situation, door) for situation in SITUATIONS for door in DOORS
    if door not in SITUATIONS[situation].none and (FULL or situation in QUICK or (situation, door) in IN_TURN)
]  # fmt: skip

_shown: dict[tuple[str, str], str] = {}


@dataclass
class Came:
    """What came of a cell."""

    code: int
    printed: str
    came: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])
    looked: int = 0
    aside: list[str] = field(default_factory=list[str])
    found: list[str] = field(default_factory=list[str])
    logged: list[str] = field(default_factory=list[str])


class Server:
    """A process that forks for each cell."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        package = find_spec("rnnshape")
        assert package is not None
        assert package.origin is not None
        paths = [str(Path(package.origin).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("RNNSHAPE", "PYTEST"))}
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "server.py"), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment | {"PYTHONPATH": os.pathsep.join(paths)},
        )  # fmt: skip

    def do(self, situation: str, door: str) -> Came:
        """Take a situation through a door."""
        folder = self.folder / f"{situation}-{door}"
        folder.mkdir()
        job = {"situation": situation, "door": door, "folder": str(folder)}
        pipe(self.process.stdin).write(json.dumps(job) + "\n")
        pipe(self.process.stdin).flush()
        code = int(pipe(self.process.stdout).readline())
        printed = (folder / "out.txt").read_text(encoding="utf-8", errors="replace")
        answer = folder / "answer.json"
        return Came(code, printed, **json.loads(answer.read_text(encoding="utf-8")) if code == 0 and answer.exists() else {})

    def close(self) -> None:
        """Let it end."""
        pipe(self.process.stdin).close()
        self.process.wait(60)
        pipe(self.process.stdout).close()


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


class Servers:
    """The process that has never heard of rnnshape, and the one that has."""

    def __init__(self, folder: Path) -> None:
        for name in ("bare", "ours"):
            (folder / name).mkdir()
        self._bare, self.ours = Server(folder / "bare", "bare"), Server(folder / "ours")
        self._known: dict[str, Came] = {}

    def bare(self, situation: str) -> Came:
        """Return what comes of a situation without rnnshape."""
        if situation not in self._known:
            self._known[situation] = self._bare.do(situation, "bare")
        return self._known[situation]

    def close(self) -> None:
        self._bare.close()
        self.ours.close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    both = Servers(tmp_path_factory.mktemp("cells"))
    yield both
    both.close()


def shown(bare: Came, ours: Came, door: str) -> str:
    """Return what a cell of the table says, or fail.

    Raises:
        AssertionError: where anything differs, is left, is found or is logged, or where nobody has looked and nothing says so.
    """
    assert bare.code == 0, bare.printed
    assert ours.code == 0, ours.printed[-4000:]
    assert [pair for pair in zip(bare.came, ours.came, strict=False) if pair[0] != pair[1]] == []
    assert len(bare.came) == len(ours.came)
    assert [line for line in ours.left if line not in bare.left] == []
    assert ours.found == []
    assert ours.logged == []
    if ours.looked:
        return PASS
    assert ours.aside, f"{door} has looked at nothing, and does not say so"
    return ASIDE


@pytest.mark.parametrize(("situation", "door"), CELLS, ids=["-".join(cell) for cell in CELLS])
def test_a_situation_through_a_door(
    situation: str, door: str, servers: Servers, request: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> None:
    if situation == "autocast" and not CASTS_LSTM:
        pytest.skip(NO_CAST)
    if reason := NOT_YET.get((situation, door)):
        request.applymarker(pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True))
    cell = shown(servers.bare(situation), servers.ours.do(situation, door), door)
    _shown[situation, door] = cell
    if not pytestconfig.getoption("--update"):
        assert cell == table(PAGE.read_text(encoding="utf-8"))[SITUATIONS[situation].words, DOORS[door][0]].rstrip(SMALL)


# A cell that breaks a promise is noticed

KEPT_ALL = Came(0, "", came=["y: 1"], left=["modes: 0"], looked=1)


@pytest.mark.parametrize(
    "broken",
    [
        Came(1, "Traceback"),
        Came(0, "", came=["y: 2"], left=["modes: 0"], looked=1),
        Came(0, "", came=["y: 1", "warned"], left=["modes: 0"], looked=1),
        Came(0, "", came=["y: 1"], left=["modes: 1"], looked=1),
        Came(0, "", came=["y: 1"], looked=1, found=["RNS203"]),
        Came(0, "", came=["y: 1"], looked=1, logged=["a mistake"]),
        Came(0, "", came=["y: 1"]),
    ],
)
def test_a_broken_promise_is_noticed(broken: Came) -> None:
    with pytest.raises(AssertionError):
        shown(KEPT_ALL, broken, "watch")


def test_what_is_kept_and_what_steps_aside() -> None:
    assert shown(KEPT_ALL, KEPT_ALL, "watch") == PASS
    assert shown(KEPT_ALL, Came(0, "", came=["y: 1"], aside=["rnn: compiled"]), "watch") == ASIDE


# The table

SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def small(number: int) -> str:
    return "".join(SMALL[int(digit)] for digit in str(number))


def written(cells: dict[tuple[str, str], str]) -> str:
    """Write the table, and below it why a cell has no door."""
    notes: dict[str, int] = {}
    rows = [["", *(words for words, _ in DOORS.values())], ["---", *("---" for _ in DOORS)]]
    for name, situation in SITUATIONS.items():
        row = [situation.words]
        for door in DOORS:
            if reason := situation.none.get(door):
                row.append(NONE + small(notes.setdefault(reason, len(notes) + 1)))
            elif reason := NOT_YET.get((name, door)):
                row.append(NOT_YET_SAID + small(notes.setdefault(reason.partition(": ")[2] or reason, len(notes) + 1)))
            else:
                row.append(cells[name, door])
        rows.append(row)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    every = [cell.rstrip(SMALL) for row in rows[2:] for cell in row[1:]]
    count = {word: every.count(word) for word in (PASS, ASIDE, NONE, NOT_YET_SAID)}
    said = f"{count[PASS]} pass, {count[ASIDE]} step aside, {count[NONE]} cannot be, {count[NOT_YET_SAID]} not yet"
    about = f"{datetime.date.today()}, Python {platform.python_version()}, torch {torch.__version__}, {platform.system()}"
    footnotes = [f"{small(number)} {reason}  " for reason, number in notes.items()]
    return "\n".join([f"{len(SITUATIONS)} situations, {len(DOORS)} doors: {said}. Run on {about}.", "", *lines, "", *footnotes])


def table(page: str) -> dict[tuple[str, str], str]:
    """Read the table of a page."""
    lines = [line for line in page.partition(BEGIN)[2].partition(END)[0].splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if not rows:
        return {}
    return {(row[0], door): cell for row in rows[2:] for door, cell in zip(rows[0][1:], row[1:], strict=True)}


def test_the_page_has_the_table_of_a_full_run(pytestconfig: pytest.Config) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if pytestconfig.getoption("--update") and FULL:
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{written(_shown).rstrip()}\n\n{END}{after}", encoding="utf-8", newline="\n")
        return
    held = {cell: said.rstrip(SMALL) for cell, said in table(page).items()}
    expected: dict[tuple[str, str], str] = {}
    for name, situation in SITUATIONS.items():
        for door, (words, _) in DOORS.items():
            cell = (situation.words, words)
            said = held.get(cell, "missing")
            measured = said if said in (PASS, ASIDE) else "to be run"
            expected[cell] = NONE if door in situation.none else NOT_YET_SAID if (name, door) in NOT_YET else measured
    assert held == expected, "run HYPOTHESIS_PROFILE=nightly pytest tests/promises --update"


def test_what_breaks_a_promise_today_is_a_cell_of_the_table() -> None:
    assert [cell for cell in NOT_YET if cell[0] not in SITUATIONS or cell[1] in SITUATIONS[cell[0]].none] == []
    assert {door for _, door in NOT_YET} <= {*DOORS}
