"""Forward and backward of three models: bare, under the tracker, and under torchlens."""

import pytest
import torch
from torch import nn

from rnnshape.layout.layout import Layout
from rnnshape.report.report import Report
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.track import Tracker


class Classifier(nn.Module):
    sizes, layout = (64, 32, 32), "batch=64 seq=32 feature=32"

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(32, 64, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(128, 5)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        return self.fc(torch.cat([h[-2], h[-1]], 1))


class Translator(nn.Module):
    sizes, layout = (16, 20, 32), "batch=16 seq=20 feature=32"

    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(32, 64, batch_first=True)
        self.embed = nn.Embedding(50, 32)
        self.cell = nn.GRUCell(96, 64)
        self.out = nn.Linear(128, 50)

    def forward(self, x):
        memory, h = self.encoder(x)
        h = h[0]
        token = torch.zeros(len(x), dtype=torch.long)
        logits = []
        for _ in range(30):
            weights = torch.bmm(memory, h.unsqueeze(2)).squeeze(2).softmax(1)
            context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
            h = self.cell(torch.cat([self.embed(token), context], 1), h)
            logits.append(self.out(torch.cat([h, context], 1)))
            token = logits[-1].argmax(1)
        return torch.stack(logits, 1)


class Small(nn.Module):
    sizes, layout = (20, 8, 16), "seq=20 batch=8 feature=16"

    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.RNN(16, 32), nn.Linear(32, 5)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


@pytest.fixture(params=[Classifier, Translator, Small], ids=lambda kind: kind.__name__)
def model(request, benchmark):
    torch.manual_seed(0)
    benchmark.group = f"forward and backward of {request.param.__name__}"
    return request.param()


@pytest.fixture(autouse=True)
def _with_gradients(_no_gradients):
    with torch.enable_grad():
        yield


def step(model, x):
    model(x).square().mean().backward()


def tracked_step(model, x, layout):
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    tracker.inputs.label(x, layout)
    with tracker:
        step(model, x)
    assert not tracker._off


def test_bare(benchmark, model):
    x = torch.randn(model.sizes)
    benchmark(step, model, x)


def test_tracked(benchmark, model):
    x = torch.randn(model.sizes)
    benchmark(tracked_step, model, x, Layout.parse(model.layout))


def test_torchlens(benchmark, model):
    torchlens = pytest.importorskip("torchlens")
    x = torch.randn(model.sizes)
    benchmark.pedantic(torchlens.trace, (model, x), rounds=1)
