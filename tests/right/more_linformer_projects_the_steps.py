import torch
import torch.nn as nn


class Model(nn.Module):
    """Keys and values are projected along the steps to a few rows, with weights for each step."""

    def __init__(self, steps=8, d=8, rows=3):
        super().__init__()
        self.rnn, self.q, self.k, self.v = nn.GRU(5, d, batch_first=True), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.e, self.f = nn.Linear(steps, rows, bias=False), nn.Linear(steps, rows, bias=False)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        y, _ = self.rnn(x)
        k, v = self.e(self.k(y).transpose(1, 2)), self.f(self.v(y).transpose(1, 2))
        weights = torch.softmax(self.q(y) @ k / 8**0.5, -1)
        return self.out(y + weights @ v.transpose(1, 2))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 8, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
