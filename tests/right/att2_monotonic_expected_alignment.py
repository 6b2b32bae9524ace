import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8, steps=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True, bidirectional=True)
        self.key, self.energy = nn.Linear(2 * d, d), nn.Linear(d, 1)
        self.cell, self.query = nn.GRUCell(2 * d, d), nn.Linear(d, d)
        self.steps = steps

    def forward(self, x):
        memory, _ = self.rnn(x)
        keys = self.key(memory)
        h = memory.new_zeros(x.size(0), keys.size(-1))
        alpha = torch.zeros(x.size(0), x.size(1))
        alpha[:, 0] = 1.0
        out = []
        for _ in range(self.steps):
            p = torch.sigmoid(self.energy(torch.tanh(keys + self.query(h)[:, None]))).squeeze(-1)
            left = torch.cumprod(torch.cat([torch.ones_like(p[:, :1]), 1 - p[:, :-1]], 1).clamp(min=1e-6), 1)
            alpha = p * left * torch.cumsum(alpha / left, 1)
            h = self.cell((alpha[..., None] * memory).sum(1), h)
            out.append(h)
        return torch.stack(out, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
