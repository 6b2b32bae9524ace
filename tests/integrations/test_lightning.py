"""The callback for Lightning on real fits, of both of its packages."""

from __future__ import annotations

from typing import Any

import pytest
from bug_line import LINE

CALLS = {"fit": 5, "validate": 2, "test": 2}
"""Batches of each stage that are watched: two of the sanity check and three of training; validation and test have two."""


@pytest.mark.parametrize("package", ["lightning.pytorch", "pytorch_lightning"])
def test_every_stage_is_watched(fit: Any, package: str) -> None:
    ended = fit(package)
    assert ended["told"] == {s: [f"1 recurrent layer, {n} calls", f"RNS203 {LINE}"] for s, n in CALLS.items()}
    assert ended["left"] == [0, False]
    assert ended["more"] == ["rnnshape/error", "rnnshape/info", "rnnshape/warning"]
    where = "in the first 3 steps of fit, and in 2 batches of validation"
    assert f"rnnshape: 1 recurrent layer, 5 calls, 1 finding {where}" in ended["err"]


def test_a_right_model_is_silent_and_trains_as_without(fit: Any) -> None:
    ended, plain = fit("lightning.pytorch", right=True), fit("lightning.pytorch", right=True, watched=False)
    assert ended["told"] == {s: [f"1 recurrent layer, {n} calls"] for s, n in CALLS.items()}
    assert (ended["weights"], ended["random"]) == (plain["weights"], plain["random"])


def test_a_finding_may_end_the_run(fit: Any) -> None:
    ended = fit("lightning.pytorch", fail_on="error")
    assert (ended["raised"], ended["left"]) == (["ContractError"], [0, False])
    assert fit("lightning.pytorch", right=True, fail_on="error")["raised"] == []


def test_two_processes(fit: Any) -> None:
    ended = fit("lightning.pytorch", devices=2)
    assert ended["err"].count("rnnshape: 1 recurrent layer, ") == 1  # the first rank speaks
    assert "1 finding in the first" in ended["err"]
