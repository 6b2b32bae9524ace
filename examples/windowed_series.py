"""Cut a series into windows, feed them to an RNN in both input layouts, and pick the right state to predict from.

What it shows:

- a Dataset of windows and its DataLoader: how many batches there are, and why the last one is smaller;
- one and two features, one and two directions, batch-first input and ``permute(1, 0, 2)`` for ``batch_first=False``: for every
  combination the sizes that torch computed beside the Layout that rnnshape predicted. The script stops where they differ;
- a head on ``output`` (the mean over the steps) and a head on ``h_n`` (the last layer's rows): both learn;
- what each of the 2 * num_layers rows of ``h_n`` is, and where the rows of the last layer stand in ``output``.

How to run it:

    python examples/windowed_series.py
    python examples/windowed_series.py --length 60 --window 12 --batch 7 --layers 3
    rnnshape run examples/windowed_series.py
"""

import argparse
from itertools import product

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

import rnnshape as rs


class Windows(Dataset):
    """Every stretch of ``window`` points of a series (points, features), each with the point that follows it."""

    def __init__(self, series, window):
        self.series = series
        self.window = window

    def __len__(self):
        # a window needs a point after it, so the last ``window`` points start none
        return len(self.series) - self.window

    def __getitem__(self, start):
        stop = start + self.window
        return self.series[start:stop], self.series[stop]


class Forecast(nn.Module):
    """An RNN and a Linear that predicts the next point from one state for each sample."""

    def __init__(self, features, options, *, batch_first, bidirectional, head):
        super().__init__()
        self.rnn = nn.RNN(features, options.hidden, options.layers, batch_first=batch_first, bidirectional=bidirectional)
        self.directions = 2 if bidirectional else 1
        self.head = head
        self.fc = nn.Linear(self.directions * options.hidden, features)

    def forward(self, x):
        output, h_n = self.rnn(x)
        if self.head == "output":
            state = output.mean(dim=1 if self.rnn.batch_first else 0)
        else:
            state = last_layer(h_n, self.rnn.num_layers, self.directions)
        return self.fc(state)


def last_layer(h_n, num_layers, directions):
    """Join the last layer's rows of h_n, (layers*directions, batch, hidden) to (batch, directions*hidden).

    It asks h_n only for methods that a Layout has too, so the same lines run on a tensor and on a prediction.
    """
    rows = h_n.unflatten(0, (num_layers, directions))[-1]
    # the directions stand before the batch: without the transpose, flatten would deal the samples out over the rows
    return rows.transpose(0, 1).flatten(1)


def make_series(length, features):
    """Make a series (points, features) of sines of different pace."""
    angle = np.arange(length)[:, np.newaxis] * np.array([0.3, 0.5])
    return np.sin(angle[:, :features]).astype(np.float32)


def show(name, tensor, layout):
    """Print the real sizes beside the predicted Layout, and stop where they differ."""
    assert tuple(tensor.shape) == layout.sizes, f"{name} is {tuple(tensor.shape)}, predicted {layout.sizes}: {layout}"
    print(f"  {name:<12} {tuple(tensor.shape)!s:<13} {layout}")


def show_windows(options):
    predicted = rs.predict_windows(options.length, options.window, options.batch)
    dataset = Windows(make_series(options.length, features=1), options.window)
    loader = DataLoader(dataset, options.batch)
    print(f"predicted: {predicted!r}")

    assert (len(dataset), len(loader)) == (predicted.windows, predicted.batches)
    for number, (x, y) in enumerate(loader):
        assert tuple(x.shape) == predicted.batch(number).sizes
        assert tuple(y.shape) == predicted.batch(number)[:, 0].sizes
    print(f"torch:     {len(dataset)} windows, {len(loader)} batches, the last one {tuple(x.shape)}")


def show_combination(options, features, batch_first, bidirectional):
    """Print what goes through one kind of RNN, and train it with each head."""
    way = "batch_first=True" if batch_first else "permute(1, 0, 2) for batch_first=False"
    print(f"\n{features} feature{'s' * (features > 1)}, {way}, {'both directions' if bidirectional else 'one direction'}")
    dataset = Windows(make_series(options.length, features), options.window)
    x, y = next(iter(DataLoader(dataset, options.batch)))
    windows = rs.predict_windows(options.length, options.window, options.batch, features)
    if batch_first:
        show("input", x, windows.input)
    else:
        x = x.permute(1, 0, 2)
        show("input", x, windows.input.permute(1, 0, 2))

    model = Forecast(features, options, batch_first=batch_first, bidirectional=bidirectional, head="h_n")
    layer = rs.predict(model.rnn, batch=len(y), seq=options.window)
    assert layer.input == (windows.input if batch_first else windows.input.permute(1, 0, 2))
    with torch.no_grad():
        output, h_n = model.rnn(x)
    show("output", output, layer.output)
    show("h_n", h_n, layer.h_n)
    shape = (options.layers, model.directions)
    show("last layer", last_layer(h_n, *shape), last_layer(layer.h_n, *shape))
    show("target", y, windows.target)

    for head in ("output", "h_n"):
        model = Forecast(features, options, batch_first=batch_first, bidirectional=bidirectional, head=head)
        before, after = train(model, dataset, options)
        verdict = "learns" if after < before / 2 else "has hardly learned: try more --epochs"
        print(f"  head on {head:<8} loss {before:.4f} -> {after:.4f}   {verdict}")


def train(model, dataset, options):
    """Train for a few epochs; return the loss on all windows before and after."""
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    everything = next(iter(DataLoader(dataset, len(dataset))))

    def loss_on(x, y):
        # only the input is permuted: the prediction has one row for each sample, as the target has
        return criterion(model(x if model.rnn.batch_first else x.permute(1, 0, 2)), y)

    with torch.no_grad():
        before = loss_on(*everything).item()
    for _ in range(options.epochs):
        for x, y in DataLoader(dataset, options.batch, shuffle=True):
            optimizer.zero_grad()
            loss_on(x, y).backward()
            optimizer.step()
    with torch.no_grad():
        return before, loss_on(*everything).item()


@torch.no_grad()
def show_rows(options):
    """Look every row of a bidirectional h_n up in the output."""
    model = Forecast(1, options, batch_first=True, bidirectional=True, head="h_n")
    x, y = next(iter(DataLoader(Windows(make_series(options.length, 1), options.window), options.batch)))
    output, h_n = model.rnn(x)
    hidden = options.hidden
    pieces = {
        f"output[:, -1, :{hidden}]": output[:, -1, :hidden],
        f"output[:, -1, {hidden}:]": output[:, -1, hidden:],
        f"output[:, 0, :{hidden}]": output[:, 0, :hidden],
        f"output[:, 0, {hidden}:]": output[:, 0, hidden:],
    }
    print(f"\nrows of h_n (layers={options.layers} directions=2), looked up in the output:")
    names = rs.predict(model.rnn, batch=len(y), seq=options.window).rows
    for number, (row, name) in enumerate(zip(h_n, names, strict=True)):
        equal = [piece for piece, values in pieces.items() if torch.equal(row, values)]
        print(f"  row {number}  {name:<16} {equal[0] if equal else 'not in the output, which is the last layer alone'}")
    print("  A head on h_n reads the last two rows, both directions of the last layer. The reverse direction ends at step 0,")
    print(f"  so output[:, -1] is not their equal: its half [{hidden}:] has read one step of the window.")
    answer = nn.Linear(hidden, 1)(h_n)
    print(f"  A Linear on h_n itself runs too, and answers {tuple(answer.shape)}: all layers and directions predict; the")
    print(f"  target is {tuple(y.shape)}. MSELoss broadcasts the two, and only a warning tells.")


def show_last_batch(options):
    """Hand the state of a full batch to the smaller last one, and see it fail."""
    predicted = rs.predict_windows(options.length, options.window, options.batch)
    print("\nthe last batch:")
    if predicted.last_input is None or predicted.batches == 1:
        print("  no smaller batch follows a full one here; another --batch leaves a rest")
        return
    rnn = nn.RNN(1, options.hidden, options.layers, batch_first=True)
    with torch.no_grad():
        _, state = rnn(torch.zeros(predicted.input.sizes))
        try:
            rnn(torch.zeros(predicted.last_input.sizes), state)
        except RuntimeError as error:
            print(f"  a state kept from the batch before: {type(error).__name__}: {str(error).splitlines()[0]}")
    rest = rs.predict(rnn, batch=predicted.last_size, seq=options.window)
    print(f"  {predicted.windows} windows leave {predicted.last_size} for it, whose state is {rest.h_0}.")
    print("  Windows are samples of their own: start each batch without a state, as above. Where a state must be kept,")
    print("  leave the rest out with DataLoader(..., drop_last=True).")


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"1 or more is needed, got {number}")
    return number


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Feed windows of a series to RNNs of every layout, and compare real shapes with rnnshape's predictions.",
        epilog="Every combination of 1 or 2 features, both input layouts and 1 or 2 directions is shown and trained.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--length", type=positive, default=40, help="points of the series")
    parser.add_argument("--window", type=positive, default=8, help="points of a window: the sequence length")
    parser.add_argument("--batch", type=positive, default=5, help="windows in a batch")
    parser.add_argument("--hidden", type=positive, default=16, help="size of the hidden state of each direction")
    parser.add_argument("--layers", type=positive, default=2, help="layers of the RNN")
    parser.add_argument("--epochs", type=positive, default=8, help="training epochs for each head")
    parser.add_argument("--seed", type=int, default=0, help="of the initial weights and of the order of the windows")
    options = parser.parse_args(arguments)
    if options.length <= options.window:
        parser.error(f"--length {options.length}: a window of {options.window} and its target need {options.window + 1} points")
    return options


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    show_windows(options)
    for features, bidirectional, batch_first in product((1, 2), (False, True), (True, False)):
        show_combination(options, features, batch_first, bidirectional)
    show_rows(options)
    show_last_batch(options)


if __name__ == "__main__":
    main()
