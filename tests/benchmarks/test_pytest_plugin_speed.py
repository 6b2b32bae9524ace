"""pytest with the plugin and without: where nothing of it is used, and where every test is watched.

Times are processor seconds of the whole process, for the start of a process on a shared machine says little by the clock.
"""

import resource
import subprocess
import sys

import pytest

EMPTY = "def test_nothing(): pass\n"
MANY = "import pytest\n@pytest.mark.parametrize('number', range(1000))\ndef test_nothing(number): pass\n"
TRAINING = """
import torch
from torch import nn

def test_training():
    rnn, head = nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True), nn.Linear(32, 5)
    optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], 0.1)
    for _ in range(200):
        optimizer.zero_grad()
        head(rnn(torch.randn(6, 9, 10))[0][:, -1]).square().mean().backward()
        optimizer.step()
"""


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(folder, source, *options):
    (folder / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.benchmark(group="one empty test", min_rounds=10, timer=processor_seconds)
@pytest.mark.parametrize("options", [("-p", "no:rnnshape"), ()], ids=["without the plugin", "with it, unused"])
def test_an_empty_suite(benchmark, tmp_path, options):
    assert "1 passed" in benchmark(lambda: run(tmp_path, EMPTY, *options))


@pytest.mark.benchmark(group="a thousand empty tests", min_rounds=5, timer=processor_seconds)
@pytest.mark.parametrize(
    "options", [("-p", "no:rnnshape"), (), ("--rnnshape",)], ids=["without the plugin", "with it, unused", "each one watched"]
)
def test_many_empty_tests(benchmark, tmp_path, options):
    assert "1000 passed" in benchmark(lambda: run(tmp_path, MANY, *options))


@pytest.mark.benchmark(group="a test that trains for 200 steps", min_rounds=5, timer=processor_seconds)
@pytest.mark.parametrize(
    "options",
    [("-p", "no:rnnshape"), ("--rnnshape",), ("--rnnshape", "--rnnshape-track=all")],
    ids=["without the plugin", "watched", "watched, every step followed"],
)
def test_training(benchmark, tmp_path, options):
    assert "1 passed" in benchmark(lambda: run(tmp_path, TRAINING, *options))
