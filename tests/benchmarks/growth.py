"""How costs grow with steps, samples, layers and modules, with the exponent of each curve; nothing here is asserted.

    .venv/bin/python tests/benchmarks/growth.py                 every curve; about three minutes
    .venv/bin/python tests/benchmarks/growth.py steps modules   some of them

Each curve is a process of its own, with one thread. Of every size a bare forward and backward, a followed one, `predict` and a
forward under FakeTensorMode are timed in turn, round by round, in processor time, and the fastest of each counts. An exponent
is the slope of the least squares line through the logarithms, with its standard error: 1 means twice as long for twice as much,
0 no longer.
"""

import json
import math
import platform
import subprocess
import sys
import time
import warnings

CURVES = {
    "steps": [25, 50, 100, 200, 400],
    "samples": [8, 16, 32, 64, 128],
    "layers": [1, 2, 4, 8, 16],
    "modules": [8, 16, 32, 64, 128],
}
"""What is made larger, and how large it is."""

COSTS = ["bare", "followed", "added", "predict", "fake forward"]

ROUNDS = 7


def model_of(curve, size):
    """Return a model, and the number of each axis of what it is given."""
    from loops import decoder
    from torch import nn

    if curve == "steps":
        return decoder(size)[0], {"batch": 16, "seq": 20, "feature": 32}

    class Classifier(nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.rnn, self.fc = nn.LSTM(32, 32, layers, batch_first=True), nn.Linear(32, 5)

        def forward(self, x):
            return self.fc(self.rnn(x)[0][:, -1])

    class Deep(nn.Module):
        def __init__(self, modules):
            super().__init__()
            self.rnn, self.fc = nn.LSTM(32, 32, batch_first=True), nn.ModuleList(nn.Linear(32, 32) for _ in range(modules))

        def forward(self, x):
            x = self.rnn(x)[0]
            for layer in self.fc:
                x = layer(x).relu()
            return x

    sizes = {"batch": size if curve == "samples" else 16, "seq": 20, "feature": 32}
    return (Deep(size) if curve == "modules" else Classifier(size if curve == "layers" else 1)), sizes


def seconds(work):
    """Return the processor time of something."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(curve, size):
    """Return milliseconds of each cost."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    import rnnshape as rs

    model, sizes = model_of(curve, size)
    x, layout = torch.randn(*sizes.values()), " ".join(f"{axis}={number}" for axis, number in sizes.items())
    fakes = FakeTensorMode(allow_non_fake_inputs=True)
    with fakes:
        fake_model, fake_x = model_of(curve, size)[0], torch.empty(*sizes.values())

    def step():
        model(x).square().mean().backward()

    def followed():
        with rs.watch(model, axes=" ".join(sizes), track=1, on="record") as report:
            taken = seconds(step)
        assert report.ok, report
        return taken

    def fake():
        with fakes, torch.no_grad():
            fake_model(fake_x)

    def turn():
        return seconds(step), followed(), seconds(lambda: rs.predict(model, layout)), seconds(fake)

    rounds = [turn() for _ in range(ROUNDS + 2)]  # the first two make what is made once
    bare, follow, predict, fake_forward = (1000 * min(column) for column in zip(*rounds[2:], strict=True))
    return [bare, follow, follow - bare, predict, fake_forward]


def exponent(sizes, costs):
    """Return the slope of costs over sizes on paper with two logarithmic scales, and its standard error."""
    if min(costs) <= 0:
        return None
    x, y = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    middle, level = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - middle) ** 2 for a in x)
    slope = sum((a - middle) * (b - level) for a, b in zip(x, y, strict=True)) / spread
    left = sum((b - level - slope * (a - middle)) ** 2 for a, b in zip(x, y, strict=True))
    return slope, math.sqrt(left / (len(x) - 2) / spread)


def written(found):
    """Write an exponent; of a curve that goes below zero there is none."""
    return "none that shows" if found is None else f"{found[0]:.2f} ± {found[1]:.2f}"


def main(curves):
    """Print a table for each curve."""
    import torch

    print(f"Python {platform.python_version()}, torch {torch.__version__}, {platform.machine()}, one thread; milliseconds")
    for curve in curves:
        done = subprocess.run([sys.executable, __file__, "--curve", curve], capture_output=True, text=True, check=True)
        rows = json.loads(done.stdout.splitlines()[-1])
        print(f"\n| {curve} | {' | '.join(map(str, CURVES[curve]))} | exponent |\n|---|{'---:|' * (len(rows) + 1)}")
        for cost, values in zip(COSTS, zip(*rows, strict=True), strict=True):
            shown = " | ".join(f"{value:.2f}" for value in values)
            print(f"| {cost} | {shown} | {written(exponent(CURVES[curve], values))} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--curve"]:
        import torch

        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        torch.manual_seed(0)
        print(json.dumps([measured(sys.argv[2], size) for size in CURVES[sys.argv[2]]]))
    else:
        main(sys.argv[1:] or list(CURVES))
