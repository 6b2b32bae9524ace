import torch
import torch.nn as nn


class Model(nn.Module):
    """Scores and weights are mixed between the heads by layers of their own."""

    def __init__(self, d=12, heads=3):
        super().__init__()
        self.q, self.k, self.v, self.heads = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d), heads
        self.before, self.after = nn.Linear(heads, heads, bias=False), nn.Linear(heads, heads, bias=False)
        self.rnn, self.out = nn.LSTM(4, d, batch_first=True), nn.Linear(d, 2)

    def forward(self, x):
        y, _ = self.rnn(x)
        b, t, d = y.shape
        q, k, v = (m(y).view(b, t, self.heads, -1).transpose(1, 2) for m in (self.q, self.k, self.v))
        scores = self.before((q @ k.mT).movedim(1, -1)).movedim(-1, 1) / (d // self.heads) ** 0.5
        weights = self.after(scores.softmax(-1).movedim(1, -1)).movedim(-1, 1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 6, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
