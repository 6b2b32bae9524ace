import torch
import torch.nn as nn


class SumDirections(nn.Module):
    def __init__(self, h=10):
        super().__init__()
        self.h = h
        self.rnn = nn.GRU(5, h, bidirectional=True)
        self.dec = nn.Linear(h, 4)

    def forward(self, x):
        o, _ = self.rnn(x)
        o = o.view(o.size(0), o.size(1), 2, self.h).sum(2)
        return self.dec(o)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return SumDirections()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
