"""Every shape in a small classifier by four ways of knowing them, at 10, 100 and 1000 steps: a dry run should not care."""

from itertools import product

import pytest
import torch
import torchinfo
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from rnnshape import predict

CASES = list(product((nn.RNN, nn.GRU, nn.LSTM), (10, 100, 1000)))


class Classifier(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(10, 16)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].__name__}-{case[1]}")
def case(request, benchmark):
    kind, seq = request.param
    benchmark.group = f"a model with nn.{kind.__name__} at seq={seq}"
    return kind, seq


@pytest.fixture
def timed(benchmark):
    """Time few rounds: the slow ways take seconds."""
    return lambda work: benchmark.pedantic(work, rounds=5, warmup_rounds=1)


def test_rnnshape(timed, case):
    kind, seq = case
    model = Classifier(kind)
    found = timed(lambda: predict(model, f"seq={seq} batch=6 feature=10"))
    assert found["fc"].outputs[0].layout.sizes == (seq, 6, 5)
    assert found["rnn"].layout("h_n").sizes == (1, 6, 16)


def test_meta_device(timed, case):
    kind, seq = case
    with torch.device("meta"):
        model, x = Classifier(kind), torch.empty(seq, 6, 10)
    assert timed(lambda: tuple(model(x).shape)) == (seq, 6, 5)


def test_fake_tensors(timed, case):
    kind, seq = case
    with FakeTensorMode():
        model, x = Classifier(kind), torch.empty(seq, 6, 10)
        assert timed(lambda: tuple(model(x).shape)) == (seq, 6, 5)


def test_torchinfo(timed, case):
    kind, seq = case
    model = Classifier(kind)
    found = timed(lambda: torchinfo.summary(model, input_size=(seq, 6, 10), verbose=0))
    assert found.summary_list[-1].output_size == [seq, 6, 5]
