"""A process from its start to its end."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.benchmark(group="cold start", min_rounds=5, warmup=False)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_rnnshape_predict(benchmark):
    options = ["--input-size", "10", "--hidden-size", "16", "--batch", "6", "--seq", "9"]
    assert "(9, 6, 10)" in benchmark(lambda: run(sys.executable, "-m", "rnnshape", "predict", "lstm", *options))


def test_python_alone(benchmark):
    assert benchmark(lambda: run(sys.executable, "-c", "pass")) == ""


def test_import_torch(benchmark):
    assert benchmark(lambda: run(sys.executable, "-c", "import torch")) == ""


MODEL = "import torch; model = torch.nn.Sequential(torch.nn.Linear(4, 4)); "


def test_the_first_dry_run(benchmark):
    said = "import rnnshape; print(rnnshape.predict(model, 'batch=6 feature=4'))"
    assert "20 parameters" in benchmark(lambda: run(sys.executable, "-c", MODEL + said))


def test_the_first_forward_under_fake_tensor_mode(benchmark):
    mode = "from torch._subclasses import FakeTensorMode\nwith FakeTensorMode(allow_non_fake_inputs=True): "
    assert "[6, 4]" in benchmark(lambda: run(sys.executable, "-c", f"{MODEL}\n{mode}print(model(torch.empty(6, 4)).shape)"))
