"""Stages: what every callback shares, without any trainer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from rnnshape.errors import ContractError, SpecError
from rnnshape.integrations.steps import Stages


class Reader(nn.Module):
    def __init__(self, right: bool = False) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.fc = nn.Linear(16, 3)
        self.right = right

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, h_n = self.rnn(x)
        h_n = h_n.transpose(0, 1) if self.right else h_n
        return self.fc(h_n.reshape(6, 16))


def stages(said: list[str], **options: Any) -> Stages:
    given: dict[str, Any] = {"track": 2, "on": "record", "fail_on": "never", "axes": "batch seq feature", "ignore": ()}
    return Stages(**given | options, say=said.append)


def steps(of: Stages, model: nn.Module, number: int) -> None:
    for _ in range(number):
        model(torch.randn(6, 9, 4))
        of.step()


def test_a_stage_is_told_of_after_its_steps() -> None:
    said: list[str] = []
    of, model = stages(said), Reader()
    of.begin("training", model)
    assert of.told == frozenset()
    steps(of, model, 5)
    assert said == ["rnnshape: 1 recurrent layer, 2 calls, 1 finding in the first 2 steps of training"]
    assert [f.code for f in of.reports["training"].findings] == ["RNS203"]
    assert of.numbers("training") == {"error": 1, "warning": 0, "info": 0}
    assert of.told == {"training"}
    assert not torch._C._len_torch_function_stack()
    of.end()
    of.begin("training", model)  # an epoch later
    steps(of, model, 1)
    assert len(said) == 1


def test_a_stage_that_ends_before() -> None:
    said: list[str] = []
    of, model = stages(said, track=9), Reader(right=True)
    of.begin("test", model)
    steps(of, model, 1)
    of.begin("other", model)
    of.leave()
    assert said == ["rnnshape: 1 recurrent layer, 1 call, no findings in the first step of test"]
    assert of.told == {"test", "other"}


def test_a_batch_of_validation_is_no_step() -> None:
    said: list[str] = []
    of, model = stages(said), Reader(right=True)
    of.begin("fit", model)
    model(torch.randn(6, 9, 4))
    of.beside()
    steps(of, model, 3)
    of.beside()
    of.begin("more", model)
    steps(of, model, 2)
    assert said == [
        "rnnshape: 1 recurrent layer, 3 calls, no findings in the first 2 steps of fit, and in 1 batch of validation",
        "rnnshape: 1 recurrent layer, 2 calls, no findings in the first 2 steps of more",
    ]


def test_a_stage_without_a_step_of_its_own() -> None:
    said: list[str] = []
    of, model = stages(said), Reader(right=True)
    of.begin("fit", model)
    model(torch.randn(6, 9, 4))
    of.beside()
    of.end()
    where = "before the first step of fit, and in 1 batch of validation"
    assert said == [f"rnnshape: 1 recurrent layer, 1 call, no findings {where}"]


def test_what_was_not_looked_at_is_said() -> None:
    said: list[str] = []
    of, model = stages(said, axes=None), Reader(right=True)
    of.begin("training", model)
    model(torch.randn(6, 9, 4))
    of.reports["training"].did_not_look("compiled, so not followed", "rnn")
    of.end()
    assert "\n  not looked at: rnn: compiled, so not followed" in said[0]


@pytest.mark.parametrize("fail_on", ["error", "warning"])
def test_a_finding_ends_it(fail_on: str) -> None:
    of, model = stages([], fail_on=fail_on), Reader()
    of.begin("training", model)
    steps(of, model, 1)
    with pytest.raises(ContractError) as raised:
        steps(of, model, 1)
    assert [f.code for f in raised.value.findings] == ["RNS203"]
    assert not torch._C._len_torch_function_stack()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"track": 0}, "track=0: a number of steps is needed, such as 3"),
        ({"track": True}, "track=True: a number of steps is needed, such as 3"),
        ({"on": "print"}, "on='print': use one of 'raise', 'warn', 'log', 'record'"),
        ({"fail_on": "errors"}, "fail_on='errors': use one of error, warning, never; did you mean 'error'?"),
        ({"ignore": ["RNS999"]}, "ignore=['RNS999']: there is no rule 'RNS999'"),
    ],
)
def test_an_option_that_cannot_be_read(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        stages([], **options)
    assert str(raised.value) == message
