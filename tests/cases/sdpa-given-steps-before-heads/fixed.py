import torch
import torch.nn as nn
import torch.nn.functional as F


class Mixer(nn.Module):
    def __init__(self, features=4, dim=12, heads=3):
        super().__init__()
        self.rnn = nn.GRU(features, dim, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(dim, dim) for _ in range(3))
        self.heads = heads
        self.out = nn.Linear(dim, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        shape = (b, t, self.heads, d // self.heads)
        q, k, v = self.q(h).view(shape), self.k(h).view(shape), self.v(h).view(shape)
        y = F.scaled_dot_product_attention(*(z.transpose(1, 2) for z in (q, k, v))).transpose(1, 2)
        return self.out(y.reshape(b, t, d))


def make_model():
    torch.manual_seed(0)
    return Mixer()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
