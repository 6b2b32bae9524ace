"""A followed forward and a dry run beside what other tools take for the same models, as a table; nothing here is asserted.

    .venv/bin/pip install -e '.[bench]'
    .venv/bin/python tests/benchmarks/peers.py                    every model; some minutes
    .venv/bin/python tests/benchmarks/peers.py "classifier 20"    one of them

Each figure is of a process of its own, with one thread and without gradients, since some tools change torch for good: the plain
forward is timed first, and then the tool, first once and then over and over. It is processor time, the fastest of several
calls, so that a busy machine shows in it as little as possible. A tool that is not installed is skipped, and the table says so.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
import warnings

MODELS = ["classifier 20", "cell 200", "decoder 50"]
"""What is called; the number is of steps."""

TOOLS = {
    "followed, every axis": None,
    "`rnnshape.predict`": None,
    "forward under FakeTensorMode": None,
    "forward on the meta device": None,
    "forward under torch's DebugMode": "torch.utils._debug_mode",
    "`torchinfo.summary`": "torchinfo",
    "`torchlens.trace`": "torchlens",
    "jaxtyping + beartype on `forward`": "jaxtyping",
}
"""What is measured, with the module that it needs besides."""

SECONDS, FEWEST, MOST = 3.0, 3, 30
"""How long each side is called over and over, and how often at least and at most."""


def classifier(steps):
    """Return an LSTM and a layer over its last state."""
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.fc = nn.LSTM(32, 64, batch_first=True), nn.Linear(64, 5)

        def forward(self, x):
            _, (h_n, _) = self.rnn(x)
            return self.fc(h_n[-1])

    return Classifier(), torch.randn(16, steps, 32), "batch seq feature", f"batch=16 seq={steps} feature=32"


def made(row):
    """Return a model, what it is given, the axes of that, and its sizes."""
    import loops
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    name, steps = row.split()
    return classifier(int(steps)) if name == "classifier" else loops.made(row)


def annotated(model, axes):
    """Have jaxtyping and beartype look at what `forward` is given and returns, as their users write it."""
    from beartype import beartype
    from jaxtyping import Float, jaxtyped
    from torch import Tensor

    forward = model.forward

    def checked(x: Float[Tensor, axes]) -> Float[Tensor, "..."]:
        return forward(x)

    model.forward = jaxtyped(typechecker=beartype)(checked)


@contextlib.contextmanager
def called(tool, row):
    """Yield what is to be timed."""
    import torch

    model, x, axes, sizes = made(row)
    if tool == "followed, every axis":
        import rnnshape as rs

        with rs.watch(model, axes=axes, track=MOST + 1, on="record") as report:
            yield lambda: model(x)
        assert report.ok, report
    elif tool == "`rnnshape.predict`":
        import rnnshape as rs

        yield lambda: rs.predict(model, sizes)
    elif "FakeTensorMode" in tool:
        from torch._subclasses.fake_tensor import FakeTensorMode

        with FakeTensorMode():
            model, x, *_ = made(row)
            yield lambda: model(x)
    elif "meta" in tool:
        with torch.device("meta"):
            model, x = model.to("meta"), x.to("meta")
            yield lambda: model(x)
    elif "DebugMode" in tool:
        from torch.utils._debug_mode import DebugMode

        def debugged():
            with DebugMode():
                model(x)

        yield debugged
    elif "torchinfo" in tool:
        import torchinfo

        yield lambda: torchinfo.summary(model, input_data=[x], verbose=0)
    elif "torchlens" in tool:
        import torchlens

        yield lambda: torchlens.trace(model, x)
    else:
        annotated(model, axes)
        yield lambda: model(x)


def seconds(work):
    """Return the processor time of something."""
    began = time.process_time()
    work()
    return time.process_time() - began


def fastest(work):
    """Return the least processor time of several calls."""
    until, found = time.monotonic() + SECONDS, []
    while len(found) < FEWEST or (time.monotonic() < until and len(found) < MOST):
        found.append(seconds(work))
    return min(found)


def measured(tool, row):
    """Return milliseconds of a plain forward, of the first call of a tool, and of its fastest."""
    import torch

    model, x, *_ = made(row)
    with torch.no_grad():
        model(x)
        plain = fastest(lambda: model(x))
        with called(tool, row) as work:
            first = seconds(work)
            later = fastest(work)
    return [1000 * plain, 1000 * first, 1000 * later]


def is_here(module):
    """Tell whether a tool is installed."""
    try:
        return module is None or importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def versions():
    """Say what was measured, where, and under which load."""
    import torch

    def of(name):
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            return f"no {name}"

    peers = ", ".join(map(of, ["torchinfo", "torchlens", "jaxtyping", "beartype"]))
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    return f"Python {platform.python_version()}, torch {torch.__version__}, {peers}, {platform.machine()}, one thread; {load}"


def main(models):
    """Print the table."""
    print(versions())
    for row in models:
        print(f"\n| {row} steps | forward, ms | first call | later | over the forward |\n|---|---:|---:|---:|---:|")
        for tool, module in TOOLS.items():
            if not is_here(module):
                print(f"| {tool} | | | | not installed, skipped |", flush=True)
                continue
            done = subprocess.run([sys.executable, __file__, "--row", tool, row], capture_output=True, text=True)
            if done.returncode:
                print(f"| {tool} | | | | raises: {done.stderr.strip().splitlines()[-1][:90]} |", flush=True)
                continue
            plain, first, later = json.loads(done.stdout.splitlines()[-1])
            print(f"| {tool} | {plain:.2f} | {first:.1f} | {later:.2f} | {later / plain:.1f} x |", flush=True)
    print(f"\nat the end: {versions()}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--row"]:
        warnings.simplefilter("ignore")
        print(json.dumps(measured(sys.argv[2], sys.argv[3])))
    else:
        main(sys.argv[1:] or MODELS)
