"""States that are carried from step to step: told of where torch's backward raises for their graph, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import forked
import pytest
import torch
from expected import Expected, findings_text, sections
from torch import Tensor, nn

import rnnshape
from rnnshape.report.words import message_of


class Forecaster(nn.Module):
    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.rnn = kind(3, 4)
        self.head = nn.Linear(4, 1)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        output, state = self.rnn(x, state)
        return self.head(output), state


class Stepwise(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(3, 4)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        for step in x:
            state = self.cell(step, state)
        return state, state


def detached(state: Any) -> Any:
    return tuple(h.detach() for h in state) if isinstance(state, tuple) else state.detach()


def train(model: nn.Module, carry: Any = lambda state: state, retain: bool = False, update: bool = True) -> None:
    optimizer, state = torch.optim.SGD(model.parameters(), 0.1), None
    for _ in range(3):
        output, state = model(torch.randn(5, 2, 3), state)
        state = carry(state)
        output.pow(2).mean().backward(retain_graph=retain)
        if update:
            optimizer.step()


LAYERS = [nn.RNN, nn.GRU, nn.LSTM]


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("retain", [False, True])
def test_a_state_with_its_graph_is_named(kind: type[nn.RNNBase], retain: bool) -> None:
    model = Forecaster(kind)
    raised = pytest.raises(RuntimeError, match="inplace operation" if retain else "a second time")
    with rnnshape.watch(model, track=True) as report, raised as caught:
        train(model, retain=retain)
    (finding,) = report.findings
    assert finding.code == "RNS507"
    pair = kind is nn.LSTM
    carries = "h_0 and c_0 carry" if pair else "h_0 carries"
    assert finding.headline == f"rnn ({kind.__name__}): {carries} the graph of the step before, which its backward has used up"
    fits = "h, c = h.detach(), c.detach()" if pair else "h = h.detach()"
    assert finding.suggestion == f"{fits} between the steps fits"
    assert finding.location is not None
    assert finding.location.code == "output, state = self.rnn(x, state)"
    (detail,) = finding.details
    assert detail.endswith("in train:  output.pow(2).mean().backward(retain_graph=retain)")
    assert caught.value.__notes__ == ["rnnshape: " + message_of([finding])]


def test_a_state_that_was_changed_on_the_way_is_found() -> None:
    model = Forecaster(nn.GRU)
    with rnnshape.watch(model, track=True) as report, pytest.raises(RuntimeError):
        train(model, carry=lambda state: state[:, :2] * torch.ones(2, 1))
    assert [f.code for f in report.findings] == ["RNS507"]


def test_the_state_of_a_cell_is_found() -> None:
    model = Stepwise()
    with rnnshape.watch(model, track=True) as report, pytest.raises(RuntimeError):
        train(model)
    (finding,) = report.findings
    assert finding.code == "RNS507"
    assert finding.module == "cell"


def test_every_word_is_expected(expected: Expected) -> None:
    golden, said = Path(__file__).parents[1] / "golden" / "carrying.txt", {}
    for name, model in {**{kind.__name__: Forecaster(kind) for kind in LAYERS}, "GRUCell": Stepwise()}.items():
        with rnnshape.watch(model, track=True) as report, pytest.raises(RuntimeError):
            train(model)
        said[name] = findings_text(report.findings, golden.parent)
    assert len(said) == 4
    expected(golden, sections(said))


@pytest.mark.parametrize("kind", LAYERS)
def test_a_detached_state_is_right(kind: type[nn.RNNBase]) -> None:
    model = Forecaster(kind)
    with rnnshape.watch(model, track=True) as report:
        train(model, carry=detached)
    assert report.findings == ()


def test_a_graph_that_is_kept_on_purpose_is_right() -> None:
    model = Forecaster(nn.GRU)
    with rnnshape.watch(model, track=True) as report:
        train(model, retain=True, update=False)
    assert report.findings == ()


def test_chunks_with_one_backward_are_right() -> None:
    model, state, total = Forecaster(nn.GRU), None, torch.zeros(())
    with rnnshape.watch(model, track=True) as report:
        for _ in range(2):
            for _ in range(3):
                output, state = model(torch.randn(5, 2, 3), state)
                total = total + output.pow(2).mean()
            total.backward()
            state, total = state.detach(), torch.zeros(())
    assert report.findings == ()


def test_a_loss_that_is_used_twice_is_not_explained_by_a_state() -> None:
    model = Forecaster(nn.GRU)
    with rnnshape.watch(model, track=True) as report:
        for _ in range(2):
            loss = model(torch.randn(5, 2, 3))[0].pow(2).mean()
            loss.backward()
        with pytest.raises(RuntimeError, match="a second time"):
            loss.backward()
    assert report.findings == ()


def test_a_loop_of_thousands_of_steps_is_freed(tmp_path: Path) -> None:
    program = """
import torch, rnnshape
from torch import nn
class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 4)
    def forward(self, x):
        state = None
        for step in x:
            state = self.cell(step, state)
        return state[0]
model, x = Loop(), torch.randn(5000, 2, 3)
with rnnshape.watch(model, axes="seq batch feature", track=2):
    for _ in range(2):
        model(x).sum().backward()
print("done")
"""
    (tmp_path / "train.py").write_text(program)
    done = forked.run("train.py", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
