import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8, longest=16):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.w = nn.Parameter(torch.zeros(longest, longest))

    def forward(self, x):
        h, _ = self.rnn(x)
        t = h.size(1)
        k, v = torch.exp(self.k(h)), self.v(h)
        w = torch.exp(self.w[:t, :t])
        return torch.sigmoid(self.q(h)) * (w @ (k * v)) / (w @ k)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
