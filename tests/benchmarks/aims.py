"""Every cost that has an aim, in one table: what following, dry runs and experiments may take; nothing here is asserted.

    .venv/bin/python tests/benchmarks/aims.py                      every row; some ten minutes
    .venv/bin/python tests/benchmarks/aims.py "decoder 50" calls   those whose names contain one of these
    .venv/bin/python tests/benchmarks/aims.py --beside ../before   and in turn with another tree, of the same machine

Each row is a process of its own with one thread, and what is compared is timed in turn in it, round by round. It is processor
time, and of many rounds the fastest counts, as another one's load makes a round longer and none shorter. What has no second
time, the first step that a process follows and its first dry run, is the least of several processes.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings

LOOPS = ["decoder 25", "decoder 50", "decoder 100", "decoder 200", "cell 200", "cell 5000"]

DRY = ["classifier 20", "language 35", "ctc 40", "decoder 50", "decoder 200", "cell 200"]

RIGHT = ["right, batch first", "right, steps first"]

DIAGNOSED = [*RIGHT, "samples mixed by a view", "decoder 25", "cell 50", "language 35", "ctc 20"]

ROWS = {
    **{f"followed {row}, first": "3.0" if row.startswith("cell") else "4.0" for row in LOOPS},
    **{f"followed {row}, later": "2.0" for row in LOOPS},
    "calls nn.GRU": "60 us", "calls operation": "5 us", "calls getter": "1.5 us",
    **{f"dry run {row}": "1.0" for row in DRY},
    "first dry run": "0.5 s", "predict of a layer": "8 us", "cold start": "40 ms", "cold start in Python": "40 ms",
    "contract": "3",
    **{f"diagnose {row}": "8" for row in DIAGNOSED},
}  # fmt: skip
"""What is measured, and what it should be at most."""

PROCESSES = 3
"""Of what has no second time, and of what a call adds."""


def seconds(work):
    """Return the processor time of something."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turn(works, rounds):
    """Return the least processor time of each of some works, which are done in turn."""
    return [min(column) for column in zip(*([seconds(work) for work in works] for _ in range(rounds)), strict=True)]


def made(row):
    """Return a model, what it is given, the axes of that, and its sizes."""
    import loops
    import peers
    import probing

    if row in probing.MODELS:
        return *probing.model_of(row), ""
    return peers.made(row) if row.startswith("classifier") else loops.made(row)


def followed(row):
    """Return how many times a bare step the first followed one takes, or the later ones."""
    import rnnshape as rs

    row, which = row.split(", ")
    model, x, axes, _ = made(row)
    rounds = 3 if row.endswith("000") else 12

    def step():
        model(x).square().mean().backward()

    def later():
        with rs.watch(model, axes=axes, track=1, on="record") as report:
            taken = seconds(step)
        assert report.ok, report
        return taken

    in_turn([step], 2)
    first = later()
    turns = [(seconds(step), first if which == "first" else later()) for _ in range(rounds)]
    bare, taken = (min(column) for column in zip(*turns, strict=True))
    return taken / bare


def calls(row):
    """Return the microseconds that following adds to one more of the same call."""
    import torch
    from torch import nn

    from rnnshape.layout.layout import Layout
    from rnnshape.report.report import Report
    from rnnshape.report.reporter import Reporter
    from rnnshape.tracking.track import Tracker

    x, rnn, states = torch.randn(16, 1, 32), nn.GRU(32, 64, batch_first=True), []
    turns = 200 if row == "nn.GRU" else 1000

    def work():
        state = torch.zeros(1, 16, 64)
        for _ in range(turns):
            if row == "nn.GRU":
                _, state = rnn(x, state)
                states.append(state)
            elif row == "operation":
                x.transpose(0, 1)
            else:
                x.shape  # noqa: B018
        states.clear()

    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    tracker.inputs.label(x, Layout.parse("batch=16 seq=1 feature=32"))

    def under():
        with tracker:
            work()

    with torch.no_grad():
        under()
        bare, taken = in_turn([work, under], 60)
    assert not tracker._off
    return 1e6 * (taken - bare) / turns


def dry(row):
    """Return how many times a forward under FakeTensorMode a dry run takes."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    import rnnshape as rs

    model, _, _, sizes = made(row)
    with (mode := FakeTensorMode(allow_non_fake_inputs=True)):
        fake_model, fake_x, *_ = made(row)

    def fake():
        with mode, torch.no_grad():
            fake_model(fake_x)

    works = [fake, lambda: rs.predict(model, sizes)]
    in_turn(works, 1)
    faked, taken = in_turn(works, 5)
    return taken / faked


def first():
    """Return the seconds of the first dry run of a process."""
    import torch

    import rnnshape as rs

    model = torch.nn.Sequential(torch.nn.Linear(4, 4))
    return seconds(lambda: rs.predict(model, "batch=6 feature=4"))


def layer():
    """Return the microseconds of the prediction of a layer, with one of its numbers asked for."""
    import rnnshape as rs

    config = {"input_size": 10, "hidden_size": 16, "num_layers": 2, "bidirectional": True}

    def work():
        for seq in range(1, 1001):
            rs.predict("LSTM", **config, batch=6, seq=seq)

    work()
    return 1e3 * min(in_turn([work], 30))


LAYER = ["lstm", "--input-size", "10", "--hidden-size", "16", "--batch", "6", "--seq", "9"]

IN_PYTHON = "import rnnshape; print(rnnshape.predict('LSTM', input_size=10, hidden_size=16, batch=6, seq=9))"


def cold(*command):
    """Return the milliseconds that a process with a prediction takes longer than an empty one."""

    def process(*command):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Python would take the package of the working directory before that of another tree
        subprocess.run([sys.executable, *command], check=True, capture_output=True, cwd=tempfile.gettempdir())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    turns = [(process("-c", "pass"), process(*command)) for _ in range(25)]
    bare, ours = (min(column) for column in zip(*turns, strict=True))
    return 1e3 * (ours - bare)


def contract():
    """Return how many times what an empty pair of hooks adds to a call a contract does."""
    import torch
    from torch import nn

    import rnnshape as rs

    x, state = torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)
    result = nn.GRU(4, 8)(x, state)

    class Stub(nn.GRU):
        def forward(self, input, hx=None):
            return result

    bare, hooked, watched = Stub(4, 8), Stub(4, 8), Stub(4, 8)
    hooked.register_forward_pre_hook(lambda module, args: None)
    hooked.register_forward_hook(lambda module, args, result: None)

    def times(model):
        def work():
            for _ in range(1000):
                model(x, state)

        return work

    with rs.watch(watched, track=False):
        least = in_turn([times(bare), times(hooked), times(watched)], 40)
    return (least[2] - least[0]) / (least[1] - least[0])


def diagnose(row):
    """Return how many times a forward and backward `diagnose` takes, with experiments."""
    import rnnshape as rs

    model, x, axes, *_ = made(row)
    model.eval()

    def step():
        model(x).square().mean().backward()

    works = [step, lambda: rs.diagnose(model, x, axes=axes)]
    in_turn(works, 1)
    bare, taken = in_turn(works, 10)
    return taken / bare


MEASURED = {
    "followed": followed, "calls": calls, "dry run": dry, "first dry run": first, "predict of a layer": layer,
    "cold start": lambda: cold("-m", "rnnshape", "predict", *LAYER), "cold start in Python": lambda: cold("-c", IN_PYTHON),
    "contract": contract, "diagnose": diagnose,
}  # fmt: skip


def measured(row):
    """Return the number of a row."""
    if row in MEASURED:
        return MEASURED[row]()
    name = next(name for name in MEASURED if row.startswith(f"{name} "))
    return MEASURED[name](row.removeprefix(f"{name} "))


def of_processes(row, tree):
    """Return the least number of a row in some processes, for a tree."""
    often = PROCESSES if row.endswith("first") or row.startswith(("calls", "first")) else 1
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **({"PYTHONPATH": os.path.abspath(tree)} if tree else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what was compiled once is not compiled again, as where it is installed
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        command = [sys.executable, __file__, "--row", row]
        done = [subprocess.run(command, capture_output=True, text=True, check=True, env=environment) for _ in range(often)]
    return min(json.loads(one.stdout.splitlines()[-1]) for one in done)


def main(asked, beside):
    """Print the table."""
    import torch

    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    print(f"Python {platform.python_version()}, torch {torch.__version__}, {platform.machine()}, one thread; {load}")
    trees = [None, *([beside] if beside else [])]
    print(f"\n| | aim, at most |{' beside |' if beside else ''} here |\n|---|---:|---:|{'---:|' if beside else ''}")
    for row, aim in ROWS.items():
        if not asked or any(part in row for part in asked):
            unit = "".join(aim.partition(" ")[1:]) or " x"
            said = [f"{of_processes(row, tree):.2f}{unit}" for tree in reversed(trees)]
            print(f"| {row} | {aim}{'' if ' ' in aim else ' x'} | {' | '.join(said)} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--row"]:
        import torch

        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        print(json.dumps(measured(sys.argv[2])))
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("rows", nargs="*")
        parser.add_argument("--beside", help="another tree of this project")
        options = parser.parse_args()
        main(options.rows, options.beside)
