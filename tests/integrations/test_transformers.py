"""The callback for transformers on real fits."""

from __future__ import annotations

from typing import Any

from bug_line import LINE

STAGE = "training"


def test_the_first_steps_are_watched(fit: Any) -> None:
    ended = fit("transformers")
    assert ended["told"] == {STAGE: ["1 recurrent layer, 3 calls", f"RNS203 {LINE}"]}
    assert ended["left"] == [0, False]
    assert f"1 finding in the first 3 steps of {STAGE}" in ended["err"]


def test_a_right_model_is_silent_and_trains_as_without(fit: Any) -> None:
    ended, plain = fit("transformers", right=True), fit("transformers", right=True, watched=False)
    assert ended["told"] == {STAGE: ["1 recurrent layer, 3 calls"]}
    assert (ended["weights"], ended["random"]) == (plain["weights"], plain["random"])


def test_a_finding_may_end_the_run(fit: Any) -> None:
    ended = fit("transformers", fail_on="error")
    assert (ended["raised"], ended["left"]) == (["ContractError"], [0, False])
