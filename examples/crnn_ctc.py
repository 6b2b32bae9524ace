"""Read numbers off pictures with a convolutional network, an LSTM over the columns, and CTC.

The pictures are drawn: each digit is a glyph of 3 x 5 points at an unknown place. No picture says where a digit stands; CTC
only asks that the columns say the digits in this order, with blanks between.

What it shows:

- the way from maps (batch, channel, height, width) to steps (seq, batch, channel*height): every column is a step;
- scores (seq, batch, classes), as ctc_loss takes them, and their log_softmax over the classes;
- steps and letters of each sample, and the greedy reading: the likeliest class of each column, repeats and blanks dropped.

How to run it:

    python examples/crnn_ctc.py
    rnnshape run examples/crnn_ctc.py
    rnnshape run examples/crnn_ctc.py --break
"""

import argparse
from itertools import groupby

import torch
from torch import nn

# rows from top to bottom, each of three points
GLYPHS = (
    "### #.# #.# #.# ###",
    ".#. ##. .#. .#. ###",
    "### ..# ### #.. ###",
    "### ..# .## ..# ###",
    "#.# #.# ### ..# ..#",
)
BLANK = 0
HEIGHT, WIDTH = 8, 24


def glyph(digit):
    """Return the points (5, 3) of a digit."""
    return torch.tensor([[float(point == "#") for point in row] for row in GLYPHS[digit].split()])


def picture(digits, generator):
    """Draw the digits from left to right, each in a field of its own, anywhere in it: (1, HEIGHT, WIDTH)."""
    image = 0.1 * torch.randn(1, HEIGHT, WIDTH, generator=generator)
    field = WIDTH // len(digits)
    for number, digit in enumerate(digits):
        top = int(torch.randint(HEIGHT - 4, (), generator=generator))
        left = number * field + int(torch.randint(field - 3, (), generator=generator))
        image[0, top : top + 5, left : left + 3] += glyph(digit)
    return image


def batch_of(batch, letters, generator):
    """Return pictures (batch, 1, HEIGHT, WIDTH) and what stands in them: classes (batch, letters), 1 and up, 0 is the blank."""
    digits = torch.randint(len(GLYPHS), (batch, letters), generator=generator)
    return torch.stack([picture(row.tolist(), generator) for row in digits]), digits + 1


class Reader(nn.Module):
    """Convolutions, a bidirectional LSTM over the columns, and a Linear for the scores of each column."""

    def __init__(self, hidden=48, broken=False):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()
        )
        self.lstm = nn.LSTM(16 * HEIGHT // 2, hidden, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, len(GLYPHS) + 1)
        self.broken = broken

    def forward(self, images):
        """Map images (batch, 1, height, width) to log-probabilities (width, batch, classes)."""
        maps = self.conv(images)
        batch, channels, height, width = maps.shape
        if self.broken:
            columns = maps.view(width, batch, channels * height)  # the bug: view moves no axis, it renames elements
        else:
            columns = maps.permute(3, 0, 1, 2).flatten(2)
        output, _ = self.lstm(columns)
        return self.fc(output).log_softmax(2)


def loss_of(scores, targets):
    steps, batch, _ = scores.shape
    read = torch.full((batch,), steps)
    letters = torch.full((batch,), targets.size(1))
    return nn.functional.ctc_loss(scores, targets, read, letters, blank=BLANK)


def read(scores):
    """Return what each sample says: a list of its classes, repeats and blanks dropped."""
    best = scores.argmax(2).t()
    return [[c for c, _ in groupby(row) if c != BLANK] for row in best.tolist()]


@torch.no_grad()
def accuracy(model, letters):
    """Return which part of unseen pictures is read without a mistake."""
    images, targets = batch_of(100, letters, torch.Generator().manual_seed(1234))
    answers = read(model(images))
    return sum(a == t for a, t in zip(answers, targets.tolist(), strict=True)) / len(answers)


def train(model, options, generator):
    """Train, and return the first loss and the last."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(options.steps):
        images, targets = batch_of(options.batch, options.letters, generator)
        loss = loss_of(model(images), targets)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train a CRNN with CTC to read numbers off pictures.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=200, help="batches to train on")
    parser.add_argument("--batch", type=int, default=20, help="pictures in a batch")
    parser.add_argument("--letters", type=int, default=3, help="digits in a picture, at most 4")
    parser.add_argument("--seed", type=int, default=0, help="of the pictures and the initial weights")
    parser.add_argument("--break", dest="broken", action="store_true", help="view the maps as columns instead of permuting")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    model = Reader(broken=options.broken)
    before = accuracy(model, options.letters)
    first, last = train(model, options, torch.Generator().manual_seed(options.seed))
    print(f"loss      {first:.3f} -> {last:.3f}")
    print(f"accuracy  {before:.3f} -> {accuracy(model, options.letters):.3f} of unseen pictures read without a mistake")


if __name__ == "__main__":
    main()
