"""Ranks of one run: the first one says what each of the others saw otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import rnnshape
from rnnshape.report import ranks
from rnnshape.report.ranks import Ranks, ranks_here
from rnnshape.report.report import Report

TORCHRUN = {
    "TORCHELASTIC_RUN_ID": "none", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "RANK": "1", "WORLD_SIZE": "2",
    "MASTER_PORT": "29500",
}  # fmt: skip


def saw(*batches: int, dims: int = 3) -> Report:
    rnn = torch.nn.GRU(4, 8)
    with rnnshape.watch(rnn, on="record") as report:
        for batch in batches:
            rnn(torch.zeros((9, batch, 4)[3 - dims :]))
    return report


def heard(folder: Path, own: Report, *others: Report | None, first: int = 0) -> list[str]:
    """Return what the first rank says where the others, or None, have told it what they saw."""
    leader = Ranks(folder, 0, len(others) + 1, first)
    for number, report in enumerate(others, 1):
        if report is not None:
            Ranks(folder, number, len(others) + 1).tell(report)
    return leader.differences(own, wait=False)


def test_the_same_is_said_in_a_line(tmp_path: Path) -> None:
    lines = heard(tmp_path / "ranks", saw(6, 6), saw(6, 6), saw(6, 6))
    assert lines == [
        "rank 1: the same as rank 0",
        "rank 2: the same as rank 0",
    ]


def test_another_batch_on_the_last_rank_is_told(tmp_path: Path) -> None:
    assert heard(tmp_path / "ranks", saw(6, 6), saw(6, 6), saw(6, 2)) == [
        "rank 1: the same as rank 0",
        "rank 2: GRU: input seq=9 batch=6 feature=4 (9, 6, 4): 1 call, 2 on rank 0",
        "rank 2: GRU: input seq=9 batch=2 feature=4 (9, 2, 4): 1 call, 0 on rank 0",
    ]


def test_a_finding_that_only_one_rank_has_is_told(tmp_path: Path) -> None:
    lines = heard(tmp_path / "ranks", saw(6), saw(6, dims=2))
    assert lines[-1] == "rank 1: RNS112 GRU: input of 2 dims is read as one unbatched sequence of 6 steps"


def test_the_first_rank_of_a_machine_knows_the_numbers_in_the_whole_run(tmp_path: Path) -> None:
    assert heard(tmp_path / "ranks", saw(6), saw(6), first=4) == ["rank 5: the same as rank 4"]


def test_a_rank_that_was_stopped_is_named(tmp_path: Path) -> None:
    assert heard(tmp_path / "ranks", saw(6), None) == ["rank 1: has not come to its end yet, or was stopped"]


def test_many_differences_are_counted(tmp_path: Path) -> None:
    lines = heard(tmp_path / "ranks", saw(1), saw(*range(2, 12)))
    assert len(lines) == ranks.MOST_SHOWN + 1
    assert lines[-1] == "rank 1: and 3 more differences"


def test_nothing_is_left_and_nobody_is_told_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "ranks"
    heard(folder, saw(6), saw(6))
    late = Ranks(tmp_path / "gone", 1, 2)
    (tmp_path / "gone").rmdir()
    late.tell(saw(6))
    assert [*tmp_path.iterdir()] == []


def test_who_is_waited_for_may_come_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leader, other = Ranks(tmp_path / "ranks", 0, 2), Ranks(tmp_path / "ranks", 1, 2)
    report = saw(6)
    monkeypatch.setattr(ranks.time, "sleep", lambda _: other.tell(report))
    assert leader.differences(report) == ["rank 1: the same as rank 0"]


def test_the_ranks_that_torchrun_has_started_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ranks.tempfile, "gettempdir", lambda: str(tmp_path))
    here = ranks_here(TORCHRUN)
    assert here is not None
    assert not here.leads
    first = ranks_here(TORCHRUN | {"LOCAL_RANK": "0", "RANK": "0"})
    assert first is not None
    assert first.leads
    here.tell(saw(6))
    assert first.differences(saw(6), wait=False) == ["rank 1: the same as rank 0"]


@pytest.mark.parametrize(
    "other", [{"LOCAL_WORLD_SIZE": "1"}, {"LOCAL_RANK": ""}, {"LOCAL_WORLD_SIZE": "two"}, {"TORCHELASTIC_RUN_ID": None}]
)
def test_one_rank_and_another_launcher_have_no_others(other: dict[str, str | None]) -> None:
    given = {name: value for name, value in (TORCHRUN | other).items() if value is not None}
    assert ranks_here(given) is None
