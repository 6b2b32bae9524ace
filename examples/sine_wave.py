"""Teach a one-layer RNN to say the next point of a sine curve.

What it shows:

- the shape of every tensor between the curve and the loss, with ``batch_first=True``;
- a hidden state that is carried from batch to batch, and detached so that backpropagation stops at the batch;
- the RNN's output flattened to (batch*seq, hidden) for the Linear, and the target flattened in the same order;
- with ``--batch 2`` or more: the ``view`` that flattens one curve and raises for several, why, and two mends;
- whether the model learned: its loss beside that of a predictor which only repeats the last point.

How to run it:

    python examples/sine_wave.py
    python examples/sine_wave.py --batch 3
    rnnshape run examples/sine_wave.py

It is an ordinary training script and does not know that rnnshape exists; the last command watches it as it is.
"""

import argparse

import torch
from torch import nn

# no whole number of points is a period of 2 pi, so no two windows are alike
RADIANS_PER_POINT = 0.2
TESTED_WINDOWS = 20


class NextPoint(nn.Module):
    """An RNN that reads a curve, and a Linear that turns each of its states into a guess of the next point."""

    def __init__(self, hidden_size):
        super().__init__()
        self.rnn = nn.RNN(1, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, 1)

    def forward(self, x, state=None):
        """Map x (batch, seq, 1) and the state (1, batch, hidden) to predictions (batch*seq, 1) and the next state."""
        output, state = self.rnn(x, state)
        return self.fc(flattened(output)), state


def flattened(tensor):
    """Merge batch and seq, (batch, seq, n) to (batch*seq, n): all steps of sample 0, then all steps of sample 1, ..."""
    return tensor.reshape(-1, tensor.shape[-1])


def window(number, batch, seq):
    """Cut the next ``seq`` points out of ``batch`` curves: x (batch, seq, 1), and y of the same shape one point later."""
    angle = RADIANS_PER_POINT * (number * seq + torch.arange(seq + 1))
    # each sample is a sine of its own phase, and row i of every window continues row i of the window before:
    # only therefore may the state be handed on
    phase = 2 * torch.pi * torch.arange(batch)[:, None] / batch
    curves = torch.sin(angle + phase).unsqueeze(-1)
    return curves[:, :-1], curves[:, 1:]


def show_shapes(model, x, y):
    with torch.no_grad():
        output, state = model.rnn(x)
    flat = flattened(output)
    rows = {
        "x": (x, "batch, seq, feature"),
        "output": (output, "batch, seq, hidden: the state at every step"),
        "h_n": (state, "layers, batch, hidden: the last state, not batch-first"),
        "flat output": (flat, "batch*seq, hidden"),
        "prediction": (model.fc(flat), "batch*seq, 1"),
        "flat y": (flattened(y), "batch*seq, 1: the same order of rows"),
    }
    for name, (tensor, meaning) in rows.items():
        print(f"  {name:<12} {tuple(tensor.shape)!s:<13} {meaning}")
    return output


def show_view(model, output):
    """Flatten the output of several samples with ``view``, see it fail, and compare the two mends."""
    batch, seq, hidden = output.shape
    print(f"\noutput.view(-1, {hidden}) of {batch} samples:")
    try:
        output.view(-1, hidden)
    except RuntimeError as error:
        print(f"  RuntimeError: {str(error).splitlines()[0]}")
    else:
        print("  no error: with a single step the rows already lie in order; a longer --seq raises")
        return
    print(f"  why     the strides are {output.stride()}: the RNN writes all samples of step 0, then all of step 1, ...,")
    print("          and batch_first=True only swaps the axes. A view cannot put the rows in another order.")
    print(f"  mend    output.reshape(-1, {hidden}) copies the rows into the order (sample 0 step 0, sample 0 step 1, ...)")
    print(f"  better  fc(output), and no flattening: a Linear works on the last axis and keeps {(batch, seq)}. With batch and")
    print("          seq still two axes, no prediction can meet the target of another sample or step by mistake.")
    with torch.no_grad():
        same = torch.allclose(flattened(model.fc(output)), model.fc(flattened(output)), atol=1e-6)
    print(f"  the two mends agree: {same}")


def train(model, options):
    """Train on one window after another, and return the state in which the last one ended."""
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    state = None
    shown = max(1, options.steps // 5)
    for step in range(options.steps):
        x, y = window(step, options.batch, options.seq)
        prediction, state = model(x, state)
        # the next window starts from this state, but its gradients stop here
        state = state.detach()
        loss = criterion(prediction, flattened(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step == 0 or (step + 1) % shown == 0:
            print(f"  step {step + 1:>4}   loss {loss.item():.6f}")
    return state


@torch.no_grad()
def compare(model, state, options):
    """Return the mean loss of the model, and that of repeating the last point, on the windows after the trained ones."""
    of_model = of_repeating = 0.0
    for number in range(options.steps, options.steps + TESTED_WINDOWS):
        x, y = window(number, options.batch, options.seq)
        prediction, state = model(x, state)
        of_model += nn.functional.mse_loss(prediction, flattened(y)).item() / TESTED_WINDOWS
        of_repeating += nn.functional.mse_loss(x, y).item() / TESTED_WINDOWS
    return of_model, of_repeating


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"1 or more is needed, got {number}")
    return number


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train a one-layer RNN to predict the next point of a sine curve.",
        epilog="Try --batch 3: the usual view(-1, hidden) raises there, and the script shows why. "
        "To see what every axis means: rnnshape run examples/sine_wave.py",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=positive, default=200, help="training steps, one window of every curve each")
    parser.add_argument("--batch", type=positive, default=1, help="curves learned at once, each with its own phase")
    parser.add_argument("--seq", type=positive, default=20, help="points in a window; a period has 31.4")
    parser.add_argument("--hidden", type=positive, default=16, help="size of the hidden state")
    parser.add_argument("--seed", type=int, default=0, help="of the initial weights; the rest is not random")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    model = NextPoint(options.hidden)

    print("shapes of a window:")
    output = show_shapes(model, *window(0, options.batch, options.seq))
    if options.batch > 1:
        show_view(model, output)

    print("\ntraining:")
    state = train(model, options)

    of_model, of_repeating = compare(model, state, options)
    verdict = "not learned yet: try more --steps"
    if of_model < of_repeating:
        verdict = f"learned: {of_repeating / of_model:.1f} times smaller"
    print(f"\nnext {TESTED_WINDOWS} windows: loss {of_model:.6f}, repeating the last point {of_repeating:.6f} ({verdict})")


if __name__ == "__main__":
    main()
