import torch
import torch.nn as nn


class Model(nn.Module):
    """A small cell makes scales for the gates of a larger one."""

    def __init__(self, n=4, d=8, s=3):
        super().__init__()
        self.small, self.x, self.h = nn.LSTMCell(n + d, s), nn.Linear(n, 4 * d), nn.Linear(d, 4 * d)
        self.scale, self.out, self.d, self.s = nn.Linear(s, 4 * d), nn.Linear(d, 2), d, s

    def forward(self, x):
        b = x.size(0)
        h = c = x.new_zeros(b, self.d)
        state = (x.new_zeros(b, self.s), x.new_zeros(b, self.s))
        for t in range(x.size(1)):
            state = self.small(torch.cat([x[:, t], h], 1), state)
            i, f, g, o = ((self.x(x[:, t]) + self.h(h)) * self.scale(state[0])).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return self.out(h)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 6, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
