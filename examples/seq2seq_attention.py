"""Turn a row of digits round with an encoder, a decoder and attention between them.

The decoder says the digits from the last to the first. One state cannot hold them all; attention lets each step look at the
step of the encoder that it needs.

What it shows:

- an encoder that reads both directions, and the state that the decoder starts from, made of the last layer's two rows;
- attention weights (batch, seq) that sum to 1 over the steps of the encoder, and the context that they make;
- teacher forcing: the input of a step is the target of the step before.

How to run it:

    python examples/seq2seq_attention.py
    rnnshape run examples/seq2seq_attention.py
    rnnshape run examples/seq2seq_attention.py --break
"""

import argparse

import torch
from torch import nn

DIGITS = 10
START = 10


class Encoder(nn.Module):
    """A bidirectional GRU over the digits."""

    def __init__(self, hidden):
        super().__init__()
        self.embedding = nn.Embedding(DIGITS, 16)
        self.gru = nn.GRU(16, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)

    def forward(self, digits):
        """Map digits (batch, seq) to the steps (batch, seq, 2*hidden) and the decoder's first state (batch, hidden)."""
        output, h_n = self.gru(self.embedding(digits))
        # the rows of h_n are the directions: put side by side, they are one vector of each sample
        return output, torch.tanh(self.bridge(torch.cat([h_n[0], h_n[1]], dim=1)))


class Attention(nn.Module):
    def __init__(self, hidden, broken):
        super().__init__()
        self.project = nn.Linear(2 * hidden, hidden)
        self.broken = broken

    def forward(self, query, steps):
        """Map the query (batch, hidden) and the steps (batch, seq, 2*hidden) to the context (batch, 2*hidden)."""
        scores = torch.bmm(self.project(steps), query.unsqueeze(2)).squeeze(2)
        if self.broken:
            weights = scores.softmax(dim=0)  # the bug: the samples of the batch share one attention
        else:
            weights = scores.softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), steps).squeeze(1)


class Decoder(nn.Module):
    """A GRU cell that reads the digit before and the context, and says the next digit."""

    def __init__(self, hidden, broken):
        super().__init__()
        self.embedding = nn.Embedding(DIGITS + 1, 16)
        self.attention = Attention(hidden, broken)
        self.cell = nn.GRUCell(16 + 2 * hidden, hidden)
        self.fc = nn.Linear(hidden, DIGITS)

    def forward(self, digit, state, steps):
        """Map a digit (batch,), the state (batch, hidden) and the steps to scores (batch, digits) and the next state."""
        context = self.attention(state, steps)
        state = self.cell(torch.cat([self.embedding(digit), context], dim=1), state)
        return self.fc(state), state


class Reverser(nn.Module):
    def __init__(self, hidden, broken=False):
        super().__init__()
        self.encoder = Encoder(hidden)
        self.decoder = Decoder(hidden, broken)

    def forward(self, digits, target=None):
        """Map digits (batch, seq) to scores (batch, seq, digits); without a target, each step reads what the last one said."""
        steps, state = self.encoder(digits)
        digit = torch.full_like(digits[:, 0], START)
        scores = []
        for number in range(digits.size(1)):
            score, state = self.decoder(digit, state, steps)
            scores.append(score)
            digit = score.argmax(1) if target is None else target[:, number]
        return torch.stack(scores, dim=1)


def sample(batch, seq, generator):
    """Return digits (batch, seq) and the same from the last to the first."""
    digits = torch.randint(DIGITS, (batch, seq), generator=generator)
    return digits, digits.flip(1)


@torch.no_grad()
def accuracy(model, seq):
    """Return which part of the digits the model says right, on its own, of rows that it has not seen."""
    digits, target = sample(200, seq, torch.Generator().manual_seed(1234))
    return (model(digits).argmax(2) == target).float().mean().item()


def train(model, options, generator):
    """Train, and return the first loss and the last."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(options.steps):
        digits, target = sample(options.batch, options.seq, generator)
        scores = model(digits, target)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train an encoder and a decoder with attention to reverse rows of digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=300, help="batches to train on")
    parser.add_argument("--batch", type=int, default=32, help="rows in a batch")
    parser.add_argument("--seq", type=int, default=7, help="digits in a row")
    parser.add_argument("--seed", type=int, default=0, help="of the digits and the initial weights")
    parser.add_argument("--break", dest="broken", action="store_true", help="softmax of the attention over the batch")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    model = Reverser(48, options.broken)
    before = accuracy(model, options.seq)
    first, last = train(model, options, torch.Generator().manual_seed(options.seed))
    print(f"loss      {first:.3f} -> {last:.3f}")
    print(f"accuracy  {before:.3f} -> {accuracy(model, options.seq):.3f} on digits of unseen rows")


if __name__ == "__main__":
    main()
