import torch
import torch.nn as nn
import torch.nn.functional as F


def rotate(x, cos, sin):
    one, two = x.chunk(2, dim=-1)
    return torch.cat((one * cos - two * sin, two * cos + one * sin), dim=-1)


class Model(nn.Module):
    def __init__(self, f=4, d=16, heads=2):
        super().__init__()
        self.embed = nn.Linear(f, d)
        self.q, self.k, self.v = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.heads = heads
        self.rnn = nn.LSTM(d, d, batch_first=True)
        self.out = nn.Linear(d, 2)

    def split(self, z):
        return z.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x):
        x = self.embed(x)
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        half = q.size(-1) // 2
        angle = torch.arange(x.size(1))[:, None] * 10000 ** (-torch.arange(half) / half)
        cos, sin = angle.cos()[None, None], angle.sin()[None, None]
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        y = y.transpose(1, 2).flatten(-2)
        return self.out(self.rnn(y + x)[0][:, -1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
