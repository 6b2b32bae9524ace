import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=8, heads=2):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.heads = heads

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q, k, v = (z.view(b, t, self.heads, -1).transpose(1, 2) for z in self.qkv(h).chunk(3, -1))
        q, k = F.elu(q) + 1, F.elu(k) + 1
        kv = torch.einsum("bhtd,bhte->bhtde", k, v).cumsum(2)
        z = 1 / torch.einsum("bhtd,bhtd->bht", q, k.cumsum(2))
        out = torch.einsum("bhtd,bhtde,bht->bhte", q, kv, z)
        return out.transpose(1, 2).reshape(b, t, d)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
