import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=16, heads=4, groups=2):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.heads, self.groups = heads, groups
        self.q, self.kv, self.out = nn.Linear(d, d), nn.Linear(d, 2 * d // groups), nn.Linear(d, d)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q = self.q(h).view(b, t, self.heads, -1).transpose(1, 2)
        k, v = self.kv(h).view(b, t, 2, self.groups, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.out(y.transpose(1, 2).reshape(b, t, d))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
