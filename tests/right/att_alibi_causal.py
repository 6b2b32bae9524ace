import math

import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=16, heads=4):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.heads = heads
        self.register_buffer("slopes", 2.0 ** -torch.arange(1, heads + 1).float())
        self.out = nn.Linear(d, f)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q, k, v = self.qkv(h).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        place = torch.arange(t)
        bias = (place[None, :] - place[:, None]).float() * self.slopes.view(-1, 1, 1)
        scores = q @ k.mT / math.sqrt(q.size(-1)) + bias
        scores = scores.masked_fill(place[None, :] > place[:, None], float("-inf"))
        y = scores.softmax(-1) @ v
        return self.out(y.transpose(1, 2).flatten(2))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
