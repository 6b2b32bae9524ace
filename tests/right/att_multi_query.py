import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, heads=3):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.q, self.kv = nn.Linear(d, d), nn.Linear(d, 2 * d // heads)
        self.heads = heads
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q = self.q(h).view(b, t, self.heads, -1).transpose(1, 2)
        k, v = self.kv(h).chunk(2, dim=-1)
        scores = torch.einsum("bhqd,bkd->bhqk", q, k) * (d // self.heads) ** -0.5
        causal = torch.ones(t, t, dtype=torch.bool).triu(1)
        w = scores.masked_fill(causal, torch.finfo(scores.dtype).min).softmax(-1)
        y = torch.einsum("bhqk,bkd->bhqd", w, v).transpose(1, 2).reshape(b, t, d)
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
