"""What runs in processes that a script starts is named as not seen."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os

import pytest
import torch
from torch.utils.data import DataLoader

from rnnshape.hooks import processes
from rnnshape.hooks.processes import started_processes, unseen

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def work() -> None:
    pass


def ended(*started: multiprocessing.process.BaseProcess) -> None:
    for process in started:
        process.start()
    for process in started:
        process.join()


def test_what_a_process_runs_is_named_once() -> None:
    fork = multiprocessing.get_context("fork")
    with started_processes() as counted:
        ended(fork.Process(target=work), fork.Process(target=work))
    assert unseen(counted) == ["work ran in 2 processes of its own; put rnnshape.watch(model) into it"]


def test_one_process_is_named() -> None:
    with started_processes() as counted:
        ended(multiprocessing.get_context("fork").Process(target=work))
    assert unseen(counted) == ["work ran in a process of its own; put rnnshape.watch(model) into it"]


def test_workers_of_a_dataloader_run_no_model() -> None:
    with started_processes() as counted:
        assert len([*DataLoader(torch.arange(4), num_workers=2, multiprocessing_context="fork")]) == 4
    assert unseen(counted) == []


def test_nothing_stays_in_the_class() -> None:
    before = multiprocessing.process.BaseProcess.start
    with started_processes():
        assert multiprocessing.process.BaseProcess.start is not before
    assert multiprocessing.process.BaseProcess.start is before


def test_a_mistake_of_ours_lets_a_process_start(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def mistaken(_: object) -> str:
        raise RuntimeError("ours")

    monkeypatch.setattr(processes, "_what_runs", mistaken)
    one = multiprocessing.get_context("fork").Process(target=work)
    with started_processes() as counted:
        ended(one)
    assert (one.exitcode, unseen(counted)) == (0, [])
    assert "rnnshape made a mistake" in caplog.text
