"""Models that loop over their steps: followed, and in a dry run, as tables; nothing here is asserted.

    .venv/bin/python tests/benchmarks/loops.py              every row; about five minutes
    .venv/bin/python tests/benchmarks/loops.py calls        the rows of one table: followed, long, calls, predicted

Each row is a process of its own, with one thread. `followed`: the first step of a process that a watch follows, and the median
of those after it, over the median of a bare forward and backward. `calls`: what is added to one call in such a step, by a mode
that does nothing and by following it, as the fastest of several rounds. `predicted`: `predict(model, ...)`, the first of a
process and the median of more, over the model's forward, and over that under FakeTensorMode.
"""

import json
import platform
import statistics
import subprocess
import sys
import time
import warnings

ROWS = {
    "followed": ["decoder 25", "decoder 50", "decoder 100", "decoder 200", "cell 200", "language 35", "ctc 40"],
    "long": ["cell 5000"],
    "calls": ["nn.GRU", "operation", "getter"],
    "predicted": ["decoder 50", "decoder 200", "cell 200", "language 35", "ctc 40"],
}
"""What is measured; the number is of steps."""

BATCH, SOURCE, WIDTH = 16, 20, 64


def decoder(steps):
    """Return a decoder that calls nn.GRU at each step and attends to what the encoder has said."""
    import torch
    from torch import nn

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.GRU(32, WIDTH, batch_first=True)
            self.embed = nn.Embedding(50, 32)
            self.rnn = nn.GRU(32 + WIDTH, WIDTH, batch_first=True)
            self.out = nn.Linear(2 * WIDTH, 50)

        def forward(self, x):
            memory, state = self.encoder(x)
            token = torch.zeros(len(x), 1, dtype=torch.long)
            logits = []
            for _ in range(steps):
                scores = torch.bmm(memory, state[-1].unsqueeze(2)).squeeze(2)
                context = torch.bmm(scores.softmax(1).unsqueeze(1), memory)
                output, state = self.rnn(torch.cat([self.embed(token), context], 2), state)
                step = self.out(torch.cat([output, context], 2))
                logits.append(step)
                token = step.argmax(2)
            return torch.cat(logits, 1)

    return Decoder(), torch.randn(BATCH, SOURCE, 32), "batch seq feature", f"batch={BATCH} seq={SOURCE} feature=32"


def cell(steps):
    """Return a loop over the steps of x that calls nn.LSTMCell at each."""
    import torch
    from torch import nn

    class Cell(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.LSTMCell(32, WIDTH)
            self.out = nn.Linear(WIDTH, 5)

        def forward(self, x):
            state, outputs = None, []
            for step in x:
                state = self.cell(step, state)
                outputs.append(state[0])
            return self.out(torch.stack(outputs))

    return Cell(), torch.randn(steps, BATCH, 32), "seq batch feature", f"seq={steps} batch={BATCH} feature=32"


def language(steps):
    """Return a language model of three LSTMs."""
    import torch
    from torch import nn

    class Language(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(1000, 128)
            self.layers = nn.ModuleList(nn.LSTM(128, 128) for _ in range(3))
            self.out = nn.Linear(128, 1000)

        def forward(self, tokens):
            x = self.embed(tokens)
            for layer in self.layers:
                x, _ = layer(x)
            return self.out(x)

    return Language(), torch.randint(1000, (steps, BATCH)), "seq batch", f"seq={steps} batch={BATCH}"


def ctc(steps):
    """Return convolutions over images of text, and an LSTM over what they see from left to right."""
    import torch
    from torch import nn

    class Crnn(nn.Module):
        def __init__(self):
            super().__init__()
            one, two = nn.Conv2d(1, 32, 3, padding=1), nn.Conv2d(32, 64, 3, padding=1)
            self.conv = nn.Sequential(one, nn.ReLU(), nn.MaxPool2d(2), two)
            self.rnn = nn.LSTM(64 * 16, 128, bidirectional=True)
            self.out = nn.Linear(256, 40)

        def forward(self, x):
            x = self.conv(x).permute(3, 0, 1, 2).flatten(2)
            return self.out(self.rnn(x)[0]).log_softmax(2)

    sizes = f"batch={BATCH} channels=1 height=32 width={2 * steps}"
    return Crnn(), torch.randn(BATCH, 1, 32, 2 * steps), "batch channels height width", sizes


def made(row):
    """Return the model of a row, what it is given, the axes of that, and its sizes."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    name, steps = row.split()
    return {"decoder": decoder, "cell": cell, "language": language, "ctc": ctc}[name](int(steps))


def timed(work, rounds):
    """Return the seconds of each round."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


def followed(row):
    """Return milliseconds of a bare step, and how many times that a followed one takes: first, later, and after them."""
    import rnnshape as rs

    model, x, axes, _ = made(row)

    def step():
        model(x).square().mean().backward()

    rounds = 3 if row.endswith("000") else 7
    timed(step, 2)
    bare = timed(step, rounds)
    with rs.watch(model, axes=axes, track=rounds, on="record") as report:
        first, *later = timed(step, rounds)
        after = timed(step, rounds)
    assert report.ok, report
    bare = statistics.median(bare + timed(step, rounds))
    ratios = [first / bare, statistics.median(later) / bare, statistics.median(after) / bare]
    return [f"{1000 * bare:.1f} ms", *(f"{ratio:.2f}" for ratio in ratios)]


long = followed


def calls(row):
    """Return microseconds that are added to a call: by a mode that does nothing, and by following it once more."""
    import torch
    from torch import nn
    from torch.overrides import TorchFunctionMode

    from rnnshape.layout.layout import Layout
    from rnnshape.report.report import Report
    from rnnshape.report.reporter import Reporter
    from rnnshape.tracking.track import Tracker

    class Nothing(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func(*args, **(kwargs or {}))

    torch.set_num_threads(1)
    x, rnn = torch.randn(BATCH, 1, 32), nn.GRU(32, WIDTH, batch_first=True)
    turns = 200 if row == "nn.GRU" else 2000
    states = []

    def work():
        state = torch.zeros(1, BATCH, WIDTH)
        for _ in range(turns):
            if row == "nn.GRU":
                _, state = rnn(x, state)
                states.append(state)
            elif row == "operation":
                x.transpose(0, 1)
            else:
                x.shape  # noqa: B018
        states.clear()

    def fastest():
        with torch.no_grad():
            return 1e6 * min(timed(work, 7)) / turns

    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    tracker.inputs.label(x, Layout.parse(f"batch={BATCH} seq=1 feature=32"))
    bare = fastest()
    with Nothing():
        nothing = fastest() - bare
    with tracker:
        following = fastest() - bare
    assert not tracker._off
    return [f"{bare:.2f} us", f"{nothing:.2f} us", f"{following:.2f} us"]


def predicted(row):
    """Return milliseconds of a forward, and of one with fake tensors; and how many times each that predict takes."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    import rnnshape as rs

    model, x, _, sizes = made(row)

    def predict():
        rs.predict(model, sizes)

    def forward():
        with torch.no_grad():
            model(x)

    [first] = timed(predict, 1)
    later = statistics.median(timed(predict, 5))
    forward()
    real = statistics.median(timed(forward, 5))
    with FakeTensorMode(allow_non_fake_inputs=True):
        fake_model, fake_x, *_ = made(row)

        def fake():
            with torch.no_grad():
                fake_model(fake_x)

        fake()
        faked = statistics.median(timed(fake, 5))
    return [
        f"{1000 * real:.1f} ms", f"{1000 * faked:.1f} ms", f"{1000 * first:.0f} ms", f"{1000 * later:.1f} ms",
        f"{later / real:.2f}", f"{later / faked:.2f}",
    ]  # fmt: skip


HEADS = {
    "followed": ["forward and backward", "first followed", "later", "after"],
    "long": ["forward and backward", "first followed", "later", "after"],
    "calls": ["bare", "under a mode that does nothing", "followed"],
    "predicted": ["forward", "with fake tensors", "first predict", "later", "over forward", "over fake"],
}


def main(tables):
    """Print the tables."""
    import torch

    machine = f"Python {platform.python_version()}, torch {torch.__version__}, {platform.machine()}, one thread"
    print(f"{machine}; {BATCH} samples, hidden_size {WIDTH}\n{' '.join(['python tests/benchmarks/loops.py', *sys.argv[1:]])}")
    for table in tables:
        print(f"\n| {table} | {' | '.join(HEADS[table])} |\n|---|{'---:|' * len(HEADS[table])}")
        for row in ROWS[table]:
            done = subprocess.run([sys.executable, __file__, "--row", table, row], capture_output=True, text=True, check=True)
            print(f"| {row} | {' | '.join(json.loads(done.stdout.splitlines()[-1]))} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--row"]:
        warnings.simplefilter("ignore")
        print(json.dumps(globals()[sys.argv[2]](sys.argv[3])))
    else:
        main(sys.argv[1:] or list(ROWS))
