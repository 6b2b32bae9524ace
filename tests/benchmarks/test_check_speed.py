"""One call of a module that computes nothing, bare and under the decorator; and what following every axis adds to real work."""

import pytest
import torch
from beartype import beartype
from jaxtyping import Float, jaxtyped
from torch import Tensor, nn

from rnnshape import check

X = torch.zeros(9, 6, 4)
RESULT = torch.zeros(6, 8)


class Plain(nn.Module):
    def forward(self, x):
        return RESULT


class Annotated(nn.Module):
    def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch hidden"]:
        return RESULT


class Jaxtyped(nn.Module):
    @jaxtyped(typechecker=beartype)
    def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch hidden"]:
        return RESULT


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(16, 64, num_layers=2, bidirectional=True)
        self.fc = nn.Linear(128, 5)

    def forward(self, x: Float[Tensor, "seq batch 16"]) -> Float[Tensor, "batch classes"]:
        _, (h_n, _) = self.rnn(x)
        return self.fc(torch.cat([h_n[-2], h_n[-1]], 1))


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RNNSHAPE", raising=False)


STUBS = pytest.mark.benchmark(group="one call of a stub module")


@STUBS
def test_stub_bare(benchmark):
    stub = Plain()
    assert benchmark(lambda: stub(X)) is RESULT


@STUBS
def test_stub_check_switched_off(benchmark, monkeypatch):
    monkeypatch.setenv("RNNSHAPE", "off")
    stub = check(Plain())
    assert benchmark(lambda: stub(X)) is RESULT


@STUBS
def test_stub_check(benchmark):
    stub = check(Plain(), track=False)
    assert benchmark(lambda: stub(X)) is RESULT


@STUBS
def test_stub_check_annotated(benchmark):
    stub = check(Annotated(), track=False)
    assert benchmark(lambda: stub(X)) is RESULT


@STUBS
def test_stub_jaxtyping_and_beartype(benchmark):
    stub = Jaxtyped()
    assert benchmark(lambda: stub(X)) is RESULT


@STUBS
def test_stub_check_tracking(benchmark):
    stub = check(Annotated(), track=True)
    assert benchmark(lambda: stub(X)) is RESULT


FUNCTIONS = pytest.mark.benchmark(group="one call of a function")


@FUNCTIONS
def test_function_bare(benchmark):
    assert benchmark(lambda: Plain.forward(None, X)) is RESULT


@FUNCTIONS
def test_function_check(benchmark):
    step = check(Plain.forward, track=False)
    assert benchmark(lambda: step(None, X)) is RESULT


REAL = pytest.mark.benchmark(group="forward of a 2-layer bidirectional LSTM classifier, 50 steps, 16 samples")


@REAL
@pytest.mark.parametrize("track", ["bare", "off", False, True])
def test_classifier(benchmark, track, monkeypatch):
    if track == "off":
        monkeypatch.setenv("RNNSHAPE", "off")
    model = Classifier()
    x = torch.zeros(50, 16, 16)
    if track != "bare":
        model = check(model, track=track is True)
    assert benchmark(lambda: model(x)).shape == (16, 5)
