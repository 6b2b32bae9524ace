import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, heads=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.scale = nn.Parameter(torch.ones(heads, 1, 1))
        self.heads = heads

    def forward(self, x):
        h, _ = self.rnn(x)
        q, k, v = self.qkv(h).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        weights = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT * self.scale).softmax(-1)
        return (weights @ v).transpose(1, 2).flatten(2)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
