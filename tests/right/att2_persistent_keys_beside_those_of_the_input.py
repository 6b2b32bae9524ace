import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=8, kept=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.q, self.kv = nn.Linear(d, d), nn.Linear(d, 2 * d)
        self.keys, self.values = nn.Parameter(torch.randn(kept, d)), nn.Parameter(torch.randn(kept, d))

    def forward(self, x):
        h, _ = self.rnn(x)
        k, v = self.kv(h).chunk(2, -1)
        b = x.size(0)
        k = torch.cat([self.keys.expand(b, -1, -1), k], 1)
        v = torch.cat([self.values.expand(b, -1, -1), v], 1)
        return F.scaled_dot_product_attention(self.q(h), k, v)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
