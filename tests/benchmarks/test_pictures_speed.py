"""What pictures cost: a layer, a finding, and a page, beside the text of the same."""

import pytest
import torch
from torch import nn

import rnnshape as rs

LAYER = rs.predict("LSTM", 10, 16, num_layers=2, bidirectional=True, batch=6, seq=9)


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(64, 5)

    def forward(self, x):
        return self.fc(self.rnn(x)[1][0].view(x.size(0), -1))


@pytest.fixture(scope="module")
def finding():
    [finding] = rs.diagnose(Mixed(), torch.zeros(6, 9, 10), axes="batch seq feature").findings
    return finding


@pytest.mark.parametrize("form", ["svg", "text", "table"])
def test_a_layer(benchmark, form):
    benchmark.group = "a layer of two layers and two directions"
    made = benchmark(lambda: repr(LAYER) if form == "table" else getattr(LAYER, form))
    assert "h_n" in made


@pytest.mark.parametrize("form", ["svg", "text", "words"])
def test_a_finding(benchmark, finding, form):
    benchmark.group = "a finding with three grids"
    made = benchmark(lambda: str(finding) if form == "words" else getattr(finding, form))
    assert "RNS203" in made
