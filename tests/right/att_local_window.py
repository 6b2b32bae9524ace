import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, reach=2):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(d, d) for _ in range(3))
        self.reach = reach
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        q = self.q(h)
        k, v = (F.pad(z, (0, 0, self.reach, self.reach)).unfold(1, 2 * self.reach + 1, 1) for z in (self.k(h), self.v(h)))
        scores = (q.unsqueeze(-1) * k).sum(2) / math.sqrt(q.size(-1))
        t = torch.arange(h.size(1))[:, None] + torch.arange(-self.reach, self.reach + 1)[None]
        scores = scores.masked_fill((t < 0) | (t >= h.size(1)), -1e9)
        w = scores.softmax(-1)
        return self.out((w.unsqueeze(2) * v).sum(-1).mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
