import math

import torch
import torch.nn as nn


class Model(nn.Module):
    """Content to content, content to position and position to content."""

    def __init__(self, f=4, d=16, span=6):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.rel = nn.Embedding(2 * span, d)
        self.pos_q, self.pos_k = nn.Linear(d, d), nn.Linear(d, d)
        self.span = span

    def forward(self, x):
        h, _ = self.rnn(x)
        t = h.size(1)
        q, k, v = self.q(h), self.k(h), self.v(h)
        place = torch.arange(t)
        delta = (place[:, None] - place[None, :]).clamp(-self.span, self.span - 1) + self.span
        rel = self.rel(torch.arange(2 * self.span))
        c2c = q @ k.transpose(1, 2)
        c2p = torch.gather(q @ self.pos_k(rel).t(), 2, delta.expand(x.size(0), t, t))
        p2c = torch.gather(k @ self.pos_q(rel).t(), 2, delta.expand(x.size(0), t, t)).transpose(1, 2)
        weights = ((c2c + c2p + p2c) / math.sqrt(3 * q.size(-1))).softmax(-1)
        return weights @ v


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
