import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, heads=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.heads = heads
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q, k, v = (z.view(b, t, self.heads, -1) for z in self.qkv(h).chunk(3, -1))
        q, k = F.elu(q) + 1, F.elu(k) + 1
        kv = torch.einsum("bthd,bthe->bhde", k, v)
        z = 1 / torch.einsum("bthd,bhd->bth", q, k.sum(1)).clamp(min=1e-6)
        y = torch.einsum("bthd,bhde,bth->bthe", q, kv, z)
        return self.out(y.reshape(b, t, d))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
