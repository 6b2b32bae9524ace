import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, reach=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(d, d) for _ in range(3))
        self.rel = nn.Embedding(2 * reach + 1, d)
        self.reach = reach
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        q, k, v = self.q(h), self.k(h), self.v(h)
        t = torch.arange(h.size(1))
        far = (t[None] - t[:, None]).clamp(-self.reach, self.reach) + self.reach
        rel = self.rel(far)
        scores = torch.einsum("bqd,bkd->bqk", q, k) + torch.einsum("bqd,qkd->bqk", q, rel)
        w = F.softmax(scores / math.sqrt(q.size(-1)), dim=-1)
        y = torch.einsum("bqk,bkd->bqd", w, v) + torch.einsum("bqk,qkd->bqd", w, rel)
        return self.out(y.mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
