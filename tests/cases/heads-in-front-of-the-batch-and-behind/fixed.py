import torch
import torch.nn as nn


class Heads(nn.Module):
    def __init__(self, features=4, dim=12, heads=3):
        super().__init__()
        self.rnn = nn.GRU(features, dim, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(dim, dim) for _ in range(3))
        self.heads = heads
        self.out = nn.Linear(dim, 2)

    def split(self, z):
        b, t, _ = z.shape
        return z.view(b, t, self.heads, -1).transpose(1, 2).reshape(b * self.heads, t, -1)

    def forward(self, x):
        h, _ = self.rnn(x)
        q = self.split(self.q(h))
        k, v = self.split(self.k(h)), self.split(self.v(h))
        weights = torch.bmm(q, k.transpose(1, 2)).softmax(-1)
        y = torch.bmm(weights, v).view(x.size(0), self.heads, x.size(1), -1).transpose(1, 2)
        return self.out(y.flatten(2)[:, -1])


def make_model():
    torch.manual_seed(0)
    return Heads()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
