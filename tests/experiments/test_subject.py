"""The copy: the user's model, random numbers, buffers and gradients are bit for bit what they were."""

from __future__ import annotations

import copy
import random
import threading
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.experiments.places import Given
from rnnshape.experiments.subject import Subject, Unfit


class Busy(nn.Module):
    """Writes to itself and to its input, keeps a state, draws numbers, prints."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.norm, self.drop = nn.GRU(4, 8, batch_first=True), nn.BatchNorm1d(8), nn.Dropout(0.5)
        self.calls, self.state = 0, None
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        print("called")
        self.calls += 1
        self.seen += x.sum()
        x += 1
        output, self.state = self.rnn(x, self.state)
        random.random()
        return self.drop(self.norm(output[:, -1])) + torch.randn(8)


def everything(model: nn.Module) -> list[Any]:
    tensors = [*model.state_dict().values(), *(p.grad for p in model.parameters())]
    return [t.clone() for t in tensors if t is not None]


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("verb", ["probe", "loss"])
def test_nothing_of_the_users_is_touched(verb: str, train: bool, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    model = Busy().train(train)
    x, target = torch.randn(5, 9, 4), torch.randn(5, 8)
    model.rnn(x)[0].sum().backward()
    before, held, version = everything(model), x.clone(), x._version
    numbers = torch.get_rng_state(), random.getstate()
    loss = {"target": target, "target_axes": "batch feature", "loss": nn.MSELoss()} if verb == "loss" else {}
    rs.probe(model, x, axes="batch seq feature", train=train, **loss)
    assert torch.equal(torch.get_rng_state(), numbers[0])
    assert random.getstate() == numbers[1]
    assert all(torch.equal(a, b) for a, b in zip(before, everything(model), strict=True))
    assert torch.equal(x, held)
    assert x._version == version
    assert model.training is train
    assert (model.calls, model.state) == (0, None)
    assert capsys.readouterr().out == ""
    assert not torch.nn.modules.module._global_forward_pre_hooks


class Locked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.lock = nn.GRU(4, 8), threading.Lock()

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


def test_a_model_that_cannot_be_copied() -> None:
    influence = rs.probe(Locked(), torch.zeros(9, 6, 4), axes="seq batch feature")
    assert influence.untried == ("the model cannot be copied: TypeError: cannot pickle '_thread.lock' object",)
    assert influence.experiments == ()
    assert not influence.ok, "nothing was measured"
    report = rs.diagnose(Locked(), torch.zeros(9, 6, 4), axes="seq batch feature", probe=True)
    assert report.blind == (f"no experiment was made: {influence.untried[0]}",)
    assert rs.diagnose(Locked(), torch.zeros(9, 6, 4), axes="seq batch feature").blind == ()


def test_a_hook_of_the_users_would_see_the_runs() -> None:
    model = nn.GRU(4, 8)
    model.register_forward_hook(lambda module, args, output: None)
    with pytest.raises(Unfit, match="GRU has the hook test_a_hook_of_the_users"):
        Subject(model)


def test_the_same_numbers_every_time() -> None:
    torch.manual_seed(0)
    subject = Subject(nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5)), train=True)
    first, second = (subject.run(Given((torch.ones(3, 4),), {})) for _ in range(2))
    assert torch.equal(first.output, second.output)
    assert first.draws


def test_a_loss_that_calls_the_users_own_model_is_not_called() -> None:
    model = nn.Linear(4, 2)
    influence = rs.probe(
        model, torch.randn(5, 4), axes="batch feature", target=torch.randn(5, 4), target_axes="batch feature",
        loss=lambda output, target: (output - model(target)).square().mean(),
    )  # fmt: skip
    assert [what for what in influence.untried if what.startswith("targets")] == [
        "targets: the loss raised _UsersOwnCalledError: Linear"
    ]


def test_every_run_begins_with_a_fresh_copy() -> None:
    model = Busy().eval()
    subject = Subject(model)
    outputs = [subject.run(Given((torch.ones(3, 9, 4),), {})).output for _ in range(3)]
    assert all(torch.equal(outputs[0], other) for other in outputs)
    assert copy.deepcopy(model).state is None


# Who would see the runs of a copy


def refused(model: nn.Module) -> str:
    """Return why ``probe`` makes no experiment."""
    x = torch.zeros(4, 5, 3, device=next(model.parameters()).device)
    return "; ".join(rs.probe(model, x, axes="batch seq feature").untried)


def test_a_hook_of_every_module_sees_no_run_of_a_copy() -> None:
    def counting(module: nn.Module, args: object) -> None:
        seen.append(module)

    seen: list[nn.Module] = []
    model = nn.Sequential(nn.GRU(3, 4, batch_first=True))
    handle = torch.nn.modules.module.register_module_forward_pre_hook(counting)
    try:
        report = rs.diagnose(model, torch.zeros(4, 5, 3), axes="batch seq feature")
        assert "counting of every module would see every run of a copy; remove it for the probe" in refused(model)
    finally:
        handle.remove()
    assert [type(module).__name__ for module in seen] == ["Sequential", "GRU"]
    assert report.ok


def test_hooks_for_saved_tensors_see_no_run_of_a_copy() -> None:
    packed: list[int] = []
    model = nn.Sequential(nn.GRU(3, 4, batch_first=True))

    def pack(x: Tensor) -> Tensor:
        packed.append(1)
        return x

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x):
        model(torch.zeros(4, 5, 3))
        alone = len(packed)
        rs.diagnose(model, torch.zeros(4, 5, 3), axes="batch seq feature")
        assert len(packed) == 2 * alone
        assert "hooks for saved tensors are on, and would see every run of a copy; probe outside of them" in refused(model)


def test_a_model_without_values_is_not_measured(caplog: pytest.LogCaptureFixture) -> None:
    model = nn.Sequential(nn.GRU(3, 4, batch_first=True)).to("meta")
    rs.diagnose(model, torch.zeros(4, 5, 3, device="meta"), axes="batch seq feature")
    assert not caplog.records
    assert "the model is on the meta device, where tensors have no values" in refused(model)


def test_random_numbers_of_two_threads_are_put_back_one_after_the_other() -> None:
    model = nn.Sequential(nn.GRU(3, 4, batch_first=True))
    before = torch.get_rng_state()

    def diagnosed() -> None:
        rs.diagnose(model, torch.zeros(4, 5, 3), axes="batch seq feature")

    threads = [threading.Thread(target=diagnosed) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.equal(torch.get_rng_state(), before)
