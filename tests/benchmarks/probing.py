"""Time and memory of experiments beside torchtest2 and pytest-torch, as a table, and what each says; nothing here is asserted.

    .venv/bin/pip install --no-deps torchtest2 pytest-torch
    .venv/bin/python tests/benchmarks/probing.py

Each figure is of a process of its own, with one thread: the median of several calls after a first one, and how much the peak of
the resident memory grew over that of a plain forward and backward.
"""

import importlib.util
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
import warnings

CALLS = 7

MODELS = ("right, batch first", "right, steps first", "samples mixed by a view")

TOOLS = {
    "forward and backward": None,
    "diagnose(probe=False)": None,
    "diagnose": None,
    "probe": None,
    "torchtest2 batch_independence": "torchtest2",
    "pytest-torch assert_batch_invariant": "pytest_torch",
}
"""What is measured, with the module that it needs besides."""


def model_of(name):
    """Return a model, what it is given, and the axes of that."""
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(32, 64, num_layers=2, batch_first="first" in name and "batch" in name)
            self.fc = nn.Linear(128, 5)

        def forward(self, x):
            _, (h_n, _) = self.rnn(x)
            if "mixed" in name:
                return self.fc(h_n.view(-1, 128))
            return self.fc(h_n.transpose(0, 1).flatten(1))

    torch.manual_seed(0)
    first = name == MODELS[0]
    x = torch.randn(6, 40, 32) if first else torch.randn(40, 6, 32)
    return Classifier().eval(), x, "batch seq feature" if first else "seq batch feature"


def call_of(tool, model, x, axes):
    """Return what is called, which returns what is said."""
    import torch

    import rnnshape as rs

    def plain():
        model(x).square().mean().backward()
        return ""

    def diagnose(**options):
        return " ".join(f.code for f in rs.diagnose(model, x, axes=axes, **options).findings) or "nothing"

    def torchtest2():
        from torchtest2 import CHECKS, check_model

        others = [check for check in CHECKS if check not in ("forward", "batch_independence")]
        results = check_model(model, x, skip=others).results
        [result] = [result for result in results if result.name == "batch_independence"]
        return result.status.name.lower()

    def pytest_torch():
        from pytest_torch.assertions import assert_batch_invariant

        try:
            assert_batch_invariant(model, x)
        except (AssertionError, ValueError) as error:
            return f"{type(error).__name__}"
        return "nothing"

    def probe():
        found = rs.probe(model, x, axes=axes).findings
        return " ".join(f"{f.code} at line {f.location.line}" if f.location else f.code for f in found) or "nothing"

    torch.set_num_threads(1)
    return {
        "forward and backward": plain,
        "diagnose(probe=False)": lambda: diagnose(probe=False),
        "diagnose": diagnose,
        "probe": probe,
        "torchtest2 batch_independence": torchtest2,
        "pytest-torch assert_batch_invariant": pytest_torch,
    }[tool]


def measured(tool, name):
    """Return milliseconds, MiB, and what is said, of this process."""
    model, x, axes = model_of(name)
    plain, call = call_of("forward and backward", model, x, axes), call_of(tool, model, x, axes)
    plain()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = call()
    seconds = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"ms": 1000 * statistics.median(seconds), "MiB": grown, "said": said}


def main():
    """Print the table."""
    import torch

    print(f"torch {torch.__version__}, {platform.machine()}, one thread; 6 samples, 40 steps, LSTM 32 -> 64, 2 layers\n")
    print("| model | tool | ms | times a step | MiB more | says |\n|---|---|---|---|---|---|")
    for name in MODELS:
        step = None
        for tool, needs in TOOLS.items():
            if needs and importlib.util.find_spec(needs) is None:
                print(f"| {name} | {tool} | {needs} is not installed | | | |")
                continue
            done = subprocess.run([sys.executable, __file__, tool, name], capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            step = step or found["ms"]
            print(f"| {name} | {tool} | {found['ms']:.1f} | {found['ms'] / step:.1f} | {found['MiB']:.0f} | {found['said']} |")


if __name__ == "__main__":
    if sys.argv[1:]:
        warnings.simplefilter("ignore")
        print(json.dumps(measured(*sys.argv[1:])))
    else:
        main()
