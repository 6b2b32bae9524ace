"""The fixture rnn_probe: samples that meet fail a test."""

from __future__ import annotations

from typing import Any


def test_samples_that_meet_fail_the_test(suite: Any) -> None:
    result = suite.run("""
def test_right(rnn_probe):
    assert rnn_probe(RIGHT, X, axes="batch seq feature").samples.verdict == "apart"

def test_wrong(rnn_probe):
    rnn_probe(WRONG, X, axes="batch seq feature")
""")
    assert result.outcomes == {"passed": 1, "failed": 1}
    assert any("see: rnnshape explain RNS601" in line for line in result.lines)


def test_nothing_that_could_be_measured_fails_the_test(suite: Any) -> None:
    result = suite.run("""
class Raises(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(10, 16)
    def forward(self, x):
        return {}["vocab"]

def test_raises(rnn_probe):
    rnn_probe(Raises(), X, axes="batch seq feature")
""")
    assert result.outcomes == {"failed": 1}
    assert any("rnn_probe has measured nothing: the copy raised KeyError: 'vocab'" in line for line in result.lines)


def test_what_nobody_knows_is_not_looked_at(suite: Any) -> None:
    result = suite.run("""
class Summed(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(10, 16, batch_first=True)
    def forward(self, x):
        return self.rnn(x)[0].mean()

def test_summed(rnn_probe):
    rnn_probe(Summed(), X, axes="batch seq feature")
""")
    assert result.outcomes == {"passed": 1}
    assert any("samples: the output is of the batch as a whole" in line for line in result.lines)


def test_what_is_allowed_to_mix_them(suite: Any) -> None:
    result = suite.run("""
class Pooled(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.pool = nn.GRU(10, 16, batch_first=True), Together()
    def forward(self, x):
        return self.pool(self.rnn(x)[0][:, -1])

class Together(nn.Module):
    def forward(self, x):
        return x - x.mean(0)

def test_fails(rnn_probe):
    rnn_probe(Pooled(), X, axes="batch seq feature")

def test_by_class(rnn_probe):
    rnn_probe(Pooled(), X, axes="batch seq feature", allow=("Together",))

def test_by_path(rnn_probe):
    rnn_probe(Pooled(), X, axes="batch seq feature", allow=("pool",))
""")
    assert result.outcomes == {"passed": 2, "failed": 1}
