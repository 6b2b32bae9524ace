import torch
import torch.nn as nn


class Additive(nn.Module):
    def __init__(self, features=4, hidden=10):
        super().__init__()
        self.rnn = nn.GRU(features, hidden)
        self.w = nn.Linear(hidden, hidden)
        self.v = nn.Parameter(torch.randn(hidden))
        self.out = nn.Linear(hidden, 3)

    def forward(self, x):
        h, _ = self.rnn(x.transpose(0, 1))
        e = (torch.tanh(self.w(h)) * self.v).sum(-1, keepdim=True)
        a = e.softmax(0)
        return self.out((a * h).sum(0))


def make_model():
    torch.manual_seed(0)
    return Additive()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
