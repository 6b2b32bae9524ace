"""Whether a training run whose followed steps are over is slower than a bare one: a paired test; nothing here is asserted.

    .venv/bin/python tests/benchmarks/paired.py         30 rounds of a second for each side; seven minutes of a core
    .venv/bin/python tests/benchmarks/paired.py 120     of two minutes: an hour of followed training for each model

In every round the same number of steps is trained three times, in an order that is drawn anew: bare, under a `watch` that has
followed its steps, and bare once more, by a twin. What is tested are the logarithms of the ratios to the first, one for each
round, by changing their signs at random: p is the share of 10,000 such changes whose mean is as far from 0. The intervals are
those of Student's t with 29 degrees of freedom. The twin shows what the test says where there is nothing. It is processor time
that is compared, of one thread, so that what else the machine does shows in it as little as possible.
"""

import json
import math
import platform
import random
import statistics
import subprocess
import sys
import time
import warnings

MODELS = ["language 35", "ctc 40", "decoder 50", "cell 200"]

ROUNDS, CHANGES, STUDENT = 30, 10_000, 2.045


def trained(model, x, steps):
    """Return the processor time of some steps of training."""
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    began = time.process_time()
    for _ in range(steps):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    return time.process_time() - began


def compared(row, long):
    """Return the steps of a round; and of watched and of the twin against bare the mean ratio, its interval, and p."""
    from loops import made

    import rnnshape as rs

    (bare, x, axes, _), watched, twin = made(row), made(row)[0], made(row)[0]
    for model in (bare, twin):
        trained(model, x, 3)
    steps = max(1, round(3 * long / trained(bare, x, 3)))
    found = {"watched": [], "twin": []}
    order = random.Random(0)
    with rs.watch(watched, axes=axes, track=3, on="record") as report:
        trained(watched, x, 5)  # three are followed
        for _ in range(ROUNDS):
            sides = [("watched", watched), ("twin", twin), ("bare", bare)]
            order.shuffle(sides)
            taken = {name: trained(model, x, steps) for name, model in sides}
            for name, ratios in found.items():
                ratios.append(math.log(taken[name] / taken["bare"]))
    assert report.ok, report
    return [steps, *(tested(ratios, order) for ratios in found.values())]


def tested(ratios, order):
    """Return the mean ratio, its interval, and p."""
    mean, off = statistics.mean(ratios), STUDENT * statistics.stdev(ratios) / math.sqrt(len(ratios))
    far = sum(abs(statistics.fmean(order.choice((-1, 1)) * r for r in ratios)) >= abs(mean) for _ in range(CHANGES))
    return [math.exp(mean), math.exp(mean - off), math.exp(mean + off), (far + 1) / (CHANGES + 1)]


def main(long):
    """Print the table."""
    import torch

    print(f"Python {platform.python_version()}, torch {torch.__version__}, {platform.machine()}, one thread; {ROUNDS} rounds\n")
    print("| model | steps of a round | watched, over bare | p | the twin, over bare | p |\n|---|---:|---:|---:|---:|---:|")
    for row in MODELS:
        command = [sys.executable, __file__, "--row", row, str(long)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        steps, *sides = json.loads(done.stdout.splitlines()[-1])
        shown = " | ".join(f"{mean:.4f} ({low:.4f} to {high:.4f}) | {p:.4f}" for mean, low, high, p in sides)
        print(f"| {row} | {steps} | {shown} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--row"]:
        warnings.simplefilter("ignore")
        print(json.dumps(compared(sys.argv[2], float(sys.argv[3]))))
    else:
        main(float(sys.argv[1]) if sys.argv[1:] else 1.0)
